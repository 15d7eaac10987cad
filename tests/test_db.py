"""Rows as the driver gives them: the same as SQLAlchemy's, and its errors too."""

from itertools import chain

import pytest
from sqlalchemy import create_engine, insert, select
from sqlalchemy.exc import DatabaseError

from dalil import db


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    db.create_schema(engine)
    with engine.connect() as connection:
        lines = [{"seq": number, "line": b"line %d" % number} for number in range(5)]
        connection.execute(insert(db.log), lines)
        yield connection


def test_rows_come_so_many_together(connection):
    query = select(db.log.c.seq, db.log.c.line).where(db.log.c.seq >= 1).order_by(db.log.c.seq)
    parts = list(db.raw(connection, query, size=3))
    assert [len(part) for part in parts] == [3, 1]
    assert list(chain.from_iterable(parts)) == [tuple(row) for row in connection.execute(query)]


def test_a_query_in_words_takes_its_parameters(connection):
    assert list(db.raw(connection, "SELECT seq FROM log WHERE seq IN (?, ?)", [1, 4])) == [[(1,), (4,)]]


def test_what_goes_wrong_on_the_way_is_an_error_of_sqlalchemy(connection):
    # The driver looks a row ahead: the third has no such value.
    query = "SELECT abs(n) FROM (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT -9223372036854775808)"
    rows = db.raw(connection, query, size=1)
    assert next(rows) == [(1,)]
    with pytest.raises(DatabaseError, match="overflow"):
        next(rows)
