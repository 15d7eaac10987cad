"""Text seen in pictures in the archive's database: derived rows, and the recordings that show given words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, delete, insert, or_, select
from sqlalchemy.sql.elements import ColumnElement

from dalil import db
from dalil.claims.folding import query_forms, variants, words
from dalil.claims.search import Term, parse_query
from dalil.records import decode, encode

if TYPE_CHECKING:
    from .screen_text import ScreenText

# Lines that are looked into for one query.
MOST_LINES = 5_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A recording that shows the words, with the lines that do, in order of offset."""

    object: str
    lines: tuple[ScreenText, ...]


def save_screen(conn: Connection, sha256: str, lines: Sequence[ScreenText]) -> None:
    """The lines stand under the object's hash, in place of what stood; the caller commits."""
    conn.execute(delete(db.screen_text).where(db.screen_text.c.sha256 == sha256))
    rows = []
    for position, line in enumerate(lines):
        found = [word.text for word in words(line.text)]
        rests = sorted({rest for word in found for rest in variants(word)})
        rows.append(
            {
                "sha256": sha256,
                "position": position,
                "words": f" {' '.join(found)} ",
                "rests": f" {' '.join(rests)} ",
                "record": encode(line).decode("utf-8"),
            }
        )
    if rows:
        conn.execute(insert(db.screen_text), rows)


def screen_of(conn: Connection, sha256: str) -> tuple[ScreenText, ...]:
    """The lines seen in the recording, in order of offset."""
    t = db.screen_text.c
    return read(conn.scalars(select(t.record).where(t.sha256 == sha256).order_by(t.position)))


def read(records: Sequence[str]) -> tuple[ScreenText, ...]:
    from .screen_text import ScreenText

    return tuple(decode(record, ScreenText) for record in records)


def has_screens(conn: Connection) -> bool:
    """Whether any text was seen in any picture."""
    return conn.scalar(select(db.screen_text.c.sha256).limit(1)) is not None


def search_screen(conn: Connection, query: str, limit: int = 20) -> tuple[Shown, ...]:
    """The recordings whose pictures show every term of `query` and none that it excludes, by hash.

    A term is met as in `claims.search`: folded, with clitics or without, a phrase by its words in a row.
    """
    terms = parse_query(query)
    wanted, without = [t for t in terms if not t.excluded], [t for t in terms if t.excluded]
    if not wanted or limit < 1:
        return ()
    t = db.screen_text.c
    shows = [select(t.sha256).where(meets(term)) for term in wanted]
    hides = [select(t.sha256).where(meets(term)) for term in without]
    fits = and_(*(t.sha256.in_(one) for one in shows), *(t.sha256.not_in(one) for one in hides))
    rows = conn.execute(
        select(t.sha256, t.record)
        .where(fits, or_(*(meets(term) for term in wanted)))
        .order_by(t.sha256, t.position)
        .limit(MOST_LINES)
    )
    found: dict[str, list[str]] = {}
    for sha256, record in rows:
        found.setdefault(sha256, []).append(record)
    return tuple(Shown(sha256, read(records)) for sha256, records in list(found.items())[:limit])


def meets(term: Term) -> ColumnElement[bool]:
    """Whether a line shows the term."""
    t, end = db.screen_text.c, "" if term.prefix else " "
    if len(term.words) > 1:
        return t.words.contains(f" {' '.join(term.words)}{end}", autoescape=True)
    forms = term.words if term.prefix else query_forms(term.words[0])
    return or_(*(column.contains(f" {form}{end}", autoescape=True) for form in forms for column in (t.words, t.rests)))
