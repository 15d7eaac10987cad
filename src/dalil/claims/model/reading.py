"""One report read by a language model, checked against its text: the shape of every other reader's reading."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from dalil.calendar import find_dates
from dalil.claims.joining import Event, Told, by_importance, may_be_one
from dalil.claims.model.asking import Client
from dalil.claims.model.checking import Known, check
from dalil.claims.model.chunks import Chunk, chunks_of, ends_of
from dalil.claims.model.conversation import Proposed, propose
from dalil.claims.model.settings import ModelSettings
from dalil.claims.model.words import Finder
from dalil.claims.reader import read_text
from dalil.claims.reader.positions import with_positions
from dalil.claims.reader.surroundings import with_surroundings
from dalil.records import INCIDENT_STATUSES, Claim, Reading


@dataclass(frozen=True, slots=True)
class ModelReading:
    """The reading, and a line for everything that the model said and the text does not."""

    reading: Reading
    problems: tuple[str, ...]


class ModelReader:
    """Reads with the model of `settings`; `client` can be given for another way to ask."""

    def __init__(self, settings: ModelSettings, client: Client | None = None):
        self.client = client if client is not None else Client(settings)

    def read(
        self,
        text: str,
        *,
        id: str | None = None,
        published: date | None = None,
        lang: str | None = None,
        country: str | None = None,
        title: str | None = None,
        author: str | None = None,
        publisher: str | None = None,
    ) -> ModelReading:
        """What the model reads in `text` and the text bears out; NoAnswer where the model cannot be asked.

        The header (title, author, date, language) is read by rules, as every other reader has it.
        """
        rules = read_text(
            text, id=id, published=published, lang=lang, country=country, title=title, author=author,
            publisher=publisher,
        )  # fmt: skip
        dates = tuple(find_dates(text, published=rules.published, lang=rules.lang))
        known = Known(Finder(text), dates, rules.claims, tuple(ends_of(text)), country)
        problems: list[str] = []
        plain = self.client.plain
        found: list[tuple[Claim, tuple[Chunk, object]]] = []
        for chunk in chunks_of(text):
            for proposed in propose(self.client, text, chunk, rules.published, problems.append):
                claim = check(proposed, known, problems.append)
                if claim is not None:
                    found.append((claim, _event(proposed)))
        if self.client.plain and not plain:
            problems.append("the server refuses temperature 0 and seed: another reading of this text may differ")
        found = _in_order(found)
        claims = tuple(claim for claim, _ in found)
        incidents = by_importance(_events(found, text))
        claims, incidents = with_surroundings(text, claims, incidents, country=country, publisher=rules.publisher)
        claims, incidents = with_positions(text, claims, incidents)
        return ModelReading(replace(rules, claims=claims, incidents=incidents), tuple(problems))


def _event(proposed: Proposed) -> tuple[Chunk, object]:
    """Which event the model counts the claim to: its number, within one stretch."""
    number = proposed.raw.get("event")
    return proposed.chunk, number if isinstance(number, int | str) else None


def _in_order(found: list[tuple[Claim, tuple[Chunk, object]]]) -> list[tuple[Claim, tuple[Chunk, object]]]:
    """Text order, each claim once."""
    once = {(c.quote.start, c.quote.end, c.type, c.status): (c, event) for c, event in reversed(found)}
    return sorted(once.values(), key=lambda x: (x[0].quote.start, x[0].quote.end))


def _events(found: list[tuple[Claim, tuple[Chunk, object]]], text: str) -> list[Event]:
    """What happened, by the model's numbers, unless kinds, days or places contradict them.

    Numbers mean nothing across stretches: there the same day and place make one event.
    """
    events: list[tuple[set[tuple[Chunk, object]], Event]] = []
    for index, (claim, key) in enumerate(found):
        if claim.status not in INCIDENT_STATUSES:
            continue
        home = next((e for keys, e in events if key in keys and may_be_one(e, claim)), None)
        if home is None:
            other = next(((k, e) for k, e in events if all(c != key[0] for c, _ in k) and _same(e, claim)), None)
            if other is not None:
                other[0].add(key)
                home = other[1]
        if home is None:
            home = Event()
            events.append(({key}, home))
        home.told.append(Told(claim, text.count("\n", 0, claim.quote.start)))
        home.indices.append(index)
    return [event for _, event in events]


def _same(event: Event, claim: Claim) -> bool:
    """Whether day and place are told by both sides and fit."""
    told = [t.claim for t in event.told]
    both = [any(getattr(c, field) is not None for c in told) for field in ("when", "where")]
    return claim.when is not None and claim.where is not None and all(both) and may_be_one(event, claim)
