"""`dalil read --jsonl`: one report a line in, one reading a line out, in order; errors stand in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

import msgspec

from dalil.claims.reader import read_text
from dalil.errors import InputRefused, one_line
from dalil.records import encode


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the command line says of all reports; a line's own field wins."""

    published: date | None = None
    lang: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One output line (without its newline), and the error in it, if it is one."""

    line: bytes
    error: str | None


def parse_day(value: object) -> date | None:
    """A day written YYYY-MM-DD, with or without a time behind it; None for null and ""."""
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(value[:10])  # type: ignore[index]
    except (TypeError, ValueError):
        raise ValueError(f"expected a day as YYYY-MM-DD, found {value!r}") from None


def answer_lines(lines: Iterable[bytes], defaults: Defaults) -> Iterator[Answer]:
    """An answer for every line, as soon as it is read; blank lines at the end are none."""
    blank: list[int] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            blank.append(number)
            continue
        yield from (_failed(None, f"line {empty}: is empty") for empty in blank)
        blank = []
        yield _answer(number, line, defaults)


def _answer(number: int, line: bytes, defaults: Defaults) -> Answer:
    identity: object = None
    try:
        row = _row(line, number)
        identity = row.get("id")
        return Answer(encode(_read(row, number, defaults)), None)
    except InputRefused as refusal:
        return _failed(identity, str(refusal))
    except Exception as error:  # noqa: BLE001 - a fault that one odd text uncovers must not cost the other lines
        return _failed(identity, f"line {number}: could not be read ({type(error).__name__}: {one_line(str(error))})")


def _failed(identity: object, error: str) -> Answer:
    return Answer(encode({"id": identity, "error": error}), error)


def _row(line: bytes, number: int) -> dict[str, object]:
    try:
        row = msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputRefused(f"line {number}", f"is not JSON ({error})") from None
    if not isinstance(row, dict):
        raise InputRefused(f"line {number}", "is not a JSON object")
    return row


def _read(row: dict[str, object], number: int, defaults: Defaults) -> object:
    where = f"line {number}"
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        raise InputRefused(where, 'has no "text"' if text is None or text == "" else 'its "text" is no text')
    for field in ("lang", "country"):
        if not isinstance(row.get(field), str | None):
            raise InputRefused(where, f'its "{field}" is no text')
    try:
        published = parse_day(row.get("published"))
    except ValueError as error:
        raise InputRefused(where, f'its "published": {error}') from None
    return read_text(
        text,
        id=row.get("id"),  # type: ignore[arg-type]  # given back as it came, a number too
        published=published or defaults.published,
        lang=row.get("lang") or defaults.lang,  # type: ignore[arg-type]
        country=row.get("country") or defaults.country,  # type: ignore[arg-type]
    )


def write_answers(answers: Iterable[Answer], out: BinaryIO) -> Iterator[str]:
    """Every answer is written as its own line and flushed; yields the errors among them."""
    for answer in answers:
        out.write(answer.line + b"\n")
        out.flush()
        if answer.error:
            yield answer.error
