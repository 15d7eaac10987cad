"""CSV files row by row in bounded memory: each row as written, with the offsets of its cells and of its bytes.

RFC 4180 with what real exports do: other delimiters, byte order marks, quotes that never close (the row is refused
and reading goes on with the next line), a second line of HXL tags (passed over).
"""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dalil.claims.text.charset import decode
from dalil.errors import InputRefused

MAX_ROW_BYTES = 1 << 20
SAMPLE_BYTES = 1 << 18
DELIMITERS = (",", ";", "\t")
BLOCK_BYTES = 1 << 20
CELLS = {d: re.compile(rf'"((?:[^"]|"")*)"([^{d}]*)|([^{d}]*)', re.S) for d in DELIMITERS}


@dataclass(frozen=True, slots=True)
class Cell:
    """A value: `text` is what it means, the record's text[start:end] what was written (without its quotes)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Record:
    """One row: `number` from 1 after the header, `line` in the file, `first` and `last` (exclusive) its bytes."""

    number: int
    line: int
    first: int
    last: int
    text: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written, and the names of its columns."""

    charset: str
    delimiter: str
    header: tuple[str, ...]
    problems: tuple[str, ...]


def layout(path: Path, *, name: str) -> Layout:
    """The file's character set, delimiter and column names; InputRefused where it has no header line."""
    charset, problems = _charset(path, name)
    with path.open("rb") as file:
        skipped = len(codecs.BOM_UTF8) if file.read(3) == codecs.BOM_UTF8 else 0
        file.seek(skipped)
        first = next(_logical(file, skipped), None)
    if first is None or first.broken or not first.data.strip():
        raise InputRefused(name, "has no header line", "The first line must name the columns")
    text = _text(first.data, charset)
    delimiter = max(DELIMITERS, key=lambda d: len(_cells(text, d)))
    header = tuple(cell.text.strip() for cell in _cells(text, delimiter))
    return Layout(charset, delimiter, header, problems)


def records(path: Path, how: Layout, *, name: str) -> Iterator[Record | InputRefused]:
    """Every row after the header, a refusal for each that is broken; empty lines are passed over."""
    width, number = len(how.header), 0
    with path.open("rb") as file:
        skipped = len(codecs.BOM_UTF8) if file.read(3) == codecs.BOM_UTF8 else 0
        file.seek(skipped)
        rows = _logical(file, skipped)
        next(rows)
        for row in rows:
            if not row.data.strip():
                continue
            number += 1
            where = f"{name} row {number} (line {row.line})"
            if row.broken:
                yield InputRefused(where, row.broken, "Close the quote, or save the table anew")
                continue
            text = _text(row.data, how.charset)
            cells = _cells(text, how.delimiter)
            if number == 1 and all(cell.text.startswith("#") for cell in cells if cell.text):
                continue  # HXL tags
            if len(cells) != width:
                what = f"has {len(cells)} cells, expected the header's {width}"
                yield InputRefused(where, what, "Mend the row in the original, then import it again")
                continue
            yield Record(number, row.line, row.first, row.first + len(row.data), text, cells)


def _charset(path: Path, name: str) -> tuple[str, tuple[str, ...]]:
    """UTF-8 where the whole file is, else what its beginning looks like."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
        if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in sample:
            raise InputRefused(name, "is no CSV in an 8-bit encoding", "Save it as CSV in UTF-8, then import that")
        file.seek(0)
        try:
            while block := file.read(BLOCK_BYTES):
                decoder.decode(block)
            decoder.decode(b"", final=True)
            return "utf-8", ()
        except UnicodeDecodeError:
            pass
    charset = decode(sample).charset.lower()
    return charset, (f"is not UTF-8: read as {charset}",)


def _text(data: bytes, charset: str) -> str:
    return data.decode(charset, "replace")


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    first: int
    data: bytes
    broken: str | None = None


def _logical(file, at: int) -> Iterator[_Row]:
    """Physical lines put together where a quoted value holds line breaks; without the ending line break."""
    ahead: deque[bytes] = deque()
    line = 0

    def following() -> bytes:
        return ahead.popleft() if ahead else file.readline(MAX_ROW_BYTES)

    while physical := following():
        line += 1
        held, size, quotes = [physical], len(physical), physical.count(b'"')
        broken = None
        while quotes % 2:
            more = following()
            size += len(more)
            if not more or size > MAX_ROW_BYTES:
                broken = "has a quote that never closes" if not more else "is longer than a megabyte"
                ahead.extendleft(reversed([*held[1:], more] if more else held[1:]))
                held = held[:1]
                break
            held.append(more)
            quotes += more.count(b'"')
        data = b"".join(held)
        yield _Row(line, at, data.rstrip(b"\r\n"), broken)
        line += len(held) - 1
        at += len(data)


def _cells(text: str, delimiter: str) -> tuple[Cell, ...]:
    if '"' not in text:
        cells, at = [], 0
        for value in text.split(delimiter):
            cells.append(Cell(value, at, at + len(value)))
            at += len(value) + 1
        return tuple(cells)
    pattern, cells, at = CELLS[delimiter], [], 0
    while True:
        found = pattern.match(text, at)
        quoted, rest, plain = found.groups()
        if quoted is None:
            cells.append(Cell(plain, found.start(), found.end()))
        else:
            cells.append(Cell(quoted.replace('""', '"') + rest, found.start(1), found.end(1)))
        at = found.end() + 1
        if at > len(text):
            return tuple(cells)
