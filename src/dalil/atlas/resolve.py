"""From a name in a document to a place: stated province, direction and distance, kind, the text's other places.

Order of what counts: the name's own spelling; the country and province that the text states; the kind of place it says;
nearness to the other places of the text; population last. Precision is UCDP's where_prec by the rule in docs/places.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from dalil.atlas.distance import distance_km
from dalil.atlas.search import locate, located
from dalil.records import Candidate, Place, Quote

KM_PER_DEGREE = 111.2
BEARINGS = {"N": 0, "NE": 45, "E": 90, "SE": 135, "S": 180, "SW": 225, "W": 270, "NW": 315}

# Radii of what a bare name means, metres: half of a typical extent of such a place.
RADIUS_M = {"village": 1_500, "town": 3_000, "city": 8_000, "camp": 1_500, "part": 1_500, "site": 500,
            "district": 20_000, "province": 60_000, "area": 30_000, "country": 400_000}  # fmt: skip
# "west of X" without a distance is read as this far, give or take as much; "near X" as within it.
UNSTATED_KM, NEAR_KM = 5.0, 5.0
# A name with the very sounds of the text's goes before names only like it (a logit): more than nearness can turn.
SAME_SOUNDS = 2.0
# The other place of "between" may be any that is at least this likely beside its likeliest.
SAME_LIKELY = 0.5
# What the publisher's country adds (a logit): less than the name's own sounds, as much as a near place of the text.
BEAT = 1.0
# Candidates below this score are not told: nothing known is like the name.
FLOOR = 0.1
# UCDP's where_prec for the kinds of place that a text may name.
PRECISION = {"village": 1, "town": 1, "city": 1, "camp": 1, "part": 1, "site": 1, "district": 3, "province": 4,
             "area": 5, "country": 6}  # fmt: skip
# What a place's own features say of its kind.
KIND_OF_FEATURE = {"A.ADM1": "province", "A.ADM2": "district", "A.ADM3": "district", "A.PCLI": "country",
                   "P.PPLC": "city", "P.PPLA": "city", "P.PPLX": "part"}  # fmt: skip
SMALL = ("village", "town", "city", "camp", "part", "site")


@dataclass(frozen=True, slots=True)
class Relation:
    """How the event's place stands to the named one: kind "near", "outskirts", "direction", "side", "between"."""

    kind: str
    direction: str | None = None
    distance_km: float | None = None
    other: str | None = None


def resolve(
    name: str,
    quote: Quote | None,
    *,
    country: str | None = None,
    admin: str | None = None,
    near: tuple[Candidate, ...] = (),
    feature_hint: str | None = None,
    relation: Relation | None = None,
    limit: int = 5,
) -> Place:
    """The place that `name` means in a document, with its candidates best first; none where nothing is like it.

    `near` are places named elsewhere in the document; `feature_hint` is a kind such as "village" or "province".
    """
    found = located(name, country=country, admin=admin, limit=max(limit, 10), floor=FLOOR)
    ranked = _ranked(found, feature_hint, near)[:limit]
    kind = _kind(feature_hint, ranked)
    radius_m = float(RADIUS_M.get(kind, 3_000))
    precision = PRECISION.get(kind, 1)
    if relation is not None:
        ranked, radius_m, precision = _related(ranked, relation, country, admin, radius_m, precision)
    return Place(name, quote, precision, radius_m if ranked else None, ranked)


def _kind(hint: str | None, ranked: tuple[Candidate, ...]) -> str:
    """The kind of place: what the text says, else what the best candidate is."""
    if hint in PRECISION:
        return hint
    return KIND_OF_FEATURE.get(ranked[0].feature, "town") if ranked else "town"


def _ranked(
    found: list[tuple[Candidate, float]], hint: str | None, near: tuple[Candidate, ...]
) -> tuple[Candidate, ...]:
    scored = []
    for order, (candidate, alike) in enumerate(found):
        steps: list[str] = []
        logit = _logit(candidate.score) + (SAME_SOUNDS if alike == 1.0 else 0.0)
        logit += _kind_bonus(candidate, hint, steps) + _nearness(candidate, near, steps)
        score = round(1 / (1 + math.exp(-logit)), 4)
        scored.append((-logit, order, replace(candidate, score=score, why=(*candidate.why, *steps))))
    return tuple(c for _, _, c in sorted(scored, key=lambda row: row[:2]))


def _logit(score: float) -> float:
    bounded = min(max(score, 1e-4), 1 - 1e-4)
    return math.log(bounded / (1 - bounded))


def _kind_bonus(candidate: Candidate, hint: str | None, steps: list[str]) -> float:
    """A province is no village: kinds that contradict the text's word cost much, a bare name is a settlement first."""
    kind = KIND_OF_FEATURE.get(candidate.feature, "town")
    wide = kind in ("province", "district", "country")
    if hint is None:
        return -2.0 if kind in ("province", "district") else 0.0
    if hint in SMALL:
        if wide:
            steps.append(f"is a {kind}, the text says {hint}")
        return -3.0 if wide else 0.0
    if hint in ("province", "district", "country"):
        if kind == hint:
            steps.append(f"is a {kind}, as the text says")
        return 3.0 if kind == hint else -1.0 if wide else -2.0
    return 0.0


