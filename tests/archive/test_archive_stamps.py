"""Time stamps of a real authority of our own: asked for, kept, checked; what fails is seen and tried again."""

import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest
from authority import Authority

from dalil.archive import Archive, stamps


@pytest.fixture(scope="module")
def authorities(tmp_path_factory):
    top = tmp_path_factory.mktemp("authorities")
    pair = (Authority(top / "one", "First"), Authority(top / "two", "Second", chain=True))
    yield pair
    for authority in pair:
        authority.close()


@pytest.fixture
def named(archive, authorities):
    """The archive, with both authorities in dalil.toml and their roots beside it."""
    for authority in authorities:
        authority.mode = "good"
        authority.queries.clear()
    text = (archive / "dalil.toml").read_text("utf-8")
    listed = ", ".join(f'"{authority.address}"' for authority in authorities)
    (archive / "dalil.toml").write_text(text.replace("authorities = []", f"authorities = [{listed}]"), "utf-8")
    (archive / stamps.ROOTS).write_bytes(b"".join(authority.root for authority in authorities))
    return archive


def stamp(path):
    with Archive.open(path, write=True) as opened:
        return stamps.stamp_waiting(opened)


def waiting(path):
    with Archive.open(path) as opened:
        return stamps.pending(opened)


def test_both_authorities_stamp_and_all_verifies(named, checked, authorities):
    assert [p.lines for p in waiting(named)] == [6, 6]
    before = datetime.now(UTC) - timedelta(seconds=2)
    made = stamp(named)
    assert [m.authority for m in made] == [a.address for a in authorities]
    assert all(before <= m.at_utc <= datetime.now(UTC) + timedelta(seconds=2) for m in made)
    assert not waiting(named) and stamp(named) == []
    report = checked(named)
    assert report.ok and not report.findings
    for number, reply in enumerate(sorted((named / "checkpoints").glob("*.tsr"))):
        note = next(named.glob(f"checkpoints/{reply.name.split('.')[0]}.note"))
        good = 0
        for authority in authorities:
            command = [
                "openssl",
                "ts",
                "-verify",
                "-data",
                note,
                "-in",
                reply,
                "-CAfile",
                authority.folder / "root.pem",
            ]
            good += subprocess.run(command, capture_output=True, check=False).returncode == 0
        assert good == 1, number


def test_rfc3161_client_agrees_with_openssl(named, authorities):
    note = sorted((named / "checkpoints").glob("*.note"))[-1].read_bytes()
    for made in stamp(named):
        mine = next(a for a in authorities if a.address == made.authority)
        other = next(a for a in authorities if a.address != made.authority)
        problem = stamps.checked_by_client(made.reply, note, mine.root)
        if mine is authorities[0]:
            assert problem is None
        # With the root sent along rfc3161-client may refuse; openssl's word holds, and it refuses a wrong root as well.
        stamps.check(made.reply, note, mine.root)
        assert stamps.checked_by_client(made.reply, note, other.root)
        with pytest.raises(stamps.StampRefused):
            stamps.check(made.reply, note, other.root)
        with pytest.raises(stamps.StampRefused):
            stamps.check(made.reply, note + b"x", mine.root)


@pytest.mark.parametrize("mode", ["down", "garbage", "empty", "huge", "refused", "replay"])
def test_what_fails_is_seen_and_tried_again(named, checked, authorities, mode):
    first, _ = authorities
    if mode == "replay":
        stamp(named)
        with Archive.open(named, write=True) as opened:
            opened.append("judge", {"subject": "x", "by": "tester"})
    first.mode = mode
    results = stamp(named)
    assert isinstance(results[0], stamps.StampRefused) and isinstance(results[1], stamps.Stamp)
    (left,) = waiting(named)
    assert left.authority == first.address and left.error
    report = checked(named)
    assert report.ok and [f.where for f in report.findings] == [first.address]
    with Archive.open(named) as opened:
        statuses = [e.disclosed["status"] for e in opened.entries(act="stamp")]
    assert statuses[-2:] == ["failed", "granted"]
    first.mode = "good"
    (again,) = stamp(named)
    assert isinstance(again, stamps.Stamp) and not waiting(named)
    report = checked(named)
    assert report.ok and not report.findings


def test_without_a_network_nothing_is_lost(named, checked):
    text = (named / "dalil.toml").read_text("utf-8")
    (named / "dalil.toml").write_text(text.replace("http://127.0.0.1:", "http://127.0.0.1:1/"), "utf-8")
    assert all(isinstance(r, stamps.StampRefused) for r in stamp(named))
    assert len(waiting(named)) == 2 and checked(named).ok
    (named / "dalil.toml").write_text(text.replace("http://", "file:///etc/"), "utf-8")
    assert all("not a web address" in str(r) for r in stamp(named))


def test_changed_replies_are_found(named, checked):
    stamp(named)
    first, second = sorted((named / "checkpoints").glob("*.tsr"))
    good, other = first.read_bytes(), second.read_bytes()
    bad = bytearray(good)
    bad[len(bad) // 2] ^= 1
    for data in (bytes(bad), other, b""):
        first.write_bytes(data)
        assert [f.kind for f in checked(named).findings if f.damage] == ["stamp"]
    first.unlink()
    assert [f.kind for f in checked(named).findings if f.damage] == ["stamp"]


def test_a_reply_that_a_crash_left_without_a_line_is_noted(named, checked, authorities):
    stamp(named)
    (named / "checkpoints" / f"{1:012d}.{'0' * 64}.tsr").write_bytes(b"x")
    report = checked(named)
    assert report.ok and ["no line of the log names" in f.what for f in report.findings] == [True]


def test_unknown_roots_are_told(named, checked):
    (named / stamps.ROOTS).unlink()
    stamp(named)
    assert [f.where for f in checked(named).findings] == [stamps.ROOTS]


def test_a_stamp_outlives_its_authoritys_certificate(archive, tmp_path):
    authority = Authority(tmp_path / "short", "Short", valid=timedelta(seconds=4))
    try:
        with Archive.open(archive, write=True) as opened:
            (made,) = stamps.stamp(opened, opened.checkpoint(), (authority.address,))
            note = opened.checkpoints.path(made.size).read_bytes()
        assert isinstance(made, stamps.Stamp), made
        time.sleep(max(0.0, (authority.expires - datetime.now(UTC)).total_seconds()) + 1.1)
        (tmp_path / "note").write_bytes(note)
        (tmp_path / "reply").write_bytes(made.reply)
        command = "openssl ts -verify -data note -in reply -CAfile short/root.pem"
        assert subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False).returncode != 0
        assert stamps.check(made.reply, note, authority.root) == made.at_utc
    finally:
        authority.close()


def test_commands(named, capsys):
    from dalil.__main__ import main

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--archive", str(named)])
        return ended.value.code, capsys.readouterr().out

    assert run("stamp", "--status")[0] == 1
    code, out = run("stamp")
    assert code == 0 and "lines stamped at" in out
    assert run("stamp", "--status") == (0, "")
    code, out = run("checkpoint")
    assert code == 0 and out.startswith("dalil/")
