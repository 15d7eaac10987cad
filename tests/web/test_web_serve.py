"""`dalil serve` as a person runs it: an address on stdout, the next free port, and who may be let in."""

import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from dalil.archive import Archive
from dalil.errors import DalilError
from dalil.web.accounts.book import Book
from dalil.web.server import Beyond, check_reach, is_loopback


@pytest.fixture
def archive(tmp_path):
    with Archive.create(tmp_path / "archive", by="tester") as made:
        yield made


def run(made, *options):
    command = [sys.executable, "-c", "from dalil.web.commands import serve_command; serve_command()"]
    return subprocess.Popen(
        [*command, "--archive", str(made.path), "--no-browser", *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_it_prints_its_address_serves_and_ends_quietly(made):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        if port > 65000:
            pytest.skip("the ports above are too few")
        server = run(made, "--port", str(port), "--lang", "ar")
        try:
            address = server.stdout.readline().strip()
            assert (
                address.startswith("http://127.0.0.1:")
                and port < int(address.rstrip("/").rpartition(":")[2]) < port + 50
            )
            with urllib.request.urlopen(address, timeout=10) as answer:
                assert b'dir="rtl"' in answer.read() and "server" not in answer.headers
        finally:
            server.send_signal(signal.SIGINT)
            out, err = server.communicate(timeout=15)
    assert (server.returncode, out) == (0, "")
    assert "Traceback" not in err


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org", "::", ""])
def test_nothing_that_others_reach_is_served_without_accounts_and_tls(host, archive, tmp_path):
    assert not is_loopback(host)
    with pytest.raises(DalilError, match="people sign in"):
        check_reach(archive, host, Beyond(("example.org",), "cert.pem", "key.pem"))
    with pytest.raises(DalilError, match="people sign in"):
        check_reach(archive, "127.0.0.1", Beyond(("example.org",), proxy=True))
    Book(archive.path).add("Olive", "four words stand here", "owner", by="setup")
    for beyond, found in (
        (Beyond(("example.org",)), "over TLS"),
        (Beyond(("example.org",), "cert.pem"), "belong together"),
        (Beyond((), "cert.pem", "key.pem"), "by which name"),
    ):
        with pytest.raises(DalilError, match=found):
            check_reach(archive, host, beyond)
    check_reach(archive, host, Beyond(("example.org",), "cert.pem", "key.pem"))
    check_reach(archive, "127.0.0.1", Beyond(("example.org",), proxy=True))


def test_help_says_how():
    done = subprocess.run(
        [sys.executable, "-c", "from dalil.web.commands import serve_command; serve_command(['--help'])"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert "Example" in done.stdout and "8484" in done.stdout


def test_the_command_loads_nothing_heavy():
    heavy = ("starlette", "uvicorn", "jinja2", "sqlalchemy")
    code = f"import sys, dalil.web.commands; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
