"""Who rests on whose word: ten articles on one agency's line are one source.

An account rests on the voices that it quotes, if they are known or named; else on its own publisher; else on itself.
Texts that are nearly the same rest on one word. A publisher whom others quote is the same source as its voice. An
account that quotes two sources stands under both, for it is no third one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dalil.incidents.parties import Party, folded, is_name, party_of
from dalil.records import Account, Reason, Source

# Groups of documents whose texts are nearly the same.
Copies = Iterable[Iterable[str]]
# Kinds of actors that speak as sources; what a party to the conflict says of itself is its own word too.
AGENCIES = ("agency", "medium")


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose word an account rests on: `key` is the same for every spelling."""

    key: str
    name: str
    kind: str
    reason: Reason


def sources_of(accounts: Sequence[Account], copies: Copies = ()) -> tuple[Source, ...]:
    """The independent sources of the accounts, in the order in which the accounts first rest on them."""
    origins = [origins_of(a) for a in accounts]
    spread_over_copies(accounts, origins, copies)
    found: dict[str, list[tuple[int, Origin]]] = {}
    for number, resting_on in enumerate(origins):
        for origin in resting_on:
            found.setdefault(origin.key, []).append((number, origin))
    return tuple(source(rows) for rows in found.values())


def source(rows: list[tuple[int, Origin]]) -> Source:
    """One source with everything that rests on it."""
    first = min(rows, key=lambda row: (row[1].reason.name != "publishes", row[0]))[1]
    reasons = dict.fromkeys(origin.reason for _, origin in rows)
    return Source(first.name, first.kind, tuple(dict.fromkeys(n for n, _ in rows)), tuple(reasons))


def origins_of(account: Account) -> list[Origin]:
    """Whose word the account rests on, by what itself says."""
    quoted = [o for voice in account.voices if (o := voice_origin(voice))]
    if quoted:
        return list({o.key: o for o in reversed(quoted)}.values())[::-1]
    credited = credit(account)
    if credited:
        return [Origin(credited.id, credited.name, credited.kind, Reason("credits", (credited.name,)))]
    name = account.publisher or account.author
    if name:
        known = party_of(name)
        if known and covers(known, name):
            return [Origin(known.id, known.name, known.kind, Reason("publishes", (name,)))]
        return [Origin("outlet:" + " ".join(folded(name)), name, "outlet", Reason("publishes", (name,)))]
    return [Origin("report:" + account.document, account.title or account.document[:12], "report", Reason("alone"))]


def voice_origin(voice: str) -> Origin | None:
    """The source that a quoted voice is; None for voices that nobody can tell apart ("residents", "activists")."""
    known = party_of(voice)
    if known:
        return Origin(known.id, known.name, known.kind, Reason("quotes", (voice,)))
    if is_name(voice):
        return Origin("person:" + " ".join(folded(voice)), voice, "person", Reason("quotes", (voice,)))
    return None


def credit(account: Account) -> Party | None:
    """The agency whose line the account runs under another's name: "By staff, Reuters"."""
    for name in (account.author, account.title):
        party = party_of(name) if name else None
        if party and party.kind == "agency" and credits(name, party):
            return party
    return None


def credits(name: str, party: Party) -> bool:
    """Whether the words credit the agency: they are its name, or set it off by brackets, a comma or a bar."""
    parts = [p.strip() for p in name.replace("(", "|").replace(")", "|").replace(",", "|").replace("/", "|").split("|")]
    return any(part and covers(party, part) for part in parts)


def covers(party: Party, name: str) -> bool:
    """Whether the name is the party's own, not one that only holds it ("Friends of Reuters")."""
    known = party_of(name)
    return known is not None and known.id == party.id and len(folded(name)) <= len(folded(party.name)) + 2


def spread_over_copies(accounts: Sequence[Account], origins: list[list[Origin]], copies: Copies) -> None:
    """Accounts of nearly one text rest on what the first of them rests on that quotes anybody, else the first."""
    for group in copies:
        within = set(group)
        numbers = [n for n, a in enumerate(accounts) if a.document in within]
        if len(numbers) < 2:
            continue
        told = next((n for n in numbers if origins[n][0].reason.name in ("quotes", "credits")), numbers[0])
        title = accounts[told].title or accounts[told].document[:12]
        for n in numbers:
            if n != told:
                origins[n] = [Origin(o.key, o.name, o.kind, Reason("same_text", (title,))) for o in origins[told]]
