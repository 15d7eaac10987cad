"""What is known with no download: countries, first-level divisions of countries at war, and larger towns.

The rows are in table/*.tsv, typed for this purpose (docs/decisions/0003-places-without-download.md). Their ids begin
with "dalil:" and are made of their country and name, so that they stay the same when rows are added.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

from dalil.atlas.store import Row


def _rows(name: str) -> Iterator[list[str]]:
    text = (resources.files("dalil.atlas") / "table" / f"{name}.tsv").read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def _id(*parts: str) -> str:
    return "dalil:" + "-".join(re.sub(r"[^a-z0-9]+", "-", p.lower()).strip("-") for p in parts)


def builtin_rows() -> Iterator[Row]:
    """Every row of the table that comes with dalil."""
    for code, lat, lon, capital_lat, capital_lon, names, capital in _rows("countries"):
        spelt = tuple(names.split(" | "))
        yield Row(_id(code), spelt, float(lat), float(lon), "A.PCLI", code, "", "", 10_000_000)
        if capital:
            spelt = tuple(capital.split(" | "))
            where = (float(capital_lat), float(capital_lon))
            if (code, spelt[0]) not in _towns():
                yield Row(_id(code, spelt[0]), spelt, *where, "P.PPLC", code, "", "", 1_000_000)
    for code, lat, lon, names in _rows("divisions"):
        spelt = tuple(names.split(" | "))
        yield Row(_id(code, "adm1", spelt[0]), spelt, float(lat), float(lon), "A.ADM1", code, spelt[0], "", 0)
    for code, division, lat, lon, population, names in _rows("towns"):
        spelt = tuple(names.split(" | "))
        kind = "P.PPLC" if (code, spelt[0]) in _capitals() else "P.PPLA" if division == spelt[0] else "P.PPL"
        yield Row(_id(code, spelt[0]), spelt, float(lat), float(lon), kind, code, division, "", int(population))


@cache
def _towns() -> frozenset[tuple[str, str]]:
    return frozenset((row[0], row[5].split(" | ")[0]) for row in _rows("towns"))


@cache
def _capitals() -> frozenset[tuple[str, str]]:
    return frozenset((row[0], row[6].split(" | ")[0]) for row in _rows("countries"))
