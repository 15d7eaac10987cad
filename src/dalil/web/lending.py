"""The columns of a large archive, loaded apart, held once, and lent to every process that makes pages.

They lie in a file without a name (in memory where the system has such files), which vanishes with its last holder.
"""

from __future__ import annotations

import itertools
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from dalil.errors import DalilError
from dalil.web.columns import Claims, Incidents
from dalil.web.fresh import SLACK, state_of
from dalil.web.packed import unpack

KINDS = ("incidents", "claims")
LONGEST_LOADING_S = 1800.0
# What loads faster is waited for; what takes longer is loaded while the pages go on with what they have.
WAITED_FOR_S = 2.0
# A maker of pages asks again, while the archive changes, at most so often.
ASKED_AGAIN_S = 0.25
ANSWER = struct.Struct("<q?")  # the loading's number, and whether the archive is still as it tells
REFUSED = -1
ASKED = struct.Struct("<Bq")  # the kind, and the number of the loading that is at hand (0: none)


@dataclass(slots=True)
class Lent:
    """One loading: its file and number, of which state of the archive, and when that was last found to hold."""

    number: int
    file: BinaryIO
    state: tuple
    at_s: float
    took_s: float
    right_s: float
    renewing: bool = False


@dataclass(slots=True)
class Lender:
    """The newest loading of each kind of the archive in that folder; every method is thread-safe."""

    archive: Path
    database: Path
    numbers: Callable[[], int] = field(default_factory=lambda: itertools.count(1).__next__)
    newest: dict[str, Lent] = field(default_factory=dict)
    loading: dict[str, threading.Lock] = field(default_factory=lambda: {kind: threading.Lock() for kind in KINDS})

    def get(self, kind: str) -> Lent:
        """The loading to use now: the archive's own state, or one that is not too old (as `Fresh` has it)."""
        lent = self._good(kind)
        if lent is not None:
            return lent
        with self.loading[kind]:
            return self._good(kind) or self._load(kind)

    def holds(self, lent: Lent) -> bool:
        """Whether the archive is still as it was loaded."""
        return lent.state == self._state()

    def _good(self, kind: str) -> Lent | None:
        """What there is, if it will do; where it will do for only a moment more, another one is on its way."""
        lent, now = self.newest.get(kind), time.monotonic()
        if lent is None:
            return None
        if self.holds(lent):
            lent.right_s = now
            return lent
        slack_s = SLACK * lent.took_s
        if now - lent.at_s < slack_s:
            return lent
        if lent.took_s < WAITED_FOR_S or now - lent.right_s > slack_s:
            return None
        self._renew(kind, lent)
        return lent

    def _renew(self, kind: str, lent: Lent) -> None:
        """The next loading begins, unless one runs."""

        def renew() -> None:
            try:
                with self.loading[kind]:
                    self._load(kind)
            finally:
                lent.renewing = False

        if not lent.renewing:
            lent.renewing = True
            threading.Thread(target=renew, daemon=True).start()

    def _load(self, kind: str) -> Lent:
        """A new loading of the archive as it is now."""
        state, began = self._state(), time.monotonic()
        file = nameless()
        command = [sys.executable, "-P", "-m", "dalil.web.loading", str(self.archive), kind, str(file.fileno())]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, pass_fds=(file.fileno(),), timeout=LONGEST_LOADING_S, check=False
        )
        if done.returncode:
            raise DalilError(f"{self.archive}: its {kind} could not be loaded (status {done.returncode})")
        ended = time.monotonic()
        lent = Lent(self.numbers(), file, state, ended, ended - began, ended)
        self.newest[kind] = lent
        return lent

    def _state(self) -> tuple:
        return state_of((self.database, self.database.with_name(self.database.name + "-wal")))


class Mapped:
    """The columns for pages that are made where the lender is."""

    def __init__(self, lender: Lender):
        self.lender = lender
        self.held: dict[str, Incidents | Claims] = {}

    def get(self, kind: str) -> Incidents | Claims:
        """The columns of that kind."""
        lent, held = self.lender.get(kind), self.held.get(kind)
        if held is None or held.made != lent.number:
            held = self.held[kind] = unpack(lent.file.fileno(), lent.number)
        return held


@dataclass(frozen=True, slots=True)
class Loan:
    """Columns that were borrowed, of which state of the archive (None: not of its newest), asked for again when."""

    columns: Incidents | Claims
    state: tuple | None
    until_s: float


class Borrowed:
    """The columns for pages that are made in another process, which asks the lender over `line`."""

    def __init__(self, line: socket.socket, state: Callable[[], tuple]):
        self.line, self.state = line, state
        self.held: dict[str, Loan] = {}

    def get(self, kind: str) -> Incidents | Claims:
        """The columns of that kind."""
        state, now, held = self.state(), time.monotonic(), self.held.get(kind)
        if held is None or (held.state != state and now >= held.until_s):
            columns, holds = self._ask(kind, held.columns if held else None)
            held = self.held[kind] = Loan(columns, state if holds else None, now + ASKED_AGAIN_S)
        return held.columns

    def _ask(self, kind: str, held: Incidents | Claims | None) -> tuple[Incidents | Claims, bool]:
        self.line.sendall(ASKED.pack(KINDS.index(kind), held.made if held else 0))
        answer, descriptors, _, _ = socket.recv_fds(self.line, ANSWER.size, 1)
        if len(answer) < ANSWER.size:
            raise DalilError("the server that lends the columns is gone")
        number, holds = ANSWER.unpack(answer)
        if not descriptors:
            if held is None or number != held.made:
                raise DalilError(f"the {kind} could not be loaded")
            return held, holds
        try:
            return unpack(descriptors[0], number), holds
        finally:
            os.close(descriptors[0])


def lend(lender: Lender, line: socket.socket) -> None:
    """Whoever asks over `line` has been answered until it was closed; blocks, so for a thread of its own."""
    while (asked := received(line, ASKED.size)) is not None:
        kind, number = ASKED.unpack(asked)
        try:
            lent = lender.get(KINDS[kind])
        except (DalilError, OSError, subprocess.SubprocessError) as error:
            print(f"dalil: {error}", file=sys.stderr)
            lent = None
        answer = ANSWER.pack(lent.number if lent else REFUSED, bool(lent and lender.holds(lent)))
        handed = [lent.file.fileno()] if lent and lent.number != number else []
        try:
            socket.send_fds(line, [answer], handed)
        except OSError:  # whoever asked is gone
            return


def received(line: socket.socket, size: int) -> bytes | None:
    """So many bytes; None where the line has ended."""
    found = b""
    while len(found) < size:
        try:
            part = line.recv(size - len(found))
        except OSError:
            return None
        if not part:
            return None
        found += part
    return found


def nameless() -> BinaryIO:
    """An open file that no other program sees and that is gone once nobody holds it."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("dalil-columns"), "w+b")
    return tempfile.TemporaryFile()
