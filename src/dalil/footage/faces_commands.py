"""dalil faces: boxes proposed where a detector sees faces, for a person to check before anything is hidden."""

from __future__ import annotations

from pathlib import Path

import click

from dalil.archive.commands import archive_option


@click.command("faces")
@archive_option
@click.option(
    "--faces-model",
    required=True,
    envvar="DALIL_FACES_MODEL",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="YuNet's model, an ONNX file that you have fetched yourself.",
)
@click.argument("original", metavar="OBJECT")
def faces_command(archive: Path, faces_model: Path, original: str) -> None:
    """Propose boxes around the faces that a detector sees in OBJECT, as JSON for "dalil redact --boxes".

    Nothing is hidden and nothing is logged: look at every frame, strike out and add boxes, then redact. A detector
    misses faces, those turned away and small ones first.

    \b
    Example:
      dalil faces --archive my-archive --faces-model yunet.onnx 3fa9c1d2e4 > boxes.json
    """
    import msgspec

    from dalil.archive import Archive, removal

    from .faces import load_detector, propose

    detect = load_detector(faces_model)
    with Archive.open(archive) as opened:
        plan = propose(opened.object_path(removal.the_object(opened, original)), detect)
    click.echo(msgspec.json.format(msgspec.json.encode(plan), indent=1))
    some = f"{len(plan.boxes)} boxes proposed" if plan.boxes else "no face seen, which does not mean that there is none"
    click.echo(f"dalil: {some}; nothing is hidden yet. Check every frame before you redact", err=True)
