"""The order in which things become durable, and what stays true when any one step of it fails."""

import errno
import os
from pathlib import Path

import pytest
from sqlalchemy import event

from dalil.archive import Archive, find
from dalil.archive.blobs import local
from dalil.archive.verify import verify
from dalil.errors import DalilError


class Steps:
    """Records the calls that touch the disk; makes the `fail_at`-th of them fail."""

    def __init__(self, monkeypatch, fail_at=None, error=errno.EIO):
        self.seen, self.fail_at, self.error = [], fail_at, error
        self.armed = False
        self._fsync, self._link = os.fsync, os.link
        monkeypatch.setattr(local.os, "fsync", self.fsync)
        monkeypatch.setattr(local.os, "link", self.link)

    def watch(self, archive):
        event.listen(archive.engine, "commit", lambda connection: self.step("commit"))
        self.armed = True

    def step(self, name):
        if self.armed:
            self.seen.append(name)
            if len(self.seen) - 1 == self.fail_at:
                raise OSError(self.error, os.strerror(self.error))

    def fsync(self, fd):
        path = Path(f"/proc/self/fd/{fd}").readlink()
        self.step("sync folder" if path.is_dir() else "sync file")
        self._fsync(fd)

    def link(self, source, target):
        self.step("link")
        self._link(source, target)


pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to tell files from folders")


def test_each_step_is_durable_before_the_next(tmp_path, folder, monkeypatch):
    steps = Steps(monkeypatch)
    with Archive.create(tmp_path / "archive", by="tester") as archive:
        steps.watch(archive)
        for _ in archive.capture(find([folder]), by="tester"):
            steps.step("acknowledged")
        seen = list(steps.seen)
        steps.armed = False
    first_link, last_link = seen.index("link"), len(seen) - 1 - seen[::-1].index("link")
    assert seen[:3] == ["sync file"] * 3 or seen[:4] == ["sync file"] * 4
    assert "sync file" not in seen[first_link:]
    assert seen[first_link - 1] == "commit"  # pending, before the first name appears
    after = seen[last_link + 1 :]
    assert set(after[: after.index("commit")]) == {"sync folder"}  # names, before the log knows them
    assert after[after.index("commit") + 1 :] == ["acknowledged"] * 4


FULL = pytest.param(errno.ENOSPC, marks=pytest.mark.slow)


@pytest.mark.parametrize("error", [errno.EIO, FULL], ids=["EIO", "ENOSPC"])
def test_any_step_may_fail(tmp_path, folder, monkeypatch, error):
    """For each step in turn: one clear line, nothing acknowledged lost, and the next run makes it whole."""
    total, fail_at = None, 0
    while total is None or fail_at < total:
        path = tmp_path / f"{fail_at}"
        acknowledged = []
        with monkeypatch.context() as patch:
            steps = Steps(patch, fail_at, error)
            Archive.create(path, by="tester").close()
            archive = Archive.open(path, write=True)
            steps.watch(archive)
            try:
                for result in archive.capture(find([folder]), by="tester"):
                    acknowledged.append(result.capture)
                archive.checkpoint()
                total = len(steps.seen)
            except (DalilError, OSError) as failure:
                assert "\n" not in str(failure)
            steps.armed = False
            archive._let_go()
        with Archive.open(path) as reader:
            report = verify(reader)
            assert report.ok, (fail_at, report.findings)
            assert set(acknowledged) <= set(reader.captures())
        with Archive.open(path, write=True) as archive:
            list(archive.capture(find([folder]), by="tester"))
        with Archive.open(path) as reader:
            report = verify(reader)
            assert report.ok and not report.findings and report.captures == 4
        fail_at += 1
    assert total > 10


def test_a_failed_batch_is_adopted_even_if_the_same_process_goes_on(tmp_path, folder, monkeypatch):
    path = tmp_path / "archive"
    Archive.create(path, by="tester").close()
    with Archive.open(path, write=True) as archive:
        with monkeypatch.context() as patch:
            patch.setattr(Archive, "append_within", lambda *_: (_ for _ in ()).throw(DalilError("the log failed")))
            with pytest.raises(DalilError, match="the log failed"):
                list(archive.capture(find([folder / "b.md"]), by="tester"))
        assert len(list(archive.capture(find([folder / "a.txt"]), by="tester"))) == 1
    with Archive.open(path, write=True) as archive:
        assert [c.name for c in archive.adopted] == ["b.md"]
    with Archive.open(path) as reader:
        assert verify(reader).ok


def test_verify_beside_a_running_capture_raises_no_alarm(tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(200):
        (folder / f"{n:03}.txt").write_text(f"report {n}")
    path = tmp_path / "archive"
    with Archive.create(path, by="tester") as archive:
        for n, _ in enumerate(archive.capture(find([folder]), by="tester")):
            if n % 40 == 0:
                with Archive.open(path) as reader:
                    assert verify(reader).ok
