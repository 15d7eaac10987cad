"""kill -9 at random moments while a folder is added: nothing acknowledged is lost, nothing is damaged.

DALIL_KILLS sets how many times (4 by default; the archive is begun anew whenever the folder is in it whole). Half of
them are while `dalil add` reads and links too; then what is derived is in the end what a rebuild makes of it.
"""

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dalil.archive import Archive
from dalil.archive.verify import verify
from the_command import dalil

TARGET = Path(__file__).with_name("kill_target.py")
FILES = {"capture": 400, "add": 50}
LONGEST_S = {"capture": 0.45, "add": 1.0}
SEED = int(os.environ.get("DALIL_KILL_SEED", "1"))
KILLS = int(os.environ.get("DALIL_KILLS", "4"))


def start(what: str, archive: Path, folder: Path) -> subprocess.Popen:
    """The victim, past its imports."""
    process = subprocess.Popen(
        [sys.executable, str(TARGET), what, str(archive), str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    return process


def fill(folder: Path, what: str) -> Path:
    """Files of many sizes, all invented; every tenth has the bytes of an earlier one."""
    r = random.Random(SEED)
    folder.mkdir()
    for n in range(FILES[what]):
        number = n - n % 10 if n % 10 == 9 else n
        day = 1 + number % 28
        text = f"Raid on Tal Ahmar {number}\n\nTwo men were killed in shelling in Tal Ahmar on {day} May 2015.\n"
        (folder / f"{n:04}.txt").write_text(text if what == "add" else text * r.choice((1, 30, 3000)), "utf-8")
    return folder


def check(path: Path, acknowledged: set[tuple[str, str]]) -> tuple[bool, int]:
    """Verifies an archive that a kill left behind; whether all was logged, and how many captures there are."""
    with Archive.open(path) as opened:
        report = verify(opened)
        logged = {(c.object.sha256, c.source) for c in opened.captures()}
    assert report.ok, report.findings
    assert acknowledged <= logged, "an acknowledged capture is gone"
    return not report.findings, report.captures


def told(lines: list[str]) -> set[tuple[str, str]]:
    """What the victim acknowledged before it was killed; a line that it did not finish counts for nothing."""
    found = set()
    for line in lines:
        if line.startswith("{") and line.endswith("}"):
            row = json.loads(line)
            found.add((row["object"], row["source"]))
    return found


def incidents(path: Path) -> list[tuple]:
    """Everything derived, as it stands in the database."""
    from sqlalchemy import select

    from dalil import db

    with Archive.open(path) as opened, opened.reading() as connection:
        return [
            sorted(tuple(row) for row in connection.execute(select(table)))
            for table in (db.incident, db.account, db.claim, db.document, db.derivation, db.problem)
        ]


@pytest.mark.timeout(300 + 10 * KILLS)
@pytest.mark.parametrize("what", FILES)
def test_kills_lose_nothing(tmp_path, what):
    folder = fill(tmp_path / "many", what)
    kills = KILLS // 2
    r = random.Random(SEED)
    killed, rounds, adopted, moments = 0, 0, 0, []
    while killed < kills:
        path, acknowledged = tmp_path / f"archive-{rounds}", set()
        Archive.create(path, by="tester").close()
        rounds += 1
        finished = False
        while not finished and killed < kills:
            process = start(what, path, folder)
            time.sleep(r.uniform(0, LONGEST_S[what]))
            process.kill()
            lines = process.stdout.read().splitlines()
            process.wait()
            process.stdout.close()
            finished = "done" in lines
            acknowledged |= told(lines)
            if not finished:
                killed += 1
                moments.append(len(lines))
            check(path, acknowledged)
        done = subprocess.run([sys.executable, TARGET, what, path, folder], capture_output=True, text=True, check=True)
        assert done.stdout.endswith("done\n")
        clean, captures = check(path, acknowledged)
        assert clean, "a finished run leaves nothing unfinished"
        assert captures == FILES[what], "every file is captured once"
        with Archive.open(path) as opened:
            adopted += sum(1 for _ in opened.entries(act="adopt"))
            for capture in opened.captures():
                source = folder / capture.name
                assert capture.object.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
        if what == "add":
            derived = incidents(path)
            assert not dalil("rebuild", "--archive", path).returncode
            assert incidents(path) == derived and any(derived), "what a kill cut short is derived as if it had not been"
    print(f"{what}: {killed} kills over {rounds} archives; {adopted} captures adopted; lines before each: {moments}")


def test_two_writers_at_once_both_finish(tmp_path):
    folder = fill(tmp_path / "many", "capture")
    path = tmp_path / "archive"
    Archive.create(path, by="tester").close()
    other = tmp_path / "other"
    other.mkdir()
    for n in range(50):
        (other / f"{n}.txt").write_text(f"other {n}")
    processes = [start("capture", path, folder) for folder in (folder, other)]
    for process in processes:
        assert process.communicate()[0].endswith("done\n")
        assert process.returncode == 0
    clean, captures = check(path, set())
    assert clean and captures == FILES["capture"] + 50
