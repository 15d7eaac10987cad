"""Gazetteers on disk: one SQLite file a country in the person's own folder, with its search index beside the names.

A gazetteer is not evidence and not part of an archive, so that one load serves all archives. A file is built beside
the old one and renamed over it; a load that fails leaves the old one standing.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from dalil.atlas.keys import VERSION, without_kind
from dalil.errors import InputRefused

SCHEMA = """
PRAGMA page_size=4096;
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE place (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL, feature TEXT NOT NULL,
    country TEXT NOT NULL, admin1 TEXT NOT NULL, admin2 TEXT NOT NULL, population INTEGER NOT NULL, note TEXT
);
CREATE TABLE name (row INTEGER PRIMARY KEY, place INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE array (name TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
"""
COLUMNS = 19
OWN = "own"


@dataclass(frozen=True, slots=True)
class Row:
    """One place as a gazetteer file gives it; `names` begins with the main one."""

    id: int | str
    names: tuple[str, ...]
    lat: float
    lon: float
    feature: str
    country: str
    admin1: str
    admin2: str
    population: int
    note: str | None = None


def home() -> Path:
    """The folder of the person's own settings and gazetteers: DALIL_HOME, else the platform's."""
    given = os.environ.get("DALIL_HOME")
    if given:
        return Path(given)
    from platformdirs import user_data_path

    return user_data_path("dalil", appauthor=False)


def folder() -> Path:
    """Where the gazetteers lie; it may not exist yet."""
    return home() / "gazetteers"


def path_of(name: str) -> Path:
    """The file of one country (two letters) or of the person's own places."""
    return folder() / f"{name}.db"


def installed() -> tuple[str, ...]:
    """The names of all gazetteers that are loaded, the person's own places first."""
    if not folder().is_dir():
        return ()
    names = sorted(p.stem for p in folder().glob("*.db"))
    return tuple(sorted(names, key=lambda name: (name != OWN, name)))


def read_geonames(file: Path, country: str | None = None) -> Iterator[Row]:
    """The places of a file in GeoNames' dump format: 19 columns divided by tabs, UTF-8, no heading."""
    with file.open(encoding="utf-8", errors="strict") as lines:
        try:
            for number, line in enumerate(lines, 1):
                cells = line.rstrip("\r\n").split("\t")
                if cells == [""]:
                    continue
                if len(cells) != COLUMNS:
                    what = f"expected {COLUMNS} columns divided by tabs, found {len(cells)}"
                    raise InputRefused(f"{file.name} line {number}", what, "Give a file in GeoNames' dump format")
                yield _row(cells, f"{file.name} line {number}")
        except UnicodeDecodeError as error:
            raise InputRefused(file.name, f"not UTF-8 text ({error.reason})") from error


def _row(cells: list[str], where: str) -> Row:
    try:
        lat, lon = float(cells[4]), float(cells[5])
        population = int(cells[14] or 0)
    except ValueError as error:
        raise InputRefused(where, f"a position or population is not a number ({error})") from error
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise InputRefused(where, f"{lat}, {lon} is no position on Earth")
    names = dict.fromkeys(n.strip() for n in (cells[1], cells[2], *cells[3].split(",")))
    names.pop("", None)
    if cells[6] == "A":
        names |= dict.fromkeys(short for name in list(names) if (short := without_kind(name)))
    if not names:
        raise InputRefused(where, "a place without a name")
    identity: int | str = int(cells[0]) if cells[0].isdecimal() else cells[0]
    feature = ".".join(c for c in (cells[6], cells[7]) if c)
    return Row(identity, tuple(names), lat, lon, feature, cells[8], cells[10], cells[11], population)


def write(name: str, rows: Iterable[Row], about: dict[str, str]) -> int:
    """The gazetteer `name` holds exactly `rows`; the number of places is returned."""
    from dalil.atlas.index import build_arrays

    folder().mkdir(parents=True, exist_ok=True)
    target, fresh = path_of(name), folder() / f".{name}.{os.getpid()}.new"
    fresh.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(fresh)) as base:
            base.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + SCHEMA)
            names: list[str] = []
            owners: list[int] = []
            total = 0
            for total, row in enumerate(rows, 1):
                base.execute(
                    "INSERT INTO place VALUES (?,?,?,?,?,?,?,?,?,?)",
                    (total - 1, json.dumps(row.id), row.lat, row.lon, row.feature, row.country, row.admin1, row.admin2,
                     row.population, row.note),
                )  # fmt: skip
                names += row.names
                owners += [total - 1] * len(row.names)
            if not total:
                raise InputRefused(name, "holds no place", "Give a file with at least one row")
            base.executemany("INSERT INTO name VALUES (?,?,?)", zip(range(len(names)), owners, names, strict=True))
            base.executemany("INSERT INTO array VALUES (?,?)", build_arrays(names, owners).items())
            base.executemany("INSERT INTO about VALUES (?,?)", {**about, "places": str(total), "keys": VERSION}.items())
            base.commit()
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    return total


def read_about(name: str) -> dict[str, str]:
    """What is known of a gazetteer: where it came from, its checksum, when it was loaded, how many places it holds."""
    with closing(sqlite3.connect(f"file:{path_of(name)}?mode=ro", uri=True)) as base:
        return dict(base.execute("SELECT key, value FROM about"))


def reindex(path: Path, arrays: dict[str, bytes]) -> None:
    """The index of a gazetteer is replaced; where the file may not be written, it is made again at the next opening."""
    try:
        with closing(sqlite3.connect(path)) as base, base:
            base.executemany("INSERT OR REPLACE INTO array VALUES (?,?)", arrays.items())
            base.execute("INSERT OR REPLACE INTO about VALUES ('keys', ?)", (VERSION,))
    except sqlite3.OperationalError:  # read-only, or open elsewhere
        return


def remove(name: str) -> bool:
    """The gazetteer `name` is gone; False where it was not there."""
    there = path_of(name).is_file()
    path_of(name).unlink(missing_ok=True)
    return there
