"""Which page of a list a request asks for, and whether another one follows."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

# Far beyond any archive, and small enough for an offset in SQL.
LAST_PAGE = 10_000_000


@dataclass(frozen=True, slots=True)
class Paging:
    """The page `number`, from 1; `more` tells whether the list goes on after it."""

    number: int
    more: bool


def page_number(request: Request) -> int:
    """The page that the address asks for; the first one where it asks for none that could be."""
    asked = request.query_params.get("page", "1")
    return min(int(asked), LAST_PAGE) if asked.isascii() and asked.isdigit() and int(asked[:9]) > 0 else 1
