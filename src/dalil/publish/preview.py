"""What would leave in a case file, field by field, before anything is written or logged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dalil.archive import lines
from dalil.publish.reports import tell
from dalil.publish.scope import Scope
from dalil.publish.site import SAMPLE, Leaving, leaves
from dalil.records import builtins


def preview_case(scope: Scope) -> list[Leaving]:
    """Every field that the case file would show, with the first few values: files, log lines, incidents; at the end how
    many values would be withheld."""
    found: dict[str, list[Any]] = {}
    for name, value in _everything(scope):
        found.setdefault(name, []).append(value)
    told = [Leaving(name, len(values), _samples(values)) for name, values in found.items()]
    return [*told, Leaving("(withheld)", scope.withheld, ())]


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
    seen = dict.fromkeys(" ".join(str(value).split()) for value in values)
    return tuple(list(seen)[:SAMPLE])
