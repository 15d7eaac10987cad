"""What is costly to compute over a whole archive is kept until the archive changes, or a little longer."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
# While files are taken in, the archive changes all the time: a value may be older than the archive's state by so many
# times what it takes to compute it, so that at most a tenth of the time goes into computing again.
SLACK = 10
MOST_KEPT = 400


@dataclass(slots=True)
class Kept:
    """A value with the archive's state that it was computed from."""

    value: object
    state: tuple
    at_s: float
    took_s: float


class Fresh:
    """Values of one archive by key, thread-safe; each is computed by one thread at a time."""

    def __init__(self, database: Path):
        self.files = (database, database.with_name(database.name + "-wal"))
        self.kept: OrderedDict[object, Kept] = OrderedDict()
        self.lock = threading.Lock()
        self.computing: dict[object, threading.Lock] = {}

    def state(self) -> tuple:
        """Something that changes whenever the database does."""
        found = []
        for file in self.files:
            try:
                stat = file.stat()
            except FileNotFoundError:
                found.append(None)
            else:
                found.append((stat.st_mtime_ns, stat.st_size))
        return tuple(found)

    def get(self, key: object, compute: Callable[[], T]) -> T:
        """The value under `key`, computed now unless the one that is kept still holds."""
        state = self.state()
        if (held := self._held(key, state)) is not None:
            return held.value
        with self.lock:
            turn = self.computing.setdefault(key, threading.Lock())
        with turn:
            if (held := self._held(key, state)) is not None:
                return held.value
            began = time.monotonic()
            value = compute()
            ended = time.monotonic()
            with self.lock:
                self.kept[key] = Kept(value, state, ended, ended - began)
                self.kept.move_to_end(key)
                self.computing.pop(key, None)
                while len(self.kept) > MOST_KEPT:
                    self.kept.popitem(last=False)
            return value

    def _held(self, key: object, state: tuple) -> Kept | None:
        with self.lock:
            kept = self.kept.get(key)
            if kept is None:
                return None
            self.kept.move_to_end(key)
        young = time.monotonic() - kept.at_s < SLACK * kept.took_s
        return kept if kept.state == state or young else None
