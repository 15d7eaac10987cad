"""Events, sources and associations for TimeMap, as its validators want them: every value a text.

source: forensic-architecture/timemap, src/reducers/validate (eventSchema, sourceSchema, associationsSchema).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dalil.publish.exports.outgoing import Outgoing, at, quotes, who
from dalil.records import Account, Incident, Range


def render(going: Outgoing) -> Mapping[str, bytes]:
    """events.json, sources.json, associations.json; incidents without a day and without a place are left out."""
    shown = [i for i in going.incidents if i.when or at(i)]
    sources = {a.document: source(a, going.reference) for i in shown for a in i.accounts}
    files = {
        "events.json": [event(incident) for incident in shown],
        "sources.json": list(sources.values()),
        "associations.json": [association(kind) for kind in dict.fromkeys(i.type for i in shown)],
    }
    return {name: json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n" for name, data in files.items()}


def event(incident: Incident) -> dict[str, Any]:
    """The incident; `sources` and `associations` are ids in the other files."""
    place, when = at(incident), incident.when
    told = {
        "id": incident.id,
        "description": described(incident),
        "date": when.start.isoformat() if when else "",
        "time": (when.time or "") if when else "",
        "time_precision": when.precision if when else "",
        "location": incident.where.name if incident.where else "",
        "type": incident.type,
        "category": label(incident.type),
        "associations": [incident.type],
        "sources": list(dict.fromkeys(a.document for a in incident.accounts)),
    }
    return told | ({"latitude": str(place.lat), "longitude": str(place.lon)} if place else {})


def described(incident: Incident) -> str:
    """A few words: what, how many, how many accounts."""
    counts = [f"{name}: {span(c)}" for name in ("killed", "injured") if (c := getattr(incident, name))]
    return ". ".join([incident.title, *counts, accounts(incident)])


def accounts(incident: Incident) -> str:
    """ "1 account", "3 accounts"."""
    return f"{len(incident.accounts)} account{'' if len(incident.accounts) == 1 else 's'}"


def span(counted: Range) -> str:
    """ "8-17", "17 or more", "up to 11"."""
    low, high = counted.low, counted.high
    text = f"up to {high}" if low is None else str(low) if low == high else f"{low}-{high}"
    return f"{text} or more" if counted.open_above else text


def source(account: Account, reference: str) -> dict[str, Any]:
    """The report with the words of its claims; its captured bytes do not leave, so it has no paths."""
    return {
        "id": account.document,
        "title": account.title or who(account),
        "paths": [],
        "type": "Text",
        "author": account.author or who(account),
        "date": account.published.isoformat() if account.published else "",
        "description": "\n".join(quote.text for quote in quotes(account)),
        "notes": f"Captured object {account.document} of the log {reference}",
    }


def association(kind: str) -> dict[str, Any]:
    """A kind of event as a filter."""
    return {"id": kind, "title": label(kind), "desc": "", "mode": "FILTER", "filter_paths": ["Kind", label(kind)]}


def label(kind: str) -> str:
    """ "Barrel bomb"."""
    return kind.replace("_", " ").capitalize()
