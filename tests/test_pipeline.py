"""The whole line on real files: in go reports and clips, out come incidents; damaged files cost one line each."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dalil import pipeline
from dalil.archive import Archive, find
from dalil.archive.blobs.local import hash_file
from dalil.archive.verify import verify
from dalil.claims.store import load_document
from dalil.incidents import reports, store
from dalil.records import encode
from the_command import Done, dalil

EXAMPLE = Path(__file__).parents[1] / "examples" / "kafr-naha"
REPORT = """Three dead in shelling of Tell Example

Our own desk

Date of publication: 7 March, 2019

Three people were killed on Wednesday when artillery shelling hit a market in Tell Example.
"""


@pytest.fixture
def archive(tmp_path):
    with Archive.create(tmp_path / "archive", "Test", by="tester", country="SY") as made:
        yield made


def add(archive, *targets):
    taken = list(archive.capture(find(targets), by="tester"))
    return taken, pipeline.derive_waiting(archive)


def records(archive) -> list[bytes]:
    with archive.engine.connect() as conn:
        return [encode(store.load_incident(conn, row.id)) for row in store.list_incidents(conn)]


def test_a_report_becomes_an_incident_with_its_words(archive, tmp_path):
    (tmp_path / "report.txt").write_text(REPORT)
    _, derived = add(archive, tmp_path / "report.txt")
    assert [d.kind for d in derived] == ["report"] and len(derived[0].incidents) == 1
    with archive.engine.connect() as conn:
        incident = store.load_incident(conn, derived[0].incidents[0])
    assert incident.type == "shelling" and incident.when.start.isoformat() == "2019-03-06"
    assert (incident.killed.low, incident.killed.high) == (3, 3)
    quote = incident.accounts[0].event.killed.quote
    assert REPORT[quote.start : quote.end] == quote.text


def test_rebuilding_gives_the_same_bytes_and_stills(archive):
    add(archive, EXAMPLE / "reports")
    before = records(archive)
    assert len(before) >= 3
    shutil.rmtree(archive.derived, ignore_errors=True)
    pipeline.rebuild(archive)
    assert records(archive) == before


def test_adding_in_two_steps_is_adding_at_once(tmp_path):
    files = sorted((EXAMPLE / "reports").iterdir())
    with Archive.create(tmp_path / "once", by="tester", country="SY") as once:
        add(once, *files)
        at_once = records(once)
    with Archive.create(tmp_path / "steps", by="tester", country="SY") as steps:
        for file in files:
            add(steps, file)
        assert records(steps) == at_once


def test_a_crash_between_capture_and_reading_is_made_good_by_the_next_add(archive, tmp_path):
    (tmp_path / "report.txt").write_text(REPORT)
    assert len(list(archive.capture(find([tmp_path / "report.txt"]), by="tester"))) == 1
    assert records(archive) == []
    _, derived = add(archive)
    assert len(derived) == 1 and len(records(archive)) == 1
    assert pipeline.derive_waiting(archive) == []


def bomb(path: Path) -> None:
    """A Word file whose text would unpack to 256 MB, five times as much as is unpacked of one."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        z.writestr(
            "[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
        )
        with z.open("word/document.xml", "w", force_zip64=True) as out:
            for _ in range(256):
                out.write(b" " * (1 << 20))


def broken_files(folder: Path) -> None:
    """One broken file for each refusal, and one good report."""
    folder.mkdir()
    (folder / "a-good.txt").write_text(REPORT)
    (folder / "empty.txt").touch()
    (folder / "loop").symlink_to("loop")
    (folder / "turns\u202eback\n.txt").write_text(REPORT.replace("Three", "Four"))
    (folder / "truncated.mp4").write_bytes(
        b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41" + b"\0\0\xff\xffmdat" + bytes(500)
    )
    (folder / "wrong-charset.html").write_bytes(
        '<html><head><meta charset="utf-8"><title>غارة</title></head><body><p>قُتل ثلاثة مدنيين في قصف على تل المثال'
        " يوم الأربعاء، وأصيب خمسة آخرون بجروح، بحسب ناشطين محليين.</p></body></html>".encode("cp1256", "ignore")
    )
    bomb(folder / "bomb.docx")
    shutil.copy(Path(__file__).parent / "text" / "files" / "encrypted.pdf", folder)


