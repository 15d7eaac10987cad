"""Incidents and their accounts in the database.

An incident's row holds what is computed of it; its accounts stand in rows of their own, and its neighbours and footage
are looked up when it is loaded, so that a report that joins one incident rewrites no other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from dalil import db
from dalil.errors import InputRefused
from dalil.incidents.facets import narrowed_by, remove_facets, save_facets
from dalil.incidents.likeness import point
from dalil.incidents.profile import Profile
from dalil.records import Account, AccountRef, Incident, decode, encode, object_of

READ_ROWS = 500
# An account's number: the line of its file's first capture, the part of the file (a row of a table), the event in it.
PART_BITS, INDEX_BITS = 20, 18
# Imports whose rows are one event each.
EVENT_TABLES = ("ucdp", "acled", "airwars", "atlos")


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One line of a list of incidents."""

    id: str
    title: str
    type: str
    start: str | None
    end: str | None
    place: str | None
    lat: float | None
    lon: float | None
    killed_low: int | None
    killed_high: int | None
    killed_open: bool
    killed_disputed: bool
    accounts: int
    suspects: tuple[str, ...]
    sources: int = 0
    grade: str | None = None


# ------------------------------------------------------------------ incidents


def save_incident(conn: Connection, incident: Incident, founded: int, *, new: bool = False) -> None:
    """The incident stands in the database as given; an older state of it is replaced, unless it is `new`."""
    if not new:
        delete_incident(conn, incident.id)
    conn.execute(
        insert(db.incident),
        dict(
            **listed(incident),
            founded=founded,
            **narrowed_by(incident),
            record=encode(replace(incident, accounts=(), footage=(), neighbours=())).decode(),
        ),
    )
    save_facets(conn, incident)


def delete_incident(conn: Connection, incident_id: str) -> None:
    """No incident of that id stands in the database."""
    remove_facets(conn, incident_id)
    conn.execute(delete(db.incident).where(db.incident.c.id == incident_id))


def load_incident(conn: Connection, incident_id: str) -> Incident | None:
    """The incident of that id, or of the only id that begins so; None where there is none."""
    from dalil.incidents.surroundings import complete

    found = load_head(conn, incident_id)
    return complete(conn, found) if found else None


def load_head(conn: Connection, incident_id: str) -> Incident | None:
    """The incident without accounts, footage and neighbours; None where there is none."""
    column = db.incident.c.id
    record = conn.scalar(HEAD, {"incident": incident_id})
    if record is None:
        begins = select(db.incident.c.record).where(column.startswith(incident_id, autoescape=True)).limit(2)
        found = conn.scalars(begins).all()
        record = found[0] if len(found) == 1 else None
    return decode(record, Incident) if record is not None else None


def list_incidents(
    conn: Connection, *, words: str | None = None, limit: int | None = None, offset: int = 0
) -> list[IncidentRow]:
    """Incidents by day, newest first, undated ones last; `words` looks in id, place and kind."""
    table = db.incident
    query = select(table.c.id).order_by(table.c.start.is_(None), table.c.start.desc(), table.c.id)
    if words:
        query = query.where(*(matching(word) for word in words.split()))
    # Ids are sorted and paged first: records are long, and only those of the page are read.
    ids = conn.scalars(query.limit(limit).offset(offset)).all()
    rows: list[IncidentRow] = []
    for start in range(0, len(ids), READ_ROWS):
        part = ids[start : start + READ_ROWS]
        query = select(table.c.id, table.c.accounts, table.c.record).where(table.c.id.in_(part))
        found = {row.id: row for row in conn.execute(query)}
        rows += (row_of(decode(found[i].record, Incident), found[i].accounts) for i in part)
    return rows


def matching(word: str):
    """The condition that an incident's id, place or kind holds the word."""
    table = db.incident
    return or_(*(column.icontains(word, autoescape=True) for column in (table.c.id, table.c.place, table.c.type)))


def count_incidents(conn: Connection) -> int:
    """How many incidents there are."""
    return conn.scalar(select(func.count()).select_from(db.incident)) or 0


def row_of(incident: Incident, accounts: int) -> IncidentRow:
    """What a list shows of an incident that rests on so many accounts."""
    killed = incident.killed
    return IncidentRow(
        **listed(incident),
        title=incident.title,
        killed_open=bool(killed and killed.open_above),
        killed_disputed=bool(killed and killed.disputed),
        accounts=accounts,
        suspects=tuple(dict.fromkeys(a.actor for a in incident.attributions if a.term != "denied")),
    )


def listed(incident: Incident) -> dict[str, object]:
    """What stands of an incident in a column of the database and in a line of a list alike."""
    at = point(incident.where) if incident.where else None
    return {
        "id": incident.id,
        "type": incident.type,
        "start": incident.when.start.isoformat() if incident.when else None,
        "end": incident.when.end.isoformat() if incident.when else None,
        "place": incident.where.name if incident.where else None,
        "lat": at.lat if at else None,
        "lon": at.lon if at else None,
        "killed_low": incident.killed.low if incident.killed else None,
        "killed_high": incident.killed.high if incident.killed else None,
        "sources": len(incident.sources),
        "grade": incident.grade.grade if incident.grade else None,
    }


# ------------------------------------------------------------------ accounts


