"""Names of people who may be alive, and how they are kept out of what is shown."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from dalil.records import Incident, Victim, builtins

DETERMINER = re.compile(r"(?:the|an?|his|her|their|its|this|that|another|one|two|several)\b", re.IGNORECASE)

# The words (document, start, end) of names that somebody has opened.
Opened = frozenset[tuple[str, int, int]]


class Veil:
    """Takes the names that are withheld out of any text about an incident; those at the `opened` words are not."""

    def __init__(self, incident: Incident, opened: Opened = frozenset()):
        self.opened = opened
        hidden = [v for a in incident.accounts for v in a.event.victims if self.hides(a.document, v)]
        names = sorted({name for v in hidden for name in names_of(v)}, key=lambda n: (-len(n), n))
        self.pattern = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names)) if names else None

    def hides(self, document: str, victim: Victim) -> bool:
        """Whether the name is withheld: sealed, and opened by nobody."""
        return sealed(victim) and not any((document, q.start, q.end) in self.opened for q in victim.quotes)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where names that are withheld stand in `text`."""
        return [found.span() for found in self.pattern.finditer(text)] if self.pattern else []

    def over(self, text: str, instead: str) -> str:
        """`text` with `instead` in place of every such name."""
        return self.pattern.sub(lambda _: f"[{instead}]", text) if self.pattern else text


def sealed(victim: Victim) -> bool:
    """Whether the name is withheld: of everybody who is named and not said to be dead."""
    return victim.named and victim.effect != "death"


def names_of(victim: Victim) -> list[str]:
    """Those of the victim's mentions that name: the first one, and further ones that begin with a capital letter."""
    named = [m for m in victim.mentions if m[:1].isupper() and not DETERMINER.match(m)]
    return list(dict.fromkeys((*victim.mentions[:1], *named)))


def veiled(incident: Incident, instead: str) -> Incident:
    """The incident's record with `instead` wherever any text of it held the name of somebody who may be alive.

    Quotes keep their offsets, but no longer equal the words that stand there.
    """
    veil = Veil(incident)
    if veil.pattern is None:
        return incident
    return as_incident(mapped(builtins(incident), lambda text: veil.over(text, instead)))


def as_incident(data: object) -> Incident:
    """The record of plain data that `builtins` made, changed or not."""
    return msgspec.convert(data, Incident)


def mapped(value: object, change: Callable[[str], str]) -> object:
    """The same plain data with every text changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: mapped(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [mapped(item, change) for item in value]
    return value
