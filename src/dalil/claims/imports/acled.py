"""ACLED rows: one number of fatalities, two actors, precision of time and of place."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from dalil.claims.imports import coding
from dalil.claims.imports.columns import Row, table
from dalil.claims.imports.parts import Part, Passed, Wanted
from dalil.claims.imports.rows import each_row
from dalil.errors import InputRefused
from dalil.records import DateSpan, Suspect, Toll


def parts(path: Path, wanted: Wanted, *, object: str, name: str) -> Iterator[Part | Passed | InputRefused]:
    """Every event of the file."""
    return each_row(path, wanted, read_row, object=object, name=name)


def read_row(row: Row, wanted: Wanted, object: str) -> Part | Passed:
    """The event as an account."""
    codes = table("acled")
    country = coding.country_code(row.text("country"))
    when = day_of(row)
    if not wanted.covers(country, when.start if when else None, when.end if when else None):
        return Passed(row.record.number, "outside what was asked for")
    kind = row.code("sub_event_type", codes["types"]) or row.code("event_type", codes["types"]) or "other"
    attempted = bool(row.code("sub_event_type", codes["attempted"]))
    precision = int(row.code("geo_precision", codes["where_precision"]) or 4)
    admin = (row.text("admin1") or "", row.text("admin2") or "")
    coded = coding.Coded(
        kind=str(kind),
        status="attempted" if attempted else "reported",
        when=when,
        where=coding.place(row, "acled", name="where", precision=precision, admin=admin, country=country),
        killed=fatalities(row),
        suspects=actors(row),
        voices=coding.voices(row, "source"),
    )
    told = [part for part in (coded.where.name if coded.where else "", str(when.start) if when else "") if part]
    title = f"ACLED {row.text('id')}: {', '.join(told)}".rstrip(": ")
    return coding.part(row, coded, object=object, title=title, publisher="ACLED", lang="en")


def day_of(row: Row) -> DateSpan | None:
    """The day, or the week or month about it that time_precision leaves open."""
    day = row.day("date")
    if day is None:
        return None
    precision = str(row.code("time_precision", table("acled")["date_precision"]) or "day")
    start, end = around(day, precision)
    rule = f"ACLED time_precision {row.text('time_precision') or 'not given'}"
    return DateSpan(start, end, precision, None, row.quote("date"), rule)


def around(day: date, precision: str) -> tuple[date, date]:
    """The days that a date of that precision may mean: itself, the week about it (three days each way), its month."""
    if precision == "week":
        return day - timedelta(days=3), day + timedelta(days=3)
    if precision == "month":
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day, day


def fatalities(row: Row) -> Toll | None:
    """The one number; a zero is None, since ACLED writes 0 also where nothing is known."""
    count = row.count("fatalities")
    return Toll(None, count, None, row.quote("fatalities")) if count else None


def actors(row: Row) -> tuple[Suspect, ...]:
    """The first actor, as stated, where one attacks; both, suspected, where they fight each other."""
    codes = table("acled")
    one_sided = bool(row.code("event_type", codes["one_sided"]))
    found = []
    for field, inter in (("actor1", "inter1"), ("actor2", "inter2"))[: 1 if one_sided else 2]:
        name = row.text(field)
        party = row.code(inter, codes["parties"]) if inter in row.columns else coding.side_kind(name or "")
        if name and (party or (one_sided and field == "actor1")):
            attribution = "stated" if one_sided else "suspected"
            found.append(coding.suspect(row, field, name, kind=str(party or "person"), attribution=attribution))
    return tuple(found)
