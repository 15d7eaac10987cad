"""One trigger of an event in a sentence, with the phrases that play a part in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from dalil.claims.reader.lexicon import Entry
from dalil.claims.reader.marking import Line
from dalil.claims.reader.phrases import Phrase

PEOPLE = ("people", "name", "pronoun")
HARMED = (*PEOPLE, "actor", "thing")
DOERS = ("people", "name", "actor", "pronoun")
THINGS = ("target", "people", "name", "actor")


@dataclass(slots=True)
class Mention:
    """One trigger, at words i..j, with what plays which part in it."""

    line: Line
    i: int
    j: int
    entry: Entry
    effect: str
    voice: str = ""
    victims: list[Phrase] = field(default_factory=list)
    agents: list[Phrase] = field(default_factory=list)
    targets: list[Phrase] = field(default_factory=list)
    weapons: list[Phrase] = field(default_factory=list)
    toll: bool = False  # a count without a noun of people: "the death toll rose to 23"
    latest: bool = False  # says that it is the newest figure

    @property
    def type(self) -> str:
        return self.entry.b

    @property
    def frame(self) -> str:
        return self.entry.a
