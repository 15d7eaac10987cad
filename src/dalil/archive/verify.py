"""Everything that an archive's bytes, log and checkpoints promise, checked; what is wrong is named, with what to do.

Nothing is repaired and nothing is deleted here. Order of reading, so that a writer at work raises no false alarm: the
store's files and the checkpoints are listed first, then log and pending captures are read in one snapshot.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select
from sqlalchemy.exc import DatabaseError

from dalil import db
from dalil.archive import checkpoints, custody, lines, merkle
from dalil.archive.blobs.local import Stored, hash_file
from dalil.archive.captures import one_at_a_time
from dalil.archive.lines import Malformed
from dalil.archive.notes import NoteKey, check_signed, key_statement
from dalil.errors import CustodyBroken
from dalil.records import Checkpoint, LogEntry

if TYPE_CHECKING:
    from dalil.archive.archive import Archive

RESTORE_LOG = "Restore dalil.db from a copy, then verify again"
HASHERS = min(4, max(2, os.cpu_count() or 2))  # a hash keeps a core busy; one disk feeds about four


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong (`damage`) or worth knowing, and what a person can do."""

    kind: str
    where: str
    what: str
    remedy: str
    damage: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at and what was found; `ok` if there is no damage."""

    ok: bool
    lines: int
    disclosures: int
    objects: int
    object_bytes: int
    captures: int
    checkpoints: int
    covered: int
    root: str
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Walk:
    """What reading the log has gathered so far."""

    edge: merkle.Frontier = field(default_factory=merkle.Frontier.empty)
    roots: dict[int, bytes] = field(default_factory=dict)
    keys: list[tuple[int, NoteKey]] = field(default_factory=list)
    objects: dict[str, int] = field(default_factory=dict)
    committed: dict[int, str] = field(default_factory=dict)
    erased: set[tuple[int, str]] = field(default_factory=set)
    missing_fields: list[tuple[int, str]] = field(default_factory=list)
    pending: set[str] = field(default_factory=set)
    lines: int = 0
    disclosures: int = 0
    captures: int = 0


def verify(
    archive: Archive,
    *,
    prior: Checkpoint | None = None,
    on_start: Callable[[int], None] = lambda _: None,
    on_bytes: Callable[[int], None] = lambda _: None,
) -> Report:
    """The whole archive is checked. `prior`: a checkpoint kept elsewhere, which the log must continue.

    `on_start` is told how many bytes will be hashed, `on_bytes` how many more have been.
    """
    findings: list[Finding] = []
    stored = list(archive.store.objects())
    notes = list(_read_notes(archive, findings))
    walk = _Walk()
    try:
        with archive.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")  # one snapshot for all that follows
            _walk_log(
                connection, archive, {note.size for note in notes} | ({prior.size} if prior else set()), walk, findings
            )
    except DatabaseError as error:
        findings.append(_damage("log", archive.settings.database, f"cannot be read: {error.orig}", RESTORE_LOG))
    covered = _check_notes(archive, notes, walk, findings)
    if prior:
        _check_prior(archive, prior, walk, findings)
    size = _check_objects(archive, stored, walk, findings, on_start, on_bytes)
    return Report(
        ok=not any(finding.damage for finding in findings),
        lines=walk.lines,
        disclosures=walk.disclosures,
        objects=len(walk.objects),
        object_bytes=size,
        captures=walk.captures,
        checkpoints=len(notes),
        covered=covered,
        root=walk.edge.root().hex(),
        findings=tuple(findings),
    )


def _damage(kind: str, where: str, what: str, remedy: str) -> Finding:
    return Finding(kind, where, what, remedy, True)


def _note(kind: str, where: str, what: str, remedy: str) -> Finding:
    return Finding(kind, where, what, remedy, False)


# ---------------------------------------------------------------- the log


def _walk_log(connection: Connection, archive: Archive, sizes: set[int], walk: _Walk, findings: list[Finding]) -> None:
    table = _capture_table(connection)
    for seq, line, disclosures in custody.rows(connection):
        if seq != walk.lines:
            gone = f"lines {walk.lines} to {seq - 1} are" if seq > walk.lines + 1 else f"line {walk.lines} is"
            findings.append(_damage("log", f"line {seq}", f"{gone} missing before it", RESTORE_LOG))
            walk.lines = seq
        if not isinstance(line, bytes):  # SQLite lets anybody store any type
            line = str(line).encode("utf-8", "replace")
        walk.lines += 1
        walk.edge = walk.edge.extended((merkle.leaf_hash(line),))
        if walk.edge.size in sizes:
            walk.roots[walk.edge.size] = walk.edge.root()
        entry = _check_line(archive, seq, line, disclosures, walk, findings)
        expected = custody.capture_row(entry) if entry else None
        if expected:
            walk.captures += 1
            walk.objects[str(expected["sha256"])] = int(expected["size"])
        if entry and table.pop(seq, None) != expected:
            remedy = 'Nothing is lost: run "dalil rebuild"'
            findings.append(
                _damage("capture", f"line {seq}", "the capture table does not say what the log says", remedy)
            )
    for seq in table:
        remedy = 'Nothing is lost: run "dalil rebuild"'
        findings.append(_damage("capture", f"line {seq}", "the capture table has a row that the log has not", remedy))
    walk.pending = set(connection.execute(select(db.pending.c.sha256)).scalars())
    if walk.pending:
        what = f"{len(walk.pending)} captures were cut short, or another dalil is adding files right now"
        findings.append(_note("pending", archive.settings.database, what, "The next command that writes logs them"))
    for seq, name in walk.missing_fields:
        if (seq, name) not in walk.erased:
            what = f'its field "{name}" is gone, and no line says that it was erased'
            findings.append(_damage("disclosure", f"line {seq}", what, RESTORE_LOG))
    if not walk.keys:
        findings.append(_damage("key", "log", "no line says which key signs for this log", RESTORE_LOG))


def _capture_table(connection: Connection) -> dict[int, dict[str, object]]:
    rows = connection.execute(select(db.capture)).mappings()
    return {row["seq"]: dict(row) for row in rows}


def _check_line(
    archive: Archive, seq: int, line: bytes, disclosures: str | None, walk: _Walk, findings: list[Finding]
) -> LogEntry | None:
    try:
        parsed = lines.read_line(line)
        if parsed.seq != seq:
            raise Malformed(f"it says that it is line {parsed.seq}: lines were moved")
    except Malformed as error:
        findings.append(_damage("log", f"line {seq}", f"was altered: {error}", RESTORE_LOG))
        return None
    parts = str(disclosures).split("~") if disclosures else []
    walk.disclosures += len(parts)
    try:
        fields = lines.read_fields(parts, parsed)
    except Malformed as error:
        findings.append(_damage("disclosure", f"line {seq}", f"was altered: {error}", RESTORE_LOG))
        return None
    _check_fields(seq, fields, walk, findings)
    entry = LogEntry(seq, lines.read_moment(parsed.at), parsed.act, line, fields)
    if parsed.act == "key":
        _check_key(archive, entry, walk, findings)
    elif parsed.act == "checkpoint" and isinstance(fields.get("size"), int):
        walk.committed[fields["size"]] = str(fields.get("note"))
    elif parsed.act == "erase":
        walk.erased |= set(_erased(fields.get("targets")))
    elif parsed.act in custody.CAPTURING and (wrong := custody.wrong_fields(fields)):
        what = f"its fields {', '.join(wrong)} are not of the kind that they should be"
        findings.append(_damage("capture", f"line {seq}", what, RESTORE_LOG))
    return entry


def _erased(targets: object) -> Iterator[tuple[int, str]]:
    """The fields that an erase line names."""
    for target in targets if isinstance(targets, list) else ():
        if isinstance(target, dict) and isinstance(target.get("seq"), int):
            yield target["seq"], str(target.get("field"))


def _check_fields(seq: int, fields: dict[str, object], walk: _Walk, findings: list[Finding]) -> None:
    """The fields that stand are those that the line's own list names; what is missing must have been erased."""
    names = fields.get(lines.FIELDS)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        walk.missing_fields.append((seq, lines.FIELDS))
        return
    walk.missing_fields += [(seq, name) for name in names if name not in fields]
    for name in fields.keys() - set(names) - {lines.FIELDS}:
        findings.append(
            _damage("disclosure", f"line {seq}", f'a field "{name}" that its list does not name', RESTORE_LOG)
        )


