"""The custody log in its tables: appending lines and reading them back. Knows transactions, not files.

Everything here takes an open connection, so that a caller decides what one transaction holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice

from sqlalchemy import Connection, Table, delete, func, insert, select

from dalil.archive import lines, merkle
from dalil.archive.lines import Malformed
from dalil.db import capture, disclosure, frontier, log, raw
from dalil.errors import CustodyBroken
from dalil.records import Capture, LogEntry, Object

CAPTURING = ("capture", "adopt")
CAPTURE_FIELDS = ("object", "size", "media_type", "name", "source", "captured", "tool", "by")
NEEDED = frozenset(("object", "size", "media_type", "captured"))
BYTES = "bytes"  # the field name by which an erase or withhold line means the object itself
ERASED = "[erased]"  # stands in the capture table, never in the log
COLUMNS = tuple(column.name for column in capture.columns)
SHA256 = re.compile(r"[0-9a-f]{64}")
KINDS = {name: int if name == "size" else str for name in CAPTURE_FIELDS}
READ_ROWS = 2000

Act = tuple[str, Mapping[str, object]]
Target = tuple[int, str]
Row = tuple[int, bytes, str | None]


def log_size(connection: Connection) -> int:
    """How many lines the log has (its last number and one more; `verify` checks that none is missing)."""
    last = connection.execute(select(func.max(log.c.seq))).scalar()
    return 0 if last is None else last + 1


def count(connection: Connection) -> int:
    """How many lines stand there: less than `log_size` where some are missing."""
    return connection.execute(select(func.count()).select_from(log).where(log.c.seq >= 0)).scalar() or 0


Appended = tuple[list[LogEntry], merkle.Frontier]


def append(connection: Connection, edge: merkle.Frontier, acts: Sequence[Act]) -> Appended:
    """New lines stand at the log's end, with their disclosures, their captures and the tree's new edge.

    Nothing is durable before the caller's transaction is.
    """
    at = lines.new_moment()
    at_utc = lines.read_moment(at)
    entries, rows, beside, captures = [], [], [], []
    made = lines.make_lines(edge.size, at, acts)
    for seq, ((act, values), (line, disclosures)) in enumerate(zip(acts, made, strict=True), edge.size):
        rows.append((seq, line))
        beside.append((seq, "~".join(disclosures)))
        entry = LogEntry(seq, at_utc, act, line, {**values, lines.FIELDS: sorted(values)})
        entries.append(entry)
        if row := capture_row(entry):
            captures.append(row)
    if not entries:
        return [], edge
    edge = edge.extended([merkle.leaf_hash(line) for line, _ in made])
    _insert(connection, log, rows)
    _insert(connection, disclosure, beside)
    if captures:
        connection.execute(insert(capture), captures)
    save_edge(connection, edge)
    return entries, edge


def _insert(connection: Connection, table: Table, rows: list[tuple[object, ...]]) -> None:
    """Whole rows in the order of the table's columns; straight to the driver where it takes them by position."""
    statement = insert(table)
    if connection.dialect.positional:
        connection.exec_driver_sql(str(statement.compile(dialect=connection.dialect)), rows)
    else:
        connection.execute(statement, [dict(zip(table.columns.keys(), row, strict=True)) for row in rows])


def save_edge(connection: Connection, edge: merkle.Frontier) -> None:
    """The table holds this edge and no other."""
    connection.execute(delete(frontier))
    connection.execute(insert(frontier), {"size": edge.size, "hashes": edge.to_bytes()})


def load_edge(connection: Connection) -> merkle.Frontier | None:
    """The saved edge, not yet believed; None if there is none or it is no edge."""
    row = connection.execute(select(frontier.c.size, frontier.c.hashes)).first()
    try:
        return None if row is None else merkle.Frontier.from_bytes(row.size, row.hashes)
    except ValueError:
        return None


def rows(connection: Connection, start: int = 0, stop: int | None = None) -> Iterator[Row]:
    """(seq, line, disclosures joined by "~") from `start` to before `stop`, in order, some thousands held at a time."""
    return chain.from_iterable(slices(connection, READ_ROWS, start, stop))


def slices(connection: Connection, size: int, start: int = 0, stop: int | None = None) -> Iterator[list[Row]]:
    """The same, so many rows together."""
    query = (
        select(log.c.seq, log.c.line, disclosure.c.disclosures)
        .select_from(log.outerjoin(disclosure, log.c.seq == disclosure.c.seq))
        .where(log.c.seq >= start)
        .order_by(log.c.seq)
    )
    return raw(connection, query if stop is None else query.where(log.c.seq < stop), size=size)


def entries(
    connection: Connection, start: int = 0, act: str | None = None, stop: int | None = None
) -> Iterator[LogEntry]:
    """The log's entries in order; CustodyBroken at the first that cannot be read."""
    mark = b"" if act is None else f'{{"act":"{act}"'.encode()
    for seq, line, disclosures in rows(connection, start, stop):
        if line.startswith(mark):
            yield read_entry(seq, line, disclosures)


