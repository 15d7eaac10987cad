"""docs/custody.md says what the code does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dalil.archive import Archive, lines

PAGE = Path(__file__).parents[2] / "docs" / "custody.md"


@pytest.fixture(scope="module")
def page():
    return PAGE.read_text("utf-8")


def test_the_example_disclosure_is_right(page):
    disclosure = lines.disclose("name", "a.txt", bytes(16))
    assert f"disclosure  {disclosure}\n" in page
    assert f"digest      {lines.digest_of(disclosure)}\n" in page


def test_every_act_is_described(page):
    for act in lines.ACTS:
        assert re.search(rf"^\| `{act}`", page, re.M), act


def run_the_check(page: str, folder: Path, archive: Path):
    (script,) = re.findall(r"```python\n(.*?)```", page, re.S)
    (folder / "check.py").write_text(script)
    command = [sys.executable, "-I", folder / "check.py", archive]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_check_without_dalil_agrees(page, archive, checked, tmp_path):
    done = run_the_check(page, tmp_path, archive)
    report = checked(archive)
    assert done.stdout == f"{report.lines} lines, root {report.root}\n", done.stderr


def test_the_check_without_dalil_finds_a_damaged_object(page, archive, tmp_path):
    with Archive.open(archive) as opened:
        path = opened.object_path(next(opened.captures()).object.sha256)
    path.chmod(0o644)
    path.write_bytes(b"other")
    done = run_the_check(page, tmp_path, archive)
    assert done.returncode == 1 and "is damaged" in done.stderr


def test_the_fields_of_a_capture_are_those_described(page, archive):
    row = next(line for line in page.splitlines() if line.startswith("| `capture`"))
    described = set(re.findall(r"`(\w+)`", row)) - {"capture"}
    with Archive.open(archive) as opened:
        for entry in opened.entries(act="capture"):
            assert set(entry.disclosed) - {"fields"} <= described
            assert set(entry.disclosed["fields"]) >= described - {"modified", "page", "import", "attached_to"}
