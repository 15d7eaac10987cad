"""A reading as a page of text for people: incidents with their words, then what made none, by status."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from dalil.errors import one_line
from dalil.records import (
    STATUSES,
    Claim,
    DateSpan,
    FootageMention,
    Place,
    Quote,
    Reading,
    Suspect,
    TextIncident,
    Toll,
    Victim,
)

LABEL = 11  # width of the labels' column
LONGEST = 110  # code points of a quote of a claim; figures and names are never cut
Paint = Callable[..., str]


def summary(reading: Reading, paint: Paint) -> Iterator[str]:
    """The lines of the page; `paint(text, bold=, dim=)` gives a terminal's emphasis or leaves the text as it is."""
    yield paint(one_line(reading.title or reading.id or "Untitled"), bold=True)
    known = [reading.author, reading.publisher, reading.published and f"published {reading.published}", reading.lang]
    yield one_line(" · ".join(part for part in known if part) or "no author, publisher or date found")
    count = len(reading.incidents)
    yield ""
    yield f"{count} incident{'s' if count != 1 else ''}, {len(reading.claims)} claims"
    for number, incident in enumerate(reading.incidents, start=1):
        yield ""
        yield from _incident(number, incident, reading.claims, paint)
    yield from _others(reading, paint)


def _incident(number: int, incident: TextIncident, claims: tuple[Claim, ...], paint: Paint) -> Iterator[str]:
    yield paint(f"{number}. {_words(incident.type)}", bold=True) + f", {incident.status}"
    rows: list[tuple[str, Iterable[str]]] = [
        ("when", _when(incident.when, paint)),
        ("where", _where(incident.where, paint)),
        ("killed", _toll(incident.killed, paint)),
        ("injured", _toll(incident.injured, paint)),
        ("missing", _toll(incident.missing, paint)),
        ("suspects", (_suspect(suspect, paint) for suspect in incident.suspects)),
        ("people", (_victim(victim, paint) for victim in incident.victims)),
        ("hit", (f"{_names(t.mentions)} ({t.kind})  {_quoted(t.quotes[:1], paint)}" for t in incident.targets)),
        ("weapons", (f"{_names(w.mentions)} ({w.kind})  {_quoted(w.quotes[:1], paint)}" for w in incident.weapons)),
        ("footage", _footage(incident.footage, paint)),
        ("words", (_claim(claims[index], paint) for index in incident.claims)),
    ]
    for label, lines in rows:
        for at, line in enumerate(lines):
            yield f"   {label if at == 0 else '':<{LABEL}}{line}"


def _others(reading: Reading, paint: Paint) -> Iterator[str]:
    """The claims that are part of no incident, by status in the order of STATUSES."""
    used = {index for incident in reading.incidents for index in incident.claims}
    rest = [claim for index, claim in enumerate(reading.claims) if index not in used]
    if not rest:
        return
    yield ""
    yield paint("Said, but part of no incident", bold=True)
    for status in STATUSES:
        for at, claim in enumerate(claim for claim in rest if claim.status == status):
            yield f"   {status if at == 0 else '':<{LABEL + 2}}{_claim(claim, paint)}"


# ---------------------------------------------------------------- values


def _when(span: DateSpan | None, paint: Paint) -> Iterator[str]:
    if span:
        days = str(span.start) if span.start == span.end else f"{span.start} to {span.end}"
        time = f" at {span.time}" if span.time else ""
        yield f"{days}{time} ({span.precision}; {span.rule})  {_quoted([span.quote], paint)}"


def _where(place: Place | None, paint: Paint) -> Iterator[str]:
    if place is None:
        return
    yield f"{one_line(place.name)}  {_quoted([place.quote], paint)}"
    for candidate in place.candidates[:2]:
        area = ", ".join((*candidate.admin, candidate.country))
        yield paint(
            f"{candidate.name}, {area} ({candidate.lat:.4f}, {candidate.lon:.4f}; {candidate.score:.2f})", dim=True
        )


def _toll(toll: Toll | None, paint: Paint) -> Iterator[str]:
    if toll is None:
        return
    yield f"{_bounds(toll.low, toll.best, toll.high)}  {_quoted([toll.quote], paint)}"
    for group in toll.groups:
        yield f"of them {group.group}: {_bounds(group.low, group.best, group.high)}  {_quoted([group.quote], paint)}"


def _bounds(low: int | None, best: int | None, high: int | None) -> str:
    """ "at least 17", "up to 11", "8 to 15", "10"."""
    if low is not None and high is not None:
        return str(low) if low == high else f"{low} to {high}"
    if low is not None:
        return f"at least {low}"
    return f"up to {high}" if high is not None else (f"about {best}" if best is not None else "a number not given")


def _suspect(suspect: Suspect, paint: Paint) -> str:
    by = f" by {one_line(suspect.by)}" if suspect.by else ""
    return (
        f"{_names(suspect.mentions)} ({suspect.kind}, {suspect.attribution}{by})  {_quoted(suspect.quotes[:1], paint)}"
    )


def _victim(victim: Victim, paint: Paint) -> str:
    age = f"aged {victim.age}" if victim.age is not None else None
    known = ", ".join(str(part) for part in (victim.count, victim.effect, age, victim.sex) if part is not None)
    return f"{_names(victim.mentions)} ({known})  {_quoted(victim.quotes[:1], paint)}"


def _footage(footage: FootageMention | None, paint: Paint) -> Iterator[str]:
    if footage is None:
        return
    length = f"{footage.duration_s:g} seconds" if footage.duration_s is not None else None
    shot = f"shot {footage.shot.start}" if footage.shot else None
    credit = f"credit {one_line(footage.credit)}" if footage.credit else None
    known = ", ".join(part for part in (length, credit, shot) if part)
    yield f"{known or 'a recording'}  {_quoted(footage.quotes[:1], paint)}"


def _claim(claim: Claim, paint: Paint) -> str:
    said = f" {paint('— ' + one_line(claim.said_by.name), dim=True)}" if claim.said_by else ""
    return f"{_words(claim.type)}  {_quoted([claim.quote], paint, longest=LONGEST)}{said}"


def _names(mentions: tuple[str, ...]) -> str:
    shown = [one_line(mention) for mention in mentions[:3]]
    return " / ".join(shown) + (" …" if len(mentions) > 3 else "")


def _quoted(quotes: Iterable[Quote | None], paint: Paint, longest: int | None = None) -> str:
    """“the words” and, dimmed, the code points where they stand."""
    out = []
    for quote in quotes:
        if quote is not None:
            words = one_line(" ".join(quote.text.split()))
            if longest and len(words) > longest:
                words = words[: longest - 1].rstrip() + "…"
            out.append(f"“{words}” {paint(f'{quote.start}–{quote.end}', dim=True)}")
    return " ".join(out)


def _words(type: str) -> str:
    return type.replace("_", " ")
