"""The list of incidents: what is said to have happened, where reports disagree shown as such, and what narrows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.records import EVENT_TYPES, Account, Incident, Suspect
from dalil.web import facets, holdings
from dalil.web.columns import Incidents, between, is_word, with_words
from dalil.web.held import incidents_of
from dalil.web.pages.map import day_of
from dalil.web.paging import Paging, page_number
from dalil.web.render import page

PATH = "/incidents"
ROWS_A_PAGE = 25
LONGEST_FILTER = 200
FACETS = ("kind", "admin", "actor", "source")
FILTERS = ("words", *FACETS, "from", "to", "disputed")


@dataclass(frozen=True, slots=True)
class Attribution:
    """One party that is said to have done it, by how many reports, on what footing."""

    name: str
    attribution: str
    reports: int


def list_page(request: Request) -> Response:
    """A page of the incidents that the address asks for, with what it can be narrowed by."""
    number, taken = page_number(request), facets.asked(request, FILTERS)
    incidents = incidents_of(request)
    key = ("incidents", tuple(sorted(taken.items())))
    listed = request.app.state.fresh.get(key, lambda: found(incidents, taken), version=incidents.made)
    rows = listed.rows
    first = (number - 1) * ROWS_A_PAGE
    with request.app.state.archive.engine.connect() as conn:
        shown = holdings.with_accounts(conn, incidents.ids.at(rows[first : first + ROWS_A_PAGE]))
    return page(
        request,
        "incidents.html",
        incidents=[(i, tolls(i), attributions(i)) for i in shown],
        total=len(rows),
        whole=len(incidents.ids),
        taken=taken,
        facets=facets.bar(request, PATH, listed.tallied, taken),
        paging=Paging(number, first + ROWS_A_PAGE < len(rows)),
        archive_path=request.app.state.archive.path,
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows that are left, in order, and what each facet would leave."""

    rows: np.ndarray
    tallied: facets.Tally

    @property
    def nbytes(self) -> int:
        """What it holds in memory."""
        return self.rows.nbytes


def found(incidents: Incidents, taken: dict[str, str]) -> Listed:
    """What the address asks for."""
    size = len(incidents.ids)
    masks = {name: is_word(getattr(incidents, name), taken[name], size) for name in FACETS if name in taken}
    masks["days"] = between(
        incidents.first, incidents.last, day_of(taken.get("from")), day_of(taken.get("to"), last=True)
    )
    if "words" in taken:
        masks["words"] = with_words(incidents, taken["words"][:LONGEST_FILTER].split())
    if "disputed" in taken:
        masks["disputed"] = incidents.disputed
    narrowed = facets.narrow(masks, FACETS)
    tallied = facets.tally({name: getattr(incidents, name) for name in FACETS}, narrowed, {"kind": EVENT_TYPES})
    left = np.arange(size) if narrowed.left is None else np.flatnonzero(narrowed.left)
    return Listed(left.astype(np.int32), tallied)


def tolls(incident: Incident) -> list[Account]:
    """The accounts that give a count of the killed, those of one and the same count once."""
    found: dict[tuple, Account] = {}
    for account in incident.accounts:
        toll = account.event.killed
        if toll is not None:
            found.setdefault((toll.low, toll.best, toll.high), account)
    return list(found.values())


def attributions(incident: Incident) -> list[Attribution]:
    """Who is said to have done it, each name and footing once, most reports first."""
    counted: dict[tuple[str, str], int] = {}
    for account in incident.accounts:
        for key in dict.fromkeys(named(s) for s in account.event.suspects):
            counted[key] = counted.get(key, 0) + 1
    found = [Attribution(name, footing, reports) for (name, footing), reports in counted.items()]
    return sorted(found, key=lambda a: -a.reports)


def named(suspect: Suspect) -> tuple[str, str]:
    """The suspect's first name in the text, and the footing."""
    return suspect.mentions[0] if suspect.mentions else "", suspect.attribution


ROUTES = (Route(PATH, list_page, methods=["GET"]),)
