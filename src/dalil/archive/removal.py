"""Erasing, withholding, redacting: what is taken away, or not shown, and the line in the log that says so.

Erasing is the only act that removes anything from an archive. It goes in steps that a crash cannot tear:
1. one transaction writes the `erase` line, takes values and salts out from beside their lines, drops all that was
   derived from them, and notes in `pending` which objects' bytes are to go;
2. the bytes are unlinked and the folders synced;
3. one transaction takes the note out again. Whoever opens the archive for writing after a crash does 2 and 3.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.schema import DropTable

from dalil import db
from dalil.archive import custody, judgements, lines
from dalil.archive.custody import BYTES, Target, targets
from dalil.errors import DalilError, InputRefused
from dalil.records import LogEntry

if TYPE_CHECKING:
    from pathlib import Path

    from dalil.archive.archive import Archive

EVERYTHING = "all"
EVERYBODY = "*"
ANY_FIELD = frozenset({"capture", "adopt", "derive", "judge", "redact"})
PERSONAL = frozenset({"by", "reason", "recipient"})  # what may be erased from the log's own acts
MIN_PREFIX = 8


# ---------------------------------------------------------------- what a person means


def resolve(archive: Archive, what: str, fields: Sequence[str]) -> list[Target]:
    """The targets that "17" (a line) or "3fa9c1…" (an object: all its captures) and field names stand for.

    "all" is every field and, for a capture, the bytes. "object" and "bytes" mean every capture of that object, since
    its bytes are one and the hash of what is gone must not stay behind elsewhere.
    """
    with archive.reading() as connection:
        entries = list(_entries(connection, what))
        objects = {
            str(e.disclosed["object"]) for e in entries if e.act in custody.CAPTURING and "object" in e.disclosed
        }
        whole = bool({EVERYTHING, BYTES, "object"} & set(fields))
        if whole and objects:
            seen = {entry.seq for entry in entries}
            entries += [e for e in _captures(connection, objects) if e.seq not in seen]
    found = [(entry.seq, field) for entry in entries for field in _fields(entry, fields)]
    if not found:
        raise InputRefused(what, f"has no field {', '.join(fields)}", 'See "dalil log" for what each line holds')
    return sorted(set(found))


def _entries(connection: Connection, what: str) -> Iterator[LogEntry]:
    if what.isdigit() and len(what) < MIN_PREFIX:
        entry = next((e for e in custody.entries(connection, int(what)) if e.seq == int(what)), None)
        if entry is None:
            raise InputRefused(what, "is no line of this log", 'See "dalil log"')
        yield entry
        return
    yield from _captures(connection, {_object(connection, what)})


def the_object(archive: Archive, beginning: str) -> str:
    """The SHA-256 of the one object that begins so; InputRefused if there is none or more than one."""
    with archive.reading() as connection:
        return _object(connection, beginning)


def _object(connection: Connection, beginning: str) -> str:
    column = db.capture.c.sha256
    query = select(column).distinct().where(column.startswith(beginning.lower(), autoescape=True)).limit(2)
    objects = connection.execute(query).scalars().all()
    if len(beginning) < MIN_PREFIX or len(objects) != 1:
        remedy = f"Give at least {MIN_PREFIX} digits of its SHA-256, or a line's number"
        raise InputRefused(beginning, "names no single object", remedy)
    return objects[0]


def _captures(connection: Connection, objects: set[str]) -> Iterator[LogEntry]:
    query = select(db.capture.c.seq).where(db.capture.c.sha256.in_(objects)).order_by(db.capture.c.seq)
    for seq in connection.execute(query).scalars().all():
        yield from custody.some(connection, [seq])


def _fields(entry: LogEntry, fields: Sequence[str]) -> Iterator[str]:
    captures = entry.act in custody.CAPTURING
    for field in fields:
        if field == EVERYTHING:
            yield from (name for name in entry.disclosed if name != lines.FIELDS)
            if captures:
                yield BYTES
        elif field in entry.disclosed and field != lines.FIELDS:
            yield field
            if captures and field == "object":
                yield BYTES  # bytes without a line that knows them would be an unlogged object
        elif field == BYTES and captures:
            yield field


# ---------------------------------------------------------------- withholding


def withhold(
    archive: Archive, chosen: Sequence[Target], *, recipient: str, reason: str, by: str, lifted: bool = False
) -> LogEntry:
    """From now on exports to that recipient ("*": to anybody) do not show these; `lifted`: they do again."""
    values = {"targets": _as_values(chosen), "recipient": recipient, "reason": reason, "by": by}
    return archive.append("withhold", {**values, "lifted": True} if lifted else values)


def withheld(archive: Archive, recipient: str) -> frozenset[Target]:
    """What exports to that recipient do not show, by the log."""
    hidden: dict[str, set[Target]] = {EVERYBODY: set(), recipient: set()}
    for entry in archive.entries(act="withhold"):
        of = hidden.get(str(entry.disclosed.get("recipient")))
        if of is not None:
            change = of.difference_update if entry.disclosed.get("lifted") else of.update
            change(targets(entry.disclosed.get("targets")))
    return frozenset(hidden[EVERYBODY] | hidden[recipient])


# ---------------------------------------------------------------- redacting


def redact(archive: Archive, original: str, copy: Path, *, reason: str, by: str) -> LogEntry:
    """The redacted copy is an object of its own, and a line says of which original and why; the original stays."""
    made = archive.capture_file(copy, by=by)
    if made.object.sha256 == original:
        raise InputRefused(str(copy), "is the original itself, bit for bit", "Redact a copy, then name it here")
    values = {"object": made.object.sha256, "from": original, "reason": reason, "tool": made.tool, "by": by}
    return archive.append("redact", values)


# ---------------------------------------------------------------- erasing


def erase(archive: Archive, chosen: Sequence[Target], *, reason: str, by: str) -> LogEntry:
    """The values, their salts and the bytes are gone from the archive, and a line says who did it, when and why."""
    with archive.reading() as connection:
        held = {entry.seq: entry for entry in custody.some(connection, sorted({seq for seq, _ in chosen}))}
    _refuse(held, chosen)
    named = {held[seq].disclosed.get("object") for seq, field in chosen if field == BYTES}
    doomed = sorted(str(sha256) for sha256 in named if sha256)
    values = {"targets": _as_values(chosen), "reason": reason, "by": by}
    with archive.transaction() as connection:
        _forget_freed(connection)
        (entry,), edge = archive.append_within(connection, [("erase", values)])
        _take_out(connection, chosen)
        if doomed:
            first = (connection.execute(select(func.max(db.pending.c.id))).scalar() or 0) + 1
            details = json.dumps({"erase": entry.seq})
            rows = [{"id": n, "sha256": sha256, "details": details} for n, sha256 in enumerate(doomed, first)]
            connection.execute(insert(db.pending), rows)
        drop_all_derived(connection)
        judgements.rebuild(connection)
        custody.rebuild_captures(connection)
    archive.committed(edge)
    finish(archive)
    shutil.rmtree(archive.derived, ignore_errors=True)
    return entry


def finish(archive: Archive) -> None:
    """The bytes that an erase line doomed are gone, and so is every trace of their names and values in the database."""
    with archive.engine.connect() as connection:
        rows = [row for row in connection.execute(select(db.pending)) if is_erasure(row.details)]
    for row in rows:
        archive.store.remove(row.sha256)
    if rows:
        with archive.transaction() as connection:
            _forget_freed(connection)
            connection.execute(delete(db.pending).where(db.pending.c.id.in_([row.id for row in rows])))
    with archive.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def is_erasure(details: str) -> bool:
    """Whether a row of `pending` says that an object's bytes are to go, not that they are to come."""
    return "erase" in json.loads(details)


