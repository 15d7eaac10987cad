"""The people of an incident, in the words about them: what the page leads with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dalil.incidents.veil import Opened, Veil
from dalil.records import Account, Claim, Incident, Quote, Victim

# A sentence ends at a stop (and closing marks) before white space, or at a blank line.
SENTENCE_END = re.compile(r"(?<=[.!?؟…])[\"'”’»)\]]*\s+(?=\W?[^\Wa-z])|\s*\n[ \t\r]*\n\s*")
LONGEST_EXCERPT = 700


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


def testimonies(incident: Incident, texts: Mapping[str, str], opened: Opened = frozenset()) -> list[Testimony]:
    """Every excerpt that speaks of people, those of one person first, then named ones, then groups.

    `texts` holds the reports' texts by object, so that an excerpt is whole sentences; without it, the claim's words.
    """
    veil = Veil(incident, opened)
    found = [t for a in incident.accounts for t in of_account(a, texts.get(a.document, ""), veil)]
    order = {id(t): i for i, t in enumerate(found)}
    return sorted(found, key=lambda t: (rank(t), order[id(t)]))


def rank(testimony: Testimony) -> int:
    """0 where one person stands alone, 1 for named ones, 2 for those with an age or a sex, 3 for groups."""
    victims = [p.victim for p in testimony.people]
    if any(v.count == 1 for v in victims):
        return 0
    if any(v.named for v in victims):
        return 1
    return 2 if any(v.age is not None or v.sex for v in victims) else 3


def of_account(account: Account, text: str, veil: Veil) -> list[Testimony]:
    """The account's excerpts in text order; a headline only where the report says nothing else of people."""
    people: dict[tuple[int, int], list[Person]] = {}
    claims: dict[tuple[int, int], Claim | None] = {}
    for victim in account.event.victims:
        seen: set[tuple[int, int]] = set()
        for quote in victim.quotes:
            claim = holder(account, quote)
            span = sentences_around(text, claim.quote if claim else quote)
            claims.setdefault(span, claim)
            if span not in seen:
                name = None if veil.hides(account.document, victim) else (victim.mentions or (quote.text,))[0]
                people.setdefault(span, []).append(Person(name, victim, quote))
            seen.add(span)
    headlines = [span for span in people if in_headline(account, text, span)]
    told = [span for span in sorted(people) if span not in headlines] or sorted(people)[:1]
    return [testimony(account, text, claims[span], span, tuple(people[span]), veil) for span in told]


def testimony(
    account: Account, text: str, claim: Claim | None, span: tuple[int, int], people: tuple[Person, ...], veil: Veil
) -> Testimony:
    """The excerpt at `span` with its people."""
    quoted = claim.quote if claim else people[0].quote
    excerpt = Quote(span[0], span[1], text[span[0] : span[1]]) if text else quoted
    return Testimony(account, claim, excerpt, pieces(excerpt, people, veil), people)


def in_headline(account: Account, text: str, span: tuple[int, int]) -> bool:
    """Whether the words at `span` are the report's own title, or a part of it."""
    words = " ".join(text[span[0] : span[1]].split())
    return bool(words and account.title) and words in " ".join(account.title.split())


def sentences_around(text: str, quote: Quote) -> tuple[int, int]:
    """The whole sentences that hold the quote; the quote itself where they would be too long, or no text is at hand."""
    if text[quote.start : quote.end] != quote.text:
        return quote.start, quote.end
    first = max((gap.end() for gap in SENTENCE_END.finditer(text, 0, quote.start + 1)), default=0)
    following = SENTENCE_END.search(text, max(quote.start, quote.end - 1))
    last = following.start() if following else len(text)
    first = min(first + len(text[first : quote.start]) - len(text[first : quote.start].lstrip()), quote.start)
    last = max(quote.end, first + len(text[first:last].rstrip()))
    return (first, last) if last - first <= LONGEST_EXCERPT else (quote.start, quote.end)


def holder(account: Account, quote: Quote) -> Claim | None:
    """The shortest claim of the account whose words hold the quote."""
    holding = [c for c in account.claims if c.quote.start <= quote.start and quote.end <= c.quote.end]
    return min(holding, key=lambda c: c.quote.end - c.quote.start, default=None)


def pieces(excerpt: Quote, people: tuple[Person, ...], veil: Veil) -> tuple[Piece, ...]:
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
