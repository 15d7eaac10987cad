"""`dalil account`: who may use an archive's pages."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dalil.archive.commands import archive_option, by_option

ROLE = click.Choice(("viewer", "contributor", "reviewer", "owner"))


@click.group("account")
def account_command() -> None:
    """Say who may use an archive's pages; from the first account on, everybody has to sign in.

    viewer reads; contributor adds files too; reviewer judges too; owner does everything.

    \b
    Example:
      dalil account add "A. Reviewer" --role owner --archive my-archive
    """


def book_of(archive: Path):
    """The archive's book of accounts; the archive must be there."""
    from dalil.archive.settings import read_settings
    from dalil.web.accounts.book import Book

    read_settings(archive)
    return Book(archive)


def ask_password() -> str:
    """The new password, typed twice on a terminal, or the first line of what is piped in."""
    if sys.stdin.isatty():
        return click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return sys.stdin.readline().rstrip("\r\n")


@account_command.command("add")
@archive_option
@by_option
@click.argument("name")
@click.option("--role", type=ROLE, required=True)
@click.option("--opens-names", is_flag=True, help="May open the sealed names of people who may be alive.")
def add_command(archive, by, name, role, opens_names) -> None:
    """Make an account for NAME. The password is asked for, or read from standard input.

    \b
    Example:
      dalil account add "B. Viewer" --role viewer
    """
    person = book_of(archive).add(name, ask_password(), role, opens=opens_names, by=by)
    click.echo(line(person))


@account_command.command("list")
@archive_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_command(archive, as_json) -> None:
    """List the accounts.

    \b
    Example:
      dalil account list
    """
    from dalil.records import encode

    people = book_of(archive).people()
    for person in people:
        click.echo(encode(person).decode() if as_json else line(person))
    if not people:
        click.echo("No accounts: the pages are for this machine's own user alone.", err=True)


@account_command.command("change")
@archive_option
@by_option
@click.argument("name")
@click.option("--role", type=ROLE)
@click.option("--opens-names/--no-names", default=None, help="Whether sealed names may be opened.")
@click.option("--password", "new_password", is_flag=True, help="Set a new password (asked for).")
def change_command(archive, by, name, role, opens_names, new_password) -> None:
    """Change what NAME may do, or the password; NAME has to sign in again.

    \b
    Example:
      dalil account change "B. Viewer" --role reviewer
    """
    if role is None and opens_names is None and not new_password:
        raise click.UsageError("say what to change: --role, --opens-names, --no-names or --password")
    book = book_of(archive)
    if new_password:
        book.set_password(name, ask_password(), by=by)
    if role is not None or opens_names is not None:
        book.change(name, role=role, opens=opens_names, by=by)
    click.echo(next(line(p) for p in book.people() if p.name.casefold() == name.casefold()))


@account_command.command("remove")
@archive_option
@by_option
@click.argument("name")
def remove_command(archive, by, name) -> None:
    """Remove an account; what was done under the name stays in the logs.

    \b
    Example:
      dalil account remove "B. Viewer"
    """
    book_of(archive).remove(name, by=by)
    click.echo(f"{name} has no account any more")


@account_command.command("audit")
@archive_option
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def audit_command(archive, limit, as_json) -> None:
    """Show who signed in, was refused or changed an account, newest first.

    \b
    Example:
      dalil account audit --limit 20
    """
    from dalil.errors import one_line
    from dalil.records import encode

    for noted in book_of(archive).audit(limit):
        words = (noted.at, noted.name, noted.act, noted.detail, noted.address)
        click.echo(encode(noted).decode() if as_json else "\t".join(map(one_line, words)))


def line(person) -> str:
    """One account on one line."""
    return f"{person.name}\t{person.role}" + ("\topens sealed names" if person.opens else "")
