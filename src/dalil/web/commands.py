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
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option("--name", "names", multiple=True, metavar="HOST", help="By which name people reach it (repeat).")
@click.option("--cert", type=click.Path(exists=True, dir_okay=False), help="The certificate chain for TLS (PEM).")
@click.option("--key", type=click.Path(exists=True, dir_okay=False), help="Its private key (PEM).")
@click.option("--behind-proxy", is_flag=True, help="A proxy on this machine speaks TLS and passes requests on.")
@click.option(
    "--makers",
    type=click.IntRange(0, 16),
    metavar="N",
    help="Processes that make pages while many are asked for.  [default: 2 where there are two cores]",
)
def serve_command(
    archive, port, no_browser, lang, host="127.0.0.1", names=(), cert=None, key=None, behind_proxy=False, makers=None
):
    """Show an archive in the browser, on this machine alone unless people sign in.

    Prints the address and serves until it is interrupted. Nothing is asked of any other machine. Other machines may
    reach it once there are accounts ("dalil account add"), over TLS of its own or behind a proxy on this machine.

    \b
    Example:
      dalil serve --archive my-archive
      dalil serve --archive my-archive --port 9000 --no-browser --lang ar
      dalil serve --archive my-archive --host 0.0.0.0 --name archive.example.org --cert cert.pem --key key.pem
    """
    from dalil.archive import Archive
    from dalil.web.server import Beyond, serve

    def announce(address: str) -> None:
        click.echo(address)
        click.echo("Stop with Ctrl+C.", err=True)

    with Archive.open(archive) as opened:
        beyond = Beyond(tuple(names), cert, key, behind_proxy)
        serve(
            opened, host, port, open_browser=not no_browser, lang=lang, announce=announce, beyond=beyond, makers=makers
        )
