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
from dalil.atlas.distance import distance_km
from dalil.footage.store import load_footage
from dalil.incidents import store
from dalil.incidents.likeness import point, show_span, weights
from dalil.incidents.profile import Point, fold_name
from dalil.incidents.verdicts import recordings_judged
from dalil.records import (
    Account,
    DateSpan,
    Evidence,
    Footage,
    FootageLink,
    Incident,
    Judgement,
    Place,
    decode,
)

SAME_LENGTH_S = 1.0


def note_mention(conn: Connection, number: int, account: Account) -> None:
    """Recordings of the length that the account speaks of will find it."""
    spoken_of = account.event.footage
    if spoken_of and spoken_of.duration_s:
        conn.execute(insert(db.mention).values(number=number, duration_s=spoken_of.duration_s))


def link_footage(conn: Connection, footage: Footage) -> tuple[str, ...]:
    """The ids of the incidents that may speak of the recording: those that name it when they are loaded."""
    return tuple(i for i in incidents_like(conn, footage) if names(conn, i, footage))


def names(conn: Connection, incident_id: str, footage: Footage) -> bool:
    """Whether the incident names the recording when it is loaded."""
    head = store.load_head(conn, incident_id)
    if head is None:
        return False
    accounts = tuple(store.load_accounts(conn, store.numbers_of(conn, incident_id)).values())
    judged = recordings_judged(conn, accounts).get(footage.object)
    return link_of(conn, replace(head, accounts=accounts), footage, judged) is not None


def links_of(conn: Connection, incident: Incident) -> tuple[FootageLink, ...]:
    """The recordings for which enough evidence or a person speaks, the likeliest first."""
    judged = recordings_judged(conn, incident.accounts)
    lengths = {a.event.footage.duration_s for a in incident.accounts if a.event.footage}
    found = {f.object: f for f in recordings_like(conn, sorted(n for n in lengths if n), incident.when)}
    for sha256 in judged.keys() - found.keys():
        found |= {sha256: f} if (f := load_footage(conn, sha256)) else {}
    links = [link for f in found.values() if (link := link_of(conn, incident, f, judged.get(f.object)))]
    order = sorted(links, key=lambda k: (k.verdict != "same", -sum(e.weight for e in k.evidence), k.object))
    return tuple(order)


def link_of(conn: Connection, incident: Incident, footage: Footage, judgement: Judgement | None) -> FootageLink | None:
    """How the recording stands to the incident: as a person said, else possibly its own; None if neither."""
    evidence = best_evidence(incident, footage)
    enough = sum(e.weight for e in evidence) >= weights()["recording_possibly_at"]
    said = str(judgement.verdict) if judgement else None
    if said == "different" or (said != "same" and not enough):
        return None
    by_hand = (Evidence("judgement", 0.0, said, str(judgement.seq)),) if judgement else ()
    verdict = "same" if said == "same" else "possibly_same"
    return FootageLink(footage.object, name_of(conn, footage), verdict, (*evidence, *by_hand))


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
    apart_km = distance_km(at, Point(footage.lat, footage.lon))
    weight = w["recording_place_fits"] if apart_km <= w["place_far_km"] else w["recording_place_differs"]
    yield Evidence(
        "container position",
        weight,
        f"{at.lat:.4f}, {at.lon:.4f}",
        f"{footage.lat:.4f}, {footage.lon:.4f} ({apart_km:.1f} km apart)",
    )


def recordings_like(conn: Connection, lengths_s: Iterable[float], when: DateSpan | None) -> list[Footage]:
    """Recordings of such lengths, or made on those days."""
    table = db.footage.c
    conditions = [table.duration_s.between(length - SAME_LENGTH_S, length + SAME_LENGTH_S) for length in lengths_s]
    if when:
        first, last = when.start - timedelta(days=1), when.end + timedelta(days=2)
        conditions.append(table.created_utc.between(first.isoformat(), last.isoformat()))
    if not conditions:
        return []
    query = select(table.record).where(or_(*conditions)).order_by(table.sha256)
    return [decode(record, Footage) for record in conn.scalars(query)]


def incidents_like(conn: Connection, footage: Footage) -> list[str]:
    """Incidents with an account of a recording of that length, or of the days on which it says that it was made."""
    found: set[str] = set()
    if footage.duration_s:
        length = db.mention.c.duration_s.between(footage.duration_s - SAME_LENGTH_S, footage.duration_s + SAME_LENGTH_S)
        speaking = select(db.account.c.incident).join(db.mention, db.mention.c.number == db.account.c.number)
        found |= set(conn.scalars(speaking.where(length)))
    said = db.judgement.c
    about = select(said.document).where(said.kind == "footage", said.subject.contains(footage.object, autoescape=True))
    found |= set(conn.scalars(select(db.account.c.incident).where(db.account.c.sha256.in_(about))))
    if footage.created_utc:
        day = footage.created_utc.date()
        start, end = db.incident.c.start, db.incident.c.end
        query = select(db.incident.c.id).where(
            start <= (day + timedelta(days=1)).isoformat(), end >= (day - timedelta(days=1)).isoformat()
        )
        found |= set(conn.scalars(query))
    return sorted(found)


def name_of(conn: Connection, footage: Footage) -> str:
    """The file name under which the recording was first captured."""
    query = select(db.capture.c.name).where(db.capture.c.sha256 == footage.object).order_by(db.capture.c.seq).limit(1)
    return conn.scalar(query) or footage.object
