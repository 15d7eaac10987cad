"""`locate`: from a name to ranked places, in the person's own places, the loaded gazetteers, the built-in table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dalil.atlas import rank
from dalil.atlas.admin import Division, admin_of
from dalil.atlas.index import Gazetteer, best
from dalil.atlas.keys import Key, key_of
from dalil.atlas.loaded import BUILTIN, countries_loaded, loaded
from dalil.atlas.store import OWN
from dalil.records import Candidate

# How many names the index proposes a gazetteer, and how many more inside the province that is named.
PROPOSED, PROPOSED_INSIDE = 48, 24
# Below this score a place is not like the name at all.
FLOOR = 0.0005


@dataclass(frozen=True, slots=True)
class Hit:
    """The best name of one place for a query."""

    gazetteer: Gazetteer
    place: int
    name_row: int
    logit: float
    alike: float
    in_admin: bool | None


def locate(
    query: str, *, country: str | None = None, admin: str | None = None, limit: int = 10
) -> tuple[Candidate, ...]:
    """The places that `query` may mean, best first, at most `limit`; empty where nothing is like it.

    `country` (two letters) keeps other countries out; `admin` (a province or district, any spelling) raises its places.
    """
    return tuple(candidate for candidate, _ in located(query, country=country, admin=admin, limit=limit))


def located(
    query: str, *, country: str | None, admin: str | None, limit: int, floor: float = 0.0
) -> tuple[tuple[Candidate, float], ...]:
    """`locate` with how alike the sounds are, 0-1, beside each candidate.

    Of the `limit` best those below `floor` are left out, unless they have the very sounds of the query.
    """
    return _located(loaded(country), query, country, admin, limit, floor)


@lru_cache(maxsize=16_384)  # reports name the same places over and over
def _located(
    gazetteers: tuple[Gazetteer, ...], query: str, country: str | None, admin: str | None, limit: int, floor: float
) -> tuple[tuple[Candidate, float], ...]:
    key = key_of(query)
    if not key.sounds:
        return ()
    asked = [_asked(gazetteer, key, admin) for gazetteer in gazetteers]
    if floor and not any(a.may_reach(floor, key) for a in asked):
        return ()
    hits: list[Hit] = []
    for one in asked:
        hits += hits_in(one, key, country=country, limit=limit)
    hits.sort(key=lambda h: (-h.logit, h.gazetteer.name != OWN, str(h.gazetteer.ids[h.place])))
    told = (hit for hit in hits[:limit] if hit.alike == 1.0 or _score(hit) >= floor)
    return tuple((candidate_of(hit, key), hit.alike) for hit in told)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a gazetteer's index proposes for a name: rows of names, their likeness, and the division that is named."""

    gazetteer: Gazetteer
    division: Division | None
    rows: np.ndarray
    cosines: np.ndarray

    @property
    def inside(self) -> np.ndarray | bool:
        """Which names lie in the division."""
        return self.division.places[self.gazetteer.owners[self.rows]] if self.division is not None else False

    def may_reach(self, floor: float, key: Key) -> bool:
        """False where no name can score `floor` and none has the very sounds of `key`."""
        return len(self.rows) > 0 and rank.may_reach(floor, key, self.gazetteer, self.rows, self.cosines, self.inside)


def _asked(gazetteer: Gazetteer, key: Key, admin: str | None) -> Asked:
    division = admin_of(gazetteer).division(admin) if admin else None
    return Asked(gazetteer, division, *proposed(gazetteer, key, division))


def hits_in(asked: Asked, key: Key, *, country: str | None, limit: int) -> list[Hit]:
    """The likely places of one gazetteer, each by its best name, best first; a few more than `limit`."""
    gazetteer, division, rows = asked.gazetteer, asked.division, asked.rows
    if not len(rows):
        return []
    w = rank.weights(key.script)
    measured = rank.measured(key, gazetteer, rows, asked.cosines)
    places = gazetteer.owners[rows]
    logits = w.bias + measured @ w.name + rank.bonuses(gazetteer, key.script)[places]
    if division is not None:
        logits += w.admin * asked.inside
    out: list[Hit] = []
    seen: set[int] = set()
    known = countries_loaded()
    for n in np.argsort(-logits, kind="stable").tolist():
        place = int(places[n])
        if place in seen or not _wanted(gazetteer, place, country, known):
            continue
        if len(out) > limit + 2 or rank.probability(float(logits[n])) < FLOOR:
            break
        seen.add(place)
        in_admin = None if division is None else bool(division.places[place])
        out.append(Hit(gazetteer, place, int(rows[n]), float(logits[n]), float(measured[n, 0]), in_admin))
    return out


def _wanted(gazetteer: Gazetteer, place: int, country: str | None, known: tuple[str, ...]) -> bool:
    """Not of another country than the one asked for; not in the built-in table where a gazetteer knows it better."""
    own = gazetteer.countries[place]
    if country and own not in (country, ""):
        return False
    return gazetteer.name != BUILTIN or gazetteer.features[place] == "A.PCLI" or own not in known


def proposed(gazetteer: Gazetteer, key: Key, division: Division | None) -> tuple[np.ndarray, np.ndarray]:
    """The name rows that the index proposes, from everywhere and from inside the division, and their likeness."""
    shared, factor = gazetteer.near(key)
    rows = best(shared, PROPOSED)
    if division is not None:
        inside = division.names[best(shared[division.names], PROPOSED_INSIDE)]
        rows = np.unique(np.concatenate((rows, inside)))
    return rows, shared[rows] * factor


def candidate_of(hit: Hit, key: Key) -> Candidate:
    """The hit as it leaves the atlas: its first name in the script that was asked in, and its steps in words."""
    gazetteer, place = hit.gazetteer, hit.place
    return Candidate(
        id=gazetteer.ids[place],
        name=gazetteer.names[int(gazetteer.main_rows(ord(key.script[0]))[place])],
        lat=float(gazetteer.lat[place]),
        lon=float(gazetteer.lon[place]),
        admin=admin_of(gazetteer).names(place),
        country=gazetteer.countries[place],
        feature=gazetteer.features[place],
        score=_score(hit),
        why=tuple(_why(hit, key)),
    )


def _score(hit: Hit) -> float:
    return round(rank.probability(hit.logit), 4)


def _why(hit: Hit, key: Key) -> list[str]:
    gazetteer, row = hit.gazetteer, hit.name_row
    name, heard = gazetteer.names[row], gazetteer.sounds[row]
    if gazetteer.plain[row] == key.plain:
        steps = [f"spelt as in the gazetteer: {name}"]
    elif heard == key.sounds:
        steps = [f"sounds as {name}: {heard}"]
    elif gazetteer.bones[row] == key.bones:
        steps = [f"has the consonants of {name}: {key.bones}"]
    else:
        steps = [f"is like {name}: {key.sounds} and {heard}, {hit.alike:.0%} alike"]
    if hit.in_admin is not None:
        steps.append("in the province or district named" if hit.in_admin else "not in the province or district named")
    if gazetteer.name == OWN:
        steps.append("from your own places" + (f": {note}" if (note := gazetteer.notes[hit.place]) else ""))
    return steps
