"""An archive whose derived tables another version of dalil made: its log is read as ever, the rest is derived again."""

import pytest
from sqlalchemy import text

from dalil import db, pipeline
from dalil.archive import Archive, find
from dalil.archive.verify import verify
from dalil.claims.store import list_documents
from dalil.errors import ArchiveOutdated


@pytest.fixture
def old(tmp_path):
    """An archive without the newest table and with a column that there is no longer."""
    (tmp_path / "a.txt").write_text("Two people were killed by shelling in Tell Example on 3 May 2018.")
    with Archive.create(tmp_path / "archive", by="tester") as archive:
        list(archive.capture(find([tmp_path / "a.txt"]), by="tester"))
        pipeline.derive_waiting(archive)
        with archive.engine.begin() as conn:
            conn.execute(text("DROP TABLE judgement"))
            conn.execute(text("ALTER TABLE incident ADD COLUMN colour TEXT"))
            assert db.outdated(conn) == ["judgement", "incident"]
    return tmp_path / "archive"


def test_who_only_reads_is_told_what_to_run(old):
    with pytest.raises(ArchiveOutdated, match="dalil rebuild"):
        Archive.open(old)
    with Archive.open(old, any_version=True) as archive:
        assert len(list(archive.entries())) >= 2 and verify(archive).ok


def test_opened_for_writing_everything_waits_to_be_derived_again(old):
    with Archive.open(old, write=True) as archive:
        assert len(pipeline.waiting(archive)) == 1
        pipeline.derive_waiting(archive)
        with archive.engine.connect() as conn:
            assert db.outdated(conn) == [] and len(list_documents(conn)) == 1
    with Archive.open(old) as archive:
        assert verify(archive).ok
