"""What the documents say can be done, can be done; every command is in them."""

import re
import shlex
from pathlib import Path

import pytest

from dalil.__main__ import COMMANDS, cli
from the_command import dalil

ROOT = Path(__file__).parents[1]


def commands_of(page: Path) -> list[str]:
    """The lines of a page's plain code blocks that start with dalil; blocks marked sh are left to the reader."""
    blocks = re.findall(r"^```\n(.*?)^```", page.read_text("utf-8"), re.S | re.M)
    return [line for block in blocks for line in block.splitlines() if line.startswith("dalil ")]


def test_the_first_incident_can_be_followed(tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    commands = commands_of(ROOT / "docs" / "first-incident.md")
    assert len(commands) >= 9
    for command in commands:
        done = dalil(*shlex.split(command)[1:], cwd=tmp_path)
        assert done.returncode == 0, (command, done.stderr)
        assert done.stdout.strip() or done.stderr.strip(), command


@pytest.mark.parametrize("name", [name for name, _, _ in COMMANDS])
def test_every_command_says_what_it_does_with_an_example(name):
    command = cli.get_command(None, name)
    text = command.help or ""
    assert "Example" in text, f"dalil {name} --help shows no example"
    assert f"dalil {name}" in text


@pytest.mark.parametrize("name", [name for name, _, _ in COMMANDS])
def test_every_command_is_in_the_readme(name):
    assert f"`dalil {name}`" in (ROOT / "README.md").read_text("utf-8")


def test_links_between_pages_lead_somewhere():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "CONTRIBUTING.md"]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} leads to {target}, which is not there"
