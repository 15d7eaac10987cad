"""What the pages ask of an archive's database beyond the stages' own queries; everything here only reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import msgspec
from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import Connection

from dalil import db
from dalil.archive import custody, judgements
from dalil.claims.store import load_reading
from dalil.footage.store import load_footage
from dalil.incidents.recordings import link_footage
from dalil.records import Claim, Footage, Judgement, LogEntry, Reading, decode, object_of
from dalil.web.listed import ListedAccount, ListedIncident

# So many incidents are named on the page of one recording; more would be no help to a reader.
MOST_TIED = 50


@dataclass(frozen=True, slots=True)
class Held:
    """An object as first captured."""

    sha256: str
    size: int
    media_type: str
    name: str
    seq: int


@dataclass(frozen=True, slots=True)
class Told:
    """A claim with the report that makes it."""

    document: str
    number: int
    title: str | None
    publisher: str | None
    published: date | None
    lang: str | None
    claim: Claim


def held(conn: Connection, sha256: str) -> Held | None:
    """The object (of that hash, or that holds that document) as first captured; None where the archive has none."""
    row = conn.execute(HELD, {"sha256": object_of(sha256)}).one_or_none()
    return Held(*row) if row else None


def incidents_of_document(conn: Connection, sha256: str) -> list[str]:
    """The ids of the incidents that rest on this report."""
    return list(dict.fromkeys(conn.execute(INCIDENTS_OF, {"keys": [sha256]}).scalars()))


def incidents_of_documents(conn: Connection, keys: list[str]) -> dict[str, list[str]]:
    """The ids of the incidents that rest on each of these reports."""
    found: dict[str, dict[str, None]] = {}
    for row in conn.execute(INCIDENTS_OF, {"keys": keys}):
        found.setdefault(row.sha256, {})[row.incident] = None
    return {key: list(ids) for key, ids in found.items()}


def incidents_of_recording(conn: Connection, sha256: str) -> list[str]:
    """The ids of the first incidents, in order of id, that name this recording as theirs; at most MOST_TIED."""
    footage = load_footage(conn, sha256)
    return list(link_footage(conn, footage))[:MOST_TIED] if footage else []


def problems_of(conn: Connection, sha256: str) -> list[tuple[str, str]]:
    """What went wrong with the object: (stage, one clear line)."""
    p = db.problem.c
    rows = conn.execute(select(p.stage, p.message).where(p.sha256 == sha256).order_by(p.position))
    return [(row.stage, row.message) for row in rows]


def counts(conn: Connection) -> dict[str, int]:
    """How many incidents, reports, recordings and log lines the archive holds."""
    tables = {"incidents": db.incident, "reports": db.document, "recordings": db.footage, "lines": db.log}
    return {name: conn.scalar(select(func.count()).select_from(table)) or 0 for name, table in tables.items()}


# ------------------------------------------------------------------ lists


def names(conn: Connection, documents: list[str]) -> dict[str, str]:
    """The file name under which the object of each of the documents was first captured."""
    c = db.capture.c
    query = select(c.sha256, c.name).where(c.sha256.in_({object_of(d) for d in documents})).order_by(c.seq.desc())
    known = {row.sha256: row.name for row in conn.execute(query)}
    return {document: known[of] for document in documents if (of := object_of(document)) in known}


def recordings(conn: Connection, *, limit: int, offset: int) -> list[tuple[Footage, str | None]]:
    """Recordings with the name that they were captured under."""
    f = db.footage.c
    query = select(f.record, first_name(f.sha256)).order_by(f.created_utc.is_(None), f.created_utc.desc(), f.sha256)
    return [(decode(record, Footage), name) for record, name in conn.execute(query.limit(limit).offset(offset))]


def troubled(conn: Connection, *, limit: int) -> list[tuple]:
    """Objects with problems: (sha256, stage, message, name)."""
    p = db.problem.c
    query = select(p.sha256, p.stage, p.message, first_name(p.sha256)).order_by(p.sha256, p.position)
    return list(conn.execute(query.limit(limit)))


def first_name(sha256):
    """A column: the file name of an object's first capture."""
    c = db.capture.c
    name = select(c.name).where(c.sha256 == sha256).order_by(c.seq).limit(1)
    return name.scalar_subquery().label("name")


