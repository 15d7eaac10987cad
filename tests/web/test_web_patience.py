"""Slow and greedy clients, over real sockets: each is cut off, and nobody else waits for it."""

import re
import socket
import threading
import time
import urllib.request
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.responses import Response

from dalil.archive import Archive
from dalil.web import acting, patience
from dalil.web.app import create_app
from dalil.web.pages import add
from dalil.web.server import listen

FORM = b"content-type: application/x-www-form-urlencoded\r\n"


@contextmanager
def up(app):
    """The port of a server with the protocol of `dalil serve`."""
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        app, http=patience.PatientProtocol, log_level="critical", lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@pytest.fixture
def port(tmp_path):
    with Archive.create(tmp_path / "archive", by="t") as archive, up(create_app(archive)) as found:
        yield found


def dribbled(port: int, head: bytes, then: bytes, limit_s: float = 20.0) -> tuple[float, bytes]:
    """(seconds until the server ends it, what it answered) of a client that sends `then` again and again, slowly."""
    began, answer = time.monotonic(), b""
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(0.1)
        client.sendall(head)
        while time.monotonic() - began < limit_s:
            try:
                client.sendall(then)
                part = client.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                break
            if not part:
                break
            answer += part
    return time.monotonic() - began, answer


def answers(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/sources", timeout=15) as answer:
        return answer.status == 200


@pytest.mark.parametrize(
    ("head", "then"),
    [(b"", b""), (b"GET / HTTP/1.1\r\nhost: localhost\r\n", b"x-a: b\r\n"), (b"G", b"E"),
     (b"GET /sources HTTP/1.1\r\nhost: localhost\r\n\r\n", b"GET"),
     (b"POST /nothing HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99999\r\n\r\n", b"x")],
    ids=["silent", "headers", "request line", "second request", "body that nobody reads"],
)  # fmt: skip
def test_who_never_ends_a_request_is_cut_off_while_others_are_answered(port, monkeypatch, head, then):
    monkeypatch.setattr(patience, "HEAD_S", 0.6)
    ended = []
    slow = [threading.Thread(target=lambda: ended.append(dribbled(port, head, then)[0])) for _ in range(5)]
    for one in slow:
        one.start()
    assert answers(port)
    for one in slow:
        one.join()
    assert len(ended) == 5 and max(ended) < 15


def test_a_form_that_dribbles_in_is_ended(port, monkeypatch):
    monkeypatch.setattr(acting, "LONGEST_WAIT_S", 0.5)
    monkeypatch.setattr(patience, "HEAD_S", 0.6)
    head = b"POST /undo HTTP/1.1\r\nhost: localhost\r\n" + FORM + b"content-length: 50000\r\n\r\n"
    took, answer = dribbled(port, head, b"a")
    assert answer.startswith(b"HTTP/1.1 408") and took < 15


def test_a_file_that_dribbles_in_is_ended_and_leaves_nothing(port, tmp_path, monkeypatch):
    monkeypatch.setattr(add, "SLOW_START_S", 0.5)
    monkeypatch.setattr(patience, "HEAD_S", 0.6)
    request = urllib.request.Request(f"http://127.0.0.1:{port}/add")
    with urllib.request.urlopen(request, timeout=15) as page:
        html, cookie = page.read().decode(), page.headers["set-cookie"].split(";")[0]
    token = re.search(r'name="token" value="(\w+)"', html)[1]
    batch = re.search(r'name="batch" value="(\w+)"', html)[1]
    head = (
        f"POST /add/send?batch={batch}&name=a.txt HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n"
        f"x-dalil-token: {token}\r\ncontent-length: 90000\r\n\r\n"
    )
    took, answer = dribbled(port, head.encode(), b"a")
    assert answer.startswith(b"HTTP/1.1 408") and took < 15
    assert not [p for p in (tmp_path / "archive" / "incoming").rglob("*") if p.is_file()]


def test_what_is_larger_than_any_form_or_file_is_refused_before_it_is_read(port, monkeypatch):
    monkeypatch.setattr(patience, "HEAD_S", 0.6)
    head = b"POST /undo HTTP/1.1\r\nhost: localhost\r\n" + FORM + b"content-length: 9000000\r\n\r\n"
    _, answer = dribbled(port, head, b"a" * 60_000)
    assert answer.startswith(b"HTTP/1.1 413")
    endless = b"GET / HTTP/1.1\r\nhost: localhost\r\nx-long: " + b"a" * 200_000
    took, answer = dribbled(port, endless, b"a" * 1000)
    assert (not answer or answer.startswith(b"HTTP/1.1 4")) and took < 15
    assert answers(port)


def test_who_does_not_read_the_answer_is_cut_off(monkeypatch):
    async def app(scope, receive, send):
        await Response(b"x" * 50_000_000)(scope, receive, send)

    monkeypatch.setattr(patience, "UNREAD_S", 0.5)
    with up(app) as port, socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(15)
        client.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        time.sleep(1.5)
        got = 0
        try:
            while part := client.recv(1 << 20):
                got += len(part)
        except ConnectionError:
            pass
        assert got < 50_000_000


def test_a_player_may_pause_and_a_browser_may_keep_its_connection(port, monkeypatch):
    monkeypatch.setattr(patience, "HEAD_S", 0.5)
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(15)
        for _ in range(3):
            client.sendall(b"GET /static/icon.svg HTTP/1.1\r\nhost: localhost\r\n\r\n")
            assert b"200" in client.recv(65536).split(b"\r\n")[0]
            time.sleep(0.8)
