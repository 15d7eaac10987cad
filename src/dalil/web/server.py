"""The pages on this machine's own address; beyond it only with accounts and TLS."""

from __future__ import annotations

import gc
import ipaddress
import os
import socket
import sys
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import uvicorn
from anyio.to_thread import current_default_thread_limiter

from dalil.errors import DalilError
from dalil.web.accounts.book import Book
from dalil.web.app import create_app
from dalil.web.held import COLLECTED_AFTER, set_aside
from dalil.web.makers import Makers, makers_for
from dalil.web.patience import PatientProtocol
from dalil.web.security import LOOPBACK

PORT = 8484
PORTS_TRIED = 50
# Pages that are made at once. More would only take turns at one interpreter, and all be late together.
PAGES_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Beyond:
    """How other machines reach the pages: by which names, over whose TLS."""

    names: tuple[str, ...] = ()
    cert: str | None = None
    key: str | None = None
    proxy: bool = False

    @property
    def secure(self) -> bool:
        """Whether people reach it over TLS, so that cookies may ask for it."""
        return bool(self.cert) or self.proxy


class Server(uvicorn.Server):
    """A server that makes few pages at once, the others waiting in the order of their coming; `makers` make more."""

    def __init__(self, config: uvicorn.Config, makers: Makers | None = None):
        super().__init__(config)
        self.makers = makers

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """It listens."""
        current_default_thread_limiter().total_tokens = PAGES_AT_ONCE
        if self.makers:
            self.makers.load()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """It listens no more, and no maker runs."""
        await super().shutdown(sockets)
        if self.makers:
            await self.makers.close()


def serve(
    archive,
    host: str = "127.0.0.1",
    port: int = PORT,
    *,
    open_browser: bool = True,
    lang: str = "en",
    announce: Callable[[str], None] | None = None,
    beyond: Beyond | None = None,
    makers: int | None = None,
) -> None:
    """The pages of the opened archive have been served until the process was told to stop.

    `announce` gets the address once the port is held; the browser opens it if there is a screen to show it on.
    `beyond` says how other machines reach it. DalilError where that would not be safe. `makers` is in how many
    processes of their own pages are made while many are asked for; None for what this machine has room for.
    """
    beyond = beyond or Beyond()
    check_reach(archive, host, beyond)
    listener = listen(host, port)
    shown = beyond.names[0] if beyond.cert and beyond.names else host
    address = f"{'https' if beyond.cert else 'http'}://{shown}:{listener.getsockname()[1]}/"
    hosts = (*LOOPBACK, host, *beyond.names)
    apart = makers_for(archive, makers)
    app = create_app(archive, lang=lang, hosts=hosts, secure=beyond.secure, on_loaded=set_aside, makers=apart)
    gc.set_threshold(*COLLECTED_AFTER)
    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        ssl_certfile=beyond.cert,
        ssl_keyfile=beyond.key,
        proxy_headers=beyond.proxy,
        forwarded_allow_ips="127.0.0.1",
        timeout_keep_alive=10,
        h11_max_incomplete_event_size=64 * 1024,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    server = Server(config, apart)
    if announce:
        announce(address)
    if open_browser and has_screen():
        webbrowser.open(address)
    with suppress(KeyboardInterrupt):  # how a person ends it; uvicorn has closed everything by then
        server.run(sockets=[listener])


def check_reach(archive, host: str, beyond: Beyond) -> None:
    """Nothing, where whoever can reach the pages has to sign in over TLS, or is at this machine; else DalilError."""
    outside = not is_loopback(host)
    if (outside or beyond.proxy) and not Book(archive.path).in_use:
        raise DalilError(f'{host}: other machines may reach this only if people sign in. Run "dalil account add" first')
    if outside and not beyond.cert:
        raise DalilError(
            f"{host}: other machines may reach this only over TLS. Give --cert and --key, or --behind-proxy"
        )
    if bool(beyond.cert) != bool(beyond.key):
        raise DalilError("--cert and --key belong together. Give both, or neither")
    if (outside or beyond.proxy) and not beyond.names:
        raise DalilError("say by which name people reach it, with --name: requests for another name are refused")


def listen(host: str, port: int) -> socket.socket:
    """A socket that holds `port`, or the next free one above it; 0 takes any."""
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
