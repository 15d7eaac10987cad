"""Taking files in, so that whatever is acknowledged survives a crash at any later moment.

A batch goes through these steps, each durable before the next begins:
1. every file is read once into a temporary file of the store, hashed on the way, and synced;
2. one transaction writes what is about to be kept and logged to `pending`;
3. the temporary files are renamed to their hashes, the folders synced;
4. one transaction writes log lines, disclosures and captures, and empties `pending`;
5. only then are the results yielded.
After a crash between 2 and 4 the next writer adopts: see `adopt`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO

from sqlalchemy import delete, func, insert, select

from dalil import db
from dalil.archive import custody, lines, media, removal
from dalil.archive.blobs.local import BLOCK_BYTES, hash_file, remove
from dalil.archive.sources.files import check_kind, refusal
from dalil.archive.sources.found import Found
from dalil.errors import InputRefused
from dalil.records import Capture

if TYPE_CHECKING:
    from dalil.archive.archive import Archive

# A batch is what a crash can cost, so it is small. Threads: adding the 1,000 files of bench/make_folder.py on two busy
# cores took 3.2 to 3.9 s with 4, 2.9 to 3.9 s with 8, 2.6 to 4.0 s with 16; one synced write after another took 5 s.
BATCH_FILES = 64
BATCH_BYTES = 64 << 20
STAGERS = 8


@dataclass(frozen=True, slots=True)
class Captured:
    """One file is in the archive.

    `already`: the same bytes from the same source were there before, and nothing was added (`capture` is the earlier
    one). `new_object`: these bytes were not in the archive before.
    """

    capture: Capture
    new_object: bool
    already: bool


@dataclass(frozen=True, slots=True)
class Staged:
    """Bytes in a synced temporary file, not yet an object."""

    temporary: Path
    sha256: str
    size: int
    media_type: str
    captured: str
    modified: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """The source's bytes are those of an earlier capture, and the object stands."""

    capture: Capture


@dataclass(slots=True)
class _Sitting:
    """What holds for all batches of one taking in: by whom and with what, and whether what is here is captured again.

    `page` is the source and the object of the page whose parts follow.
    """

    tool: str
    by: str
    again: bool
    page: tuple[str, str] | None = None


@dataclass(slots=True)
class _Batch:
    """What one batch comes to: an outcome for each file, and the lines to log for those that are new.

    `logged` are those of its objects that the log knew before.
    """

    logged: set[str]
    outcomes: list[Captured | InputRefused | int] = field(default_factory=list)  # an int is a place in `fields`
    fields: list[dict[str, object]] = field(default_factory=list)
    keep: list[tuple[Path, str]] = field(default_factory=list)
    first: dict[tuple[str, str, str | None], int] = field(default_factory=dict)
    doubles: set[int] = field(default_factory=set)  # places in `outcomes` that repeat a file of this very batch
    new_objects: set[str] = field(default_factory=set)
    new_at: set[int] = field(default_factory=set)


def take_in(
    archive: Archive,
    found: Iterable[Found | InputRefused],
    *,
    by: str,
    tool: str,
    again: bool,
    on_bytes: Callable[[int], None] | None,
) -> Iterator[Captured | InputRefused]:
    """See Archive.capture."""
    sitting = _Sitting(tool, by, again)
    with ThreadPoolExecutor(STAGERS, thread_name_prefix="capture") as pool:
        for batch in _batches(found):
            staged = _stage_all(archive, batch, pool, again, on_bytes)
            try:
                results = _log_batch(archive, _plan(archive, sitting, batch, staged))
            finally:
                for item in staged:
                    if isinstance(item, Staged):
                        with suppress(OSError):  # what cannot be removed now is swept up by the next writer
                            remove(item.temporary)
            yield from results


def _batches(found: Iterable[Found | InputRefused]) -> Iterator[list[Found | InputRefused]]:
    """Groups of bounded number and size; a big file stands alone."""
    batch: list[Found | InputRefused] = []
    total = 0
    for item in found:
        size = _size(item.path) if isinstance(item, Found) else 0
        if batch and (len(batch) == BATCH_FILES or total + size > BATCH_BYTES):
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += size
    if batch:
        yield batch


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # staging will say what is wrong with it


# ---------------------------------------------------------------- step 1: staging


