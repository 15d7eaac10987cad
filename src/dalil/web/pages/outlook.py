"""Forecasts and threats in all reports, kept apart from what happened."""

from __future__ import annotations

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.web import holdings
from dalil.web.columns import Claims, is_word
from dalil.web.held import claims_of
from dalil.web.paging import Paging, page_number
from dalil.web.render import page

STATUSES = ("forecast", "threatened")
CLAIMS_A_PAGE = 15


def outlook_page(request: Request) -> Response:
    """A page of forecasts and threats, newest reports first."""
    number, claims = page_number(request), claims_of(request)
    rows = request.app.state.fresh.get("outlook", lambda: expected(claims), version=claims.made)
    first = (number - 1) * CLAIMS_A_PAGE
    shown = rows[first : first + CLAIMS_A_PAGE]
    documents = claims.documents.at(claims.document[shown])
    keys = list(zip(documents, claims.position[shown].tolist(), strict=True))
    with request.app.state.archive.engine.connect() as conn:
        told = holdings.told(conn, keys)
    return page(request, "outlook.html", told=told, paging=Paging(number, first + CLAIMS_A_PAGE < len(rows)))


def expected(claims: Claims) -> np.ndarray:
    """The rows of forecasts and threats."""
    size = len(claims.position)
    return np.flatnonzero(is_word(claims.status, STATUSES[0], size) | is_word(claims.status, STATUSES[1], size))


ROUTES = (Route("/outlook", outlook_page, methods=["GET"]),)
