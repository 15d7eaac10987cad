"""dalil verify: bytes, log and checkpoints are what they were, and, with --deep, what is derived is what they say."""

from __future__ import annotations

import random
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dalil.archive.commands import archive_option, run_verify, say_report

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from dalil.archive import Archive
    from dalil.archive.findings import Finding

REBUILD = (
    'The bytes and the log are not touched by this. Run "dalil rebuild", which makes it again; where the difference is '
    "of yesterday, another version of dalil or of a gazetteer may have read it"
)


@click.command("verify")
@archive_option
@click.option(
    "--prior", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A checkpoint kept elsewhere."
)
@click.option("--resume", is_flag=True, help="Go on where a run was stopped; unchanged files are not read again.")
@click.option("--deep", is_flag=True, help="Also read a sample of the objects anew and compare what stands of them.")
@click.option("--sample", type=click.IntRange(1), default=20, show_default=True, help="How many, with --deep.")
@click.option("--seed", type=int, help="Which, with --deep: the same seed, the same sample (default: any).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def verify_command(
    archive: Path, prior: Path | None, resume: bool, deep: bool, sample: int, seed: int | None, as_json: bool
) -> None:
    """Check every object, line and checkpoint of an archive.

    Exit status 0 if all is as it was written, 1 on any damage; each is named, with what to do. --prior takes a
    checkpoint file that was kept elsewhere and shows whether lines were dropped since. --deep reads some of the
    objects anew and compares what is derived from them with what stands in the database.

    A run that was stopped is gone on with by --resume: objects that it found good are not read again if their files'
    size, inode and times are still the same. What it knows is kept in your cache folder, not in the archive.

    \b
    Examples:
      dalil verify --archive my-archive
      dalil verify --archive my-archive --prior usb-stick/000000000042.note
      dalil verify --archive my-archive --deep --sample 50 --seed 7
    """
    from dataclasses import replace

    from dalil import records
    from dalil.archive import Archive

    with Archive.open(archive) as opened:
        report = run_verify(opened, prior, resume=resume)
        if deep:
            seed = secrets.randbelow(10**9) if seed is None else seed
            found = tuple(differences(opened, sample, seed))
            ok = report.ok and not any(finding.damage for finding in found)
            report = replace(report, ok=ok, findings=report.findings + found)
    if as_json:
        click.echo(records.encode(report).decode())
    else:
        say_report(archive, report)
        if deep:
            click.echo(f"derived anew and compared: {sample} objects at most, seed {seed}")
    sys.exit(0 if report.ok else 1)


def differences(
    archive: Archive, sample: int, seed: int, on_done: Callable[[], None] = lambda: None
) -> Iterator[Finding]:
    """What stands in the database of a sample of documents and recordings, where it is not what their bytes give."""
    from sqlalchemy import select

    from dalil import db
    from dalil.archive.findings import damaged
    from dalil.atlas.loaded import with_places
    from dalil.errors import DalilError
    from dalil.pipeline import PLACES

    with archive.reading() as connection:
        keys = sorted(
            (kind, key)
            for kind, table in (("document", db.document), ("footage", db.footage))
            for key in connection.scalars(select(table.c.sha256))
        )
        chosen = random.Random(seed).sample(keys, min(sample, len(keys)))
        with with_places(archive.path / PLACES):
            for kind, key in sorted(chosen):
                try:
                    wrong = (_document if kind == "document" else _footage)(archive, connection, key)
                except DalilError as error:
                    wrong = f"cannot be derived anew: {error}"
                if wrong:
                    yield damaged("derived", key, wrong, REBUILD)
                on_done()


def _document(archive: Archive, connection: Connection, key: str) -> str | None:
    from sqlalchemy import select

    from dalil import db
    from dalil.claims.text import extract
    from dalil.incidents import reports
    from dalil.records import encode

    row = connection.execute(select(db.document).where(db.document.c.sha256 == key)).one()
    capture = next(iter(archive.captures(key)), None) if len(key) == 64 else None
    if capture:
        document = extract(archive.object_path(key), capture.object.media_type, name=capture.name, object=key)
    elif part := reports.part_of(archive, connection, key):
        document = part.document
    else:
        return "is of no object that the log knows"
    if encode(document).decode() != row.record:
        return "the text that stands in the database is not that of its bytes"
    if row.reading and encode(reports.read_document(archive, connection, document)).decode() != row.reading:
        return "the claims that stand in the database are not those that its words give"
    return None


def _footage(archive: Archive, connection: Connection, key: str) -> str | None:
    from sqlalchemy import select

    from dalil import db
    from dalil.footage import probe
    from dalil.records import encode

    stands = connection.scalar(select(db.footage.c.record).where(db.footage.c.sha256 == key))
    with tempfile.TemporaryDirectory(prefix="dalil-") as elsewhere:
        found = probe(archive.object_path(key), object=key, derived=Path(elsewhere))
    return None if encode(found).decode() == stands else "the recording's record is not what its bytes give"
