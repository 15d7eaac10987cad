"""The archive's incidents and claims as columns in memory: every filter and every count of a filter in a millisecond.

Rows are in the order in which lists show them (newest first), so that a page of a filtered list is the first rows that
fit. Words of a column are kept once (`Words`) and meant by number. About 40 bytes a claim, 150 an incident.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlalchemy.engine import Connection

from dalil import db

READ_ROWS = 20_000
# What stands for a day, a word or a coordinate that nobody gives.
UNDATED, NONE = 0, -1


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
class Several:
    """A column of which a row may have several words: the pairs (row, word), and the words."""

    values: tuple[str, ...]
    rows: np.ndarray
    codes: np.ndarray


@dataclass(frozen=True, slots=True)
class Incidents:
    """A row an incident; `lines` holds what is looked into for words, a line a row, `starts` where each begins."""

    ids: tuple[str, ...]
    kind: Words
    admin: Words
    first: np.ndarray
    last: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    radius_m: np.ndarray
    disputed: np.ndarray
    accounts: np.ndarray
    actor: Several
    source: Several
    lines: str
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Claims:
    """A row a claim; `document` means one of `documents`, `tongue` and `source` are those of the documents."""

    documents: tuple[str, ...]
    numbers: dict[str, int]
    document: np.ndarray
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


def coded(words: Iterable[str | None]) -> Words:
    """The column of these words."""
    coder = Coder()
    codes = np.array(coder.codes(words), np.int32)
    return Words(coder.values, codes)


def ordinals(days: Iterable[str | None]) -> np.ndarray:
    """The days' numbers, UNDATED for none; each different day is worked out once."""
    known: dict[str | None, int] = {None: UNDATED}
    found = []
    for day in days:
        number = known.get(day)
        if number is None:
            number = known[day] = date.fromisoformat(day).toordinal()
        found.append(number)
    return np.array(found, np.int32)


def load_incidents(conn: Connection) -> Incidents:
    """Every incident, newest first, undated ones last."""
    c = db.incident.c
    columns = (c.id, c.type, c.admin, c.start, c.end, c.lat, c.lon, c.radius_m, c.disputed, c.accounts, c.place)
    rows = conn.execute(select(*columns).order_by(c.start.desc().nulls_last(), c.id.desc())).all()
    ids = tuple(row[0] for row in rows)
    place = {id: number for number, id in enumerate(ids)}
    lines = [f"{row[0]} {row[10] or ''} {row[1]} {row[2] or ''}".casefold().replace("\n", " ") for row in rows]
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return Incidents(
        ids=ids,
        kind=coded(row[1] for row in rows),
        admin=coded(row[2] for row in rows),
        first=ordinals(row[3] for row in rows),
        last=ordinals(row[4] or row[3] for row in rows),
        lat=np.array([row[5] if row[5] is not None else np.nan for row in rows], np.float64),
        lon=np.array([row[6] if row[6] is not None else np.nan for row in rows], np.float64),
        radius_m=np.array([row[7] or 0 for row in rows], np.float32),
        disputed=np.array([bool(row[8]) for row in rows], bool),
        accounts=np.array([row[9] for row in rows], np.int32),
        actor=several(conn, "actor", place),
        source=several(conn, "source", place),
        lines="\n".join(lines),
        starts=tuple(starts),
    )


def several(conn: Connection, kind: str, place: dict[str, int]) -> Several:
    """The facet of that kind over the incidents."""
    c = db.facet.c
    pairs = conn.execute(select(c.incident, c.value).where(c.kind == kind)).all()
    words = coded(value for _, value in pairs)
    rows = np.array([place.get(incident, NONE) for incident, _ in pairs], np.int32)
    kept = rows != NONE
    return Several(words.values, rows[kept], words.codes[kept])


def load_claims(conn: Connection) -> Claims:
    """Every claim, those of the newest reports first, in text order."""
    d = db.document.c
    documents = conn.execute(
        select(d.sha256, d.publisher, d.lang).order_by(d.published.desc().nulls_last(), d.sha256)
    ).all()
    numbers = {row[0]: number for number, row in enumerate(documents)}
    c = db.claim.c
    query = select(c.sha256, c.position, c.type, c.status, c.place, c.actor, c.start)
    kinds, statuses, places, actors, days = Coder(), Coder(), Coder(), Coder(), {None: UNDATED}
    parts: list[np.ndarray] = []
    for rows in conn.execute(query.execution_options(yield_per=READ_ROWS)).partitions():
        columns = list(zip(*rows, strict=True))
        for day in {*columns[6]} - days.keys():
            days[day] = date.fromisoformat(day).toordinal()
        part = (
            [numbers.get(sha256, NONE) for sha256 in columns[0]], columns[1], kinds.codes(columns[2]),
            statuses.codes(columns[3]), places.codes(columns[4]), actors.codes(columns[5]),
            [days[day] for day in columns[6]],
        )  # fmt: skip
        parts.append(np.array(part, np.int32))
    table = np.concatenate(parts, axis=1) if parts else np.zeros((7, 0), np.int32)
    table = table[:, table[0] != NONE]
    table = table[:, np.lexsort((table[1], table[0]))]
    source, lang = coded(row[1] for row in documents), coded(row[2] for row in documents)
    return Claims(
        documents=tuple(row[0] for row in documents),
        numbers=numbers,
        document=table[0],
        position=table[1],
        kind=Words(kinds.values, table[2].astype(np.int16)),
        status=Words(statuses.values, table[3].astype(np.int16)),
        place=Words(places.values, table[4]),
        actor=Words(actors.values, table[5]),
        first=table[6],
        source=Words(source.values, source.codes[table[0]] if len(documents) else source.codes),
        tongue=Words(lang.values, lang.codes[table[0]] if len(documents) else lang.codes),
    )


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
    counts = np.bincount(codes[codes != NONE], minlength=len(column.values))
    order = np.argsort(-counts, kind="stable")[:most]
    return [(column.values[i], int(counts[i])) for i in order.tolist() if counts[i]]


def with_words(incidents: Incidents, words: Sequence[str]) -> np.ndarray:
    """Whether each incident's line holds every one of the words."""
    found = np.ones(len(incidents.ids), bool)
    for word in words:
        here = np.zeros(len(incidents.ids), bool)
        wanted, at = word.casefold(), -1
        while (at := incidents.lines.find(wanted, at + 1)) >= 0:
            row = bisect_right(incidents.starts, at) - 1
            here[row] = True
            # On to the next line: one hit a row is enough.
            at = incidents.starts[row + 1] - 1 if row + 1 < len(incidents.starts) else len(incidents.lines)
        found &= here
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
