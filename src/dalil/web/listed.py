"""Records as lists show them: only the fields that a line needs are read, which takes a third of the time."""

from __future__ import annotations

import msgspec

from dalil.records import DateSpan, Quote, Toll, Victim


class Named(msgspec.Struct, frozen=True, gc=False):
    """A place by its name and point, with the divisions that it lies in."""

    name: str
    lat: float
    lon: float
    admin: tuple[str, ...] = ()


class Where(msgspec.Struct, frozen=True, gc=False):
    """Where a report says that something happened; `candidates` are the places that may be meant."""

    name: str
    candidates: tuple[Named, ...] = ()


class Suspected(msgspec.Struct, frozen=True, gc=False):
    """Who is said to have done it, and on what footing."""

    mentions: tuple[str, ...]
    attribution: str


class Event(msgspec.Struct, frozen=True, gc=False):
    """What one report says of an incident."""

    where: Where | None
    killed: Toll | None
    suspects: tuple[Suspected, ...]


class ListedAccount(msgspec.Struct, frozen=True, gc=False):
    """One report's account."""

    lang: str | None
    event: Event


class Counted(msgspec.Struct, frozen=True, gc=False):
    """Whether the reports' counts exclude each other."""

    disputed: bool


class ListedIncident(msgspec.Struct, frozen=True, gc=False):
    """An incident on one line."""

    id: str
    type: str
    when: DateSpan | None
    where: Where | None
    killed: Counted | None
    accounts: tuple[ListedAccount, ...] = ()


class ClaimOfPeople(msgspec.Struct, frozen=True, gc=False):
    """A claim as the page of people needs it."""

    quote: Quote
    when: DateSpan | None
    where: Where | None
    victims: tuple[Victim, ...]


class ReadingOfPeople(msgspec.Struct, frozen=True, gc=False):
    """What a report says of people."""

    claims: tuple[ClaimOfPeople, ...]


class ReadingUnread(msgspec.Struct, frozen=True, gc=False):
    """A report's claims, each as its JSON, so that only those that are shown are read."""

    claims: tuple[msgspec.Raw, ...]
