"""Where the sun stood over a place on a day, and when it fits a shadow that was measured in a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.footage.sun import (
    Wanted,
    Window,
    fitting_windows,
    minutes_of,
    refraction_deg,
    shadow_ratios,
    sun_position,
)
from dalil.footage.sun_words import angle, parse_position, parse_zone, ratio
from dalil.web.render import page
from dalil.web.security import SHA256

LONGEST = 60  # characters of a field
FIRST_YEAR, LAST_YEAR = 1950, 2050  # for which footage/sun.py vouches
WIDE, HIGH = 720, 200  # the plot's own units
STEP_MIN = 10


@dataclass(frozen=True, slots=True)
class Hour:
    """The sun at one full hour: `shadow` is length over height of what throws it."""

    at: datetime
    azimuth: float
    elevation: float
    shadow: float


@dataclass(frozen=True, slots=True)
class Plot:
    """The day as a line of elevations and the stretches that fit, in the plot's own units."""

    line: str
    stretches: tuple[tuple[float, float], ...]
    hours: tuple[tuple[float, str], ...]
    degrees: tuple[tuple[float, int], ...]


def sun_page(request: Request) -> Response:
    """The form; and for a place and a day, the sun's course and the times that fit what was measured."""
    given = {name: request.query_params.get(name, "").strip()[:LONGEST] for name in FIELDS}
    wrong, read = [], {}
    for name, reader in FIELDS.items():
        try:
            read[name] = reader(given[name]) if given[name] else None
        except (ValueError, OverflowError):
            wrong.append(name)
    object = request.query_params.get("object", "")
    values: dict[str, object] = {"windows": None, "hours": (), "plot": None, "zone": read.get("zone") or UTC}
    if not wrong and read["at"] and read["date"]:
        values |= course(read)
    return page(
        request,
        "sun.html",
        given=given,
        wrong=wrong,
        measured=any(read.get(name) for name in ("shadow", "azimuth", "toward")),
        object=object if SHA256.fullmatch(object) else None,
        **values,
    )


def course(read: dict) -> dict[str, object]:
    """What the page shows of one day."""
    (lat, lon), day, zone = read["at"], read["date"], read["zone"] or UTC
    wanted = Wanted(read["shadow"], read["azimuth"], read["toward"])
    windows = fitting_windows(day, zone, lat, lon, wanted)
    times = minutes_of(day, zone)
    azimuth, elevation = sun_position(times, lat, lon)
    apparent = elevation + refraction_deg(elevation)
    ratios = shadow_ratios(apparent)
    full = [(n, local) for n, time in enumerate(times) if (local := time.astimezone(zone)).minute == 0]
    hours = [
        Hour(local, float(azimuth[n]), float(apparent[n]), float(ratios[n])) for n, local in full if apparent[n] > 0
    ]
    return {"windows": windows, "hours": hours, "plot": plotted(times, apparent, full, windows)}


def plotted(
    times: list[datetime], apparent: np.ndarray, full: list[tuple[int, datetime]], windows: list[Window]
) -> Plot:
    """The course as points, local time from left to right; `full`: each whole hour with its place in `times`."""

    def x_of(time: datetime) -> float:
        return round(WIDE * (time - times[0]).total_seconds() / 60 / len(times), 1)

    def y_of(degrees: float) -> float:
        return round(HIGH * (1 - max(0.0, min(90.0, degrees)) / 90), 1)

    points = [(x_of(t), y_of(float(e))) for t, e in zip(times[::STEP_MIN], apparent[::STEP_MIN], strict=True)]
    every = [(times[n], local) for n, local in full if local.hour % 3 == 0]
    return Plot(
        " ".join(f"{x},{y}" for x, y in points),
        tuple((x_of(w.start_utc), max(1.5, x_of(w.end_utc) - x_of(w.start_utc))) for w in windows),
        tuple((x_of(time), f"{local:%H:%M}") for time, local in every),
        tuple((y_of(degrees), degrees) for degrees in (0, 30, 60, 90)),
    )


def a_day(text: str) -> date:
    """The day; ValueError for none, or one for which the formulas do not vouch."""
    day = date.fromisoformat(text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(text)
    return day


# Each field of the form with what reads it; ValueError where it cannot be read.
FIELDS: dict[str, Callable] = {
    "at": parse_position,
    "date": a_day,
    "zone": parse_zone,
    "shadow": ratio,
    "azimuth": angle,
    "toward": angle,
}
ROUTES = (Route("/sun", sun_page, methods=["GET"]),)
