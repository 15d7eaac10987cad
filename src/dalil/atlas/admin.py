"""Provinces and districts of a gazetteer: their names from its own ADM1 and ADM2 rows, and which places lie in one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from rapidfuzz.distance import Indel

from dalil.atlas.index import Gazetteer
from dalil.atlas.keys import Key, key_of, kinds, words_of

# A stated province is taken for one of the gazetteer's where sounds or bones are at least this alike.
ALIKE = 0.78


@dataclass(frozen=True, slots=True)
class Division:
    """Which places lie in a division (one truth value a place), and the rows of their names."""

    places: np.ndarray
    names: np.ndarray


@dataclass(slots=True)
class Admin:
    """The divisions of one gazetteer."""

    gazetteer: Gazetteer
    first: dict[str, int] = field(default_factory=dict)
    second: dict[str, int] = field(default_factory=dict)
    _found: dict[str, Division | None] = field(default_factory=dict)
    _keys: dict[int, list[Key]] = field(default_factory=dict)
    _names: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def names(self, place: int) -> tuple[str, ...]:
        """The province and district of a place, in the gazetteer's main spelling."""
        codes = (self.gazetteer.admin1[place], self.gazetteer.admin2[place])
        if codes not in self._names:
            self._names[codes] = self._spelt(*codes)
        return self._names[codes]

    def _spelt(self, first: str, second: str) -> tuple[str, ...]:
        g = self.gazetteer
        out = []
        for codes, code in ((self.first, first), (self.second, second)):
            if code in codes:
                out.append(g.main_name(codes[code]))
            elif code and not any(c.isdigit() for c in code):
                out.append(code)
        return tuple(out)

    def division(self, admin: str) -> Division | None:
        """The division called `admin`, in any spelling; None where there is no such division."""
        if admin not in self._found:
            if len(self._found) > 1024:
                self._found.clear()
            self._found[admin] = self._find(admin)
        return self._found[admin]

    def _keys_of(self, place: int) -> list[Key]:
        if place not in self._keys:
            self._keys[place] = [division_key(self.gazetteer.names[row]) for row in self.gazetteer.names_of(place)]
        return self._keys[place]

    def _find(self, admin: str) -> Division | None:
        best, found = ALIKE, None
        g, key = self.gazetteer, division_key(admin)
        for level, codes in ((1, self.first), (2, self.second)):
            column = g.admin1 if level == 1 else g.admin2
            for code, place in codes.items():
                alike = max(_alike(key, other) for other in self._keys_of(place))
                # a district of the same name gives way to the province
                if alike > best + (0.02 if level == 2 else 0):
                    best, found = alike, (column, code)
        text = [c for c in set(g.admin1) if c and not any(d.isdigit() for d in c)]
        for code in text:
            alike = _alike(key, division_key(code))
            if alike > best:
                best, found = alike, (g.admin1, code)
        if found is None:
            return None
        column, code = found
        places = np.fromiter((c == code for c in column), bool, len(column))
        return Division(places, np.flatnonzero(places[g.owners]))


def division_key(name: str) -> Key:
    """The key of a division's name without "province", "governorate" and their like."""
    words = [w for w in words_of(name) if w not in kinds()]
    return key_of(" ".join(words) or name)


def _alike(a: Key, b: Key) -> float:
    if a.sounds == b.sounds:
        return 1.0
    return 0.5 * Indel.normalized_similarity(a.sounds, b.sounds) + 0.5 * Indel.normalized_similarity(a.bones, b.bones)


def admin_of(gazetteer: Gazetteer) -> Admin:
    """The divisions of a gazetteer, found once."""
    found = gazetteer.cache.get("admin")
    if found is None:
        found = gazetteer.cache["admin"] = _read(gazetteer)
    return found


def _read(gazetteer: Gazetteer) -> Admin:
    admin = Admin(gazetteer)
    for place, feature in enumerate(gazetteer.features):
        if feature == "A.ADM1" and gazetteer.admin1[place]:
            admin.first.setdefault(gazetteer.admin1[place], place)
        elif feature == "A.ADM2" and gazetteer.admin2[place]:
            admin.second.setdefault(gazetteer.admin2[place], place)
    return admin
