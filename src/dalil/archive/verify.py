"""Everything that an archive's bytes, log and checkpoints promise, checked; what is wrong is named, with what to do.

Nothing is repaired and nothing is deleted here. Order of reading, so that a writer at work raises no false alarm: the
store's files and the checkpoints are listed first, then log and pending captures are read in one snapshot.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from sqlalchemy.exc import DatabaseError

from dalil.archive import checkpoints, ots, stamps, witness
from dalil.archive.blobs import Store
from dalil.archive.blobs.local import Stored, hash_file
from dalil.archive.captures import one_at_a_time
from dalil.archive.findings import RESTORE_LOG, Finding, damaged, noted
from dalil.archive.notes import check_signed
from dalil.archive.resume import Progress
from dalil.archive.walk import Walk, walk_log
from dalil.errors import CustodyBroken
from dalil.records import Checkpoint

if TYPE_CHECKING:
    from dalil.archive.archive import Archive

HASHERS = min(4, max(2, os.cpu_count() or 2))  # a hash keeps a core busy; one disk feeds about four


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at and what was found; `ok` if there is no damage.

    `resumed`: how many of the objects were not hashed now, since an earlier run that was cut short had found them good.
    """

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
    resumed: int = 0


def verify(
    archive: Archive,
    *,
    prior: Checkpoint | None = None,
    on_start: Callable[[int], None] = lambda _: None,
    on_bytes: Callable[[int], None] = lambda _: None,
    progress: Progress | None = None,
) -> Report:
    """The whole archive is checked. `prior`: a checkpoint kept elsewhere, which the log must continue.

    `on_start` is told how many bytes will be hashed, `on_bytes` how many more have been. With `progress` a run that is
    cut short can be gone on with.
    """
    findings: list[Finding] = []
    stored = list(archive.store.objects())
    notes = list(_read_notes(archive, findings))
    sizes = {note.size for note in notes} | ({prior.size} if prior else set())
    walk = Walk(archive.settings.origin, frozenset(sizes), findings)
    try:
        with archive.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")  # one snapshot for all that follows
            walk_log(connection, walk, archive.settings.database)
    except DatabaseError as error:
        findings.append(damaged("log", archive.settings.database, f"cannot be read: {error.orig}", RESTORE_LOG))
    covered = _check_notes(archive, notes, walk, findings)
    if prior:
        _check_prior(archive, prior, walk, findings)
    _check_stamps(archive, walk, findings)
    findings += witness.check(archive, walk.stamps)
    findings += ots.check(archive, walk.stamps)
    size, resumed = _check_objects(archive, stored, walk, findings, on_start, on_bytes, progress)
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
        resumed=resumed,
    )


# ---------------------------------------------------------------- checkpoints


def _read_notes(archive: Archive, findings: list[Finding]) -> Iterator[Checkpoint]:
    for path in archive.checkpoints.files():
        try:
            note = checkpoints.read(path)
        except CustodyBroken as error:
            findings.append(damaged("checkpoint", path.name, str(error), "Restore it from a copy"))
            continue
        if archive.checkpoints.path(note.size) != path:
            what = f"is a checkpoint over {note.size} lines under another name"
            findings.append(damaged("checkpoint", path.name, what, "Restore both from a copy"))
            continue
        yield note


def _check_notes(archive: Archive, notes: list[Checkpoint], walk: Walk, findings: list[Finding]) -> int:
    """Every checkpoint is signed and true of the log; how many lines the newest good one covers."""
    covered = 0
    for note in notes:
        where = archive.checkpoints.path(note.size).name
        wrong = _wrong_note(archive, note, walk, covered)
        if wrong:
            findings.append(damaged("checkpoint", where, *wrong))
        else:
            covered = max(covered, note.size)
        expected = walk.committed.get(note.size)
        if expected and expected != checkpoints.note_sha256(note):
            what = f"the log committed to sha256 {expected}, found {checkpoints.note_sha256(note)}"
            findings.append(damaged("checkpoint", where, what, "Restore it from a copy"))
    for size in sorted(walk.committed.keys() - {note.size for note in notes}):
        where = archive.checkpoints.path(size).name
        findings.append(damaged("checkpoint", where, "is gone, though the log names it", "Restore it from a copy"))
    _check_key_files(archive, walk, findings)
    if walk.lines > covered:
        what = f"{walk.lines - covered} of {walk.lines} lines are newer than the newest good checkpoint"
        remedy = "A command was cut short or is running; the next one that writes makes a checkpoint"
        findings.append(noted("checkpoint", "log", what, remedy))
    return covered


