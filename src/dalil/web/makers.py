"""Pages made in processes of their own, so that they take more than one core; everything else stays in the server.

The server alone speaks with browsers, knows who asks, and changes anything. Pages that only read the archive are
handed over a socket to whichever maker is free; where there is none, the server makes the page itself. A maker ends
with its socket, however the server ended, and one that ends too early is started again.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from dalil.web.errand import LENGTH, Made, Setup, errand_of, framed
from dalil.web.lending import KINDS, Lender, Mapped, lend
from dalil.web.pages import ALL, APART

# One is made and one waits at each maker, so that none is idle while the server is busy with a browser.
AT_ONE_MAKER = 2
# Where more pages than this are asked for at once, the makers are started.
FEW = 3
START_S, LONGEST_PAGE_S, END_S = 60.0, 120.0, 3.0
# A maker that ended is started again after so long, then after twice as long, and so on.
AGAIN_S, LONGEST_AGAIN_S = 1.0, 60.0
# The columns of an archive whose database has so many bytes are loaded apart and lent.
LARGE = 128 << 20


@dataclass(slots=True)
class Job:
    """A page that is waited for, and who has it in hand."""

    errand: bytes
    made: asyncio.Future
    maker: Maker | None = None


class Maker:
    """One process and the server's end of its socket."""

    def __init__(self, lender: Lender | None):
        ours, theirs = socket.socketpair()
        line, their_line = socket.socketpair()
        descriptors = (theirs.fileno(), their_line.fileno())
        with theirs, their_line:
            # In a group of its own, since Ctrl+C is meant for the server.
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "dalil.web.maker", *map(str, descriptors)],
                stdin=subprocess.DEVNULL, pass_fds=descriptors, start_new_session=True,
            )  # fmt: skip
        self.work, self.line = ours, line
        self.in_hand: deque[Job] = deque()
        self.room = asyncio.Semaphore(AT_ONE_MAKER)
        if lender:
            threading.Thread(target=lend, args=(lender, line), daemon=True).start()

    async def begin(self, setup: Setup) -> None:
        """It is ready for errands."""
        self.reader, self.writer = await asyncio.open_connection(sock=self.work)
        self.writer.write(framed(setup))
        async with asyncio.timeout(START_S):
            await self._heard(bytes)

    async def feed(self, jobs: asyncio.Queue[Job]) -> None:
        """It has as much in hand as it may, as long as there is anything."""
        while True:
            await self.room.acquire()
            job = await jobs.get()
            if job.made.done():  # nobody waits for it any more
                self.room.release()
                continue
            job.maker = self
            self.in_hand.append(job)
            self.writer.write(framed_already(job.errand))
            await self.writer.drain()

    async def fetch(self) -> None:
        """Whatever it makes goes to whoever waits for it, until it ends."""
        while True:
            made = await self._heard(Made)
            job = self.in_hand.popleft()
            if not job.made.done():
                job.made.set_result(made)
            self.room.release()

    async def _heard(self, kind: type):
        length = await self.reader.readexactly(LENGTH)
        return msgspec.msgpack.decode(await self.reader.readexactly(int.from_bytes(length, "big")), type=kind)

    def end(self) -> None:
        """The process is over; what it had in hand is for somebody else."""
        for end in (getattr(self, "writer", None), self.work, self.line):
            if end is not None:
                with suppress(OSError):
                    end.close()
        with suppress(OSError):
            self.process.terminate()
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(END_S)
        for job in self.in_hand:
            given_back(job)


