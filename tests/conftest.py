"""Fixtures that every test room shares."""

import shutil
from contextlib import ExitStack
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


@pytest.fixture(autouse=True, scope="session")
def own_home(tmp_path_factory):
    """Gazetteers and settings of the person who runs the tests stay untouched and unseen."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DALIL_HOME", str(tmp_path_factory.mktemp("dalil-home")))
        patch.delenv("DALIL_ARCHIVE", raising=False)
        yield


@pytest.fixture
def copy_of(tmp_path):
    """Gives a copy, open for writing, of an archive that was made once for many tests and that nobody may change."""
    from dalil.archive import Archive

    with ExitStack() as stack:

        def copied(made: Path) -> Archive:
            shutil.copytree(made, tmp_path / "archive")
            return stack.enter_context(Archive.open(tmp_path / "archive", write=True))

        yield copied


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests of this process; every test opens a context of its own in it."""
    from real_browser import chromium, find_browser

    pytest.importorskip("playwright.sync_api", reason="playwright is not installed (the test group of pyproject.toml)")
    if not find_browser():
        pytest.skip("no Chromium on this machine")
    with chromium() as found:
        yield found
