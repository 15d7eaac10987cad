"""Captured files: the page of one, and its bytes as a sandboxed download; recordings play from it by range requests."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from dalil.claims.store import load_document
from dalil.footage.store import load_footage
from dalil.web import holdings
from dalil.web.pages.saved import any_to_show, framing
from dalil.web.render import link, page
from dalil.web.security import asked_hash, capture_headers, served_type


def original(request: Request) -> Response:
    """The object's bytes under the archive's media type, never under one that its name suggests."""
    archive, sha256 = request.app.state.archive, asked_hash(request)
    with archive.engine.connect() as conn:
        found, probed = holdings.held(conn, sha256), load_footage(conn, sha256)
    if found is None:
        raise HTTPException(404)
    path = archive.object_path(sha256)
    if not path.is_file():
        raise HTTPException(404)
    headers = capture_headers(sha256, found.media_type)
    # Bytes that could not be probed as what they claim to be are nothing that a browser should decode.
    kind = served_type(found.media_type) if probed else served_type("")
    return FileResponse(path, headers=headers, media_type=kind)


def file_page(request: Request) -> Response:
    """Where the object is shown: its page as a report or a recording, else what is known of it as a file."""
    archive, sha256 = request.app.state.archive, asked_hash(request)
    with archive.engine.connect() as conn:
        document, footage = load_document(conn, sha256), load_footage(conn, sha256)
        problems = holdings.problems_of(conn, sha256)
        held = holdings.held(conn, sha256)
    if document or footage:
        return RedirectResponse(link(request, f"/{'sources' if document else 'footage'}/{sha256}"), 303)
    if held is None:
        raise HTTPException(404)
    captures = list(archive.captures(sha256))
    can = any_to_show(captures)
    answer = page(request, "file.html", sha256=sha256, held=held, problems=problems, captures=captures, saved=can)
    return framing(answer) if can else answer


ROUTES = (
    Route("/objects/{sha256}", original, methods=["GET"]),
    Route("/files/{sha256}", file_page, methods=["GET"]),
)
