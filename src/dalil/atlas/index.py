"""Which names are nearly a given one: an index of pieces of the folding keys, searched with a few numpy operations.

Every name gives pieces of its bones (bigrams with their neighbours at the edges) and of its sounds (trigrams). A query
scores each name by the weight of the pieces they share, rare pieces weighing more (cosine of tf-idf). The index only
proposes; rank.py decides.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from dalil.atlas.keys import VERSION, Key, coarse, key_of
from dalil.atlas.store import Row, reindex

# Pieces that more than this share of the names have tell little and cost most; they are left out where this many others
# remain. On hidden Syrian spellings the recall of the index is the same with and without them.
COMMON_SHARE, ENOUGH_PIECES = 0.06, 6


def pieces_of(key: Key) -> set[str]:
    """The pieces of a key: of its bones two letters long, of its coarse bones and sounds three letters long."""
    out = set()
    bones, rough, sounds = f"^{key.bones}$", f"^{coarse(key.bones)}$", f"^{key.sounds}$"
    out.update("1" + bones[i : i + 2] for i in range(len(bones) - 1))
    out.update("2" + rough[i : i + 3] for i in range(max(1, len(rough) - 2)))
    out.update("3" + sounds[i : i + 3] for i in range(max(1, len(sounds) - 2)))
    if key.bones.count("g") > key.frame.count("g"):  # Russian g, Ukrainian h
        other = f"^{coarse(key.bones.replace('g', 'h'))}$"
        out.update("2" + other[i : i + 3] for i in range(max(1, len(other) - 2)))
    return out


def build_arrays(names: list[str], owners: list[int]) -> dict[str, bytes]:
    """The index of `names` as flat arrays: the pieces, where their postings begin, the postings, the names' norms."""
    postings: dict[str, list[int]] = defaultdict(list)
    keys = [key_of(name) for name in names]
    for n, key in enumerate(keys):
        for piece in pieces_of(key):
            postings[piece].append(n)
    pieces = sorted(postings)
    offsets = np.cumsum([0] + [len(postings[p]) for p in pieces], dtype=np.int64)
    flat = np.fromiter((n for p in pieces for n in postings[p]), np.int32, int(offsets[-1]))
    weights = _weights(np.diff(offsets), len(names))
    norms = np.bincount(flat, weights=np.repeat(weights**2, np.diff(offsets)), minlength=len(names))
    return {
        "pieces": "\n".join(pieces).encode(),
        "offsets": offsets.astype(np.int32).tobytes(),
        "postings": flat.tobytes(),
        "norms": np.sqrt(norms).astype(np.float32).tobytes(),
        "owners": np.asarray(owners, np.int32).tobytes(),
        "sounds": "\n".join(k.sounds for k in keys).encode(),
        "bones": "\n".join(k.bones for k in keys).encode(),
        "plain": "\n".join(k.plain for k in keys).encode(),
        "letters": "\n".join(k.letters for k in keys).encode(),
        "frames": "\n".join(k.frame for k in keys).encode(),
        "scripts": "".join(k.script[0] for k in keys).encode(),
        "articles": bytes(min(k.articles, 255) for k in keys),
    }


def _weights(counts: np.ndarray, total: int) -> np.ndarray:
    return np.log1p(total / counts)


@dataclass(slots=False, eq=False)
class Gazetteer:
    """One loaded gazetteer: places as columns, names with their keys, and the index over them."""

    name: str
    ids: list[int | str]
    lat: np.ndarray
    lon: np.ndarray
    features: list[str]
    countries: list[str]
    admin1: list[str]
    admin2: list[str]
    population: np.ndarray
    notes: list[str | None]
    names: list[str]
    owners: np.ndarray
    sounds: list[str]
    bones: list[str]
    plain: list[str]
    letters: list[str]
    frames: list[str]
    scripts: np.ndarray
    articles: np.ndarray
    pieces: dict[str, int]
    offsets: np.ndarray
    postings: np.ndarray
    norms: np.ndarray
    weights: np.ndarray
    cache: dict = field(default_factory=dict)

    @cached_property
    def first_name(self) -> np.ndarray:
        """For each place the row of its first name; its names are contiguous from there."""
        return np.searchsorted(self.owners, np.arange(len(self.ids) + 1)).astype(np.int32)

    def main_rows(self, script: int) -> np.ndarray:
        """For each place the row of its first name in a script (a code of `scripts`), else of its first name."""
        key = ("main", script)
        if key not in self.cache:
            rows = np.flatnonzero(self.scripts == script)
            places, first = np.unique(self.owners[rows], return_index=True)
            found = self.first_name[:-1].copy()
            found[places] = rows[first]
            self.cache[key] = found
        return self.cache[key]

    @cached_property
    def owner_list(self) -> list[int]:
        return self.owners.tolist()

    @cached_property
    def divisions(self) -> frozenset[str]:
        """The plain names of provinces."""
        rows = (n for p, f in enumerate(self.features) if f == "A.ADM1" for n in self.names_of(p))
        return frozenset(self.plain[n] for n in rows)

    def is_division(self, plain: str) -> bool:
        return plain in self.divisions

    def main_name(self, place: int) -> str:
        return self.names[int(self.first_name[place])]

    def names_of(self, place: int) -> range:
        return range(int(self.first_name[place]), int(self.first_name[place + 1]))

    @cached_property
    def coarse(self) -> list[str]:
        return [coarse(bones) for bones in self.bones]

    @cached_property
    def words(self) -> np.ndarray:
        """How many words each name has."""
        return np.fromiter((p.count(" ") for p in self.plain), np.int16, len(self.plain))

    def near(self, key: Key) -> tuple[np.ndarray, float]:
        """How much every name is like `key` by shared pieces, and the factor that makes it a likeness of 0-1."""
        numbers = [n for p in pieces_of(key) if (n := self.pieces.get(p)) is not None]
        if not numbers:
            return np.zeros(len(self.norms)), 1.0
        bounds = self.bounds
        common = COMMON_SHARE * len(self.norms)
        rare = [n for n in numbers if bounds[n + 1] - bounds[n] < common]
        if len(rare) >= ENOUGH_PIECES:
            numbers = rare
        parts = [self.postings[bounds[n] : bounds[n + 1]] for n in numbers]
        own = self.weights[numbers]
        own *= own
        spread = np.repeat(own, [len(p) for p in parts])
        shared = np.bincount(np.concatenate(parts), weights=spread, minlength=len(self.norms))
        shared *= self.inverse_norms
        return shared, 1.0 / (float(np.sqrt(own.sum())) or 1.0)

    @cached_property
    def bounds(self) -> list[int]:
        return self.offsets.tolist()

    @cached_property
    def inverse_norms(self) -> np.ndarray:
        return 1.0 / self.norms.astype(np.float64)


