"""Documents and what was read out of them, in the database: records as their JSON, claims in rows for look-up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.engine import Connection

from dalil import db
from dalil.records import Claim, Document, Reading, decode, encode

T = TypeVar("T")

# Queries that every page of a report needs, built once.
BOTH = select(db.document.c.sha256, db.document.c.record, db.document.c.reading).where(
    db.document.c.sha256.in_(bindparam("keys", expanding=True))
)
RECORD, READING = (
    select(column).where(db.document.c.sha256 == bindparam("sha256"))
    for column in (db.document.c.record, db.document.c.reading)
)


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One line of a list of documents."""

    sha256: str
    title: str | None
    publisher: str | None
    published: date | None
    lang: str | None
    claims: int


def save_document(conn: Connection, document: Document, reading: Reading | None) -> None:
    """The document, its reading and one row a claim stand in the database; an older state of them is replaced."""
    delete_document(conn, document.object)
    published = (reading.published if reading else None) or document.published
    conn.execute(
        insert(db.document).values(
            sha256=document.object,
            title=document.title or (reading.title if reading else None),
            publisher=document.publisher or (reading.publisher if reading else None),
            published=published.isoformat() if published else None,
            lang=(document.lang or (reading.lang if reading else None) or "")[:8] or None,
            record=encode(document).decode(),
            reading=encode(reading).decode() if reading else None,
        )
    )
    rows = [
        {
            "sha256": document.object,
            "position": position,
            "type": claim.type,
            "status": claim.status,
            "start": claim.when.start.isoformat() if claim.when else None,
            "end": claim.when.end.isoformat() if claim.when else None,
            "place": claim.where.name if claim.where else None,
            "actor": actor_of(claim),
        }
        for position, claim in enumerate(reading.claims if reading else ())
    ]
    if rows:
        conn.execute(insert(db.claim), rows)
    people = [
        row for position, claim in enumerate(reading.claims if reading else ()) for row in victim_rows(position, claim)
    ]
    if people:
        conn.execute(insert(db.victim), [{"sha256": document.object, **row} for row in people])


def actor_of(claim: Claim) -> str | None:
    """Whom the claim says did it: the first name of the first suspect who is not cleared of it."""
    return next((s.mentions[0] for s in claim.suspects if s.mentions and s.attribution != "denied"), None)


def victim_rows(position: int, claim: Claim) -> Iterator[dict[str, object]]:
    """A row for each entry of people harmed, as the page of people looks them up."""
    for number, victim in enumerate(claim.victims):
        yield {
            "position": position,
            "number": number,
            "name": victim.mentions[0] if victim.mentions else "",
            "named": int(victim.named),
            "effect": victim.effect,
            "count": victim.count,
            "start": claim.when.start.isoformat() if claim.when else None,
        }


def delete_document(conn: Connection, sha256: str) -> None:
    """Nothing of that document stands in the database any more."""
    conn.execute(delete(db.victim).where(db.victim.c.sha256 == sha256))
    conn.execute(delete(db.claim).where(db.claim.c.sha256 == sha256))
    conn.execute(delete(db.document).where(db.document.c.sha256 == sha256))


def load_document(conn: Connection, sha256: str) -> Document | None:
    """The document with that object, None where there is none."""
    record = conn.scalar(RECORD, {"sha256": sha256})
    return decode(record, Document) if record else None


def load_reading(conn: Connection, sha256: str) -> Reading | None:
    """What was read out of that document, None where nothing was."""
    record = conn.scalar(READING, {"sha256": sha256})
    return decode(record, Reading) if record else None


def held_documents(conn: Connection, keys: list[str], kind: type[T] = Reading) -> dict[str, tuple[Document, T | None]]:
    """Those of the documents that there are, with what was read out of them (as much as `kind` has of it)."""
    return {
        row.sha256: (decode(row.record, Document), decode(row.reading, kind) if row.reading else None)
        for row in conn.execute(BOTH, {"keys": keys})
    }


def list_documents(conn: Connection, *, limit: int | None = None, offset: int = 0) -> list[DocumentRow]:
    """Documents by date of publication, newest first, those without a date last; then by title and hash."""
    c = db.document.c
    claims = select(func.count()).where(db.claim.c.sha256 == c.sha256).scalar_subquery()
    query = (
        select(c.sha256, c.title, c.publisher, c.published, c.lang, claims)
        .order_by(c.published.is_(None), c.published.desc(), c.title, c.sha256)
        .offset(offset)
    )
    rows = conn.execute(query.limit(limit) if limit is not None else query)
    return [
        DocumentRow(sha256, title, publisher, date.fromisoformat(day) if day else None, lang, count)
        for sha256, title, publisher, day, lang, count in rows
    ]


def all_documents(conn: Connection) -> Iterator[Document]:
    """Every document, in the order of their hashes."""
    for record in conn.scalars(select(db.document.c.record).order_by(db.document.c.sha256)):
        yield decode(record, Document)
