"""A CSV with ACLED's columns. ACLED has one number of fatalities: what stands for the range is said in the notes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from dalil.publish.exports.outgoing import Outgoing, at, country_names, reporters, suspects, table
from dalil.records import DateSpan, Incident, Range

COLUMNS = (
    "event_id_cnty", "event_date", "year", "time_precision", "disorder_type", "event_type", "sub_event_type", "actor1",
    "assoc_actor_1", "inter1", "actor2", "assoc_actor_2", "inter2", "interaction", "civilian_targeting", "iso",
    "region", "country", "admin1", "admin2", "admin3", "location", "latitude", "longitude", "geo_precision", "source",
    "source_scale", "notes", "fatalities", "tags", "timestamp",
)  # fmt: skip
GEO_PRECISION = {1: 1, 2: 2, 3: 2}
WEEK_DAYS = 7


def render(going: Outgoing) -> Mapping[str, bytes]:
    """One row an incident that has a day."""
    return {"": table(COLUMNS, ([values(i).get(c) for c in COLUMNS] for i in going.incidents if i.when))}


@cache
def types() -> Mapping[str, list[str]]:
    """Kinds of event → event type and sub-event type."""
    return tomllib.loads(resources.files("dalil.publish.exports").joinpath("acled.toml").read_text("utf-8"))["types"]


def values(incident: Incident) -> dict[str, object]:
    """What the incident says under the names of ACLED's columns."""
    place, when = at(incident), incident.when
    event, sub_event = types().get(incident.type, types()["other"])
    actors = [s.mentions[0] for s in suspects(incident)]
    number, how = one_number(incident.killed)
    return {
        "event_id_cnty": incident.id,
        "event_date": middle(when),
        "year": when.start.year,
        "time_precision": precision(when),
        "event_type": event,
        "sub_event_type": sub_event,
        "actor1": actors[0] if actors else None,
        "actor2": actors[1] if len(actors) > 1 else None,
        "country": country_names().get(place.country, place.country or None) if place else None,
        "admin1": place.admin[0] if place and place.admin else None,
        "admin2": place.admin[1] if place and len(place.admin) > 1 else None,
        "location": incident.where.name if incident.where else None,
        "latitude": place.lat if place else None,
        "longitude": place.lon if place else None,
        "geo_precision": GEO_PRECISION.get(incident.where.precision, 3) if incident.where else None,
        "source": "; ".join(reporters(incident)),
        "notes": f"{incident.title}. Accounts: {len(incident.accounts)}. {how}",
        "fatalities": number,
    }


def middle(when: DateSpan) -> str:
    """The one day that stands for the span."""
    return (when.start + (when.end - when.start) // 2).isoformat()


def precision(when: DateSpan) -> int:
    """ACLED's time_precision: 1 the day, 2 within a week, 3 longer."""
    length = (when.end - when.start).days + 1
    return 1 if length == 1 else 2 if length <= WEEK_DAYS else 3


def one_number(killed: Range | None) -> tuple[int, str]:
    """The number that stands for the range, and what it stands for."""
    if killed is None:
        return 0, "No account says how many were killed; 0 does not mean that nobody was."
    if killed.best is not None:
        return killed.best, "All accounts agree on the number killed."
    if killed.low is not None:
        more = " or more" if killed.open_above else ""
        return killed.low, f"Killed: {killed.low} to {killed.high}{more}; the lowest count stands here."
    return 0, f"Killed: up to {killed.high}; no account gives a lowest count."
