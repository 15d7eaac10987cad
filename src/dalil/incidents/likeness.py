"""How alike two accounts of an event are: a visible list of evidence, each with the values that were compared.

Weights add up like log-odds. They were set by hand on public facts about the raids on Kafr Naha in November 2016
(three different days within one kilometre) and are kept in `weights.toml`; a day and a place must both speak for
two accounts before they can be the same event, because near-by places are often hit on consecutive days.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from math import asin, cos, radians, sin, sqrt
from typing import Literal

from dalil.records import Candidate, DateSpan, Evidence, Place, Suspect, TextIncident, Toll

Verdict = Literal["same", "possibly_same", "different"]
EARTH_RADIUS_KM = 6371.0088


@lru_cache
def weights() -> dict[str, float]:
    """The weights and thresholds, by name."""
    text = resources.files("dalil.incidents").joinpath("weights.toml").read_text("utf-8")
    return {name: float(value) for name, value in tomllib.loads(text)["weights"].items()}


@lru_cache
def families() -> dict[str, str]:
    """Event type → the family of types that different reporters may use for one and the same event."""
    text = resources.files("dalil.incidents").joinpath("weights.toml").read_text("utf-8")
    return {kind: family for family, kinds in tomllib.loads(text)["families"].items() for kind in kinds}


def weigh(left: TextIncident, right: TextIncident) -> tuple[Evidence, ...]:
    """Every reason for or against the two accounts speaking of the same event."""
    return tuple(
        e
        for e in (
            weigh_day(left.when, right.when),
            weigh_time(left.when, right.when),
            weigh_place(left.where, right.where),
            weigh_kind(left.type, right.type),
            weigh_toll("killed", left.killed, right.killed),
            weigh_toll("injured", left.injured, right.injured),
            weigh_suspects(left.suspects, right.suspects),
            weigh_victims(left, right),
            weigh_footage(left, right),
        )
        if e
    )


def judge(evidence: tuple[Evidence, ...]) -> Verdict:
    """What the evidence comes to: never "same" unless both the day and the place speak for it."""
    total = sum(e.weight for e in evidence)
    for_it = {e.name for e in evidence if e.weight > 0}
    against = {e.name for e in evidence if e.weight <= weights()["rules_out"]}
    if against:
        return "different"
    if {"day", "place"} <= for_it and total >= weights()["same_at"]:
        return "same"
    if "day" in for_it and total >= weights()["possibly_at"]:
        return "possibly_same"
    return "different"


def score(evidence: tuple[Evidence, ...]) -> float:
    """The sum of the weights."""
    return sum(e.weight for e in evidence)


# ------------------------------------------------------------------ single comparisons


def weigh_day(left: DateSpan | None, right: DateSpan | None) -> Evidence | None:
    """Overlap of the two spans in days, judged by how finely each is known."""
    if not left or not right:
        return None
    w = weights()
    fine = left.precision == right.precision == "day"
    gap = max((left.start - right.end).days, (right.start - left.end).days)
    if gap <= 0:
        weight = w["day_same"] if fine else w["day_overlaps"]
    elif fine or gap > w["coarse_gap_days"]:
        weight = w["day_differs"]
    else:
        weight = w["day_apart_coarse"]
    return Evidence("day", weight, show_span(left), show_span(right))


def weigh_time(left: DateSpan | None, right: DateSpan | None) -> Evidence | None:
    """Times of day, where both give one on the same day."""
    if not (left and right and left.time and right.time and left.start == right.start):
        return None
    apart_h = abs(minutes(left.time) - minutes(right.time)) / 60
    w = weights()
    weight = w["time_same"] if apart_h <= w["time_same_h"] else w["time_differs"]
    return Evidence("time of day", weight, left.time, right.time)


def weigh_place(left: Place | None, right: Place | None) -> Evidence | None:
    """Distance between the best candidates against the radius of both; the folded names where one has no point."""
    if not left or not right:
        return None
    w = weights()
    a, b = point(left), point(right)
    if a and b:
        apart_km = distance_km(a, b)
        reach_km = max(w["place_near_km"], ((left.radius_m or 0) + (right.radius_m or 0)) / 1000)
        if apart_km <= reach_km:
            weight = w["place_same"] if max(left.precision, right.precision) <= 3 else w["place_coarse"]
        elif apart_km <= w["place_far_km"]:
            weight = w["place_neighbouring"]
        else:
            weight = w["place_differs"]
        return Evidence("place", weight, show_place(left, a), f"{show_place(right, b)} ({apart_km:.1f} km apart)")
    if fold_name(left.name) == fold_name(right.name):
        return Evidence("place", w["place_same_name"], left.name, right.name)
    return None


def weigh_kind(left: str, right: str) -> Evidence | None:
    """The kind of attack: same, same family, or another."""
    w = weights()
    if left == right:
        return Evidence("kind", w["kind_same"], left, right)
    a, b = families().get(left), families().get(right)
    weight = w["kind_family"] if a is not None and a == b else w["kind_differs"]
    return Evidence("kind", weight, left, right)


def weigh_toll(name: str, left: Toll | None, right: Toll | None) -> Evidence | None:
    """Whether some number fits both tolls. Disagreement on a toll is common and speaks only softly against."""
    if not left or not right:
        return None
    w = weights()
    (low_a, high_a), (low_b, high_b) = bounds(left), bounds(right)
    fits = (high_a is None or low_b <= high_a) and (high_b is None or low_a <= high_b)
    return Evidence(name, w["toll_fits"] if fits else w["toll_differs"], show_toll(left), show_toll(right))


def weigh_suspects(left: tuple[Suspect, ...], right: tuple[Suspect, ...]) -> Evidence | None:
    """Shared suspects; different ones speak softly against, since attribution is what reports dispute most."""
    a, b = set(suspect_names(left)), set(suspect_names(right))
    if not a or not b:
        return None
    w = weights()
    weight = w["suspect_same"] if a & b else w["suspect_differs"]
    return Evidence("suspects", weight, ", ".join(sorted(a)), ", ".join(sorted(b)))


def weigh_victims(left: TextIncident, right: TextIncident) -> Evidence | None:
    """Victims named in both."""
    a = {fold_name(m) for v in left.victims if v.named for m in v.mentions}
    b = {fold_name(m) for v in right.victims if v.named for m in v.mentions}
    shared = sorted(a & b)
    if not shared:
        return None
    return Evidence("named victims", weights()["victim_shared"], ", ".join(shared), ", ".join(shared))


def weigh_footage(left: TextIncident, right: TextIncident) -> Evidence | None:
    """A recording of the same length by the same credit in both."""
    a, b = left.footage, right.footage
    if not (a and b and a.duration_s and b.duration_s):
        return None
    same_length = abs(a.duration_s - b.duration_s) < 1
    same_credit = bool(a.credit and b.credit and fold_name(a.credit) == fold_name(b.credit))
    if not (same_length and same_credit):
        return None
    return Evidence(
        "footage", weights()["footage_shared"], f"{a.duration_s:g} s, {a.credit}", f"{b.duration_s:g} s, {b.credit}"
    )


# ------------------------------------------------------------------ values


def minutes(time: str) -> int:
    """Minutes after midnight of "HH:MM"."""
    hours, _, rest = time.partition(":")
    return int(hours) * 60 + int(rest)


def point(place: Place) -> Candidate | None:
    """The best candidate that has coordinates."""
    return next(iter(place.candidates), None)


def distance_km(a: Candidate, b: Candidate) -> float:
    """Great-circle distance (haversine)."""
    lat = radians(b.lat - a.lat)
    lon = radians(b.lon - a.lon)
    h = sin(lat / 2) ** 2 + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(lon / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(h)))


def bounds(toll: Toll) -> tuple[int, int | None]:
    """The lowest and highest number that the toll allows; None above is no bound."""
    low = next((n for n in (toll.low, toll.best) if n is not None), 0)
    if toll.high is not None:
        return low, toll.high
    return low, None if toll.low is not None else toll.best


def suspect_names(suspects: tuple[Suspect, ...]) -> Iterator[str]:
    """Folded names of the suspects that are not denied."""
    for s in suspects:
        if s.attribution != "denied":
            for mention in s.mentions:
                yield fold_name(mention)


def fold_name(name: str) -> str:
    """The name in lower case without spaces and marks, for comparison only."""
    return "".join(c for c in name.casefold() if c.isalnum())


def show_span(span: DateSpan) -> str:
    """The span for a person's eye."""
    return span.start.isoformat() if span.start == span.end else f"{span.start.isoformat()} to {span.end.isoformat()}"


def show_place(place: Place, at: Candidate) -> str:
    """The name in the text and where it was put."""
    return f"{place.name} [{at.lat:.4f}, {at.lon:.4f}]"


def show_toll(toll: Toll) -> str:
    """The toll for a person's eye: "8-15", "17 or more", "up to 11", "10"."""
    low, high = bounds(toll)
    if high is None:
        return f"{low} or more"
    if toll.low is None and toll.best is None:
        return f"up to {high}"
    return str(low) if low == high else f"{low}-{high}"
