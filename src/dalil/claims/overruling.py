"""A reading as people have overruled it: chosen places, rejected and corrected claims.

The reader's own reading is never stored changed: this is applied to it anew whenever it is made. A judgement finds
its claim by its words; one whose words the reader no longer finds changes nothing and is told as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import date

from dalil.errors import InputRefused
from dalil.records import (
    EVENT_TYPES,
    INCIDENT_STATUSES,
    STATUSES,
    Candidate,
    Claim,
    DateSpan,
    Judgement,
    Place,
    Quote,
    Reading,
    TextIncident,
    Toll,
)

TOLLS = ("killed", "injured", "missing")
CORRECTABLE = ("type", "status", *TOLLS, "when")
BY_HAND = "set by a person"
SHARED = tuple(f.name for f in fields(TextIncident) if f.name != "claims")  # what one claim's incident takes from it


def overrule(reading: Reading, judgements: Iterable[Judgement]) -> Reading:
    """The reading with every judgement on its places and claims applied; incidents left without a claim are gone."""
    judgements = list(judgements)
    for judgement in judgements:
        if judgement.kind == "place":
            reading = _with_place(reading, judgement)
    for judgement in judgements:
        if judgement.kind == "claim":
            reading = _with_claim(reading, judgement)
    return reading


def checked_values(values: Mapping[str, object]) -> dict[str, object]:
    """Corrections of a claim in the form that the log keeps; InputRefused with one line for what cannot be."""
    for name, value in values.items():
        if name not in CORRECTABLE:
            raise InputRefused(name, "cannot be corrected", f"Correct one of {', '.join(CORRECTABLE)}")
        if name == "type" and value not in EVENT_TYPES:
            raise InputRefused(name, f"cannot be {value!r}", f"Use one of {', '.join(EVENT_TYPES)}")
        if name == "status" and value not in STATUSES:
            raise InputRefused(name, f"cannot be {value!r}", f"Use one of {', '.join(STATUSES)}")
        if name in TOLLS:
            _toll(name, value)
        if name == "when":
            _span(value)
    return dict(values)


def toll_of(said: re.Match[str]) -> dict[str, object]:
    """What "17", "8..15" or "17+" says, as the log keeps it; the match has `low`, and maybe `high` or `floor`."""
    low = int(said["low"])
    if said["high"]:
        return {"low": low, "best": None, "high": int(said["high"])}
    return {"low": low, "best": low, "high": None if said["floor"] else low}


# ---------------------------------------------------------------- places


def _with_place(reading: Reading, judgement: Judgement) -> Reading:
    """A name means one place throughout a text: the choice holds wherever the text says the name."""
    places = [holder.where for holder in (*reading.claims, *reading.incidents) if holder.where]
    names = {p.name.casefold() for p in places if _same_words(p.quote, judgement.subject)}

    def chosen(place: Place | None) -> Place | None:
        return choose(place, judgement) if place and place.name.casefold() in names else place

    return replace(
        reading,
        claims=tuple(replace(c, where=chosen(c.where)) for c in reading.claims),
        incidents=tuple(replace(i, where=chosen(i.where)) for i in reading.incidents),
    )


def choose(place: Place, judgement: Judgement) -> Place:
    """The place with the candidate that the person chose in front; the others stay behind it."""
    verdict, why = judgement.verdict, f"chosen by {judgement.by}: {judgement.reason}"
    if "candidate" in verdict:
        first = next((c for c in place.candidates if str(c.id) == str(verdict["candidate"])), None)
        if first is None:
            return place
        first = replace(first, score=1.0, why=(*first.why, why))
    else:
        lat, lon = float(str(verdict["lat"])), float(str(verdict["lon"]))
        name = str(verdict.get("name") or place.name)
        near = place.candidates[0] if place.candidates else None
        admin, country = (near.admin, near.country) if near else ((), "")
        first = Candidate(f"judgement:{judgement.seq}", name, lat, lon, admin, country, "point", 1.0, (why,))
        place = replace(place, precision=1, radius_m=None)
    rest = tuple(c for c in place.candidates if c.id != first.id)
    return replace(place, candidates=(first, *rest))


# ---------------------------------------------------------------- claims


def _with_claim(reading: Reading, judgement: Judgement) -> Reading:
    index = next((n for n, c in enumerate(reading.claims) if _same_words(c.quote, judgement.subject)), None)
    if index is None or judgement.verdict["state"] == "accepted":
        return reading
    if judgement.verdict["state"] == "rejected":
        return replace(reading, incidents=_without(reading.incidents, reading.claims, index))
    changes = corrections(reading.claims[index], judgement.verdict["values"])
    claim = replace(reading.claims[index], **changes)
    claims = (*reading.claims[:index], claim, *reading.claims[index + 1 :])
    incidents = reading.incidents
    told = any(index in i.claims for i in incidents)
    if claim.status not in INCIDENT_STATUSES:
        incidents = _without(incidents, claims, index)
    elif told:
        incidents = tuple(replace(i, **changes) if index in i.claims else i for i in incidents)
    else:
        incidents = (*incidents, incident_of(claims, (index,)))
    return replace(reading, claims=claims, incidents=incidents)


def corrections(claim: Claim, values: Mapping[str, object]) -> dict[str, object]:
    """The claim's fields as corrected; a value keeps the words that it corrects."""
    changes: dict[str, object] = {}
    for name, value in values.items():
        if name in TOLLS:
            old = getattr(claim, name)
            changes[name] = _toll(name, value, old)
        elif name == "when":
            changes[name] = _span(value, claim.when.quote if claim.when else None)
        else:
            changes[name] = value
    return changes


