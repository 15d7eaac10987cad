"""Words in every report, English and Arabic, and claims by what they say: each narrows the other, with counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.claims.matching import matching
from dalil.claims.search import hit_in
from dalil.claims.store import held_documents
from dalil.footage.screen_store import has_screens, search_screen
from dalil.footage.telling import name_of
from dalil.records import EVENT_TYPES, STATUSES, Claim, Document, Quote, decode
from dalil.web import columns, facets, holdings
from dalil.web.columns import Claims, Words, between, known_as
from dalil.web.held import claims_of
from dalil.web.listed import ReadingUnread
from dalil.web.pages.map import day_of
from dalil.web.paging import Paging, page_number
from dalil.web.render import page

PATH = "/search"
RESULTS_A_PAGE = 10
CLAIMS_SHOWN, MOST_INCIDENTS = 1, 4
SCREENS, SCREEN_LINES = 10, 3
LONGEST_QUERY = 300
FACETS = ("status", "kind", "place", "actor", "source", "tongue")
ORDERS = {"status": STATUSES, "kind": EVENT_TYPES}
FILTERS = ("q", *FACETS, "from", "to")


@dataclass(frozen=True, slots=True)
class Result:
    """A report that was found; `pieces` are its snippet cut at the words looked for, `claims` those that fit."""

    document: str
    title: str | None
    publisher: str | None
    published: object
    lang: str | None
    missing: tuple[str, ...]
    pieces: tuple[tuple[str, Quote | None], ...]
    claims: tuple[tuple[int, Claim], ...]
    more: int
    incidents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The reports in order, by number; how many of their claims fit, and what more they can be narrowed by."""

    documents: np.ndarray
    claims: int
    tallied: facets.Tally

    @property
    def nbytes(self) -> int:
        """What it holds in memory."""
        return self.documents.nbytes


@dataclass(frozen=True, slots=True)
class Holding:
    """The numbers of the reports that hold some words: best first where they are `ranked`, else newest first."""

    numbers: np.ndarray
    ranked: bool

    @property
    def nbytes(self) -> int:
        """What it holds in memory."""
        return self.numbers.nbytes


# Which of the rows fit (None: which of all rows), for each thing that is asked for.
Tests = dict[str, Callable[[np.ndarray | None], np.ndarray]]


def search_page(request: Request) -> Response:
    """The reports that hold the words and whose claims fit, best (else newest) first."""
    number, taken = page_number(request), facets.asked(request, FILTERS)
    query = taken.get("q", "")[:LONGEST_QUERY]
    state, claims = request.app.state, claims_of(request)
    tests = tests_of(claims, taken)
    with state.archive.engine.connect() as conn:
        kept = partial(state.fresh.get, version=claims.made)
        among = kept(("holding", query), lambda: holding(conn, query, claims)) if query else None
        whole = kept("tallied", lambda: tallied_whole(claims))
        key = ("search", tuple(sorted(taken.items())))
        by_word = {name: taken[name] for name in FACETS if name in taken} if among is None else {}
        crossed = Crossed(claims, by_word, kept)
        found = kept(key, lambda: fitting(claims, tests, among, whole, crossed))
        first = (number - 1) * RESULTS_A_PAGE
        shown = found.documents[first : first + RESULTS_A_PAGE].tolist() if taken else []
        results = results_of(conn, claims, shown, query, tests)
        read = state.fresh.get("screens", lambda: has_screens(conn))
        screens = [
            (s.object, name_of(conn, s.object), s.lines[:SCREEN_LINES])
            for s in (search_screen(conn, query, SCREENS) if read else ())
        ]
    return page(
        request,
        "search.html",
        query=query,
        taken=taken,
        facets=facets.bar(request, PATH, found.tallied, taken),
        screens=screens,
        results=results,
        total=len(found.documents),
        claims=found.claims,
        by_day=among is not None and not among.ranked,
        paging=Paging(number, first + RESULTS_A_PAGE < len(found.documents) and bool(taken)),
    )


def holding(conn: Connection, query: str, claims: Claims) -> Holding:
    """The reports that hold the words."""
    found = matching(conn, query)
    numbers = known_as(claims, found.rows)
    return Holding(numbers if found.ranked else np.sort(numbers), found.ranked)


# ------------------------------------------------------------------ what fits


def tests_of(claims: Claims, taken: dict[str, str]) -> Tests:
    """The tests that a claim has to pass to fit."""
    tests: Tests = {name: partial(has_word, getattr(claims, name), taken[name]) for name in FACETS if name in taken}
    days = day_of(taken.get("from")), day_of(taken.get("to"), last=True)
    if any(days):
        tests["days"] = lambda rows: between(of(claims.first, rows), of(claims.first, rows), *days)
    return tests


def of(column: np.ndarray, rows: np.ndarray | None) -> np.ndarray:
    """The column's values in those rows (None: in all)."""
    return column if rows is None else column[rows]


def has_word(column: Words, value: str, rows: np.ndarray | None) -> np.ndarray:
    """Whether each of the rows has the word."""
    return of(column.codes, rows) == column.code(value)


def rows_of(claims: Claims, documents: np.ndarray) -> np.ndarray:
    """The rows of the claims of those documents, in their order."""
    first, counts = claims.starts[documents], claims.starts[documents + 1] - claims.starts[documents]
    before = np.cumsum(counts) - counts
    return np.arange(counts.sum()) + np.repeat(first - before, counts)


