"""What verifying finds: each thing named, with what a person can do about it."""

from __future__ import annotations

from dataclasses import dataclass

RESTORE_LOG = "Restore dalil.db from a copy, then verify again"
REBUILD = 'Nothing is lost: run "dalil rebuild"'


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong (`damage`) or worth knowing, and what a person can do."""

    kind: str
    where: str
    what: str
    remedy: str
    damage: bool


def damaged(kind: str, where: str, what: str, remedy: str) -> Finding:
    """Something is not as it was written."""
    return Finding(kind, where, what, remedy, True)


def noted(kind: str, where: str, what: str, remedy: str) -> Finding:
    """Something is worth knowing; nothing is lost."""
    return Finding(kind, where, what, remedy, False)
