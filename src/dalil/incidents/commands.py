"""`dalil incidents` and `dalil show`."""

from __future__ import annotations

import click

from dalil.archive.commands import archive_option


@click.command("incidents")
@archive_option
@click.argument("words", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON line an incident.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
def incidents_command(archive, words, as_json, limit):
    """List the incidents of an archive, newest day first; WORDS narrow it to a place, a kind or an id.

    \b
    Example:
      dalil incidents --archive my-archive kafr
    """
    from dalil.archive import Archive
    from dalil.incidents import listing, store
    from dalil.records import encode

    with Archive.open(archive) as opened, opened.engine.connect() as conn:
        rows = store.list_incidents(conn, words=" ".join(words) or None, limit=limit)
    for row in rows:
        click.echo(encode(row).decode() if as_json else listing.line(row))
    if not rows:
        hint = "No incident matches these words." if words else 'No incidents yet: add reports with "dalil add".'
        click.echo(hint, err=True)


@click.command("show")
@archive_option
@click.argument("incident")
@click.option("--json", "as_json", is_flag=True, help="The whole record as JSON.")
def show_command(archive, incident, as_json):
    """Show one INCIDENT: the people, who claims what in which words, then the numbers.

    INCIDENT is an id from `dalil incidents`, or the beginning of one.

    \b
    Example:
      dalil show --archive my-archive 2016-11-04-kafr-naha
    """
    from dalil.archive import Archive
    from dalil.errors import DalilError
    from dalil.incidents import listing, store
    from dalil.records import encode

    with Archive.open(archive) as opened, opened.engine.connect() as conn:
        found = store.load_incident(conn, incident)
    if found is None:
        raise DalilError(f'no single incident is called or begins with "{incident}". "dalil incidents" lists them')
    click.echo(encode(found).decode() if as_json else "\n".join(listing.page(found)))