def tallied_whole(claims: Claims) -> facets.Tally:
    """What the facets would leave of all claims."""
    narrowed = facets.Narrowed(None, dict.fromkeys(FACETS))
    return facets.tally({name: getattr(claims, name) for name in FACETS}, narrowed, ORDERS)


@dataclass(frozen=True, slots=True)
class Crossed:
    """What a facet would leave of the claims that one word alone chooses (`words`: of which column, which), as tables
    of two columns' words that are counted once."""

    claims: Claims
    words: dict[str, str]
    kept: Callable

    def tally(self, name: str, others: list[str]) -> list[tuple[str, int]] | None:
        """The facet's values; None where it is another thing, or more than one, that chooses."""
        if len(others) != 1 or others[0] not in self.words:
            return None
        column, by = getattr(self.claims, name), getattr(self.claims, others[0])
        pair = tuple(sorted((others[0], name)))
        table = self.kept(
            ("crossed", *pair), lambda: columns.crossed(getattr(self.claims, pair[0]), getattr(self.claims, pair[1]))
        )
        code, order = by.code(self.words[others[0]]), ORDERS.get(name)
        if table is None or code == len(by.values):
            return None
        counts = table[code] if pair[0] == others[0] else table[:, code]
        return facets.ordered(columns.frequent(column, counts, facets.most_of(column, order)), order)


def fitting(claims: Claims, tests: Tests, among: Holding | None, whole: facets.Tally, crossed: Crossed) -> Found:
    """What passes the tests, among those reports (None: all reports, newest first); `whole` is the tally of all.

    The rows are looked at once for each test; what is counted are the few that are left.
    """
    rows = rows_of(claims, among.numbers) if among else None
    masks = {name: test(rows) for name, test in tests.items()}
    chosen = passing(rows, list(masks.values()))
    tallied, without = {}, {}
    for name in FACETS:
        others = [other for other in masks if other != name]
        if not others and rows is None:
            tallied[name] = whole[name]
        elif (known := crossed.tally(name, others)) is not None:
            tallied[name] = known
        else:
            without[name] = chosen if name not in masks else passing(rows, [masks[other] for other in others])
    counted = {name: getattr(claims, name) for name in without}
    tallied |= facets.tally(counted, facets.Narrowed(None, without), ORDERS)
    return Found(
        documents=documents_of(claims, chosen, among, narrowing=bool(tests)),
        claims=len(claims.position) if chosen is None else int(chosen.size),
        tallied={name: tallied[name] for name in FACETS},
    )


def passing(rows: np.ndarray | None, masks: list[np.ndarray]) -> np.ndarray | None:
    """Those of the rows that all masks leave; None for all rows there are."""
    left = facets.all_of(masks)
    if left is None:
        return rows
    return np.flatnonzero(left) if rows is None else rows[left]


def documents_of(claims: Claims, chosen: np.ndarray | None, among: Holding | None, *, narrowing: bool) -> np.ndarray:
    """The numbers of the reports to show; one without any claim is found by its words all the same."""
    if among is not None and not narrowing:
        return among.numbers
    if chosen is None:
        return np.flatnonzero(np.diff(claims.starts)).astype(np.int32)
    documents = claims.document[chosen]  # of one report beside each other
    return documents[np.flatnonzero(np.diff(documents, prepend=-1))]


# ------------------------------------------------------------------ results


def results_of(conn: Connection, claims: Claims, shown: list[int], query: str, tests: Tests) -> list[Result]:
    """The reports with their snippets and the claims that fit, in three queries."""
    keys = claims.documents.at(shown)
    held = held_documents(conn, keys, ReadingUnread)
    incidents = holdings.incidents_of_documents(conn, keys)
    return [
        result(*held[key], query, positions(claims, d, tests), tuple(incidents.get(key, ()))[:MOST_INCIDENTS])
        for d, key in zip(shown, keys, strict=True)
        if key in held
    ]


def positions(claims: Claims, document: int, tests: Tests) -> list[int]:
    """Where in the report the claims stand that fit; none where nothing is asked of them."""
    if not tests:
        return []
    rows = rows_of(claims, np.array([document]))
    return claims.position[passing(rows, [test(rows) for test in tests.values()])].tolist()


def result(
    document: Document, reading: ReadingUnread | None, query: str, fit: list[int], incidents: tuple[str, ...]
) -> Result:
    """The report with its snippet and the claims that fit."""
    hit = hit_in(document, query) if query else None
    pieces = cut(hit.snippet, hit.matches) if hit else ((document.text[:240], None),)
    shown = [n for n in fit[:CLAIMS_SHOWN] if reading and n < len(reading.claims)]
    told = tuple((n + 1, decode(reading.claims[n], Claim)) for n in shown)
    return Result(
        document=document.object,
        title=document.title,
        publisher=document.publisher or document.author,
        published=document.published,
        lang=document.lang,
        missing=hit.missing if hit else (),
        pieces=pieces if hit or not told else (),
        claims=told,
        more=len(fit) - len(told),
        incidents=incidents,
    )


def cut(snippet: Quote, matches: tuple[Quote, ...]) -> tuple[tuple[str, Quote | None], ...]:
    """The snippet's words in order; those of a match with it."""
    pieces: list[tuple[str, Quote | None]] = []
    at = snippet.start
    for match in matches:
        if match.start < at or match.end > snippet.end:
            continue
        pieces += [(snippet.text[at - snippet.start : match.start - snippet.start], None), (match.text, match)]
        at = match.end
    pieces.append((snippet.text[at - snippet.start :], None))
    return tuple(piece for piece in pieces if piece[0])


ROUTES = (Route(PATH, search_page, methods=["GET"]),)