def _wrong_note(archive: Archive, note: Checkpoint, walk: Walk, good: int = 0) -> tuple[str, str] | None:
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


def _check_key_files(archive: Archive, walk: Walk, findings: list[Finding]) -> None:
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
            findings.append(damaged("key", f"keys/{name}", what, "Restore it from a copy"))
    private = archive.path / "keys" / "log.pem"
    if private.is_file() and private.with_name("log.pem.age").is_file():
        what = "the signing key stands in the clear beside its encrypted form: a command was cut short"
        findings.append(noted("permissions", "keys/log.pem", what, "Run dalil key encrypt again"))
    if os.name != "nt" and private.is_file() and private.stat().st_mode & 0o077:
        what = "the signing key may be read by other users of this machine"
        findings.append(noted("permissions", "keys/log.pem", what, f"chmod 600 {private}"))


def _check_prior(archive: Archive, prior: Checkpoint, walk: Walk, findings: list[Finding]) -> None:
    wrong = _wrong_note(archive, prior, walk)
    if wrong:
        findings.append(damaged("prior", f"checkpoint over {prior.size} lines kept elsewhere", *wrong))


# ---------------------------------------------------------------- time stamps


def _check_stamps(archive: Archive, walk: Walk, findings: list[Finding]) -> None:
    """Every granted stamp that the log names is here and over its checkpoint; what no authority stamped is told."""
    known = set()
    roots = stamps.roots(archive)
    newest = dict.fromkeys(archive.settings.authorities, 0)
    for seq, fields in walk.stamps:
        size, reply = fields.get("size"), fields.get("reply")
        if fields.get("status") != "granted" or not isinstance(size, int) or not isinstance(reply, str):
            continue
        path = stamps.path(archive, size, reply)
        known.add(path)
        try:
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() != reply:
                raise stamps.StampRefused(f"expected sha256 {reply}, found {hashlib.sha256(data).hexdigest()}")
            stamps.check(data, archive.checkpoints.path(size).read_bytes(), roots)
        except (OSError, stamps.StampRefused) as error:
            what = f"the time stamp that line {seq} names: {error}"
            findings.append(damaged("stamp", path.name, what, "Restore it from a copy, or run dalil stamp again"))
            continue
        newest[str(fields.get("authority"))] = max(newest.get(str(fields.get("authority")), 0), size)
    for path in sorted(archive.checkpoints.folder.glob(f"*{stamps.SUFFIX}")):
        if path not in known:
            what = "a time stamp that no line of the log names: a command was cut short"
            findings.append(noted("stamp", path.name, what, "Run dalil stamp again"))
    for authority in archive.settings.authorities:
        waiting = sum(seq >= newest[authority] for seq in walk.content)
        if waiting:
            what = f"{waiting} lines are not stamped yet"
            findings.append(noted("stamp", authority, what, "Run dalil stamp when the network is there"))
    if known and roots is None:
        what = "the authorities' signatures were not checked: their root certificates are not here"
        findings.append(noted("stamp", stamps.ROOTS, what, f"Put them into {archive.path / stamps.ROOTS}"))


# ---------------------------------------------------------------- objects


