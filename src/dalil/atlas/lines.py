"""`dalil locate` at its edges: JSON lines in and out, and a table for people."""

from __future__ import annotations

import msgspec

from dalil.atlas.loaded import loaded
from dalil.atlas.search import locate
from dalil.errors import InputRefused, one_line
from dalil.jsonl import Row


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


def answer_row(row: Row, number: int) -> dict[str, object]:
    """The answer to one line of `dalil locate --jsonl`."""
    return {"id": row.get("id"), "candidates": _candidates(row, number)}


def _candidates(row: Row, number: int) -> tuple:
    query, country, admin = row.get("query"), row.get("country"), row.get("admin")
    if not isinstance(query, str) or not query.strip():
        raise InputRefused(f"line {number}", 'has no "query"')
    for name, value in (("country", country), ("admin", admin)):
        if value is not None and not isinstance(value, str):
            raise InputRefused(f"line {number}", f'its "{name}" is no text')
    return locate(query, country=(country or "").upper() or None, admin=admin or None)
