"""kill -9 at random moments while a folder is added: nothing acknowledged is lost, nothing is damaged.

DALIL_KILLS sets how many times (5 by default; the archive is begun anew whenever the folder is in it whole).
"""

import hashlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dalil.archive import Archive
from dalil.archive.verify import verify

TARGET = Path(__file__).with_name("kill_target.py")
FILES = 400
SEED = int(os.environ.get("DALIL_KILL_SEED", "1"))


def start(archive: Path, folder: Path) -> subprocess.Popen:
    """The victim, past its imports."""
    process = subprocess.Popen(
        [sys.executable, str(TARGET), str(archive), str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.fixture
def many(tmp_path):
    """Files of many sizes; every tenth has the bytes of an earlier one."""
    folder, r = tmp_path / "many", random.Random(SEED)
    folder.mkdir()
    for n in range(FILES):
        text = f"invented report {n - n % 10 if n % 10 == 9 else n}\n"
        (folder / f"{n:04}.txt").write_text(text * r.choice((1, 30, 3000)))
    return folder


def check(path: Path, acknowledged: set[str]) -> tuple[bool, int]:
    """Verifies an archive that a kill left behind; whether all was logged, and how many captures there are."""
    with Archive.open(path) as opened:
        report = verify(opened)
        logged = {f"{c.object.sha256} {c.source}" for c in opened.captures()}
    assert report.ok, report.findings
    assert acknowledged <= logged, "an acknowledged capture is gone"
    return not report.findings, report.captures


def test_kills_lose_nothing(tmp_path, many):
    kills = int(os.environ.get("DALIL_KILLS", "5"))
    r = random.Random(SEED)
    killed, rounds, adopted, moments = 0, 0, 0, []
    while killed < kills:
        path, acknowledged = tmp_path / f"archive-{rounds}", set()
        Archive.create(path, by="tester").close()
        rounds += 1
        finished = False
        while not finished and killed < kills:
            process = start(path, many)
            time.sleep(r.uniform(0, 0.45))
            process.kill()
            lines = process.stdout.read().splitlines()
            process.wait()
            process.stdout.close()
            finished = "done" in lines
            acknowledged |= {line for line in lines if " " in line}
            if not finished:
                killed += 1
                moments.append(len(lines))
            check(path, acknowledged)
        done = subprocess.run([sys.executable, TARGET, path, many], capture_output=True, text=True, check=True)
        assert done.stdout.endswith("done\n")
        clean, captures = check(path, acknowledged)
        assert clean, "a finished run leaves nothing unfinished"
        assert captures == FILES, "every file is captured once"
        with Archive.open(path) as opened:
            adopted += sum(1 for _ in opened.entries(act="adopt"))
            for capture in opened.captures():
                source = many / capture.name
                assert capture.object.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    print(f"{killed} kills over {rounds} archives; {adopted} captures adopted; acknowledged a run: {moments}")


def test_two_writers_at_once_both_finish(tmp_path, many):
    path = tmp_path / "archive"
    Archive.create(path, by="tester").close()
    other = tmp_path / "other"
    other.mkdir()
    for n in range(50):
        (other / f"{n}.txt").write_text(f"other {n}")
    processes = [start(path, folder) for folder in (many, other)]
    for process in processes:
        assert process.communicate()[0].endswith("done\n")
        assert process.returncode == 0
    clean, captures = check(path, set())
    assert clean and captures == FILES + 50
