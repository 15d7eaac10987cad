"""The gazetteers that are in memory: each file is read when it is first asked for and again when it changes."""

from __future__ import annotations

from functools import cache

from dalil.atlas import store
from dalil.atlas.builtin import builtin_rows
from dalil.atlas.index import Gazetteer, build, read

BUILTIN = "built-in"
_memory: dict[tuple[str, int], Gazetteer] = {}


@cache
def builtin() -> Gazetteer:
    """The table that comes with dalil: countries, first-level divisions and larger towns."""
    return build(BUILTIN, list(builtin_rows()))


def loaded(country: str | None = None) -> tuple[Gazetteer, ...]:
    """The gazetteers to search, own places first, the built-in table last; `country` leaves other countries' out.

    The built-in table is left out where the country's own gazetteer is there: it knows every place of the table better.
    """
    names = _installed()
    wanted = tuple(_open(n) for n in names if country is None or n in (country, store.OWN))
    return wanted if country in names else (*wanted, builtin())


def is_loaded(country: str) -> bool:
    """Whether the country has a gazetteer of its own."""
    return country in _installed()


_listing: tuple[str, int, tuple[str, ...]] | None = None


def _installed() -> tuple[str, ...]:
    """The names of the gazetteer files; the folder is listed again only when it has changed."""
    global _listing
    folder = store.folder()
    try:
        changed = folder.stat().st_mtime_ns
    except FileNotFoundError:
        return ()
    if _listing is None or _listing[:2] != (str(folder), changed):
        _listing = (str(folder), changed, store.installed())
    return _listing[2]


def _open(name: str) -> Gazetteer:
    path = store.path_of(name)
    key = (str(path), path.stat().st_mtime_ns)
    if key not in _memory:
        for old in [k for k in _memory if k[0] == key[0]]:
            del _memory[old]
        _memory[key] = read(path, name)
    return _memory[key]
