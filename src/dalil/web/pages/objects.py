"""Captured bytes as they are: always a sandboxed download; pages play recordings from it by range requests."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from dalil.web import holdings
from dalil.web.security import SHA256, capture_headers, served_type


def original(request: Request) -> Response:
    """The object's bytes under the archive's media type, never under one that its name suggests."""
    sha256 = request.path_params["sha256"]
    if not SHA256.fullmatch(sha256):
        raise HTTPException(404)
    archive = request.app.state.archive
    with archive.engine.connect() as conn:
        found = holdings.held(conn, sha256)
    if found is None:
        raise HTTPException(404)
    path = archive.object_path(sha256)
    if not path.is_file():
        raise HTTPException(404)
    headers = capture_headers(sha256, found.media_type)
    return FileResponse(path, headers=headers, media_type=served_type(found.media_type))


ROUTES = (Route("/objects/{sha256}", original, methods=["GET"]),)