def _check_key(archive: Archive, entry: LogEntry, walk: _Walk, findings: list[Finding]) -> None:
    """The key line is signed by its own key, and by the key before it when there was one."""
    fields, previous = entry.disclosed, walk.keys[-1][1] if walk.keys else None
    where = f"line {entry.seq}"
    try:
        key = NoteKey.parse(str(fields.get("vkey")))
        statement = key_statement(archive.settings.origin, entry.seq, key.vkey, previous.vkey if previous else None)
        good = key.verifies(base64.b64decode(str(fields.get("signature"))), statement)
        if previous:
            good &= previous.verifies(base64.b64decode(str(fields.get("previous_signature"))), statement)
    except (CustodyBroken, binascii.Error) as error:
        findings.append(_damage("key", where, f"names no key: {error}", RESTORE_LOG))
        return
    if not good or fields.get("origin") != archive.settings.origin:
        findings.append(_damage("key", where, "the key line is not signed by its key for this log", RESTORE_LOG))
        return
    walk.keys.append((entry.seq, key))


# ---------------------------------------------------------------- checkpoints


def _read_notes(archive: Archive, findings: list[Finding]) -> Iterator[Checkpoint]:
    for path in archive.checkpoints.files():
        try:
            note = checkpoints.read(path)
        except CustodyBroken as error:
            findings.append(_damage("checkpoint", path.name, str(error), "Restore it from a copy"))
            continue
        if archive.checkpoints.path(note.size) != path:
            what = f"is a checkpoint over {note.size} lines under another name"
            findings.append(_damage("checkpoint", path.name, what, "Restore both from a copy"))
            continue
        yield note


