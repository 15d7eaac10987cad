"""Incidents are a function of the accounts and of the judgements that stand: no order, and nothing undone, shows.

Reports, names and places are invented.
"""

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, select
from sqlalchemy.pool import NullPool, StaticPool

from dalil import db
from dalil.archive import judgements
from dalil.incidents import linking, questions, store
from dalil.records import (
    Candidate,
    Claim,
    DateSpan,
    Document,
    LogEntry,
    Place,
    Quote,
    Reading,
    Suspect,
    TextIncident,
    Toll,
    encode,
)

KM = 1 / 111.2
TABLES = (db.incident, db.facet, db.account, db.block, db.pair, db.judged_pair, db.mention, db.text_copy, db.text_band)


@dataclass(frozen=True)
class Step:
    """A judgement on two accounts, each (report, event), which may be taken back."""

    left: tuple[int, int]
    right: tuple[int, int]
    verdict: str
    undone: bool


def event(day, lat_km, toll, suspect, kind, number):
    at = Candidate(1, "Tell Example", 36.0 + lat_km * KM, 37.0, (), "SY", "PPL", 1.0, ())
    return TextIncident(
        kind, "reported", DateSpan(date(2016, 11, day), date(2016, 11, day), "day", None, None, "said"),
        Place("Tell Example", None, 1, 1000.0, (at,)), Toll(toll, toll, toll, None) if toll else None, None, None,
        (Suspect((suspect,), "state", "suspected", None, ()),) if suspect else (), (), (), (), None, (number,),
    )  # fmt: skip


events = st.tuples(
    st.integers(4, 5), st.sampled_from([0, 0, 0.5, 3, 12]), st.sampled_from([None, 3, 6, 7, 8, 20]),
    st.sampled_from([None, "Russia", "Turkey"]), st.sampled_from(["airstrike", "airstrike", "attack"]),
)  # fmt: skip
reports = st.lists(st.lists(events, min_size=1, max_size=2), min_size=1, max_size=7)
sides = st.tuples(st.integers(0, 6), st.integers(0, 1))
steps = st.lists(
    st.builds(Step, sides, sides, st.sampled_from(["same", "different", "unsure"]), st.booleans()), max_size=5
)


def document(n):
    return Document(f"{n:064x}", f"words of report {n} on what happened", f"Report {n}", None, f"Desk {n % 3}", None,
                    "en", None, (), ())  # fmt: skip


def reading(told):
    made = [event(*values, number) for number, values in enumerate(told)]
    claims = tuple(
        Claim(e.type, e.status, Quote(n, n + 1, "x"), None, e.when, e.where, e.killed, None, None, (), (), (), (), None)
        for n, e in enumerate(made)
    )
    return Reading(None, None, "en", None, None, None, claims, tuple(made))


@cache
def engine():
    """An engine of which each connection is an empty database of its own: what is compiled for one serves the next."""
    empty = sqlite3.connect(":memory:")
    db.create_schema(create_engine("sqlite://", creator=lambda: empty, poolclass=StaticPool))

    def another():
        made = sqlite3.connect(":memory:")
        empty.backup(made)
        return made

    return create_engine("sqlite://", creator=another, poolclass=NullPool)


@contextmanager
def archive(told):
    """A database in memory that knows the captures of all the reports."""
    with engine().begin() as conn:
        for n in range(len(told)):
            conn.execute(
                insert(db.capture).values(
                    seq=n + 1, sha256=f"{n:064x}", size=1, media_type="text/plain", name="a", source="a",
                    captured_utc="2026-01-01T00:00:00Z", tool="test", by="test",
                )
            )  # fmt: skip
        yield conn


def words(side):
    return {"document": f"{side[0]:064x}", "start": side[1], "end": side[1] + 1}


def note(conn, seq, values):
    """The line is in the log's table, as `dalil judge` and `dalil undo` put it there."""
    entry = LogEntry(seq, datetime(2026, 1, 2, tzinfo=UTC), "judge", b"", {"reason": "seen", "by": "R", **values})
    judgements.take_note(conn, entry, applied=False)


