"""What a list is narrowed by: each thing with its values and how many rows would be left, and the way to each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus

import numpy as np
from starlette.requests import Request

from dalil.web.columns import Several, Words, counted
from dalil.web.render import link

MOST_CHOICES = 14
LONGEST_VALUE = 300


@dataclass(frozen=True, slots=True)
class Choice:
    """A value with how many rows have it; `address` takes it, or lets it go where it is `chosen`."""

    value: str
    count: int
    chosen: bool
    address: str


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing to narrow by; `chosen` is the value that is taken."""

    name: str
    choices: tuple[Choice, ...]
    chosen: str | None


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which rows are left (None: all), and for each facet which would be without its own value."""

    left: np.ndarray | None
    without: Mapping[str, np.ndarray | None]


def asked(request: Request, names: tuple[str, ...]) -> dict[str, str]:
    """The values that the address asks for, those that ask for nothing left out.

    Without what is not seen: a link must not turn round the letters of the page that shows its words.
    """
    given = {name: request.query_params.get(name, "") for name in names}
    seen = {name: "".join(c if c.isprintable() else " " for c in value) for name, value in given.items()}
    found = {name: value.strip()[:LONGEST_VALUE] for name, value in seen.items()}
    return {name: value for name, value in found.items() if value}


def narrow(masks: Mapping[str, np.ndarray | None], names: tuple[str, ...]) -> Narrowed:
    """The rows that every mask leaves; for each of `names`, those that all the other masks leave."""
    there = {name: mask for name, mask in masks.items() if mask is not None}
    return Narrowed(
        all_of(list(there.values())), {name: all_of([m for n, m in there.items() if n != name]) for name in names}
    )


def all_of(masks: list[np.ndarray]) -> np.ndarray | None:
    """The rows that all masks leave; None where there is no mask."""
    if not masks:
        return None
    left = masks[0]
    for mask in masks[1:]:
        left = left & mask
    return left


Tally = dict[str, list[tuple[str, int]]]


def tally(columns: Mapping[str, Words | Several], narrowed: Narrowed, orders: Mapping[str, tuple[str, ...]]) -> Tally:
    """(value, rows) of each facet without its own value: most rows first, or in the order given for it."""
    return {
        name: ordered(counted(column, narrowed.without[name], most_of(column, orders.get(name))), orders.get(name))
        for name, column in columns.items()
    }


def most_of(column: Words | Several, order: tuple[str, ...] | None) -> int:
    """How many values of the column are shown: all where they have an order of their own."""
    return len(column.values) if order else MOST_CHOICES


def ordered(rows: list[tuple[str, int]], order: tuple[str, ...] | None) -> list[tuple[str, int]]:
    """The rows in the order given, if any."""
    if not order:
        return rows
    return sorted(rows, key=lambda row: order.index(row[0]) if row[0] in order else len(order))


def bar(request: Request, path: str, tallied: Tally, taken: Mapping[str, str]) -> list[Facet]:
    """The facets with their choices; the chosen one stands even where nothing is left."""
    return [facet(request, path, name, rows, taken) for name, rows in tallied.items()]


def facet(request: Request, path: str, name: str, rows: list[tuple[str, int]], taken: Mapping[str, str]) -> Facet:
    """One facet, each choice with the address that takes it."""
    chosen = taken.get(name)
    if chosen is not None and chosen not in dict(rows):
        rows = [(chosen, 0), *rows]
    others = {key: value for key, value in taken.items() if key != name}

    let_go = link(request, path, **others)
    start = f"{let_go}{'&' if '?' in let_go else '?'}{name}="

    def address(value: str) -> str:
        return let_go if value == chosen else start + quote_plus(value)

    choices = tuple(Choice(value, count, value == chosen, address(value)) for value, count in rows)
    return Facet(name, choices, chosen)
