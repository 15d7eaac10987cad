"""The log read from its first line to its last, every line and value checked; what the rest of verify needs is kept.

The log says which objects there should be, which values were erased, which keys sign from where on, and which
checkpoints and time stamps stand beside it.
"""

from __future__ import annotations

import base64
import binascii
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from dalil import db
from dalil.archive import bulk, custody, lines, merkle, readers, reading
from dalil.archive.custody import BYTES, Target
from dalil.archive.findings import REBUILD, RESTORE_LOG, Finding, damaged, noted
from dalil.archive.lines import Malformed
from dalil.archive.notes import NoteKey, key_statement
from dalil.errors import CustodyBroken

HOUSEKEEPING = ("stamp", "checkpoint")


@dataclass(slots=True)
class Walk:
    """What reading the log has gathered so far; `objects` are sizes by hash, `captured` the lines by object."""

    origin: str
    sizes: frozenset[int]
    findings: list[Finding]
    edge: merkle.Frontier = field(default_factory=merkle.Frontier.empty)
    roots: dict[int, bytes] = field(default_factory=dict)
    keys: list[tuple[int, NoteKey]] = field(default_factory=list)
    objects: dict[str, int] = field(default_factory=dict)
    captured: dict[str, list[int]] = field(default_factory=dict)
    committed: dict[int, str] = field(default_factory=dict)
    stamps: list[tuple[int, Mapping[str, object]]] = field(default_factory=list)
    content: array = field(default_factory=lambda: array("q"))  # lines that are more than stamps and checkpoints
    erased: set[Target] = field(default_factory=set)
    missing_fields: list[Target] = field(default_factory=list)
    pending: set[str] = field(default_factory=set)
    lines: int = 0
    disclosures: int = 0
    captures: int = 0
    _table: dict[int, tuple[object, ...]] = field(default_factory=dict)
    _differs: dict[int, tuple[object, ...] | None] = field(default_factory=dict)
    _agrees: set[int] = field(default_factory=set)

    def gone(self, sha256: str) -> bool:
        """Whether the log says of every capture of that object that its bytes were erased."""
        seqs = self.captured.get(sha256)
        return bool(seqs) and all((seq, BYTES) in self.erased for seq in seqs)


def walk_log(connection: Connection, walk: Walk, database: str) -> None:
    """Every line of the log is checked; `walk` and its findings say what came of it."""
    walk._table = _capture_table(connection)
    for part in readers.parts(connection, tuple(_ACTS)):
        _grow(walk, part.leaves)
        if not _take_all(walk, part):
            for i, (seq, read) in enumerate(zip(part.seqs, part.reads, strict=True)):
                _take(walk, seq, read, part.rows[i] if part.rows else None)
    _check_capture_table(walk)
    walk.pending = set(connection.execute(select(db.pending.c.sha256)).scalars())
    if walk.pending:
        what = f"{len(walk.pending)} captures were cut short, or another dalil is adding files right now"
        walk.findings.append(noted("pending", database, what, "The next command that writes logs them"))
    for seq, name in walk.missing_fields:
        if (seq, name) not in walk.erased:
            what = f'its field "{name}" is gone, and no line says that it was erased'
            walk.findings.append(damaged("disclosure", f"line {seq}", what, RESTORE_LOG))
    if not walk.keys:
        walk.findings.append(damaged("key", "log", "no line says which key signs for this log", RESTORE_LOG))


def _capture_table(connection: Connection) -> dict[int, tuple[object, ...]]:
    return {row[0]: tuple(row) for row in connection.execute(select(db.capture))}


def _check_capture_table(walk: Walk) -> None:
    """A row for each capture whose bytes were not erased, and no other."""
    erased = {seq for seq, name in walk.erased if name == BYTES}
    for seq, found in sorted(walk._differs.items()):
        if found is not None or seq not in erased:
            what = "the capture table does not say what the log says"
            walk.findings.append(damaged("capture", f"line {seq}", what, REBUILD))
    for seq in sorted(walk._table.keys() - walk._differs.keys() - (walk._agrees - erased)):
        what = "the capture table has a row that the log has not"
        walk.findings.append(damaged("capture", f"line {seq}", what, REBUILD))


def _grow(walk: Walk, leaves: list[bytes]) -> None:
    """The tree has these leaves; its root is kept wherever a checkpoint was made."""
    first = walk.edge.size
    start = 0
    for size in sorted(size for size in walk.sizes if first < size <= first + len(leaves)):
        walk.edge = walk.edge.extended(leaves[start : size - first])
        walk.roots[size] = walk.edge.root()
        start = size - first
    walk.edge = walk.edge.extended(leaves[start:])


def _take_all(walk: Walk, part: reading.Part) -> bool:
    """Whether all of these lines follow on and hold nothing that the rest of verify asks about; then they are taken."""
    first, last = part.seqs[0], part.seqs[-1]
    kinds = {id(read): read for read in part.reads}.values()  # one object stands for many lines
    if first != walk.lines or last - first != len(part.seqs) - 1:
        return False
    if any(read is None or not read.complete or read.fields for read in kinds):
        return False
    if not walk._table.keys().isdisjoint(range(first, last + 1)):
        return False
    walk.lines += len(part.seqs)
    walk.disclosures += sum(read.disclosures for read in part.reads if read)
    walk.content.extend(range(first, last + 1))
    return True


