"""One incident: the people first, then who says what, then the numbers, and what each of it rests on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.claims.store import load_document, load_reading
from dalil.footage.store import load_footage
from dalil.incidents import store
from dalil.incidents.veil import Veil
from dalil.records import INCIDENT_STATUSES, Claim, Footage, FootageLink, Incident, Neighbour
from dalil.web import holdings
from dalil.web.people import testimonies
from dalil.web.plot import plots
from dalil.web.render import language_of, page
from dalil.web.security import PLAYED


@dataclass(frozen=True, slots=True)
class Aside:
    """Something that a report of this incident says which is no part of it; `number` is its place in the reading."""

    document: str
    number: int
    lang: str | None
    claim: Claim


@dataclass(frozen=True, slots=True)
class Shown:
    """A recording with what a page needs to show it when asked."""

    link: FootageLink | None
    footage: Footage | None
    name: str
    played: bool


def incident_page(request: Request) -> Response:
    """The incident of that id; the beginning of an id leads to the one that has it."""
    asked = request.path_params["id"]
    with request.app.state.archive.engine.connect() as conn:
        incident = store.load_incident(conn, asked)
        if incident is None or incident.id != asked:
            raise HTTPException(404)
        documents = list(dict.fromkeys(a.document for a in incident.accounts))
        texts = {sha256: d.text for sha256 in documents if (d := load_document(conn, sha256))}
        values = {
            "asides": [aside for sha256 in documents for aside in asides(conn, sha256)],
            "recordings": [shown(conn, item) for item in incident.footage],
            "neighbours": [(n, store.load_incident(conn, n.incident)) for n in ordered(incident.neighbours)],
            "custody": custody(conn, incident, documents),
        }
    lang = language_of(request)
    veil = Veil(incident)
    people = testimonies(incident, texts)
    return page(
        request,
        "incident.html",
        incident=incident,
        people=people,
        shared=shared_voices(incident),
        withheld=any(person.name is None for one in people for person in one.people),
        plots=plots(incident, mirrored=lang.direction == "rtl"),
        veil=lambda text: veil.over(text, lang.text("incident.sealed")),
        titles={a.document: a for a in incident.accounts},
        **values,
    )


def asides(conn: Connection, document: str) -> list[Aside]:
    """What the report expects, threatens, denies or sums up: everything in it that makes no incident."""
    reading = load_reading(conn, document)
    if reading is None:
        return []
    return [
        Aside(document, number, reading.lang, claim)
        for number, claim in enumerate(reading.claims, 1)
        if claim.status not in INCIDENT_STATUSES
    ]


def shown(conn: Connection, item: FootageLink) -> Shown:
    """The linked recording with its own record."""
    return Shown(item, load_footage(conn, item.object), item.name, played(conn, item.object))


def played(conn: Connection, sha256: str) -> bool:
    """Whether a browser plays or shows such bytes."""
    found = holdings.held(conn, sha256)
    return found is not None and found.media_type in PLAYED


def shared_voices(incident: Incident) -> list[tuple[str, int]]:
    """(name, reports) of every voice that more than one report quotes: they may be one source, not several."""
    names: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for account in incident.accounts:
        for name in {voice.casefold(): voice for voice in account.voices}.values():
            names.setdefault(name.casefold(), name)
            counted[name.casefold()] += 1
    return [(names[key], reports) for key, reports in counted.most_common() if reports > 1]


def ordered(neighbours: tuple[Neighbour, ...]) -> list[Neighbour]:
    """Those that may be the same first: they need a person."""
    return sorted(neighbours, key=lambda n: (n.verdict != "possibly_same", n.incident))


def custody(conn: Connection, incident: Incident, documents: list[str]) -> list[tuple[str, str, object]]:
    """(kind, sha256, how it is held) of every object that the page rests on."""
    objects = [("report", sha256) for sha256 in documents]
    objects += [("recording", item.object) for item in incident.footage]
    return [(kind, sha256, holdings.held(conn, sha256)) for kind, sha256 in objects]


ROUTES = (Route("/incidents/{id}", incident_page, methods=["GET"]),)
