"""Fetching a gazetteer from a real local server: whole, resumed, changed meanwhile, refused."""

import io
import re
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from drawn_country import dump

from dalil.atlas import fetch, store
from dalil.atlas.manage import fetch_country
from dalil.errors import InputRefused


class Server:
    """What the server gives, and what was asked of it."""

    def __init__(self):
        self.body = zipped(dump())
        self.etag = '"one"'
        self.break_after: int | None = None
        self.status = 200
        self.ranges: list[str | None] = []


def zipped(text: str, name: str = "XK.txt") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return out.getvalue()


@pytest.fixture
def server():
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked = self.headers.get("Range")
            state.ranges.append(asked)
            if state.status != 200:
                self.send_error(state.status)
                return
            start = 0
            if asked and self.headers.get("If-Range") == state.etag:
                start = int(re.match(r"bytes=(\d+)-", asked)[1])
                self.send_response(206)
            else:
                self.send_response(200)
            body = state.body[start:]
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", state.etag)
            self.end_headers()
            if state.break_after is not None:
                body, state.break_after = body[: state.break_after], None
            self.wfile.write(body)

        def log_message(self, *_):
            """Silent."""

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{web.server_address[1]}"
    yield state
    web.shutdown()
    web.server_close()


def silent(done, total):
    """No progress shown."""


def test_fetch_loads_and_records_where_from(home, server):
    assert fetch_country("XK", server.url, silent, wait_s=0) == 9
    about = store.read_about("XK")
    assert about["source"] == f"{server.url}/XK.zip" and len(about["sha256"]) == 64
    assert "GeoNames" in about["attribution"]
    assert [p.name for p in store.folder().iterdir()] == ["XK.db"]


def test_a_broken_download_goes_on_where_it_stopped(home, server):
    server.break_after = 100
    assert fetch_country("XK", server.url, silent, wait_s=0) == 9
    assert server.ranges == [None, "bytes=100-"]


def test_a_file_that_changed_meanwhile_is_fetched_anew(home, server):
    store.folder().mkdir(parents=True)
    (store.folder() / "XK.zip.part").write_bytes(b"old bytes")
    (store.folder() / "XK.zip.mark").write_text('{"validator": "\\"zero\\""}')
    assert fetch_country("XK", server.url, silent, wait_s=0) == 9
    assert server.ranges == ["bytes=9-"]


def test_an_unknown_country_is_one_clear_line(home, server):
    server.status = 404
    with pytest.raises(InputRefused, match="the server answers 404"):
        fetch_country("XK", server.url, silent, wait_s=0)
    assert store.installed() == ()


def test_a_server_that_stays_down_is_told_after_the_last_try(tmp_path, server):
    server.status = 503
    with pytest.raises(InputRefused, match="not fetched after 2 tries"):
        fetch.download(f"{server.url}/XK.zip", tmp_path / "x.zip", silent, tries=2, wait_s=0)


@pytest.mark.parametrize(
    ("body", "message"), [(b"no zip", "not a whole zip file"), (zipped("x", "YY.txt"), "holds no XK.txt")]
)
def test_a_wrong_file_is_refused(home, server, body, message):
    server.body = body
    with pytest.raises(InputRefused, match=message):
        fetch_country("XK", server.url, silent, wait_s=0)


def test_address_from_option_then_environment(monkeypatch):
    monkeypatch.setenv(fetch.BASE_ENV, "http://mirror.example/dump/")
    assert fetch.base_url(None) == "http://mirror.example/dump"
    assert fetch.base_url("http://other.example") == "http://other.example"
