"""kill -9 at random moments of `dalil add` on a folder of 1,000 mixed files; DALIL_KILLS says how often (200).

After each kill: `dalil verify` finds nothing damaged, and every object that was acknowledged on stdout is there. An
archive that a run could finish is compared with what was acknowledged and a new one is begun.
"""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

MAKE_FOLDER = Path(__file__).parents[1] / "bench" / "make_folder.py"
KILLS = int(os.environ.get("DALIL_KILLS", "200"))
LONGEST_S = 5.0
DALIL = (sys.executable, "-m", "dalil")


def add_until(archive: Path, folder: Path, said: Path, stop_s: float) -> bool:
    """Runs `dalil add` and kills it after `stop_s`; whether it ended by itself before that."""
    with said.open("ab") as out:
        command = [*DALIL, "add", "--archive", archive, "--json", folder]
        run = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE)
        try:
            _, talk = run.communicate(timeout=stop_s)
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
            run.communicate()
            return False
    assert run.returncode == 0, talk.decode()
    return True


def acknowledged(said: Path) -> set[str]:
    """The objects that were said to be safe; the last line may be torn by the kill."""
    objects = set()
    for line in said.read_text("utf-8", "replace").splitlines():
        try:
            objects.add(json.loads(line)["object"])
        except ValueError:
            continue
    return objects


def check(archive: Path, said: Path) -> None:
    """The archive verifies and holds all that was acknowledged."""
    report = subprocess.run([*DALIL, "verify", "--archive", archive], capture_output=True, text=True)
    assert report.returncode == 0, report.stdout + report.stderr
    for sha256 in acknowledged(said):
        assert (archive / "objects" / sha256[:2] / sha256[2:]).is_file()


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_adding_is_killed(tmp_path):
    folder, moments = tmp_path / "folder", random.Random(20161104)
    subprocess.run([sys.executable, MAKE_FOLDER, folder, "--files", "1000"], check=True, capture_output=True)
    kills = archives = 0
    while kills < KILLS:
        archive, said = tmp_path / f"archive-{archives}", tmp_path / f"said-{archives}.jsonl"
        archives += 1
        subprocess.run([*DALIL, "init", archive], check=True, capture_output=True)
        said.touch()
        while kills < KILLS and not add_until(archive, folder, said, moments.uniform(0.3, LONGEST_S)):
            kills += 1
            check(archive, said)
        check(archive, said)
    assert add_until(archive, folder, said, 600)
    check(archive, said)
    assert len(acknowledged(said)) >= 900
    print(f"{kills} kills over {archives} archives: nothing acknowledged was lost, nothing damaged")
