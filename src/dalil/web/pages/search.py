"""Words in every report, English and Arabic; each hit leads to its place in the report."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.claims import search
from dalil.records import Quote
from dalil.web import holdings
from dalil.web.render import page

RESULTS = 50
LONGEST_QUERY = 300


@dataclass(frozen=True, slots=True)
class Result:
    """A report that was found; `pieces` are its snippet, cut at the words that were looked for."""

    hit: search.Hit
    pieces: tuple[tuple[str, Quote | None], ...]
    incidents: tuple[str, ...]


def search_page(request: Request) -> Response:
    """The reports that hold the words `q`, best first."""
    query = request.query_params.get("q", "").strip()[:LONGEST_QUERY]
    with request.app.state.archive.engine.connect() as conn:
        hits = search.search(conn, query, limit=RESULTS) if query else ()
        results = [
            Result(hit, cut(hit.snippet, hit.matches), tuple(holdings.incidents_of_document(conn, hit.document)))
            for hit in hits
        ]
    return page(request, "search.html", query=query, results=results, most=RESULTS)


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


ROUTES = (Route("/search", search_page, methods=["GET"]),)
