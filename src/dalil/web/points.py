"""Incidents on a map: those near to each other as one, at any zoom, a hundred thousand in a few milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from dalil.web.columns import UNDATED, Incidents, between, is_word

# A cluster takes up a cell of so many pixels; Leaflet's worlds are 256 pixels wide at zoom 0.
CELL_PX, WORLD_PX = 56, 256
MOST_CLUSTERS = 1500
# So many cells are counted at once; more are sorted.
MOST_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class Window:
    """What a map shows: degrees, days (None: open), a kind of event (None: all)."""

    west: float
    south: float
    east: float
    north: float
    first: date | None
    last: date | None
    kind: str | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """Incidents near to each other: their middle, how many, how far apart (degrees); `id` where it is one."""

    lat: float
    lon: float
    count: int
    spread: float
    id: str | None
    radius_m: float | None


def within(incidents: Incidents, window: Window) -> np.ndarray:
    """The rows that lie in the window, in the order of lists."""
    inside = (incidents.lat >= window.south) & (incidents.lat <= window.north)
    inside &= (incidents.lon >= window.west) & (incidents.lon <= window.east)
    days = between(incidents.first, incidents.last, window.first, window.last)
    if days is not None:
        inside &= days
    if window.kind:
        inside &= is_word(incidents.kind, window.kind, len(incidents.ids))
    return np.flatnonzero(inside)


def clusters(incidents: Incidents, window: Window, zoom: int) -> list[Cluster]:
    """The incidents in the window, those in one cell of the zoom as one; largest first."""
    chosen = within(incidents, window)
    if not chosen.size:
        return []
    cells = WORLD_PX * 2**zoom / CELL_PX
    lat, lon = incidents.lat[chosen], incidents.lon[chosen]
    x = np.floor((lon + 180) / 360 * cells).astype(np.int64)
    y = np.floor(incidents.down[chosen] * cells).astype(np.int64)
    first, place, count = grouped((y - y.min()) * (int(np.ptp(x)) + 1) + x - x.min())
    middle_lat, middle_lon = np.bincount(place, lat) / count, np.bincount(place, lon) / count
    spread = np.zeros(count.size)
    np.maximum.at(spread, place, np.abs(lat - middle_lat[place]) + np.abs(lon - middle_lon[place]))
    order = np.argsort(-count, kind="stable")[:MOST_CLUSTERS].tolist()
    return [
        cluster(incidents, middle_lat[i], middle_lon[i], int(count[i]), float(spread[i]), int(chosen[first[i]]))
        for i in order
    ]


def grouped(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(first row of each cell that has any, which of these cells each row is in, rows a cell), cells in order."""
    high = int(cells.max()) + 1
    if high > MOST_CELLS:  # far apart at a high zoom, so few
        _, first, place, count = np.unique(cells, return_index=True, return_inverse=True, return_counts=True)
        return first, place, count
    counts = np.bincount(cells, minlength=high)
    there = np.flatnonzero(counts)
    number, first = np.zeros(high, np.int64), np.zeros(high, np.int64)
    number[there] = np.arange(there.size)
    first[cells[::-1]] = np.arange(cells.size - 1, -1, -1)  # of several rows of a cell, the first is written last
    return first[there], number[cells], counts[there]


def cluster(incidents: Incidents, lat: float, lon: float, count: int, spread: float, row: int) -> Cluster:
    """The cluster as a record; one incident keeps its id, incidents on one point their radius."""
    one_point = count == 1 or spread < 1e-6
    radius_m = float(incidents.radius_m[row]) or None
    return Cluster(
        round(float(lat), 5),
        round(float(lon), 5),
        count,
        round(spread, 5),
        incidents.ids.at([row])[0] if count == 1 else None,
        radius_m if one_point else None,
    )


def months(incidents: Incidents) -> list[tuple[str, int]]:
    """("2016-11", how many begin in it) for every month from the first to the last."""
    days, counts = np.unique(incidents.first[incidents.first != UNDATED], return_counts=True)
    if not days.size:
        return []
    by_month: dict[str, int] = {}
    for day, count in zip(days.tolist(), counts.tolist(), strict=True):
        month = date.fromordinal(day).isoformat()[:7]
        by_month[month] = by_month.get(month, 0) + count
    year, number = map(int, min(by_month).split("-"))
    last, found = max(by_month), []
    while (month := f"{year:04}-{number:02}") <= last:
        found.append((month, by_month.get(month, 0)))
        year, number = (year + 1, 1) if number == 12 else (year, number + 1)
    return found
