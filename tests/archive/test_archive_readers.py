"""A log read by several processes is found to be what it is found to be when it is read by one."""

import os
import shutil
import signal
import sqlite3

import pytest

from dalil.archive import Archive, lines, readers, reading, removal
from dalil.archive.verify import verify

LINES = 1_600


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    path = tmp_path_factory.mktemp("long") / "archive"
    acts = [("judge", {"subject": f"incident-{n}", "verdict": "same", "by": "the tester"}) for n in range(LINES)]
    with Archive.create(path, by="the tester") as archive:
        for start in range(0, LINES, 400):
            archive.append_all(acts[start : start + 400])
        removal.erase(archive, [(700, "subject")], reason="asked", by="the tester")
    return path


@pytest.fixture
def archive(long, tmp_path):
    shutil.copytree(long, tmp_path / "archive")
    return tmp_path / "archive"


def report(path, monkeypatch, processes):
    monkeypatch.setattr(readers, "ENOUGH_LINES", 100)
    monkeypatch.setattr(readers, "READERS", processes)
    with Archive.open(path) as opened:
        return verify(opened)


def change(path, query, *values):
    with sqlite3.connect(path / "dalil.db") as database:
        database.execute(query, values)


def altered_line(path):
    with sqlite3.connect(path / "dalil.db") as database:
        (line,) = database.execute("SELECT line FROM log WHERE seq = 900").fetchone()
    change(path, "UPDATE log SET line = ? WHERE seq = 900", line.replace(b'"act":"judge"', b'"act":"stamp"'))


def forged_value(path):
    made = lines.make_line(7, "2016-11-05T10:00:00.000000Z", "judge", {"verdict": "another"})[1]
    change(path, "UPDATE disclosure SET disclosures = ? WHERE seq = 1200", "~".join(made))


CHANGES = {
    "nothing": lambda _: None,
    "an altered line": altered_line,
    "a forged value": forged_value,
    "a line of another type": lambda path: change(path, "UPDATE log SET line = 'text' WHERE seq = 30"),
    "a value gone": lambda path: change(path, "DELETE FROM disclosure WHERE seq = 1000"),
    "a line gone": lambda path: change(path, "DELETE FROM log WHERE seq = 1000"),
    "the last lines gone": lambda path: change(path, "DELETE FROM log WHERE seq > 1500"),
    "two lines swapped": lambda path: change(
        path, "UPDATE log SET line = (SELECT line FROM log WHERE seq = 5) WHERE seq = 6"
    ),
    "a line far beyond": lambda path: change(path, "INSERT INTO log VALUES (?, ?)", 2**62, b"{}"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_two_processes_find_what_one_finds(archive, monkeypatch, name):
    CHANGES[name](archive)
    one, two = report(archive, monkeypatch, 1), report(archive, monkeypatch, 2)
    assert one == two
    assert one.ok == (name == "nothing") and one.lines >= 1_500


def test_a_process_that_ends_early_is_no_loss(archive, monkeypatch):
    expected = report(archive, monkeypatch, 1)
    asked = []

    def killed(self, start, stop, read=readers.Reader.read):
        asked.append(start)
        if len(asked) == 2:
            os.kill(self._process.pid, signal.SIGKILL)
        return read(self, start, stop)

    monkeypatch.setattr(readers.Reader, "read", killed)
    assert report(archive, monkeypatch, 2) == expected and len(asked) > 2


def test_a_process_that_cannot_start_is_no_loss(archive, monkeypatch):
    expected = report(archive, monkeypatch, 1)
    monkeypatch.setattr(readers.sys, "executable", "/nowhere/python")
    assert report(archive, monkeypatch, 2) == expected


def test_the_processes_do_read(archive, monkeypatch):
    monkeypatch.setattr(reading, "read", lambda *_: pytest.fail("read here"))
    # All but the lines about line 700, from which something was erased, and the last, which wait for this process.
    change(archive, "DELETE FROM log WHERE seq >= 600")
    change(archive, "DELETE FROM disclosure WHERE seq >= 600")
    assert report(archive, monkeypatch, 2).lines == 600


def test_a_strangers_folder_lends_no_code(archive, monkeypatch, tmp_path):
    (tmp_path / "sqlite3.py").write_text("raise SystemExit('a stranger')\n")
    (tmp_path / "dalil").mkdir()
    (tmp_path / "dalil" / "__init__.py").write_text("raise SystemExit('a stranger')\n")
    monkeypatch.chdir(tmp_path)
    test_the_processes_do_read(archive, monkeypatch)
