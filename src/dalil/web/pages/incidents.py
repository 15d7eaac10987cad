"""The list of incidents: what is said to have happened, where reports disagree shown as such."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.incidents import store
from dalil.records import Account, Incident, Suspect
from dalil.web import holdings
from dalil.web.paging import Paging, page_number
from dalil.web.render import page

ROWS_A_PAGE = 50
LONGEST_FILTER = 200


@dataclass(frozen=True, slots=True)
class Attribution:
    """One party that is said to have done it, by how many reports, on what footing."""

    name: str
    attribution: str
    reports: int


def list_page(request: Request) -> Response:
    """A page of incidents; `words` narrows it."""
    number = page_number(request)
    words = request.query_params.get("words", "").strip()[:LONGEST_FILTER]
    with request.app.state.archive.engine.connect() as conn:
        rows = store.list_incidents(conn, words=words or None, limit=ROWS_A_PAGE + 1, offset=(number - 1) * ROWS_A_PAGE)
        shown = [i for row in rows[:ROWS_A_PAGE] if (i := store.load_incident(conn, row.id))]
        counts = holdings.counts(conn)
    return page(
        request,
        "incidents.html",
        incidents=[(i, tolls(i), attributions(i)) for i in shown],
        counts=counts,
        words=words,
        paging=Paging(number, len(rows) > ROWS_A_PAGE),
        archive_path=request.app.state.archive.path,
    )


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


ROUTES = (Route("/", list_page, methods=["GET"]),)
