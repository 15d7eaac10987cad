"""How alike two accounts of an event are: a visible list of evidence, each with the values that were compared.

Weights add up like log-odds; they are kept in `weights.toml`, which says on what they were fitted. A day and a place
must both speak for two accounts before they can be the same event without a person, because near-by places are often
hit on consecutive days. What rules two accounts out ("day differs") is no matter of degree.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Literal, NamedTuple

from rapidfuzz.fuzz import ratio

from dalil.atlas.distance import distance_km
from dalil.atlas.keys import coarse, key_of
from dalil.incidents.parties import allied
from dalil.incidents.profile import Point, Profile, bounds, fold_name
from dalil.records import Candidate, DateSpan, Evidence, Place, Toll

# Longer spans ("in November") hold many events.
SHORT_DAYS = 8
# Evidence of the event itself, not of where and when.
PARTICULAR = ("time of day", "killed", "injured", "target", "named victims", "footage")
Verdict = Literal["same", "possibly_same", "different"]


class Finding(NamedTuple):
    """One comparison: what was compared, which case of weights.toml it is, and the values in words."""

    name: str
    case: str
    left: str
    right: str


@lru_cache
def settings() -> dict[str, dict]:
    """The tables of weights.toml."""
    return tomllib.loads(resources.files("dalil.incidents").joinpath("weights.toml").read_text("utf-8"))


@lru_cache
def weights() -> dict[str, float]:
    """The weights and thresholds, by name."""
    return {name: float(value) for name, value in settings()["weights"].items()}


@lru_cache
def families() -> dict[str, str]:
    """Event type → the family of types that different reporters may use for one and the same event."""
    return {kind: family for family, kinds in settings()["families"].items() for kind in kinds}


def weigh(left: Profile, right: Profile) -> tuple[Evidence, ...]:
    """Every reason for or against the two accounts speaking of the same event."""
    w = weights()
    return tuple(Evidence(f.name, w[f.case], f.left, f.right) for f in findings(left, right))


def findings(left: Profile, right: Profile) -> Iterator[Finding]:
    """Everything that can be compared, in the order in which pages show it."""
    yield from compare_days(left, right)
    yield from compare_times(left, right)
    yield from compare_places(left, right)
    yield from compare_place_names(left, right)
    yield from compare_kinds(left, right)
    yield from compare_harmed(left, right)
    yield from compare_tolls("killed", *like_counts(left, right))
    yield from compare_tolls("injured", left.injured, right.injured)
    yield from compare_suspects(left, right)
    yield from compare_targets(left, right)
    yield from compare_victims(left, right)
    yield from compare_voices(left, right)
    yield from compare_footage(left, right)


def judge(evidence: tuple[Evidence, ...]) -> Verdict:
    """What the evidence comes to: never "same" unless the day, the place and something of the event itself speak for
    it; near-by places are often hit on one day."""
    w = weights()
    total = score(evidence)
    if any(e.weight <= w["rules_out"] for e in evidence):
        return "different"
    speaking = {e.name for e in evidence if e.weight > 0}
    telling = any(e.name in PARTICULAR and e.weight >= w["telling"] for e in evidence)
    if {"day", "place"} <= speaking and telling and total >= w["same_at"]:
        return "same"
    return "possibly_same" if total >= w["possibly_at"] else "different"


def score(evidence: tuple[Evidence, ...]) -> float:
    """The sum of the weights."""
    return sum(e.weight for e in evidence)


def ruled_out(left: Profile, right: Profile) -> bool:
    """Whether day or place alone say that the two are different: most pairs, and quickly."""
    if left.start and right.start and days_apart(left, right) > weights()["day_reach"]:
        return True
    apart = nearest_km(left, right)
    return apart is not None and apart > reach_km(left, right)


# ------------------------------------------------------------------ single comparisons


def compare_days(left: Profile, right: Profile) -> Iterator[Finding]:
    """Overlap of the two spans in days, judged by how finely each is known."""
    if left.start is None or right.start is None:
        return
    gap = days_apart(left, right)
    if gap <= 0:
        longest = max((left.end - left.start).days, (right.end - right.start).days)
        case = "day_same" if left.fine and right.fine else "day_overlaps" if longest < SHORT_DAYS else "day_within"
    else:
        case = "day_next" if gap <= weights()["day_reach"] else "day_differs"
    yield Finding("day", case, show_days(left.start, left.end), show_days(right.start, right.end))


def compare_times(left: Profile, right: Profile) -> Iterator[Finding]:
    """Times of day, where both give one on the same day."""
    if left.time and right.time and left.start == right.start:
        apart_h = abs(minutes(left.time) - minutes(right.time)) / 60
        case = "time_same" if apart_h <= weights()["time_same_h"] else "time_differs"
        yield Finding("time of day", case, left.time, right.time)


def compare_places(left: Profile, right: Profile) -> Iterator[Finding]:
    """The distance between the likeliest meanings; a place known only as a district speaks softly."""
    if not left.points or not right.points:
        return
    w = weights()
    a, b = left.points[0], right.points[0]
    apart = distance_km(a, b)
    coarse_place = max(left.precision, right.precision) > 3
    if coarse_place and apart <= reach_km(left, right):
        case = "place_coarse"
    elif apart > w["place_far_km"]:
        other = nearest_km(left, right)
        case = "place_other_meaning" if other is not None and other <= w["place_near_km"] else "place_differs"
    else:
        steps = ("place_here_km", "place_near_km", "place_next_km", "place_far_km")
        case = next(step for step in steps if apart <= w[step]).removesuffix("_km")
    yield Finding("place", case, show_point(left.place, a), f"{show_point(right.place, b)} ({apart:.1f} km apart)")


def compare_place_names(left: Profile, right: Profile) -> Iterator[Finding]:
    """Whether the names sound alike in whatever script; without points, a like name has to do for the place."""
    if not left.place or not right.place:
        return
    w = weights()
    alike = name_likeness(left.place, right.place)
    if left.points and right.points:
        case = "name_same" if alike >= w["name_alike"] else "name_differs"
        if max(left.precision, right.precision) <= 3:
            yield Finding("place name", case, left.place, right.place)
    elif alike >= w["name_alike"]:
        yield Finding("place", "place_by_name", left.place, right.place)


def compare_kinds(left: Profile, right: Profile) -> Iterator[Finding]:
    """The kind of attack: same, same family, or another."""
    a, b = families().get(left.kind), families().get(right.kind)
    vague = settings()["vague"]["kinds"]
    if left.kind in vague or right.kind in vague:
        case = "kind_vague"
    elif left.kind == right.kind:
        case = "kind_same"
    elif a is not None and a == b:
        case = "kind_family"
    else:
        case = "kind_differs"
    yield Finding("kind", case, left.kind, right.kind)


def like_counts(left: Profile, right: Profile) -> tuple[tuple[int, int | None] | None, tuple[int, int | None] | None]:
    """The dead of both as far as they can be compared: civilians, where one side tells them apart."""
    if left.civilians is None and right.civilians is None:
        return left.killed, right.killed
    return left.civilians or left.killed, right.civilians or right.killed


def compare_harmed(left: Profile, right: Profile) -> Iterator[Finding]:
    """Fighters alone on one side and civilians on the other are hardly the same dead."""
    sides = [(of_fighters(p), of_civilians(p)) for p in (left, right)]
    if any(fighters and sides[1 - n][1] for n, (fighters, _) in enumerate(sides)):
        yield Finding("harmed", "harmed_differs", *("fighters" if f else "civilians" for f, _ in sides))


def of_fighters(profile: Profile) -> bool:
    """Whether all the dead are fighters."""
    return profile.civilians is not None and profile.civilians[1] == 0


def of_civilians(profile: Profile) -> bool:
    """Whether some of the dead are said to be civilians."""
    return profile.civilians is not None and (profile.civilians[1] is None or profile.civilians[1] > 0)


def compare_tolls(name: str, left: tuple | None, right: tuple | None) -> Iterator[Finding]:
    """Whether some number fits both tolls, and how far they are apart if none does. Zero is a number like others."""
    if not left or not right:
        return
    (low_a, high_a), (low_b, high_b) = left, right
    below = high_a if high_a is not None and high_a < low_b else high_b if high_b is not None else None
    above = max(low_a, low_b)
    if below is not None and below < above:
        near, far = above - below <= 1 or above <= 1.5 * below, above > 3 * max(below, 1)
        near_case = "toll_near_large" if below >= weights()["toll_telling"] else "toll_near"
        case = near_case if near else "toll_far" if far else "toll_apart"
    else:
        large = min(low_a, low_b) >= weights()["toll_telling"] and above <= 1.5 * min(low_a, low_b)
        case = "toll_fits_large" if large else "toll_fits"
    yield Finding(name, f"{name}_{case}", show_bounds(left), show_bounds(right))


def compare_suspects(left: Profile, right: Profile) -> Iterator[Finding]:
    """Shared suspects; allies are often taken for each other, and even opponents speak but softly against, since
    attribution is what reports dispute most."""
    if left.suspects and right.suspects:
        if set(left.suspects) & set(right.suspects):
            case = "suspect_same"
        else:
            friends = any(allied(a, b) for a in left.suspects for b in right.suspects)
            case = "suspect_allied" if friends else "suspect_differs"
        yield Finding("suspects", case, left.suspects_shown, right.suspects_shown)


def compare_targets(left: Profile, right: Profile) -> Iterator[Finding]:
    """What was hit, where both say it by its kind."""
    if left.targets and right.targets:
        case = "target_same" if set(left.targets) & set(right.targets) else "target_differs"
        yield Finding("target", case, ", ".join(left.targets), ", ".join(right.targets))


def compare_victims(left: Profile, right: Profile) -> Iterator[Finding]:
    """Victims named in both."""
    shared = ", ".join(sorted(set(left.victims) & set(right.victims)))
    if shared:
        yield Finding("named victims", "victim_shared", shared, shared)


def compare_voices(left: Profile, right: Profile) -> Iterator[Finding]:
    """A source that both quote."""
    shared = ", ".join(sorted(set(left.voices) & set(right.voices)))
    if shared:
        yield Finding("quoted source", "voice_shared", shared, shared)


def compare_footage(left: Profile, right: Profile) -> Iterator[Finding]:
    """A recording of the same length by the same credit in both."""
    if not (left.length_s and right.length_s and left.credit and right.credit):
        return
    if abs(left.length_s - right.length_s) < 1 and fold_name(left.credit) == fold_name(right.credit):
        shown = f"{left.length_s:g} s, {left.credit}", f"{right.length_s:g} s, {right.credit}"
        yield Finding("footage", "footage_shared", *shown)


# ------------------------------------------------------------------ values


def days_apart(left: Profile, right: Profile) -> int:
    """Days between the two spans; 0 or less where they meet."""
    return max((left.start - right.end).days, (right.start - left.end).days)


def nearest_km(left: Profile, right: Profile) -> float | None:
    """The distance between the nearest meanings of the two places; None where one has no point."""
    return min((distance_km(a, b) for a in left.points for b in right.points), default=None)


def reach_km(left: Profile, right: Profile) -> float:
    """How far apart two points of such places may lie: the radii of coarse ones count."""
    w = weights()
    return min(max(w["place_far_km"], (left.radius_m + right.radius_m) / 1000), w["place_reach_km"])


@lru_cache(maxsize=65_536)
def name_key(name: str) -> str:
    """The consonants of a place's own name, without its province and without words for its kind."""
    own = name.partition(",")[0].partition("،")[0]
    kinds = settings()["vague"]["place_words"]
    kept = " ".join(w for w in own.split() if w.casefold() not in kinds)
    return coarse(key_of(kept or own).bones)


