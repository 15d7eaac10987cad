"""What the words around a place, the text's other places and its publisher say of where a claim lies.

"10 km north of X", "west of X", "near X" and "between X and Y" move or widen the place; the text's other places and the
publisher's country choose among namesakes; seas and airspace beyond any state stand where no place on land is told.
"""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import TypeVar

from dalil.atlas.mentions import find_places, relation_at, resolve_mention
from dalil.atlas.resolve import in_context
from dalil.atlas.waters import find_waters
from dalil.records import Candidate, Claim, Place, Quote, TextIncident

Told = TypeVar("Told", Claim, TextIncident)
Related = dict[tuple[int, int], Place | None]
SURE = 0.5  # a place whose best candidate has this score says where the others lie
# What a sentence holds whose place may stand in a relation only: "between X and Y", "eastern X".
RELATED = re.compile(r"\b(?:between\b|north|south|east|west)|بين")
WORLDWIDE = "international.tsv"  # media that write about the whole world have no country of their own


def with_surroundings(
    text: str,
    claims: tuple[Claim, ...],
    incidents: tuple[TextIncident, ...],
    *,
    country: str | None,
    publisher: str | None,
) -> tuple[tuple[Claim, ...], tuple[TextIncident, ...]]:
    """The same claims and incidents, their places where the whole text puts them."""
    told = claims
    sea = find_waters(text) is not None
    related: Related = {}
    claims = tuple(_found(text, c, country, sea, related) for c in claims)
    new = {n: c.where for n, (old, c) in enumerate(zip(told, claims, strict=True)) if c is not old}
    incidents = tuple(_with_new(i, new) for i in incidents) if new else incidents
    places = {key: place for told in (*claims, *incidents) if (place := told.where) and (key := _key(place))}
    if not places:
        return claims, incidents
    beat = beat_of(publisher) if publisher else None
    moved = {_key(place) for place in new.values()}  # resolve_mention has moved these
    made = {
        key: place if key in moved else _placed(text, place, places, country, beat) for key, place in places.items()
    }

    def put(told: Told) -> Told:
        new = made.get(_key(told.where)) if told.where is not None else None
        return replace(told, where=new) if new is not None and new is not told.where else told

    return tuple(map(put, claims)), tuple(map(put, incidents))


def _with_new(incident: TextIncident, new: dict[int, Place]) -> TextIncident:
    """The incident at the place that was found for one of its claims, where it had none or had the waters as a town."""
    found = next((new[n] for n in incident.claims if n in new), None)
    if found is None or not (incident.where is None or _overlap(found, incident.where)):
        return incident
    return replace(incident, where=found)


def _key(place: Place) -> tuple[int, int] | None:
    return (place.quote.start, place.quote.end) if place.quote is not None else None


def _placed(
    text: str, place: Place, places: dict[tuple[int, int], Place], country: str | None, beat: str | None
) -> Place:
    if not place.candidates:
        return place  # nothing to move or to part
    relation = relation_at(text, place.quote)
    near = _others(place, places) if len(place.candidates) > 1 else ()
    if relation is None and not near and (beat is None or len(place.candidates) < 2):
        return place
    return in_context(place, relation=relation, near=near, beat=beat, country=country)


def _others(place: Place, places: dict[tuple[int, int], Place]) -> tuple[Candidate, ...]:
    """The sure places of the text that bear another name."""
    others = {p.name: p.candidates[0] for p in places.values() if p.candidates and p.candidates[0].score >= SURE}
    return tuple(c for name, c in others.items() if name != place.name)


def _found(text: str, claim: Claim, country: str | None, sea: bool, related: Related) -> Claim:
    """The claim at the waters that its sentence names; if it has no place, where a known one stands in a relation.

    `related` keeps what was found for each sentence: several claims may be of one.
    """
    if claim.where is not None and not sea:
        return claim
    start, end = _sentence(text, claim.quote.start, claim.quote.end)
    waters = find_waters(text, start, end) if sea else None
    if waters is not None and (claim.where is None or _overlap(waters, claim.where)):
        return replace(claim, where=waters)
    if claim.where is not None:
        return claim
    if (start, end) not in related:
        related[start, end] = _related(text, start, end, country)
    place = related[start, end]
    return replace(claim, where=place) if place is not None else claim


def _related(text: str, start: int, end: int, country: str | None) -> Place | None:
    """The first known place that text[start:end] names in a relation; None where it is like no place of a gazetteer."""
    sentence = text[start:end]
    if RELATED.search(sentence.lower()) is None:
        return None
    for mention in find_places(sentence, country=country):
        if mention.known and mention.role == "place" and mention.relation is not None:
            place = resolve_mention(mention, country=country)
            quote = Quote(start + mention.start, start + mention.end, mention.name)
            return replace(place, quote=quote) if place.candidates else None
    return None


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of the sentence around start..end."""
    first = max(text.rfind(". ", 0, start) + 1, text.rfind("\n", 0, start) + 1)
    stops = [n for mark in (". ", "\n") if (n := text.find(mark, end)) >= 0]
    return first, min(stops, default=len(text))


def _overlap(one: Place, other: Place) -> bool:
    a, b = one.quote, other.quote
    return b is not None and a.start < b.end and b.start < a.end


@lru_cache(maxsize=256)
def beat_of(publisher: str) -> str | None:
    """The country that a publisher writes about, where it is a known medium or monitor of one; else None."""
    return _beats().get(publisher.strip().casefold())


@lru_cache(maxsize=1)
def _beats() -> dict[str, str]:
    out: dict[str, str] = {}
    folder = files("dalil.claims").joinpath("actors")
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if not path.name.endswith(".tsv") or path.name == WORLDWIDE:
            continue
        lines = [x for x in path.read_text("utf-8").splitlines() if x and not x.startswith("#")]
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row.get("kind") in ("medium", "monitor") and row.get("country"):
                names = "|".join(row.get(column) or "" for column in ("en", "ar", "abbr")).split("|")
                out.update((name.casefold(), row["country"]) for name in names if name)
    return out