def _check_notes(archive: Archive, notes: list[Checkpoint], walk: _Walk, findings: list[Finding]) -> int:
    """Every checkpoint is signed and true of the log; how many lines the newest good one covers."""
    covered = 0
    for note in notes:
        where = archive.checkpoints.path(note.size).name
        wrong = _wrong_note(archive, note, walk, covered)
        if wrong:
            findings.append(_damage("checkpoint", where, *wrong))
        else:
            covered = max(covered, note.size)
        expected = walk.committed.get(note.size)
        if expected and expected != checkpoints.note_sha256(note):
            what = f"the log committed to sha256 {expected}, found {checkpoints.note_sha256(note)}"
            findings.append(_damage("checkpoint", where, what, "Restore it from a copy"))
    for size in sorted(walk.committed.keys() - {note.size for note in notes}):
        where = archive.checkpoints.path(size).name
        findings.append(_damage("checkpoint", where, "is gone, though the log names it", "Restore it from a copy"))
    _check_key_files(archive, walk, findings)
    if walk.lines > covered:
        what = f"{walk.lines - covered} of {walk.lines} lines are newer than the newest good checkpoint"
        remedy = "A command was cut short or is running; the next one that writes makes a checkpoint"
        findings.append(_note("checkpoint", "log", what, remedy))
    return covered


def _wrong_note(archive: Archive, note: Checkpoint, walk: _Walk, good: int = 0) -> tuple[str, str] | None:
    """What is wrong with a checkpoint and what to do; the log's first `good` lines are known to be as signed."""
    if note.origin != archive.settings.origin:
        return f"is of another log: expected origin {archive.settings.origin}, found {note.origin}", "Remove it"
    if note.size > walk.lines:
        what = f"was signed over {note.size} lines, but the log has {walk.lines}: the log was rolled back"
        return what, "Restore dalil.db from a copy that has all lines"
    key = next((key for seq, key in reversed(walk.keys) if seq < note.size), None)
    if key is None:
        return "no key line of the log vouches for its signature", RESTORE_LOG
    try:
        check_signed(note.note, [key])
    except CustodyBroken as error:
        return f"is not signed by this log's key: {error}", "Restore it from a copy"
    found = walk.roots.get(note.size)
    if found is None or found.hex() != note.root:
        what = f"expected root {note.root} over the first {note.size} lines, found {found.hex() if found else 'none'}"
        return f"{what}: one of the lines {good} to {note.size - 1} was altered, dropped or moved", RESTORE_LOG
    return None


