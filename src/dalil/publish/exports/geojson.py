"""GeoJSON (RFC 7946): a feature an incident. Incidents without a place have no geometry, as the RFC allows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dalil.incidents.likeness import show_toll
from dalil.publish.exports.outgoing import Outgoing, at, counted, quotes, who
from dalil.records import Account, DateSpan, Incident, Range, builtins

COUNTS = ("killed", "injured", "missing")


def render(going: Outgoing) -> Mapping[str, bytes]:
    """One FeatureCollection; the checkpoint stands beside the features as a foreign member."""
    checkpoint = builtins(going.checkpoint) if going.checkpoint else None
    collection = {
        "type": "FeatureCollection",
        "dalil": {"origin": going.origin, "checkpoint": checkpoint},
        "features": [feature(incident) for incident in going.incidents],
    }
    return {"": json.dumps(collection, ensure_ascii=False, indent=1).encode() + b"\n"}


def feature(incident: Incident) -> dict[str, Any]:
    """The incident with its ranges and every account."""
    place = at(incident)
    where = incident.where
    return {
        "type": "Feature",
        "id": incident.id,
        "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]} if place else None,
        "properties": {
            "title": incident.title,
            "type": incident.type,
            "when": days(incident.when),
            "place": where.name if where else None,
            "where_prec": where.precision if where else None,
            "radius_m": where.radius_m if where else None,
            "country": (place.country or None) if place else None,
            "admin": list(place.admin) if place else [],
            **{name: span(counted(name, incident)) for name in COUNTS},
            "parts": [{"group": g.group, "effect": g.effect, **(span(g.range) or {})} for g in incident.groups],
            "grade": incident.grade.grade if incident.grade else None,
            "sources": [source.name for source in incident.sources],
            "accounts": [account_of(account) for account in incident.accounts],
        },
    }


def days(when: DateSpan | None) -> dict[str, Any] | None:
    """First and last day and how finely they are known."""
    if when is None:
        return None
    start, end = when.start.isoformat(), when.end.isoformat()
    return {"start": start, "end": end, "precision": when.precision, "time": when.time}


def span(counted: Range | None) -> dict[str, Any] | None:
    """The range with the rule by which it was computed."""
    if counted is None:
        return None
    return {"low": counted.low, "best": counted.best, "high": counted.high, "at_least": counted.open_above,
            "disputed": counted.disputed, "rule": counted.rule}  # fmt: skip


def account_of(account: Account) -> dict[str, Any]:
    """What one report says, in its own words."""
    event = account.event
    return {
        "source": who(account),
        "title": account.title,
        "document": account.document,
        "published": account.published.isoformat() if account.published else None,
        "quotes_others": list(account.voices),
        "when": days(event.when),
        "place": event.where.name if event.where else None,
        **{name: show_toll(toll) if (toll := getattr(event, name)) else None for name in COUNTS},
        "suspects": [{"name": s.mentions[0], "attribution": s.attribution} for s in event.suspects if s.mentions],
        "words": [{"start": q.start, "end": q.end, "text": q.text} for q in quotes(account)],
    }
