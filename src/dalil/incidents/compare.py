"""An archive held against somebody else's record: what both have, what only one has, and where they conflict.

Rows are weighed against the archive's accounts exactly as accounts are weighed against each other (likeness.py), and
nothing is written. Accounts that were imported from that very record are not counted as ours.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Literal, TextIO

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection

from dalil import db
from dalil.claims import imports
from dalil.claims.imports.formulas import disarmed
from dalil.claims.imports.parts import Part, Report, Wanted
from dalil.errors import InputRefused
from dalil.incidents import blocking, likeness, store
from dalil.incidents.profile import Profile, profile_of_event, suspect_id
from dalil.records import DateSpan, Evidence, Incident, Range, Suspect, TextIncident, Toll

State = Literal["match", "possible", "only_ours", "only_theirs"]
KINDS = ("ucdp", "airwars", "acled")
ASKED_AT_ONCE = 500
COLUMNS = (
    "state", "conflicts", "incident", "our_days", "our_place", "our_killed", "our_injured", "our_suspects",
    "our_accounts", "their_row", "their_title", "their_days", "their_place", "their_killed", "their_injured",
    "their_suspects", "score",
    "evidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """What one side says; None where it says nothing. Our counts are computed over accounts, theirs are as written."""

    title: str
    when: DateSpan | None
    place: str | None
    lat: float | None
    lon: float | None
    killed: Range | Toll | None
    injured: Range | Toll | None
    suspects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """The same in words, for the command's lines, its JSON and the table."""

    title: str
    days: str | None
    place: str | None
    lat: float | None
    lon: float | None
    killed: str | None
    injured: str | None
    suspects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One incident of ours, one row of theirs, or both. `conflicts` names what cannot both be so.

    `words` is the row as it is written, `row` its number in the file, `accounts` how many of ours there are.
    """

    state: State
    incident: str | None
    ours: Side | None
    accounts: int
    row: int | None
    theirs: Side | None
    words: str | None
    score: float | None
    conflicts: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that a comparison found, in the order of days, and what came of reading the file."""

    kind: str
    records: tuple[Compared, ...]
    report: Report

    def counts(self) -> dict[str, int]:
        """How many records there are of each state, and with a conflict."""
        found = {state: sum(r.state == state for r in self.records) for state in State.__args__}
        return found | {"conflicting": sum(bool(r.conflicts) for r in self.records)}


@dataclass(frozen=True, slots=True)
class _Pair:
    verdict: str
    score: float
    row: int
    incident: str
    evidence: tuple[Evidence, ...]


def compare(conn: Connection, path: Path, wanted: Wanted, *, name: str) -> Comparison:
    """Every row that was asked for and every incident of ours in the same days and country, matched one to one.

    Without days, those of the file's own rows count. InputRefused where the file is not of its kind.
    """
    report, rows = Report(name, wanted.kind), {}
    for outcome in imports.parts(path, wanted, object="0" * 64, name=name):
        report.count(outcome)
        if isinstance(outcome, Part) and outcome.reading and outcome.reading.incidents:
            rows[outcome.number] = outcome
    publisher = imports.kind_of(wanted.kind).publisher or ""
    pairs = [pair for part in rows.values() for pair in pairs_of(conn, part, publisher)]
    matched = one_to_one(pairs)
    ours = {pair.incident for pair in matched} | set(in_scope(conn, wanted, rows.values(), publisher))
    incidents = {name: i for name in sorted(ours) if (i := store.load_incident(conn, name)) is not None}
    records = [both(pair, incidents[pair.incident], rows[pair.row]) for pair in matched]
    taken = {pair.row for pair in matched}, {pair.incident for pair in matched}
    records += [theirs_alone(part) for number, part in rows.items() if number not in taken[0]]
    records += [ours_alone(incident) for name, incident in incidents.items() if name not in taken[1]]
    return Comparison(wanted.kind, tuple(sorted(records, key=in_order)), report)


def in_order(record: Compared) -> tuple:
    """By day, those without one last; then as stable as can be."""
    side = record.ours or record.theirs
    when = side.when if side else None
    days = (when.start, when.end) if when else (date.max, date.max)
    return (*days, record.incident or "", record.row or 0)


# ------------------------------------------------------------------ pairs


def pairs_of(conn: Connection, part: Part, publisher: str) -> Iterator[_Pair]:
    """Each incident that the row may be, with the evidence of its most similar account of ours."""
    reading = part.reading
    voices = tuple(c.said_by.name for c in reading.claims if c.said_by)
    profile = profile_of_event(reading.incidents[0], text="compared", voices=voices)
    near = dict(blocking.candidates(conn, profile))
    best: dict[str, _Pair] = {}
    for number, incident in homes(conn, near, publisher):
        pair = weighed(profile, near[number], part.number, incident)
        if pair.verdict != "different" and (incident not in best or pair.score > best[incident].score):
            best[incident] = pair
    yield from best.values()


