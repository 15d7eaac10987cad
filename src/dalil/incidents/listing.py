"""Incidents as text for a terminal: people first, then who claims what in which words, then the numbers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources

from dalil.incidents.likeness import show_span, show_toll
from dalil.incidents.store import IncidentRow
from dalil.records import Account, Incident, Question, Quote, Range, Reason, Victim


def line(row: IncidentRow) -> str:
    """One incident on one line: id, kind, place, killed, accounts."""
    killed = span(row.killed_low, row.killed_high, row.killed_open) if row.killed_high is not None else "not said"
    dispute = ", disputed" if row.killed_disputed else ""
    accounts = f"{row.accounts} account{'s' if row.accounts != 1 else ''}"
    return f"{row.id}\t{row.type}\t{row.place or 'place not said'}\tkilled {killed}{dispute}\t{accounts}"


def page(incident: Incident) -> Iterator[str]:
    """The incident as lines."""
    yield incident.title
    yield incident.id
    people = [(a, v) for a in incident.accounts for v in a.event.victims]
    if people:
        yield ""
        yield "People"
        for account, victim in people:
            yield f"  {person(victim)}"
            yield from words(account, victim.quotes[:1])
    yield ""
    yield "Who says what"
    for account in incident.accounts:
        yield from ledger_entry(account)
    yield ""
    yield "Numbers"
    for name in ("killed", "injured", "missing"):
        counted: Range | None = getattr(incident, name)
        if counted:
            dispute = "; disputed: no single number fits every account" if counted.disputed else ""
            yield f"  {name}: {span(counted.low, counted.high, counted.open_above)} ({counted.rule}{dispute})"
    for part in incident.groups:
        yield f"  {part.group} {part.effect}: {span(part.range.low, part.range.high, part.range.open_above)}"
    yield from attested(incident)
    yield from footage(incident)
    if incident.neighbours:
        yield ""
        yield "Near by, kept apart"
        for other in incident.neighbours:
            reasons = "; ".join(f"{e.name}: {e.left} / {e.right}" for e in other.evidence if e.weight < 0)
            yield f"  {other.incident} ({other.verdict.replace('_', ' ')}) {reasons}"


def attested(incident: Incident) -> Iterator[str]:
    """The grade with its reasons, and whose word it all rests on."""
    if incident.grade:
        yield ""
        by = f", set by {incident.grade.by}: {incident.grade.why}" if incident.grade.judgement is not None else ""
        yield f"Grade: {incident.grade.grade}{by or ' (proposed by rule; a person decides)'}"
        if by:
            yield f"  the rule proposes: {incident.grade.proposed}"
        yield from (f"  {say(reason)}" for reason in incident.grade.reasons)
    if incident.sources:
        yield ""
        yield "Independent sources"
        for source in incident.sources:
            accounts = f"{len(source.accounts)} account{'s' if len(source.accounts) != 1 else ''}"
            yield f"  {source.name} ({accounts}): {'; '.join(say(reason) for reason in source.reasons)}"


@cache
def reasons() -> dict[str, str]:
    """The words of reasons.toml."""
    return tomllib.loads(resources.files("dalil.incidents").joinpath("reasons.toml").read_text("utf-8"))


def say(reason: Reason) -> str:
    """The reason in words."""
    return reasons()[reason.name].format(*reason.values)


def question(asked: Question, left: str, right: str) -> Iterator[str]:
    """A question of the review queue as lines; `left` and `right` name the two accounts for `dalil judge link`."""
    unsure = " (somebody was unsure)" if asked.unsure else ""
    yield f"{asked.score:5.1f}  {asked.left_incident}  {asked.right_incident}{unsure}"
    for e in asked.evidence:
        yield f"       {e.weight:+5.1f}  {e.name}: {e.left} / {e.right}"
    yield f"       dalil judge link {left} {right} --same (or --different, --unsure) --reason …"


def ledger_entry(account: Account) -> Iterator[str]:
    """One account: whose, then each value with its words."""
    event = account.event
    voices = f", quoting {', '.join(account.voices)}" if account.voices else ""
    source = account.publisher or account.author or "source not named"
    yield f"  {source}: {account.title or account.document[:12]}{voices}"
    if event.when:
        time = f" {event.when.time}" if event.when.time else ""
        yield f"    when      {show_span(event.when)}{time} ({event.when.rule})"
        yield from words(account, [event.when.quote])
    if event.where:
        best = event.where.candidates[0] if event.where.candidates else None
        known = f" -> {best.name} {best.lat:.4f}, {best.lon:.4f}" if best else ""
        yield f"    where     {event.where.name}{known}"
        yield from words(account, [event.where.quote])
    for name in ("killed", "injured", "missing"):
        toll = getattr(event, name)
        if toll:
            groups = "".join(f"; {g.group} {g.best if g.best is not None else ''}".rstrip() for g in toll.groups)
            yield f"    {name:9s} {show_toll(toll)}{groups}"
            yield from words(account, [toll.quote])
    for suspect in event.suspects:
        by = f" by {suspect.by}" if suspect.by else ""
        yield f"    suspect   {suspect.mentions[0]} ({suspect.attribution}{by})"
        yield from words(account, suspect.quotes[:1])


def footage(incident: Incident) -> Iterator[str]:
    """Recordings that accounts may speak of."""
    if incident.footage:
        yield ""
        yield "Footage"
        for link in incident.footage:
            reasons = "; ".join(f"{e.name}: {e.left} / {e.right}" for e in link.evidence)
            yield f"  {link.name} {link.object[:12]} ({link.verdict.replace('_', ' ')}) {reasons}"


def person(victim: Victim) -> str:
    """Who, and what befell them."""
    count = f" ({victim.count})" if victim.count and victim.count > 1 else ""
    age = f", aged {victim.age}" if victim.age is not None else ""
    return f"{victim.mentions[0]}{count}{age}: {victim.effect}"


def words(account: Account, quotes) -> Iterator[str]:
    """The words themselves with their place in the source."""
    for quote in quotes:
        if isinstance(quote, Quote):
            yield f"              “{' '.join(quote.text.split())}” {account.document[:12]}:{quote.start}-{quote.end}"


def span(low: int | None, high: int | None, open_above: bool) -> str:
    """ "8-17 or more", "10", "up to 11"."""
    if low is None:
        return f"up to {high}"
    text = str(low) if low == high else f"{low}-{high}"
    return f"{text} or more" if open_above else text
