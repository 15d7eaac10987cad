"""`dalil search`: words in every report, and in the text that a program read off the archive's footage."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dalil.archive.commands import archive_option
from dalil.errors import DalilError, one_line

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dalil.claims.search import Hit
    from dalil.footage.screen_text import ScreenText

Screens = list[tuple[str, "ScreenText"]]


@click.command("search")
@click.argument("query", metavar="WORDS...", nargs=-1, required=True)
@archive_option
@click.option("--limit", "-n", type=click.IntRange(1, 1000), default=20, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line a report, then one a line on a screen.")
def search_command(query: tuple[str, ...], archive: Path, limit: int, as_json: bool) -> None:
    """Find WORDS in every report of the archive, English and Arabic, and in text seen in its footage.

    All words must be there. "several words" in quotes stand in a row, begin* finds beginnings, -word leaves out.
    Spellings are folded: أ إ آ ا, ى ي, ة ه, digits of any script, accents; كفرناها finds بكفرناها too.

    What stands on a screen was read there by a program (see on_screen_text in dalil.toml): it comes behind the reports,
    with the recording and the second, and is nobody's statement.

    \b
    Examples:
      dalil search Kafrnaha --archive my-archive
      dalil search '"barrel bomb" hospital -drill'
      dalil search كفرناها --json
    """
    from dalil import records
    from dalil.archive import Archive
    from dalil.claims.search import has_index, parse_query, search

    words = " ".join(f'"{part}"' if " " in part and '"' not in part else part for part in query)
    if not any(not term.excluded for term in parse_query(words)):
        raise click.UsageError("give at least one word to look for: dalil search Kafrnaha")
    with Archive.open(archive) as opened, opened.engine.connect() as conn:
        screens = _screens(conn, words, limit)
        if not has_index(conn) and not screens:
            raise DalilError(f'{one_line(str(archive))}: no report has been read yet. Add some with "dalil add"')
        hits = search(conn, words, limit) if has_index(conn) else ()
    if as_json:
        for hit in hits:
            click.echo(records.encode(hit))
        for name, line in screens:
            click.echo(_json(name, line))
        return
    for line in _listed(hits):
        click.echo(line)
    for line in _told(screens, after=bool(hits)):
        click.echo(line)
    if not hits and not screens:
        click.echo("nothing found", err=True)
    elif hits and hits[0].missing:
        click.echo("no report has all the words; these have some of them", err=True)


def _screens(conn: Connection, words: str, limit: int) -> Screens:
    """(name of the recording, line) of what footage shows of the words, at most `limit`."""
    from dalil.footage.screen_store import search_screen
    from dalil.footage.telling import name_of

    found = search_screen(conn, words, limit)
    return [(name_of(conn, shown.object), line) for shown in found for line in shown.lines][:limit]


def _json(name: str, line: ScreenText) -> str:
    """One line as JSON; `read_by` says that a machine read it."""
    told = {
        "kind": "on_screen_text", "object": line.object, "name": name, "offset_s": line.offset_s, "text": line.text,
        "read_by": "tesseract", "confidence": line.confidence, "credits": line.credits, "places": line.places,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False)


def _told(screens: Screens, *, after: bool) -> Iterator[str]:
    """Each line seen on a screen, with the recording and the second."""
    from dalil.footage.commands import clock

    for number, (name, line) in enumerate(screens):
        if number or after:
            yield ""
        yield click.style(one_line(name), bold=True)
        where = f"on the screen at {clock(line.offset_s)} · read by a program, nobody's statement · {line.object[:12]}"
        yield click.style(where, dim=True)
        yield f"  {one_line(line.text)}"


def _listed(hits: tuple[Hit, ...]) -> Iterator[str]:
    """Title, source, hash and a stretch of the text with what was found in it."""
    for number, hit in enumerate(hits):
        if number:
            yield ""
        known = [hit.publisher, str(hit.published) if hit.published else None, hit.document[:12]]
        yield click.style(one_line(hit.title or "Untitled"), bold=True)
        yield click.style(one_line(" · ".join(part for part in known if part)), dim=True)
        yield "  " + _marked(hit)
        if hit.missing:
            yield click.style("  without: " + one_line(", ".join(hit.missing)), dim=True)


def _marked(hit: Hit) -> str:
    """The snippet on one line, the words that were found in it emphasised."""
    parts, at = [], hit.snippet.start
    for match in hit.matches:
        if hit.snippet.start <= match.start and match.end <= hit.snippet.end and match.start >= at:
            parts += [_flat(hit, at, match.start), click.style(_flat(hit, match.start, match.end), bold=True)]
            at = match.end
    return "".join([*parts, _flat(hit, at, hit.snippet.end)])


def _flat(hit: Hit, start: int, end: int) -> str:
    shown = hit.snippet.text[start - hit.snippet.start : end - hit.snippet.start]
    return one_line(re.sub(r"\s+", " ", shown))