def judge(conn, seq, step):
    subject = {"left": words(step.left), "right": words(step.right)}
    note(conn, seq, {"kind": "link", "subject": subject, "verdict": step.verdict})


def dump(conn):
    tables = {t.name: sorted(map(repr, conn.execute(select(t)))) for t in TABLES}
    incidents = [encode(store.load_incident(conn, row.id)) for row in store.list_incidents(conn)]
    return tables, incidents, questions.queue(conn, None)


@settings(max_examples=25, deadline=None)
@given(reports, steps, st.randoms(use_true_random=False))
def test_any_order_of_adding_judging_and_undoing_gives_what_a_rebuild_gives(told, judged, random):
    judged = [s for s in judged if s.left != s.right]
    with archive(told) as conn:
        acts = [("add", n) for n in range(len(told))] + [("judge", n) for n in range(len(judged))]
        random.shuffle(acts)
        seqs = {}
        for act, n in acts:
            if act == "add":
                linking.link_reading(conn, document(n), reading(told[n]))
            else:
                seqs[n] = 100 + len(seqs)
                judge(conn, seqs[n], judged[n])
                linking.relink(conn, judgements.waiting(conn))
                judgements.mark_applied(conn, seqs.values())
        for n, step in enumerate(judged):
            if step.undone:
                note(conn, 200 + n, {"kind": "reversal", "of": seqs[n]})
                linking.relink(conn, judgements.waiting(conn))
                judgements.mark_applied(conn, seqs.values())
        grown = dump(conn)
    with archive(told) as conn:
        for n, step in sorted(enumerate(judged), key=lambda s: seqs[s[0]]):
            judge(conn, seqs[n], step)
        for n, step in enumerate(judged):
            if step.undone:
                note(conn, 200 + n, {"kind": "reversal", "of": seqs[n]})
        for n in range(len(told)):
            linking.link_reading(conn, document(n), reading(told[n]))
        assert dump(conn) == grown


def test_an_account_that_a_judgement_on_others_sets_free_has_an_incident_of_its_own():
    """Two events of one report are joined by hand: an event of another report no longer fits in with both of them."""
    alike = [[(4, 0, None, None, "airstrike")]] * 4
    told = [[(5, 0, 6, None, "airstrike"), (4, 0, 7, None, "airstrike")], *alike,
            [(5, 0, 8, None, "airstrike"), (4, 0, 7, None, "airstrike")], *alike[:1]]  # fmt: skip
    step = Step((0, 1), (0, 0), "same", False)
    with archive(told) as conn:
        for n, events_told in enumerate(told):
            linking.link_reading(conn, document(n), reading(events_told))
        judge(conn, 100, step)
        linking.relink(conn, judgements.waiting(conn))
        judgements.mark_applied(conn, [100])
        grown = dump(conn)
        standing = {row.id for row in store.list_incidents(conn)}
        assert set(conn.scalars(select(db.account.c.incident))) == standing
    with archive(told) as conn:
        judge(conn, 100, step)
        for n, events_told in enumerate(told):
            linking.link_reading(conn, document(n), reading(events_told))
        assert dump(conn) == grown


@settings(max_examples=10, deadline=None)
@given(reports, st.integers(0, 6))
def test_taking_a_report_out_leaves_what_would_be_without_it(told, gone):
    with archive(told) as conn:
        for n, events_told in enumerate(told):
            linking.link_reading(conn, document(n), reading(events_told))
        linking.unlink_document(conn, f"{gone:064x}")
        left = dump(conn)
    with archive(told) as conn:
        for n, events_told in enumerate(told):
            if n != gone:
                linking.link_reading(conn, document(n), reading(events_told))
        assert dump(conn) == left


@settings(max_examples=12, deadline=None)
@given(reports)
def test_two_events_of_one_text_and_what_is_ruled_out_never_stand_in_one_incident(told):
    with archive(told) as conn:
        for n, events_told in enumerate(told):
            linking.link_reading(conn, document(n), reading(events_told))
        for row in store.list_incidents(conn):
            accounts = store.load_incident(conn, row.id).accounts
            assert len({a.document for a in accounts}) == len(accounts)
            assert len({a.event.when.start for a in accounts}) == 1
