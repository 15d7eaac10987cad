"""Which documents hold what a person searches for, as rows of the index, of an archive of any size.

Ranking costs as much for each document that is found, and so does looking into it for a phrase: so few are ranked, and
many stand as they are. A word that most reports have tells none of them from another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, product

import numpy as np
from sqlalchemy.engine import Connection

from dalil import db
from dalil.claims.folding import query_forms, with_clitics
from dalil.claims.search import (
    BODY_WEIGHT,
    TITLE_WEIGHT,
    VARIANT_WEIGHT,
    Term,
    expression_of,
    has_index,
    parse_query,
    stands,
)

# So many documents are ranked (4 ms a thousand), and looked into for phrases.
MOST_RANKED, MOST_LOOKED_INTO = 3000, 800
ASKED_AT_ONCE = 500
BODY_ONLY = "{title body} : "


@dataclass(frozen=True, slots=True)
class Matching:
    """The index rows of the documents that hold the words; best first where they are `ranked`, else in no order."""

    rows: Sequence[int]
    ranked: bool


def matching(conn: Connection, query: str) -> Matching:
    """The documents with every term of `query`, or where there is none with any of them."""
    terms = parse_query(query)
    wanted, without = [t for t in terms if not t.excluded], [t for t in terms if t.excluded]
    if not wanted or not has_index(conn):
        return Matching((), True)
    found = holding(conn, wanted, without, " AND ")
    if not len(found.rows) and len(wanted) > 1:
        found = holding(conn, wanted, without, " OR ")
    return found


def holding(conn: Connection, wanted: list[Term], without: list[Term], joiner: str) -> Matching:
    """The documents that hold the terms so joined."""
    phrases = [t for t in wanted if len(t.words) > 1] if joiner == " AND " else []
    unwanted = [t for t in without if len(t.words) > 1]
    few = MOST_LOOKED_INTO if phrases or unwanted else MOST_RANKED
    expression = joined(wanted, [t for t in without if len(t.words) == 1], joiner, expression_of)
    rows = rows_of(conn, expression, few + 1)
    if len(rows) <= few:
        if phrases or unwanted:
            rows = looked_into(conn, rows, phrases, unwanted)
        if len(rows) > 1 and len(wanted) > 1 and joiner == " AND ":
            expression = joined(telling(conn, wanted), [], joiner, expression_of)
        return Matching(best_first(conn, expression, rows), True)
    if phrases or unwanted:
        expression = joined(wanted, without, joiner, phrase_of)
    rows = rows_of(conn, expression, -1)
    return Matching(best_first(conn, expression, rows), True) if len(rows) <= MOST_RANKED else Matching(rows, False)


def telling(conn: Connection, wanted: list[Term]) -> list[Term]:
    """The terms by which reports that hold all of them are ranked: without those that too many other reports hold.

    Such a term weighs next to nothing, and to weigh it FTS5 goes through every report that holds it.
    """
    counted = "SELECT count(*) FROM (SELECT 1 FROM search_index WHERE search_index MATCH ? LIMIT ?)"
    found = []
    for term in wanted:
        ((count,),) = chain.from_iterable(db.raw(conn, counted, (expression_of(term), MOST_RANKED + 1)))
        if count <= MOST_RANKED:
            found.append(term)
    return found or wanted


def joined(wanted: list[Term], without: list[Term], joiner: str, expression) -> str:
    """The terms as one expression of FTS5's."""
    found = joiner.join(f"({expression(term)})" for term in wanted)
    refused = " OR ".join(expression(term) for term in without)
    return f"({found}) NOT ({refused})" if refused else found


def phrase_of(term: Term) -> str:
    """The expression of a term of which FTS5 itself sees to it that its words stand in a row.

    The first word may bear clitics; on a later one they would make it another phrase.
    """
    if len(term.words) == 1:
        return expression_of(term)
    first, *others = (query_forms(word) for word in term.words)
    begun = tuple(form for word in first for form in (word, *with_clitics(word)))
    end = " *" if term.prefix else ""
    return BODY_ONLY + "(" + " OR ".join(f'"{" ".join(words)}"{end}' for words in product(begun, *others)) + ")"


def rows_of(conn: Connection, expression: str, limit: int) -> np.ndarray:
    """At most `limit` rows that FTS5 finds, in no order; all for -1. Read as one text, in a third of the time."""
    statement = "SELECT group_concat(rowid) FROM (SELECT rowid FROM search_index WHERE search_index MATCH ? LIMIT ?)"
    ((numbers,),) = chain.from_iterable(db.raw(conn, statement, (expression, limit)))
    return np.fromstring(numbers or "", np.int64, sep=",")


def best_first(conn: Connection, expression: str, rows: np.ndarray) -> tuple[int, ...]:
    """Those of the rows that FTS5 finds, by bm25; lower is better."""
    there = rows.tolist()
    if len(there) < 2:
        return tuple(there)
    statement = "SELECT rowid FROM search_index WHERE search_index MATCH ? ORDER BY bm25(search_index, 0.0, ?, ?, ?), 1"
    ranked = db.raw(conn, statement, (expression, TITLE_WEIGHT, BODY_WEIGHT, VARIANT_WEIGHT))
    kept = frozenset(there)
    return tuple(row for (row,) in chain.from_iterable(ranked) if row in kept)


def looked_into(conn: Connection, rows: np.ndarray, phrases: list[Term], unwanted: list[Term]) -> np.ndarray:
    """The rows whose words hold every phrase and none that is unwanted, clitics allowed on any word."""
    kept: list[int] = []
    for at in range(0, len(rows), ASKED_AT_ONCE):
        part = rows[at : at + ASKED_AT_ONCE].tolist()
        marks = ", ".join("?" * len(part))
        statement = f"SELECT rowid, title, body FROM search_index WHERE rowid IN ({marks})"
        for row, title, body in chain.from_iterable(db.raw(conn, statement, part)):
            titled, said = title.split(), body.split()
            held = all(stands(said, phrase) or stands(titled, phrase) for phrase in phrases)
            if held and not any(stands(said, phrase) for phrase in unwanted):
                kept.append(row)
    return np.array(kept, np.int64)
