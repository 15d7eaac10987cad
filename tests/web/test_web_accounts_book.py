"""Accounts: names, roles, passwords, sessions and haste, in the book beside an archive."""

import os
import stat
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner

from dalil.__main__ import cli
from dalil.archive import Archive
from dalil.errors import InputRefused
from dalil.web.accounts import book as books
from dalil.web.accounts import passwords
from dalil.web.accounts.book import Book, TooManyTries
from dalil.web.accounts.roles import ROLES, may

GOOD, OTHER = "four words stand here", "another set of words"


pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture
def full_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "hasher", PasswordHasher())


@pytest.fixture
def book(tmp_path):
    made = Book(tmp_path)
    made.add("Olive Owner", GOOD, "owner", by="setup")
    yield made
    made.close()


def later(monkeypatch, span):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(UTC) + span

    monkeypatch.setattr(books, "datetime", Clock)


def test_there_is_no_book_and_no_sign_in_before_the_first_account(tmp_path):
    book = Book(tmp_path)
    assert not book.in_use and book.people() == [] and book.audit() == [] and book.who("x") is None
    assert not book.path.exists()
    with pytest.raises(InputRefused, match="no owner"):
        book.add("Vera", GOOD, "viewer", by="setup")


def test_a_person_signs_in_is_known_and_signs_out(book):
    token = book.sign_in("olive owner", GOOD, "127.0.0.1")
    assert book.who(token).name == "Olive Owner"
    assert book.sign_in("Olive Owner", OTHER, "127.0.0.1") is None and book.sign_in("Nobody", GOOD, "127.0.0.1") is None
    book.sign_out(token)
    assert book.who(token) is None
    assert [n.act for n in book.audit()] == ["refused", "refused", "sign_in", "account"]


def test_neither_passwords_nor_tokens_stand_in_the_book(full_hashes, book):
    token = book.sign_in("Olive Owner", GOOD, "127.0.0.1")
    book.close()
    data = b"".join(p.read_bytes() for p in book.path.parent.iterdir())
    assert GOOD.encode() not in data and token.encode() not in data and b"$argon2id$" in data
    assert b"$argon2id$v=19$m=65536,t=3,p=4$" in data  # RFC 9106, section 4, second recommended option
    if os.name != "nt":
        assert stat.S_IMODE(book.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("span", [books.IDLE + timedelta(minutes=1), books.LONGEST + timedelta(minutes=1)])
def test_a_session_runs_out(book, monkeypatch, span):
    token = book.sign_in("Olive Owner", GOOD, "127.0.0.1")
    later(monkeypatch, span)
    assert book.who(token) is None


def test_a_session_that_is_used_ends_all_the_same_after_its_longest_time(book, monkeypatch):
    token = book.sign_in("Olive Owner", GOOD, "127.0.0.1")
    for hours in (1, 2.5, 4, 5.5, 7, 8.5, 10, 11.5):
        later(monkeypatch, timedelta(hours=hours))
        assert book.who(token)
    later(monkeypatch, timedelta(hours=12.5))
    assert book.who(token) is None


def test_wrong_passwords_make_one_wait_and_not_for_ever(book, monkeypatch):
    for _ in range(books.TRIES_A_NAME):
        assert book.sign_in("Olive Owner", OTHER, "10.0.0.1") is None
    with pytest.raises(TooManyTries):
        book.sign_in("Olive Owner", GOOD, "10.0.0.2")
    later(monkeypatch, books.WINDOW + timedelta(seconds=1))
    assert book.sign_in("Olive Owner", GOOD, "10.0.0.2")


def test_one_address_cannot_try_every_name(book, monkeypatch):
    monkeypatch.setattr(books.passwords, "matches", lambda *_: False)
    for n in range(books.TRIES_AN_ADDRESS):
        assert book.sign_in(f"Name {n}", OTHER, "10.0.0.1") is None
    with pytest.raises(TooManyTries):
        book.sign_in("Another", OTHER, "10.0.0.1")


def test_a_new_password_or_role_ends_sessions(book):
    book.add("Vera", OTHER, "viewer", by="Olive Owner")
    for change in (
        lambda: book.change("Vera", role="reviewer", by="Olive Owner"),
        lambda: book.set_password("vera", OTHER, by="Olive Owner"),
        lambda: book.remove("Vera", by="Olive Owner"),
    ):
        token = book.sign_in("Vera", OTHER, "127.0.0.1")
        assert book.who(token)
        change()
        assert book.who(token) is None


def test_there_is_always_an_owner(book):
    book.add("Vera", OTHER, "viewer", by="Olive Owner")
    with pytest.raises(InputRefused, match="only owner"):
        book.change("Olive Owner", role="viewer", by="Vera")
    with pytest.raises(InputRefused, match="only owner"):
        book.remove("Olive Owner", by="Vera")
    book.change("Vera", role="owner", by="Olive Owner")
    book.remove("Olive Owner", by="Vera")
    assert [p.name for p in book.people()] == ["Vera"]
    book.remove("Vera", by="Vera")
    assert not book.in_use


@pytest.mark.parametrize(
    ("name", "password", "role"),
    [
        ("", GOOD, "viewer"),
        ("a\nb\x00", GOOD, "viewer"),
        ("<b>", GOOD, "viewer"),
        ("x" * 65, GOOD, "viewer"),
        ("OLIVE OWNER", GOOD, "viewer"),
        ("Vera", "short", "viewer"),
        ("Vera", "x" * 300, "viewer"),
        ("Vera", "aaaaaaaaaaaaaaaa", "viewer"),
        ("Vera", "vera and more words", "viewer"),
        ("Vera", GOOD, "king"),
    ],
)
def test_what_will_not_do_is_refused_in_one_line(book, name, password, role):
    with pytest.raises(InputRefused) as refused:
        book.add(name, password, role, by="Olive Owner")
    assert "\n" not in str(refused.value) and password not in str(refused.value)
    assert len(book.people()) == 1


def test_each_role_may_what_those_before_it_may():
    for n, role in enumerate(ROLES):
        assert [may(role, wanted) for wanted in ROLES] == [m <= n for m in range(len(ROLES))]
    assert may(None, "") and not may(None, "viewer") and not may("king", "viewer")


def test_accounts_from_the_command_line(tmp_path):
    def dalil(*words, stdin=None):
        return CliRunner().invoke(cli, ["account", *words, "--archive", str(tmp_path / "a")], input=stdin)

    Archive.create(tmp_path / "a", by="tester").close()
    assert "No accounts" in dalil("list").output
    assert dalil("add", "Olive", "--role", "owner", stdin=GOOD + "\n").output == "Olive\towner\n"
    assert dalil("add", "Ravi", "--role", "viewer", "--opens-names", stdin=OTHER + "\n").exit_code == 0
    assert dalil("change", "Ravi", "--role", "reviewer", "--no-names").output == "Ravi\treviewer\n"
    assert dalil("change", "Ravi").exit_code == 2
    assert dalil("change", "Ravi", "--password", stdin="short\n").exit_code == 1
    assert dalil("remove", "Ravi").exit_code == 0 and dalil("remove", "Ravi").exit_code == 1
    assert '"name":"Olive"' in dalil("list", "--json").output
    audit = dalil("audit").output
    assert "removed Ravi" in audit and GOOD not in audit and OTHER not in audit
