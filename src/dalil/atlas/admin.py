"""Provinces and districts of a gazetteer: their names from its own ADM1 and ADM2 rows, and which places lie in one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from rapidfuzz.distance import Indel

from dalil.atlas.index import Gazetteer
from dalil.atlas.keys import key_of, words_of

# A stated province is taken for one of the gazetteer's where sounds or bones are at least this alike.
ALIKE = 0.78
# Words that name the kind of division and not the division.
KINDS = frozenset(
    [
        "province",
        "governorate",
        "district",
        "region",
        "oblast",
        "state",
        "subdistrict",
        "county",
        "countryside",
        "rural",
        "rif",
        "reef",
        "muhafazat",
        "mantiqat",
        "raion",
        "territory",
        "محافظه",
        "محافظة",
        "ولاية",
        "ولايه",
        "منطقة",
        "منطقه",
        "قضاء",
        "ناحية",
        "ناحيه",
        "ريف",
        "لواء",
        "مديرية",
        "مديريه",
        "область",
        "район",
    ]
)


@dataclass(slots=False)
class Admin:
    """The divisions of one gazetteer."""

    gazetteer: Gazetteer
    first: dict[str, int] = field(default_factory=dict)
    second: dict[str, int] = field(default_factory=dict)
    _masks: dict[str, np.ndarray | None] = field(default_factory=dict)

    def names(self, place: int) -> tuple[str, ...]:
        """The province and district of a place, in the gazetteer's main spelling."""
        g = self.gazetteer
        out = []
        for codes, code in ((self.first, g.admin1[place]), (self.second, g.admin2[place])):
            if code in codes:
                out.append(g.main_name(codes[code]))
            elif code and not any(c.isdigit() for c in code):
                out.append(code)
        return tuple(out)

    def mask(self, admin: str) -> np.ndarray | None:
        """Which places lie in the division called `admin`, in any spelling; None where there is no such division."""
        if admin not in self._masks:
            if len(self._masks) > 4096:
                self._masks.clear()
            self._masks[admin] = self._find(admin)
        return self._masks[admin]

    def _find(self, admin: str) -> np.ndarray | None:
        best, found = ALIKE, None
        g = self.gazetteer
        for level, codes in ((1, self.first), (2, self.second)):
            column = g.admin1 if level == 1 else g.admin2
            for code, place in codes.items():
                alike = max(_alike(admin, g.names[row]) for row in g.names_of(place))
                # a district of the same name gives way to the province
                if alike > best + (0.02 if level == 2 else 0):
                    best, found = alike, (column, code)
        text = [c for c in set(g.admin1) if c and not any(d.isdigit() for d in c)]
        for code in text:
            alike = _alike(admin, code)
            if alike > best:
                best, found = alike, (g.admin1, code)
        if found is None:
            return None
        column, code = found
        return np.fromiter((c == code for c in column), bool, len(column))


def division_words(name: str) -> str:
    """The words of a division's name without "province", "governorate" and their like."""
    words = [w for w in words_of(name) if w not in KINDS]
    return " ".join(words) or name


def _alike(one: str, other: str) -> float:
    a, b = key_of(division_words(one)), key_of(division_words(other))
    if a.sounds == b.sounds:
        return 1.0
    return 0.5 * Indel.normalized_similarity(a.sounds, b.sounds) + 0.5 * Indel.normalized_similarity(a.bones, b.bones)


def admin_of(gazetteer: Gazetteer) -> Admin:
    """The divisions of a gazetteer, found once."""
    found = gazetteer._rows_of.get("admin")
    if found is None:
        found = gazetteer._rows_of["admin"] = _read(gazetteer)
    return found


def _read(gazetteer: Gazetteer) -> Admin:
    admin = Admin(gazetteer)
    for place, feature in enumerate(gazetteer.features):
        if feature == "A.ADM1" and gazetteer.admin1[place]:
            admin.first.setdefault(gazetteer.admin1[place], place)
        elif feature == "A.ADM2" and gazetteer.admin2[place]:
            admin.second.setdefault(gazetteer.admin2[place], place)
    return admin
