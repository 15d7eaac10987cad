"""Words in every report, English and Arabic, and claims by what they say: each narrows the other, with counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.claims import search
from dalil.claims.store import load_document, load_reading
from dalil.footage.screen_store import search_screen
from dalil.footage.telling import name_of
from dalil.records import EVENT_TYPES, STATUSES, Claim, Quote
from dalil.web import facets, holdings
from dalil.web.columns import Claims, between, is_word
from dalil.web.held import claims_of
from dalil.web.pages.map import day_of
from dalil.web.paging import Paging, page_number
from dalil.web.render import page

PATH = "/search"
RESULTS_A_PAGE, MOST_FOUND = 10, 300
CLAIMS_SHOWN = 1
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
    """The reports in order, by number, with the rows of their claims that fit; how many claims fit in all."""

    documents: np.ndarray
    rows: dict[int, list[int]]
    claims: int
    tallied: facets.Tally


def search_page(request: Request) -> Response:
    """The reports that hold the words and whose claims fit, best (else newest) first."""
    number, taken = page_number(request), facets.asked(request, FILTERS)
    query = taken.get("q", "")[:LONGEST_QUERY]
    state, claims = request.app.state, claims_of(request)
    with state.archive.engine.connect() as conn:
        ranked = state.fresh.get(("ranked", query), lambda: ranked_documents(conn, query, claims)) if query else None
        key = ("search", tuple(sorted(taken.items())), len(claims.documents))
        found = state.fresh.get(key, lambda: fitting(claims, taken, ranked))
        first = (number - 1) * RESULTS_A_PAGE
        shown = found.documents[first : first + RESULTS_A_PAGE].tolist() if taken else ()
        results = [result(conn, claims.documents[d], query, claims, found.rows.get(d, [])) for d in shown]
        screens = [
            (s.object, name_of(conn, s.object), s.lines[:SCREEN_LINES]) for s in search_screen(conn, query, SCREENS)
        ]
    return page(
        request,
        "search.html",
        query=query,
        taken=taken,
        facets=facets.bar(request, PATH, found.tallied, taken),
        screens=screens,
        results=[one for one in results if one],
        total=len(found.documents),
        claims=found.claims,
        most=MOST_FOUND if ranked is not None and len(ranked) >= MOST_FOUND else None,
        paging=Paging(number, first + RESULTS_A_PAGE < len(found.documents) and bool(taken)),
    )


def ranked_documents(conn: Connection, query: str, claims: Claims) -> tuple[int, ...]:
    """The numbers of the reports that hold the words, best first."""
    hits = search.found_documents(conn, query, MOST_FOUND)
    return tuple(claims.numbers[key] for key in hits if key in claims.numbers)


def fitting(claims: Claims, taken: dict[str, str], ranked: tuple[int, ...] | None) -> Found:
    """What fits the filters, among the ranked reports (None: all reports, newest first)."""
    size = len(claims.position)
    masks = {name: is_word(getattr(claims, name), taken[name], size) for name in FACETS if name in taken}
    narrowing = bool(masks)
    days = between(claims.first, claims.first, day_of(taken.get("from")), day_of(taken.get("to"), last=True))
    if days is not None:
        masks["days"], narrowing = days, True
    if ranked is not None:
        among = np.zeros(len(claims.documents) + 1, bool)
        among[list(ranked)] = True
        masks["words"] = among[claims.document]
    narrowed = facets.narrow(masks, FACETS)
    chosen = np.arange(size) if narrowed.left is None else np.flatnonzero(narrowed.left)
    documents = np.unique(claims.document[chosen])
    if ranked is not None:
        # A report without any claim is found by its words all the same.
        there = set(documents.tolist())
        documents = np.array([d for d in ranked if d in there or not narrowing], np.int32)
    rows: dict[int, list[int]] = {}
    if narrowing:
        wanted = chosen[: RESULTS_A_PAGE * 400] if ranked is None else chosen
        for row, document in zip(wanted.tolist(), claims.document[wanted].tolist(), strict=True):
            rows.setdefault(document, []).append(row)
    tallied = facets.tally({name: getattr(claims, name) for name in FACETS}, narrowed, ORDERS)
    return Found(documents, rows, int(chosen.size), tallied)


def result(conn: Connection, key: str, query: str, claims: Claims, rows: list[int]) -> Result | None:
    """The report with its snippet and the claims that fit."""
    document = load_document(conn, key)
    if document is None:
        return None
    hit = search.hit_in(document, query) if query else None
    pieces = cut(hit.snippet, hit.matches) if hit else ((document.text[:240], None),)
    reading = load_reading(conn, key) if rows else None
    positions = [int(claims.position[row]) for row in rows]
    fit = tuple((n + 1, reading.claims[n]) for n in positions[:CLAIMS_SHOWN] if reading and n < len(reading.claims))
    return Result(
        document=key,
        title=document.title,
        publisher=document.publisher or document.author,
        published=document.published,
        lang=document.lang,
        missing=hit.missing if hit else (),
        pieces=pieces if hit or not fit else (),
        claims=fit,
        more=len(rows) - len(fit),
        incidents=tuple(holdings.incidents_of_document(conn, key))[:4],
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
