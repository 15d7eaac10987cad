"""What is kept holds while nothing changes, and the door notices at once when the book of accounts does."""

import time
from dataclasses import dataclass

from dalil.web.accounts import book as accounts
from dalil.web.accounts.book import Book
from dalil.web.fresh import MOST_BYTES, MOST_KEPT, TICK_S, Fresh


@dataclass
class Large:
    nbytes: int


def test_a_value_of_another_version_does_not_hold(tmp_path):
    (tmp_path / "a.db").write_bytes(b"1")
    time.sleep(2 * TICK_S)
    fresh, made = Fresh(tmp_path / "a.db"), []
    for version in (1, 1, 2, 1):
        fresh.get("key", lambda: made.append(1) or len(made), version=version)
    assert len(made) == 3


def test_no_more_is_kept_than_may_be(tmp_path):
    (tmp_path / "a.db").write_bytes(b"1")
    fresh = Fresh(tmp_path / "a.db")
    for number in range(10):
        fresh.get(number, lambda: Large(MOST_BYTES // 4))
    assert len(fresh.kept) == 4 and 9 in fresh.kept


def test_what_is_of_the_whole_archive_is_kept_longest(tmp_path):
    (tmp_path / "a.db").write_bytes(b"1")
    fresh, made = Fresh(tmp_path / "a.db"), []
    time.sleep(2 * TICK_S)
    for _ in range(2):
        fresh.get("all of it", lambda: made.append(1))
        for number in range(MOST_KEPT + 5):
            fresh.get(("query", number), lambda: Large(1))
    assert len(made) == 1 and len(fresh.kept) == MOST_KEPT and fresh.size == MOST_KEPT - 1


def test_a_session_is_known_without_asking_until_anything_changes(tmp_path):
    book = Book(tmp_path)
    assert book.met("x") == (False, None)
    book.add("Olive", "correct horse battery staple", "owner", by="test")
    token = book.sign_in("Olive", "correct horse battery staple", "here")
    time.sleep(2 * TICK_S)
    assert book.met(token) is None
    in_use, person = book.at_the_door(token)
    assert in_use and person.name == "Olive" and book.met(token) == (in_use, person)
    Book(tmp_path).sign_out(token)  # as another process would
    assert book.met(token) is None and book.at_the_door(token) == (True, None)
    assert accounts.digest(token) in book._met and token not in book._met
