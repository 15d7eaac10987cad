"""dalil verify --deep finds what was changed in the derived tables; --resume goes on where a run was stopped."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dalil import deep, pipeline
from dalil.archive import Archive, find, resume
from dalil.archive.verify import verify
from the_command import dalil


@pytest.fixture
def archive(tmp_path):
    """Two reports, invented here, taken in and read."""
    folder = tmp_path / "reports"
    folder.mkdir()
    for n, place in enumerate(("Tal Ahmar", "Bir Safa")):
        (folder / f"{n}.txt").write_text(
            f"Three men were killed in shelling in {place} on {n + 3} May 2015.\n", "utf-8"
        )
    with Archive.create(tmp_path / "archive", by="tester") as made:
        list(made.capture(find([folder]), by="tester"))
        pipeline.derive_waiting(made)
    return tmp_path / "archive"


def command(archive, *more):
    return dalil("verify", "--archive", archive, *more)


def test_a_clean_archive_is_derived_as_it_stands(archive):
    done = command(archive, "--deep", "--seed", "7")
    assert done.returncode == 0 and "seed 7" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("column", ["record", "reading"])
def test_an_altered_derived_row_is_found(archive, column):
    connection = sqlite3.connect(archive / "dalil.db")
    with connection:
        connection.execute(f"UPDATE document SET {column} = replace({column}, 'Three men', 'Seven men')")
    connection.close()
    with Archive.open(archive) as opened:
        assert verify(opened).ok, "derived rows are no evidence: plain verify does not read them"
        found = list(deep.differences(opened, 20, 1))
    assert len(found) == 2 and all(finding.damage for finding in found)
    done = command(archive, "--deep")
    assert done.returncode == 1 and "dalil rebuild" in done.stdout


def test_the_same_seed_takes_the_same_sample(archive):
    connection = sqlite3.connect(archive / "dalil.db")
    with connection:
        connection.execute("UPDATE document SET record = '{}'")
    connection.close()
    with Archive.open(archive) as opened:
        taken = [[f.where for f in deep.differences(opened, 1, seed)] for seed in (5, 5, 6, 7, 8, 9)]
    assert taken[0] == taken[1] and len({where for (where,) in taken}) == 2


# ---------------------------------------------------------------- going on


class Stopped(BaseException):
    """What Ctrl-C does."""


def stop_after(count):
    seen = []

    def on_bytes(number):
        seen.append(number)
        if len(seen) > count:
            raise Stopped

    return on_bytes


@pytest.fixture
def stopped(tmp_path, monkeypatch):
    """An archive of six objects whose verification was stopped after three."""
    monkeypatch.setattr("dalil.archive.verify.HASHERS", 1)
    folder = tmp_path / "files"
    folder.mkdir()
    for n in range(6):
        (folder / f"{n}.txt").write_text(f"invented {n}\n")
    with Archive.create(tmp_path / "archive", by="tester") as made:
        list(made.capture(find([folder]), by="tester"))
    with Archive.open(tmp_path / "archive") as opened:
        progress = resume.Progress(opened, resume=False)
        with pytest.raises(Stopped):
            verify(opened, on_bytes=stop_after(3), progress=progress)
        assert progress.stands
    return tmp_path / "archive"


def go_on(archive):
    with Archive.open(archive) as opened:
        return verify(opened, progress=resume.Progress(opened, resume=True))


def test_what_was_found_good_is_not_read_again(stopped):
    report = go_on(stopped)
    assert report.ok and report.resumed == 3
    assert go_on(stopped).resumed == 0, "a whole run leaves nothing to go on with"


def test_the_command_says_what_it_did_not_read(stopped):
    done = command(stopped, "--resume")
    assert done.returncode == 0 and "3 objects were not read now" in done.stdout
    assert "not read now" not in command(stopped).stdout


def test_a_file_that_was_touched_is_read_again(stopped):
    with Archive.open(stopped) as opened:
        paths = [opened.object_path(item.sha256) for item in opened.store.objects()]
    for path in paths:
        data, times = path.read_bytes(), path.stat()
        path.chmod(0o644)
        path.write_bytes(data[:-2] + b"X\n")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # a careful forger; the inode's own time tells
        path.chmod(0o444)
    report = go_on(stopped)
    assert report.resumed == 0 and sum(f.kind == "damaged" for f in report.findings) == 6


def test_a_torn_or_forged_memory_stops_nothing(stopped):
    with Archive.open(stopped) as opened:
        path = resume.Progress(opened, resume=False).path
    with path.open("a") as file:
        file.write('["x"]\n7\n["' + "a" * 64 + '", {}]\n["torn')
    assert go_on(stopped).resumed == 3


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to see when it is at work")
def test_ctrl_c_says_how_to_go_on(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    with (folder / "big.bin").open("wb") as file:
        file.write(b"invented")
        file.truncate(600 << 20)  # a hole: quickly made, slowly hashed
    (folder / "small.txt").write_text("invented\n")
    with Archive.create(tmp_path / "archive", by="tester") as made:
        list(made.capture(find([folder]), by="tester"))
    run = [sys.executable, "-m", "dalil", "verify", "--archive", str(tmp_path / "archive")]
    process = subprocess.Popen(run, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        tasks = Path(f"/proc/{process.pid}/task")
        if tasks.is_dir() and len(list(tasks.iterdir())) > 2:  # the hashers are at work
            process.send_signal(signal.SIGINT)
            break
        time.sleep(0.005)
    out, err = process.communicate(timeout=60)
    if process.returncode == 0:
        pytest.skip("it was done before it could be stopped")
    assert process.returncode == 130 and "stopped" in err and "Traceback" not in err, (out, err)
