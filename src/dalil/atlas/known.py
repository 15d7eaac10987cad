"""The names that are looked for in running text: those of the loaded gazetteers, by their first word."""

from __future__ import annotations

from dataclasses import dataclass

from dalil.atlas.index import Gazetteer
from dalil.atlas.loaded import BUILTIN, loaded
from dalil.atlas.store import OWN

# From this population on a name counts as a place wherever it stands with a capital letter.
LARGE = 20_000


@dataclass(frozen=True, slots=True)
class Name:
    """What a row of words may be: `strong` names count without a word before them that says place."""

    kind: str
    country: str
    strong: bool
    capital: bool


class Book:
    """All names of some gazetteers: first word -> rest of the name -> what it is."""

    def __init__(self, gazetteers: tuple[Gazetteer, ...]):
        self.gazetteers = gazetteers
        self.first: dict[str, dict[tuple[str, ...], Name]] = {}
        self.longest: dict[str, int] = {}
        for gazetteer in reversed(gazetteers):
            self._add(gazetteer)

    def _add(self, gazetteer: Gazetteer) -> None:
        kinds = [_kind(f) for f in gazetteer.features]
        large = (gazetteer.population >= LARGE).tolist()
        always = gazetteer.name == OWN
        for place, plain in zip(gazetteer.owner_list, gazetteer.plain, strict=True):
            words = plain.split(" ")
            if len(plain) < 3:
                continue
            kind = kinds[place]
            strong = always or large[place] or (kind != "town" and gazetteer.name == BUILTIN)
            capital = gazetteer.features[place] == "P.PPLC"
            name = Name(kind, gazetteer.countries[place], strong, capital or kind == "country")
            rows = self.first.setdefault(words[0], {})
            rest = tuple(words[1:])
            old = rows.get(rest)
            if old is None or _better(name, old):
                rows[rest] = name
            if len(rest) > self.longest.get(words[0], 0):
                self.longest[words[0]] = len(rest)


def _kind(feature: str) -> str:
    if feature == "A.PCLI":
        return "country"
    if feature == "A.ADM1":
        return "province"
    return "district" if feature.startswith("A.") else "town"


def _better(new: Name, old: Name) -> bool:
    """A town of the name goes before a province of it, a strong name before a weak one; a capital stays one."""
    if old.capital and not new.capital:
        return False
    return (new.strong, new.kind == "town") >= (old.strong, old.kind == "town")


_books: dict[tuple[int, ...], Book] = {}


def book_of(country: str | None) -> Book:
    """The names of the loaded gazetteers, put together once for each set of them."""
    gazetteers = loaded(country)
    key = tuple(id(g) for g in gazetteers)
    if key not in _books:
        if len(_books) > 8:
            _books.clear()
        _books[key] = Book(gazetteers)
    return _books[key]
