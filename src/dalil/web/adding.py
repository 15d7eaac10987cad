"""Taking files in from the pages: one `dalil add` at a time, in a process of its own, watched from here.

A process of its own, because reading would hold up every page, and because what it acknowledges survives this server.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dalil.errors import InputRefused, one_line

INCOMING = "incoming"
MOST_LINES = 500
NAME_LENGTH = 180
SPARE_BYTES = 1 << 30
BLOCK = 1 << 20
# What no file system takes in a name, and what would lead out of a folder.
UNFIT = re.compile(r"[\x00-\x1f\x7f/\\]|^\.+$")


@dataclass(slots=True)
class Run:
    """One `dalil add`: what it was asked for, what is safe by now, what it said."""

    target: str
    by: str
    taken: list[dict] = field(default_factory=list)
    safe: int = 0
    already: int = 0
    refused: int = 0
    said: list[str] = field(default_factory=list)
    status: int | None = None

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self.status is not None


class Adding:
    """The adds of one server: at most one runs, and the last one can still be looked at."""

    def __init__(self, archive: Path):
        self.archive = archive
        self.lock = threading.Lock()
        self.run: Run | None = None

    @property
    def incoming(self) -> Path:
        """Where files that people send wait until they are taken in."""
        return self.archive / INCOMING

    def begin(self, target: Path, *, by: str, shown: str = "", then: Callable[[], None] = lambda: None) -> Run:
        """The add runs; InputRefused if there is nothing at `target`, or another add runs."""
        if not target.exists():
            raise InputRefused(str(target), "is not there", "Give the whole path of a file or folder on this machine")
        with self.lock:
            if self.run and not self.run.done:
                raise InputRefused(str(target), "has to wait: another add is running", "Try again when it has ended")
            self.run = run = Run(shown or str(target), by)
            command = [sys.executable, "-P", "-m", "dalil", "add", "--json", "--archive", str(self.archive), "--by", by]
            process = subprocess.Popen(
                [*command, "--", str(target)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, "PYTHONUTF8": "1"},
            )
        ears = [
            threading.Thread(target=hear, args=(process.stdout, run, on_safe), daemon=True),
            threading.Thread(target=hear, args=(process.stderr, run, on_word), daemon=True),
        ]
        for ear in ears:
            ear.start()

        def wait() -> None:
            for ear in ears:
                ear.join()
            run.status = process.wait()
            then()

        threading.Thread(target=wait, daemon=True).start()
        return run

    # ------------------------------------------------------------ what people send

    def place_for(self, batch: str, name: str, size: int) -> Path:
        """Where a file of that name is to be written; InputRefused if the name or the disk will not do."""
        name = name.strip()
        if not re.fullmatch(r"[0-9a-f]{16}", batch):
            raise InputRefused(one_line(name), "belongs to no batch", "Load the page again")
        if not name or UNFIT.search(name) or len(name.encode()) > NAME_LENGTH:
            raise InputRefused(
                one_line(name)[:80], "has a name that cannot be kept", "Give the file a shorter, plain name"
            )
        folder = self.incoming / batch
        folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(folder).free < 2 * size + SPARE_BYTES:
            raise InputRefused(one_line(name), f"has {size:,} bytes, for which the disk has no room", "Free some space")
        path = folder / name
        if path.exists():
            raise InputRefused(one_line(name), "was sent twice", "Send files of one name in two batches")
        return path

    def take_batch(self, batch: str, *, by: str) -> Run:
        """The files that were sent are being taken in; afterwards they do not wait any more."""
        folder = self.incoming / batch
        if not re.fullmatch(r"[0-9a-f]{16}", batch) or not folder.is_dir():
            raise InputRefused("files", "none were sent", "Choose files first")
        count = sum(1 for _ in folder.iterdir())
        shown = f"{count} file{'s' if count != 1 else ''}"
        return self.begin(folder, by=by, shown=shown, then=lambda: self._forget(folder))

    def _forget(self, folder: Path) -> None:
        """What was taken in, or refused, does not wait any more; after a failure it does."""
        if self.run and self.run.status in (0, 1):
            shutil.rmtree(folder, ignore_errors=True)


def hear(stream, run: Run, tell: Callable[[Run, str], None]) -> None:
    """Every line of the stream is told; a progress bar's rewriting counts as lines that nobody needs."""
    for raw in stream:
        for line in raw.decode("utf-8", "replace").split("\r"):
            if line.strip():
                tell(run, line.strip())


def on_safe(run: Run, line: str) -> None:
    """One file is safe, was here before, or was refused."""
    try:
        told = json.loads(line)
    except ValueError:
        return
    if "error" in told:
        run.refused += 1
    elif told.get("already"):
        run.already += 1
    else:
        run.safe += 1
    if len(run.taken) < MOST_LINES:
        run.taken.append(told)


def on_word(run: Run, line: str) -> None:
    """A line for people."""
    if line.startswith("dalil:") and len(run.said) < MOST_LINES:
        run.said.append(one_line(line.removeprefix("dalil:").strip()))