def incident_of(claims: tuple[Claim, ...], indices: tuple[int, ...]) -> TextIncident:
    """The incident that these claims tell of, by the first of them that knows each field."""
    mine = [claims[n] for n in indices]
    found = {}
    for name in SHARED:
        found[name] = next((getattr(c, name) for c in mine if getattr(c, name)), getattr(mine[0], name))
    return TextIncident(**found, claims=indices)


def _without(incidents: tuple[TextIncident, ...], claims: tuple[Claim, ...], index: int) -> tuple[TextIncident, ...]:
    """The incidents without that claim: what only it said is no longer said."""
    kept = []
    for incident in incidents:
        rest = tuple(n for n in incident.claims if n != index)
        if index not in incident.claims:
            kept.append(incident)
        elif rest:
            kept.append(_less(incident, claims[index], incident_of(claims, rest)))
    return tuple(kept)


def _less(incident: TextIncident, gone: Claim, left: TextIncident) -> TextIncident:
    """The incident with every value that stood on the claim's words replaced by what the other claims say."""
    changes: dict[str, object] = {"claims": left.claims}
    for name in SHARED:
        mine, theirs = getattr(incident, name), getattr(left, name)
        if isinstance(mine, tuple):
            words = {q for thing in getattr(gone, name) for q in thing.quotes}
            changes[name] = tuple(t for t in mine if not t.quotes or not words.issuperset(t.quotes))
        elif mine == getattr(gone, name) and name not in ("status",):
            changes[name] = theirs
    return replace(incident, **changes)


# ---------------------------------------------------------------- values


def _toll(name: str, value: object, old: Toll | None = None) -> Toll | None:
    if value is None:
        return None
    known = isinstance(value, Mapping) and set(value) <= {"low", "best", "high"}
    numbers = [value.get(k) for k in ("low", "best", "high")] if known else []
    given = [n for n in numbers if n is not None]
    if not given or any(type(n) is not int or n < 0 for n in given) or given != sorted(given):
        raise InputRefused(name, "is no count", "Give low, best and high, in that order of size, or null for unknown")
    return Toll(*numbers, old.quote if old else None, old.groups if old else ())


def _span(value: object, words: Quote | None = None) -> DateSpan | None:
    if value is None:
        return None
    try:
        start, end = date.fromisoformat(value["start"]), date.fromisoformat(value["end"])
    except (KeyError, TypeError, ValueError):
        raise InputRefused("when", "is no span of days", 'Give "start" and "end" as YYYY-MM-DD') from None
    if end < start:
        raise InputRefused("when", "ends before it starts", "Give the earlier day first")
    return DateSpan(start, end, "day" if start == end else "range", None, words, BY_HAND)


def _same_words(quote: Quote | None, subject: Mapping[str, object]) -> bool:
    return quote is not None and (quote.start, quote.end) == (subject["start"], subject["end"])
