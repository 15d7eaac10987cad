"""Provinces and districts of a gazetteer: their names from its own ADM1 and ADM2 rows, and which places lie in one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from rapidfuzz import process
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


@dataclass(frozen=True, slots=True)
class Spelt:
    """Spellings of divisions, one a row: whose it is (level and code), how it sounds, its bones."""

    told: list[tuple[int, str]]
    sounds: list[str]
    bones: list[str]

    def alike(self, key: Key) -> list[tuple[tuple[int, str], float]]:
        """The spellings that are more than ALIKE like `key`, each by whose it is, with how like it is, 0-1."""
        if not self.told:
            return []
        heard, bare = (
            process.cdist([one], many, scorer=Indel.normalized_similarity, dtype=np.float64)[0]
            for one, many in ((key.sounds, self.sounds), (key.bones, self.bones))
        )
        likeness = np.where(heard == 1.0, 1.0, 0.5 * heard + 0.5 * bare)
        return [(self.told[n], float(likeness[n])) for n in np.flatnonzero(likeness > ALIKE)]


@dataclass(slots=True)
class Admin:
    """The divisions of one gazetteer."""

    gazetteer: Gazetteer
    first: dict[str, int] = field(default_factory=dict)
    second: dict[str, int] = field(default_factory=dict)
    _found: dict[str, Division | None] = field(default_factory=dict)
    _keys: dict[int, list[Key]] = field(default_factory=dict)
    _spellings: Spelt | None = None
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

    def _all(self) -> Spelt:
        """Every spelling of every division, told by its level and code, gathered once."""
        if self._spellings is None:
            g = self.gazetteer
            told = [(1, c, k) for c, place in self.first.items() for k in self._keys_of(place)]
            told += [(2, c, k) for c, place in self.second.items() for k in self._keys_of(place)]
            told += [(3, c, division_key(c)) for c in set(g.admin1) if c and not any(d.isdigit() for d in c)]
            self._spellings = Spelt(
                [(level, code) for level, code, _ in told], [k.sounds for *_, k in told], [k.bones for *_, k in told]
            )
        return self._spellings

    def _find(self, admin: str) -> Division | None:
        best, found = ALIKE, None
        g, spelt = self.gazetteer, self._all()
        columns = {1: g.admin1, 2: g.admin2, 3: g.admin1}
        highest: dict[tuple[int, str], float] = {}
        for told, alike in spelt.alike(division_key(admin)):
            highest[told] = max(alike, highest.get(told, 0.0))
        for (level, code), alike in highest.items():
            # a district of the same name gives way to the province
            if alike > best + (0.02 if level == 2 else 0):
                best, found = alike, (columns[level], code)
        if found is None:
            return None
        column, code = found
        places = np.fromiter((c == code for c in column), bool, len(column))
        return Division(places, np.flatnonzero(places[g.owners]))


def division_key(name: str) -> Key:
    """The key of a division's name without "province", "governorate" and their like."""
    words = [w for w in words_of(name) if w not in kinds()]
    return key_of(" ".join(words) or name)


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