def _stage_all(
    archive: Archive,
    batch: Sequence[Found | InputRefused],
    pool: ThreadPoolExecutor,
    again: bool,
    on_bytes: Callable[[int], None] | None,
) -> list[Staged | Known | InputRefused]:
    known = {} if again else _known(archive, [item.source for item in batch if isinstance(item, Found)])
    count = one_at_a_time(on_bytes)

    def one(item: Found | InputRefused) -> Staged | Known | InputRefused:
        return item if isinstance(item, InputRefused) else _stage(archive, item, known.get(item.source, []), count)

    return [one(batch[0])] if len(batch) == 1 else list(pool.map(one, batch))


def one_at_a_time(on_bytes: Callable[[int], None] | None) -> Callable[[int], None]:
    """The callback, safe to call from several threads."""
    if on_bytes is None:
        return lambda _: None
    lock = Lock()

    def call(count: int) -> None:
        with lock:
            on_bytes(count)

    return call


def _known(archive: Archive, sources: Sequence[str]) -> dict[str, list[Capture]]:
    """Earlier captures by source."""
    result: dict[str, list[Capture]] = {}
    with archive.engine.connect() as connection:
        query = select(db.capture).where(db.capture.c.source.in_(sources)).order_by(db.capture.c.seq)
        for row in connection.execute(query).mappings():
            result.setdefault(row["source"], []).append(custody.as_capture(row))
    return result


def _stage(
    archive: Archive, item: Found, known: Sequence[Capture], on_bytes: Callable[[int], None]
) -> Staged | Known | InputRefused:
    try:
        # Not blocking: what was a file a moment ago may be a pipe that nobody writes to.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(item.path, flags), "rb", buffering=0) as file:
            return _read(archive, item, known, file, on_bytes)
    except OSError as error:
        return refusal(item.path, error)


