"""`dalil date` at its edges: JSON lines in and out, and a table for people."""

from __future__ import annotations

from datetime import date

import msgspec

from dalil.calendar.find import find_dates
from dalil.errors import InputRefused, one_line
from dalil.jsonl import Row, parse_day


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


def answer_row(row: Row, number: int) -> dict[str, object]:
    """The answer to one line of `dalil date --jsonl`."""
    return {"id": row.get("id"), "dates": _dates(row, number)}


def _dates(row: Row, number: int) -> list:
    text = row.get("text")
    if not isinstance(text, str):
        raise InputRefused(f"line {number}", 'has no "text"')
    try:
        published = parse_day(row.get("published"))
    except ValueError as error:
        raise InputRefused(f"line {number}", f'its "published": {error}') from None
    return find_dates(text, published=published, lang=row.get("lang"))
