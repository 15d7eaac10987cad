"""The people of all reports: each with the words about them; names of those who may be alive sealed until opened."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import func, select, tuple_
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil import db
from dalil.claims.store import held_documents
from dalil.incidents.veil import names_of, sealed
from dalil.records import Document, Quote, Victim
from dalil.web import holdings
from dalil.web.judged import Judged, judged
from dalil.web.listed import ClaimOfPeople, ReadingOfPeople
from dalil.web.people import sentences_around
from dalil.web.render import page

ROWS_A_PAGE = 16
MOST_INCIDENTS = 3
EFFECTS = ("death", "injury", "abducted", "rescued", "unknown", "none")


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody of whom a report speaks; `excerpt` is (words, withheld) in order, `name` None where it is sealed."""

    document: str
    report: Document
    claim: ClaimOfPeople
    victim: Victim
    name: str | None
    opening: Quote | None
    judgement: object | None
    excerpt: tuple[tuple[str, bool], ...]
    incidents: tuple[str, ...]


def people_page(request: Request) -> Response:
    """A page of named people, those of the newest days first; `effect` narrows it, `after` goes on."""
    effect = request.query_params.get("effect", "")
    effect = effect if effect in EFFECTS else ""
    state = request.app.state
    with state.archive.engine.connect() as conn:
        rows = page_rows(conn, effect, key_of(request.query_params.get("after", "")))
        shown = rows[:ROWS_A_PAGE]
        stands = judged(request, conn, dict.fromkeys(row.sha256 for row in shown))
        held = reports_of(conn, list(dict.fromkeys(row.sha256 for row in shown)))
        people = [met for row in shown if (met := meet(row, held, stands))]
        counts = state.fresh.get("people", lambda: counted(state.archive.engine))
    return page(
        request, "people.html", people=people, counts=counts, effect=effect, effects=EFFECTS,
        after=key_text(shown[-1]) if len(rows) > ROWS_A_PAGE else None,
        first="after" not in request.query_params,
    )  # fmt: skip


def page_rows(conn: Connection, effect: str, after: tuple | None) -> list:
    """The rows of a page and one more, from the key on; those without a day stand last, under the day ""."""
    found = rows_from(conn, effect, after, dated=True) if after is None or after[0] else []
    if len(found) <= ROWS_A_PAGE:
        found += rows_from(conn, effect, after if after and not after[0] else None, dated=False)
    return found[: ROWS_A_PAGE + 1]


def rows_from(conn: Connection, effect: str, after: tuple | None, *, dated: bool) -> list:
    """Rows with a day, or without one, in the order of the index victim_by_day, from its end."""
    v = db.victim.c
    order = (v.start, v.sha256, v.position, v.number)[0 if dated else 1 :]
    query = select(func.coalesce(v.start, "").label("day"), v.sha256, v.position, v.number).where(v.named == 1)
    query = query.where(v.start.is_not(None) if dated else v.start.is_(None))
    if effect:
        query = query.where(v.effect == effect)
    if after:
        query = query.where(tuple_(*order) < tuple_(*after[0 if dated else 1 :]))
    return list(conn.execute(query.order_by(*(column.desc() for column in order)).limit(ROWS_A_PAGE + 1)))


def key_text(row) -> str:
    """The row's place in the list, for an address."""
    return f"{row.day}~{row.sha256}~{row.position}~{row.number}"


def key_of(text: str) -> tuple | None:
    """The place that an address names; None for what is none."""
    parts = text.split("~")
    numbers = parts[2:]
    if len(parts) != 4 or not all(n.isascii() and n.isdigit() and len(n) < 10 for n in numbers):
        return None
    return parts[0][:10], parts[1][:80], int(numbers[0]), int(numbers[1])


def counted(engine) -> dict[str, int]:
    """How many named people there are by what befell them."""
    v = db.victim.c
    with engine.connect() as conn:
        rows = conn.execute(select(v.effect, func.count()).where(v.named == 1).group_by(v.effect)).all()
    return {row[0]: row[1] for row in rows}


def reports_of(conn: Connection, keys: list[str]) -> dict[str, tuple[Document, ReadingOfPeople, tuple[str, ...]]]:
    """(document, reading, incidents) of these documents, in two queries."""
    incidents = holdings.incidents_of_documents(conn, keys)
    return {
        key: (report, reading, tuple(incidents.get(key, ()))[:MOST_INCIDENTS])
        for key, (report, reading) in held_documents(conn, keys, ReadingOfPeople).items()
        if reading is not None
    }


def meet(row, held: dict[str, tuple[Document, ReadingOfPeople, tuple[str, ...]]], stands: Judged) -> Met | None:
    """The person of that row with the words about them."""
    if row.sha256 not in held:
        return None
    report, reading, incidents = held[row.sha256]
    if row.position >= len(reading.claims):
        return None
    claim = reading.claims[row.position]
    if row.number >= len(claim.victims):
        return None
    victim = claim.victims[row.number]
    hidden = sealed(victim) and not stands.is_open(row.sha256, victim.quotes)
    withheld = [
        name
        for c in reading.claims
        for v in c.victims
        if sealed(v) and not stands.is_open(row.sha256, v.quotes)
        for name in names_of(v)
    ]
    words = victim.quotes[0] if victim.quotes else claim.quote
    first, last = sentences_around(report.text, words)
    keys = ((row.sha256, q.start, q.end) for q in victim.quotes)
    opened = next((stands.opened[key] for key in keys if key in stands.opened), None)
    return Met(
        document=row.sha256,
        report=report,
        claim=claim,
        victim=victim,
        name=None if hidden else (victim.mentions[0] if victim.mentions else ""),
        opening=victim.quotes[0] if hidden and victim.quotes else None,
        judgement=opened,
        excerpt=tuple(cut(report.text[first:last], withheld)),
        incidents=incidents,
    )


def cut(text: str, names: list[str]):
    """(words, withheld) in order."""
    there = {name for name in names if name in text}  # of most names a few: a pattern of all is slow to make
    if not there:
        yield text, False
        return
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(n)}(?!\w)" for n in sorted(there, key=len, reverse=True)))
    at = 0
    for found in pattern.finditer(text):
        yield text[at : found.start()], False
        yield "", True
        at = found.end()
    yield text[at:], False


ROUTES = (Route("/people", people_page, methods=["GET"]),)
