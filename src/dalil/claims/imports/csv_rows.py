"""CSV files row by row in bounded memory: each row as written, with the offsets of its cells and of its bytes.

RFC 4180 with what real exports do: other delimiters, byte order marks, quotes that never close (the row is refused
and reading goes on with the next line), a second line of HXL tags (passed over).
"""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from dalil.claims.text.charset import decode
from dalil.errors import InputRefused

MAX_ROW_BYTES = 1 << 20
SAMPLE_BYTES = 1 << 18
DELIMITERS = (",", ";", "\t")
BLOCK_BYTES = 1 << 20


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
    spans: list[tuple[int, int]]

    def cell(self, at: int) -> Cell:
        """The cell in that column."""
        start, end = self.spans[at]
        written = self.text[start:end]
        if not written.startswith('"'):
            return Cell(written, start, end)
        last = written.rfind('"')
        if last == 0:
            return Cell(written, start, end)
        return Cell(written[1:last].replace('""', '"') + written[last + 1 :], start + 1, start + last)


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
    delimiter = max(DELIMITERS, key=lambda d: len(_spans(text, d)))
    line = Record(0, 1, skipped, skipped + len(first.data), text, _spans(text, delimiter))
    header = tuple(line.cell(at).text.strip() for at in range(len(line.spans)))
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
            record = Record(number, row.line, row.first, row.first + len(row.data), text, _spans(text, how.delimiter))
            if number == 1 and is_tags(record):
                continue
            if len(record.spans) != width:
                what = f"has {len(record.spans)} cells, expected the header's {width}"
                yield InputRefused(where, what, "Mend the row in the original, then import it again")
                continue
            yield record


def is_tags(record: Record) -> bool:
    """Whether the row is one of HXL tags, which some publishers put under the header."""
    cells = [record.cell(at).text for at in range(len(record.spans))]
    return any(cells) and all(cell.startswith("#") for cell in cells if cell)


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


def _spans(text: str, delimiter: str) -> list[tuple[int, int]]:
    """Where each cell stands in the row, quotes included."""
    pieces = text.split(delimiter)
    ends = [end - 1 for end in accumulate([len(piece) + 1 for piece in pieces])]
    starts = [0, *[end + 1 for end in ends[:-1]]]
    if '"' not in text:
        return list(zip(starts, ends, strict=True))
    spans, opened = [], -1
    for piece, start, end in zip(pieces, starts, ends, strict=True):
        odd = '"' in piece and piece.count('"') % 2
        if opened < 0:
            if odd and piece[0] == '"':
                opened = start
            else:
                spans.append((start, end))
        elif odd:
            spans.append((opened, end))
            opened = -1
    return spans if opened < 0 else [*spans, (opened, len(text))]
