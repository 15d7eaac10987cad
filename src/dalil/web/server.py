"""The pages on this machine's own address: loopback only, until there are accounts."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import webbrowser
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from dalil.errors import DalilError
from dalil.web.app import create_app

PORT = 8484
PORTS_TRIED = 50


def serve(
    archive,
    host: str = "127.0.0.1",
    port: int = PORT,
    *,
    open_browser: bool = True,
    lang: str = "en",
    announce: Callable[[str], None] | None = None,
) -> None:
    """The pages of the opened archive have been served until the process was told to stop.

    `announce` gets the address once the port is held; the browser opens it if there is a screen to show it on.
    """
    listener = listen(host, port)
    address = f"http://{host}:{listener.getsockname()[1]}/"
    config = uvicorn.Config(
        create_app(archive, lang=lang),
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    if announce:
        announce(address)
    if open_browser and has_screen():
        webbrowser.open(address)
    with suppress(KeyboardInterrupt):  # how a person ends it; uvicorn has closed everything by then
        server.run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """A socket that holds `port`, or the next free one above it; 0 takes any. Refused beyond loopback."""
    if not is_loopback(host):
        raise DalilError(
            f"expected an address of this machine alone, found {host}. Use 127.0.0.1: there are no accounts yet"
        )
    for candidate in range(port, port + PORTS_TRIED if port else 1):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name != "nt":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
        except OSError:
            listener.close()
            continue
        listener.listen(128)
        return listener
    raise DalilError(f"no free port between {port} and {port + PORTS_TRIED - 1}. Name another with --port")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False


def has_screen() -> bool:
    """Whether a browser window can be shown; without one, some systems would open a text browser in the terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
