"""The walk over a table's rows that all tables share: broken rows are refused, the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from dalil.claims.imports.columns import Row, find_columns
from dalil.claims.imports.csv_rows import records
from dalil.claims.imports.parts import Part, Passed, Wanted
from dalil.errors import InputRefused

ReadRow = Callable[[Row, Wanted, str], Part | Passed]


def each_row(
    path: Path, wanted: Wanted, read_row: ReadRow, *, object: str, name: str, kind: str | None = None
) -> Iterator[Part | Passed | InputRefused]:
    """What each row of the table comes to, in order; InputRefused is raised if it lacks columns that are needed."""
    columns = find_columns(path, kind or wanted.kind, name=name)
    untold = columns.layout.problems  # of the file: told once
    for record in records(path, columns.layout, name=name):
        if isinstance(record, InputRefused):
            yield record
            continue
        try:
            made = read_row(Row(record, columns, f"{name} row {record.number} (line {record.line})"), wanted, object)
            if untold and isinstance(made, Part):
                made, untold = replace(made, flags=(*untold, *made.flags)), ()
            yield made
        except InputRefused as refusal:
            yield refusal
