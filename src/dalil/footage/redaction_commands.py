"""dalil redact: a copy without what must not be seen, made here or elsewhere, logged as made of its original."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from dalil.archive.commands import archive_option, by_option, open_to_write, reason_option


@click.command("redact")
@archive_option
@by_option
@reason_option
@click.option(
    "--boxes",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="BOXES.json",
    help="Regions over time, to be destroyed in a copy that is made here.",
)
@click.argument("original", metavar="OBJECT")
@click.argument("copy", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def redact_command(
    archive: Path, by: str, reason: str, boxes: Path | None, original: str, copy: Path | None
) -> None:  # fmt: skip
    """Take in a redacted copy of an object and log of which original it was made, and why.

    The COPY is one that you made (blurred, blackened, cut), or with --boxes it is made here: the boxes follow what
    they hold between the moments that you give, what they hold is destroyed, metadata is left out, and the sound is
    kept or not. Look at the whole copy before you pass it on. The original stays as it is; "dalil withhold" keeps it
    out of exports.

    \b
    Examples:
      dalil redact --archive my-archive 3fa9c1d2e4 faces-blurred.mp4 --reason "shows bystanders"
      dalil redact --archive my-archive 3fa9c1d2e4 --boxes boxes.json --reason "shows bystanders"
    """
    from dalil.archive import removal

    if (boxes is None) == (copy is None):
        raise click.UsageError("give a redacted COPY, or --boxes with the regions to destroy")
    with open_to_write(archive) as opened, tempfile.TemporaryDirectory() as folder:
        sha256 = removal.the_object(opened, original)
        made = copy if copy is not None else make_copy(opened.object_path(sha256), boxes, Path(folder), sha256)
        entry = removal.redact(opened, sha256, made, reason=reason, by=by)
    click.echo(f"line {entry.seq}: {entry.disclosed['object']} is a redacted copy of {sha256}")


def make_copy(path: Path, boxes: Path, folder: Path, sha256: str) -> Path:
    """The copy with the boxes destroyed stands in `folder`, and the user has read how much of it they cover."""
    from .redaction import read_plan, redacted_copy

    made = redacted_copy(path, read_plan(boxes), folder, object=sha256)
    click.echo(f"dalil: {made.covered} of {made.frames} frames hold a box; sound: {made.sound}", err=True)
    return made.file
