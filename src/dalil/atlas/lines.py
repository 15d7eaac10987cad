"""`dalil locate` at its edges: JSON lines in and out, and a table for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import msgspec

from dalil.atlas.loaded import loaded
from dalil.atlas.search import locate
from dalil.errors import InputRefused, one_line


def answer_query(query: str, country: str | None, admin: str | None, *, as_json: bool) -> str:
    """The places of one query: a JSON line, or a few lines a place for a person."""
    found = locate(query, country=country, admin=admin)
    if as_json:
        return msgspec.json.encode({"id": None, "candidates": found}).decode()
    if not found:
        hint = (
            ""
            if len(loaded(country)) > 1
            else f'; no gazetteer is loaded: try "dalil gazetteer fetch {country or "SY"}"'
        )
        return f"no place found{hint}"
    rows = []
    for c in found:
        where = ", ".join((*c.admin, c.country))
        rows.append(f"{c.score:.2f}  {one_line(c.name)}  ({where})  {c.lat:.5f} {c.lon:.5f}  {c.feature}")
        rows.append("      " + "; ".join(one_line(step) for step in c.why))
    return "\n".join(rows)


def answer_lines(source: str, out: TextIO, err: TextIO) -> int:
    """One line out for each line in; 1 where some could not be read, each said on `err` and in its line."""
    try:
        lines = list(_lines(source))
    except OSError as error:
        print(
            f"dalil locate: {one_line(source)}: {error.strerror}. Give a file of JSON lines, or - for stdin", file=err
        )
        return 2
    failed = 0
    for number, line in lines:
        identity = None
        try:
            row = _row(line, number)
            identity = row.get("id")
            result = {"id": identity, "candidates": _candidates(row, number)}
        except InputRefused as error:
            failed = 1
            result = {"id": identity, "error": str(error)}
            print(f"dalil locate: {error}", file=err)
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


def _candidates(row: dict, number: int) -> tuple:
    query, country, admin = row.get("query"), row.get("country"), row.get("admin")
    if not isinstance(query, str) or not query.strip():
        raise InputRefused(f"line {number}", "no query")
    for name, value in (("country", country), ("admin", admin)):
        if value is not None and not isinstance(value, str):
            raise InputRefused(f"line {number}", f"{name} is not text")
    return locate(query, country=(country or "").upper() or None, admin=admin or None)
