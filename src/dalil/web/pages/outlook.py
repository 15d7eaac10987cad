"""Forecasts and threats in all reports, kept apart from what happened."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.web import holdings
from dalil.web.paging import Paging, page_number
from dalil.web.render import page

STATUSES = ("forecast", "threatened")
CLAIMS_A_PAGE = 50


def outlook_page(request: Request) -> Response:
    """A page of forecasts and threats, newest reports first."""
    number = page_number(request)
    with request.app.state.archive.engine.connect() as conn:
        told = holdings.told(conn, STATUSES, limit=CLAIMS_A_PAGE + 1, offset=(number - 1) * CLAIMS_A_PAGE)
    paging = Paging(number, len(told) > CLAIMS_A_PAGE)
    return page(request, "outlook.html", told=told[:CLAIMS_A_PAGE], paging=paging)


ROUTES = (Route("/outlook", outlook_page, methods=["GET"]),)
