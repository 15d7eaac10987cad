"""The gazetteers that are in memory: each file is read when it is first asked for and again when it changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from dalil.atlas import own, store
from dalil.atlas.builtin import builtin_rows
from dalil.atlas.index import Gazetteer, build, read

BUILTIN = "built-in"
_memory: dict[tuple[str, int], Gazetteer] = {}


@cache
def builtin() -> Gazetteer:
    """The table that comes with dalil: countries, first-level divisions and larger towns."""
    return build(BUILTIN, list(builtin_rows()))


_brought: list[Gazetteer] = []


@contextmanager
def with_places(file: Path) -> Iterator[None]:
    """While it lasts, the places of that CSV file come before all others; a file that is not there changes nothing.

    Rows that cannot be read are left out here: `own.read_csv` tells of them.
    """
    rows = [row for row in own.read_csv(file) if isinstance(row, store.Row)] if file.is_file() else []
    if not rows:
        yield
        return
    _brought.insert(0, build(store.OWN, rows))
    try:
        yield
    finally:
        _brought.pop(0)


def loaded(country: str | None = None) -> tuple[Gazetteer, ...]:
    """The gazetteers to search, own places first, the built-in table last; `country` leaves other countries' out.

    The built-in table is left out where the country's own gazetteer is there: it knows every place of the table better.
    """
    shelf = _shelf()
    found = shelf.picked.get(country)
    if found is None:
        wanted = tuple(_open(n) for n in shelf.names if country is None or n in (country, store.OWN))
        found = shelf.picked[country] = wanted if country in shelf.names else (*wanted, builtin())
    return (*_brought, *found)


def countries_loaded() -> tuple[str, ...]:
    """The countries that have a gazetteer of their own, and the person's own places."""
    return _shelf().names


@dataclass(frozen=True, slots=True)
class Shelf:
    """The gazetteer files of one folder as they stood at one moment, and what was picked from them."""

    folder: Path
    changed: int
    names: tuple[str, ...]
    picked: dict[str | None, tuple[Gazetteer, ...]] = field(default_factory=dict)


_shelves: dict[str | None, Shelf] = {}


def _shelf() -> Shelf:
    """The files in the person's folder; listed again only when the folder has changed, as every load changes it."""
    home = os.environ.get("DALIL_HOME")
    shelf = _shelves.get(home)
    folder = store.folder() if shelf is None else shelf.folder
    try:
        changed = folder.stat().st_mtime_ns
    except FileNotFoundError:
        changed = 0
    if shelf is None or shelf.changed != changed:
        shelf = _shelves[home] = Shelf(folder, changed, store.installed() if changed else ())
    return shelf


def _open(name: str) -> Gazetteer:
    path = store.path_of(name)
    key = (str(path), path.stat().st_mtime_ns)
    if key not in _memory:
        for old in [k for k in _memory if k[0] == key[0]]:
            del _memory[old]
        _memory[key] = read(path, name)
    return _memory[key]
