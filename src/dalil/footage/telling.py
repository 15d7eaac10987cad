"""What matches come to, for people: a re-upload, a part of another, older than the event that it is said to show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from dalil import db
from dalil.errors import one_line
from dalil.records import FootageMatch, Incident, decode

from .store import load_footage, matches_of


@dataclass(frozen=True, slots=True)
class Sighting:
    """One time at which the recording, or one that shows the same, was there before a given day.

    `how` is "captured" (the archive's own log says so) or "created" (the file says so of itself, which is forged in a
    minute).
    """

    object: str
    name: str
    at_utc: datetime
    how: str


def name_of(conn: Connection, sha256: str) -> str:
    """The name under which the object was first taken in, on one line; its hash's beginning where there is none."""
    c = db.capture.c
    name = conn.execute(select(c.name).where(c.sha256 == sha256).order_by(c.seq).limit(1)).scalar_one_or_none()
    return one_line(name or sha256[:12])


def first_captured(conn: Connection, sha256: str) -> datetime | None:
    """When the archive first took the object in, by its log."""
    c = db.capture.c
    at = conn.execute(select(func.min(c.captured_utc)).where(c.sha256 == sha256)).scalar_one_or_none()
    return datetime.fromisoformat(at) if at else None


def sightings_before(conn: Connection, sha256: str, day: date) -> list[Sighting]:
    """Every sign that the recording is older than the day, the archive's own captures first, oldest first.

    A day is over everywhere on earth half a day after its end in UTC, and begins half a day before: what was there
    twelve hours before the day's beginning in UTC was there before it anywhere.
    """
    same = [sha256]
    for match in matches_of(conn, sha256):
        if match.verdict == "same_recording" and match.kind != "audio":
            same.append(match.other if match.object == sha256 else match.object)
    found = []
    for one in dict.fromkeys(same):
        footage = load_footage(conn, one)
        times = (("captured", first_captured(conn, one)), ("created", footage.created_utc if footage else None))
        for how, at in times:
            if at is not None and (at.date() < day and (day - at.date()).days + (at.hour < 12) > 1):
                found.append(Sighting(one, name_of(conn, one), at, how))
    return sorted(found, key=lambda s: (s.how != "captured", s.at_utc, s.object))


def tell(conn: Connection, matches: Iterable[FootageMatch], incidents: Iterable[str]) -> tuple[str, ...]:
    """A line for each thing that a new recording's matches say, and for each incident that it is too old to show."""
    matches = tuple(matches)
    return (*tell_matches(conn, matches), *tell_age(conn, matches, incidents))


def tell_matches(conn: Connection, matches: tuple[FootageMatch, ...]) -> Iterator[str]:
    for match in matches:
        yield sentence(match, name_of(conn, match.other))


def tell_age(conn: Connection, matches: tuple[FootageMatch, ...], incidents: Iterable[str]) -> Iterator[str]:
    """One line for each incident whose day comes after an earlier sighting of a recording that is said to show it."""
    if not matches:
        return
    i = db.incident.c
    for identifier in incidents:
        row = conn.execute(select(i.record, i.start).where(i.id == identifier)).one_or_none()
        if row is None or row.start is None:
            continue
        title = decode(row.record, Incident).title
        day = date.fromisoformat(row.start)
        for seen in sightings_before(conn, matches[0].object, day)[:1]:
            there = "was captured" if seen.how == "captured" else "says that it was created"
            yield (
                f"older than the event that it may be said to show ({one_line(title)}, {day}): "
                f"{seen.name} {there} on {seen.at_utc.date()}"
            )


WORDS = {
    "mirrored": "mirrored", "cropped": "cropped", "inset": "within a larger picture", "turned": "turned",
    "covered": "partly covered or recoloured", "speed": "at another speed", "silent": "without its sound",
    "other_sound": "with other sound", "sound_only": "under other pictures",
}  # fmt: skip


def sentence(match: FootageMatch, name: str) -> str:
    """What one match says of the later recording: "re-upload of X", "contains 00:12–00:24 of Y"."""
    there = "" if match.other_start_s is None else f"{clock(match.other_start_s)}–{clock(match.other_end_s)} of "
    here = "" if match.start_s is None else f", at {clock(match.start_s)}–{clock(match.end_s)}"
    notes = [WORDS[edit] for edit in match.edits if edit != "sound_only"]
    ending = f" ({', '.join(notes)})" if notes else ""
    if match.verdict == "same_scene":
        return f"shows the same place or camera as {there}{name}, at another moment{here}"
    if match.kind == "copy":
        return f"re-upload of {name}{ending}"
    if match.kind == "audio":
        return f"has the sound of {there}{name}{here}{ending}"
    return f"contains {there}{name}{here}{ending}"


def clock(seconds: float) -> str:
    """Minutes and seconds as a player shows them."""
    return f"{int(seconds // 60):02d}:{int(seconds % 60):02d}"
