"""Made-up reports of made-up incidents at any size: days, places, tolls, attackers and mistakes from a fixed seed.

Incidents cluster as real ones do: a few places are hit again and again, on days in a row, and about a quarter of all
incidents have another within one kilometre and one day. Reports come in the order of publication, a few days after
the event; they round tolls, miss values, misplace by hundreds of metres, name a day too late, and blame allies.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dalil.records import (
    Candidate,
    Claim,
    DateSpan,
    Document,
    GroupToll,
    Place,
    Quote,
    Reading,
    Speaker,
    Suspect,
    TextIncident,
    Toll,
)

FIRST_DAY = date(2012, 1, 1)
PARTS = ("Tell", "Bir", "Kafr", "Deir", "Ain", "Khan", "Wadi", "Jisr")
SYLLABLES = ("ba", "ru", "shan", "mar", "to", "lin", "qa", "zur", "hem", "fi", "dal", "nus", "ver", "ko")
BLAMED = (("Russian forces", "Syrian regime forces"), ("Syrian regime forces", "Russian forces"), ("Turkish forces",))
KINDS = ("airstrike", "airstrike", "shelling", "barrel_bomb", "explosion", "shooting")
DESKS = tuple(f"Desk {n}" for n in range(60))
MONITORS = ("Monitor One", "Monitor Two", "Syrian Observatory for Human Rights")


@dataclass(frozen=True, slots=True)
class Happened:
    """An incident as it was."""

    number: int
    day: date
    name: str
    lat: float
    lon: float
    killed: int
    injured: int
    kind: str
    blamed: tuple[str, ...]
    hour: int


def places(rng: random.Random, count: int) -> list[tuple[str, float, float]]:
    """Named places over a country of about 500 by 400 kilometres."""
    made = []
    for _ in range(count):
        name = f"{rng.choice(PARTS)} {''.join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 3))).capitalize()}"
        made.append((name, rng.uniform(32.5, 37.0), rng.uniform(35.8, 41.0)))
    return made


def happenings(rng: random.Random, count: int) -> Iterator[Happened]:
    """Incidents in order of day; five a day, whatever the count, so that more incidents are more years."""
    towns = places(rng, 1500)
    front: list[tuple[str, float, float]] = []
    for number in range(count):
        if number % 60 == 0:
            front = rng.sample(towns, 12)
        town = rng.choice(front) if rng.random() < 0.35 else rng.choice(towns)
        killed = min(200, int(rng.paretovariate(1.1)) - (rng.random() < 0.1))
        yield Happened(
            number, FIRST_DAY + timedelta(days=number // 5), town[0], town[1] + rng.gauss(0, 0.002),
            town[2] + rng.gauss(0, 0.002), killed, int(killed * rng.uniform(0.5, 4)), rng.choice(KINDS),
            rng.choice(BLAMED), rng.randrange(24),
        )  # fmt: skip


def toll(rng: random.Random, true: int, chance: float) -> Toll | None:
    """A count as reports give it: exact, "at least", a span, or a bit off."""
    if rng.random() > chance:
        return None
    seen = max(0, true + rng.choice((0, 0, 0, 0, -1, 1, round(true * rng.gauss(0, 0.15)))))
    form = rng.random()
    if form < 0.6:
        return Toll(seen, seen, seen, None, (GroupToll("child", 1, 1, None, None),) if seen > 4 else ())
    return Toll(seen, seen, None, None) if form < 0.8 else Toll(max(0, seen - 1), None, seen + 2, None)


def report(rng: random.Random, of: Happened, number: int) -> tuple[date, Document, Reading]:
    """One report of the incident, with the day on which it appeared."""
    appeared = of.day + timedelta(days=min(20, int(rng.expovariate(0.8))))
    day = of.day + timedelta(days=1) if rng.random() < 0.03 else of.day
    at = Candidate(
        of.name, of.name, of.lat + rng.gauss(0, 0.003), of.lon + rng.gauss(0, 0.003), (), "SY", "PPL", 1.0, ()
    )
    vague = rng.random() < 0.05
    where = Place(of.name, None, 4 if vague else 1, 20_000.0 if vague else 1_500.0, (at,))
    when = DateSpan(day, day, "day", f"{of.hour:02d}:{rng.randrange(60):02d}" if rng.random() < 0.2 else None, None, "")
    blamed = rng.choice(of.blamed) if rng.random() < 0.7 else None
    suspects = (Suspect((blamed,), "state", "suspected", None, ()),) if blamed else ()
    kind = of.kind if rng.random() < 0.85 else "attack"
    shape = {
        "type": kind, "status": "reported", "when": when, "where": where, "killed": toll(rng, of.killed, 0.9),
        "injured": toll(rng, of.injured, 0.5), "missing": None, "suspects": suspects, "victims": (), "targets": (),
        "weapons": (), "footage": None,
    }  # fmt: skip
    voice = Speaker(rng.choice(MONITORS), None, None) if rng.random() < 0.5 else None
    claim = Claim(quote=Quote(0, 40, "x" * 40), said_by=voice, **shape)
    publisher, key = rng.choice(DESKS), f"{number:064x}"
    text = f"{of.name} {number} {publisher} {kind} {of.killed} " + " ".join(rng.choice(SYLLABLES) for _ in range(60))
    document = Document(key, text, f"{kind} at {of.name}", None, publisher, appeared, "en", None, (), ())
    event = TextIncident(**shape, claims=(0,))
    return appeared, document, Reading(key, appeared, "en", document.title, None, publisher, (claim,), (event,))


def reports(count: int, incidents: int, seed: int = 7) -> Iterator[tuple[int, Document, Reading]]:
    """(number of the incident, document, reading) of so many reports in order of appearance.

    Some incidents are told of once, a few by dozens. Reports wait in a short queue until their day, so that a
    hundred thousand need not be held at once.
    """
    rng, made = random.Random(seed), 0
    waiting: list[tuple[date, int, Document, Reading]] = []
    for of in happenings(rng, incidents):
        left = incidents - of.number
        due = (count - made) / left
        some = (
            count - made if left == 1 else min(count - made, max(1, round(due * rng.choice((0.2, 0.4, 0.6, 0.8, 3)))))
        )
        for _ in range(some):
            made += 1
            appeared, document, reading = report(rng, of, made)
            waiting.append((appeared, of.number, document, reading))
        if of.number % 25 == 24:
            waiting.sort(key=lambda row: (row[0], row[2].object))
            ready = [row for row in waiting if row[0] <= of.day]
            waiting = waiting[len(ready) :]
            yield from (row[1:] for row in ready)
    yield from (row[1:] for row in sorted(waiting, key=lambda row: (row[0], row[2].object)))