def _read(
    archive: Archive, item: Found, known: Sequence[Capture], file: BinaryIO, on_bytes: Callable[[int], None]
) -> Staged | Known | InputRefused:
    before = os.fstat(file.fileno())
    refused = check_kind(item.path, before.st_mode)
    if refused:
        return refused
    asked = custody.imported(item.fields)
    same_size = [c for c in known if c.object.size == before.st_size and c.imported == asked]
    if same_size:
        sha256 = hash_file(file)
        for capture in same_size:
            if capture.object.sha256 == sha256 and archive.store.holds(sha256, before.st_size):
                on_bytes(before.st_size)
                return Known(capture)
        file.seek(0)
    captured = lines.new_moment()
    incoming = archive.store.receive()
    try:
        while block := file.read(BLOCK_BYTES):
            incoming.write(block)
            on_bytes(len(block))
        after = os.fstat(file.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or incoming.size != after.st_size:
            incoming.discard()
            return InputRefused(str(item.path), "changed while it was being read", "Add it again when it is complete")
        if not incoming.size:
            incoming.discard()
            return InputRefused(str(item.path), "is empty", "Nothing was added for it")
        media_type = media.detect(incoming.file, item.name)
        return Staged(incoming.path, incoming.seal(), incoming.size, media_type, captured, _modified(before))
    except BaseException:  # whatever went wrong, also Ctrl-C: no temporary file stays behind
        incoming.discard()
        raise


def _modified(found: os.stat_result) -> str | None:
    try:
        return lines.moment(datetime.fromtimestamp(found.st_mtime, UTC))
    except (ValueError, OverflowError, OSError):
        return None  # a file system can hold times that no calendar has


# ---------------------------------------------------------------- steps 2 to 5: pending, renaming, logging


def _log_batch(archive: Archive, plan: _Batch) -> list[Captured | InputRefused]:
    if not plan.fields:
        return [outcome for outcome in plan.outcomes if not isinstance(outcome, int)]
    with archive.transaction() as connection:
        # Only this batch's rows are taken out again: what an earlier failure left stays until it is adopted.
        first = (connection.execute(select(func.max(db.pending.c.id))).scalar() or 0) + 1
        connection.execute(
            insert(db.pending),
            [{"id": n, "sha256": f["object"], "details": lines.canonical(f)} for n, f in enumerate(plan.fields, first)],
        )
    archive.store.keep(plan.keep)
    with archive.transaction() as connection:
        entries, edge = archive.append_within(connection, [("capture", f) for f in plan.fields])
        connection.execute(delete(db.pending).where(db.pending.c.id >= first))
    archive.committed(edge)
    made = [custody.as_capture(custody.capture_row(entry)) for entry in entries]
    return [
        Captured(made[o], place in plan.new_at, place in plan.doubles) if isinstance(o, int) else o
        for place, o in enumerate(plan.outcomes)
    ]


def _plan(
    archive: Archive,
    sitting: _Sitting,
    batch: Sequence[Found | InputRefused],
    staged: Sequence[Staged | Known | InputRefused],
) -> _Batch:
    plan = _Batch(_logged(archive, [s.sha256 for s in staged if isinstance(s, Staged)]))
    for item, outcome in zip(batch, staged, strict=True):
        if isinstance(outcome, Staged):
            _plan_one(archive, sitting, plan, item, outcome)
        else:
            plan.outcomes.append(Captured(outcome.capture, False, True) if isinstance(outcome, Known) else outcome)
        if isinstance(outcome, (Staged, Known)) and item.has_parts:
            sha256 = outcome.sha256 if isinstance(outcome, Staged) else outcome.capture.object.sha256
            sitting.page = (item.source, sha256)  # its parts follow it at once
    return plan


def _plan_one(archive: Archive, sitting: _Sitting, plan: _Batch, item: Found, staged: Staged) -> None:
    place = len(plan.outcomes)
    same = (item.source, staged.sha256, custody.imported(item.fields))
    earlier = plan.first.get(same)
    if earlier is not None and not sitting.again:
        plan.doubles.add(place)
        plan.outcomes.append(earlier)
        return
    if not _sound(archive, staged, plan.logged):
        where = archive.store.where(staged.sha256)
        what = f"its bytes were taken in before, but the object {where} is damaged"
        plan.outcomes.append(
            InputRefused(str(item.path), what, "Move the damaged file out of the archive, then add this again")
        )
        return
    if staged.sha256 not in plan.new_objects and not archive.store.holds(staged.sha256, staged.size):
        plan.keep.append((staged.temporary, staged.sha256))
        plan.new_objects.add(staged.sha256)
        if staged.sha256 not in plan.logged:
            plan.new_at.add(place)
    plan.first[same] = len(plan.fields)
    plan.outcomes.append(len(plan.fields))
    plan.fields.append(_fields(sitting, item, staged))


def _sound(archive: Archive, staged: Staged, logged: set[str]) -> bool:
    """Whether the object, if a file stands under its name already, may be relied on."""
    if not archive.store.has(staged.sha256):
        return True
    if not archive.store.holds(staged.sha256, staged.size):
        return False
    if staged.sha256 in logged:
        return True
    with archive.store.open(staged.sha256) as file:  # not logged by us: somebody put it here
        return hash_file(file) == staged.sha256


def _logged(archive: Archive, hashes: Sequence[str]) -> set[str]:
    with archive.engine.connect() as connection:
        query = select(db.capture.c.sha256).where(db.capture.c.sha256.in_(hashes)).distinct()
        return set(connection.execute(query).scalars())


def _fields(sitting: _Sitting, item: Found, staged: Staged) -> dict[str, object]:
    fields: dict[str, object] = {
        "object": staged.sha256,
        "size": staged.size,
        "media_type": staged.media_type,
        "name": item.name,
        "source": item.source,
        "captured": staged.captured,
        **item.fields,
        "tool": sitting.tool,
        "by": sitting.by,
    }
    if staged.modified is not None:
        fields["modified"] = staged.modified
    if sitting.page and sitting.page[0] == item.page:
        fields["page"] = sitting.page[1]
    return fields


# ---------------------------------------------------------------- after a crash


def adopt(archive: Archive) -> tuple[Capture, ...]:
    """What a crash left half done is finished: objects that stand whole are logged, temporary files are gone.

    An object is adopted only if its bytes are those that `pending` announced. One whose bytes are not, and that no
    line of the log knows, was never acknowledged and is removed.
    """
    with archive.engine.connect() as connection:
        rows = connection.execute(select(db.pending).order_by(db.pending.c.id)).all()
    if any(removal.is_erasure(row.details) for row in rows):
        removal.finish(archive)
        rows = [row for row in rows if not removal.is_erasure(row.details)]
    acts = []
    for row in rows:
        if _whole(archive, row.sha256):
            fields = {**json.loads(row.details), "reason": "a capture that was cut short before it was logged"}
            acts.append(("adopt", fields))
        elif row.sha256 not in _logged(archive, [row.sha256]):
            archive.store.remove(row.sha256)
    if rows:
        with archive.transaction() as connection:
            entries, edge = archive.append_within(connection, acts)
            connection.execute(delete(db.pending))
        archive.committed(edge)
    archive.store.sweep()
    return tuple(custody.as_capture(custody.capture_row(entry)) for entry in (entries if rows else ()))


def _whole(archive: Archive, sha256: str) -> bool:
    try:
        with archive.store.open(sha256) as file:
            return hash_file(file) == sha256
    except OSError:
        return False
