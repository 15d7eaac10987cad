"""`dalil date` at its edges: JSON lines in and out, and a table for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TextIO

import msgspec

from dalil.calendar.find import find_dates
from dalil.errors import InputRefused, one_line


def parse_day(text: object) -> date | None:
    """A day written YYYY-MM-DD; a time after it is left out; None stays None."""
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        raise ValueError(f"expected a day as YYYY-MM-DD, found {text!r}")
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise ValueError(f"expected a day as YYYY-MM-DD, found {text!r}") from error


def answer_text(text: str, published: date | None, lang: str | None, *, as_json: bool) -> str:
    """The days of one text: a JSON line, or a row a day for a person."""
    spans = find_dates(text, published=published, lang=lang)
    if as_json:
        return msgspec.json.encode({"id": None, "dates": spans}).decode()
    if not spans:
        told = "" if published else "; phrases such as “on Friday” need --published YYYY-MM-DD"
        return f"no day found{told}"
    rows = []
    for span in spans:
        days = span.start.isoformat() if span.start == span.end else f"{span.start} to {span.end}"
        time = f" at {span.time}" if span.time else ""
        rows.append(f"{days}{time}  ({span.precision})  “{one_line(span.quote.text)}”  {span.rule}")
    return "\n".join(rows)


def answer_lines(source: str, out: TextIO, err: TextIO) -> int:
    """One line out for each line in; 1 where some could not be read, each said on `err` and in its line."""
    try:
        lines = list(_lines(source))
    except OSError as error:
        print(f"dalil date: {one_line(source)}: {error.strerror}. Give a file of JSON lines, or - for stdin", file=err)
        return 2
    failed = 0
    for number, line in lines:
        identity = None
        try:
            row = _row(line, number)
            identity = row.get("id")
            result = {"id": identity, "dates": _dates(row, number)}
        except InputRefused as error:
            failed = 1
            result = {"id": identity, "error": str(error)}
            print(f"dalil date: {error}", file=err)
        out.write(msgspec.json.encode(result).decode() + "\n")
    return failed


def _lines(source: str) -> Iterator[tuple[int, bytes]]:
    data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            yield number, line


def _row(line: bytes, number: int) -> dict:
    try:
        row = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputRefused(f"line {number}", f"not JSON ({error})") from error
    if not isinstance(row, dict):
        raise InputRefused(f"line {number}", "not a JSON object")
    return row


def _dates(row: dict, number: int) -> list:
    text = row.get("text")
    if not isinstance(text, str):
        raise InputRefused(f"line {number}", "no text")
    try:
        published = parse_day(row.get("published"))
    except ValueError as error:
        raise InputRefused(f"line {number}", str(error)) from error
    return find_dates(text, published=published, lang=row.get("lang"))
