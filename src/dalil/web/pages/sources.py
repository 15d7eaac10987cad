"""Every report and recording of the archive, and what could not be read."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.claims.store import list_documents
from dalil.web import holdings
from dalil.web.paging import Paging, page_number
from dalil.web.render import page

ROWS_A_PAGE = 100


def sources_page(request: Request) -> Response:
    """A page of reports and of recordings."""
    number = page_number(request)
    window = {"limit": ROWS_A_PAGE + 1, "offset": (number - 1) * ROWS_A_PAGE}
    with request.app.state.archive.engine.connect() as conn:
        reports = list_documents(conn, **window)
        names = holdings.names(conn, [report.sha256 for report in reports])
        recordings = holdings.recordings(conn, **window)
        troubled = holdings.troubled(conn, limit=ROWS_A_PAGE) if number == 1 else []
        counts = holdings.counts(conn)
    return page(
        request,
        "sources.html",
        reports=reports[:ROWS_A_PAGE],
        names=names,
        recordings=recordings[:ROWS_A_PAGE],
        troubled=troubled,
        counts=counts,
        paging=Paging(number, max(len(reports), len(recordings)) > ROWS_A_PAGE),
        archive_path=request.app.state.archive.path,
    )


ROUTES = (Route("/sources", sources_page, methods=["GET"]),)
