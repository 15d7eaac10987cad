"""The record of an incident, computed from its accounts alone."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from dalil.incidents import grading, independence, ledger
from dalil.incidents.independence import Copies
from dalil.incidents.likeness import point, settings
from dalil.records import Account, DateSpan, Grade, Incident, Place


def assemble(
    incident_id: str,
    accounts: Sequence[Account],
    *,
    copies: Copies = (),
    set_grade: Grade | None = None,
) -> Incident:
    """The incident's record; `copies` are groups of documents with nearly one text, `set_grade` what a person set."""
    accounts = tuple(accounts)
    when = agreed_day([a.event.when for a in accounts if a.event.when])
    where = finest_place([a.event.where for a in accounts if a.event.where])
    kind = agreed_kind(accounts)
    sources = independence.sources_of(accounts, copies)
    attributions = grading.attributions_of(accounts, sources)
    made = Incident(
        id=incident_id,
        title=title_of(kind, where, when),
        type=kind,
        when=when,
        where=where,
        killed=ledger.range_of(accounts, "killed"),
        injured=ledger.range_of(accounts, "injured"),
        missing=ledger.range_of(accounts, "missing"),
        accounts=accounts,
        footage=(),
        neighbours=(),
        groups=ledger.groups_of(accounts),
        sources=sources,
        attributions=attributions,
        changes=ledger.changes_of(accounts),
    )
    return replace(made, grade=grading.grade_of(made, set_grade))


def agreed_day(spans: list[DateSpan]) -> DateSpan | None:
    """The finest span that most accounts give; the earliest account wins a tie. Its quote stays with its account."""
    if not spans:
        return None
    votes = Counter((s.start, s.end) for s in spans)
    best = max(spans, key=lambda s: (votes[s.start, s.end], (s.start - s.end).days))
    rule = f"given by {votes[best.start, best.end]} of {len(spans)} accounts"
    return DateSpan(best.start, best.end, best.precision, best.time, None, rule)


def finest_place(places: list[Place]) -> Place | None:
    """The most precise place that has a point; the earliest account wins a tie. Its quote stays with its account."""
    if not places:
        return None
    best = min(places, key=lambda p: (not p.candidates, p.precision))
    return Place(best.name, None, best.precision, best.radius_m, best.candidates)


def agreed_kind(accounts: Iterable[Account]) -> str:
    """The kind that most accounts give, a particular one before a vague one."""
    votes = Counter(a.event.type for a in accounts)
    vague = settings()["vague"]["kinds"]
    return max(votes, key=lambda kind: (kind not in vague, votes[kind], -list(votes).index(kind)))


def name_incident(account: Account) -> str:
    """A readable id that stays: the first account's day and place, and a digest of where it stands."""
    event = account.event
    day = event.when.start.isoformat() if event.when else "undated"
    place = slug(event.where)
    digest = hashlib.sha256(f"{account.document}#{account.index}".encode()).hexdigest()
    # Without day or place, many ids differ by the digest alone.
    return "-".join(part for part in (day, place, digest[: 8 if event.when and place else 16]) if part)


def slug(place: Place | None) -> str:
    """The place's best Latin name in lower-case letters and hyphens; "" where it has none."""
    if place is None:
        return ""
    at = point(place)
    for name in (place.name, at.name if at else ""):
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        words = re.findall(r"[a-z0-9]+", plain)
        if words:
            return "-".join(words)[:40]
    return ""


def title_of(kind: str, where: Place | None, when: DateSpan | None) -> str:
    """A plain heading: kind, place, day."""
    name = kind.replace("_", " ").capitalize()
    place = f" at {where.name}" if where else ""
    day = f", {when.start.day} {when.start:%B %Y}" if when and when.start == when.end else ""
    return f"{name}{place}{day}"
