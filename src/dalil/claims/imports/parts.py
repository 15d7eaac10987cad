"""What an import asks for and what each row or message of a file comes to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from dalil.errors import InputRefused
from dalil.jsonl import parse_day
from dalil.records import Document, Reading

MAX_PROBLEMS = 1000  # lines kept of one file; a file that is wrong in every row need not be told row by row


@dataclass(frozen=True, slots=True)
class Wanted:
    """The kind of a file and which of its rows are asked for: those of a country, those that fall between two days."""

    kind: str
    country: str | None = None
    start: date | None = None
    end: date | None = None

    @classmethod
    def of(cls, imported: str) -> Wanted:
        """What a capture's `imported` says."""
        field_ = json.loads(imported)
        start, end = parse_day(field_.get("from")), parse_day(field_.get("to"))
        return cls(str(field_.get("kind")), field_.get("country"), start, end)

    def as_field(self) -> Mapping[str, object]:
        """The value of the log's `import` field."""
        days = {"from": self.start, "to": self.end}
        given = {name: day.isoformat() for name, day in days.items() if day}
        return {"kind": self.kind, **({"country": self.country} if self.country else {}), **given}

    def covers(self, country: str | None, first: date | None, last: date | None) -> bool:
        """Whether a row of that country and those days is asked for; what a row does not say speaks against nothing."""
        if self.country and country and country != self.country:
            return False
        if self.start and last and last < self.start:
            return False
        return not (self.end and first and first > self.end)


@dataclass(frozen=True, slots=True)
class FileClaim:
    """A file that a row or message says it came with: a relative path, and hashes (algorithm, hex) that it claims."""

    number: int
    name: str
    hashes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One row or message: a document, and its reading where columns give one.

    Where `reading` is None, the first `words` code points of the text go through the ordinary reader. `flags` tell of
    values that contradict each other and were kept as they are.
    """

    number: int
    document: Document
    reading: Reading | None
    words: int
    flags: tuple[str, ...] = ()
    files: tuple[FileClaim, ...] = ()


@dataclass(frozen=True, slots=True)
class Passed:
    """A row or message that is not asked for, or holds no words: `why` says which."""

    number: int
    why: str


@dataclass(slots=True)
class Report:
    """What an import of one file came to: counts, and one line for each row that was flagged or refused."""

    file: str
    kind: str
    taken: int = 0
    flagged: int = 0
    refused: int = 0
    passed: dict[str, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    untold: int = 0

    def count(self, outcome: Part | Passed | InputRefused) -> None:
        """The outcome is counted, and told if it needs telling."""
        if isinstance(outcome, InputRefused):
            self.refused += 1
            self.tell(f"{outcome} (refused)")
        elif isinstance(outcome, Passed):
            self.passed[outcome.why] = self.passed.get(outcome.why, 0) + 1
        else:
            self.taken += 1
            self.flagged += bool(outcome.flags)
            for flag in outcome.flags:
                self.tell(f"{self.file} number {outcome.number}: {flag} (flagged, kept as it is)")

    def tell(self, line: str) -> None:
        """The line is kept, unless there are very many already."""
        if len(self.lines) < MAX_PROBLEMS:
            self.lines.append(line)
        else:
            self.untold += 1

    def problems(self) -> tuple[str, ...]:
        """The lines, and how many more there are."""
        more = (f"{self.untold:,} more rows of {self.file} are flagged or refused",) if self.untold else ()
        return (*self.lines, *more)
