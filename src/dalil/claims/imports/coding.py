"""From the coded columns of a row to a document and a reading in which every value has the row's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from dalil.atlas.builtin import builtin_rows
from dalil.claims.imports.columns import Row, table
from dalil.claims.imports.parts import Part
from dalil.records import (
    Candidate,
    Claim,
    DateSpan,
    Document,
    GroupToll,
    Place,
    Quote,
    Reading,
    Segment,
    Speaker,
    Suspect,
    TextIncident,
    Toll,
    part_key,
)

MOST_VOICES = 8
VOICES = re.compile(r"\s*[;/]\s*|,\s+")


@dataclass(slots=True)
class Coded:
    """What the columns of one row say, on its way to a reading."""

    kind: str
    when: DateSpan | None = None
    where: Place | None = None
    killed: Toll | None = None
    injured: Toll | None = None
    suspects: tuple[Suspect, ...] = ()
    voices: tuple[Speaker, ...] = ()
    status: str = "reported"
    flags: list[str] = field(default_factory=list)


def part(row: Row, coded: Coded, *, object: str, title: str, publisher: str | None, lang: str | None, **own) -> Part:
    """The row as a document whose text is the row as written, with one claim for each source that it names.

    `own` may hold `url` and `published`.
    """
    record = row.record
    text = record.text
    whole = Quote(0, len(text), text)
    shape = {
        "type": coded.kind, "status": coded.status, "when": coded.when, "where": coded.where, "killed": coded.killed,
        "injured": coded.injured, "missing": None, "suspects": coded.suspects, "victims": (), "targets": (),
        "weapons": (), "footage": None,
    }  # fmt: skip
    claims = tuple(Claim(quote=whole, said_by=voice, **shape) for voice in coded.voices[:MOST_VOICES] or (None,))
    incident = TextIncident(**shape, claims=tuple(range(len(claims))))
    key, published = part_key(object, record.number), own.get("published")
    reading = Reading(key, published, lang, title, None, publisher, claims, (incident,))
    document = Document(
        key, text, title, None, publisher, published, lang, own.get("url"), segments(row), tuple(coded.flags)
    )
    return Part(record.number, document, reading, 0, tuple(coded.flags))


def segments(row: Row) -> tuple[Segment, ...]:
    """The row's bytes in the file, then the column that each value stands in."""
    record, header = row.record, row.columns.layout.header
    cells = [(cell, header[at]) for field, at in row.columns.ordered if (cell := row.cell(field))]
    return (
        Segment(0, len(record.text), "bytes", f"{record.first}:{record.last}"),
        *(Segment(cell.start, cell.end, "field", column) for cell, column in cells),
    )


def toll(row: Row, low: str, best: str | None, high: str, groups: tuple[GroupToll, ...] = ()) -> Toll | None:
    """The three counts as given; None where the row gives none."""
    least, most = row.count(low), row.count(high)
    likely = row.count(best) if best else None
    if least is None and likely is None and most is None:
        return None
    return Toll(least, likely, most, row.quote(*(f for f in (low, best, high) if f)), groups)


def contradictions(name: str, counted: Toll | None) -> list[str]:
    """What is wrong with the counts; they are kept as they are."""
    if counted is None:
        return []
    low, best, high = counted.low, counted.best, counted.high
    told = f"low {low}, best {best}, high {high}"
    if low is not None and high is not None and low > high:
        return [f"{name}: low is above high ({told})"]
    if best is not None and ((low is not None and best < low) or (high is not None and best > high)):
        return [f"{name}: best lies outside low and high ({told})"]
    return []


def span(row: Row, first: str, last: str, precision: str, rule: str) -> DateSpan | None:
    """The days from `first` to `last` (or the one day); a row whose last day is before its first is refused."""
    start = row.day(first)
    end = row.day(last) if row.cell(last) else start
    if start is None or end is None:
        return None
    if end < start:
        raise row.refusal(last, f"which is before the first day, {start}")
    if precision == "day" and end > start:
        precision = "range"
    return DateSpan(start, end, precision, None, row.quote(first, last) if end > start else row.quote(first), rule)


def place(
    row: Row, kind: str, *, name: str, precision: int, admin: tuple[str, ...], country: str | None
) -> Place | None:
    """The place that the row names, at the coordinates that it gives."""
    lat, lon = row.decimal("latitude"), row.decimal("longitude")
    if (lat is not None and not -90 <= lat <= 90) or (lon is not None and not -180 <= lon <= 180):
        raise row.refusal("latitude" if lat is not None and not -90 <= lat <= 90 else "longitude", "no place on Earth")
    named = row.text(name) or next((a for a in admin if a), None)
    if named is None and (lat is None or lon is None):
        return None
    named = named or f"{lat}, {lon}"
    radius_m = float(table(kind)["radius_m"][str(precision)])
    found = ()
    if lat is not None and lon is not None:
        why = ("coordinates given in the row",)
        identity = f"{kind}:{row.text('id') or row.record.number}"
        found = (Candidate(identity, named, lat, lon, tuple(a for a in admin if a), country or "", "", 1.0, why),)
    return Place(named, row.quote(name) or row.quote("latitude", "longitude"), precision, radius_m, found)


def suspect(row: Row, field_: str, mention: str, *, kind: str, attribution: str, by: str | None = None) -> Suspect:
    """Whom the row names in that field, with its words."""
    return Suspect((mention,), kind, attribution, by, tuple(q for q in (words(row, field_, mention),) if q))


def voices(row: Row, *fields: str) -> tuple[Speaker, ...]:
    """Whom the first of these fields that says anything names as its sources, each once."""
    for field_ in fields:
        text = row.text(field_)
        if text:
            names = dict.fromkeys(name for name in VOICES.split(text) if name)
            return tuple(Speaker(name, words(row, field_, name), None) for name in names)
    return ()


def words(row: Row, field_: str, wanted: str) -> Quote | None:
    """Where `wanted` stands in the field as written; the whole field where it is written in another way."""
    whole = row.quote(field_)
    if whole is None:
        return None
    at = whole.text.find(wanted)
    return whole if at < 0 else Quote(whole.start + at, whole.start + at + len(wanted), wanted)


def side_kind(name: str) -> str:
    """Whether a party is a state or a group, by its name: "Government of …", "Military Forces of …"."""
    return "state" if STATE.match(name) else "group"


STATE = re.compile(r"(?:the )?(?:government|military forces|police forces|armed forces) of\b|.*\bmilitary\b", re.I)


@cache
def countries() -> dict[str, str]:
    """Country names, folded, and what tables call countries otherwise → two-letter codes."""
    known = {}
    for row in builtin_rows():
        if row.feature == "A.PCLI":
            known |= {folded(name): row.country for name in row.names}
    return known | {folded(name): code for name, code in table("countries")["names"].items()}


def country_code(name: str | None) -> str | None:
    """The two-letter code of a country by its English name, "Russia (Soviet Union)" too; None where it is not known."""
    if not name:
        return None
    known = countries()
    return known.get(folded(name)) or known.get(folded(name.partition("(")[0]))


def folded(name: str) -> str:
    """The name in lower case, letters and digits only."""
    return "".join(c for c in name.casefold() if c.isalnum())
