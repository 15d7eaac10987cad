"""Near-by accounts without looking at all: every account stands under a few keys, and only those that share one are
compared. A key is a cell of the map, a place's name, a named victim or a recording; days narrow it further, so that
the cost of one more report depends on what happened there and then, and not on the size of the archive.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from math import cos, floor, radians

from sqlalchemy import bindparam, delete, insert, select, union_all
from sqlalchemy.engine import Connection

from dalil import db
from dalil.incidents.likeness import SHORT_DAYS, name_key, ruled_out, weights
from dalil.incidents.profile import Point, Profile, fold_name
from dalil.records import decode

# Rows of the map are as high as the farthest that points are compared; a cell is about as wide as it is high.
CELL_DEG = 0.16
KM_PER_DEGREE = 111.2
# Spans shorter than SHORT_DAYS stand under their first day; longer ones ("in November") stand apart.
LONGEST_DAYS = 370
LONG, UNDATED = -1, -2
# A name or a recording that two accounts share counts whenever the days are this near; names recur over the years.
SHARED_DAYS = 7
ASKED_AT_ONCE = 200


def stored_keys(profile: Profile) -> list[str]:
    """Every key under which the account is found."""
    found = [cell(at.lat, at.lon) for at in profile.points] if profile.start else []
    if profile.start and profile.place:
        found.append(f"name:{name_key(profile.place)}"[:100])
        if not profile.points:
            found.append(f"unplaced:{name_key(profile.place)}"[:100])
    return list(dict.fromkeys((*found, *shared_keys(profile))))


def place_keys(profile: Profile) -> list[str]:
    """The keys under which accounts of the same place stand: all cells within reach, or the sound of its name.

    Without a day, a place alone ties it to nothing.
    """
    if profile.start is None:
        return []
    if not profile.points:
        return [f"name:{name_key(profile.place)}"[:100]] if profile.place else []
    unplaced = [f"unplaced:{name_key(profile.place)}"[:100]] if profile.place else []
    return list(dict.fromkeys((*(key for at in profile.points for key in cells(at)), *unplaced)))


def shared_keys(profile: Profile) -> Iterator[str]:
    """What two accounts of one event may share wherever they place it."""
    yield from (f"victim:{name}"[:100] for name in profile.victims)
    if profile.length_s and profile.credit:
        yield f"footage:{fold_name(profile.credit)}"[:100]


def cell(lat: float, lon: float) -> str:
    """The cell of the map that holds the point."""
    row = floor(lat / CELL_DEG)
    return f"{row},{floor(lon / width_deg(row))}"


def width_deg(row: int) -> float:
    """How many degrees of longitude a cell of that row spans."""
    return CELL_DEG / max(0.05, cos(radians((row + 0.5) * CELL_DEG)))


def cells(at: Point) -> Iterator[str]:
    """The cells within reach of a point."""
    reach_deg = weights()["place_reach_km"] / KM_PER_DEGREE
    for row in range(floor((at.lat - reach_deg) / CELL_DEG), floor((at.lat + reach_deg) / CELL_DEG) + 1):
        wide = width_deg(row)
        reach_lon = reach_deg / max(0.05, cos(radians(at.lat)))
        for column in range(floor((at.lon - reach_lon) / wide), floor((at.lon + reach_lon) / wide) + 1):
            yield f"{row},{column}"


# ------------------------------------------------------------------ the table


def place_in_blocks(conn: Connection, number: int, profile: Profile) -> None:
    """The account is found under its keys."""
    start, end = stored_span(profile)
    rows = [{"key": key, "start": start, "number": number, "end": end} for key in stored_keys(profile)]
    if rows:
        conn.execute(insert(db.block), rows)


def remove_from_blocks(conn: Connection, number: int, profile: Profile) -> None:
    """The account is found no more."""
    b, (start, _) = db.block.c, stored_span(profile)
    conn.execute(delete(db.block).where(b.key.in_(stored_keys(profile)), b.start == start, b.number == number))


def stored_span(profile: Profile) -> tuple[int, int]:
    """First and last day as numbers; long spans and missing days under numbers of their own."""
    if profile.start is None or profile.end is None:
        return UNDATED, UNDATED
    first, last = ordinal(profile.start), ordinal(profile.end)
    return (LONG, last) if last - first >= SHORT_DAYS else (first, last)


def ordinal(day: date) -> int:
    """The day as a number."""
    return day.toordinal()


def candidates(conn: Connection, profile: Profile, *, own_text: bool = False) -> list[tuple[int, Profile]]:
    """The accounts that are worth comparing with this one, in the order of the log; those of its own text if asked."""
    found = standing_under(conn, place_keys(profile), profile, int(weights()["day_reach"]))
    found |= standing_under(conn, list(shared_keys(profile)), profile, SHARED_DAYS)
    wanted, near = sorted(found), []
    for at in range(0, len(wanted), ASKED_AT_ONCE):
        rows = conn.execute(PROFILES, {"numbers": wanted[at : at + ASKED_AT_ONCE]})
        near += [(row.number, decode(row.profile, Profile)) for row in rows]
    return [(n, p) for n, p in near if (own_text or p.text != profile.text) and not ruled_out(p, profile)]


def standing_under(conn: Connection, wanted: list[str], profile: Profile, reach: int) -> set[int]:
    """The accounts under those keys on the days of the profile, give or take `reach`; on any day if it has none."""
    if not wanted:
        return set()
    if profile.start is None or profile.end is None:
        return set(conn.scalars(ON_ANY_DAY, {"keys": wanted}))
    first, last = ordinal(profile.start) - reach, ordinal(profile.end) + reach
    days = {"early": first - SHORT_DAYS, "first": first, "last": last, "far": last + LONGEST_DAYS}
    return set(conn.scalars(ON_DAYS, {"keys": wanted, **days}))


def statements():
    """The queries, built once: what stands under keys on some days, on any day, and the profiles of accounts.

    Three selects and not one with "or", so that each is a range of the primary key.
    """
    b, a, named = db.block.c, db.account.c, db.block.c.key.in_(bindparam("keys", expanding=True))
    first, last = bindparam("first"), bindparam("last")
    short = select(b.number).where(named, b.start.between(bindparam("early"), last), b.end >= first)
    long = select(b.number).where(named, b.start == LONG, b.end.between(first, bindparam("far")))
    undated = select(b.number).where(named, b.start == UNDATED)
    wanted = a.number.in_(bindparam("numbers", expanding=True))
    profiles = select(a.number, a.profile).where(wanted).order_by(a.number)
    return union_all(short, long, undated), select(b.number).where(named), profiles


ON_DAYS, ON_ANY_DAY, PROFILES = statements()
