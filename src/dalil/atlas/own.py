"""The person's own places: CSV files kept in the data folder; together they are the gazetteer that comes first."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from dalil.atlas import store
from dalil.atlas.store import OWN, Row
from dalil.errors import InputRefused

NEEDED = ("name", "lat", "lon")
FEATURES = {"village": "P.PPL", "town": "P.PPL", "city": "P.PPL", "neighbourhood": "P.PPLX", "camp": "S.CMPRF",
            "district": "A.ADM2", "province": "A.ADM1", "hospital": "S.HSP", "school": "S.SCH", "mosque": "S.MSQE",
            "market": "S.MKT", "airport": "S.AIRP", "checkpoint": "S.CHKPT"}  # fmt: skip


def folder() -> Path:
    """Where the person's CSV files are kept."""
    return store.home() / "places"


def read_csv(file: Path) -> Iterator[Row | InputRefused]:
    """The places of a CSV file with the columns name, variants, lat, lon, kind, note and, if wanted, country, admin.

    Variants are divided by ";" or "|"; lines that begin with "#" are remarks. A row that cannot be read comes as the
    error that says why.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            remarks = 0
            while (ahead := lines.readline()).startswith("#"):
                remarks += 1
            rows = csv.DictReader(chain([ahead], lines))
            header = [(h or "").strip().lower() for h in rows.fieldnames or ()]
            missing = [c for c in NEEDED if c not in header]
            if missing:
                raise InputRefused(
                    file.name, f"no column {', '.join(missing)} (found: {', '.join(header) or 'nothing'})",
                    "The first line names the columns: name, variants, lat, lon, kind, note",
                )  # fmt: skip
            rows.fieldnames = header
            for row in rows:
                try:
                    yield _row(row, file.stem, f"{file.name} line {rows.line_num + remarks}")
                except InputRefused as error:
                    yield error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputRefused(file.name, f"not a CSV file in UTF-8 ({error})") from error


def _row(row: dict, stem: str, where: str) -> Row:
    cells = {k: (v or "").strip() for k, v in row.items() if isinstance(v, str | None) and k}
    if not cells["name"]:
        raise InputRefused(where, "no name")
    try:
        lat, lon = float(cells["lat"]), float(cells["lon"])
    except ValueError as error:
        raise InputRefused(where, f"position {cells['lat']!r}, {cells['lon']!r} is not two numbers") from error
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise InputRefused(where, f"{lat}, {lon} is no position on Earth")
    variants = [v.strip() for v in cells.get("variants", "").replace("|", ";").split(";")]
    names = tuple(dict.fromkeys(n for n in (cells["name"], *variants) if n))
    kind = cells.get("kind", "").lower()
    feature = FEATURES.get(kind, kind or "P.PPL")
    country, admin = cells.get("country", "").upper(), cells.get("admin", "")
    note = cells.get("note") or None
    return Row(f"own:{stem}:{cells['name']}", names, lat, lon, feature, country, admin, "", 0, note)


def load(file: Path) -> tuple[int, list[InputRefused]]:
    """The file's places come first in every search from now on; a file of the same name is replaced.

    Returns how many places it gave and what could not be read.
    """
    found = list(read_csv(file))
    places = [row for row in found if isinstance(row, Row)]
    problems = [row for row in found if not isinstance(row, Row)]
    if places:
        folder().mkdir(parents=True, exist_ok=True)
        kept = folder() / f"{file.stem}.csv"
        if not (kept.exists() and kept.samefile(file)):
            shutil.copyfile(file, kept)
        rebuild()
    return len(places), problems


def names() -> list[str]:
    """The person's files, by name."""
    return sorted(p.stem for p in folder().glob("*.csv")) if folder().is_dir() else []


def remove(name: str) -> bool:
    """One of the person's files is gone from the search; False where there was none."""
    kept = folder() / f"{name}.csv"
    if name not in names():
        return False
    kept.unlink()
    rebuild()
    return True


def rebuild() -> None:
    """The gazetteer of own places holds what the person's files hold."""
    rows = [row for name in names() for row in read_csv(folder() / f"{name}.csv") if isinstance(row, Row)]
    if rows:
        store.write(OWN, rows, {"source": ", ".join(names()), "attribution": "your own places"})
    else:
        store.remove(OWN)
