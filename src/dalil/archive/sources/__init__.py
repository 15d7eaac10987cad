"""Where captures come from. Each source is one module that turns what a person names into files to take in.

A source module has `accepts(target)` (whether a target is its kind) and `find(target)` (what to take in, in a stable
order, or why not). To add one, write the module and list it in SOURCES; tests/archive holds it to the contract.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from dalil.archive.sources import files
from dalil.archive.sources.found import Found
from dalil.errors import InputRefused

SOURCES = (files,)

__all__ = ["SOURCES", "Found", "find"]


def find(targets: Iterable[str | os.PathLike]) -> Iterator[Found | InputRefused]:
    """What each target holds, in order: files to take in, and one refusal for each thing that cannot be."""
    for target in targets:
        source = next((s for s in SOURCES if s.accepts(target)), None)
        if source is None:
            yield InputRefused(os.fspath(target), "nothing here knows how to fetch this", "Save it as a file first")
        else:
            yield from source.find(target)