def drop_all_derived(connection: Connection) -> None:
    """Every table that is not truth is gone, search indexes too; those of db stand, empty."""
    keep = {table.name for table in db.TRUTH}
    if connection.dialect.name == "sqlite":
        virtual = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%'"
        for (name,) in connection.exec_driver_sql(virtual).all():
            connection.exec_driver_sql('DROP TABLE "{}"'.format(name.replace('"', '""')))
    found = db.metadata.__class__()
    found.reflect(connection, only=lambda name, _: name not in keep)
    for table in reversed(found.sorted_tables):
        connection.execute(DropTable(table))
    db.metadata.create_all(connection, tables=list(db.DERIVED))


def _refuse(held: dict[int, LogEntry], chosen: Iterable[Target]) -> None:
    for seq, field in chosen:
        entry = held.get(seq)
        if entry is None:
            raise InputRefused(f"line {seq}", "is no line of this log", 'See "dalil log"')
        if entry.act not in ANY_FIELD and field not in PERSONAL:
            what = f'the field "{field}" of a line of the kind {entry.act} is what the log is checked by'
            raise InputRefused(f"line {seq}", what, "Nothing was erased")
        if field not in entry.disclosed and not (field == BYTES and entry.act in custody.CAPTURING):
            raise InputRefused(f"line {seq}", f'holds no field "{field}"', "Nothing was erased")


def _take_out(connection: Connection, chosen: Iterable[Target]) -> None:
    by_line: dict[int, set[str]] = {}
    for seq, field in chosen:
        by_line.setdefault(seq, set()).add(field)
    query = select(db.disclosure).where(db.disclosure.c.seq == bindparam("line"))
    for seq, fields in by_line.items():
        row = connection.execute(query, {"line": seq}).one()
        kept = [d for d in row.disclosures.split("~") if lines.read_disclosure(d)[0] not in fields]
        connection.execute(update(db.disclosure).where(db.disclosure.c.seq == seq).values(disclosures="~".join(kept)))


def _forget_freed(connection: Connection) -> None:
    """What is deleted on this connection is overwritten in the file, not only marked as free."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def _as_values(chosen: Iterable[Target]) -> list[dict[str, object]]:
    values: list[dict[str, object]] = [{"seq": seq, "field": field} for seq, field in chosen]
    if not values:
        raise DalilError("nothing was named")
    return values
