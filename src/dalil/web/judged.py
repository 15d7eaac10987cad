"""What people have judged of the words on a page: looked up by the words, newest first, with the way to undo it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection
from starlette.requests import Request

from dalil import db
from dalil.archive import judgements
from dalil.records import Judgement, Quote

Words = tuple[str, int, int]

# The documents among some that any judgement is about: asked for each page, built once.
ABOUT, OTHER, KEYS = db.judgement.c.document, db.judgement.c.other, bindparam("keys", expanding=True)
TOUCHED = select(ABOUT).where(ABOUT.in_(KEYS)).union(select(OTHER).where(OTHER.in_(KEYS)))


@dataclass(frozen=True, slots=True)
class Judged:
    """The judgements that stand on some documents: places, claims and opened names by their words, and all of them."""

    places: Mapping[Words, Judgement]
    claims: Mapping[Words, Judgement]
    opened: Mapping[Words, Judgement]
    every: tuple[Judgement, ...]

    def place(self, document: str, quote: Quote | None) -> Judgement | None:
        """The choice that stands on the words that name a place."""
        return self.places.get((document, quote.start, quote.end)) if quote else None

    def claim(self, document: str, quote: Quote) -> Judgement | None:
        """The judgement that stands on a claim's words."""
        return self.claims.get((document, quote.start, quote.end))

    def is_open(self, document: str, quotes: Iterable[Quote]) -> bool:
        """Whether somebody has opened the name at one of these words."""
        return any((document, q.start, q.end) in self.opened for q in quotes)


def judged(request: Request, conn: Connection, documents: Iterable[str]) -> Judged:
    """What stands on these documents; opened names only for somebody who may see them."""
    found = {j.seq: j for document in touched(conn, documents) for j in judgements.standing(conn, document=document)}
    every = tuple(found[seq] for seq in sorted(found, reverse=True))

    def of(kind: str) -> dict[Words, Judgement]:
        return {words_of(j): j for j in reversed(every) if j.kind == kind}

    return Judged(of("place"), of("claim"), of("open") if request.state.person.opens else {}, every)


def touched(conn: Connection, documents: Iterable[str]) -> list[str]:
    """Those of the documents that any judgement is about: of most, nobody has judged anything."""
    return list(conn.scalars(TOUCHED, {"keys": list(dict.fromkeys(documents))}))


def words_of(judgement: Judgement) -> Words:
    """The document and the offsets that a judgement names."""
    subject = judgement.subject.get("left", judgement.subject)
    return str(subject["document"]), int(subject["start"]), int(subject["end"])
