"""A CSV with HXL tags under its header (hxlstandard.org, HXL 1.1)."""

from __future__ import annotations

from collections.abc import Mapping

from dalil.publish.exports.outgoing import Outgoing, at, reporters, suspects, table
from dalil.records import Incident, Range

TAGS = (
    ("Id", "#event+id"), ("Kind", "#event+type"), ("First day", "#date+start"), ("Last day", "#date+end"),
    ("Precision of the day", "#date+precision"), ("Country", "#country+code+v_iso2"), ("Province", "#adm1+name"),
    ("District", "#adm2+name"), ("Place", "#loc+name"), ("Latitude", "#geo+lat"), ("Longitude", "#geo+lon"),
    ("Precision of the place", "#geo+precision"), ("Radius in metres", "#geo+radius"),
    ("Killed, at least", "#affected+killed+min"), ("Killed, at most", "#affected+killed+max"),
    ("Injured, at least", "#affected+injured+min"), ("Injured, at most", "#affected+injured+max"),
    ("Suspected", "#org+suspected+list"), ("Grade", "#severity+grade"), ("Sources", "#meta+source+list"),
    ("Independent sources", "#meta+source+num"), ("Checkpoint of the log", "#meta+checkpoint"),
)  # fmt: skip


def render(going: Outgoing) -> Mapping[str, bytes]:
    """A header, a row of tags, then one row an incident."""
    rows = [[tag for _, tag in TAGS], *([*values(i), going.reference] for i in going.incidents)]
    return {"": table([name for name, _ in TAGS], rows)}


def values(incident: Incident) -> list[object]:
    """The incident in the order of TAGS, but for the checkpoint."""
    place, when, where = at(incident), incident.when, incident.where
    return [
        incident.id,
        incident.type,
        when.start.isoformat() if when else None,
        when.end.isoformat() if when else None,
        when.precision if when else None,
        (place.country or None) if place else None,
        place.admin[0] if place and place.admin else None,
        place.admin[1] if place and len(place.admin) > 1 else None,
        where.name if where else None,
        place.lat if place else None,
        place.lon if place else None,
        where.precision if where else None,
        where.radius_m if where else None,
        *ends(incident.killed),
        *ends(incident.injured),
        "; ".join(s.mentions[0] for s in suspects(incident)) or None,
        incident.grade.grade if incident.grade else None,
        "; ".join(reporters(incident)),
        len(incident.sources) or None,
    ]


def ends(counted: Range | None) -> tuple[int | None, int | None]:
    """The lowest and the highest count; no highest where somebody says "at least"."""
    if counted is None:
        return None, None
    return counted.low, None if counted.open_above else counted.high
