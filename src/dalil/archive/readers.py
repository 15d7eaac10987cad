"""A long log is read by several processes, since reading it keeps one core busy; what each finds is what bulk.py says.

Each opens the database for reading and is asked for some hundred lines at a time. It tells only of lines that are as
they should be: where one of them is not, and where a process cannot start or ends early, the lines are read here, in
the snapshot that all else is read in.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import SimpleQueue

from sqlalchemy import Connection

from dalil.archive import custody, reading

BATCH_LINES = 500  # of 100 to 2000 all took about the same; more only takes more memory
ENOUGH_LINES = 20_000  # about where the processes have earned what it takes to start them
READERS = min(4, os.cpu_count() or 1)
AHEAD = 3  # batches a process: one that it reads, two that wait for it
# Isolated: no module of the current folder, which may be a stranger's, gets into it.
PROGRAM = "import sys; sys.path[:] = {!r}; from dalil.archive.reading import serve; serve()"


def parts(connection: Connection, acts: tuple[str, ...]) -> Iterator[reading.Part]:
    """The whole log in order. The values of complete lines of other `acts` are checked but not given."""
    size = custody.log_size(connection)
    file = _database(connection)
    whole = custody.count(connection) == size  # else a number far beyond all others would be counted up to
    if size < ENOUGH_LINES or READERS < 2 or file is None or not whole:
        for rows in custody.slices(connection, BATCH_LINES):
            yield reading.read(rows, acts)
        return
    with ExitStack() as stack:
        free: SimpleQueue[Reader] = SimpleQueue()
        for _ in range(READERS):
            free.put(stack.enter_context(Reader(file, acts)))
        pool = stack.enter_context(ThreadPoolExecutor(READERS, thread_name_prefix="readers"))

        def one(start: int) -> reading.Part | None:
            reader = free.get()
            try:
                return reader.read(start, min(start + BATCH_LINES, size))
            finally:
                free.put(reader)

        waiting: deque[tuple[int, Future[reading.Part | None]]] = deque()
        try:
            for start in range(0, size, BATCH_LINES):
                waiting.append((start, pool.submit(one, start)))
                if len(waiting) >= AHEAD * READERS:
                    yield from _next(connection, waiting, acts, size)
            while waiting:
                yield from _next(connection, waiting, acts, size)
        finally:
            for _, future in waiting:
                future.cancel()


def _next(
    connection: Connection, waiting: deque[tuple[int, Future[reading.Part | None]]], acts: tuple[str, ...], size: int
) -> Iterator[reading.Part]:
    start, future = waiting.popleft()
    if part := future.result():
        yield part
        return
    for rows in custody.slices(connection, BATCH_LINES, start, min(start + BATCH_LINES, size)):
        yield reading.read(rows, acts)


def _database(connection: Connection) -> str | None:
    """The file that the connection reads; None where it reads none."""
    if connection.dialect.name != "sqlite":
        return None
    return next((file for _, name, file in connection.exec_driver_sql("PRAGMA database_list") if name == "main"), None)


class Reader:
    """A process that reads lines of that database; a context manager."""

    def __init__(self, file: str, acts: tuple[str, ...]) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        program = PROGRAM.format([str(Path(path).absolute()) for path in sys.path])
        with suppress(OSError):
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            reading.send(self._process.stdin, (file, acts))

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        """The process is gone: it only reads, so that nothing is lost with it, and one that hangs is not waited for."""
        if self._process:
            self._process.kill()
            with suppress(OSError, ValueError):
                self._process.communicate()
            self._process = None

    def read(self, start: int, stop: int) -> reading.Part | None:
        """The lines from `start` to before `stop`; None if any of them is not as it should be, or nothing was said."""
        if self._process is None:
            return None
        try:
            reading.send(self._process.stdin, (start, stop))
            found = reading.receive(self._process.stdout)
        except (OSError, EOFError, ValueError):
            self._end()
            return None
        if found is None:
            return None
        leaves, reads = found
        return reading.Part(range(start, stop), [leaves[i : i + 32] for i in range(0, len(leaves), 32)], reads, ())
