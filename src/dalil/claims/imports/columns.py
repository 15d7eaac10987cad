"""The columns of a kind of table: their names in several editions, and values read out of them with their words."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from pathlib import Path

from dalil.claims.imports.csv_rows import Cell, Layout, Record, layout
from dalil.claims.imports.formulas import rearmed
from dalil.errors import InputRefused
from dalil.records import Quote

NUMBER = re.compile(r"[+-]?\d{1,9}(?:\.0*)?")
MOST_KILLED = 10_000_000  # a larger count is a slip, not a toll
DAY_FORMS = ("%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%d-%B-%Y")


@cache
def table(kind: str) -> Mapping[str, object]:
    """The data file of that kind: its columns, and how its codes are to be read."""
    return tomllib.loads(resources.files("dalil.claims.imports").joinpath(f"{kind}.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the fields of a kind stand in one file."""

    layout: Layout
    places: Mapping[str, int]
    ordered: tuple[tuple[str, int], ...]

    def __contains__(self, field: str) -> bool:
        return field in self.places


def find_columns(path: Path, kind: str, *, name: str) -> Columns:
    """Where the kind's fields stand in the file; InputRefused where one that is needed is missing."""
    how, known = layout(path, name=name), table(kind)
    header = {column.casefold(): n for n, column in reversed(list(enumerate(how.header)))}
    fields: Mapping[str, list[str]] = known["columns"]
    places = {}
    for field, names in fields.items():
        at = next((header[n.casefold()] for n in names if n.casefold() in header), None)
        if at is not None:
            places[field] = at
    missing = [" or ".join(fields[field]) for field in known["needed"] if field not in places]
    if missing:
        found = ", ".join(how.header)[:200] or "nothing"
        what = f"has no column {', '.join(missing)} (found: {found})"
        raise InputRefused(name, what, f"Is it {known['title']}? docs/imports.md lists the columns")
    return Columns(how, places, tuple(sorted(places.items(), key=lambda item: item[1])))


@dataclass(frozen=True, slots=True)
class Row:
    """One row by field names; `where` names it in messages."""

    record: Record
    columns: Columns
    where: str
    known: dict[str, Cell | None] = dataclasses.field(default_factory=dict)

    def cell(self, field: str) -> Cell | None:
        """The field's cell; None where the file has no such column or it is empty."""
        if field not in self.known:
            at = self.columns.places.get(field)
            cell = self.record.cell(at) if at is not None else None
            self.known[field] = cell if cell and cell.text and not cell.text.isspace() else None
        return self.known[field]

    def text(self, field: str) -> str | None:
        """What the field says, None where it says nothing."""
        cell = self.cell(field)
        return rearmed(" ".join(cell.text.split())) if cell else None

    def quote(self, *fields: str) -> Quote | None:
        """The words of the fields: one stretch where the fields stand next to each other, else those of the first."""
        cells = [(self.columns.places[field], cell) for field in fields if (cell := self.cell(field))]
        if not cells:
            return None
        places = sorted(at for at, _ in cells)
        together = places[-1] - places[0] == len(places) - 1
        chosen = [cell for _, cell in cells] if together else [cells[0][1]]
        start, end = min(c.start for c in chosen), max(c.end for c in chosen)
        return Quote(start, end, self.record.text[start:end])

    def count(self, field: str) -> int | None:
        """A whole number of people; InputRefused for anything else."""
        cell = self.cell(field)
        if cell is None:
            return None
        text = cell.text.strip().lstrip("'")
        if not NUMBER.fullmatch(text) or not 0 <= int(float(text)) <= MOST_KILLED:
            raise self.refusal(field, "expected a whole number from 0 on")
        return int(float(text))

    def decimal(self, field: str) -> float | None:
        """A number; InputRefused for anything else."""
        cell = self.cell(field)
        if cell is None:
            return None
        try:
            value = float(cell.text.strip().lstrip("'"))  # some exports put ' before a minus sign, against formulas
        except ValueError:
            raise self.refusal(field, "expected a number") from None
        if value != value or abs(value) > 1e12:
            raise self.refusal(field, "expected a number")
        return value

    def day(self, field: str) -> date | None:
        """A day: ISO, with or without a time behind it, or "31 January 2016"; InputRefused for anything else."""
        cell = self.cell(field)
        return None if cell is None else read_day(cell.text.strip()) or self._no_day(field)

    def _no_day(self, field: str) -> date:
        raise self.refusal(field, "expected a day as YYYY-MM-DD")

    def code(self, field: str, codes: Mapping[str, object]) -> object | None:
        """What the field's code stands for (numbers may be written "1.0"); None for an empty field or unknown code."""
        cell = self.cell(field)
        if cell is None:
            return None
        text = " ".join(cell.text.split())
        plain = text.split(".")[0] if NUMBER.fullmatch(text) else text.casefold()
        return codes.get(plain)

    def refusal(self, field: str, expected: str) -> InputRefused:
        """Why the field's value cannot be read."""
        cell, column = self.cell(field), self.columns.layout.header[self.columns.places[field]]
        found = (cell.text if cell else "")[:60]
        return InputRefused(
            self.where, f'{column} is "{found}", {expected}', "Mend the row, then import the file again"
        )


def read_day(text: str) -> date | None:
    """The day that a table's cell means; None where it means none."""
    if re.match(r"\d{4}-\d\d-\d\d(?:[T ]|$)", text):
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            return None
    for form in DAY_FORMS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None