def _check_key_files(archive: Archive, walk: _Walk, findings: list[Finding]) -> None:
    """The public key files say what the log says; the private one is for its owner's eyes only."""
    if not walk.keys:
        return
    key = walk.keys[-1][1]
    for name, expected in (("log.vkey", key.vkey + "\n"), ("log.pub", key.public_pem().decode())):
        path = archive.path / "keys" / name
        try:
            found = path.read_bytes()
        except OSError as error:
            found = f"nothing ({error.strerror or error})".encode()
        if found != expected.encode():
            what = (
                f"expected {expected.strip()}, as the log says, found {found.decode('utf-8', 'replace').strip()[:300]}"
            )
            findings.append(_damage("key", f"keys/{name}", what, "Restore it from a copy"))
    private = archive.path / "keys" / "log.pem"
    if os.name != "nt" and private.is_file() and private.stat().st_mode & 0o077:
        what = "the signing key may be read by other users of this machine"
        findings.append(_note("permissions", "keys/log.pem", what, f"chmod 600 {private}"))


def _check_prior(archive: Archive, prior: Checkpoint, walk: _Walk, findings: list[Finding]) -> None:
    wrong = _wrong_note(archive, prior, walk)
    if wrong:
        findings.append(_damage("prior", f"checkpoint over {prior.size} lines kept elsewhere", *wrong))


# ---------------------------------------------------------------- objects


def _check_objects(
    archive: Archive,
    stored: list[Stored],
    walk: _Walk,
    findings: list[Finding],
    on_start: Callable[[int], None],
    on_bytes: Callable[[int], None],
) -> int:
    """Every object is hashed, logged or not; how many bytes that were."""
    seen = {item.sha256 for item in stored if item.sha256}
    # Objects logged after the store was listed, or gone.
    for sha256 in sorted(walk.objects.keys() - seen):
        path = archive.store.path(sha256)
        if path.is_file():
            stored.append(Stored(path, sha256, path.stat().st_size, False))
        else:
            remedy = "Restore it from a copy, or add its original file again"
            findings.append(_damage("missing", sha256, "the log knows this object, but its file is gone", remedy))
    on_start(sum(item.size for item in stored if item.sha256))
    objects = [item for item in stored if item.sha256]
    findings += [_stray(archive, item) for item in stored if not item.sha256]
    with ThreadPoolExecutor(HASHERS, thread_name_prefix="verify") as pool:
        count = one_at_a_time(on_bytes)
        for item, found in zip(objects, pool.map(lambda item: _hash(item, count), objects), strict=True):
            findings += _check_object(item, found, walk)
    leftovers = archive.store.leftovers()
    if leftovers:
        what = f"{len(leftovers)} temporary files: a command was cut short, or another dalil is adding files right now"
        findings.append(
            _note("temporary", str(archive.store.incoming), what, "The next command that writes removes them")
        )
    return sum(item.size for item in objects)


def _check_object(item: Stored, found: str, walk: _Walk) -> Iterator[Finding]:
    sha256 = str(item.sha256)
    logged = sha256 in walk.objects
    if found != sha256:
        remedy = "Move this file away and restore it from a copy, or add its original file again"
        yield _damage("damaged", sha256, f"expected sha256 {sha256}, found {found}", remedy)
    elif logged and walk.objects[sha256] != item.size:
        yield _damage("damaged", sha256, f"expected {walk.objects[sha256]} bytes, found {item.size}", RESTORE_LOG)
    elif not logged and sha256 not in walk.pending:
        remedy = f"If it belongs here, add it as a file: dalil add {item.path}. Otherwise move it away"
        yield _damage("unlogged", sha256, "an object that no line of the log knows", remedy)
    if item.writable:
        yield _note("permissions", sha256, "may be written to", f"chmod a-w {item.path}")


def _stray(archive: Archive, item: Stored) -> Finding:
    where = str(item.path.relative_to(archive.path)) if item.path.is_relative_to(archive.path) else str(item.path)
    return _damage("stray", where, "is no object", "Move it out of the archive")


def _hash(item: Stored, on_bytes: Callable[[int], None]) -> str:
    try:
        with item.path.open("rb", buffering=0) as file:
            return hash_file(file, on_bytes)
    except OSError as error:
        return f"nothing ({error.strerror or error})"
