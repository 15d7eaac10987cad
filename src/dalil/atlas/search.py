"""`locate`: from a name to ranked places, over the person's own places, the loaded gazetteers and the built-in table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import JaroWinkler

from dalil.atlas import rank
from dalil.atlas.admin import admin_of
from dalil.atlas.index import Gazetteer
from dalil.atlas.keys import Key, bare, key_of
from dalil.atlas.loaded import loaded
from dalil.atlas.store import OWN
from dalil.records import Candidate

# How many names the index proposes a gazetteer, and how many more inside the province that is named.
PROPOSED, PROPOSED_INSIDE = 60, 40


@dataclass(slots=True)
class Hit:
    """The best name of one place for a query."""

    gazetteer: Gazetteer
    place: int
    name_row: int
    logit: float
    measured: tuple[float, ...]
    in_admin: bool | None


def locate(
    query: str, *, country: str | None = None, admin: str | None = None, limit: int = 10
) -> tuple[Candidate, ...]:
    """The places that `query` may mean, best first, at most `limit`; empty where nothing is like it.

    `country` (two letters) keeps other countries out; `admin` (a province or district, any spelling) raises its places.
    """
    key = key_of(query)
    if not key.sounds:
        return ()
    hits: list[Hit] = []
    for gazetteer in loaded(country):
        hits += hits_in(gazetteer, key, country=country, admin=admin)
    hits.sort(key=lambda h: (-h.logit, h.gazetteer.name != OWN, str(h.gazetteer.ids[h.place])))
    return tuple(_distinct(hits, query, key, limit))


def hits_in(gazetteer: Gazetteer, key: Key, *, country: str | None, admin: str | None) -> list[Hit]:
    """The likely places of one gazetteer, each by its best name."""
    areas = admin_of(gazetteer)
    inside = areas.mask(admin) if admin else None
    proposals = dict(gazetteer.near(key, limit=PROPOSED))
    if inside is not None:
        names_inside = inside[gazetteer.owners]
        proposals |= dict(gazetteer.near(key, limit=PROPOSED_INSIDE, mask=names_inside))
    best: dict[int, Hit] = {}
    for row, cosine in proposals.items():
        place = gazetteer.owner_list[row]
        if country and gazetteer.countries[place] != country and gazetteer.countries[place]:
            continue
        hit = _hit(gazetteer, place, row, key, cosine, inside)
        if place not in best or hit.logit > best[place].logit:
            best[place] = hit
    return list(best.values())


def _hit(gazetteer: Gazetteer, place: int, row: int, key: Key, cosine: float, inside: np.ndarray | None) -> Hit:
    measured = rank.measures(key, key_of(gazetteer.names[row]), cosine)
    w = rank.weights()
    in_admin = None if inside is None else bool(inside[place])
    logit = w.bias + sum(a * b for a, b in zip(w.name, measured, strict=True))
    logit += rank.place_bonus(
        division=gazetteer.features[place].startswith("A."),
        population=int(gazetteer.population[place]),
        spellings=len(gazetteer.names_of(place)),
        in_admin=in_admin,
    )
    return Hit(gazetteer, place, row, logit, measured, in_admin)


def _distinct(hits: list[Hit], query: str, key: Key, limit: int) -> list[Candidate]:
    """Candidates of the best hits; a place of the built-in table gives way to the same one in a gazetteer."""
    out: list[Candidate] = []
    for hit in hits:
        if len(out) == limit:
            break
        candidate = candidate_of(hit, query, key)
        if not any(_same_place(candidate, other) for other in out):
            out.append(candidate)
    return out


def _same_place(one: Candidate, other: Candidate) -> bool:
    """Whether two gazetteers speak of one place: close together, one kind, alike in name."""
    if type(one.id) is type(other.id) and not (str(one.id)[:5] == "dalil" or str(other.id)[:5] == "dalil"):
        return False
    near = abs(one.lat - other.lat) < 0.05 and abs(one.lon - other.lon) < 0.06
    return (
        near
        and one.feature[:1] == other.feature[:1]
        and (JaroWinkler.similarity(key_of(one.name).sounds, key_of(other.name).sounds) > 0.8)
    )


def candidate_of(hit: Hit, query: str, key: Key) -> Candidate:
    """The hit as it leaves the atlas, with its steps in words."""
    gazetteer, place = hit.gazetteer, hit.place
    return Candidate(
        id=gazetteer.ids[place],
        name=gazetteer.main_name(place),
        lat=float(gazetteer.lat[place]),
        lon=float(gazetteer.lon[place]),
        admin=admin_of(gazetteer).names(place),
        country=gazetteer.countries[place],
        feature=gazetteer.features[place],
        score=round(rank.probability(hit.logit), 4),
        why=tuple(_why(hit, query, key)),
    )


def _why(hit: Hit, query: str, key: Key) -> list[str]:
    name = hit.gazetteer.names[hit.name_row]
    other = key_of(name)
    if bare(name) == bare(query):
        steps = [f"spelt as in the gazetteer: {name}"]
    elif other.sounds == key.sounds:
        steps = [f"sounds as {name}: {key.sounds}"]
    elif other.bones == key.bones:
        steps = [f"has the consonants of {name}: {key.bones}"]
    else:
        steps = [f"is like {name}: {key.sounds} and {other.sounds}, {hit.measured[0]:.0%} alike"]
    if hit.in_admin is not None:
        steps.append("in the province or district named" if hit.in_admin else "not in the province or district named")
    if hit.gazetteer.name == OWN:
        steps.append("from your own places" + (f": {note}" if (note := hit.gazetteer.notes[hit.place]) else ""))
    return steps
