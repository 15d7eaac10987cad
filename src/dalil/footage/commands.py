"""dalil match: where a recording or picture was seen before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dalil.archive.commands import archive_option
from dalil.errors import InputRefused, one_line

if TYPE_CHECKING:
    from dalil.archive.archive import Archive

    from .match import Match
    from .shelf import Shelf


@click.command("match")
@archive_option
@click.argument("queries", metavar="QUERY…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON line a query, in order, instead of words.")
def match_command(archive: Path, queries: tuple[Path, ...], as_json: bool) -> None:
    """Find where in the archive's footage the pictures or the sound of each QUERY were seen before.

    Cropped, mirrored, captioned, turned, slowed and re-encoded copies are found, and parts within a longer video,
    with the seconds in both. "same_scene" is the same place or camera at another moment.

    \b
    Example:
      dalil match --archive my-archive bulletin.mp4
      dalil match --archive my-archive --json *.jpg
    """
    from dalil.archive import Archive

    from .shelf import Shelf

    refused = False
    with Archive.open(archive) as opened:
        shelf = Shelf(opened.derived)
        names = footage_names(opened)
        indexes = shelf.indexes(fingerprinted(opened, shelf, list(names)))
        for query in queries:
            try:
                matches, error = looked_up(query, indexes, shelf, names), None
            except InputRefused as refusal:
                matches, error, refused = [], str(refusal), True
                click.echo(f"dalil: {refusal}", err=True)
            except Exception as fault:  # noqa: BLE001 - whatever a hostile file provokes must not stop the others
                what = one_line(f"{query}: could not be read ({type(fault).__name__}: {fault})")
                matches, error, refused = [], what, True
                click.echo(f"dalil: {what}", err=True)
            show = json_line if as_json else words
            click.echo(show(query, error, matches, names))
    if refused:
        raise click.exceptions.Exit(1)


def footage_names(archive: Archive) -> dict[str, str]:
    """The name under which each object that is footage was first added."""
    from .store import all_footage

    with archive.reading() as conn:
        objects = {footage.object for footage in all_footage(conn)}
    names: dict[str, str] = {}
    for capture in archive.captures():
        if capture.object.sha256 in objects:
            names.setdefault(capture.object.sha256, capture.name)
    return names


def fingerprinted(archive: Archive, shelf: Shelf, objects: list[str]) -> list[str]:
    """Those of the objects that have a fingerprint; what is missing is made first, with progress on stderr."""
    from tqdm import tqdm

    missing = [sha256 for sha256 in objects if not shelf.stands(sha256)]
    for sha256 in tqdm(missing, desc="fingerprints", unit="file", disable=None if missing else True):
        try:
            shelf.keep(archive.object_path(sha256), sha256, key_frames_only=archive.settings.key_frames_only)
        except (InputRefused, FileNotFoundError) as error:
            click.echo(f"dalil: {one_line(str(error))}: not compared", err=True)
    return [sha256 for sha256 in objects if shelf.stands(sha256)]


def looked_up(query: Path, indexes: list, shelf: Shelf, names: dict[str, str]) -> list[Match]:
    """The matches of one file; InputRefused where it cannot be read."""
    from . import probe
    from .looking import look_up

    try:
        footage = probe(query, object="", derived=None)
        with query.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputRefused(str(query), error.strerror or str(error)) from None
    found = look_up(query, indexes, shelf.load, duration_s=footage.duration_s)
    if sha256 in names and not any(match.object == sha256 for match in found):
        # What shows nothing (all black, a steady tone) is known by its bytes alone.
        found = [same_bytes(sha256, footage.duration_s), *found]
    return found


def same_bytes(sha256: str, duration_s: float | None) -> Match:
    """The match of a file with itself."""
    from .match import Match

    start, kind = (None, "still") if duration_s is None else (0.0, "copy")
    return Match(
        object=sha256, kind=kind, query_start_s=start, query_end_s=duration_s, start_s=start, end_s=duration_s,
        score=1.0, mirrored=False, verdict="same_recording", speed=1.0, appearance=None, motion=None,
        still_camera=False, inliers=0,
    )  # fmt: skip


FIELDS = ("query_start_s", "query_end_s", "start_s", "end_s", "score", "mirrored", "verdict")


def json_line(query: Path, error: str | None, matches: list[Match], names: dict[str, str]) -> str:
    """One line of the form that the documentation of the command's JSON fixes."""
    import json

    listed = [
        {"object": m.object, "name": names.get(m.object), "kind": m.kind, **{name: getattr(m, name) for name in FIELDS}}
        for m in matches
    ]
    return json.dumps({"query": str(query), "error": error, "matches": listed}, ensure_ascii=False)


def words(query: Path, error: str | None, matches: list[Match], names: dict[str, str]) -> str:
    """The matches for a person's eyes."""
    if error:
        return f"{one_line(str(query))}: not read"
    if not matches:
        return f"{one_line(str(query))}: not seen before in this archive"
    lines = [f"{one_line(str(query))}:"]
    for match in matches:
        lines.append(f"  {sentence(match, one_line(names.get(match.object) or '?'), clock)}")
    return "\n".join(lines)


def sentence(match: Match, name: str, at: Callable[[float], str]) -> str:
    """What one match says, with its seconds and how sure it is."""
    where = "" if match.query_start_s is None else f"{at(match.query_start_s)}–{at(match.query_end_s)} "
    there = "" if match.start_s is None else f" {at(match.start_s)}–{at(match.end_s)}"
    what = {"copy": "is a copy of", "clip": "shows", "still": "is a picture of", "audio": "has the sound of"}[
        match.kind
    ]
    if match.verdict == "same_scene":
        what = "shows the same place or camera, at another moment, as"
    notes = [f"score {match.score:.2f}"]
    notes += ["mirrored"] if match.mirrored else []
    notes += [f"at {match.speed:g}× speed"] if match.speed != 1 else []
    return f"{where}{what} {name}{there} ({', '.join(notes)}; {match.object[:12]})"


def clock(seconds: float) -> str:
    """Minutes and seconds as a player shows them, to a tenth."""
    return f"{int(seconds // 60):02d}:{seconds % 60:04.1f}"
