"""The review queue: pairs of incidents that may be one event, the likeliest first, each asked about once.

A pair of incidents leaves the queue when a person has judged any two of their accounts the same or different; what a
person was unsure about stays, after all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.engine import Connection

from dalil import db
from dalil.incidents import store
from dalil.incidents.surroundings import evidence_of, judged_within
from dalil.records import AccountRef, Question


def queue(conn: Connection, limit: int | None = 50, offset: int = 0) -> list[Question]:
    """The questions that wait, those with the highest score first."""
    return asked(conn, waiting(conn, limit, offset))


@dataclass(frozen=True, slots=True)
class Waiting:
    """The pair of accounts by which a question is asked; `unsure` where a person could not say."""

    left: int
    right: int
    score: int
    unsure: int


def waiting(conn: Connection, limit: int | None = None, offset: int = 0) -> list[Waiting]:
    """The pairs of the questions that wait, those with the highest score first."""
    w = waiting_pairs().subquery().c
    query = select(w.left, w.right, w.score, w.unsure).order_by(w.unsure, w.score.desc(), w.left, w.right)
    return [Waiting(*row) for row in conn.execute(query.limit(limit).offset(offset))]


def asked(conn: Connection, rows: Sequence[Waiting]) -> list[Question]:
    """The questions of these pairs."""
    numbers = {n for row in rows for n in (row.left, row.right)}
    accounts, profiles = store.load_accounts(conn, numbers), store.load_profiles(conn, numbers)
    homes = dict(tuple(row) for row in store.read_accounts(conn, numbers, db.account.c.incident))
    judged = judged_within(conn, numbers)
    return [
        Question(
            left_incident=homes[row.left],
            right_incident=homes[row.right],
            left=store.ref_of(accounts[row.left]),
            right=store.ref_of(accounts[row.right]),
            score=row.score / 1000,
            evidence=evidence_of(row.left, row.right, profiles[row.left], profiles[row.right], judged),
            unsure=bool(row.unsure),
        )
        for row in rows
        if row.left in homes and row.right in homes
        if store.ref_of(accounts[row.left]) and store.ref_of(accounts[row.right])
    ]


def names_of(conn: Connection, asked: Iterable[Question]) -> dict[AccountRef, str]:
    """How each account of the questions is named on a command line: its document, "#", its number there from 1."""
    refs = {ref for question in asked for ref in (question.left, question.right)}
    numbers = {ref: n for ref in refs if (n := store.find_account(conn, ref)) is not None}
    accounts = store.load_accounts(conn, numbers.values())
    return {ref: f"{accounts[n].document}#{accounts[n].index + 1}" for ref, n in numbers.items()}


def count_questions(conn: Connection) -> int:
    """How many questions wait."""
    return conn.scalar(select(func.count()).select_from(waiting_pairs().subquery())) or 0


def waiting_pairs():
    """The query for the pair of accounts most alike of every two incidents that nobody has judged.

    SQLite and PostgreSQL both give the row of the highest score by a window over the two incidents.
    """
    p, left, right = db.pair.c, db.account.alias("one"), db.account.alias("two")
    low = case((left.c.incident < right.c.incident, left.c.incident), else_=right.c.incident)
    high = case((left.c.incident < right.c.incident, right.c.incident), else_=left.c.incident)
    window = {"partition_by": (low, high), "order_by": (p.score.desc(), p.left, p.right)}
    ranked = (
        select(p.left, p.right, p.score,
               left.c.incident.label("left_incident"), right.c.incident.label("right_incident"),
               low.label("low"), high.label("high"), func.row_number().over(**window).label("place"))
        .join_from(db.pair, left, left.c.number == p.left)
        .join(right, right.c.number == p.right)
        .where(left.c.incident != right.c.incident)
        .subquery()
    )  # fmt: skip
    r = ranked.c
    unsure = judged_between(r.low, r.high, ("unsure",))
    return select(
        r.left, r.right, r.score, r.left_incident, r.right_incident, case((unsure, 1), else_=0).label("unsure")
    ).where(r.place == 1, ~judged_between(r.low, r.high, ("same", "different")))


def judged_between(low, high, verdicts: tuple[str, ...]):
    """The condition that a person has judged an account of the one incident with one of the other so."""
    j, one, two = db.judged_pair.c, db.account.alias(), db.account.alias()
    query = (
        select(j.left)
        .join_from(db.judged_pair, one, one.c.number == j.left)
        .join(two, two.c.number == j.right)
        .where(
            j.verdict.in_(verdicts),
            or_(
                and_(one.c.incident == low, two.c.incident == high),
                and_(one.c.incident == high, two.c.incident == low),
            ),
        )
    )
    return exists(query)