def _nearness(candidate: Candidate, near: tuple[Candidate, ...], steps: list[str]) -> float:
    """Up to +1 beside another place of the text, falling to -0.5 from 225 km on: less than the name's own sounds."""
    others = [n for n in near if n.id != candidate.id]
    if not others:
        return 0.0
    other = min(others, key=lambda n: distance_km(candidate, n))
    km = distance_km(candidate, other)
    if km < 50:
        steps.append(f"{km:.0f} km from {other.name}, which the text names too")
    return max(-0.5, 1.0 - km / 150)


def in_context(
    place: Place,
    *,
    relation: Relation | None = None,
    near: tuple[Candidate, ...] = (),
    beat: str | None = None,
    country: str | None = None,
) -> Place:
    """The place as the words around it and the rest of its text leave it: ranked anew, then moved by the relation.

    `near` are the text's other places; `beat` is the country that its publisher writes about, which only parts
    candidates of several countries.
    """
    ranked = _among(place.candidates, near, beat)
    if relation is None:
        return replace(place, candidates=ranked) if ranked != place.candidates else place
    radius_m = place.radius_m if place.radius_m is not None else 0.0
    moved, radius_m, precision = _related(ranked, relation, country, None, radius_m, place.precision)
    return replace(place, candidates=moved, radius_m=radius_m if moved else None, precision=precision)


def _among(ranked: tuple[Candidate, ...], near: tuple[Candidate, ...], beat: str | None) -> tuple[Candidate, ...]:
    """The candidates in the order that the text's other places and the publisher's country leave."""
    if len(ranked) < 2:
        return ranked
    several = len({c.country for c in ranked}) > 1
    scored = []
    for order, candidate in enumerate(ranked):
        steps: list[str] = []
        logit = _logit(candidate.score) + _nearness(candidate, near, steps)
        if several and beat is not None and candidate.country == beat:
            logit += BEAT
            steps.append(f"in {beat}, which the publisher writes about")
        score = round(1 / (1 + math.exp(-logit)), 4)
        scored.append((-logit, order, replace(candidate, score=score, why=(*candidate.why, *steps))))
    return tuple(c for _, _, c in sorted(scored, key=lambda row: row[:2]))


def _related(
    ranked: tuple[Candidate, ...], relation: Relation, country, admin, radius_m: float, precision: int
) -> tuple[tuple[Candidate, ...], float, int]:
    """The candidates moved to where the relation points, with the radius and precision that it leaves."""
    if relation.kind == "side":  # "eastern Aleppo": a part of it
        return ranked, radius_m, precision
    precision = max(precision, 2) if precision < 3 else precision
    if relation.kind == "between" and relation.other:
        return _between(ranked, relation.other, country, admin, radius_m, precision)
    if relation.kind in ("near", "outskirts"):
        return ranked, radius_m + NEAR_KM * 1000, precision
    if relation.direction in BEARINGS:
        km = relation.distance_km if relation.distance_km is not None else UNSTATED_KM
        moved = tuple(_moved(c, km, relation) for c in ranked)
        # a stated distance is good to a fifth of itself and a bearing word to 22.5 degrees: 0.4 of the distance
        spread = 0.4 * km if relation.distance_km is not None else UNSTATED_KM
        return moved, max(1_000.0, spread * 1000), 2 if km <= 25 else max(precision, 3)
    if relation.distance_km is not None:
        return ranked, max(radius_m, relation.distance_km * 1000), 2 if relation.distance_km <= 25 else 3
    return ranked, radius_m, precision


def _moved(candidate: Candidate, km: float, relation: Relation) -> Candidate:
    lat, lon = shifted(candidate.lat, candidate.lon, km, BEARINGS[relation.direction])
    stated = f"{km:g} km" if relation.distance_km is not None else f"about {km:g} km (none is stated)"
    step = f"moved {stated} {relation.direction} of {candidate.name}"
    return replace(candidate, lat=round(lat, 5), lon=round(lon, 5), why=(*candidate.why, step))


def shifted(lat: float, lon: float, km: float, bearing_deg: float) -> tuple[float, float]:
    """The position `km` away in a direction; flat-earth, good to 1 % below 100 km."""
    north = km * math.cos(math.radians(bearing_deg))
    east = km * math.sin(math.radians(bearing_deg))
    return lat + north / KM_PER_DEGREE, lon + east / (KM_PER_DEGREE * max(0.01, math.cos(math.radians(lat))))


def _between(ranked, other: str, country, admin, radius_m: float, precision: int):
    """The middle of the two places, with half of the way as radius, for the pair that lies closest together."""
    others = locate(other, country=country, admin=admin, limit=5)
    if not ranked or not others:
        return ranked, radius_m, precision
    others = tuple(b for b in others if b.score >= SAME_LIKELY * others[0].score)
    ways = [(distance_km(a, b) - 20 * (a.score + b.score), n, a, b) for n, a in enumerate(ranked) for b in others[:3]]
    pairs = [way for way in ways if way[2].id != way[3].id]
    if not pairs:
        return ranked, radius_m, precision
    _, _, a, b = min(pairs, key=lambda row: row[:2])
    km = distance_km(a, b)
    step = f"the middle between {a.name} and {b.name}, {km:.0f} km apart"
    middle = replace(a, lat=round((a.lat + b.lat) / 2, 5), lon=round((a.lon + b.lon) / 2, 5), why=(*a.why, step))
    return (middle, *(c for c in ranked if c.id != a.id)), max(1_000.0, km * 500), 2 if km <= 50 else 3
