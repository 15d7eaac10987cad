"""The custody log: every act, newest first, with the values that are disclosed; and one line by itself."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.archive.lines import ACTS
from dalil.web import holdings
from dalil.web.paging import Paging, page_number
from dalil.web.render import page

LINES_A_PAGE = 30


def log_page(request: Request) -> Response:
    """A page of lines, of every act or of one."""
    number, act = page_number(request), request.query_params.get("act", "")
    act = act if act in ACTS else ""
    with request.app.state.archive.engine.connect() as conn:
        if act:
            skipped = (number - 1) * LINES_A_PAGE
            entries = holdings.entries_of(conn, act, skipped=skipped, count=LINES_A_PAGE + 1)
            paging = Paging(number, len(entries) > LINES_A_PAGE)
            return page(
                request, "log.html", entries=entries[:LINES_A_PAGE], paging=paging, one=None, act=act, acts=ACTS
            )
        newest = holdings.log_size(conn) - 1 - (number - 1) * LINES_A_PAGE
        entries = holdings.entries(conn, newest=newest, count=LINES_A_PAGE + 1) if newest >= 0 else []
    paging = Paging(number, len(entries) > LINES_A_PAGE)
    return page(request, "log.html", entries=entries[:LINES_A_PAGE], paging=paging, one=None, act="", acts=ACTS)


def line_page(request: Request) -> Response:
    """One line with its exact bytes."""
    seq = request.path_params["seq"]
    with request.app.state.archive.engine.connect() as conn:
        entries = holdings.entries(conn, newest=seq, count=1) if seq < 2**53 else []
    if not entries or entries[0].seq != seq:
        raise HTTPException(404)
    return page(request, "log.html", entries=entries, paging=Paging(1, False), one=entries[0], act="", acts=ACTS)


ROUTES = (
    Route("/log", log_page, methods=["GET"]),
    Route("/log/{seq:int}", line_page, methods=["GET"]),
)
