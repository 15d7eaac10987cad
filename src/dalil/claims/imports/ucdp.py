"""UCDP GED and UCDP Candidate rows: low, best and high, the two sides, the named source, both precisions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dalil.claims.imports import coding
from dalil.claims.imports.columns import Row, table
from dalil.claims.imports.parts import Part, Passed, Wanted
from dalil.claims.imports.rows import each_row
from dalil.errors import InputRefused
from dalil.records import GroupToll, Suspect

ONE_SIDED = "3"
CIVILIANS = "civilians"


def parts(path: Path, wanted: Wanted, *, object: str, name: str) -> Iterator[Part | Passed | InputRefused]:
    """Every event of the file."""
    return each_row(path, wanted, read_row, object=object, name=name)


def read_row(row: Row, wanted: Wanted, object: str) -> Part | Passed:
    """The event as an account."""
    codes = table("ucdp")
    country = coding.country_code(row.text("country"))
    rule = f"UCDP date_prec {row.text('date_prec') or 'not given'}"
    precision = str(row.code("date_prec", codes["date_precision"]) or "range")
    when = coding.span(row, "date_start", "date_end", precision, rule)
    if not wanted.covers(country, when.start if when else None, when.end if when else None):
        return Passed(row.record.number, "outside what was asked for")
    killed = coding.toll(row, "low", "best", "high", groups(row))
    admin = (row.text("adm_1") or "", row.text("adm_2") or "")
    where_prec = row.count("where_prec") or 6
    if where_prec not in range(1, 8):
        raise row.refusal("where_prec", "expected 1 to 7")
    coded = coding.Coded(
        kind=str(row.code("type_of_violence", codes["types"]) or "attack"),
        when=when,
        where=coding.place(row, "ucdp", name="where", precision=where_prec, admin=admin, country=country),
        killed=killed,
        suspects=sides(row),
        voices=coding.voices(row, "source_original", "source_office"),
        flags=coding.contradictions("deaths", killed),
    )
    told = [part for part in (coded.where.name if coded.where else "", str(when.start) if when else "") if part]
    title = f"UCDP GED {whole(row.text('id'))}: {', '.join(told)}".rstrip(": ")
    return coding.part(row, coded, object=object, title=title, publisher="UCDP GED", lang="en")


def whole(identity: str | None) -> str:
    """The id without the ".0" that spreadsheets add."""
    return (identity or "").removesuffix(".0")


def groups(row: Row) -> tuple[GroupToll, ...]:
    """Civilians apart from the dead of the two sides; a zero is left out, since it says only that none were coded."""
    found = []
    kinds = (("deaths_civilians", "civilian"), ("deaths_a", fighters(row, "side_a")),
             ("deaths_b", fighters(row, "side_b")))  # fmt: skip
    for field, group in kinds:
        count = row.count(field)
        if count:
            found.append(GroupToll(group, None, count, None, row.quote(field)))
    return tuple(found)


def fighters(row: Row, side: str) -> str:
    """What the dead of a side are: soldiers of a state, civilians where the side is "Civilians", else fighters."""
    name = row.text(side) or ""
    if name.casefold() == CIVILIANS:
        return "civilian"
    return "soldier" if coding.side_kind(name) == "state" else "fighter"


def sides(row: Row) -> tuple[Suspect, ...]:
    """The attacker in one-sided violence, as stated; in a fight both sides, suspected: UCDP does not say who struck."""
    one_sided = (row.text("type_of_violence") or "").removesuffix(".0") == ONE_SIDED
    found = []
    for field in ("side_a", "side_b"):
        name = row.text(field)
        if name and name.casefold() != CIVILIANS and not (one_sided and field == "side_b"):
            attribution = "stated" if one_sided else "suspected"
            found.append(coding.suspect(row, field, name, kind=coding.side_kind(name), attribution=attribution))
    return tuple(found)
