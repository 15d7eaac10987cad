"""add → capture → text or footage → claims → incidents: each object once, in the order of the custody log.

What is derived here is a function of the captured bytes, the log's order, the judgements that stand and the settings
in dalil.toml, so that `rebuild` gives the same bytes again. Nothing is derived before its bytes are stored and logged.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from dalil import db
from dalil.archive import Archive
from dalil.atlas.loaded import with_places
from dalil.claims import imports, search
from dalil.claims.imports.parts import Part, Passed, Report, Wanted
from dalil.claims.text import TEXT_TYPES
from dalil.errors import DalilError, InputRefused, one_line
from dalil.footage import FOOTAGE_PREFIXES, screen_store, telling
from dalil.footage import store as recordings
from dalil.footage.screen import Screen
from dalil.incidents import reports
from dalil.incidents.recordings import link_footage
from dalil.incidents.reports import PLACES
from dalil.records import Capture

ROWS_AT_ONCE = 500  # rows of an import in one transaction: what a crash can cost, and what memory holds
# A run that adds so many documents leaves the index of words in one piece.
TIDIED_AFTER = 1000

talk = logging.getLogger("dalil.pipeline")


@dataclass(frozen=True, slots=True)
class Derived:
    """What came of one object: `kind` is "report", "footage", "rows" or "other"; `problems` are lines for people.

    `report` counts the rows or messages of an import; `findings` are lines that say where footage was seen before.
    """

    capture: Capture
    kind: str
    incidents: tuple[str, ...]
    problems: tuple[str, ...]
    report: Report | None = None
    findings: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether nothing could be read from the object; a problem with a report that was read is a remark."""
        return self.kind == "other" and bool(self.problems)


def waiting(archive: Archive) -> list[Capture]:
    """The first capture of every object, and of every import of it, that is not derived yet, in the log's order."""
    c, d = db.capture.c, db.derivation.c
    derived = select(d.seq).where(d.sha256 == c.sha256, d.imported.is_not_distinct_from(c.imported))
    query = select(func.min(c.seq)).where(~derived.exists()).group_by(c.sha256, c.imported).order_by(func.min(c.seq))
    with archive.engine.connect() as conn:
        wanted = set(conn.scalars(query))
    return [capture for capture in archive.captures() if capture.seq in wanted] if wanted else []


def derive_waiting(
    archive: Archive,
    on_done: Callable[[Derived], None] = lambda _: None,
    on_start: Callable[[int], None] = lambda _: None,
    on_row: Callable[[], None] = lambda: None,
) -> list[Derived]:
    """Every captured object is read or probed, searchable and in its incidents; what each gave, in log order.

    Judgements whose effect a crash kept from being derived are applied first.

    `on_start` is told how many objects wait, `on_done` of each as it is done, `on_row` of each row of an import.
    """
    done: list[Derived] = []
    with archive.engine.begin() as conn:
        search.ensure_index(conn)
        before = search.indexed(conn)
    reports.apply_waiting(archive)
    queue = waiting(archive)
    on_start(len(queue))
    with with_places(archive.path / PLACES), closing(Screen(archive)) as screen:
        for capture in queue:
            derived = derive(archive, capture, screen, on_row)
            done.append(derived)
            on_done(derived)
    with archive.engine.begin() as conn:
        if search.indexed(conn) - before >= TIDIED_AFTER:
            search.tidy_index(conn)
    return done


def derive(archive: Archive, capture: Capture, screen: Screen, on_row: Callable[[], None] = lambda: None) -> Derived:
    """What the object says or shows stands in the database, whole or not at all; faults are told in one line."""
    try:
        if capture.imported:
            return derive_rows(archive, capture, on_row)
        with archive.engine.begin() as conn:
            derived = derive_by_type(archive, conn, capture, screen)
            note(conn, derived)
            return derived
    except InputRefused as refusal:
        problem = ". ".join(part for part in (refusal.what, refusal.remedy) if part)
    except (DalilError, SQLAlchemyError):
        raise  # the archive's own trouble, not this file's
    except Exception as fault:  # noqa: BLE001 - whatever a hostile file provokes in a parser must not stop the rest
        talk.warning("object %s could not be read", capture.object.sha256, exc_info=True)
        problem = f"could not be read ({type(fault).__name__}: {fault}). The bytes are safe; please report this"
    derived = Derived(capture, "other", (), (one_line(problem),))
    with archive.engine.begin() as conn:
        note(conn, derived)
    return derived


