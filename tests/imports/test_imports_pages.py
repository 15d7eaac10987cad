"""The page of a row: its words with their marks, and the file that it stands in; a case file with rows in it."""

import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dalil.archive import Archive
from dalil.archive.removal import resolve, withhold
from dalil.claims.imports import Wanted
from dalil.claims.store import list_documents
from dalil.commands import imported
from dalil.incidents import reports, store
from dalil.web.app import create_app
from the_command import dalil

FILES = Path(__file__).parent / "files"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / "archive"
    with Archive.create(path, "Test", by="tester", country="SY") as archive:
        imported(archive, [FILES / "ucdp.csv"], Wanted("ucdp", "SY"), by="tester")
        imported(archive, [FILES / "telegram" / "result.json"], Wanted("telegram"), by="tester")
    return path


@pytest.fixture
def archive(made, copy_of):
    return copy_of(made)


def test_every_row_has_a_page_with_its_words(archive):
    client = TestClient(create_app(archive), base_url="http://127.0.0.1:8484")
    with archive.reading() as conn:
        rows = list_documents(conn)
        incidents = store.list_incidents(conn)
    assert len(rows) == 8
    for row in rows:
        page = client.get(f"/sources/{row.sha256}")
        assert page.status_code == 200 and f"/objects/{row.sha256.split('.')[0]}" in page.text
    table = next(row.sha256 for row in rows if row.publisher == "UCDP GED")
    page = client.get(f"/sources/{table}").text
    assert 'class="words"' in page and "ucdp.csv" in page and "2019-03-" in page
    assert client.get("/sources").status_code == 200
    assert all(client.get(f"/incidents/{i.id}").status_code == 200 for i in incidents)
    for wrong in (f"{table}.1", table.split(".")[0] + ".0", table.split(".")[0] + ".99999", "x" * 64 + ".1"):
        assert client.get(f"/sources/{wrong}").status_code == 404


def test_a_judgement_on_a_row_is_followed_and_taken_back(archive):
    with archive.reading() as conn:
        key = next(row.sha256 for row in list_documents(conn) if row.publisher == "UCDP GED")
        before = [store.load_incident(conn, row.id) for row in store.list_incidents(conn)]
        end = len(reports.documents.load_document(conn, key).text)
    subject = {"document": key, "start": 0, "end": end}
    made = reports.judge(archive, "claim", subject, {"state": "rejected", "values": {}}, reason="test", by="tester")
    with archive.reading() as conn:
        during = [store.load_incident(conn, row.id) for row in store.list_incidents(conn)]
    assert len(during) < len(before)
    reports.undo(archive, made.seq, reason="test", by="tester")
    with archive.reading() as conn:
        assert [store.load_incident(conn, row.id) for row in store.list_incidents(conn)] == before


def export_case(path, out):
    done = dalil("export", "case", "--no-pdf", "--no-stamp", "--archive", path, out)
    assert done.returncode == 0, done.stderr


def test_a_case_file_with_rows_verifies(archive, tmp_path):
    path, out = archive.path, tmp_path / "case"
    archive.close()
    export_case(path, out)
    checked = subprocess.run(
        [sys.executable, out / "verify.py", out, "--key", path / "keys" / "log.pub"], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_withheld_table_is_in_no_report_of_a_case_file(archive, tmp_path):
    sha256 = next(c.object.sha256 for c in archive.captures() if c.name == "ucdp.csv")
    withhold(archive, resolve(archive, sha256, ["object"]), recipient="*", reason="test", by="tester")
    path, out = archive.path, tmp_path / "case"
    archive.close()
    export_case(path, out)
    told = b"".join(p.read_bytes() for p in out.rglob("*") if p.is_file())
    assert sha256.encode() not in told and b"UCDP GED 9000" not in told
