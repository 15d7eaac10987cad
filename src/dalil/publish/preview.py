"""What would leave, field by field, before anything is written or logged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from dalil.archive import lines
from dalil.publish.reports import tell
from dalil.publish.scope import Scope
from dalil.records import builtins

SAMPLE = 3


@dataclass(frozen=True, slots=True)
class Leaving:
    """One field that would leave: how many values of it, and the first few."""

    field: str
    values: int
    samples: tuple[str, ...]


def preview_case(scope: Scope) -> list[Leaving]:
    """Every field that the case file would show, with the first few values: files, log lines, incidents; at the end how
    many values would be withheld."""
    return [*leaving(_everything(scope)), Leaving("(withheld)", scope.withheld, ())]


def leaving(pairs: Iterable[tuple[str, Any]]) -> list[Leaving]:
    """These (field, value) by field, in the order in which the fields come."""
    found: dict[str, list[Any]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return [Leaving(name, len(values), _samples(values)) for name, values in found.items()]


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of everything in a record that is known."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{name}.{key}" if name else key)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from leaves(item, f"{name}[]")
    elif value is not None:
        yield name, value


def _everything(scope: Scope) -> Iterator[tuple[str, Any]]:
    for sha256, shown in sorted(scope.objects.items()):
        how = "file" if shown.bytes else "hash of a file that is left out"
        yield f"{how} ({shown.media_type})", shown.first("name") or sha256
    for seq, disclosures in sorted(scope.rows.items()):
        act = lines.read_line(scope.lines[seq]).act
        for disclosure in disclosures:
            name, value = lines.read_disclosure(disclosure)
            if name != lines.FIELDS:
                yield f"log: {act}.{name}", value
    for one in tell(scope):
        for name, value in leaves(builtins(one.incident)):
            yield f"incident: {name}", value


def _samples(values: list[Any]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(" ".join(str(value).split()) for value in values), SAMPLE))