def weighed(theirs: Profile, ours: Profile, row: int, incident: str) -> _Pair:
    """The pair with its evidence, ours on the left."""
    evidence = likeness.weigh(ours, theirs)
    return _Pair(likeness.judge(evidence), likeness.score(evidence), row, incident, evidence)


def homes(conn: Connection, numbers: Iterable[int], publisher: str) -> list[tuple[int, str]]:
    """The incidents of those accounts that are not the record's own."""
    a, d = db.account.c, db.document.c
    wanted, found = sorted(numbers), []
    for at in range(0, len(wanted), ASKED_AT_ONCE):
        query = select(a.number, a.incident).join_from(db.account, db.document, a.sha256 == d.sha256)
        query = query.where(a.number.in_(wanted[at : at + ASKED_AT_ONCE]), not_of(publisher))
        found += [(row.number, row.incident) for row in conn.execute(query.order_by(a.number))]
    return found


def not_of(publisher: str):
    """The condition that a document is not published by the record that is compared."""
    return or_(db.document.c.publisher.is_(None), db.document.c.publisher != publisher)


def one_to_one(pairs: Iterable[_Pair]) -> list[_Pair]:
    """The likeliest pairs such that no row and no incident stands in two; sure pairs go first."""
    rows: set[int] = set()
    incidents: set[str] = set()
    chosen = []
    for pair in sorted(pairs, key=lambda p: (p.verdict != "same", -p.score, p.row, p.incident)):
        if pair.row not in rows and pair.incident not in incidents:
            rows.add(pair.row)
            incidents.add(pair.incident)
            chosen.append(pair)
    return chosen


def in_scope(conn: Connection, wanted: Wanted, rows: Iterable[Part], publisher: str) -> list[str]:
    """Our incidents in the days and the country that are compared; those only of the record itself are not ours."""
    days = [when for part in rows if (when := part.reading.incidents[0].when)]
    start = wanted.start or min((when.start for when in days), default=None)
    end = wanted.end or max((when.end for when in days), default=None)
    if start is None or end is None:
        return []
    i, a, d = db.incident.c, db.account.c, db.document.c
    own = select(a.number).join_from(db.account, db.document, a.sha256 == d.sha256)
    own = own.where(a.incident == i.id, not_of(publisher)).exists()
    query = select(i.id).where(i.start <= end.isoformat(), i.end >= start.isoformat(), own).order_by(i.id)
    names = list(conn.scalars(query))
    return [name for name in names if not wanted.country or country_of(conn, name) in (wanted.country, None)]


def country_of(conn: Connection, incident_id: str) -> str | None:
    """The country of the incident's likeliest place; None where it has none."""
    head = store.load_head(conn, incident_id)
    at = likeness.point(head.where) if head and head.where else None
    return (at.country or None) if at else None


# ------------------------------------------------------------------ records


def both(pair: _Pair, incident: Incident, part: Part) -> Compared:
    """A row and the incident that it is, or may be."""
    event = part.reading.incidents[0]
    alone = theirs_alone(part)
    return replace(
        alone,
        state="match" if pair.verdict == "same" else "possible",
        incident=incident.id,
        ours=side(incident.title, incident, suspects_of(incident)),
        accounts=len(incident.accounts),
        score=round(pair.score, 3),
        conflicts=tuple(conflicts(incident, event, pair.evidence)),
        evidence=pair.evidence,
    )


def theirs_alone(part: Part) -> Compared:
    """A row that no incident of ours is."""
    event = part.reading.incidents[0]
    theirs = side(part.document.title or "", event, event.suspects)
    return Compared("only_theirs", None, None, 0, part.number, theirs, part.document.text, None, (), ())


def ours_alone(incident: Incident) -> Compared:
    """An incident of ours that no row is."""
    ours = side(incident.title, incident, suspects_of(incident))
    return Compared("only_ours", incident.id, ours, len(incident.accounts), None, None, None, None, (), ())


def conflicts(incident: Incident, event: TextIncident, evidence: Iterable[Evidence]) -> Iterator[str]:
    """What cannot both be so: counts that no number fits, places apart, attackers of whom none is shared."""
    for name in ("killed", "injured"):
        toll, counted = getattr(event, name), getattr(incident, name)
        if toll and counted and not fits(stated(toll), counted):
            yield name
    if any(e.name == "place" and e.weight < 0 for e in evidence):
        yield "place"
    if any(e.name == "day" and e.weight < 0 for e in evidence):
        yield "day"
    theirs = {suspect_id(suspect) for suspect in accused(event.suspects)}
    ours = {suspect_id(suspect) for suspect in accused(suspects_of(incident))}
    if theirs and ours and not theirs & ours:
        yield "attacker"


