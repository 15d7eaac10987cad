"""The map: every incident that has a point, clustered, with its radius and a slider through time."""

from __future__ import annotations

import json
import math
import re
from calendar import monthrange
from datetime import date
from functools import lru_cache
from importlib import resources

import numpy as np
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dalil.records import EVENT_TYPES, encode
from dalil.web import holdings
from dalil.web.columns import Incidents, counted
from dalil.web.held import incidents_of
from dalil.web.mapping import map_page_policy
from dalil.web.points import Window, clusters, months, within
from dalil.web.render import language_of, link, page, title_of

HIGHEST_ZOOM = 15
MOST_LISTED = 30
CELL = re.compile(r"-?\d{1,2},-?\d{1,2}")
DAY = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?", re.ASCII)
PROVINCES = 30


def map_page(request: Request) -> Response:
    """The map itself, and beside it, for those who see none, the provinces with how many incidents each has."""
    incidents = incidents_of(request)
    about = request.app.state.fresh.get("map", lambda: summary(incidents))
    return map_page_policy(request, page(request, "map.html", **about))


def summary(incidents: Incidents) -> dict[str, object]:
    """What the page says of all incidents: months, kinds, provinces, how far they reach."""
    by_month = months(incidents)
    placed = ~np.isnan(incidents.lat)
    return {
        "months": by_month,
        "most": max((count for _, count in by_month), default=0),
        "kinds": [kind for kind, _ in counted(incidents.kind, placed, len(EVENT_TYPES))],
        "bounds": bounds(incidents.lat[placed], incidents.lon[placed]),
        "provinces": counted(incidents.admin, placed, PROVINCES),
        "placed": int(placed.sum()),
    }


def bounds(lat: np.ndarray, lon: np.ndarray) -> list[float] | None:
    """West, south, east, north of nearly all points, so that one wrong place does not make the map the world."""
    if not lat.size:
        return None
    west, east = np.quantile(lon, (0.01, 0.99)).tolist()
    south, north = np.quantile(lat, (0.01, 0.99)).tolist()
    return [west, south, east, north]


def clusters_data(request: Request) -> Response:
    """The clusters in a window, as JSON."""
    window, incidents = window_of(request), incidents_of(request)
    zoom = request.query_params.get("zoom", "3")
    zoom = min(int(zoom), HIGHEST_ZOOM) if zoom.isascii() and zoom.isdigit() and len(zoom) < 3 else 3
    found = clusters(incidents, window, zoom)
    return Response(encode({"total": sum(c.count for c in found), "clusters": found}), media_type="application/json")


def list_data(request: Request) -> Response:
    """The first incidents in a window, with their titles in the page's language."""
    incidents, lang = incidents_of(request), language_of(request)
    chosen = within(incidents, window_of(request))
    with request.app.state.archive.engine.connect() as conn:
        found = holdings.with_accounts(conn, incidents.ids.at(chosen[:MOST_LISTED]))
    rows = [{"address": link(request, f"/incidents/{i.id}"), "title": title_of(lang, i)} for i in found]
    return JSONResponse({"incidents": rows, "more": max(0, chosen.size - MOST_LISTED)})


def window_of(request: Request) -> Window:
    """What the address asks for; 400 where it is no window."""
    asked = request.query_params
    try:
        west, south, east, north = (float(n) for n in asked.get("box", "-180,-90,180,90").split(","))
    except ValueError:
        raise HTTPException(400) from None
    if not all(map(math.isfinite, (west, south, east, north))):
        raise HTTPException(400)
    kind = asked.get("kind") or None
    return Window(west, south, east, north, day_of(asked.get("from")), day_of(asked.get("to"), last=True), kind)


def day_of(text: str | None, *, last: bool = False) -> date | None:
    """ "2016-11-05", or the first (or last) day of "2016-11"; None for what is no day."""
    found = DAY.fullmatch(text or "")
    if not found:
        return None
    year, month = int(found[1]), int(found[2])
    if not (1 <= month <= 12 and year):
        return None
    days = monthrange(year, month)[1]
    return date(year, month, min(max(int(found[3]), 1), days) if found[3] else days if last else 1)


@lru_cache
def cells() -> dict[str, str]:
    """The outline's cells as JSON texts."""
    whole = json.loads(resources.files("dalil.web").joinpath("outline", "cells.json").read_text("utf-8"))
    return {key: json.dumps(cell, separators=(",", ":")) for key, cell in whole.items()}


def cell_data(request: Request) -> Response:
    """One cell of the finer outline; an empty one where there is only sea."""
    key = request.path_params["key"]
    if not CELL.fullmatch(key):
        raise HTTPException(404)
    text = cells().get(key, '{"land":[],"coast":[],"borders":[]}')
    return Response(text, media_type="application/json", headers={"cache-control": "public, max-age=86400"})


ROUTES = (
    Route("/map", map_page, methods=["GET"]),
    Route("/map/clusters", clusters_data, methods=["GET"]),
    Route("/map/list", list_data, methods=["GET"]),
    Route("/map/cell/{key}", cell_data, methods=["GET"]),
)
