"""dalil export."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dalil.archive.commands import archive_option, by_option, open_to_write

if TYPE_CHECKING:
    from dalil.publish.scope import Scope


def incident_option(command: Callable[..., Any]) -> Any:
    """Gives a command `--incident ID`, as often as wanted, as `incidents`; none means everything."""
    words = "Only this incident, and what it rests on (repeat)."
    return click.option("--incident", "incidents", multiple=True, metavar="ID", help=words)(command)


def recipient_options(command: Callable[..., Any]) -> Any:
    """Gives a command `--recipient NAME` and `--withhold FIELD`, the latter as `fields`."""
    words = "Show this field on no line (repeat)."
    command = click.option("--withhold", "fields", multiple=True, metavar="FIELD", help=words)(command)
    words = "Who gets it; see dalil withhold."
    return click.option("--recipient", default="*", show_default=True, metavar="NAME", help=words)(command)


@click.group("export")
def export_command() -> None:
    """Give what an archive holds to others.

    \b
    Example:
      dalil export case --archive my-archive for-the-court
    """


@export_command.command("case")
@archive_option
@by_option
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@incident_option
@recipient_options
@click.option("--preview", is_flag=True, help="Only list, field by field, what would leave. Writes and logs nothing.")
@click.option("--no-pdf", is_flag=True, help="Reports as HTML and JSON only.")
@click.option("--no-stamp", is_flag=True, help="Do not ask the authorities in dalil.toml to stamp the checkpoint.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout; with --preview one a field.")
def case_command(
    archive: Path,
    by: str,
    out: Path,
    incidents: tuple[str, ...],
    recipient: str,
    fields: tuple[str, ...],
    preview: bool,
    no_pdf: bool,
    no_stamp: bool,
    as_json: bool,
) -> None:
    """Write a case file to the new folder OUT: files, reports and proof that a hostile expert checks without dalil.

    Without --incident it holds everything in the archive. What "dalil withhold" keeps from everybody, or from
    --recipient, is not in it, and nothing in it can be used to test a guess of it.

    \b
    Examples:
      dalil export case --archive my-archive case-12 --incident 2016-11-04-kafr-naha --preview
      dalil export case --archive my-archive case-12
      dalil export case --archive my-archive case-12 --incident 2016-11-04-kafr-naha --withhold source --withhold by
      python3 verify.py case-12 --key log.pub
    """
    from tqdm import tqdm

    from dalil import records
    from dalil.publish import case, documents
    from dalil.publish.preview import preview_case

    with open_to_write(archive) as opened:
        chosen = chosen_for(opened, incidents, recipient, fields)
        if preview:
            say_leaving(preview_case(chosen), as_json)
            return
        total = sum(shown.size for shown in chosen.objects.values() if shown.bytes)
        with tqdm(total=total, unit="B", unit_scale=True, disable=None, file=sys.stderr, leave=False) as bar:
            made = case.write_case(opened, chosen, out, by=by, pdf=not no_pdf, stamp=not no_stamp, on_bytes=bar.update)
    if not no_pdf and not documents.can_print():
        click.echo('dalil: no PDF was made: typst is not installed (pip install "dalil[pdf]")', err=True)
    if as_json:
        click.echo(records.encode(made).decode())
        return
    click.echo(
        f"{made.folder}: {made.objects} objects, {made.incidents} incidents, {made.files} files; {made.withheld} "
        f"values withheld; log line {made.line}, checkpoint over {made.checkpoint} lines.\n"
        f"Check it: python3 verify.py {made.folder} --key {archive / 'keys' / 'log.pub'}"
    )


@export_command.command("site")
@archive_option
@by_option
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@incident_option
@click.option("--title", metavar="WORDS", help="What the site is called (default: the archive's name).")
@click.option("--round", "digits", type=click.IntRange(0, 5), help="Round points to so many decimals; 2 is about 1 km.")
@click.option("--preview", is_flag=True, help="Only list, field by field, what would leave. Writes and logs nothing.")
@click.option("--no-stamp", is_flag=True, help="Do not ask the authorities in dalil.toml to stamp the checkpoint.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout; with --preview one a field.")
def site_command(archive, by, out, incidents, title, digits, preview, no_stamp, as_json) -> None:
    """Write a public site to the new folder OUT: incidents, map and data that open from a disk, in two languages.

    Names of people who may be alive, captured files, their names and sources, and who did what are not in it, nor what
    "dalil withhold" keeps from everybody. It verifies against the log's checkpoint like a case file.

    \b
    Examples:
      dalil export site --archive my-archive public --preview
      dalil export site --archive my-archive public --round 2
      python3 verify.py public --key log.pub
    """
    from dalil import records
    from dalil.publish import site

    with open_to_write(archive) as opened:
        chosen = chosen_for(opened, incidents, "*", site.PRIVATE_FIELDS)
        if preview:
            say_leaving(site.preview(site.told_in_public(chosen, digits=digits)), as_json)
            return
        title = title or opened.settings.name
        made = site.write_site(opened, chosen, out, title=title, digits=digits, by=by, stamp=not no_stamp)
    if as_json:
        click.echo(records.encode(made).decode())
        return
    click.echo(
        f"{made.folder}: {made.incidents} incidents, {made.files} files; log line {made.line}, checkpoint over "
        f"{made.checkpoint} lines. Open {made.folder}/index.html"
    )


def chosen_for(archive, incidents: tuple[str, ...], recipient: str, fields: Iterable[str]) -> Scope:
    """What an export of these incidents, or of everything, shows to that recipient, without these fields."""
    from dalil.publish import scope

    found = incidents_named(archive, incidents)
    return scope.choose(archive, recipient=recipient, incidents=found, everything=not incidents, fields=fields)


def say_leaving(fields, as_json: bool) -> None:
    """What would leave, a line a field: its name, how many values, the first few."""
    from dalil import records
    from dalil.errors import one_line

    for leaving in fields:
        line = f"{leaving.field}\t{leaving.values}\t" + one_line(" | ".join(leaving.samples))
        click.echo(records.encode(leaving).decode() if as_json else line)


def incidents_named(archive, names: tuple[str, ...]) -> tuple:
    """The incidents of these ids, or all there are; InputRefused for a name that no single incident has."""
    from dalil.errors import InputRefused
    from dalil.incidents import store

    with archive.reading() as connection:
        ids = names or [row.id for row in store.list_incidents(connection)]
        found = [(name, store.load_incident(connection, name)) for name in ids]
    for name, incident in found:
        if incident is None:
            raise InputRefused(name, "is no single incident of this archive", '"dalil incidents" lists them')
    return tuple(incident for _, incident in found)


# ---------------------------------------------------------------- formats of others

# As in dalil.publish.exports.FORMATS, which is not imported for help alone.
FORMATS = (
    ("geojson", "GeoJSON for maps, with ranges, radius and every account's words", "incidents.geojson"),
    ("ucdp", "a CSV with the columns of UCDP GED", "incidents-ged.csv"),
    ("acled", "a CSV with the columns of ACLED; what it cannot hold is said on stderr", "incidents-acled.csv"),
    ("ftm", "FollowTheMoney entities as JSON lines", "incidents.ftm.jsonl"),
    ("timemap", "a folder with events, sources and associations for TimeMap", "timemap-data"),
    ("hxl", "a CSV with HXL tags", "incidents-hxl.csv"),
)


def format_command(name: str, title: str, example: str) -> click.Command:
    """The command that writes incidents in that format."""
    help_text = f"""Write incidents as {title}.

    What "dalil withhold" keeps from everybody, or from --recipient, and names of people who may be alive are not in
    it. The log says what was given to whom.

    \b
    Example:
      dalil export {name} --archive my-archive {example}
    """

    @click.command(name, help=help_text)
    @archive_option
    @by_option
    @click.argument("out", type=click.Path(path_type=Path))
    @incident_option
    @recipient_options
    @click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
    def command(
        archive: Path,
        by: str,
        out: Path,
        incidents: tuple[str, ...],
        recipient: str,
        fields: tuple[str, ...],
        as_json: bool,
    ) -> None:
        from dalil import records
        from dalil.publish import exports

        form = next(one for one in exports.FORMATS if one.name == name)
        with open_to_write(archive) as opened:
            chosen = chosen_for(opened, incidents, recipient, fields)
            made = exports.write(opened, form, chosen, out, by=by)
        if form.lost:
            click.echo(f"dalil: this format does not hold {form.lost}", err=True)
        if as_json:
            click.echo(records.encode(made).decode())
            return
        click.echo(
            f"{made.out}: {made.incidents} incidents, {made.withheld} withheld; log line {made.line}, derived under "
            f"the checkpoint over {made.checkpoint} lines. SHA-256 {made.sha256}"
        )

    return command


for _name, _title, _example in FORMATS:
    export_command.add_command(format_command(_name, _title, _example))
