"""`dalil read --jsonl`: one report a line in, one reading a line out, in order; errors stand in their place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from dalil.claims.reader import read_text
from dalil.errors import InputRefused
from dalil.jsonl import Row, parse_day


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the command line says of all reports; a line's own field wins."""

    published: date | None = None
    lang: str | None = None
    country: str | None = None


def answer_row(row: Row, number: int, defaults: Defaults, read: Callable[..., object] = read_text) -> object:
    """The reading of one line of `dalil read --jsonl`, as `read` gives it."""
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
    return read(
        text,
        id=row.get("id"),  # type: ignore[arg-type]  # given back as it came, a number too
        published=published or defaults.published,
        lang=row.get("lang") or defaults.lang,  # type: ignore[arg-type]
        country=row.get("country") or defaults.country,  # type: ignore[arg-type]
    )
