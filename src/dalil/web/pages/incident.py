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
from dalil.footage.store import load_footage, matches_of
from dalil.incidents import store
from dalil.incidents.veil import Veil
from dalil.records import (
    INCIDENT_STATUSES,
    Account,
    Claim,
    Footage,
    FootageLink,
    FootageMatch,
    Incident,
    Judgement,
    Neighbour,
    Place,
)
from dalil.web import holdings
from dalil.web.judged import Judged, judged
from dalil.web.mapping import Pin, map_page_policy, pins_json
from dalil.web.people import testimonies
from dalil.web.plot import plots
from dalil.web.render import language_of, page, reason_text
from dalil.web.security import PLAYED


@dataclass(frozen=True, slots=True)
class Aside:
    """Something that a report of this incident says which is no part of it; `number` is its place in the reading."""

    document: str
    number: int
    lang: str | None
    claim: Claim


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place as one account names it; `number` is that of its pin, `judgement` the choice that stands."""

    number: int | None
    where: Place
    account: Account
    judgement: Judgement | None


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
        stands = judged(request, conn, documents)
        values = {
            "stands": stands,
            "rows": place_rows(incident, stands),
            "elsewhere": {item.object: seen_elsewhere(conn, item.object) for item in incident.footage},
            "asides": [aside for sha256 in documents for aside in asides(conn, sha256)],
            "recordings": [shown(conn, item) for item in incident.footage],
            "neighbours": beside(conn, ordered(incident.neighbours)),
            "custody": custody(conn, incident, documents),
        }
    lang = language_of(request)
    opened = frozenset(stands.opened)
    veil = Veil(incident, opened)
    people = testimonies(incident, texts, opened)
    refs = {(a.document, a.index): store.ref_of(a) for a in incident.accounts}
    shown_page = page(
        request,
        "incident.html",
        incident=incident,
        people=people,
        shared=shared_voices(incident),
        withheld=any(person.name is None for one in people for person in one.people),
        plots=plots(incident, mirrored=lang.direction == "rtl"),
        veil=lambda text: veil.over(text, lang.text("incident.sealed")),
        titles={a.document: a for a in incident.accounts},
        refs=refs,
        first_ref=next((ref for ref in refs.values() if ref), None),
        pins=pins_json(pins(values["rows"])),
        said=lambda reason: veil.over(reason_text(lang, reason), lang.text("incident.sealed")),
        **values,
    )
    return map_page_policy(request, shown_page)


def place_rows(incident: Incident, stands: Judged) -> list[PlaceRow]:
    """A row for each name of a place in the accounts; those with a point are numbered, one number a point."""
    numbers: dict[tuple[float, float], int] = {}
    rows: dict[tuple, PlaceRow] = {}
    for account in incident.accounts:
        where = account.event.where
        if where is None:
            continue
        best = where.candidates[0] if where.candidates else None
        number = numbers.setdefault((best.lat, best.lon), len(numbers) + 1) if best else None
        row = PlaceRow(number, where, account, stands.place(account.document, where.quote))
        rows.setdefault((where.name, number, account.document), row)
    return list(rows.values())


def pins(rows: list[PlaceRow]) -> list[Pin]:
    """A pin for each number, with the radius of the most precise name for it."""
    found: dict[int, Pin] = {}
    for row in rows:
        if row.number is None:
            continue
        best = row.where.candidates[0]
        known = found.get(row.number)
        if known is None or (row.where.radius_m or 0) < (known.radius_m or 0):
            label = f"{row.number}: {best.name}"
            found[row.number] = Pin(best.lat, best.lon, str(row.number), label, row.where.radius_m, bool(row.judgement))
    return list(found.values())


def seen_elsewhere(conn: Connection, sha256: str) -> list[tuple[FootageMatch, str, str]]:
    """(match, the other recording, its name) of every recording that shows some of this one."""
    found = []
    for match in matches_of(conn, sha256):
        other = match.other if match.object == sha256 else match.object
        held = holdings.held(conn, other)
        found.append((match, other, held.name if held else other[:12]))
    return found


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


def beside(conn: Connection, neighbours: list[Neighbour]) -> list[tuple[Neighbour, Incident | None]]:
    """Each neighbour with its incident as lists show it."""
    found = {i.id: i for i in holdings.with_accounts(conn, [n.incident for n in neighbours])}
    return [(n, found.get(n.incident)) for n in neighbours]


def custody(conn: Connection, incident: Incident, documents: list[str]) -> list[tuple[str, str, object]]:
    """(kind, sha256, how it is held) of every object that the page rests on."""
    objects = [("report", sha256) for sha256 in documents]
    objects += [("recording", item.object) for item in incident.footage]
    return [(kind, sha256, holdings.held(conn, sha256)) for kind, sha256 in objects]


ROUTES = (Route("/incidents/{id}", incident_page, methods=["GET"]),)
