"""Which recordings in the archive an account may speak of: never more than "possibly" without a person.

An account that says "the video, 43 seconds, credited to X" is compared with what each recording's own container says:
its length, its tags and name, the time and place it gives. All of these can be forged; the evidence says what matched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert, or_, select
from sqlalchemy.engine import Connection

from dalil import db
from dalil.incidents import store
from dalil.incidents.likeness import distance_km, fold_name, point, show_span, weights
from dalil.records import Account, Candidate, DateSpan, Evidence, Footage, FootageLink, Incident, Place, decode

SAME_LENGTH_S = 1.0


def note_mention(conn: Connection, account: Account, incident_id: str) -> None:
    """A later recording of that length will be compared with this account, and the recordings that stand are now."""
    spoken_of = account.event.footage
    duration_s = spoken_of.duration_s if spoken_of else None
    conn.execute(
        insert(db.mention).values(
            sha256=account.document, position=account.index, incident=incident_id, duration_s=duration_s
        )
    )
    attach(conn, incident_id, recordings_like(conn, duration_s, account.event.when))


def link_footage(conn: Connection, footage: Footage) -> tuple[str, ...]:
    """The new recording stands with every incident that may speak of it; their ids."""
    return tuple(i for i in incidents_like(conn, footage) if attach(conn, i, (footage,)))


def attach(conn: Connection, incident_id: str, recordings: Iterable[Footage]) -> bool:
    """The incident names those of the recordings for which enough evidence speaks; whether that changed it."""
    incident = store.load_incident(conn, incident_id)
    if incident is None:
        return False
    links = {link.object: link for link in incident.footage}
    for footage in recordings:
        evidence = best_evidence(incident, footage)
        if sum(e.weight for e in evidence) >= weights()["recording_possibly_at"]:
            links[footage.object] = FootageLink(footage.object, name_of(conn, footage), "possibly_same", evidence)
    ordered = sorted(links.values(), key=lambda link: (-sum(e.weight for e in link.evidence), link.object))
    if tuple(ordered) == incident.footage:
        return False
    store.save_incident(conn, replace(incident, footage=tuple(ordered)), store.founded(conn, incident.id) or 0)
    return True


def best_evidence(incident: Incident, footage: Footage) -> tuple[Evidence, ...]:
    """The evidence of the account that fits the recording best."""
    return max(
        (tuple(weigh(a, incident, footage)) for a in incident.accounts), key=lambda es: sum(e.weight for e in es)
    )


def weigh(account: Account, incident: Incident, footage: Footage) -> Iterator[Evidence]:
    """Length, credit, time and place, each where both sides give it."""
    w, spoken_of = weights(), account.event.footage
    if spoken_of and spoken_of.duration_s and footage.duration_s:
        fits = abs(spoken_of.duration_s - footage.duration_s) < SAME_LENGTH_S
        weight = w["recording_length_fits"] if fits else w["recording_length_differs"]
        yield Evidence("length", weight, f"{spoken_of.duration_s:g} s", f"{footage.duration_s:.1f} s")
    if spoken_of and spoken_of.credit:
        tag = next((t for t in footage.tags.values() if fold_name(spoken_of.credit) in fold_name(t)), None)
        if tag:
            yield Evidence("credit", w["recording_credit"], spoken_of.credit, tag)
    yield from weigh_created(account.event.when or incident.when, footage)
    yield from weigh_position(account.event.where or incident.where, footage)


def weigh_created(when: DateSpan | None, footage: Footage) -> Iterator[Evidence]:
    """The container's time against the days of the event; the zone of the day is not known, so a day is allowed."""
    if not when or not footage.created_utc:
        return
    w, made = weights(), footage.created_utc.date()
    if when.start - timedelta(days=1) <= made <= when.end + timedelta(days=1):
        weight = w["recording_time_fits"]
    else:
        weight = w["recording_older"] if made < when.start else w["recording_later"]
    yield Evidence("container time", weight, show_span(when), footage.created_utc.isoformat())


def weigh_position(where: Place | None, footage: Footage) -> Iterator[Evidence]:
    """The container's position against the place of the event."""
    at = point(where) if where else None
    if not at or footage.lat is None or footage.lon is None:
        return
    w = weights()
    there = Candidate(footage.object, "", footage.lat, footage.lon, (), "", "", 0.0, ())
    apart_km = distance_km(at, there)
    weight = w["recording_place_fits"] if apart_km <= w["place_far_km"] else w["recording_place_differs"]
    yield Evidence(
        "container position",
        weight,
        f"{at.lat:.4f}, {at.lon:.4f}",
        f"{footage.lat:.4f}, {footage.lon:.4f} ({apart_km:.1f} km apart)",
    )


def recordings_like(conn: Connection, duration_s: float | None, when: DateSpan | None) -> list[Footage]:
    """Recordings of that length, or made on those days."""
    table, conditions = db.footage, []
    if duration_s:
        conditions.append(table.c.duration_s.between(duration_s - SAME_LENGTH_S, duration_s + SAME_LENGTH_S))
    if when:
        first, last = when.start - timedelta(days=1), when.end + timedelta(days=2)
        conditions.append(table.c.created_utc.between(first.isoformat(), last.isoformat()))
    if not conditions:
        return []
    query = select(table.c.record).where(or_(*conditions)).order_by(table.c.sha256)
    return [decode(record, Footage) for record in conn.scalars(query)]


def incidents_like(conn: Connection, footage: Footage) -> list[str]:
    """Incidents with an account of a recording of that length, or of the days on which it says that it was made."""
    found: dict[str, None] = {}
    if footage.duration_s:
        length = db.mention.c.duration_s
        query = select(db.mention.c.incident).where(
            length.between(footage.duration_s - SAME_LENGTH_S, footage.duration_s + SAME_LENGTH_S)
        )
        found |= dict.fromkeys(conn.scalars(query))
    if footage.created_utc:
        day = footage.created_utc.date()
        start, end = db.incident.c.start, db.incident.c.end
        query = select(db.incident.c.id).where(
            start <= (day + timedelta(days=1)).isoformat(), end >= (day - timedelta(days=1)).isoformat()
        )
        found |= dict.fromkeys(conn.scalars(query))
    return sorted(found)


def name_of(conn: Connection, footage: Footage) -> str:
    """The file name under which the recording was first captured."""
    query = select(db.capture.c.name).where(db.capture.c.sha256 == footage.object).order_by(db.capture.c.seq).limit(1)
    return conn.scalar(query) or footage.object
