"""One report: its whole text with every claim marked in it, what was read from it, and where its bytes are."""

from __future__ import annotations

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.claims.store import load_document, load_reading
from dalil.incidents import store
from dalil.records import Document, object_of
from dalil.web import holdings
from dalil.web.judged import judged
from dalil.web.language import Language
from dalil.web.marks import Mark, marked_text, marks_of
from dalil.web.pages.saved import any_to_show, framing
from dalil.web.render import language_of, page
from dalil.web.security import DOCUMENT

PLACE = re.compile(r"(\d{1,9})-(\d{1,9})", re.ASCII)


def source_page(request: Request) -> Response:
    """The report of that hash, or the row or message of that key."""
    sha256 = request.path_params["sha256"]
    if not DOCUMENT.fullmatch(sha256):
        raise HTTPException(404)
    archive = request.app.state.archive
    with archive.engine.connect() as conn:
        document, reading = load_document(conn, sha256), load_reading(conn, sha256)
        if document is None:
            raise HTTPException(404)
        incidents = [i for id in holdings.incidents_of_document(conn, sha256) if (i := store.load_head(conn, id))]
        problems = holdings.problems_of(conn, sha256)
        stands = judged(request, conn, [sha256])
    claims = reading.claims if reading else ()
    lang = language_of(request)
    marks = marks_of(reading) if reading else []
    kinds = {f"c{number}": claim.type for number, claim in enumerate(claims, 1)}
    captures = list(archive.captures(object_of(sha256)))
    can = "." not in sha256 and any_to_show(captures)
    answer = page(
        request,
        "source.html",
        saved=can,
        sha256=sha256,
        document=document,
        reading=reading,
        claims=claims,
        statuses=list(dict.fromkeys(c.status for c in claims)),
        paragraphs=marked_text(
            document.text, [*marks, *found(document, request, marks)], lambda mark: label(lang, mark, kinds)
        ),
        incidents=incidents,
        stands=stands,
        problems=[*((None, p) for p in document.problems), *problems],
        captures=captures,
    )
    return framing(answer) if can else answer


def found(document: Document, request: Request, marks: list[Mark]) -> list[Mark]:
    """The words that the address asks for ("at=120-142"), unless they are marked already or are not in the text."""
    asked = PLACE.fullmatch(request.query_params.get("at", ""))
    start, end = (int(asked[1]), int(asked[2])) if asked else (0, 0)
    anchor = f"w{start}-{end}"
    if not start < end <= len(document.text) or any(mark.anchor == anchor for mark in marks):
        return []
    return [Mark(start, end, anchor, parts=("found",))]


def label(lang: Language, mark: Mark, kinds: dict[str, str]) -> str:
    """What a screen reader or a pointer is told of a mark."""
    if mark.status is None:
        return lang.joined([lang.term("part", part) for part in mark.parts])
    status, kind = lang.term("status", mark.status), lang.term("event", kinds[mark.anchor])
    return lang.text("source.to_claim", number=mark.number, status=status, kind=kind)


ROUTES = (Route("/sources/{sha256}", source_page, methods=["GET"]),)
