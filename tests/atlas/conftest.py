"""A data folder of its own for each test, and the drawn country loaded in it."""

from pathlib import Path

import pytest
from drawn_country import dump

from dalil.atlas.manage import load_file


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A data folder of its own, empty."""
    monkeypatch.setenv("DALIL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def country_file(tmp_path) -> Path:
    file = tmp_path / "XK.txt"
    file.write_text(dump(), "utf-8")
    return file


@pytest.fixture
def country(home, country_file) -> str:
    """The drawn country, loaded."""
    load_file("XK", country_file)
    return "XK"
