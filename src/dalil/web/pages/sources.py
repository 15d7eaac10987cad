"""Every report and recording of the archive, and what could not be read."""

from __future__ import annotations

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.web import holdings
from dalil.web.held import claims_of
from dalil.web.paging import Paging, page_number
from dalil.web.render import page

ROWS_A_PAGE = 25


def sources_page(request: Request) -> Response:
    """A page of reports and of recordings."""
    number = page_number(request)
    claims, state = claims_of(request), request.app.state
    first = (number - 1) * ROWS_A_PAGE
    keys = claims.documents.at(slice(first, first + ROWS_A_PAGE))
    told = dict(zip(keys, np.diff(claims.starts[first : first + ROWS_A_PAGE + 1]).tolist(), strict=True))
    with state.archive.engine.connect() as conn:
        reports = holdings.reports(conn, keys)
        names = holdings.names(conn, [report.sha256 for report in reports])
        recordings = holdings.recordings(conn, limit=ROWS_A_PAGE + 1, offset=first)
        troubled = holdings.troubled(conn, limit=ROWS_A_PAGE) if number == 1 else []
    counts = state.fresh.get("counts of sources", lambda: counted(state.archive.engine))
    return page(
        request,
        "sources.html",
        reports=[(r, told[r.sha256]) for r in reports],
        names=names,
        recordings=recordings[:ROWS_A_PAGE],
        troubled=troubled,
        counts=counts,
        paging=Paging(number, first + ROWS_A_PAGE < len(claims.documents) or len(recordings) > ROWS_A_PAGE),
        archive_path=request.app.state.archive.path,
    )


def counted(engine) -> dict[str, int]:
    """How many reports and recordings there are."""
    with engine.connect() as conn:
        return holdings.counts(conn)


ROUTES = (Route("/sources", sources_page, methods=["GET"]),)
