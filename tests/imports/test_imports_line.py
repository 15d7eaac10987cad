"""The whole line of an import: captured, logged, derived, shown, rebuilt, erased."""

import json
import shutil
from pathlib import Path

import pytest

from dalil import pipeline
from dalil.archive import Archive
from dalil.archive.removal import erase, resolve
from dalil.archive.verify import verify
from dalil.claims import search
from dalil.claims.imports import Wanted
from dalil.claims.store import list_documents, load_document
from dalil.commands import imported
from dalil.incidents import store
from dalil.records import encode, object_of
from the_command import dalil

FILES = Path(__file__).parent / "files"


@pytest.fixture
def archive(tmp_path):
    with Archive.create(tmp_path / "archive", "Test", by="tester", country="SY") as made:
        yield made


def run(archive, kind, *names, **wanted):
    return imported(archive, [FILES / name for name in names], Wanted(kind, **wanted), by="tester")


def state(archive) -> list[bytes]:
    with archive.engine.connect() as conn:
        incidents = [encode(store.load_incident(conn, row.id)) for row in store.list_incidents(conn)]
        return incidents + [encode(load_document(conn, row.sha256)) for row in list_documents(conn)]


def test_rows_of_two_records_meet_in_one_incident(archive):
    run(archive, "ucdp", "ucdp.csv", country="SY")
    run(archive, "airwars", "airwars.csv", country="SY")
    with archive.engine.connect() as conn:
        incidents = [store.load_incident(conn, row.id) for row in store.list_incidents(conn)]
        found = search.search(conn, "تل المثال")
    together = [i for i in incidents if {a.publisher for a in i.accounts} == {"UCDP GED", "Airwars"}]
    assert together and len(found) == 2
    assert verify(archive).ok


def test_the_log_says_what_was_asked(archive):
    run(archive, "ucdp", "ucdp.csv", country="SY")
    entry = list(archive.entries(act="capture"))[-1]
    assert entry.disclosed["import"] == {"kind": "ucdp", "country": "SY"}


def test_the_same_again_adds_nothing_and_other_filters_add_the_rest(archive):
    assert run(archive, "ucdp", "ucdp.csv", country="SY")[0].taken == 4
    before, size = state(archive), archive.size
    assert run(archive, "ucdp", "ucdp.csv", country="SY")[0].taken == 0
    assert state(archive) == before and archive.size == size
    report = run(archive, "ucdp", "ucdp.csv")[0]
    assert report.taken == 1 and report.passed == {"here before": 4}


def test_a_rebuild_gives_the_same(archive):
    run(archive, "ucdp", "ucdp.csv", "ucdp_est.csv", country="SY")
    run(archive, "telegram", "telegram/result.json")
    run(archive, "ucdp", "ucdp.csv")
    before = state(archive)
    pipeline.rebuild(archive)
    assert state(archive) == before and len(before) > 12


def test_a_crash_between_rows_is_gone_on_with(archive, monkeypatch):
    monkeypatch.setattr(pipeline, "ROWS_AT_ONCE", 2)
    real, calls = pipeline.reports.take_part, []

    def stumble(*arguments):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(pipeline.reports, "take_part", stumble)
    with pytest.raises(KeyboardInterrupt):
        run(archive, "ucdp", "ucdp.csv")
    monkeypatch.undo()
    assert len(list_of(archive)) == 2
    pipeline.derive_waiting(archive)
    assert len(list_of(archive)) == 5
    before = state(archive)
    pipeline.rebuild(archive)
    assert state(archive) == before


def list_of(archive):
    with archive.engine.connect() as conn:
        return list_documents(conn)


def test_files_beside_a_chat_are_captured_with_their_message(archive):
    report = run(archive, "telegram", "telegram/result.json")[0]
    assert "1 of 2 files" in report.lines[-1]
    photo = [c for c in archive.captures() if c.name == "photo_1.jpg"]
    chat = next(c for c in archive.captures() if c.name == "result.json")
    entry = next(e for e in archive.entries() if e.seq == photo[0].seq)
    assert len(photo) == 1 and entry.disclosed["attached_to"] == f"{chat.object.sha256}.3"


def test_claimed_hashes_are_held_against_the_bytes(archive):
    report = run(archive, "auto-archiver", "auto_archiver_db.csv")[0]
    assert sum("does not have the SHA-256" in line for line in report.lines) == 1
    assert "claimed hashes that agree: 1" in report.lines[-1]


def test_erasing_the_table_takes_its_rows_out(archive):
    run(archive, "ucdp", "ucdp.csv")
    run(archive, "airwars", "airwars.csv")
    ucdp = next(c for c in archive.captures() if c.name == "ucdp.csv").object.sha256
    erase(archive, resolve(archive, ucdp, ["all"]), reason="test", by="tester")
    pipeline.derive_waiting(archive)
    assert {object_of(row.sha256) for row in list_of(archive)} == {
        c.object.sha256 for c in archive.captures() if c.name == "airwars.csv"
    }


# ---------------------------------------------------------------- the command


def test_a_dry_run_needs_no_archive_and_writes_nothing(tmp_path):
    table = tmp_path / "ucdp_broken.csv"
    shutil.copy(FILES / "ucdp_broken.csv", table)
    done = dalil("import", "ucdp", "--dry-run", table)
    assert done.returncode == 1 and "1 would be taken, 0 of them flagged, 6 refused" in done.stdout
    assert done.stderr.count("(refused)") == 6
    assert list(tmp_path.iterdir()) == [table]
    done = dalil("import", "ucdp", "--dry-run", "--json", table)
    assert json.loads(done.stdout)["refused"] == 6


def test_a_file_of_another_kind_is_not_taken_in(tmp_path):
    dalil("init", tmp_path / "a")
    done = dalil("import", "acled", "--archive", tmp_path / "a", FILES / "ucdp.csv", FILES / "acled.csv")
    assert (
        done.returncode == 1
        and "ucdp.csv: has no column" in done.stderr
        and "acled.csv (acled): 4 taken" in done.stdout
    )
    missing = dalil("import", "telegram", "--archive", tmp_path / "a", tmp_path / "nothing.json")
    assert missing.returncode == 1 and "is not there" in missing.stderr and "Traceback" not in missing.stderr
