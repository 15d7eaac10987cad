"""The house stands as docs/architecture.md draws it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "dalil"
STAGES = ("archive", "atlas", "calendar", "claims", "footage", "incidents", "losses", "outlook", "publish", "web")
GROUND = ("errors", "jsonl", "records", "db")
TOP = ("pipeline", "deep", "commands", "__main__")


def imported(path: Path) -> set[str]:
    """The rooms of dalil that one module imports, wherever in the module it does so."""
    package = ("dalil", *path.relative_to(SRC).parts[:-1])
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) + "." if node.level else ""
            module = base + (node.module or "")
            names = [f"{module.rstrip('.')}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "dalil" and len(parts) > 1 and parts[1] != "__version__":
                rooms.add(parts[1])
    return rooms


def modules():
    return sorted(SRC.rglob("*.py"))


def test_stages_sort_in_the_order_of_the_data():
    assert list(STAGES) == sorted(STAGES)
    folders = {p.name for p in SRC.iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert folders <= set(STAGES)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SRC)))
def test_a_folder_imports_only_folders_that_sort_before_it(path):
    room = path.relative_to(SRC).parts[0].removesuffix(".py")
    found = imported(path)
    if room in STAGES:
        allowed = {*GROUND, *(s for s in STAGES if s <= room)}
    elif room in GROUND:
        allowed = set(GROUND[: GROUND.index(room)])
    else:
        allowed = {*GROUND, *STAGES, *TOP[: TOP.index(room)]} if room in TOP else set()
    assert found <= allowed, f"{path.relative_to(ROOT)} may not import {sorted(found - allowed)}"


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_requirements_file_names_an_address():
    files = [p for p in tracked() if re.search(r"requirements.*\.txt$|\.lock$|package-lock\.json$|\.npmrc$", p.name)]
    for path in files:
        assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links", path.read_text("utf-8")), path


def test_no_tracked_file_holds_a_path_of_one_machine():
    homes = re.compile(rb"(?<![A-Za-z0-9_.])/(?:work|farm|root|home/[a-z]+|Users/[A-Za-z]+)/")
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data[:8000]:
            assert not homes.search(data), path


def test_no_process_of_ours_takes_modules_from_the_current_folder():
    """Which may be a folder that was received, with a module in it that somebody wrote for this."""
    started = [line for path in modules() for line in path.read_text("utf-8").splitlines() if "[sys.executable" in line]
    assert len(started) >= 4
    assert [line for line in started if '"-P"' not in line and '"-I"' not in line] == []


def test_help_imports_no_heavy_library():
    code = (
        "import sys; from dalil.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('sqlalchemy','numpy','lxml','PIL','av','starlette','jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