def suspects_of(incident: Incident) -> Iterator[Suspect]:
    """Everybody whom one of our accounts names."""
    return (suspect for account in incident.accounts for suspect in account.event.suspects)


def accused(suspects: Iterable[Suspect]) -> Iterator[Suspect]:
    """Those of the suspects who are named, and of whom nobody says that they did not do it."""
    return (s for s in suspects if s.attribution != "denied" and s.mentions)


def stated(toll) -> tuple[int, int | None]:
    """The lowest and highest number that the row allows, whatever order it gives them in."""
    told = [n for n in (toll.low, toll.best, toll.high) if n is not None]
    return min(told, default=0), max(told, default=None)


def fits(span: tuple[int, int | None], counted: Range) -> bool:
    """Whether some number lies within both."""
    low, high = span
    ours_low, ours_high = counted.low or 0, None if counted.open_above else counted.high
    return (high is None or high >= ours_low) and (ours_high is None or low <= ours_high)


def side(title: str, event: Incident | TextIncident, suspects: Iterable[Suspect]) -> Side:
    """What is said of the event on one side, each suspect's name once."""
    at = likeness.point(event.where) if event.where else None
    return Side(
        title=title,
        when=event.when,
        place=event.where.name if event.where else None,
        lat=at.lat if at else None,
        lon=at.lon if at else None,
        killed=event.killed,
        injured=event.injured,
        suspects=tuple(dict.fromkeys(s.mentions[0] for s in accused(suspects))),
    )


# ------------------------------------------------------------------ in words


def told(side: Side) -> Told:
    """The side's days and counts in words, all else as it is."""
    return Told(
        title=side.title,
        days=likeness.show_span(side.when) if side.when else None,
        place=side.place,
        lat=side.lat,
        lon=side.lon,
        killed=show_count(side.killed),
        injured=show_count(side.injured),
        suspects=side.suspects,
    )


def show_count(counted: Range | Toll | None) -> str | None:
    """ "8-17", "17 or more", "up to 11"."""
    if not isinstance(counted, Range):
        return likeness.show_toll(counted) if counted else None
    low, high = counted.low, counted.high
    text = f"up to {high}" if low is None else str(low) if low == high else f"{low}-{high}"
    return f"{text} or more" if counted.open_above else text


def in_words(record: Compared) -> dict[str, object]:
    """The record as the command's JSON tells it."""
    sides = {name: told(one) if (one := getattr(record, name)) else None for name in ("ours", "theirs")}
    return {field.name: sides.get(field.name, getattr(record, field.name)) for field in fields(record)}


# ------------------------------------------------------------------ the table


def write_csv(comparison: Comparison, out: TextIO) -> None:
    """One row a record; cells that a spreadsheet would run are disarmed."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for record in comparison.records:
        writer.writerow([disarmed(cell) for cell in cells(record)])


def cells(record: Compared) -> list[str]:
    """The record in the order of COLUMNS; empty where nothing is said."""
    evidence = "; ".join(f"{e.name} {e.weight:+g}: {e.left} / {e.right}" for e in record.evidence)
    values = [
        record.state, ", ".join(record.conflicts), record.incident, *side_cells(record.ours)[1:],
        record.accounts or None, record.row, *side_cells(record.theirs), record.score, evidence,
    ]  # fmt: skip
    return ["" if value is None else str(value) for value in values]


def side_cells(side: Side | None) -> list[str | None]:
    """Title, days, place, killed, injured, suspects."""
    if side is None:
        return [None] * 6
    words = told(side)
    return [words.title, words.days, words.place, words.killed, words.injured, ", ".join(words.suspects) or None]


def line(record: Compared) -> str:
    """The record on one line for a terminal."""
    ours = f"{record.incident} (killed {show_count(record.ours.killed) or 'not said'})" if record.ours else "-"
    theirs = (
        f"{record.theirs.title} (killed {show_count(record.theirs.killed) or 'not said'})" if record.theirs else "-"
    )
    conflict = f"\tconflict: {', '.join(record.conflicts)}" if record.conflicts else ""
    return f"{record.state.replace('_', ' ')}\t{ours}\t{theirs}{conflict}"


def checked(path: Path) -> Path:
    """The path of a file that can be read; InputRefused else."""
    from dalil.archive.sources.files import refusal

    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise refusal(path, error) from None


def asked(kind: str, country: str | None, start: date | None, end: date | None) -> Wanted:
    """What a comparison asks for; InputRefused for a kind that has no events to compare."""
    if kind not in KINDS:
        raise InputRefused(kind, "is no record of events", f"Known: {', '.join(KINDS)}")
    return Wanted(kind, country, start, end)
