"""One small archive for all tests of the pages, made once."""

import pytest
import web_archive
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from dalil.archive import Archive
from dalil.web.accounts import passwords
from dalil.web.app import create_app
from real_browser import serving


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    return web_archive.make(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="session")
def client(made):
    with Archive.open(made.path) as archive:
        yield TestClient(create_app(archive), base_url="http://127.0.0.1:8484")


@pytest.fixture(scope="session")
def address(made):
    """A real server over that archive, for whoever only looks."""
    with serving(made.path) as found:
        yield found


@pytest.fixture(scope="module")
def quick_hashes():
    """Passwords are hashed with small parameters; one test of test_web_accounts_book.py has the real ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=256, parallelism=1))
        passwords.nobody.cache_clear()
        yield
    passwords.nobody.cache_clear()


@pytest.fixture
def empty_client(tmp_path):
    Archive.create(tmp_path / "empty", "Empty").close()
    with Archive.open(tmp_path / "empty") as archive:
        yield TestClient(create_app(archive), base_url="http://localhost")
