"""An invented archive of any size for bench/web_load.py: reports in English and Arabic, claims, incidents, neighbours.

Derived tables are written directly, by the stages' own functions where they are quick enough, so that a hundred
thousand incidents stand in minutes. Four incidents have five reports among them, each report has eight claims: ten
claims an incident. Every name is made of syllables.
"""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from sqlalchemy import insert, text

from dalil import db
from dalil.archive import Archive
from dalil.claims import search
from dalil.claims.folding import variants, words
from dalil.claims.store import actor_of, victim_rows
from dalil.incidents.assembly import assemble, name_incident
from dalil.incidents.blocking import stored_keys, stored_span
from dalil.incidents.facets import actors, narrowed_by, sources
from dalil.incidents.profile import profile_of
from dalil.records import (
    Account,
    Candidate,
    Claim,
    DateSpan,
    Document,
    Incident,
    Place,
    Quote,
    Reading,
    Speaker,
    Suspect,
    Target,
    TextIncident,
    Toll,
    Victim,
    encode,
)

BATCH, CLAIMS = 500, 8
LOG_LINES, LINES_AT_ONCE = 20_000, 5000
TYPES = ("airstrike", "shelling", "shooting", "explosion", "abduction", "barrel_bomb")
STATUSES = ("reported", "reported", "reported", "reported", "forecast", "threatened", "denied", "background")
EFFECTS = ("death", "injury", "death", "abducted")
LATIN = ["ka", "far", "na", "ta", "mar", "sa", "lin", "bab", "dar", "zor", "hama", "rif", "tell", "ain", "bey", "jis"]
ARABIC = ["كا", "فر", "نا", "تا", "مر", "سا", "لن", "باب", "دار", "زور", "حما", "ريف", "تل", "عين", "بي", "جس"]
SENTENCES = {
    "en": (
        "{party} struck {town} on {day}, killing {dead} people, among them {person}, witnesses said.",
        "The attack on {town} left {dead} dead and {hurt} injured, {paper} reported on the evening of {day}.",
        "{person} was pulled from the rubble of a house in the eastern part of {town}; {hurt} others were hurt.",
        "A medic at the field hospital of {town} counted {dead} bodies and blamed {party} for the deaths.",
        "{party} is expected to attack {town} again before the week is over, a spokesman told {paper}.",
        "{party} threatened that {town} would be levelled unless its people left by {day}.",
        "{party} denied that it had bombed {town} or that {dead} people died there.",
        "Since the beginning of the year {dead} people have been killed around {town}, {paper} wrote.",
    ),
    "ar": (
        "قصفت {party} بلدة {town} في {day} ما أدى إلى مقتل {dead} أشخاص بينهم {person} بحسب شهود عيان.",
        "أسفر الهجوم على {town} عن {dead} قتيلا و{hurt} جريحا وفق ما نقلته صحيفة {paper} مساء {day}.",
        "انتشل {person} من تحت أنقاض منزل في الحي الشرقي من {town} وأصيب {hurt} آخرون بجروح.",
        "أحصى مسعف في المشفى الميداني في {town} نحو {dead} جثة واتهم {party} بالمسؤولية عن مقتلهم.",
        "من المتوقع أن تهاجم {party} بلدة {town} مجددا قبل نهاية الأسبوع كما قال متحدث لصحيفة {paper}.",
        "هددت {party} بتسوية {town} بالأرض ما لم يغادرها سكانها قبل {day}.",
        "نفت {party} أنها قصفت {town} أو أن {dead} أشخاص قتلوا هناك.",
        "منذ بداية العام قتل {dead} أشخاص في محيط {town} كما كتبت {paper}.",
    ),
}
TITLES = {"en": "Attack on {town}: {dead} dead", "ar": "هجوم على {town} يخلف {dead} قتيلا"}


def names(count: int, seed: int) -> list[dict[str, str]]:
    """Invented names, each in both scripts."""
    rng = random.Random(seed)
    made = ([rng.randrange(len(LATIN)) for _ in range(rng.randint(2, 4))] for _ in range(count))
    return [
        {"en": "".join(LATIN[p] for p in parts).capitalize(), "ar": "".join(ARABIC[p] for p in parts)} for parts in made
    ]


TOWNS, PARTIES, PAPERS = names(800, 1), names(40, 2), names(120, 3)
GIVEN, FAMILY = names(200, 4), names(1500, 5)


@dataclass(frozen=True, slots=True)
class Told:
    """One incident as its reports tell it."""

    incident: Incident
    documents: tuple[Document, ...]
    readings: tuple[Reading, ...]


def reports_of(number: int) -> int:
    """How many reports the incident has."""
    return 2 if number % 4 == 3 else 1


