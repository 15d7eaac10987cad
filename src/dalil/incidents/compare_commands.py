"""`dalil compare`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from dalil.archive.commands import archive_option
from dalil.claims.commands import Day
from dalil.errors import DalilError

KINDS = ("ucdp", "airwars", "acled")


@click.command("compare")
@archive_option
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--country", metavar="XX", help="Only rows and incidents of this country, as a two-letter code.")
@click.option("--from", "start", type=Day(), help="Only what may fall on this day or later.")
@click.option("--to", "end", type=Day(), help="Only what may fall on this day or earlier.")
@click.option("--csv", "table", type=click.Path(path_type=Path, dir_okay=False), help="Write every record there.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line a record.")
def compare_command(
    archive: Path,
    kind: str,
    file: Path,
    country: str | None,
    start: date | None,
    end: date | None,
    table: Path | None,
    as_json: bool,
) -> None:
    """Hold the archive against another record: what both have, what only one has, where they conflict.

    Nothing is written to the archive. Each row stands against at most one incident; every pair is told with its
    evidence. Accounts imported from that very record do not count as ours.

    \b
    Examples:
      dalil compare ucdp --archive my-archive --country SY --from 2016-11-01 --to 2016-11-30 ged251.csv
      dalil compare airwars --archive my-archive --csv differences.csv airwars.csv
    """
    from dalil.archive import Archive
    from dalil.incidents import compare
    from dalil.records import encode

    wanted = compare.asked(kind, country and country.upper(), start, end)
    with Archive.open(archive) as opened, opened.reading() as conn:
        found = compare.compare(conn, compare.checked(file), wanted, name=file.name)
    for told in found.report.problems():
        click.echo(f"dalil: {told}", err=True)
    if table:
        try:
            with table.open("w", encoding="utf-8", newline="") as out:
                compare.write_csv(found, out)
        except OSError as error:
            raise DalilError(f"cannot write {table}: {error.strerror or error}") from None
    for record in found.records if as_json or not table else ():
        click.echo(encode(compare.in_words(record)).decode() if as_json else compare.line(record))
    counts = found.counts()
    click.echo(
        f"{counts['match']} match, {counts['possible']} possibly match, {counts['only_ours']} only here, "
        f"{counts['only_theirs']} only there; {counts['conflicting']} pairs conflict",
        err=True,
    )
