"""An archive to break, and files to put into it. All texts are invented here."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

import bucket_server
import pytest

from dalil.archive import Archive, find
from dalil.archive.verify import verify

PLAIN_USER = 65534  # nobody: for what root is never refused


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of four small reports, one of them twice under two names."""
    folder = tmp_path / "reports"
    (folder / "more").mkdir(parents=True)
    (folder / "a.txt").write_text("At least three people were hurt in Tal Ahmar, residents said.\n", "utf-8")
    (folder / "b.md").write_text("# Shelling\n\nNobody was hurt.\n", "utf-8")
    (folder / "more" / "c.txt").write_text("أصيب ثلاثة أشخاص في تل أحمر.\n", "utf-8")
    (folder / "more" / "copy of a.txt").write_bytes((folder / "a.txt").read_bytes())
    return folder


@pytest.fixture
def archive(tmp_path: Path, folder: Path) -> Path:
    """A closed archive that holds the folder, in two sittings, so that it has several checkpoints."""
    path = tmp_path / "archive"
    with Archive.create(path, "for tests", by="tester") as made:
        list(made.capture(find([folder / "a.txt"]), by="tester"))
    with Archive.open(path, write=True) as opened:
        list(opened.capture(find([folder]), by="tester"))
        opened.append("judge", {"subject": "incident-1", "verdict": "same", "by": "tester", "reason": "same street"})
    return path


@pytest.fixture
def bucket(monkeypatch):
    """A service of this machine with an empty bucket, and the key to it in the environment."""
    pytest.importorskip("obstore", reason="objects in a bucket need the extra bucket")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", bucket_server.KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", bucket_server.SECRET)
    with bucket_server.serving() as service:
        yield service


@pytest.fixture
def checked():
    """Verifies an archive and gives the report."""

    def check(path: Path, **options):
        with Archive.open(path) as opened:
            return verify(opened, **options)

    return check


@contextmanager
def plain_user():
    """The block runs as a user whom permissions bind."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(PLAIN_USER)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def as_plain_user():
    return plain_user


@pytest.fixture
def open_folder():
    """A folder that a plain user may reach and write to (pytest's own are closed to others)."""
    with tempfile.TemporaryDirectory(prefix="dalil-test-") as name:
        if os.geteuid() == 0:
            os.chown(name, PLAIN_USER, -1)
        Path(name).chmod(0o755)
        yield Path(name)
