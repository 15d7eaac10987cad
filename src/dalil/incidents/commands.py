"""`dalil incidents`, `dalil show` and `dalil queue`."""

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


@click.command("queue")
@archive_option
@click.option("--json", "as_json", is_flag=True, help="One JSON line a question.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many.")
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Leave out the first so many.")
def queue_command(archive, as_json, limit, offset):
    """List the incidents that may be one event, the likeliest first, with everything for and against it.

    `dalil judge link` answers; what was answered leaves the list, what somebody was unsure about stands last.

    \b
    Example:
      dalil queue --archive my-archive --limit 5
    """
    from dalil.archive import Archive
    from dalil.incidents import listing, questions
    from dalil.records import encode

    with Archive.open(archive) as opened, opened.engine.connect() as conn:
        asked = questions.queue(conn, limit, offset)
        waiting = questions.count_questions(conn)
        names = questions.names_of(conn, asked)
    for question in asked:
        if as_json:
            click.echo(encode(question).decode())
        else:
            click.echo("\n".join(listing.question(question, names[question.left], names[question.right])))
    click.echo(f"{waiting} waiting." if waiting else "Nothing waits: no two incidents may be one event.", err=True)
