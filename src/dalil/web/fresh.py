"""What is costly to compute over a whole archive is kept until the archive changes, or a little longer."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
# While files are taken in, the archive changes all the time: a value may be older than the archive's state by so many
# times what it takes to compute it, so that at most a tenth of the time goes into computing again.
SLACK = 10
MOST_KEPT = 400
# Of what says how large it is (`nbytes`), no more than this is kept beside the value that came last.
MOST_BYTES = 24 << 20
# Clocks of file systems tick this slowly: two changes within a tick look like one.
TICK_S = 0.1


@dataclass(slots=True)
class Kept:
    """A value with the archive's state that it was computed from; one of another `version` does not hold at all."""

    value: object
    version: object
    state: tuple
    at_s: float
    took_s: float
    size: int


def state_of(files: Iterable[Path]) -> tuple:
    """Something that changes whenever one of the files does; different each time while the last change is too near.

    An empty file is as good as none: whoever opens a database to read makes an empty log beside it.
    """
    found: list[tuple[int, int] | None] = []
    for file in files:
        try:
            stat = file.stat()
        except FileNotFoundError:
            found.append(None)
        else:
            found.append((stat.st_mtime_ns, stat.st_size) if stat.st_size else None)
    newest = max((one[0] for one in found if one), default=0)
    return (*found, object()) if abs(time.time_ns() - newest) < TICK_S * 1e9 else tuple(found)


class Fresh:
    """Values of one archive by key, thread-safe; each is computed by one thread at a time."""

    def __init__(self, database: Path):
        self.files = (database, database.with_name(database.name + "-wal"))
        self.kept: OrderedDict[object, Kept] = OrderedDict()
        self.lock = threading.Lock()
        self.computing: dict[object, threading.Lock] = {}
        self.size = 0

    def state(self) -> tuple:
        """Something that changes whenever the database does."""
        return state_of(self.files)

    def get(self, key: object, compute: Callable[[], T], *, version: object = None) -> T:
        """The value under `key`, computed now unless the one that is kept, of the same version, still holds."""
        state = self.state()
        if (held := self._held(key, state, version)) is not None:
            return held.value
        with self.lock:
            turn = self.computing.setdefault(key, threading.Lock())
        with turn:
            if (held := self._held(key, state, version)) is not None:
                return held.value
            began = time.monotonic()
            value = compute()
            ended = time.monotonic()
            with self.lock:
                before = self.kept.pop(key, None)
                now = Kept(value, version, state, ended, ended - began, getattr(value, "nbytes", 0))
                self.kept[key] = now
                self.size += now.size - (before.size if before else 0)
                self.computing.pop(key, None)
                self._forget()
            return value

    def _forget(self) -> None:
        """No more is kept than may be; what was asked for last stays, and longest what is of the whole archive.

        That has a plain name for its key, there are few of it, and counting a million rows again takes seconds.
        """
        while len(self.kept) > MOST_KEPT or (self.size > MOST_BYTES and len(self.kept) > 1):
            oldest = next((key for key in self.kept if not isinstance(key, str)), next(iter(self.kept)))
            self.size -= self.kept.pop(oldest).size

    def _held(self, key: object, state: tuple, version: object) -> Kept | None:
        with self.lock:
            kept = self.kept.get(key)
            if kept is None or kept.version != version:
                return None
            self.kept.move_to_end(key)
        young = time.monotonic() - kept.at_s < SLACK * kept.took_s
        return kept if kept.state == state or young else None