def account_number(conn: Connection, document: str, index: int) -> int:
    """Where the account stands in the order of the log; the key of a part of a file ends in a stop and its number."""
    sha256, _, part = document.partition(".")
    line = conn.scalar(FIRST_LINE, {"sha256": sha256})
    if line is None:  # no capture: in tests and benches, after all that stand
        own = select(func.min(db.account.c.number)).where(db.account.c.sha256 == document)
        last = conn.scalar(own) or (conn.scalar(select(func.max(db.account.c.number))) or 0) + (
            1 << PART_BITS + INDEX_BITS
        )
        line, part = last >> PART_BITS + INDEX_BITS, "0"
    place = int(part) if part.isdecimal() else 0
    if place >= 1 << PART_BITS or index >= 1 << INDEX_BITS:
        raise InputRefused(document, "holds more events than one file may", "Split the file")
    return (((line << PART_BITS) | place) << INDEX_BITS) | index


def text_of(conn: Connection, document: str) -> str:
    """What tells each event but once: the whole table, for a row of a table of events, else the document itself.

    Messages of one chat are texts of their own.
    """
    sha256 = object_of(document)
    if sha256 == document:
        return document
    c = db.capture.c
    asked = conn.scalars(select(c.imported).where(c.sha256 == sha256, c.imported.is_not(None)))
    return sha256 if any(json.loads(wanted).get("kind") in EVENT_TABLES for wanted in asked) else document


def save_account(conn: Connection, number: int, account: Account, profile: Profile, founds: str) -> None:
    """The account stands under its number, for now in the incident that it would found, called `founds`."""
    ref = ref_of(account)
    conn.execute(
        insert(db.account),
        {
            "number": number,
            "sha256": account.document,
            "position": account.index,
            "incident": founds,
            "founds": founds,
            "text": profile.text,
            "start": ref.start if ref else None,
            "end": ref.end if ref else None,
            "profile": encode(profile).decode(),
            "record": encode(account).decode(),
        },
    )


def ref_of(account: Account) -> AccountRef | None:
    """How judgements name the account; None for one that rests on no words."""
    quote = account.claims[0].quote if account.claims else None
    return AccountRef(account.document, quote.start, quote.end) if quote else None


def find_account(conn: Connection, ref: AccountRef) -> int | None:
    """The number of the account whose first claim has those words."""
    a = db.account.c
    query = select(func.min(a.number)).where(a.sha256 == ref.document, a.start == ref.start, a.end == ref.end)
    return conn.scalar(query)


def numbers_of(conn: Connection, incident_id: str) -> list[int]:
    """The incident's accounts in the order of the log."""
    return list(conn.scalars(NUMBERS, {"incident": incident_id}))


def load_accounts(conn: Connection, numbers: Iterable[int]) -> dict[int, Account]:
    """The accounts of those numbers, in the order of the log."""
    return {n: decode(r, Account) for n, r in read_accounts(conn, numbers, db.account.c.record)}


def load_profiles(conn: Connection, numbers: Iterable[int]) -> dict[int, Profile]:
    """The profiles of those accounts, in the order of the log."""
    return {n: decode(p, Profile) for n, p in read_accounts(conn, numbers, db.account.c.profile)}


def read_accounts(conn: Connection, numbers: Iterable[int], *columns) -> list:
    """Number and columns of those accounts, in the order of the log."""
    wanted, a, rows = sorted(set(numbers)), db.account.c, []
    for at in range(0, len(wanted), READ_ROWS):
        part = wanted[at : at + READ_ROWS]
        rows += conn.execute(select(a.number, *columns).where(a.number.in_(part)).order_by(a.number)).all()
    return rows


def load_sides(conn: Connection, incident_id: str) -> tuple[dict[int, Account], dict[int, Profile]]:
    """The incident's accounts and their profiles, in the order of the log."""
    rows = conn.execute(SIDES, {"incident": incident_id}).all()
    return {n: decode(r, Account) for n, r, _ in rows}, {n: decode(p, Profile) for n, _, p in rows}


def assign(conn: Connection, numbers: Iterable[int], incident_id: str) -> None:
    """The accounts belong to that incident."""
    rows = [{"account": number, "home": incident_id} for number in numbers]
    if rows:
        conn.execute(ASSIGN, rows)


def incidents_of_document(conn: Connection, document: str) -> tuple[str, ...]:
    """The incidents of the document's accounts, in its reading's order."""
    return tuple(conn.scalars(HOMES, {"document": document}))


def statements():
    """The queries that every report needs, built once."""
    a = db.account.c
    numbers = select(a.number).where(a.incident == bindparam("incident")).order_by(a.number)
    homes = select(a.incident).where(a.sha256 == bindparam("document")).order_by(a.position)
    assigning = update(db.account).where(a.number == bindparam("account")).values(incident=bindparam("home"))
    line = select(func.min(db.capture.c.seq)).where(db.capture.c.sha256 == bindparam("sha256"))
    head = select(db.incident.c.record).where(db.incident.c.id == bindparam("incident"))
    sides = select(a.number, a.record, a.profile).where(a.incident == bindparam("incident")).order_by(a.number)
    return numbers, homes, assigning, line, head, sides


NUMBERS, HOMES, ASSIGN, FIRST_LINE, HEAD, SIDES = statements()