def _take(walk: Walk, seq: int, read: bulk.Read | None, row: custody.Row | None) -> None:
    """One line; `row` is there where the line could not be read by the thousand."""
    if seq != walk.lines:
        gone = f"lines {walk.lines} to {seq - 1} are" if seq > walk.lines + 1 else f"line {walk.lines} is"
        walk.findings.append(damaged("log", f"line {seq}", f"{gone} missing before it", RESTORE_LOG))
        walk.lines = seq
    walk.lines += 1
    if read is None and row:
        read = _read_slowly(walk, seq, reading.line_bytes(row[1]), row[2])
    if read is None:
        return
    walk.disclosures += read.disclosures
    if not read.complete:
        _check_fields(walk, seq, read.fields)
    if read.act not in HOUSEKEEPING:
        walk.content.append(seq)
    if act := _ACTS.get(read.act):
        act(walk, seq, read.fields)
    expected = custody.capture_values(seq, read.act, read.fields)
    if expected:
        walk.captures += 1
    found = walk._table.get(seq)
    if found != expected:
        walk._differs[seq] = found
    elif found is not None:
        walk._agrees.add(seq)


def _read_slowly(walk: Walk, seq: int, line: bytes, disclosures: object) -> bulk.Read | None:
    """The line as lines.py reads it; None, and a finding that says why, if it is not what was written."""
    parts = str(disclosures).split("~") if disclosures else []
    try:
        parsed = lines.read_line(line)
        if parsed.seq != seq:
            raise Malformed(f"it says that it is line {parsed.seq}: lines were moved")
    except Malformed as error:
        walk.findings.append(damaged("log", f"line {seq}", f"was altered: {error}", RESTORE_LOG))
        return None
    try:
        fields = lines.read_fields(parts, parsed)
    except Malformed as error:
        walk.disclosures += len(parts)
        walk.findings.append(damaged("disclosure", f"line {seq}", f"was altered: {error}", RESTORE_LOG))
        return None
    return bulk.Read(parsed.at, parsed.act, fields, len(parts), False)


def _check_fields(walk: Walk, seq: int, fields: Mapping[str, object]) -> None:
    """The fields that stand are those that the line's own list names; what is missing must have been erased."""
    names = fields.get(lines.FIELDS)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        walk.missing_fields.append((seq, lines.FIELDS))
        return
    if len(names) + 1 == len(fields) and fields.keys() >= set(names):
        return
    walk.missing_fields += [(seq, name) for name in names if name not in fields]
    for name in fields.keys() - set(names) - {lines.FIELDS}:
        what = f'a field "{name}" that its list does not name'
        walk.findings.append(damaged("disclosure", f"line {seq}", what, RESTORE_LOG))


# ---------------------------------------------------------------- what single acts mean for the rest


def _capture(walk: Walk, seq: int, fields: Mapping[str, object]) -> None:
    if wrong := custody.wrong_fields(fields):
        what = f"its fields {', '.join(wrong)} are not of the kind that they should be"
        walk.findings.append(damaged("capture", f"line {seq}", what, RESTORE_LOG))
    elif isinstance(name := fields.get("object"), str):
        walk.captured.setdefault(name, []).append(seq)
        if isinstance(size := fields.get("size"), int):
            walk.objects[name] = size


def _checkpoint(walk: Walk, seq: int, fields: Mapping[str, object]) -> None:
    if isinstance(size := fields.get("size"), int):
        walk.committed[size] = str(fields.get("note"))


def _erase(walk: Walk, seq: int, fields: Mapping[str, object]) -> None:
    walk.erased |= set(custody.targets(fields.get("targets")))


def _stamp(walk: Walk, seq: int, fields: Mapping[str, object]) -> None:
    walk.stamps.append((seq, fields))


def _key(walk: Walk, seq: int, fields: Mapping[str, object]) -> None:
    """The key line is signed by its own key, and by the key before it when there was one."""
    previous = walk.keys[-1][1] if walk.keys else None
    where = f"line {seq}"
    try:
        key = NoteKey.parse(str(fields.get("vkey")))
        statement = key_statement(walk.origin, seq, key.vkey, previous.vkey if previous else None)
        good = key.verifies(base64.b64decode(str(fields.get("signature"))), statement)
        if previous:
            good &= previous.verifies(base64.b64decode(str(fields.get("previous_signature"))), statement)
    except (CustodyBroken, binascii.Error) as error:
        walk.findings.append(damaged("key", where, f"names no key: {error}", RESTORE_LOG))
        return
    if not good or fields.get("origin") != walk.origin:
        what = "the key line is not signed by its key for this log"
        walk.findings.append(damaged("key", where, what, RESTORE_LOG))
        return
    walk.keys.append((seq, key))


_ACTS = {
    "capture": _capture,
    "adopt": _capture,
    "checkpoint": _checkpoint,
    "erase": _erase,
    "stamp": _stamp,
    "key": _key,
}
