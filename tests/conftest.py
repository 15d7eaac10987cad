"""Fixtures that every test room shares."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine may take seconds over what takes a millisecond when it is idle: neither is the code's fault.
settings.register_profile("dalil", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dalil")

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")
    parser.addoption("--gate", action="store_true", help="also measure accuracy against its floors")
    parser.addoption("--raise-floors", action="store_true", help="with --gate: write higher floors where measured")


def pytest_collection_modifyitems(config, items):
    for option in ("slow", "gate"):
        asked = config.getoption(f"--{option}")
        mark = pytest.mark.timeout(0) if asked else pytest.mark.skip(reason=f"{option}: run with --{option}")
        for item in items:
            if option in item.keywords:
                item.add_marker(mark)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of development data beside the checkout; tests that need it skip where it is absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("the development data (../shared) are not here")
    return folder


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory, monkeypatch):
    """Gazetteers and settings of the person who runs the tests stay untouched and unseen."""
    if not getattr(own_home, "folder", None):
        own_home.folder = tmp_path_factory.mktemp("dalil-home")
    monkeypatch.setenv("DALIL_HOME", str(own_home.folder))
    monkeypatch.delenv("DALIL_ARCHIVE", raising=False)


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests of this process; every test opens a context of its own in it."""
    from real_browser import chromium, find_browser

    pytest.importorskip("playwright.sync_api", reason="playwright is not installed (the test group of pyproject.toml)")
    if not find_browser():
        pytest.skip("no Chromium on this machine")
    with chromium() as found:
        yield found
