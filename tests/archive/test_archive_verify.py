"""Whatever is changed in an archive is found and named, with what to do; what is only unfinished is no damage."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from dalil import db
from dalil.archive import Archive, lines
from dalil.archive.checkpoints import read
from dalil.archive.notes import Signer, checkpoint_text
from dalil.errors import ArchiveMissing, CustodyBroken, DalilError


@pytest.fixture
def sql(archive):
    """Runs statements behind dalil's back."""

    def run(*statements):
        connection = sqlite3.connect(archive / "dalil.db")
        for statement, *values in statements:
            connection.execute(statement, values)
        connection.commit()
        connection.close()

    return run


def damage(report):
    return [f for f in report.findings if f.damage]


def first_object(archive: Path) -> Path:
    with Archive.open(archive) as opened:
        return opened.object_path(next(opened.captures()).object.sha256)


def last_note(archive: Path) -> Path:
    return sorted((archive / "checkpoints").glob("*.note"))[-1]


def line_of(archive: Path, seq: int) -> bytes:
    with Archive.open(archive) as opened:
        return next(opened.entries(seq)).line


def test_an_untouched_archive_verifies(archive, checked):
    report = checked(archive)
    assert report.ok and not report.findings
    assert report.checkpoints == 3 and report.covered == report.lines
    assert (report.objects, report.captures) == (3, 4)