def name_likeness(left: str, right: str) -> float:
    """0-1: how alike two names sound; a name that holds the whole other one counts as like."""
    a, b = name_key(left), name_key(right)
    if len(a) >= 3 and len(b) >= 3 and (a in b or b in a):
        return 1.0
    return ratio(a, b) / 100


def minutes(time: str) -> int:
    """Minutes after midnight of "HH:MM"."""
    hours, _, rest = time.partition(":")
    return int(hours) * 60 + int(rest)


def point(place: Place) -> Candidate | None:
    """The best candidate that has coordinates."""
    return next(iter(place.candidates), None)


def show_span(span: DateSpan) -> str:
    """The span for a person's eye."""
    return show_days(span.start, span.end)


def show_days(start: date, end: date) -> str:
    """ "2016-11-04", or "2016-11-01 to 2016-11-30"."""
    return start.isoformat() if start == end else f"{start.isoformat()} to {end.isoformat()}"


def show_point(name: str | None, at: Point) -> str:
    """The name in the text and where it was put."""
    return f"{name} [{at.lat:.4f}, {at.lon:.4f}]"


def show_bounds(span: tuple[int, int | None]) -> str:
    """The bounds for a person's eye: "8-15", "17 or more", "10"."""
    low, high = span
    if high is None:
        return f"{low} or more"
    return str(low) if low == high else f"{low}-{high}"


def show_toll(toll: Toll) -> str:
    """The toll for a person's eye: "8-15", "17 or more", "up to 11", "10"."""
    low, high = bounds(toll)
    if toll.low is None and toll.best is None and high is not None:
        return f"up to {high}"
    return show_bounds((low, high))
