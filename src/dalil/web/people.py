"""The people of an incident, in the words about them: what the page leads with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dalil.records import Account, Claim, Incident, Quote, Victim

DETERMINER = re.compile(r"(?:the|an?|his|her|their|its|this|that|another|one|two|several)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an excerpt: plain words, words about a person, or a name that is withheld."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Person:
    """A victim as the page shows one; `name` is None where it is withheld."""

    name: str | None
    victim: Victim
    quote: Quote | None


@dataclass(frozen=True, slots=True)
class Testimony:
    """An excerpt of one report with the people whom it speaks of."""

    account: Account
    claim: Claim | None
    quote: Quote
    pieces: tuple[Piece, ...]
    people: tuple[Person, ...]


class Veil:
    """Takes the names that are withheld out of any text of a page."""

    def __init__(self, incident: Incident):
        victims = [v for a in incident.accounts for v in a.event.victims]
        names = sorted({name for v in victims if sealed(v) for name in names_of(v)}, key=lambda n: (-len(n), n))
        self.pattern = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names)) if names else None

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


def testimonies(incident: Incident) -> list[Testimony]:
    """Every excerpt that speaks of people, those of one person first, then named ones, then groups."""
    veil = Veil(incident)
    found = [t for account in incident.accounts for t in of_account(account, veil)]
    order = {id(t): i for i, t in enumerate(found)}
    return sorted(found, key=lambda t: (rank(t), order[id(t)]))


def rank(testimony: Testimony) -> int:
    """0 where one person stands alone, 1 for named ones, 2 for groups of known size, 3 for the rest."""
    victims = [p.victim for p in testimony.people]
    if any(v.count == 1 for v in victims):
        return 0
    if any(v.named for v in victims):
        return 1
    return 2 if any(v.count for v in victims) else 3


def of_account(account: Account, veil: Veil) -> list[Testimony]:
    """The account's excerpts in text order: the claims that hold words about people, or those words alone."""
    people: dict[Quote, list[Person]] = {}
    claims: dict[Quote, Claim | None] = {}
    for victim in account.event.victims:
        places: dict[Quote, Quote] = {}
        for quote in victim.quotes:
            claim = holder(account, quote)
            excerpt = claim.quote if claim else quote
            claims[excerpt] = claim
            places.setdefault(excerpt, quote)
        for excerpt, quote in places.items():
            name = None if sealed(victim) else (victim.mentions or (quote.text,))[0]
            people.setdefault(excerpt, []).append(Person(name, victim, quote))
    return [
        Testimony(account, claims[excerpt], excerpt, pieces(excerpt, those, veil), tuple(those))
        for excerpt, those in sorted(people.items(), key=lambda item: item[0].start)
    ]


def holder(account: Account, quote: Quote) -> Claim | None:
    """The shortest claim of the account whose words hold the quote."""
    holding = [c for c in account.claims if c.quote.start <= quote.start and quote.end <= c.quote.end]
    return min(holding, key=lambda c: c.quote.end - c.quote.start, default=None)


def pieces(excerpt: Quote, people: list[Person], veil: Veil) -> tuple[Piece, ...]:
    """The excerpt cut at the words about people, with every withheld name taken out."""
    kinds = ["plain"] * len(excerpt.text)
    for person in people:
        for quote in person.victim.quotes:
            for at in range(max(quote.start, excerpt.start), min(quote.end, excerpt.end)):
                kinds[at - excerpt.start] = "person"
    for start, end in veil.spans(excerpt.text):
        kinds[start:end] = ["sealed"] * (end - start)
    cut: list[Piece] = []
    start = 0
    for at in range(1, len(kinds) + 1):
        if at == len(kinds) or kinds[at] != kinds[start]:
            cut.append(Piece("" if kinds[start] == "sealed" else excerpt.text[start:at], kinds[start]))
            start = at
    return tuple(cut)
