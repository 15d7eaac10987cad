"""JSON lines at the ends of commands: an object a line in, one a line out, in order; errors stand in their place."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from dalil.errors import DalilError, InputRefused, one_line

Row = dict[str, object]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """One output line (without its newline), and the error in it, if it is one."""

    line: bytes
    error: str | None


def parse_day(value: object) -> date | None:
    """A day written YYYY-MM-DD, with or without a time behind it; None for null and ""; ValueError for all else."""
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(value[:10])  # type: ignore[index]
    except (TypeError, ValueError):
        raise ValueError(f"expected a day as YYYY-MM-DD, found {value!r}") from None


def answer_lines(lines: Iterable[bytes], answer: Callable[[Row, int], object]) -> Iterator[Answer]:
    """An answer for every line, as soon as it is there; blank lines at the end are none.

    `answer` is given the object and its line's number; what it refuses, or fails on, stands as an error in its place.
    """
    blank: list[int] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            blank.append(number)
            continue
        yield from (_failed(None, f"line {empty}: is empty") for empty in blank)
        blank = []
        yield _answer(number, line, answer)


def serve(source: str, answer: Callable[[Row, int], object], command: str, *, unit: str) -> int:
    """One line on stdout for each line of `source` (a file, or - for stdin); 1 where some could not be read, else 0."""
    failed = 0
    try:
        with _opened(source) as lines:
            for one in answer_lines(counted(lines, unit), answer):
                sys.stdout.buffer.write(one.line + b"\n")
                sys.stdout.buffer.flush()
                if one.error:
                    print(f"dalil {command}: {one.error}", file=sys.stderr)
                    failed = 1
    except BrokenPipeError:  # the reader of our output (head, a pager) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return failed


def _answer(number: int, line: bytes, answer: Callable[[Row, int], object]) -> Answer:
    identity: object = None
    try:
        row = _row(line, number)
        identity = row.get("id")
        return Answer(msgspec.json.encode(answer(row, number)), None)
    except InputRefused as refusal:
        return _failed(identity, str(refusal))
    except Exception as error:  # noqa: BLE001 - a fault that one odd text uncovers must not cost the other lines
        return _failed(identity, f"line {number}: could not be read ({type(error).__name__}: {one_line(str(error))})")


def _failed(identity: object, error: str) -> Answer:
    return Answer(msgspec.json.encode({"id": identity, "error": error}), error)


def _row(line: bytes, number: int) -> Row:
    try:
        row = msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputRefused(f"line {number}", f"is not JSON ({error})") from None
    if not isinstance(row, dict):
        raise InputRefused(f"line {number}", "is not a JSON object")
    return row


def _opened(source: str) -> BinaryIO:
    if source == "-":
        return sys.stdin.buffer
    try:
        return Path(source).open("rb")
    except OSError as error:
        raise DalilError(
            f"{one_line(source)}: {error.strerror}. Give a file of JSON lines, or - for standard input"
        ) from None


def counted(things: Iterable[T], unit: str) -> Iterable[T]:
    """The same things; counted on stderr where a person sees that and the results go elsewhere."""
    if sys.stdout.isatty() or not sys.stderr.isatty():
        return things
    from tqdm import tqdm

    return tqdm(things, unit=unit, file=sys.stderr, leave=False)
