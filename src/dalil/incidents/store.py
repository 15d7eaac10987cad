"""Incidents in the database: saved as their JSON with what lists and blocking need beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.engine import Connection

from dalil import db
from dalil.incidents.facets import narrowed_by, save_facets
from dalil.incidents.likeness import point
from dalil.records import Incident, decode, encode

# About 17 km of latitude: farther than any near-by comparison looks.
NEAR_DEG = 0.15
READ_ROWS = 500


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One line of a list of incidents."""

    id: str
    title: str
    type: str
    start: str | None
    end: str | None
    place: str | None
    lat: float | None
    lon: float | None
    killed_low: int | None
    killed_high: int | None
    killed_open: bool
    killed_disputed: bool
    accounts: int
    suspects: tuple[str, ...]


def save_incident(conn: Connection, incident: Incident, founded: int) -> None:
    """The incident stands in the database as given; an older state of it is replaced."""
    at = point(incident.where) if incident.where else None
    conn.execute(delete(db.incident).where(db.incident.c.id == incident.id))
    conn.execute(
        insert(db.incident).values(
            id=incident.id,
            founded=founded,
            type=incident.type,
            start=incident.when.start.isoformat() if incident.when else None,
            end=incident.when.end.isoformat() if incident.when else None,
            place=incident.where.name if incident.where else None,
            lat=at.lat if at else None,
            lon=at.lon if at else None,
            killed_low=incident.killed.low if incident.killed else None,
            killed_high=incident.killed.high if incident.killed else None,
            **narrowed_by(incident),
            record=encode(incident).decode(),
        )
    )
    save_facets(conn, incident)


def load_incident(conn: Connection, incident_id: str) -> Incident | None:
    """The incident of that id, or of the only id that begins so; None where there is none."""
    column = db.incident.c.id
    record = conn.scalar(select(db.incident.c.record).where(column == incident_id))
    if record is None:
        begins = select(db.incident.c.record).where(column.startswith(incident_id, autoescape=True)).limit(2)
        found = conn.scalars(begins).all()
        record = found[0] if len(found) == 1 else None
    return decode(record, Incident) if record is not None else None


def list_incidents(
    conn: Connection, *, words: str | None = None, limit: int | None = None, offset: int = 0
) -> list[IncidentRow]:
    """Incidents by day, newest first, undated ones last; `words` looks in id, place and kind."""
    table = db.incident
    query = select(table.c.id).order_by(table.c.start.is_(None), table.c.start.desc(), table.c.id)
    if words:
        query = query.where(*(matching(word) for word in words.split()))
    # Ids are sorted and paged first: records are long, and only those of the page are read.
    ids = conn.scalars(query.limit(limit).offset(offset)).all()
    rows: list[IncidentRow] = []
    for start in range(0, len(ids), READ_ROWS):
        part = ids[start : start + READ_ROWS]
        found = {
            row.id: row.record for row in conn.execute(select(table.c.id, table.c.record).where(table.c.id.in_(part)))
        }
        rows += (row_of(decode(found[incident_id], Incident)) for incident_id in part)
    return rows


def matching(word: str):
    """The condition that an incident's id, place or kind holds the word."""
    table = db.incident
    return or_(*(column.icontains(word, autoescape=True) for column in (table.c.id, table.c.place, table.c.type)))


def count_incidents(conn: Connection) -> int:
    """How many incidents there are."""
    return conn.scalar(select(func.count()).select_from(db.incident)) or 0


def row_of(incident: Incident) -> IncidentRow:
    """What a list shows of an incident."""
    at = point(incident.where) if incident.where else None
    killed = incident.killed
    named = (s.mentions[0] for a in incident.accounts for s in a.event.suspects if s.attribution != "denied")
    return IncidentRow(
        id=incident.id,
        title=incident.title,
        type=incident.type,
        start=incident.when.start.isoformat() if incident.when else None,
        end=incident.when.end.isoformat() if incident.when else None,
        place=incident.where.name if incident.where else None,
        lat=at.lat if at else None,
        lon=at.lon if at else None,
        killed_low=killed.low if killed else None,
        killed_high=killed.high if killed else None,
        killed_open=bool(killed and killed.open_above),
        killed_disputed=bool(killed and killed.disputed),
        accounts=len(incident.accounts),
        suspects=tuple(dict.fromkeys(named)),
    )


# ------------------------------------------------------------------ accounts and blocking


def assign(conn: Connection, document: str, position: int, incident_id: str) -> None:
    """The account belongs to that incident."""
    conn.execute(insert(db.account).values(sha256=document, position=position, incident=incident_id))


def founding_order(conn: Connection) -> int:
    """The number that the next incident is founded under."""
    return (conn.scalar(select(func.max(db.incident.c.founded))) or 0) + 1


def founded(conn: Connection, incident_id: str) -> int | None:
    """The number that the incident was founded under; None for one that is new."""
    return conn.scalar(select(db.incident.c.founded).where(db.incident.c.id == incident_id))


def near(
    conn: Connection, start: date | None, end: date | None, lat: float | None, lon: float | None
) -> list[Incident]:
    """Incidents within a day and about 17 km, in the order of their founding: all that need be compared.

    Incidents whose place has no coordinates are near in place to everything, those without a day to nothing.
    """
    if start is None or end is None:
        return []
    table, day = db.incident, timedelta(days=1)
    query = select(table.c.record).where(
        table.c.start <= (end + day).isoformat(), table.c.end >= (start - day).isoformat()
    )
    if lat is not None and lon is not None:
        close = table.c.lat.between(lat - NEAR_DEG, lat + NEAR_DEG) & table.c.lon.between(
            lon - 2 * NEAR_DEG, lon + 2 * NEAR_DEG
        )
        query = query.where(or_(table.c.lat.is_(None), close))
    return [decode(record, Incident) for record in conn.scalars(query.order_by(table.c.founded))]
