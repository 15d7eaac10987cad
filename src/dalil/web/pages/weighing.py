"""One claim, or one place of a report, put before a person: the words, what the reader made of them, the choices."""

from __future__ import annotations

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.claims.store import load_document, load_reading
from dalil.records import EVENT_TYPES, STATUSES, Candidate, Claim, Document, Place, Quote
from dalil.web.judged import judged
from dalil.web.mapping import Pin, map_page_policy, pins_json
from dalil.web.people import sentences_around
from dalil.web.render import language_of, page
from dalil.web.security import DOCUMENT

SPAN = re.compile(r"(\d{1,9})-(\d{1,9})", re.ASCII)
EARTH_RADIUS_KM = 6371.0088


def claim_page(request: Request) -> Response:
    """The claim at these words: accept, correct or reject it."""
    key, start, end = asked(request)
    with request.app.state.archive.engine.connect() as conn:
        document, reading = load_document(conn, key), load_reading(conn, key)
        stands = judged(request, conn, [key])
    found = [(n, c) for n, c in enumerate(reading.claims if reading else (), 1) if at(c.quote, start, end)]
    if document is None or not found:
        raise HTTPException(404)
    number, claim = found[0]
    return page(
        request,
        "claim.html",
        document=document,
        key=key,
        number=number,
        claim=claim,
        context=context(document, claim.quote),
        judgement=stands.claim(key, claim.quote),
        place=stands.place(key, claim.where.quote) if claim.where else None,
        types=EVENT_TYPES,
        statuses=STATUSES,
    )


def place_page(request: Request) -> Response:
    """The place at these words: every candidate on a small map, and a point of one's own."""
    key, start, end = asked(request)
    with request.app.state.archive.engine.connect() as conn:
        document, reading = load_document(conn, key), load_reading(conn, key)
        stands = judged(request, conn, [key])
    if document is None or reading is None:
        raise HTTPException(404)
    named = [c for c in reading.claims if c.where and at(c.where.quote, start, end)]
    if not named:
        raise HTTPException(404)
    claim: Claim = named[0]
    where: Place = claim.where
    lang = language_of(request)
    judgement = stands.place(key, where.quote)
    return map_page_policy(
        request,
        page(
            request,
            "place.html",
            document=document,
            key=key,
            where=where,
            claim=claim,
            context=context(document, where.quote),
            rows=[(n, c, distance_km(where.candidates[0], c)) for n, c in enumerate(where.candidates, 1)],
            pins=pins_json(pins(where, lang.text("place.candidate"))),
            judgement=judgement,
        ),
    )


def asked(request: Request) -> tuple[str, int, int]:
    """The document and the offsets in the address; 404 where they are none."""
    key, span = request.path_params["document"], SPAN.fullmatch(request.path_params["span"])
    if not DOCUMENT.fullmatch(key) or not span:
        raise HTTPException(404)
    return key, int(span[1]), int(span[2])


def at(quote: Quote | None, start: int, end: int) -> bool:
    """Whether the quote stands exactly there."""
    return quote is not None and (quote.start, quote.end) == (start, end)


def context(document: Document, quote: Quote) -> tuple[str, str, str]:
    """(before, the words, after): the sentences that hold the words."""
    first, last = sentences_around(document.text, quote)
    return document.text[first : quote.start], quote.text, document.text[quote.end : last]


def distance_km(one: Candidate, other: Candidate) -> float:
    """Along a great circle. Source: the haversine formula."""
    from math import asin, cos, radians, sin, sqrt

    lat, lon, lat2, lon2 = map(radians, (one.lat, one.lon, other.lat, other.lon))
    half = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1, sqrt(half)))


def pins(where: Place, word: str) -> list[Pin]:
    """A numbered pin for each candidate; the first, which stands, with the radius of the place."""
    return [
        Pin(
            c.lat, c.lon, str(n), f"{word} {n}: {c.name}", where.radius_m if n == 1 else None, n == 1, f"choice-{n}"
        )
        for n, c in enumerate(where.candidates, 1)
    ]  # fmt: skip


ROUTES = (
    Route("/claims/{document}/{span}", claim_page, methods=["GET"]),
    Route("/places/{document}/{span}", place_page, methods=["GET"]),
)
