"""A CSV with the 49 columns of UCDP GED 25.1. It is not UCDP's data and follows UCDP's definitions only in form.

Nothing is invented to fill a column: without a single number on which all accounts agree, `best` is empty; where the
highest count is "at least", `high` is empty.
"""

from __future__ import annotations

from collections.abc import Mapping

from dalil.claims.imports.coding import side_kind
from dalil.incidents.parties import party_of
from dalil.publish.exports.outgoing import (
    Outgoing,
    at,
    country_names,
    digest,
    part,
    reporters,
    suspects,
    table,
    voices,
)
from dalil.records import Incident, Range

COLUMNS = (
    "id", "relid", "year", "active_year", "code_status", "type_of_violence", "conflict_dset_id", "conflict_new_id",
    "conflict_name", "dyad_dset_id", "dyad_new_id", "dyad_name", "side_a_dset_id", "side_a_new_id", "side_a",
    "side_b_dset_id", "side_b_new_id", "side_b", "number_of_sources", "source_article", "source_office", "source_date",
    "source_headline", "source_original", "where_prec", "where_coordinates", "where_description", "adm_1", "adm_2",
    "latitude", "longitude", "geom_wkt", "priogrid_gid", "country", "country_id", "region", "event_clarity",
    "date_prec", "date_start", "date_end", "deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "best", "high",
    "low", "gwnoa", "gwnob",
)  # fmt: skip
DATE_PREC = {"day": 1, "range": 2, "week": 3, "month": 4, "year": 5}


def render(going: Outgoing) -> Mapping[str, bytes]:
    """One row an incident that has a day; GED has no place for others."""
    return {"": table(COLUMNS, ([values(i).get(c) for c in COLUMNS] for i in going.incidents if i.when))}


def values(incident: Incident) -> dict[str, object]:
    """What the incident says under the names of GED's columns."""
    place, when = at(incident), incident.when
    sides = [s.mentions[0] for s in suspects(incident)]
    one_sided = len(sides) == 1
    return {
        "id": int(digest(incident.id)[:12], 16),
        "relid": incident.id,
        "year": when.start.year,
        "type_of_violence": violence(sides),
        "dyad_name": f"{sides[0]} - {'Civilians' if one_sided else sides[1]}" if sides else None,
        "side_a": sides[0] if sides else None,
        "side_b": ("Civilians" if one_sided else sides[1]) if sides else None,
        "number_of_sources": len(incident.sources) or None,
        "source_office": ";".join(reporters(incident)),
        "source_headline": ";".join(a.title for a in incident.accounts if a.title),
        "source_original": ";".join(voices(incident)) or None,
        "where_prec": incident.where.precision if incident.where else None,
        "where_coordinates": incident.where.name if incident.where else None,
        "adm_1": place.admin[0] if place and place.admin else None,
        "adm_2": place.admin[1] if place and len(place.admin) > 1 else None,
        "latitude": place.lat if place else None,
        "longitude": place.lon if place else None,
        "geom_wkt": f"POINT ({place.lon} {place.lat})" if place else None,
        "country": country_names().get(place.country, place.country or None) if place else None,
        "event_clarity": 1 if when.precision == "day" else 2,
        "date_prec": DATE_PREC[when.precision],
        "date_start": when.start.isoformat(),
        "date_end": when.end.isoformat(),
        "deaths_civilians": single(part(incident, "civilian")),
        **estimates(incident.killed),
    }


def violence(sides: list[str]) -> int | None:
    """UCDP's type: 3 where one attacker is named, 1 where a state is one of two sides, 2 else; None where nobody is."""
    if not sides:
        return None
    if len(sides) == 1:
        return 3
    return 1 if any(is_state(side) for side in sides[:2]) else 2


def is_state(name: str) -> bool:
    """Whether the party is a state or its forces."""
    party = party_of(name)
    return (party.kind == "state") if party else side_kind(name) == "state"


def estimates(killed: Range | None) -> dict[str, object]:
    """Low, best and high as far as they are known."""
    if killed is None:
        return {}
    return {"low": killed.low, "best": killed.best, "high": None if killed.open_above else killed.high}


def single(counted: Range | None) -> int | None:
    """The one number on which all accounts agree."""
    return counted.best if counted else None
