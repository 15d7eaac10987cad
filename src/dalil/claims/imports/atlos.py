"""Atlos' incidents: a description in words, a day, coordinates, a kind by a project's own list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dalil.claims.imports import coding
from dalil.claims.imports.columns import Row, table
from dalil.claims.imports.messages import title_of
from dalil.claims.imports.parts import Part, Passed, Wanted
from dalil.claims.imports.rows import each_row
from dalil.errors import InputRefused


def parts(path: Path, wanted: Wanted, *, object: str, name: str) -> Iterator[Part | Passed | InputRefused]:
    """Every incident of the file."""
    return each_row(path, wanted, read_row, object=object, name=name)


def read_row(row: Row, wanted: Wanted, object: str) -> Part | Passed:
    """The incident as an account: its day, its coordinates and its kind; Atlos has no counts of its own."""
    when = coding.span(row, "date", "date", "day", "Atlos' date")
    if not wanted.covers(None, when.start if when else None, when.end if when else None):
        return Passed(row.record.number, "outside what was asked for")
    where = coding.place(row, "atlos", name="place", precision=1, admin=(), country=wanted.country)
    coded = coding.Coded(kind=kind_of(row), when=when, where=where)
    title = f"Atlos {row.text('id')}: {title_of(row.text('description') or '')}".rstrip(": ")
    url = row.text("source_1")
    project = row.text("project")
    return coding.part(
        row, coded, object=object, title=title, publisher=f"Atlos, {project}" if project else "Atlos", lang=None,
        url=url, published=row.day("inserted_at"),
    )  # fmt: skip


def kind_of(row: Row) -> str:
    """The kind of attack by the words of the incident's type, else of its description's first line; "other" else."""
    types = table("atlos")["types"]
    for text in (row.text("type") or "", title_of(row.text("description") or "")):
        for word, kind in types.items():
            if re.search(rf"\b{re.escape(word)}", text, re.I):
                return str(kind)
    return "other"
