"""Airwars-like rows: civilians killed and injured as ranges, the belligerents, Airwars' own grade."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from dalil.claims.imports import coding
from dalil.claims.imports.columns import Row, table
from dalil.claims.imports.parts import Part, Passed, Wanted
from dalil.claims.imports.rows import each_row
from dalil.errors import InputRefused
from dalil.records import GroupToll, Suspect, Toll

BELLIGERENTS = re.compile(r"\s*[;,]\s*")
STATES = re.compile(r"\bmilitary\b|\bforces?\b|\bcoalition\b|\bregime\b|\bgovernment\b|\bnato\b", re.I)


def parts(path: Path, wanted: Wanted, *, object: str, name: str) -> Iterator[Part | Passed | InputRefused]:
    """Every assessment of the file."""
    return each_row(path, wanted, read_row, object=object, name=name)


def read_row(row: Row, wanted: Wanted, object: str) -> Part | Passed:
    """The assessment as an account; the grade stands in its title."""
    codes = table("airwars")
    country = coding.country_code(row.text("country")) or wanted.country
    when = coding.span(row, "date", "date_end", "day", "Airwars' date")
    if not wanted.covers(country, when.start if when else None, when.end if when else None):
        return Passed(row.record.number, "outside what was asked for")
    killed, injured = civilians(row, "killed"), civilians(row, "injured")
    admin = (row.text("governorate") or "", row.text("district") or "")
    precision = 1 if row.cell("where") else 4 if any(admin) else 6
    coded = coding.Coded(
        kind=str(row.code("strike_type", codes["types"]) or "attack"),
        when=when,
        where=coding.place(row, "airwars", name="where", precision=precision, admin=admin, country=country),
        killed=killed,
        injured=injured,
        suspects=belligerents(row, str(row.code("strike_status", codes["attribution"]) or "suspected")),
        flags=[*coding.contradictions("killed", killed), *coding.contradictions("injured", injured)],
    )
    grade = row.code("grading", codes["grades"])
    told = [part for part in (coded.where.name if coded.where else "", str(when.start) if when else "") if part]
    title = f"Airwars {row.text('id')}: {', '.join(told)}".rstrip(": ") + (f" (graded {grade})" if grade else "")
    return coding.part(
        row, coded, object=object, title=title, publisher="Airwars", lang=None, url=row.text("url")
    )  # fmt: skip


def civilians(row: Row, effect: str) -> Toll | None:
    """The range as given, and the same once more as a count of civilians, since Airwars counts no others."""
    counted = coding.toll(row, f"{effect}_min", None, f"{effect}_max")
    if counted is None:
        return None
    return replace(counted, groups=(GroupToll("civilian", counted.low, None, counted.high, counted.quote),))


def belligerents(row: Row, attribution: str) -> tuple[Suspect, ...]:
    """Those whom the row names, each on its own."""
    text = row.text("military")
    names = dict.fromkeys(name for name in BELLIGERENTS.split(text) if name) if text else ()
    return tuple(
        coding.suspect(row, "military", name, kind="state" if STATES.search(name) else "group", attribution=attribution)
        for name in names
    )
