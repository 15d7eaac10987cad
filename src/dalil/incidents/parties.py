"""Who is meant by a name: a party to the conflict or a source, the same for every spelling and language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from dalil.claims.folding import variants, words
from dalil.claims.reader.lexicon import actor_entries

LONGEST_NAME = 8  # words; the longest alias of the lists has seven


@dataclass(frozen=True, slots=True)
class Party:
    """`id` is shared by a state, its government and its forces; `kind` is that of the lists of actors."""

    id: str
    kind: str
    name: str


@cache
def names() -> dict[tuple[str, ...], Party]:
    """Every known name as folded words → whom it means; sources' own list goes before the actors'."""
    found: dict[tuple[str, ...], Party] = {}
    for row in voices():
        for form in row[3].split("|"):
            found.setdefault(folded(form), Party(row[0], row[1], row[2]))
    for tag in ("en", "ar"):
        for phrase, entry in actor_entries(tag):
            if entry.c and folded(phrase):
                found.setdefault(folded(phrase), Party(entry.c, entry.a, entry.b))
    return found


@cache
def sides() -> dict[str, frozenset[str]]:
    """Party → the sides on which it fought."""
    text = resources.files("dalil.incidents").joinpath("allies.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")][1:]
    parties = {party for _, named in rows for party in named.split()}
    return {party: frozenset(side for side, named in rows if party in named.split()) for party in parties}


def allied(one: str, other: str) -> bool:
    """Whether the two parties fought on one side."""
    return bool(sides().get(one, frozenset()) & sides().get(other, frozenset()))


def voices() -> list[list[str]]:
    """The rows of voices.tsv."""
    text = resources.files("dalil.incidents").joinpath("voices.tsv").read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")][1:]


@lru_cache(maxsize=65_536)
def folded(name: str) -> tuple[str, ...]:
    """The name's words in the spelling in which names are compared."""
    return tuple(word.text for word in words(name))


@lru_cache(maxsize=65_536)
def party_of(name: str) -> Party | None:
    """The party that the words name: by the longest known name in them; None where none is known."""
    said, known = folded(name), names()
    for length in range(min(LONGEST_NAME, len(said)), 0, -1):
        for at in range(len(said) - length + 1):
            for form in forms(said[at : at + length]):
                if form in known:
                    return known[form]
    return None


def forms(said: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The words, and the same without what is written together with the first ("والنظام")."""
    return [said, *((first, *said[1:]) for first in variants(said[0]))]


def is_name(words_said: str) -> bool:
    """Whether words that no list knows look like somebody's name: two words or more, each with a capital letter."""
    parts = [p for p in words_said.split() if p[:1].isalpha()]
    small = {"al", "el", "of", "the", "bin", "ibn", "abu", "umm", "de", "van", "and", "for"}
    big = [p for p in parts if p[:1].isupper()]
    return len(big) >= 2 and all(p[:1].isupper() or p.split("-")[0].lower() in small for p in parts)
