"""What one process does that reads a long log for another (see readers.py). It imports little, so it starts quickly."""

from __future__ import annotations

import pickle
import signal
import sqlite3
import struct
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from hashlib import sha256
from typing import IO, NamedTuple
from urllib.parse import quote

from dalil.archive import bulk

LENGTH = struct.Struct("<Q")
ROWS = (
    "SELECT log.seq, line, disclosures FROM log LEFT JOIN disclosure ON log.seq = disclosure.seq "
    "WHERE log.seq >= ? AND log.seq < ? ORDER BY log.seq"
)


class Part(NamedTuple):
    """Some lines that follow one another: their numbers, the tree's leaves, what they hold; and their rows, unless
    each of them is as it should be."""

    seqs: Sequence[int]
    leaves: list[bytes]
    reads: list[bulk.Read | None]
    rows: Sequence[bulk.Row]


def read(rows: Sequence[bulk.Row], acts: tuple[str, ...]) -> Part:
    """These rows as a part. The values of complete lines of other `acts` are checked but not given."""
    try:
        leaves = [sha256(b"\0" + line).digest() for _, line, _ in rows]
    except TypeError:
        leaves = [sha256(b"\0" + line_bytes(line)).digest() for _, line, _ in rows]
    return Part([row[0] for row in rows], leaves, bulk.read(rows, acts), rows)


def line_bytes(line: object) -> bytes:
    """The bytes of what stands in place of a line: SQLite stores any type."""
    return line if isinstance(line, bytes) else str(line).encode("utf-8", "replace")


def serve() -> None:
    """Lines were read as stdin asked, and what they hold went to stdout, until nothing more was asked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes stdin
    with suppress(EOFError, BrokenPipeError):
        file, acts = receive(sys.stdin.buffer)
        with closing(sqlite3.connect(f"file:{quote(file)}?mode=ro", uri=True, timeout=60)) as database:
            while True:
                start, stop = receive(sys.stdin.buffer)
                rows = database.execute(ROWS, (start, stop)).fetchall()
                part = read(rows, acts) if [row[0] for row in rows] == [*range(start, stop)] else None
                # A line from which something was erased just now may be whole in the parent's snapshot.
                good = part is not None and all(read and read.complete for read in part.reads)
                send(sys.stdout.buffer, (b"".join(part.leaves), part.reads) if good else None)


def send(file: IO[bytes], value: object) -> None:
    """The other side can `receive` it."""
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    file.write(LENGTH.pack(len(data)))
    file.write(data)
    file.flush()


def receive(file: IO[bytes]) -> tuple | None:
    """What the other side sent; EOFError if it has ended. Only ever our own process is read from."""
    head = file.read(LENGTH.size)
    data = file.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""
    return pickle.loads(data)
