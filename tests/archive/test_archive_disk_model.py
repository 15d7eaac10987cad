"""A disk that loses and reorders whatever was not synced: an archive after a power cut still has all it acknowledged.

What an `add` does to the disk is recorded once. A power cut after any step leaves: every file's bytes as of its last
sync, every name in a folder as of that folder's last sync, and of the rest what hypothesis picks, in any combination.
SQLite's own durability is taken for granted: the database is as of its last commit.
"""

import os
import shutil
import sqlite3
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dalil.archive import Archive, find
from dalil.archive.verify import verify

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to name what is synced")


class Recorder:
    """The steps that reach the disk, in order: (what, path, more)."""

    def __init__(self, top: Path, patch):
        self.top, self.steps = top, []
        self.real = {name: getattr(os, name) for name in ("fsync", "link", "unlink", "mkdir", "rename", "replace")}
        for name in self.real:
            patch.setattr(os, name, getattr(self, name))
        self.transaction = Archive.transaction
        patch.setattr(Archive, "transaction", self.watched())

    def note(self, what, path, more=None):
        path = Path(path)
        if path.is_relative_to(self.top):
            self.steps.append((what, path.relative_to(self.top), more))

    def fsync(self, fd):
        self.real["fsync"](fd)
        path = Path(os.readlink(f"/proc/self/fd/{fd}"))  # noqa: PTH115
        self.note("sync folder", path) if path.is_dir() else self.note("sync file", path, path.read_bytes())

    def link(self, source, target):
        self.real["link"](source, target)
        self.note("name", target, Path(source).relative_to(self.top))

    def rename(self, source, target):
        self.real["rename"](source, target)
        self.note("name", target, Path(source).relative_to(self.top))

    replace = rename

    def mkdir(self, path, *more):
        self.real["mkdir"](path, *more)
        self.note("folder", path)

    def unlink(self, path, *more, **named):
        self.real["unlink"](path, *more, **named)
        self.note("gone", path)

    def watched(self):
        recorder = self

        @contextmanager
        def transaction(archive):
            with recorder.transaction(archive) as connection:
                yield connection
            recorder.note("commit", archive.path / "dalil.db", snapshot(archive.path / "dalil.db"))

        return transaction


def snapshot(database: Path) -> bytes:
    source, copy = sqlite3.connect(database), sqlite3.connect(":memory:")
    with source:
        source.backup(copy)
    source.close()
    return copy.serialize()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """(the archive before, the steps of one `add` of five files and its checkpoint)."""
    top = tmp_path_factory.mktemp("disk")
    files = top / "files"
    files.mkdir()
    for n in range(5):
        (files / f"{n}.txt").write_text(f"invented report {n % 4}\n" * (n + 1), "utf-8")
    Archive.create(top / "archive", by="tester").close()
    shutil.copytree(top / "archive", top / "before")
    with pytest.MonkeyPatch.context() as patch:
        recorder = Recorder(top / "archive", patch)
        with Archive.open(top / "archive", write=True) as archive:
            for taken in archive.capture(find([files]), by="tester"):
                recorder.note("acknowledged", top / "archive", (taken.capture.object.sha256, taken.capture.source))
    recorder.note("end", top / "archive")
    return top / "before", recorder.steps


def after_power_cut(before: Path, steps: list, cut: int, keeps, path: Path) -> set:
    """The archive as the disk has it after step number `cut`; what had been acknowledged by then."""
    shutil.copytree(before, path)
    done, contents, acknowledged = steps[:cut], {}, set()
    for number, (what, name, more) in enumerate(done):
        certain = any(w == "sync folder" and n == name.parent for w, n, _ in done[number:])
        if what == "sync file":
            contents[name] = more
        elif what == "commit":
            for journal in path.glob("dalil.db-*"):
                journal.unlink()
            (path / name).write_bytes(more)
        elif what == "acknowledged":
            acknowledged.add(more)
        elif what in ("name", "folder", "gone") and (certain or keeps()):
            target = path / name
            if what == "folder":
                target.mkdir(exist_ok=True)
            elif what == "gone":
                target.unlink(missing_ok=True)
            elif target.parent.is_dir():
                data = contents.get(more, b"torn")
                contents[name] = data
                target.unlink(missing_ok=True)
                target.write_bytes(data)
                target.chmod(0o444)
        elif what == "name":
            contents[name] = contents.get(more, b"torn")
    return acknowledged


def whole(path: Path, acknowledged: set) -> bool:
    """Whether the next command finds everything that was acknowledged, and makes the archive whole."""
    with Archive.open(path, write=True) as opened:
        logged = {(c.object.sha256, c.source) for c in opened.captures()}
    with Archive.open(path) as reader:
        report = verify(reader)
    return report.ok and acknowledged <= logged


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_power_cut_at_any_step_loses_nothing_acknowledged(recorded, data):
    before, steps = recorded
    cut = data.draw(st.integers(0, len(steps)))
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "archive"
        acknowledged = after_power_cut(before, steps, cut, lambda: data.draw(st.booleans()), path)
        assert whole(path, acknowledged)


@pytest.mark.parametrize("forgotten", ["sync file", "sync folder"])
def test_the_model_has_teeth(recorded, forgotten, tmp_path):
    """Had one kind of sync been forgotten, the power cut at the end would have cost something."""
    before, steps = recorded
    careless = [step for step in steps if step[0] != forgotten]
    acknowledged = after_power_cut(before, careless, len(careless), lambda: forgotten == "sync file", tmp_path / "a")
    assert len(acknowledged) == 5
    try:
        assert not whole(tmp_path / "a", acknowledged)
    except Exception as error:  # noqa: BLE001 - a lost checkpoint is told by a refusal to write
        assert str(error)