def told(conn: Connection, rows: list[tuple[str, int]]) -> list[Told]:
    """The claims at these documents and positions, in the order given."""
    readings: dict[str, Reading | None] = {}
    found = []
    for document, position in rows:
        if document not in readings:
            readings[document] = load_reading(conn, document)
        reading = readings[document]
        if reading is not None and position < len(reading.claims):
            said = (reading.title, reading.publisher, reading.published, reading.lang)
            found.append(Told(document, position + 1, *said, reading.claims[position]))
    return found


def reports(conn: Connection, keys: list[str]) -> list[tuple]:
    """(sha256, title, publisher, published, lang) of these documents, in the order given."""
    d = db.document.c
    query = select(d.sha256, d.title, d.publisher, d.published, d.lang).where(d.sha256.in_(keys))
    rows = {row.sha256: row for row in conn.execute(query)}
    return [rows[key] for key in keys if key in rows]


def with_accounts(conn: Connection, ids: list[str]) -> list[ListedIncident]:
    """The incidents with their accounts, without what stands around them: all that a list shows, in two queries."""
    heads = {row.id: row.record for row in conn.execute(HEADS, {"ids": ids})}
    accounts: dict[str, list[ListedAccount]] = {}
    for row in conn.execute(ACCOUNTS, {"ids": ids}):
        accounts.setdefault(row.incident, []).append(decode(row.record, ListedAccount))
    found = ((id, decode(heads[id], ListedIncident)) for id in ids if id in heads)
    return [msgspec.structs.replace(incident, accounts=tuple(accounts.get(id, ()))) for id, incident in found]


# ------------------------------------------------------------------ judgements


def newest_judgements(conn: Connection, count: int) -> list[Judgement]:
    """What was judged last, those that were taken back too."""
    rows = conn.execute(select(db.judgement).order_by(db.judgement.c.seq.desc()).limit(count)).mappings()
    return [judgements.as_judgement(row) for row in rows]


def judged_so_far(conn: Connection) -> tuple[int | None, int | None, int]:
    """Something that changes with every judgement, every one taken back, and when what they change was derived."""
    j = db.judgement.c
    waiting = select(func.count()).where(j.applied == 0).scalar_subquery()
    return tuple(conn.execute(select(func.max(j.seq), func.max(j.reversed_by), waiting)).one())


# ------------------------------------------------------------------ the log


def entries(conn: Connection, *, newest: int, count: int) -> list[LogEntry]:
    """At most `count` log entries from line `newest` downwards, with the values that still stand beside them."""
    return list(custody.entries(conn, max(0, newest - count + 1), stop=newest + 1))[::-1]


def entries_of(conn: Connection, act: str, *, skipped: int, count: int) -> list[LogEntry]:
    """At most `count` log entries of one act, newest first, after the first `skipped` of them."""
    mark = f'{{"act":"{act}"'.encode()
    line = func.substr(db.log.c.line, 1, len(mark)) == mark
    seqs = select(db.log.c.seq).where(line).order_by(db.log.c.seq.desc()).offset(skipped).limit(count)
    return list(custody.some(conn, conn.scalars(seqs).all()))


def log_size(conn: Connection) -> int:
    """How many lines the log has."""
    return custody.log_size(conn)


def statements():
    """The queries that most pages need, built once."""
    c, a, i = db.capture.c, db.account.c, db.incident.c
    columns = (c.sha256, c.size, c.media_type, c.name, c.seq)
    first = select(*columns).where(c.sha256 == bindparam("sha256")).order_by(c.seq).limit(1)
    keys, ids = bindparam("keys", expanding=True), bindparam("ids", expanding=True)
    homes = select(a.incident, a.sha256).where(a.sha256.in_(keys)).order_by(a.sha256, a.position)
    heads = select(i.id, i.record).where(i.id.in_(ids))
    accounts = select(a.incident, a.record).where(a.incident.in_(ids)).order_by(a.number)
    return first, homes, heads, accounts


HELD, INCIDENTS_OF, HEADS, ACCOUNTS = statements()