# ---------------------------------------------------------------- objects


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_any_flipped_bit_in_an_object_is_found(archive, checked, data):
    path = first_object(archive)
    good = path.read_bytes()
    bad = bytearray(good)
    bad[data.draw(st.integers(0, len(good) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.chmod(0o644)
    path.write_bytes(bad)
    report = checked(archive)
    path.write_bytes(good)
    path.chmod(0o444)
    (finding,) = damage(report)
    assert finding.kind == "damaged" and "found" in finding.what and finding.remedy


def test_missing_object(archive, checked):
    path = first_object(archive)
    path.unlink()
    (finding,) = damage(checked(archive))
    assert finding.kind == "missing" and finding.where.endswith(path.name)


def test_truncated_object(archive, checked):
    path = first_object(archive)
    path.chmod(0o644)
    path.write_bytes(b"")
    (finding,) = damage(checked(archive))
    assert finding.kind == "damaged"


def test_extra_object_and_stray_file(archive, checked):
    (archive / "objects" / "zz").mkdir()
    (archive / "objects" / "zz" / "x").write_text("x")
    (archive / "objects" / "y").write_text("y")
    assert [f.kind for f in damage(checked(archive))] == ["stray", "stray"]


def test_object_replaced_by_a_folder_or_link(archive, checked, tmp_path):
    path = first_object(archive)
    path.rename(tmp_path / "moved")
    path.symlink_to(tmp_path / "moved")
    assert damage(checked(archive))
    path.unlink()
    path.mkdir()
    assert damage(checked(archive))


def test_writable_object_is_noted(archive, checked):
    first_object(archive).chmod(0o644)
    report = checked(archive)
    assert report.ok and [f.kind for f in report.findings] == ["permissions"]


# ---------------------------------------------------------------- log lines


def altered(line: bytes) -> bytes:
    digest = lines.read_line(line).sd[0]
    parsed = lines.read_line(line)
    return lines.render(parsed.seq, parsed.at, parsed.act, sorted({*parsed.sd} - {digest} | {"A" * 43}))


def test_edited_line_in_canonical_form(archive, sql, checked):
    sql(("UPDATE log SET line = ? WHERE seq = 2", altered(line_of(archive, 2))))
    report = checked(archive)
    assert {f.kind for f in damage(report)} >= {"checkpoint"}
    assert any("one of the lines 1 to" in f.what for f in damage(report))


def test_edited_line_in_any_other_form(archive, sql, checked):
    sql(("UPDATE log SET line = ? WHERE seq = 2", line_of(archive, 2) + b" "))
    assert any(f.where == "line 2" and "was altered" in f.what for f in damage(checked(archive)))


def test_edited_time(archive, sql, checked):
    line = line_of(archive, 1)
    at = lines.read_line(line).at
    sql(("UPDATE log SET line = ? WHERE seq = 1", line.replace(at.encode(), b"2001-01-01T00:00:00.000000Z")))
    assert damage(checked(archive))


def test_dropped_line(archive, sql, checked):
    sql(("DELETE FROM log WHERE seq = 2",))
    assert any("line 2 is missing" in f.what for f in damage(checked(archive)))


def test_dropped_line_with_the_rest_renumbered(archive, sql, checked):
    sql(
        ("DELETE FROM log WHERE seq = 2",),
        ("UPDATE log SET seq = -seq WHERE seq > 2",),
        ("UPDATE log SET seq = -seq - 1 WHERE seq < 0",),
    )
    assert any("it says that it is line" in f.what for f in damage(checked(archive)))


def test_reordered_lines(archive, sql, checked):
    sql(
        ("UPDATE log SET seq = -1 WHERE seq = 2",),
        ("UPDATE log SET seq = 2 WHERE seq = 3",),
        ("UPDATE log SET seq = 3 WHERE seq = -1",),
    )
    assert len([f for f in damage(checked(archive)) if "lines were moved" in f.what]) == 2


def test_rolled_back_log(archive, sql, checked):
    with Archive.open(archive) as opened:
        size = opened.size
    sql(("DELETE FROM log WHERE seq >= ?", size - 3), ("DELETE FROM disclosure WHERE seq >= ?", size - 3))
    report = checked(archive)
    assert any("the log was rolled back" in f.what for f in damage(report))
    with pytest.raises(CustodyBroken, match="lines were lost"):
        Archive.open(archive, write=True)


def test_log_and_checkpoints_rolled_back_together_are_caught_by_a_checkpoint_kept_elsewhere(archive, tmp_path, checked):
    old = tmp_path / "old"
    shutil.copytree(archive, old)
    with Archive.open(archive, write=True) as opened:
        opened.append("judge", {"subject": "x", "by": "tester"})
    prior = read(last_note(archive))
    assert checked(archive, prior=prior).ok
    assert checked(old).ok
    (finding,) = damage(checked(old, prior=prior))
    assert finding.kind == "prior" and "rolled back" in finding.what


def test_fork_is_caught_by_a_checkpoint_kept_elsewhere(archive, tmp_path, checked):
    fork = tmp_path / "fork"
    shutil.copytree(archive, fork)
    for path, subject in ((archive, "x"), (fork, "y")):
        with Archive.open(path, write=True) as opened:
            opened.append("judge", {"subject": subject, "by": "tester"})
    assert checked(fork).ok
    (finding,) = damage(checked(fork, prior=read(last_note(archive))))
    assert "expected root" in finding.what


def test_whole_log_gone(archive, checked):
    (archive / "dalil.db").write_bytes(b"not a database, not at all" * 100)
    with pytest.raises(CustodyBroken, match="Restore it from a copy"):
        checked(archive)
    (archive / "dalil.db").unlink()
    with pytest.raises(CustodyBroken, match="its log is gone"):
        checked(archive)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_no_damage_to_the_database_file_ends_in_a_traceback(archive, checked, data):
    path = archive / "dalil.db"
    good = path.read_bytes()
    bad = bytearray(good)
    for _ in range(data.draw(st.integers(1, 40))):
        bad[data.draw(st.integers(0, len(bad) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bad)
    try:
        report = checked(archive)
        assert report.ok != bool(damage(report))
    except CustodyBroken as error:
        assert "\n" not in str(error)
    finally:
        for leftover in archive.glob("dalil.db-*"):
            leftover.unlink()
        path.write_bytes(good)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_any_changed_byte_of_any_line_is_found(archive, checked, data):
    with Archive.open(archive) as opened:
        entries = list(opened.entries())
    entry = data.draw(st.sampled_from(entries))
    line = bytearray(entry.line)
    line[data.draw(st.integers(0, len(line) - 1))] ^= data.draw(st.integers(1, 255))
    connection = sqlite3.connect(archive / "dalil.db")
    with connection:
        connection.execute("UPDATE log SET line = ? WHERE seq = ?", (bytes(line), entry.seq))
    report = checked(archive)
    with connection:
        connection.execute("UPDATE log SET line = ? WHERE seq = ?", (entry.line, entry.seq))
    connection.close()
    assert damage(report)


# ---------------------------------------------------------------- disclosures, captures, pending


def test_edited_disclosure(archive, sql, checked):
    forged = lines.disclose("name", "other.txt", bytes(16))
    sql(("UPDATE disclosure SET disclosures = disclosures || '~' || ? WHERE seq = 1", forged))
    assert any("matches no digest" in f.what for f in damage(checked(archive)))


def test_dropped_disclosures(archive, sql, checked):
    connection = sqlite3.connect(archive / "dalil.db")
    (joined,) = connection.execute("SELECT disclosures FROM disclosure WHERE seq = 1").fetchone()
    connection.close()
    for kept in (joined.split("~")[1:], joined.split("~")[:-1]):
        sql(("UPDATE disclosure SET disclosures = ? WHERE seq = 1", "~".join(kept)))
        assert any("is gone, and no line says that it was erased" in f.what for f in damage(checked(archive)))
    sql(("DELETE FROM disclosure WHERE seq = 1",))
    assert damage(checked(archive))


def test_an_erased_value_is_no_damage(archive, sql, checked):
    """The log says that it was done, all else verifies."""
    with Archive.open(archive, write=True) as opened:
        opened.append("erase", {"targets": [{"seq": 1, "field": "by"}], "by": "tester", "reason": "asked by a family"})
        joined = next(custody_rows(opened, 1))
    kept = [d for d in joined.split("~") if lines.read_disclosure(d)[0] != "by"]
    sql(
        ("UPDATE disclosure SET disclosures = ? WHERE seq = 1", "~".join(kept)),
        ("UPDATE capture SET \"by\" = '[erased]' WHERE seq = 1",),
    )
    report = checked(archive)
    assert not damage(report)


def custody_rows(opened, seq):
    from dalil.archive import custody

    with opened.engine.connect() as connection:
        yield next(custody.rows(connection, seq))[2]


def test_capture_table_that_differs_from_the_log_is_rebuilt(archive, sql, checked):
    with Archive.open(archive) as opened:
        before = list(opened.captures())
    sql(("UPDATE capture SET name = 'x' WHERE seq = 1",), ("DELETE FROM capture WHERE seq = 3",))
    sql(("INSERT INTO capture SELECT 999, sha256, size, media_type, name, source, captured_utc, tool, \"by\", page, "
         "imported FROM capture WHERE seq = 1",))  # fmt: skip
    findings = [f for f in damage(checked(archive)) if f.kind == "capture"]
    assert [f.where for f in findings] == ["line 1", "line 3", "line 999"]
    assert all("dalil rebuild" in f.remedy for f in findings)
    with Archive.open(archive, write=True) as opened:
        assert opened.rebuild_captures() == len(before)
        assert list(opened.captures()) == before
    assert checked(archive).ok


def test_half_done_capture_is_noted_then_adopted(archive, checked):
    """The state that a crash leaves between the renaming and the logging of a batch."""
    with Archive.open(archive, write=True) as opened:
        incoming = opened.store.receive()
        incoming.write(b"cut short")
        sha256 = incoming.seal()
        details = {
            "object": sha256, "size": 9, "media_type": "text/plain", "name": "n.txt", "source": "file:///n.txt",
            "captured": lines.new_moment(), "tool": "test", "by": "tester",
        }  # fmt: skip
        torn = {**details, "object": "ab" * 32}
        absent = {**details, "object": "cd" * 32}
        with opened.engine.begin() as connection:
            rows = [{"sha256": d["object"], "details": lines.canonical(d)} for d in (details, torn, absent)]
            connection.execute(insert(db.pending), rows)
        opened.store.keep([(incoming.path, sha256)])
        opened.object_path("ab" * 32).parent.mkdir()
        opened.object_path("ab" * 32).write_bytes(b"torn")
        (opened.store.incoming / "incoming-left").write_bytes(b"left over")
        report = checked(archive)
        assert {f.kind for f in report.findings if not f.damage} >= {"pending", "temporary"}
        assert {f.kind for f in damage(report)} == {"damaged"}
    with Archive.open(archive, write=True) as opened:
        (adopted,) = opened.adopted
        assert (adopted.object.sha256, adopted.name) == (sha256, "n.txt")
        assert adopted in list(opened.captures())
        assert [e.disclosed["reason"] for e in opened.entries(act="adopt")]
        assert not opened.object_path("ab" * 32).exists()
    report = checked(archive)
    assert report.ok and not report.findings
    with Archive.open(archive, write=True) as opened:
        assert opened.adopted == ()


# ---------------------------------------------------------------- checkpoints and keys


def test_edited_checkpoint(archive, checked):
    note = last_note(archive)
    good = note.read_text("utf-8")
    root = good.split("\n")[2]
    for bad in (
        good.replace(root, "A" * 43 + "="),
        good.replace("\n— ", "\n- "),
        good[:-20] + "\n",
        "",
        good.replace("dalil/", "other/"),
    ):
        note.chmod(0o644)
        note.write_text(bad, "utf-8")
        assert any(f.kind == "checkpoint" for f in damage(checked(archive))), bad
        with pytest.raises(CustodyBroken):
            Archive.open(archive, write=True)
    note.write_text(good, "utf-8")
    assert checked(archive).ok


def test_older_checkpoint_edited_gone_or_renamed(archive, checked):
    first = sorted((archive / "checkpoints").glob("*.note"))[0]
    good = first.read_bytes()
    first.unlink()
    assert any("is gone, though the log names it" in f.what for f in damage(checked(archive)))
    first.with_name("000000000002.note").write_bytes(good)
    assert any("under another name" in f.what for f in damage(checked(archive)))


def test_checkpoint_of_another_key(archive, checked):
    note = read(last_note(archive))
    other = Signer.generate(note.origin).sign_note(checkpoint_text(note.origin, note.size, bytes.fromhex(note.root)))
    last_note(archive).write_text(other, "utf-8")
    assert any("is not signed by this log's key" in f.what for f in damage(checked(archive)))


def test_whole_key_replaced(archive, checked):
    note = read(last_note(archive))
    signer = Signer.generate(note.origin)
    for name, data in (
        ("log.pem", signer.private_pem()),
        ("log.pub", signer.key.public_pem()),
        ("log.vkey", (signer.key.vkey + "\n").encode()),
    ):
        (archive / "keys" / name).write_bytes(data)
    assert [f.where for f in damage(checked(archive))] == ["keys/log.vkey", "keys/log.pub"]
    with pytest.raises(CustodyBroken, match="no signature of"):
        Archive.open(archive, write=True)


def test_key_that_others_may_read_is_noted(archive, checked):
    assert (archive / "keys" / "log.pem").stat().st_mode & 0o777 == 0o600
    (archive / "keys" / "log.pem").chmod(0o644)
    report = checked(archive)
    assert report.ok and [f.where for f in report.findings] == ["keys/log.pem"]


def test_lines_after_the_newest_checkpoint_are_noted(archive, checked):
    with Archive.open(archive, write=True) as opened:
        opened.append("judge", {"subject": "x", "by": "tester"})
        report = checked(archive)  # as a crash would leave it
        assert report.ok and "newer than the newest good checkpoint" in report.findings[0].what
    assert not checked(archive).findings


def test_a_crash_before_the_checkpoint_is_made_good(archive, checked):
    opened = Archive.open(archive, write=True)
    opened.append("judge", {"subject": "x", "by": "tester"})
    opened._let_go()  # as a killed process does
    Archive.open(archive, write=True).close()
    report = checked(archive)
    assert report.ok and not report.findings


def test_a_lying_edge_is_not_believed(archive, sql, checked):
    sql(("UPDATE frontier SET hashes = zeroblob(length(hashes))",))
    with pytest.raises(CustodyBroken, match="not those of the checkpoint"):
        Archive.open(archive, write=True)
    sql(("DELETE FROM frontier",))
    with Archive.open(archive, write=True) as opened:
        opened.append("judge", {"subject": "x", "by": "tester"})
    assert checked(archive).ok


def test_a_rewritten_log_is_not_signed_for(archive, sql):
    sql(("UPDATE log SET line = ? WHERE seq = 2", altered(line_of(archive, 2))), ("DELETE FROM frontier",))
    with pytest.raises(CustodyBroken, match="not those of the checkpoint"):
        Archive.open(archive, write=True)


# ---------------------------------------------------------------- archives that cannot be opened, or only read


def test_what_is_no_archive(tmp_path):
    with pytest.raises(ArchiveMissing, match="dalil init"):
        Archive.open(tmp_path)
    with pytest.raises(ArchiveMissing):
        Archive.open(tmp_path / "none", write=True)


TORN = ("", "format = 2", "format = 1", "x", 'format = 1\nname = 1\norigin = "x"\ndatabase = "d"\nblobs = "b"')


@pytest.mark.parametrize("text", TORN)
def test_torn_settings(archive, text):
    (archive / "dalil.toml").chmod(0o644)
    (archive / "dalil.toml").write_text(text)
    with pytest.raises(CustodyBroken, match=r"dalil\.toml"):
        Archive.open(archive)


def test_an_archive_is_not_made_over_anything(archive, tmp_path):
    with pytest.raises(DalilError, match="already an archive"):
        Archive.create(archive)
    with pytest.raises(DalilError, match="not empty"):
        Archive.create(tmp_path)
    with pytest.raises(DalilError, match="one line"):
        Archive.create(tmp_path / "new", "two\nlines")
    (tmp_path / "file").write_text("x")
    with pytest.raises(DalilError, match="cannot make an archive"):
        Archive.create(tmp_path / "file" / "new")


def test_readers_do_not_write(archive):
    with Archive.open(archive) as opened, pytest.raises(DalilError, match="reading only"):
        opened.append("judge", {"subject": "x"})


@pytest.mark.parametrize("journal", [False, True], ids=["at rest", "with lines in the journal only"])
def test_an_archive_on_a_medium_that_cannot_be_written(archive, open_folder, as_plain_user, checked, journal):
    copy = open_folder / "what? a 100% #1 archive"
    if journal:
        with Archive.open(archive, write=True) as opened:
            opened.append("judge", {"subject": "x", "by": "tester"})
            shutil.copytree(archive, copy)
        (copy / "dalil.db-shm").unlink()
        assert (copy / "dalil.db-wal").stat().st_size
    else:
        shutil.copytree(archive, copy)
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    with as_plain_user():
        report = checked(copy)
        assert report.ok
        with Archive.open(copy) as opened:
            assert len(list(opened.entries())) == report.lines == opened.size
        with pytest.raises(DalilError, match=r"cannot be (written|read)"):
            Archive.open(copy, write=True)
    assert report.lines == (9 if journal else 8)
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o755)