def best(scores: np.ndarray, limit: int) -> np.ndarray:
    """The rows of the `limit` highest scores above nothing, in no order.

    Most names share nothing that tells, so a threshold leaves few to sort.
    """
    top = float(scores.max(initial=0.0))
    if top <= 0:
        return np.zeros(0, np.int64)
    for share in (0.55, 0.35, 0.0):
        rows = np.flatnonzero(scores > top * share)
        if len(rows) >= limit:
            break
    if len(rows) > limit:
        rows = rows[np.argpartition(scores[rows], -limit)[-limit:]]
    return rows


def build(name: str, rows: list[Row]) -> Gazetteer:
    """A gazetteer in memory out of rows, with no file."""
    names = [n for row in rows for n in row.names]
    owners = [place for place, row in enumerate(rows) for _ in row.names]
    columns = list(
        zip(
            *((r.id, r.lat, r.lon, r.feature, r.country, r.admin1, r.admin2, r.population, r.note) for r in rows),
            strict=True,
        )
    )
    return _assembled(name, columns, names, build_arrays(names, owners))


def read(path: Path, name: str) -> Gazetteer:
    """The gazetteer in a file, in memory."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base:
        columns = list(zip(*base.execute(
            "SELECT json_extract(id, '$'), lat, lon, feature, country, admin1, admin2, population, note"
            " FROM place ORDER BY row"
        ), strict=True))  # fmt: skip
        names = [text for (text,) in base.execute("SELECT text FROM name ORDER BY row")]
        owners = [place for (place,) in base.execute("SELECT place FROM name ORDER BY row")]
        version = base.execute("SELECT value FROM about WHERE key = 'keys'").fetchone()
        arrays = dict(base.execute("SELECT name, data FROM array"))
    if version != (VERSION,):
        arrays = build_arrays(names, owners)
        reindex(path, arrays)
    return _assembled(name, columns, names, arrays)


def _assembled(name: str, columns: list, names: list[str], arrays: dict[str, bytes]) -> Gazetteer:
    offsets = np.frombuffer(arrays["offsets"], np.int32)
    pieces = {p: n for n, p in enumerate(arrays["pieces"].decode().split("\n"))}
    return Gazetteer(
        name=name,
        ids=list(columns[0]),
        lat=np.asarray(columns[1]),
        lon=np.asarray(columns[2]),
        features=list(columns[3]),
        countries=list(columns[4]),
        admin1=list(columns[5]),
        admin2=list(columns[6]),
        population=np.asarray(columns[7], np.int64),
        notes=list(columns[8]),
        names=names,
        owners=np.frombuffer(arrays["owners"], np.int32),
        sounds=arrays["sounds"].decode().split("\n"),
        bones=arrays["bones"].decode().split("\n"),
        plain=arrays["plain"].decode().split("\n"),
        letters=arrays["letters"].decode().split("\n"),
        frames=arrays["frames"].decode().split("\n"),
        scripts=np.frombuffer(arrays["scripts"], np.uint8),
        articles=np.frombuffer(arrays["articles"], np.uint8).astype(np.int16),
        pieces=pieces,
        offsets=offsets,
        postings=np.frombuffer(arrays["postings"], np.int32),
        norms=np.maximum(np.frombuffer(arrays["norms"], np.float32), 1e-6),
        weights=_weights(np.diff(offsets), len(names)),
    )
