"""Records and chats that others made, taken in row by row: one module a kind.

A module has `parts(path, wanted, *, object, name)`: what each row or message of the file is, in order, as a Part, as
the refusal of a broken row, or as Passed where nobody asked for it. To add a kind, write the module (and a TOML of
its columns) and list it in KINDS; tests/imports holds it to the contract.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dalil.claims.imports.parts import FileClaim, Part, Passed, Report, Wanted
from dalil.errors import InputRefused

__all__ = ["KINDS", "FileClaim", "Kind", "Part", "Passed", "Report", "Wanted", "kind_of", "one_part", "parts", "survey"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: `title` is what people call it, `unit` what it holds."""

    name: str
    title: str
    unit: str
    module: str
    publisher: str | None = None


KINDS = (
    Kind("ucdp", "UCDP GED CSV, also candidate events", "row", "dalil.claims.imports.ucdp", "UCDP GED"),
    Kind("airwars", "Airwars CSV", "row", "dalil.claims.imports.airwars", "Airwars"),
    Kind("acled", "ACLED CSV", "row", "dalil.claims.imports.acled", "ACLED"),
    Kind("atlos", "Atlos CSV export", "row", "dalil.claims.imports.atlos"),
    Kind("auto-archiver", "auto-archiver's CSV or sheet export", "row", "dalil.claims.imports.auto_archiver"),
    Kind("telegram", "Telegram Desktop JSON export (result.json)", "message", "dalil.claims.imports.telegram"),
    Kind("whatsapp", "WhatsApp chat export (txt)", "message", "dalil.claims.imports.whatsapp"),
)


def kind_of(name: str) -> Kind:
    """The kind of that name; InputRefused where a newer dalil, or a hand in the log, named another."""
    found = next((kind for kind in KINDS if kind.name == name), None)
    if found is None:
        raise InputRefused(name, "is no kind of import", f"Known: {', '.join(kind.name for kind in KINDS)}")
    return found


def parts(path: Path, wanted: Wanted, *, object: str, name: str) -> Iterator[Part | Passed | InputRefused]:
    """Every row or message of the file in order; InputRefused is raised where the file itself is not of its kind."""
    return importlib.import_module(kind_of(wanted.kind).module).parts(path, wanted, object=object, name=name)


def one_part(path: Path, wanted: Wanted, number: int, *, object: str, name: str) -> Part | None:
    """The row or message of that number; None where the file has none, or none that was asked for."""
    found = (p for p in parts(path, wanted, object=object, name=name) if isinstance(p, Part) and p.number >= number)
    first = next(found, None)
    return first if first and first.number == number else None


def survey(path: Path, wanted: Wanted, *, name: str) -> tuple[Report, tuple[FileClaim, ...]]:
    """What an import of the file would come to, and the files that its rows name; nothing is written."""
    report, files = Report(name, wanted.kind), []
    for outcome in parts(path, wanted, object="0" * 64, name=name):
        report.count(outcome)
        if isinstance(outcome, Part):
            files += outcome.files
    return report, tuple(files)
