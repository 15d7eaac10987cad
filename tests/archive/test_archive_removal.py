"""Erasing, withholding, redacting: what is gone is gone, the log says so, and everything else verifies."""

import hashlib
import sqlite3
from pathlib import Path

import pytest

from dalil.archive import Archive, find, removal
from dalil.errors import InputRefused


def every_byte(archive: Path) -> bytes:
    return b"\n".join(p.read_bytes() for p in sorted(archive.rglob("*")) if p.is_file())


def capture_named(opened, name):
    return next(c for c in opened.captures() if c.name == name)


@pytest.fixture
def erase(archive):
    def run(what, *fields):
        with Archive.open(archive, write=True) as opened:
            chosen = removal.resolve(opened, what, fields)
            return removal.erase(opened, chosen, reason="a family asked", by="tester")

    return run


def test_erased_bytes_are_gone_and_all_else_verifies(archive, checked, erase):
    with Archive.open(archive) as opened:
        capture = capture_named(opened, "c.txt")
        path = opened.object_path(capture.object.sha256)
        words = path.read_bytes()
    erase(capture.object.sha256[:10], "bytes")
    report = checked(archive)
    assert report.ok and not report.findings
    assert not path.exists() and words not in every_byte(archive)
    with Archive.open(archive) as opened:
        assert capture.object.sha256 not in {c.object.sha256 for c in opened.captures()}
        (entry,) = opened.entries(act="erase")
        assert entry.disclosed["reason"] == "a family asked" and entry.disclosed["by"] == "tester"
        assert entry.disclosed["targets"] == [{"seq": capture.seq, "field": "bytes"}]


def test_everything_about_an_object_can_go_in_all_its_captures(archive, checked, erase):
    with Archive.open(archive) as opened:
        capture = capture_named(opened, "a.txt")
        same = list(opened.captures(capture.object.sha256))
        salts = [d for c in same for d in opened_disclosures(archive, c.seq).split("~")[:-1]]  # the last: field names
    assert len(same) == 2
    erase(capture.object.sha256, "all")
    assert checked(archive).ok
    left = every_byte(archive)
    for gone in (capture.object.sha256, "copy of a.txt", capture.source, *salts):
        assert gone.encode() not in left
    assert hashlib.sha256(b"At least three").hexdigest().encode() not in left


def opened_disclosures(archive, seq):
    connection = sqlite3.connect(archive / "dalil.db")
    (joined,) = connection.execute("SELECT disclosures FROM disclosure WHERE seq = ?", (seq,)).fetchone()
    connection.close()
    return joined


def test_one_field_can_go_and_the_file_stays(archive, checked, erase):
    with Archive.open(archive) as opened:
        capture = capture_named(opened, "b.md")
    erase(str(capture.seq), "source", "by")
    assert checked(archive).ok
    with Archive.open(archive) as opened:
        after = next(c for c in opened.captures() if c.seq == capture.seq)
        assert (after.source, after.by, after.name) == ("[erased]", "[erased]", "b.md")
        assert opened.object_path(capture.object.sha256).is_file()
    assert capture.source.encode() not in every_byte(archive)


@pytest.mark.parametrize(("what", "fields"), [("0", ["vkey"]), ("0", ["fields"]), ("99", ["by"]), ("1", ["nothing"]),
                                              ("deadbeef00", ["bytes"])])  # fmt: skip
def test_what_the_log_is_checked_by_is_not_erased(archive, checked, erase, what, fields):
    before = (checked(archive), [opened_disclosures(archive, seq) for seq in range(8)])
    with pytest.raises(InputRefused):
        erase(what, *fields)
    assert (checked(archive), [opened_disclosures(archive, seq) for seq in range(8)]) == before


def test_an_erasure_that_a_crash_cut_short_is_finished_by_the_next_writer(archive, checked, monkeypatch):
    with Archive.open(archive, write=True) as opened:
        capture = capture_named(opened, "c.txt")
        path = opened.object_path(capture.object.sha256)
        chosen = removal.resolve(opened, capture.object.sha256, ["all"])
        with monkeypatch.context() as patch:
            patch.setattr(removal, "finish", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                removal.erase(opened, chosen, reason="asked", by="tester")
        assert path.exists()
    report = checked(archive)
    assert report.ok, report.findings
    Archive.open(archive, write=True).close()
    assert not path.exists()
    report = checked(archive)
    assert report.ok and not report.findings
    assert capture.object.sha256.encode() not in every_byte(archive)


def test_erased_bytes_that_come_back_behind_our_back_are_found(archive, checked, erase):
    with Archive.open(archive) as opened:
        capture = capture_named(opened, "c.txt")
        path = opened.object_path(capture.object.sha256)
        words = path.read_bytes()
    erase(capture.object.sha256, "bytes")
    path.write_bytes(words)
    assert [f.kind for f in checked(archive).findings if f.damage] == ["erased"]


def test_the_same_file_may_be_added_again_after_it_was_erased(archive, folder, checked, erase):
    with Archive.open(archive) as opened:
        sha256 = capture_named(opened, "c.txt").object.sha256
    erase(sha256, "bytes")
    with Archive.open(archive, write=True) as opened:
        (taken,) = opened.capture(find([folder / "more" / "c.txt"]), by="tester")
    assert not taken.already and taken.capture.object.sha256 == sha256
    report = checked(archive)
    assert report.ok and not report.findings


def test_withholding_is_for_a_recipient_and_can_be_lifted(archive):
    with Archive.open(archive, write=True) as opened:
        chosen = removal.resolve(opened, "1", ["source", "by"])
        removal.withhold(opened, chosen, recipient="the court", reason="safety", by="tester")
        removal.withhold(opened, chosen[:1], recipient="*", reason="safety", by="tester")
        assert removal.withheld(opened, "the court") == set(chosen)
        assert removal.withheld(opened, "the press") == set(chosen[:1])
        removal.withhold(opened, chosen[:1], recipient="*", reason="she agreed", by="tester", lifted=True)
        assert removal.withheld(opened, "the press") == set()


def test_a_redacted_copy_is_logged_with_its_original(archive, folder, checked, tmp_path):
    copy = tmp_path / "redacted.txt"
    copy.write_text("At least three people were hurt in ███, residents said.\n", "utf-8")
    with Archive.open(archive, write=True) as opened:
        original = capture_named(opened, "a.txt").object.sha256
        entry = removal.redact(opened, original, copy, reason="names a place of hiding", by="tester")
        assert entry.disclosed["from"] == original
        assert opened.object_path(str(entry.disclosed["object"])).read_bytes() == copy.read_bytes()
        with pytest.raises(InputRefused, match="the original itself"):
            removal.redact(opened, original, folder / "a.txt", reason="x", by="tester")
    assert checked(archive).ok


def test_commands(archive, tmp_path, monkeypatch, capsys, checked):
    from dalil.__main__ import main

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--archive", str(archive), "--by", "tester", "--reason", "asked"])
        return ended.value.code

    with Archive.open(archive) as opened:
        sha256 = capture_named(opened, "c.txt").object.sha256
    (tmp_path / "copy.txt").write_text("███\n", "utf-8")
    assert run("redact", sha256, str(tmp_path / "copy.txt")) == 0
    assert run("withhold", sha256, "object", "--from", "the press") == 0
    assert run("erase", sha256[:12], "all", "--yes") == 0
    assert "dalil rebuild" in capsys.readouterr().out
    assert run("erase", sha256[:12], "all", "--yes") == 1
    assert checked(archive).ok
