"""What lists of incidents are narrowed by: beside the record, so that no list needs to read records to count them."""

from __future__ import annotations

from sqlalchemy import delete, insert
from sqlalchemy.engine import Connection

from dalil import db
from dalil.incidents.likeness import point
from dalil.records import Incident


def narrowed_by(incident: Incident) -> dict[str, object]:
    """The incident's columns for maps and filters: province, precision and radius, number of accounts, dispute."""
    at = point(incident.where) if incident.where else None
    counts = (incident.killed, incident.injured, incident.missing)
    return {
        "admin": at.admin[0] if at and at.admin else None,
        "precision": incident.where.precision if incident.where else None,
        "radius_m": incident.where.radius_m if incident.where else None,
        "accounts": len(incident.accounts),
        "disputed": int(any(count is not None and count.disputed for count in counts)),
    }


def save_facets(conn: Connection, incident: Incident) -> None:
    """The incident, found by nothing yet, is found by everybody who is said to have done it and by every source."""
    rows = [
        {"kind": kind, "value": value, "incident": incident.id}
        for kind, values in (("actor", actors(incident)), ("source", sources(incident)))
        for value in values
    ]
    if rows:
        conn.execute(insert(db.facet), rows)


def remove_facets(conn: Connection, incident_id: str) -> None:
    """Nothing finds the incident by its facets any more."""
    conn.execute(delete(db.facet).where(db.facet.c.incident == incident_id))


def actors(incident: Incident) -> list[str]:
    """Who is said to have done it, by the first name in each account; those cleared of it left out."""
    named = (s for account in incident.accounts for s in account.event.suspects if s.mentions)
    return list(dict.fromkeys(s.mentions[0] for s in named if s.attribution != "denied"))


def sources(incident: Incident) -> list[str]:
    """The publishers (else authors) of the accounts."""
    return list(dict.fromkeys(name for a in incident.accounts if (name := a.publisher or a.author)))