class Makers:
    """The makers of one server: started when they are wanted, kept up while it runs."""

    def __init__(self, archive: Path, database: Path, count: int):
        self.count = count
        large = database.stat().st_size >= LARGE
        self.lender = Lender(archive, database) if large else None
        self.columns = Mapped(self.lender) if self.lender else None
        self.jobs: asyncio.Queue[Job] = asyncio.Queue()
        self.up: set[Maker] = set()
        self.tasks: list[asyncio.Task] = []

    @property
    def started(self) -> bool:
        """Whether they have been asked for."""
        return bool(self.tasks)

    def start(self, setup: Setup) -> None:
        """They are being started, unless they have been."""
        if not self.tasks:
            self.tasks = [asyncio.create_task(self._keep_up(setup)) for _ in range(self.count)]

    def load(self) -> None:
        """The columns that are lent are being loaded, so that the first who needs them waits the less."""

        def load() -> None:
            for kind in KINDS:
                self.lender.get(kind)

        if self.lender:
            threading.Thread(target=load, daemon=True).start()

    async def made(self, errand: bytes) -> Made | None:
        """The page as a maker made it; None where none did."""
        if not self.up:
            return None
        job = Job(errand, asyncio.get_running_loop().create_future())
        self.jobs.put_nowait(job)
        try:
            async with asyncio.timeout(LONGEST_PAGE_S):
                return await job.made
        except TimeoutError:
            if job.maker:
                job.maker.process.kill()
            return None

    async def _keep_up(self, setup: Setup) -> None:
        """One maker, and another one when it ends."""
        pause_s = AGAIN_S
        while True:
            maker = Maker(self.lender)
            feeding = None
            try:
                await maker.begin(setup)
                self.up.add(maker)
                pause_s = AGAIN_S
                feeding = asyncio.create_task(maker.feed(self.jobs))
                await maker.fetch()
            except (asyncio.IncompleteReadError, OSError, TimeoutError, msgspec.DecodeError):
                pass  # it ended, or is no use
            finally:
                self.up.discard(maker)
                if feeding:
                    feeding.cancel()
                maker.end()
                self._give_back()
            print("dalil: a process that makes pages ended and is started again", file=sys.stderr)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_AGAIN_S)

    def _give_back(self) -> None:
        """Nobody waits for makers that are no more."""
        while not self.up and not self.jobs.empty():
            given_back(self.jobs.get_nowait())

    async def close(self) -> None:
        """No maker runs any more."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


class Elsewhere:
    """ASGI application that lets `makers` make the pages of the routes APART, and `app` everything else."""

    def __init__(self, app: ASGIApp, makers: Makers, setup: Setup):
        self.app, self.makers, self.setup = app, makers, setup
        self.asked = 0
        self.routes = [(number, route) for number, route in enumerate(ALL) if route.endpoint in APART]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope.get("method") != "GET" or (found := self.route(scope)) is None:
            await self.app(scope, receive, send)
            return
        self.asked += 1
        try:
            if self.asked > FEW or self.makers.lender:
                self.makers.start(self.setup)
            made = await self.makers.made(msgspec.msgpack.encode(errand_of(scope, *found)))
            if made is None:
                await self.app(scope, receive, send)
                return
        finally:
            self.asked -= 1
        await send({"type": "http.response.start", "status": made.status, "headers": made.headers})
        await send({"type": "http.response.body", "body": made.body})

    def route(self, scope: Scope) -> tuple[int, dict[str, int | str]] | None:
        """The number of the route and what its address holds, where a maker may make the page."""
        for number, route in self.routes:
            match, child = route.matches(scope)
            if match is Match.FULL:
                return number, child["path_params"]
        return None


def given_back(job: Job) -> None:
    """Whoever waits for the page is told that no maker makes it."""
    if not job.made.done():
        job.made.set_result(None)


def framed_already(data: bytes) -> bytes:
    """The encoded message as it travels."""
    return len(data).to_bytes(LENGTH, "big") + data


def makers_for(archive, count: int | None) -> Makers | None:
    """The makers of pages that this machine has room for, or so many as are asked for; None for none."""
    if os.name == "nt":  # no sockets that a descriptor could be sent over
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = (2 if cores > 1 else 0) if count is None else count
    return Makers(archive.path, archive.path / archive.settings.database, wanted) if wanted else None
