"""Texts that are nearly the same: agency copy under other headlines, found by MinHash (Broder 1997) without comparing
every text with every other.

A text is the set of its runs of four folded words. The share of positions at which two signatures agree estimates
the share of runs that the two texts have in common (Jaccard). Signatures that agree in one whole band are compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from dalil import db
from dalil.claims.folding import words

RUN = 4  # words
PLACES, BANDS = 64, 16
# Half of all runs in common: agency copy under a new headline with a quarter cut passes, another report of the same
# event does not (tests/incidents/test_incidents_sources.py, made-up texts); not tuned on real articles.
NEARLY = 0.5
MOST_WORDS = 20_000


def signature(text: str) -> np.ndarray | None:
    """The MinHash signature of the text; None for a text of fewer words than one run has."""
    said = [word.text for word in words(text[: MOST_WORDS * 12])][:MOST_WORDS]
    if len(said) < RUN:
        return None
    runs = {" ".join(said[at : at + RUN]) for at in range(len(said) - RUN + 1)}
    digests = b"".join(hashlib.blake2b(run.encode(), digest_size=8).digest() for run in runs)
    hashed = np.frombuffer(digests, "<u8")
    factors, offsets = permutations()
    lowest = np.full(PLACES, np.iinfo(np.uint32).max, np.uint32)
    for at in range(0, len(hashed), 1024):
        mixed = (hashed[at : at + 1024, None] * factors + offsets) >> np.uint64(32)
        np.minimum(lowest, mixed.min(axis=0).astype(np.uint32), out=lowest)
    return lowest


@cache
def permutations() -> tuple[np.ndarray, np.ndarray]:
    """The fixed multipliers (odd) and offsets that stand for random orders."""
    digests = [hashlib.blake2b(b"dalil copies %d" % n, digest_size=16).digest() for n in range(PLACES)]
    numbers = np.frombuffer(b"".join(digests), "<u8").reshape(PLACES, 2)
    return numbers[:, 0] | np.uint64(1), numbers[:, 1].copy()


def bands(found: np.ndarray) -> list[int]:
    """One number for every band of the signature, different in every band."""
    rows = found.astype("<u4").reshape(BANDS, PLACES // BANDS)
    hashed = (hashlib.blake2b(bytes([n]) + row.tobytes(), digest_size=8).digest() for n, row in enumerate(rows))
    return [int.from_bytes(digest, "big", signed=True) for digest in hashed]


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """The share of runs of words that the two texts have in common, as estimated."""
    return float(np.mean(one == other))


# ------------------------------------------------------------------ the tables


def remember(conn: Connection, document: str, text: str) -> None:
    """The document, not yet remembered, can be found by texts that are nearly its own."""
    found = signature(text)
    if found is not None:
        conn.execute(insert(db.text_copy).values(sha256=document, signature=found.astype("<u4").tobytes()))
        conn.execute(insert(db.text_band), [{"band": band, "sha256": document} for band in dict.fromkeys(bands(found))])


def forget(conn: Connection, document: str) -> None:
    """The document is found no more."""
    old = read_signatures(conn, [document]).get(document)
    if old is not None:
        b = db.text_band.c
        conn.execute(delete(db.text_band).where(b.band.in_(bands(old)), b.sha256 == document))
        conn.execute(delete(db.text_copy).where(db.text_copy.c.sha256 == document))


def read_signatures(conn: Connection, documents: Sequence[str]) -> dict[str, np.ndarray]:
    """The signatures of those documents that have one."""
    c, found = db.text_copy.c, {}
    for at in range(0, len(documents), 500):
        query = select(c.sha256, c.signature).where(c.sha256.in_(documents[at : at + 500]))
        found |= {row.sha256: np.frombuffer(row.signature, "<u4") for row in conn.execute(query)}
    return found


def families(conn: Connection, documents: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Those of the documents that have nearly one text, in groups of two or more, each in the order given."""
    wanted = list(dict.fromkeys(documents))
    if len(wanted) < 2:
        return ()
    found = read_signatures(conn, wanted)
    ordered = [d for d in wanted if d in found]
    if len(ordered) < 2:
        return ()
    table = np.stack([found[d] for d in ordered])
    home = list(range(len(ordered)))
    for n in range(1, len(ordered)):
        for near in np.flatnonzero((table[:n] == table[n]).mean(axis=1) >= NEARLY):
            old, new = sorted((home[n], home[near]), reverse=True)
            home = [new if h == old else h for h in home]
    groups = (tuple(d for d, h in zip(ordered, home, strict=True) if h == root) for root in sorted(set(home)))
    return tuple(group for group in groups if len(group) > 1)