def test_each_broken_file_costs_one_line_and_the_rest_goes_in(tmp_path):
    folder, where = tmp_path / "in", tmp_path / "archive"
    broken_files(folder)
    assert dalil("init", where).returncode == 0
    done = dalil("add", "--archive", where, "--json", folder)
    assert done.returncode == 1
    talk = done.stderr.splitlines()
    for name in ("empty.txt", "loop", "truncated.mp4", "bomb.docx", "encrypted.pdf", "wrong-charset.html"):
        assert len([line for line in talk if name in line]) == 1, (name, talk)
    assert not any("\u202e" in line for line in talk)
    assert "Traceback" not in done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len([line for line in lines if "object" in line]) == 6
    listed = dalil("incidents", "--archive", where, "--json").stdout.splitlines()
    assert len(listed) >= 2
    assert dalil("verify", "--archive", where).returncode == 0


def test_a_second_run_adds_nothing(tmp_path):
    where = tmp_path / "archive"
    dalil("init", where)
    first = dalil("add", "--archive", where, EXAMPLE / "reports")
    size = dalil("log", "--archive", where).stdout
    second = dalil("add", "--archive", where, EXAMPLE / "reports")
    assert first.returncode == second.returncode == 0
    assert second.stdout.startswith("0 files added, 7 already here")
    assert dalil("log", "--archive", where).stdout == size


def test_results_go_to_stdout_and_talk_to_stderr(tmp_path):
    where = tmp_path / "archive"
    dalil("init", where)
    done = dalil("add", "--archive", where, "--json", EXAMPLE / "reports")
    assert all(json.loads(line) for line in done.stdout.splitlines()) and len(done.stdout.splitlines()) == 7
    missing = dalil("show", "--archive", where, "nowhere")
    assert missing.returncode == 2 and missing.stdout == "" and missing.stderr.startswith("dalil: ")
    assert len(missing.stderr.splitlines()) == 1
    nothing = dalil("incidents", cwd=tmp_path)
    assert nothing.returncode == 2 and "--archive" in nothing.stderr


ANSWERED = ("date", "the raid on Friday", "--published", "2016-11-05", "--json")


@pytest.mark.parametrize("arguments", [("incidents",), ANSWERED], ids=["refused", "answered"])
def test_a_process_of_its_own_says_the_same(tmp_path, arguments):
    run = [sys.executable, "-m", "dalil", *arguments]
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path)
    assert Done(done.returncode, done.stdout, done.stderr) == dalil(*arguments, cwd=tmp_path)


def test_objects_are_what_they_were(archive):
    add(archive, EXAMPLE / "reports")
    for capture in archive.captures():
        path = archive.object_path(capture.object.sha256)
        with archive.open_object(capture.object.sha256) as file:
            assert hash_file(file) == capture.object.sha256
        assert not os.access(path, os.W_OK) or os.geteuid() == 0
    assert verify(archive).ok


def test_a_fault_in_reading_costs_one_line_and_leaves_nothing_half_done(archive, tmp_path, monkeypatch):
    def stumble(*_, **__):
        raise IndexError("made by a test")

    (tmp_path / "a.txt").write_text(REPORT)
    (tmp_path / "b.txt").write_text(REPORT.replace("Three", "Four"))
    monkeypatch.setattr(reports, "link_reading", stumble)
    _, derived = add(archive, tmp_path / "a.txt")
    monkeypatch.undo()
    assert len(derived[0].problems) == 1 and "IndexError" in derived[0].problems[0]
    with archive.engine.connect() as conn:
        assert load_document(conn, derived[0].capture.object.sha256) is None
    _, derived = add(archive, tmp_path / "b.txt")
    assert len(derived) == 1 and derived[0].incidents
    pipeline.rebuild(archive)
    assert {d.problems for d in pipeline.rebuild(archive)} == {()}


def test_a_remark_on_a_report_that_was_read_is_no_failure(tmp_path):
    page = "<html><head><meta charset='utf-8'></head><body><p>قُتل ثلاثة مدنيين في قصف على تل المثال.</p></body></html>"
    (tmp_path / "page.html").write_bytes(page.encode("cp1256", "ignore"))
    dalil("init", tmp_path / "archive")
    done = dalil("add", "--archive", tmp_path / "archive", tmp_path / "page.html")
    assert done.returncode == 0 and "windows-1256" in done.stderr