def told(number: int) -> Told:
    """The incident of that number with its reports; the same for the same number."""
    rng = random.Random(number)
    town, party, day = rng.randrange(len(TOWNS)), rng.choice(PARTIES), date(2011, 1, 1) + timedelta(rng.randrange(4000))
    said = [report(f"{number}/{n}", rng, town, party, day) for n in range(reports_of(number))]
    accounts = tuple(account(document, reading) for document, reading in said)
    incident = assemble(name_incident(accounts[0]), accounts)
    return Told(incident, tuple(d for d, _ in said), tuple(r for _, r in said))


def report(name: str, rng: random.Random, town: int, party: dict[str, str], day: date) -> tuple[Document, Reading]:
    """An invented report and what is read out of it: its first two claims tell of one event."""
    lang = "ar" if rng.random() < 0.4 else "en"
    person = f"{rng.choice(GIVEN)[lang]} {rng.choice(FAMILY)[lang]}"
    killed, paper = rng.randint(1, 40), rng.choice(PAPERS)[lang]
    values = {"party": party[lang], "town": TOWNS[town][lang], "day": day.isoformat(), "person": person, "paper": paper}
    text_of, claims, offset = [], [], 0
    for n, form in enumerate(SENTENCES[lang]):
        values |= {"dead": killed + n // 2, "hurt": rng.randint(1, 60)}
        sentence = form.format(**values)
        claims.append(claim(n, sentence, offset, form, values, town, day, rng))
        text_of.append(sentence)
        offset += len(sentence) + 2
    key = hashlib.sha256(name.encode()).hexdigest()
    title, published = TITLES[lang].format(**values), day + timedelta(1)
    document = Document(key, "\n\n".join(text_of), title, None, paper, published, lang, None, (), ())
    first = claims[0]
    event = TextIncident(first.type, "reported", first.when, first.where, first.killed, claims[1].injured, None,
                         first.suspects, first.victims, first.targets, (), None, (0, 1))  # fmt: skip
    return document, Reading(None, published, lang, title, None, paper, tuple(claims), (event,))


def claim(n: int, sentence: str, offset: int, form: str, values: dict, town: int, day: date, rng) -> Claim:
    """The claim of the sentence, each of its values resting on its words."""

    def at(field: str) -> Quote | None:
        words_of = str(values[field])
        start = sentence.find(words_of) if f"{{{field}}}" in form else -1
        return Quote(offset + start, offset + start + len(words_of), words_of) if start >= 0 else None

    def toll(field: str) -> Toll | None:
        return Toll(values[field], values[field], None, quote) if (quote := at(field)) else None

    person, party, where = at("person"), at("party"), at("town")
    effect = EFFECTS[(town + n) % len(EFFECTS)]
    return Claim(
        type=TYPES[(town + n // 2) % len(TYPES)],
        status=STATUSES[n],
        quote=Quote(offset, offset + len(sentence), sentence),
        said_by=Speaker(values["paper"], at("paper"), None) if at("paper") else None,
        when=DateSpan(day, day, "day", None, at("day"), "full date"),
        where=Place(values["town"], where, 1 + town % 4, 3000.0, candidates(town)),
        killed=toll("dead"),
        injured=toll("hurt"),
        missing=None,
        victims=(Victim((values["person"],), 1, effect, True, None, None, (person,)),) if person else (),
        suspects=(Suspect((values["party"],), "group", "denied" if n == 6 else "accused", None, (party,)),)
        if party
        else (),
        targets=(Target(("house",), "house", ()),) if rng.random() < 0.2 else (),
        weapons=(),
        footage=None,
    )


@cache
def candidates(town: int) -> tuple[Candidate, ...]:
    """Where a town of that name may lie; every third name is two towns'."""
    rng = random.Random(town)
    name, found = TOWNS[town]["en"], []
    for n in range(2 if town % 3 == 0 else 1):
        lat, lon = 32 + 5 * rng.random(), 36 + 6 * rng.random()
        admin = (f"Province {(town + n) % 14}",)
        found.append(Candidate(town + 1000 * n, name, lat, lon, admin, "SY", "P", 0.9 - 0.3 * n, ("same name",)))
    return tuple(found)


def account(document: Document, reading: Reading) -> Account:
    """What the report says of its event."""
    event = reading.incidents[0]
    claims = tuple(reading.claims[n] for n in event.claims)
    voices = tuple(dict.fromkeys(c.said_by.name for c in claims if c.said_by))
    said = (document.title, document.author, document.publisher, document.published, document.lang)
    return Account(document.object, 0, *said, voices, event, claims, ())


# ------------------------------------------------------------------ writing


def fill(archive: Archive, count: int) -> None:
    """The archive holds so many incidents, and a log of up to LOG_LINES lines."""
    with archive.engine.begin() as conn:
        search.ensure_index(conn)
    for start in range(0, count, BATCH):
        with archive.engine.begin() as conn:
            write_batch(conn, range(start, min(start + BATCH, count)))
        if start % 20_000 == 0:
            print(f"bench: {start:,} of {count:,}", file=sys.stderr, flush=True)
    for start in range(0, min(count, LOG_LINES), LINES_AT_ONCE):
        lines = range(start, min(start + LINES_AT_ONCE, count))
        archive.append_all([("derive", {"objects": str(n), "by": "bench"}) for n in lines])
    with archive.engine.begin() as conn:
        search.tidy_index(conn)  # as after every run that adds so many
        conn.execute(text("ANALYZE"))


def write_batch(conn, numbers: range) -> None:
    """The rows of these incidents; every tenth may be the same as the one before it."""
    rows: dict[object, list[dict]] = {}
    found: list[dict] = []
    for number in numbers:
        one = told(number)
        found += [indexed(document) for document in one.documents]
        for table, row in rows_of(number, one):
            rows.setdefault(table, []).append(row)
        if number % 10 == 9:
            pair = {
                "left": number * 4 - 4,
                "right": number * 4,
                "verdict": "possibly_same",
                "score": 500 + number % 997,
            }
            rows.setdefault(db.pair, []).append(pair)
    for table, values in rows.items():
        conn.execute(insert(table), values)
    conn.execute(
        text(
            "INSERT INTO search_index (rowid, sha256, title, body, variants) VALUES (:row, :key, :title, :body, :rests)"
        ),
        found,
    )


def rows_of(number: int, one: Told) -> Iterator[tuple[object, dict]]:
    """(table, row) of everything that the incident makes but the index of words."""
    incident = one.incident
    for n, (document, reading, said) in enumerate(zip(one.documents, one.readings, incident.accounts, strict=True)):
        place, key = number * 4 + n, document.object
        yield db.capture, {
            "seq": 1_000_000 + place, "sha256": key, "size": 900, "media_type": "text/plain", "name": f"r{place}.txt",
            "source": "bench", "captured_utc": "2026-01-01T00:00:00.000000Z", "tool": "bench", "by": "bench",
        }  # fmt: skip
        yield db.document, {
            "sha256": key, "title": document.title, "publisher": document.publisher,
            "published": document.published.isoformat(), "lang": document.lang,
            "record": encode(document).decode(), "reading": encode(reading).decode(),
        }  # fmt: skip
        for position, one_claim in enumerate(reading.claims):
            day = one_claim.when.start.isoformat()
            yield db.claim, {
                "sha256": key, "position": position, "type": one_claim.type, "status": one_claim.status,
                "start": day, "end": day, "place": one_claim.where.name, "actor": actor_of(one_claim),
            }  # fmt: skip
            for row in victim_rows(position, one_claim):
                yield db.victim, {"sha256": key, **row}
        profile, quote = profile_of(said), said.claims[0].quote
        yield db.account, {
            "number": place, "sha256": key, "position": 0, "incident": incident.id, "founds": name_incident(said),
            "text": key, "start": quote.start, "end": quote.end, "profile": encode(profile).decode(),
            "record": encode(said).decode(),
        }  # fmt: skip
        start, end = stored_span(profile)
        for block in stored_keys(profile):
            yield db.block, {"key": block, "start": start, "number": place, "end": end}
    for kind, values in (("actor", actors(incident)), ("source", sources(incident))):
        for value in values:
            yield db.facet, {"kind": kind, "value": value, "incident": incident.id}
    yield db.incident, incident_row(number * 4, incident)


def incident_row(founded: int, incident: Incident) -> dict[str, object]:
    """The incident's own row."""
    at, day = incident.where.candidates[0], incident.when.start.isoformat()
    return {
        "id": incident.id, "founded": founded, "type": incident.type, "start": day, "end": day,
        "place": incident.where.name, "lat": at.lat, "lon": at.lon, "killed_low": incident.killed.low,
        "killed_high": incident.killed.high, **narrowed_by(incident), "sources": len(incident.sources),
        "grade": incident.grade.grade, "record": encode(replace(incident, accounts=())).decode(),
    }  # fmt: skip


def indexed(document: Document) -> dict[str, object]:
    """The document's row in the index of words, as `claims.search` makes it."""
    body, title = words(document.text), words(document.title)
    rests = {rest for word in {w.text for w in (*body, *title)} for rest in variants(word)}
    return {
        "row": search.row_number(document.object), "key": document.object, "title": " ".join(w.text for w in title),
        "body": " ".join(w.text for w in body), "rests": " ".join(sorted(rests)),
    }  # fmt: skip
