"""dalil match: where a recording or picture was seen before."""

from __future__ import annotations

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
                matches, error = looked_up(query, indexes, shelf), None
            except InputRefused as refusal:
                matches, error, refused = [], str(refusal), True
                click.echo(f"dalil: {refusal}", err=True)
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

    missing = [sha256 for sha256 in objects if not shelf.path(sha256).exists()]
    for sha256 in tqdm(missing, desc="fingerprints", unit="file", disable=None if missing else True):
        try:
            shelf.keep(archive.object_path(sha256), sha256)
        except (InputRefused, FileNotFoundError) as error:
            click.echo(f"dalil: {one_line(str(error))}: not compared", err=True)
    return [sha256 for sha256 in objects if shelf.path(sha256).exists()]


def looked_up(query: Path, indexes: list, shelf: Shelf) -> list[Match]:
    """The matches of one file; InputRefused where it cannot be read."""
    from . import probe
    from .looking import look_up

    try:
        footage = probe(query, object="", derived=None)
    except OSError as error:
        raise InputRefused(str(query), error.strerror or str(error)) from None
    return look_up(query, indexes, shelf.load, duration_s=footage.duration_s)


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
