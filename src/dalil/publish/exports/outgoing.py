"""What every format takes: incidents that may leave, and what they are known by; and how values are written."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from dalil.atlas.builtin import builtin_rows
from dalil.claims.imports.formulas import disarmed
from dalil.incidents.likeness import point
from dalil.records import Account, Candidate, Checkpoint, Incident, Quote, Range, Suspect

INSTEAD = "name withheld"  # of somebody who may be alive


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The incidents of an export, and the checkpoint of the log that they were derived under."""

    incidents: tuple[Incident, ...]
    origin: str
    checkpoint: Checkpoint | None

    @property
    def reference(self) -> str:
        """The checkpoint in a few words: whose log, how many lines, which root."""
        c = self.checkpoint
        return f"{c.origin} {c.size} {c.root}" if c else self.origin


def at(incident: Incident) -> Candidate | None:
    """Where the incident is put, if anywhere."""
    return point(incident.where) if incident.where else None


def suspects(incident: Incident) -> list[Suspect]:
    """Whom any account suspects, each name once, in the order of the accounts; whom one clears is left out."""
    found: dict[str, Suspect] = {}
    for account in incident.accounts:
        for suspect in account.event.suspects:
            if suspect.mentions and suspect.attribution != "denied":
                found.setdefault(suspect.mentions[0], suspect)
    return list(found.values())


def reporters(incident: Incident) -> list[str]:
    """Who reports, each once: publishers, else authors."""
    return list(dict.fromkeys(who(account) for account in incident.accounts))


def who(account: Account) -> str:
    """Who reports in this account."""
    return account.publisher or account.author or account.title or "source not named"


def voices(incident: Incident) -> list[str]:
    """Whom the accounts quote, each once."""
    return list(dict.fromkeys(voice for account in incident.accounts for voice in account.voices))


def quotes(account: Account) -> list[Quote]:
    """The words of the account's claims, each stretch once."""
    return list(dict.fromkeys(claim.quote for claim in account.claims))


def counted(name: str, incident: Incident) -> Range | None:
    """The incident's count of killed, injured or missing."""
    return getattr(incident, name)


def part(incident: Incident, group: str) -> Range | None:
    """The count of the killed of one group."""
    return next((g.range for g in incident.groups if g.group == group and g.effect == "killed"), None)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV in UTF-8; empty where a value is None; cells that a spreadsheet would run as formulas are disarmed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(["" if value is None else disarmed(str(value)) for value in row])
    return out.getvalue().encode()


def digest(*parts: str) -> str:
    """A stable id made of these parts (40 hex digits)."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


@cache
def country_names() -> dict[str, str]:
    """Two-letter codes → English names."""
    return {row.country: row.names[0] for row in builtin_rows() if row.feature == "A.PCLI"}