def some(connection: Connection, seqs: Sequence[int]) -> Iterator[LogEntry]:
    """The entries of these lines that there are; CustodyBroken at the first that cannot be read."""
    query = select(log.c.line, disclosure.c.disclosures).select_from(
        log.outerjoin(disclosure, log.c.seq == disclosure.c.seq)
    )
    for seq in seqs:
        if row := connection.execute(query.where(log.c.seq == seq)).first():
            yield read_entry(seq, *row)


def read_entry(seq: int, line: bytes, disclosures: str | None) -> LogEntry:
    """One stored row as an entry; CustodyBroken if it is not what was written."""
    try:
        parsed = lines.read_line(line)
        if parsed.seq != seq:
            raise Malformed(f"its line says that it is line {parsed.seq}")
        fields = lines.read_fields(disclosures.split("~") if disclosures else (), parsed)
    except Malformed as error:
        raise CustodyBroken(f'log line {seq}: {error}. Run "dalil verify", restore dalil.db from a copy') from None
    return LogEntry(seq, lines.read_moment(parsed.at), parsed.act, line, fields)


def leaf_hashes(connection: Connection, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The leaf hashes of the lines start … stop-1."""
    query = select(log.c.line).where(log.c.seq >= start).order_by(log.c.seq)
    if stop is not None:
        query = query.where(log.c.seq < stop)
    for (line,) in connection.execute(query.execution_options(yield_per=READ_ROWS)):
        yield merkle.leaf_hash(line)


# ---------------------------------------------------------------- captures


def capture_row(entry: LogEntry) -> dict[str, object] | None:
    """The capture table's row for an entry; None if it is no capture or what names its bytes was erased."""
    values = capture_values(entry.seq, entry.act, entry.disclosed)
    return dict(zip(COLUMNS, values, strict=True)) if values else None


def capture_values(seq: int, act: str, fields: Mapping[str, object]) -> tuple[object, ...] | None:
    """The same in the order of the table's columns."""
    if act not in CAPTURING or not fields.keys() >= NEEDED or wrong_fields(fields):
        return None
    return (seq, *[fields.get(name, ERASED) for name in CAPTURE_FIELDS], fields.get("page"), imported(fields))


def imported(fields: Mapping[str, object]) -> str | None:
    """What a capture's `import` field asks for, as canonical JSON; None where it asks for nothing."""
    wanted = fields.get("import")
    return lines.canonical(wanted) if isinstance(wanted, dict) else None


def wrong_fields(fields: Mapping[str, object]) -> list[str]:
    """The names of a capture's fields whose values are of the wrong kind."""
    wrong = [name for name in CAPTURE_FIELDS if type(fields.get(name, KINDS[name]())) is not KINDS[name]]
    if "object" in fields and not SHA256.fullmatch(str(fields["object"])):
        wrong.append("object")
    return wrong


def as_capture(row: Mapping[str, object]) -> Capture:
    """The record of a row of the capture table."""
    return Capture(
        seq=row["seq"],
        object=Object(row["sha256"], row["size"], row["media_type"]),
        name=row["name"],
        source=row["source"],
        captured_utc=lines.read_moment(row["captured_utc"]),
        tool=row["tool"],
        by=row["by"],
        page=row["page"],
        imported=row["imported"],
    )


def rebuild_captures(connection: Connection) -> int:
    """The capture table is what the log discloses, made anew; how many rows it has."""
    connection.execute(delete(capture))
    rows = _capture_rows(connection)
    while batch := list(islice(rows, READ_ROWS)):
        connection.execute(insert(capture), batch)
    erased = [seq for seq, field in erasures(connection) if field == BYTES]
    for seq in erased:
        connection.execute(delete(capture).where(capture.c.seq == seq))
    return connection.execute(select(func.count()).select_from(capture)).scalar() or 0


def erasures(connection: Connection) -> set[Target]:
    """Every field and every object's bytes that the log says were erased."""
    found = list(entries(connection, act="erase"))
    return {target for entry in found for target in targets(entry.disclosed.get("targets"))}


def targets(value: object) -> Iterator[Target]:
    """The fields that an erase or withhold line names."""
    for target in value if isinstance(value, list) else ():
        if isinstance(target, dict) and isinstance(target.get("seq"), int):
            yield target["seq"], str(target.get("field"))


def _capture_rows(connection: Connection) -> Iterator[dict[str, object]]:
    # Read in slices, each whole, so that no reading cursor is open while rows are written.
    start, size = 0, log_size(connection)
    while start < size:
        stop = min(start + READ_ROWS, size)
        query = (
            select(log.c.seq, log.c.line, disclosure.c.disclosures)
            .select_from(log.outerjoin(disclosure, log.c.seq == disclosure.c.seq))
            .where(log.c.seq >= start, log.c.seq < stop)
            .order_by(log.c.seq)
        )
        for seq, line, disclosures in connection.execute(query).all():
            if row := capture_row(read_entry(seq, line, disclosures)):
                yield row
        start = stop
