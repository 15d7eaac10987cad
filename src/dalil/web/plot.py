"""Counts of several reports on one scale, as numbers for a drawing: no pixel is computed in a template."""

from __future__ import annotations

from dataclasses import dataclass

from dalil.records import Account, Incident, Quote, Range, Toll

FIELDS = ("killed", "injured", "missing")


@dataclass(frozen=True, slots=True)
class Bar:
    """One report's count: `start` and `end` in per cent of the width, `point` where one number is meant."""

    account: Account | None
    toll: Toll | None
    counted: Range | None
    quote: Quote | None
    start: float
    end: float
    point: float | None
    open_above: bool


@dataclass(frozen=True, slots=True)
class Plot:
    """One kind of count over all reports that give it; `ticks` are (per cent, number)."""

    field: str
    counted: Range
    bars: tuple[Bar, ...]
    whole: Bar
    ticks: tuple[tuple[float, int], ...]


def plots(incident: Incident, *, mirrored: bool) -> list[Plot]:
    """A plot for each kind of count that any report gives; `mirrored` lets the scale run from right to left."""
    return [p for field in FIELDS if (p := plot(incident, field, mirrored=mirrored))]


def plot(incident: Incident, field: str, *, mirrored: bool) -> Plot | None:
    """The plot of one kind of count; None where no report gives it."""
    counted: Range | None = getattr(incident, field)
    stated = [(a, toll) for a in incident.accounts if (toll := getattr(a.event, field)) and numbers(toll)]
    if counted is None or counted.high is None or not stated:
        return None
    step, top = scale(max([counted.high, *(n for _, toll in stated for n in numbers(toll))]))

    def place(count: int) -> float:
        share = round(4 + 88 * count / top, 2)
        return round(100 - share, 2) if mirrored else share

    bars = tuple(bar(place, account, toll) for account, toll in stated)
    low = counted.low if counted.low is not None else 0
    whole = Bar(None, None, counted, None, place(low), place(counted.high), None, counted.open_above)
    ticks = tuple((place(n), n) for n in range(0, top + 1, step))
    return Plot(field, counted, bars, whole, ticks)


def bar(place, account: Account, toll: Toll) -> Bar:
    """The toll on the scale: what it leaves open runs to the scale's end, marked as open."""
    known = numbers(toll)
    low = toll.low if toll.low is not None else (min(known) if toll.high is None else 0)
    high = toll.high if toll.high is not None else max(known)
    open_above = toll.high is None and toll.low is not None
    return Bar(
        account, toll, None, toll.quote, place(low), place(high), place(low) if low == high else None, open_above
    )


def numbers(toll: Toll) -> list[int]:
    """The numbers that the toll states."""
    return [n for n in (toll.low, toll.best, toll.high) if n is not None]


def scale(highest: int) -> tuple[int, int]:
    """(step, top) of an axis with at most six round steps that holds `highest`."""
    step, sizes = 1, (2, 2.5, 2)
    turn = 0
    while highest / step > 6:
        step = int(step * sizes[turn % 3])
        turn += 1
    return step, step * max(1, -(-highest // step))
