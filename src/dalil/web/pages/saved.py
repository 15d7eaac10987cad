"""A captured page or drawing as it was saved, for a frame that can do nothing."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.errors import InputRefused
from dalil.records import Capture
from dalil.web import holdings, saved
from dalil.web.security import FRAMED, PAGE_POLICY, asked_hash

# For the page that holds such a frame: it may frame this server's answers, of which only these let themselves be.
FRAMING_POLICY = PAGE_POLICY + "; frame-src 'self'"


def saved_page(request: Request) -> Response:
    """The object without what acts or asks; only for a frame on a page of ours."""
    archive, sha256 = request.app.state.archive, asked_hash(request)
    with archive.engine.connect() as conn:
        held = holdings.held(conn, sha256)
    if held is None or not saved.can_be_shown(held.media_type, held.size):
        raise HTTPException(404)
    try:
        data, kind = saved.harmless(archive.object_path(sha256).read_bytes(), held.media_type)
    except (OSError, InputRefused):
        raise HTTPException(404) from None
    return Response(data, headers={**FRAMED, "content-type": kind})


def any_to_show(captures: Iterable[Capture]) -> bool:
    """Whether there is a page or drawing to be shown so."""
    return any(saved.can_be_shown(c.object.media_type, c.object.size) for c in captures)


def framing(answer: Response) -> Response:
    """The page with a policy under which it may hold such a frame."""
    answer.headers["content-security-policy"] = FRAMING_POLICY
    return answer


ROUTES = (Route("/saved/{sha256}", saved_page, methods=["GET"]),)
