"""The archive's incidents and claims as columns in memory: every filter and every count of a filter in a millisecond.

Rows are in the order in which lists show them (newest first), so that a page of a filtered list is the first rows that
fit. Words of a column are kept once (`Words`) and meant by number. About 40 bytes a claim, 150 an incident.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlalchemy.engine import Connection

from dalil import db
from dalil.claims.search import row_number

READ_ROWS = 20_000
# What stands for a day, a word or a coordinate that nobody gives.
UNDATED, NONE = 0, -1
# What the ids of incidents are made of: no other word is looked for in them.
NAMED = re.compile(r"[a-z0-9-]+")
MADE = itertools.count(1)
# Web Mercator ends here.
LAST_LAT = 85.05
# Cells of a table of two columns' words.
MOST_CROSSED = 1_000_000


@dataclass(frozen=True, slots=True)
class Words:
    """A column of words: `codes[row]` is the place of the row's word in `values`, NONE for no word."""

    values: tuple[str, ...]
    codes: np.ndarray

    def code(self, value: str) -> int:
        """The number of the word; one that no row has where it does not stand in the column."""
        try:
            return self.values.index(value)
        except ValueError:
            return len(self.values)


@dataclass(frozen=True, slots=True)
class Keys:
    """A column of names that are all different, as bytes of one width with at least one NUL after each."""

    held: np.ndarray

    def __len__(self) -> int:
        return self.held.size

    def at(self, rows: Iterable[int] | slice) -> list[str]:
        """The names in those rows."""
        return [name.decode() for name in self.held[rows if isinstance(rows, slice) else list(rows)].tolist()]

    def with_word(self, word: str) -> np.ndarray:
        """Whether each name holds the word."""
        width, found = self.held.itemsize, np.zeros(self.held.size, bool)
        if width > 1 and NAMED.fullmatch(word):
            at = [match.start() for match in re.finditer(re.escape(word.encode()), self.held.view(np.uint8))]
            found[np.array(at, np.int64) // width] = True
        return found


@dataclass(frozen=True, slots=True)
class Several:
    """A column of which a row may have several words: the pairs (row, word), and the words."""

    values: tuple[str, ...]
    rows: np.ndarray
    codes: np.ndarray


@dataclass(frozen=True, slots=True)
class Incidents:
    """A row an incident; `lines` is what is looked into for words beside the ids: place, kind, province.

    `down` is how far down a Web Mercator world of height 1 the row lies. `made` tells one loading from another.
    """

    made: int
    ids: Keys
    kind: Words
    admin: Words
    first: np.ndarray
    last: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    down: np.ndarray
    radius_m: np.ndarray
    disputed: np.ndarray
    accounts: np.ndarray
    actor: Several
    source: Several
    lines: Words


@dataclass(frozen=True, slots=True)
class Claims:
    """A row a claim, in the order of the documents; `document` means one of `documents`, the rows of number n begin at
    `starts[n]` and end before `starts[n + 1]`; `tongue` and `source` are those of the documents. The index of words
    knows number `indexed_as[i]` as its row `indexed[i]`, which ascend.
    """

    made: int
    documents: Keys
    indexed: np.ndarray
    indexed_as: np.ndarray
    document: np.ndarray
    starts: np.ndarray
    position: np.ndarray
    kind: Words
    status: Words
    place: Words
    actor: Words
    first: np.ndarray
    source: Words
    tongue: Words


class Coder:
    """Gives each different word a number, in the order of its first coming."""

    def __init__(self):
        self.numbers: dict[str, int] = {}

    def codes(self, words: Iterable[str | None]) -> list[int]:
        """The words' numbers."""
        numbers = self.numbers
        return [NONE if word is None else numbers.setdefault(word, len(numbers)) for word in words]

    @property
    def values(self) -> tuple[str, ...]:
        """The words by number."""
        return tuple(self.numbers)


class Days:
    """The numbers of days, UNDATED for none; each different day is worked out once."""

    def __init__(self):
        self.known: dict[str | None, int] = {None: UNDATED}

    def numbers(self, days: Iterable[str | None]) -> list[int]:
        """The days' numbers."""
        known, found = self.known, []
        for day in days:
            number = known.get(day)
            if number is None:
                number = known[day] = date.fromisoformat(day).toordinal()
            found.append(number)
        return found


def small(codes: np.ndarray, values: int) -> np.ndarray:
    """The codes of so many words in as few bytes as they need."""
    return codes.astype(np.int16 if values < np.iinfo(np.int16).max else np.int32, copy=False)


def load_incidents(conn: Connection) -> Incidents:
    """Every incident, newest first, undated ones last."""
    c = db.incident.c
    columns = (c.id, c.type, c.admin, c.start, c.end, c.lat, c.lon, c.radius_m, c.disputed, c.accounts, c.place)
    query = select(*columns).order_by(c.start.desc().nulls_last(), c.id.desc())
    ids: list[str] = []
    kinds, admins, lines, days = Coder(), Coder(), Coder(), Days()
    parts: list[tuple[np.ndarray, ...]] = []
    for rows in db.raw(conn, query, size=READ_ROWS):
        ids += (row[0] for row in rows)
        parts.append((
            np.array(kinds.codes(row[1] for row in rows), np.int32),
            np.array(admins.codes(row[2] for row in rows), np.int32),
            np.array(days.numbers(row[3] for row in rows), np.int32),
            np.array(days.numbers(row[4] or row[3] for row in rows), np.int32),
            np.array([row[5] if row[5] is not None else np.nan for row in rows], np.float64),
            np.array([row[6] if row[6] is not None else np.nan for row in rows], np.float64),
            np.array([row[7] or 0 for row in rows], np.float32),
            np.array([bool(row[8]) for row in rows], bool),
            np.array([row[9] for row in rows], np.int32),
            np.array(lines.codes(f"{row[10] or ''} {row[1]} {row[2] or ''}".casefold() for row in rows), np.int32),
        ))  # fmt: skip
    kind, admin, first, last, lat, lon, radius_m, disputed, accounts, line = joined(parts, 10)
    place = {id: number for number, id in enumerate(ids)}
    return Incidents(
        made=next(MADE),
        ids=keys_of(ids),
        kind=Words(kinds.values, small(kind, len(kinds.values))),
        admin=Words(admins.values, small(admin, len(admins.values))),
        first=first,
        last=last,
        lat=lat.astype(np.float64),
        lon=lon.astype(np.float64),
        down=mercator(lat.astype(np.float64)),
        radius_m=radius_m,
        disputed=disputed.astype(bool),
        accounts=accounts,
        actor=several(conn, "actor", place),
        source=several(conn, "source", place),
        lines=Words(lines.values, line),
    )


def mercator(lat: np.ndarray) -> np.ndarray:
    """How far down a Web Mercator world of height 1 the latitudes lie."""
    return 0.5 - np.log(np.tan(np.pi / 4 + np.radians(lat.clip(-LAST_LAT, LAST_LAT)) / 2)) / (2 * np.pi)


def keys_of(names: Sequence[str]) -> Keys:
    """The names as a column."""
    held = [name.encode() for name in names]
    return Keys(np.array(held, f"S{max(map(len, held), default=0) + 1}"))


def joined(parts: list[tuple[np.ndarray, ...]], columns: int) -> list[np.ndarray]:
    """The parts' columns, each in one piece; the parts are let go of on the way."""
    if not parts:
        return [np.zeros(0, np.int32) for _ in range(columns)]
    turned = [list(column) for column in zip(*parts, strict=True)]
    parts.clear()
    found = []
    while turned:
        found.append(np.concatenate(turned.pop(0)))
    return found


def several(conn: Connection, kind: str, place: dict[str, int]) -> Several:
    """The facet of that kind over the incidents."""
    c, coder = db.facet.c, Coder()
    parts = [
        (
            np.array([place.get(incident, NONE) for incident, _ in pairs], np.int32),
            np.array(coder.codes(value for _, value in pairs), np.int32),
        )
        for pairs in db.raw(conn, select(c.incident, c.value).where(c.kind == kind), size=READ_ROWS)
    ]
    rows, codes = joined(parts, 2)
    kept = rows != NONE
    return Several(coder.values, rows[kept], small(codes[kept], len(coder.values)))


def load_claims(conn: Connection) -> Claims:
    """Every claim, those of the newest reports first, in text order."""
    d = db.document.c
    query = select(d.sha256, d.publisher, d.lang).order_by(d.published.desc().nulls_last(), d.sha256)
    names, numbers = [], {}
    publishers, langs = Coder(), Coder()
    said: list[tuple[np.ndarray, ...]] = []
    for rows in db.raw(conn, query, size=READ_ROWS):
        for row in rows:
            numbers[row[0]] = len(names)
            names.append(row[0])
        published = publishers.codes(row[1] for row in rows)
        said.append((np.array(published, np.int32), np.array(langs.codes(row[2] for row in rows), np.int32)))
    source, tongue = joined(said, 2)
    indexed = np.fromiter(map(row_number, names), np.int64, len(names))
    indexed_as = np.argsort(indexed).astype(np.int32)
    c = db.claim.c
    kinds, statuses, places, actors, days = Coder(), Coder(), Coder(), Coder(), Days()
    parts: list[tuple[np.ndarray, ...]] = []
    for rows in db.raw(conn, select(c.sha256, c.position, c.type, c.status, c.place, c.actor, c.start), size=READ_ROWS):
        keys, positions, *words = zip(*rows, strict=True)
        coded_words = zip((kinds, statuses, places, actors), words, strict=False)
        part = (np.array(coder.codes(column), np.int32) for coder, column in coded_words)
        numbered = np.array([numbers.get(key, NONE) for key in keys], np.int32)
        parts.append((numbered, np.array(positions, np.int32), *part, np.array(days.numbers(words[4]), np.int32)))
    document, position, kind, status, place, actor, first = joined(parts, 7)
    # In the order of the documents; those of a document that is not there, which no archive has, are left out.
    order = np.lexsort((position, document))
    order = order[document[order] != NONE].astype(np.int32)
    document = document[order]
    return Claims(
        made=next(MADE),
        documents=keys_of(names),
        indexed=indexed[indexed_as],
        indexed_as=indexed_as,
        document=document,
        starts=np.searchsorted(document, np.arange(len(names) + 1)),
        position=position[order],
        kind=Words(kinds.values, small(kind[order], len(kinds.values))),
        status=Words(statuses.values, small(status[order], len(statuses.values))),
        place=Words(places.values, small(place[order], len(places.values))),
        actor=Words(actors.values, small(actor[order], len(actors.values))),
        first=first[order],
        source=Words(publishers.values, small(source[document], len(publishers.values))),
        tongue=Words(langs.values, small(tongue[document], len(langs.values))),
    )


def known_as(claims: Claims, rows: Sequence[int]) -> np.ndarray:
    """The documents' numbers that the index of words knows as these rows, in their order; no row of its alone."""
    wanted = np.array(rows, np.int64)
    at = np.searchsorted(claims.indexed, wanted)
    at[at == claims.indexed.size] = 0
    return claims.indexed_as[at[claims.indexed[at] == wanted]] if claims.indexed.size else np.zeros(0, np.int32)


# ------------------------------------------------------------------ narrowing


def is_word(column: Words | Several, value: str, rows: int) -> np.ndarray:
    """Whether each of the `rows` has the word."""
    if isinstance(column, Words):
        return column.codes == column.code(value)
    found = np.zeros(rows, bool)
    if value in column.values:
        found[column.rows[column.codes == column.values.index(value)]] = True
    return found


def counted(column: Words | Several, chosen: np.ndarray | None, most: int) -> list[tuple[str, int]]:
    """(word, rows) of the words that the chosen rows have, most first; `chosen` None means all rows."""
    if isinstance(column, Words):
        codes = column.codes if chosen is None else column.codes[chosen]
    else:
        codes = column.codes if chosen is None else column.codes[chosen[column.rows]]
    if not column.values:
        return []
    # The rows without a word are counted as word 0, the others one further up: a pass less than leaving them out.
    return frequent(column, np.bincount(codes + 1, minlength=len(column.values) + 1)[1:], most)


def frequent(column: Words | Several, counts: np.ndarray, most: int) -> list[tuple[str, int]]:
    """(word, count) of the words that are counted at all, most first."""
    order = np.argsort(-counts, kind="stable")[:most]
    return [(column.values[i], int(counts[i])) for i in order.tolist() if counts[i]]


def crossed(one: Words, other: Words) -> np.ndarray | None:
    """How many rows have each word of the one with each of the other; None where the table would be large."""
    high, wide = len(one.values) + 1, len(other.values) + 1
    if high * wide > MOST_CROSSED:
        return None
    places = (one.codes.astype(np.int32) + 1) * wide + (other.codes + 1)
    return np.bincount(places, minlength=high * wide).reshape(high, wide)[1:, 1:].astype(np.int32)


def with_words(incidents: Incidents, words: Sequence[str]) -> np.ndarray:
    """Whether each incident's id, place, kind or province holds every one of the words."""
    found = np.ones(len(incidents.ids), bool)
    for word in map(str.casefold, words):
        lines = np.array([word in line for line in incidents.lines.values], bool)
        found &= (lines[incidents.lines.codes] if lines.size else False) | incidents.ids.with_word(word)
    return found


def between(first: np.ndarray, last: np.ndarray, start: date | None, end: date | None) -> np.ndarray | None:
    """Whether each row's days touch the days asked for; None where none are. Rows without a day never do."""
    if start is None and end is None:
        return None
    inside = first != UNDATED
    if start:
        inside &= last >= start.toordinal()
    if end:
        inside &= first <= end.toordinal()
    return inside
