"""A place whose position the text states: that position stands before every candidate of a gazetteer."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from dalil.atlas.points import Point, find_points
from dalil.records import Candidate, Claim, Place, TextIncident

# How far behind a place's name its position may stand, in characters: a name, its district and province in between.
REACH = 120
# As many decimals as reports commonly give (four) place a point to about this.
RADIUS_M = 100.0

Told = TypeVar("Told", Claim, TextIncident)


def with_positions(
    text: str, claims: tuple[Claim, ...], incidents: tuple[TextIncident, ...]
) -> tuple[tuple[Claim, ...], tuple[TextIncident, ...]]:
    """The same claims and incidents, their places at the positions that the text states for them."""
    points = find_points(text)
    if not points:
        return claims, incidents
    return tuple(_placed(c, text, points) for c in claims), tuple(_placed(i, text, points) for i in incidents)


def _placed(told: Told, text: str, points: list[Point]) -> Told:
    place = told.where
    point = _behind(place, text, points) if place is not None else None
    return replace(told, where=_at(place, point)) if point is not None else told


def _behind(place: Place, text: str, points: list[Point]) -> Point | None:
    """The first position that follows the place's name in the same line and within reach."""
    if place.quote is None:
        return None
    end = place.quote.end
    for point in points:
        gap = point.quote.start - end
        if 0 <= gap <= REACH and "\n\n" not in text[end : point.quote.start]:
            return point
    return None


def _at(place: Place, point: Point) -> Place:
    likeliest = place.candidates[0] if place.candidates else None
    stated = Candidate(
        id=f"geo:{point.lat:.6f},{point.lon:.6f}",
        name=place.name,
        lat=point.lat,
        lon=point.lon,
        admin=likeliest.admin if likeliest else (),
        country=likeliest.country if likeliest else "",
        feature="stated",
        score=1.0,
        why=(f"the text states this position: {point.quote.text}",),
    )
    return Place(place.name, place.quote, 1, RADIUS_M, (stated, *place.candidates))
