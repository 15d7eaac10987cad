"""Incidents over the years: a row a year, a cell a month, each leading to the list of that month."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.records import EVENT_TYPES
from dalil.web import facets
from dalil.web.columns import UNDATED, Incidents, is_word
from dalil.web.held import incidents_of
from dalil.web.render import page

PATH = "/timeline"
FILTERS = ("kind", "admin", "actor", "source")
# 1970-01 is month 0 of NumPy's months; a date's ordinal 719163 is 1970-01-01.
EPOCH_ORDINAL, EPOCH_YEAR = 719_163, 1970
SHADES = 5


@dataclass(frozen=True, slots=True)
class Month:
    """A month's incidents: `shade` from 0 (none) to SHADES (the most of any month)."""

    number: int
    first: str
    last: str
    count: int
    shade: int


def timeline_page(request: Request) -> Response:
    """The years with their months, of the incidents that the address asks for."""
    taken, incidents = facets.asked(request, FILTERS), incidents_of(request)
    key = ("timeline", tuple(sorted(taken.items())))
    kept = request.app.state.fresh.get(key, lambda: counted(incidents, taken), version=incidents.made)
    years, undated, tallied = kept
    return page(
        request,
        "timeline.html",
        years=years,
        undated=undated,
        facets=facets.bar(request, PATH, tallied, taken),
        taken=taken,
    )


def counted(incidents: Incidents, taken: dict[str, str]):
    """(year, total, months) of every year from the first to the last, how many have no day, and what narrows them."""
    size = len(incidents.ids)
    masks = {name: is_word(getattr(incidents, name), value, size) for name, value in taken.items()}
    narrowed = facets.narrow(masks, FILTERS)
    first = incidents.first if narrowed.left is None else incidents.first[narrowed.left]
    dated = first[first != UNDATED]
    earliest = int(dated.min()) if dated.size else EPOCH_ORDINAL
    a_day = np.bincount(dated - earliest)  # years of days are fewer than incidents, and need no sorting
    days = np.flatnonzero(a_day)
    numbers = (days + (earliest - EPOCH_ORDINAL)).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    months, place = np.unique(numbers, return_inverse=True)
    counts = np.bincount(place, a_day[days]).astype(np.int64)
    by_month = dict(zip(months.tolist(), counts.tolist(), strict=True))
    most = max(by_month.values(), default=1)
    years = []
    for year in range(min(by_month, default=0) // 12, max(by_month, default=-1) // 12 + 1):
        row = [month(EPOCH_YEAR + year, n, by_month.get(year * 12 + n, 0), most) for n in range(12)]
        years.append((EPOCH_YEAR + year, sum(m.count for m in row), row))
    tallied = facets.tally({name: getattr(incidents, name) for name in FILTERS}, narrowed, {"kind": EVENT_TYPES})
    return years[::-1], int((first == UNDATED).sum()), tallied


def month(year: int, index: int, count: int, most: int) -> Month:
    """The month with its first and last day and its shade: by the root, so that one terrible month hides no other."""
    shade = min(SHADES, 1 + int((SHADES - 1) * (count / most) ** 0.5)) if count else 0
    days = monthrange(year, index + 1)[1]
    return Month(index + 1, f"{year:04}-{index + 1:02}-01", f"{year:04}-{index + 1:02}-{days}", count, shade)


ROUTES = (Route(PATH, timeline_page, methods=["GET"]),)
