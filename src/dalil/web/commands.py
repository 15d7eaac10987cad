"""`dalil serve`."""

from __future__ import annotations

import click

from dalil.archive.commands import archive_option


@click.command("serve")
@archive_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8484,
    show_default=True,
    help="The next free one is taken if it is not free.",
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option(
    "--lang",
    type=click.Choice(["en", "ar"]),
    default="en",
    show_default=True,
    help="Language for who has not chosen one.",
)
def serve_command(archive, port, no_browser, lang):
    """Show an archive in the browser, on this machine alone.

    Prints the address and serves until it is interrupted. Nothing leaves the machine and nothing is changed.

    \b
    Example:
      dalil serve --archive my-archive
      dalil serve --archive my-archive --port 9000 --no-browser --lang ar
    """
    from dalil.archive import Archive
    from dalil.web.server import serve

    def announce(address: str) -> None:
        click.echo(address)
        click.echo("Stop with Ctrl+C.", err=True)

    with Archive.open(archive) as opened:
        serve(opened, port=port, open_browser=not no_browser, lang=lang, announce=announce)
