"""Footage records in the archive's database: derived rows, written again by every rebuild."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, delete, insert, or_, select

from dalil import db
from dalil.records import Footage, FootageMatch, decode, encode


def save_footage(conn: Connection, footage: Footage) -> None:
    """The record stands under its object's hash, in place of an earlier one; the caller commits."""
    conn.execute(delete(db.footage).where(db.footage.c.sha256 == footage.object))
    conn.execute(
        insert(db.footage).values(
            sha256=footage.object,
            kind=footage.kind,
            duration_s=footage.duration_s,
            created_utc=footage.created_utc.isoformat() if footage.created_utc else None,
            record=encode(footage).decode("utf-8"),
        )
    )


def load_footage(conn: Connection, sha256: str) -> Footage | None:
    """The record of one object; None where the object is no footage."""
    record = conn.execute(select(db.footage.c.record).where(db.footage.c.sha256 == sha256)).scalar_one_or_none()
    return None if record is None else decode(record, Footage)


def all_footage(conn: Connection) -> Iterator[Footage]:
    """Every record, in order of hash."""
    for (record,) in conn.execute(select(db.footage.c.record).order_by(db.footage.c.sha256)):
        yield decode(record, Footage)


def save_matches(conn: Connection, sha256: str, matches: Sequence[FootageMatch]) -> None:
    """What the object shows of earlier ones stands, best first, in place of what stood; the caller commits."""
    conn.execute(delete(db.footage_match).where(db.footage_match.c.sha256 == sha256))
    rows = [
        {
            "sha256": sha256,
            "position": position,
            "other": match.other,
            "kind": match.kind,
            "verdict": match.verdict,
            "record": encode(match).decode("utf-8"),
        }
        for position, match in enumerate(matches)
    ]
    if rows:
        conn.execute(insert(db.footage_match), rows)


def matches_of(conn: Connection, sha256: str) -> list[FootageMatch]:
    """Every match in which the object is the later (`object`) or the earlier one (`other`), the surest first."""
    t = db.footage_match.c
    rows = conn.execute(
        select(t.record).where(or_(t.sha256 == sha256, t.other == sha256)).order_by(t.sha256, t.position)
    )
    found = [decode(record, FootageMatch) for (record,) in rows]
    return sorted(found, key=lambda m: (m.verdict != "same_recording", -m.score))