def _check_objects(
    archive: Archive,
    stored: list[Stored],
    walk: Walk,
    findings: list[Finding],
    on_start: Callable[[int], None],
    on_bytes: Callable[[int], None],
    progress: Progress | None,
) -> tuple[int, int]:
    """Every object is hashed, logged or not; how many bytes that were, and how many objects were known from before."""
    seen = {item.sha256 for item in stored if item.sha256}
    # Objects logged after the store was listed, or gone.
    for sha256 in sorted(walk.objects.keys() - seen):
        if walk.gone(sha256):
            continue
        if archive.store.has(sha256):
            stored.append(Stored(archive.store.where(sha256), sha256, walk.objects[sha256], False))
        else:
            remedy = "Restore it from a copy, or add its original file again"
            findings.append(damaged("missing", sha256, "the log knows this object, but its file is gone", remedy))
    findings += [_stray(archive, item) for item in stored if not item.sha256]
    objects = [item for item in stored if item.sha256]
    known = {item for item in objects if progress and progress.known(item)}
    on_start(sum(item.size for item in objects if item not in known))
    for item, found in zip(
        objects, _hash_all(archive.store, objects, known, one_at_a_time(on_bytes), progress), strict=True
    ):
        findings += _check_object(item, found, walk)
    if progress:
        progress.finished()
    leftovers = archive.store.leftovers()
    if leftovers:
        what = f"{len(leftovers)} temporary files: a command was cut short, or another dalil is adding files right now"
        findings.append(
            noted("temporary", str(archive.store.incoming), what, "The next command that writes removes them")
        )
    return sum(item.size for item in objects), len(known)


def _check_object(item: Stored, found: str, walk: Walk) -> Iterator[Finding]:
    sha256 = str(item.sha256)
    logged = sha256 in walk.objects
    if found != sha256:
        remedy = "Move this file away and restore it from a copy, or add its original file again"
        yield damaged("damaged", sha256, f"expected sha256 {sha256}, found {found}", remedy)
    elif logged and walk.objects[sha256] != item.size:
        yield damaged("damaged", sha256, f"expected {walk.objects[sha256]} bytes, found {item.size}", RESTORE_LOG)
    elif walk.gone(sha256) and sha256 not in walk.pending:
        remedy = "Run the erasure again, or move this file out of the archive"
        yield damaged("erased", sha256, "the log says that these bytes were erased, but they still stand", remedy)
    elif not logged and sha256 not in walk.pending:
        remedy = f"If it belongs here, add it as a file: dalil add {item.where}. Otherwise move it away"
        yield damaged("unlogged", sha256, "an object that no line of the log knows", remedy)
    if item.writable:
        yield noted("permissions", sha256, "may be written to", f"chmod a-w {item.where}")


def _stray(archive: Archive, item: Stored) -> Finding:
    where = Path(item.where)
    inside = where.relative_to(archive.path) if where.is_relative_to(archive.path) else item.where
    return damaged("stray", str(inside), "is no object", "Move it out of the archive")


def _hash_all(
    store: Store,
    objects: list[Stored],
    known: set[Stored],
    on_bytes: Callable[[int], None],
    progress: Progress | None,
) -> Iterator[str]:
    """The SHA-256 of each, hashed side by side; for those known to be good, what their name says.

    Whoever stops in between, by Ctrl-C too, does not wait for the rest.
    """
    stopped = Event()

    def on_block(count: int) -> None:
        if stopped.is_set():
            raise OSError("stopped")
        on_bytes(count)

    def one(item: Stored) -> str:
        if item in known:
            return str(item.sha256)
        before = store.identity(str(item.sha256)) if progress else None
        found = _hash(store, item, on_block)
        if progress and found == item.sha256 and before == store.identity(str(item.sha256)):
            progress.found_good(item, before)
        return found

    with ThreadPoolExecutor(HASHERS, thread_name_prefix="verify") as pool:
        try:
            yield from pool.map(one, objects)
        except BaseException:  # Ctrl-C above all
            stopped.set()
            pool.shutdown(cancel_futures=True)
            if progress:
                progress.save()
            raise


def _hash(store: Store, item: Stored, on_bytes: Callable[[int], None]) -> str:
    try:
        with store.open(str(item.sha256)) as file:
            return hash_file(file, on_bytes)
    except OSError as error:
        return f"nothing ({error.strerror or error})"
