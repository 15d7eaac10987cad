"""Which programs seem to have edited or passed on a file, by the traces that they leave; traces are easily forged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Trace:
    """One trace of a program: the field and the words in it, and what the program does to files."""

    program: str
    did: str
    field: str
    words: str


@cache
def known() -> tuple[tuple[str, re.Pattern[str], str, str], ...]:
    """The rows of the table: field, pattern, program, what it did."""
    lines = (Path(__file__).parent / "apps.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple((field, re.compile(pattern), program, did) for field, pattern, program, did in rows)


def traces(tags: Mapping[str, str], name: str) -> tuple[Trace, ...]:
    """Each known program's first trace in the fields (as Footage.tags has them) or the file's name."""
    found: dict[str, Trace] = {}
    for field, pattern, program, did in known():
        words = name if field == "name" else tags.get(field, "")
        if words and pattern.search(words):
            found.setdefault(program, Trace(program, did, field, words))
    return tuple(found.values())
