"""Pages made in processes of their own: the same bytes, the same rights, and none of them outlives its server."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest
import uvicorn
from argon2 import PasswordHasher
from sqlalchemy import insert

from dalil import db
from dalil.archive import Archive
from dalil.web import columns, lending, makers
from dalil.web.accounts import passwords
from dalil.web.accounts.book import Book
from dalil.web.accounts.gate import SESSION_COOKIE
from dalil.web.app import create_app
from dalil.web.fresh import TICK_S
from dalil.web.held import LOADED
from dalil.web.packed import pack, unpack
from dalil.web.pages import ALL, APART
from dalil.web.render import FORM_COOKIE
from dalil.web.server import Server, listen

pytestmark = pytest.mark.skipif(os.name == "nt", reason="descriptors travel over no socket there")
LONGEST_S = 60.0
VISITOR = f"{FORM_COOKIE}={'v' * 43}"


def until(wanted, limit_s=LONGEST_S):
    """What `wanted` says as soon as that is anything."""
    end = time.monotonic() + limit_s
    while not (found := wanted()):
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)
    return found


@contextmanager
def up(path: Path, *, count=1, large=False):
    """(port, makers) of a server as `dalil serve` runs it, whose makers start with the first page."""
    listener = listen("127.0.0.1", 0)
    with pytest.MonkeyPatch.context() as patch, Archive.open(path) as archive:
        patch.setattr(makers, "FEW", 0)
        patch.setattr(makers, "LARGE", 0 if large else 1 << 40)
        apart = makers.makers_for(archive, count)
        config = uvicorn.Config(create_app(archive, makers=apart), log_level="critical", lifespan="off")
        server = Server(config, apart)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1], apart
        finally:
            server.should_exit = True
            thread.join(20)
            listener.close()
    assert not thread.is_alive()


def get(port: int, path: str, cookie: str = VISITOR):
    """(status, headers, body) of a page."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": cookie})
    try:
        with urllib.request.urlopen(asked, timeout=LONGEST_S) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def addresses(made) -> list[str]:
    """An address for every route that may be made apart, and some that lead nowhere."""
    with Archive.open(made.path) as archive, archive.engine.connect() as conn:
        incident = conn.exec_driver_sql("SELECT id FROM incident ORDER BY accounts DESC, id").scalar()
        document = conn.exec_driver_sql("SELECT sha256 FROM claim GROUP BY sha256 ORDER BY count(*) DESC").scalar()
        claim = columns.load_claims(conn)
    assert len(claim.documents)
    return [
        "/", "/incidents", "/incidents?words=kafr&lang=ar", f"/incidents/{incident}", "/incidents/none", "/review",
        "/people", f"/claims/{document}/0-1", f"/places/{document}/0-1", "/map", "/map/clusters", "/map/list",
        "/map/clusters?box=x", "/timeline", "/sources", f"/sources/{document}", "/sources/none", "/outlook", "/search",
        "/search?q=killed", "/log", "/log/0", "/log/99999",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def running(made):
    with up(made.path) as (port, apart):
        before = {address: get(port, address) for address in addresses(made)}  # while the maker starts
        until(lambda: apart.up)
        yield port, apart, before


def without_times(headers: dict) -> dict:
    return {name: value for name, value in headers.items() if name.lower() != "date"}


def test_a_maker_makes_the_pages_that_the_server_would_make(running, monkeypatch):
    port, apart, before = running
    made_apart, make = [], apart.made

    async def noted(errand):
        made_apart.append(await make(errand))
        return made_apart[-1]

    monkeypatch.setattr(apart, "made", noted)
    for address, (status, headers, body) in before.items():
        again = get(port, address)
        assert again[0] == status and again[2] == body, address
        assert without_times(again[1]) == without_times(headers), address
    assert len(made_apart) == len(before) and None not in made_apart
    assert {before["/incidents/none"][0], before["/map/clusters?box=x"][0]} == {404, 400}


def test_a_form_on_a_page_that_a_maker_made_is_taken(running):
    port, apart, _ = running
    until(lambda: apart.up)
    _, headers, body = get(port, "/review", "")
    cookie = headers["set-cookie"].partition(";")[0]
    token = re.search(rb'name="token" value="([0-9a-f]{64})"', body)
    if token is None:  # nothing waits to be judged: any page with a form will do
        token = re.search(rb'name="token" value="([0-9a-f]{64})"', get(port, "/account", cookie)[2])
    form = b"token=" + token[1] + b"&seq=999999&back=/"
    for sent, status in ((form, 422), (form.replace(token[1], b"0" * 64), 403)):
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/undo", data=sent, headers={"Cookie": cookie})
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(asked, timeout=LONGEST_S)
        assert refusal.value.code == status


def test_a_maker_that_dies_costs_no_page_and_is_started_again(running, capfd):
    port, apart, before = running
    maker = until(lambda: next(iter(apart.up), None))
    with ThreadPoolExecutor(8) as several:
        pages = several.map(lambda _: get(port, "/timeline"), range(24))
        maker.process.kill()
        assert [page[2] for page in pages] == [before["/timeline"][2]] * 24
    other = until(lambda: next((m for m in apart.up if m is not maker), None))
    assert other.process.pid != maker.process.pid and get(port, "/timeline")[2] == before["/timeline"][2]
    assert "started again" in capfd.readouterr().err


def test_only_pages_that_read_are_made_apart():
    for route in ALL:
        if route.endpoint in APART:
            assert route.methods == {"GET", "HEAD"} and not hasattr(route.endpoint, "needs"), route.path


def test_what_one_may_see_is_settled_before_a_maker_is_asked(tmp_path):
    """Each gets what is theirs, also right after the other, and a session that ended is over."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=256, parallelism=1))
        with Archive.create(tmp_path / "archive", by="setup") as archive:
            book = Book(archive.path)
            for name, role in (("Olive", "owner"), ("Vera", "viewer")):
                book.add(name, "four words stand here", role, opens=role == "owner", by="setup")
            tokens = {name: book.sign_in(name, "four words stand here", "here") for name in ("Olive", "Vera")}
        with up(tmp_path / "archive") as (port, apart):
            assert b"/sign-in" in get(port, "/", "")[2] or get(port, "/", "")[0] == 200
            get(port, "/", f"{SESSION_COOKIE}={tokens['Olive']}")
            until(lambda: apart.up)
            for _ in range(3):
                for name, token in tokens.items():
                    body = get(port, "/", f"{SESSION_COOKIE}={token}")[2].decode()
                    assert f"<bdi>{name}</bdi>" in body and ('href="/publish"' in body) == (name == "Olive")
            Book(tmp_path / "archive").sign_out(tokens["Olive"])
            assert "<bdi>Olive</bdi>" not in get(port, "/", f"{SESSION_COOKIE}={tokens['Olive']}")[2].decode()


def test_a_large_archive_is_shown_from_columns_that_are_lent(running, made):
    _, _, before = running
    with up(made.path, large=True) as (port, apart):
        assert get(port, "/map/clusters")[2] == before["/map/clusters"][2]
        until(lambda: apart.up)
        for address in ("/map/clusters", "/timeline", "/outlook"):
            assert get(port, address)[2] == before[address][2]
        assert set(apart.lender.newest) == set(lending.KINDS)


# ------------------------------------------------------------------ how it ends


def children(pid: int) -> list[int]:
    """The processes that it started and that run."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return found


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_no_maker_outlives_its_server(made, how):
    command = [sys.executable, "-c", "from dalil.web.commands import serve_command; serve_command()"]
    server = subprocess.Popen(
        [*command, "--archive", str(made.path), "--no-browser", "--port", "0", "--makers", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        port = int(server.stdout.readline().strip().rstrip("/").rpartition(":")[2])
        assert children(server.pid) == []  # one person's pages need none
        with ThreadPoolExecutor(8) as several:

            def asked() -> list[int]:
                list(several.map(lambda _: get(port, "/timeline"), range(16)))
                return children(server.pid)

            started = until(asked)
        server.send_signal(how)
        out, err = server.communicate(timeout=LONGEST_S)
    finally:
        server.kill()
    assert (out, "Traceback" in err) == ("", False), err
    assert server.returncode == (0 if how == signal.SIGINT else -how)
    until(lambda: not any(map(runs, started)))


# ------------------------------------------------------------------ columns that are lent


def same(one, other) -> bool:
    if is_dataclass(one):
        return all(same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one) if f.name != "made")
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    return one == other


@pytest.mark.parametrize("kind", lending.KINDS)
def test_columns_are_the_same_out_of_a_file(made, kind):
    with Archive.open(made.path) as archive, archive.engine.connect() as conn, lending.nameless() as file:
        loaded = LOADED[kind](conn)
        pack(loaded, file)
        mapped = unpack(file.fileno(), 7)
    assert mapped.made == 7 and same(loaded, mapped)


def test_columns_are_lent_until_the_archive_changes(tmp_path, monkeypatch):
    with Archive.create(tmp_path / "archive", by="tester") as archive:
        database = archive.path / archive.settings.database
    monkeypatch.setattr(lending, "ASKED_AGAIN_S", 0.0)
    monkeypatch.setattr(lending, "SLACK", 0)
    time.sleep(2 * TICK_S)  # two changes within a tick look like one, so the archive counts as changing
    lender, fresh = lending.Lender(tmp_path / "archive", database), [0]
    ours, theirs = socket.socketpair()
    with ours, theirs:
        threading.Thread(target=lending.lend, args=(lender, ours), daemon=True).start()
        theirs.settimeout(LONGEST_S)
        borrowed = lending.Borrowed(theirs, lambda: tuple(fresh))
        first = borrowed.get("incidents")
        assert borrowed.get("incidents") is first and len(first.ids) == 0
        fresh[0] = 1  # it looks as if something had changed, but the lender knows better
        assert borrowed.get("incidents") is first
        with Archive.open(tmp_path / "archive", write=True) as archive, archive.engine.begin() as conn:
            row = {"id": "2020-01-01-x-0", "founded": 1, "type": "shelling", "record": "{}"}
            conn.execute(insert(db.incident), row)
        fresh[0] = 2
        again = until(lambda: next((c for c in [borrowed.get("incidents")] if len(c.ids)), None))
    assert again.ids.at([0]) == ["2020-01-01-x-0"] and again.made != first.made