def derive_by_type(archive: Archive, conn: Connection, capture: Capture, screen: Screen) -> Derived:
    """Reports are read, recordings probed; other objects, and the parts of a saved page, are kept as they are."""
    media_type = capture.object.media_type
    if not capture.page and media_type in TEXT_TYPES:
        return derive_report(archive, conn, capture)
    if not capture.page and media_type.startswith(FOOTAGE_PREFIXES):
        return derive_footage(archive, conn, capture, screen)
    return Derived(capture, "other", (), ())


def derive_rows(archive: Archive, capture: Capture, on_row: Callable[[], None]) -> Derived:
    """Each row or message of the object stands as a document of its own, some hundred in one transaction.

    What a crash leaves is gone on with: rows that stand are passed over, and the object counts as derived when all do.
    """
    wanted, sha256, name = Wanted.of(capture.imported), capture.object.sha256, capture.name
    report, incidents = Report(name, wanted.kind), set()
    rows = imports.parts(archive.object_path(sha256), wanted, object=sha256, name=name)
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        with archive.engine.begin() as conn:
            for row in batch:
                outcome, made = take_row(archive, conn, row, wanted)
                report.count(outcome)
                incidents.update(made)
                on_row()
    derived = Derived(capture, "rows", tuple(sorted(incidents)), report.problems(), report)
    with archive.engine.begin() as conn:
        note(conn, derived)
    return derived


def take_row(
    archive: Archive, conn: Connection, row: Part | Passed | InputRefused, wanted: Wanted
) -> tuple[Part | Passed | InputRefused, tuple[str, ...]]:
    """The row stands with its claims; what came of it, and its incidents."""
    if not isinstance(row, Part):
        return row, ()
    if reports.stands(conn, row):
        return Passed(row.number, "here before"), ()
    try:
        reading = reports.read_part(archive, row, wanted.country)
    except Exception as fault:  # noqa: BLE001 - a fault that one odd message uncovers must not cost the other rows
        talk.warning("%s could not be read", row.document.object, exc_info=True)
        what = f"could not be read ({type(fault).__name__}: {fault})"
        return InputRefused(f"number {row.number}", what, "The bytes are safe; please report this"), ()
    return row, reports.take_part(conn, row, reading)


def derive_report(archive: Archive, conn: Connection, capture: Capture) -> Derived:
    """The report's text, claims and incidents stand in the database."""
    document, incidents = reports.derive_report(archive, conn, capture)
    return Derived(capture, "report", incidents, document.problems)


def derive_footage(archive: Archive, conn: Connection, capture: Capture, screen: Screen) -> Derived:
    """What the recording's container says, and what it shows of earlier ones, stands in the database."""
    sha256 = capture.object.sha256
    footage, matches = screen.take_in(sha256)
    seen, unread = screen.read(footage)
    recordings.save_footage(conn, footage)
    recordings.save_matches(conn, sha256, matches)
    screen_store.save_screen(conn, sha256, seen)
    incidents = link_footage(conn, footage)
    problems, findings = (*footage.problems, *unread), telling.tell(conn, matches, incidents)
    return Derived(capture, "footage", incidents, problems, findings=findings)


def note(conn: Connection, derived: Derived) -> None:
    """The object counts as derived; its problems can be read by people."""
    capture, p = derived.capture, db.problem.c
    sha256 = capture.object.sha256
    conn.execute(insert(db.derivation).values(sha256=sha256, seq=capture.seq, imported=capture.imported))
    told = conn.scalar(select(func.count()).select_from(db.problem).where(p.sha256 == sha256))
    rows = [
        {"sha256": sha256, "position": i, "stage": derived.kind, "message": message}
        for i, message in enumerate(derived.problems, told or 0)
    ]
    if rows:
        conn.execute(insert(db.problem), rows)


def rebuild(
    archive: Archive,
    on_done: Callable[[Derived], None] = lambda _: None,
    on_start: Callable[[int], None] = lambda _: None,
) -> list[Derived]:
    """Everything derived is thrown away and made again from the bytes, the log and people's judgements."""
    with archive.engine.begin() as conn:
        search.drop_index(conn)
    db.drop_derived(archive.engine)
    shutil.rmtree(archive.derived, ignore_errors=True)
    archive.rebuild_captures()
    return derive_waiting(archive, on_done, on_start)
