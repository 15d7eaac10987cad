"""Puts each report's events into incidents, in the order of the custody log, and keeps why.

A new account joins the incident whose accounts are most alike if the evidence says "same"; else it founds one of its
own. Near-by incidents that were compared and not merged stand on both as neighbours, with the reasons. The record of
an incident is a function of its accounts and of its neighbours alone, so a rebuild gives the same bytes.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.engine import Connection

from dalil.archive import judgements
from dalil.incidents import ledger, likeness, recordings, store
from dalil.records import (
    Account,
    Claim,
    DateSpan,
    Document,
    Evidence,
    Incident,
    Judgement,
    Neighbour,
    Place,
    Reading,
    TextIncident,
)


def link_reading(conn: Connection, document: Document, reading: Reading) -> tuple[str, ...]:
    """Every incident of the reading belongs to an incident of the archive; their ids, in the reading's order."""
    ids = []
    judged = judgements.standing(conn, document=document.object) if reading.incidents else []
    for index in range(len(reading.incidents)):
        account = account_of(document, reading, index, judged)
        home, evidence = find_home(conn, account)
        if home is None:
            ids.append(found(conn, account))
        else:
            joined = replace_accounts(home, (*home.accounts, with_link(account, evidence)))
            store.assign(conn, account.document, account.index, home.id)
            settle(conn, joined)
            ids.append(home.id)
        if account.event.footage:
            recordings.note_mention(conn, account, ids[-1])
    return tuple(ids)


def account_of(document: Document, reading: Reading, index: int, judged: Iterable[Judgement] = ()) -> Account:
    """What the document says of its incident number `index`, with the claims that it rests on.

    `judged` are the judgements that stand on the document; the account names those that shaped it.
    """
    event = reading.incidents[index]
    claims = tuple(reading.claims[i] for i in event.claims)
    voices = dict.fromkeys(c.said_by.name for c in claims if c.said_by)
    return Account(
        document=document.object,
        index=index,
        title=reading.title or document.title,
        author=reading.author or document.author,
        publisher=reading.publisher or document.publisher,
        published=reading.published or document.published,
        lang=reading.lang or document.lang,
        voices=tuple(voices),
        event=event,
        claims=claims,
        link=(),
        judgements=tuple(j.seq for j in judged if overrules(j, claims)),
    )


def overrules(judgement: Judgement, claims: Iterable[Claim]) -> bool:
    """Whether the judgement is on the words of one of these claims, or on the words that place it."""
    words = {("claim", c.quote.start, c.quote.end) for c in claims}
    words |= {("place", c.where.quote.start, c.where.quote.end) for c in claims if c.where and c.where.quote}
    return (judgement.kind, judgement.subject.get("start"), judgement.subject.get("end")) in words


def find_home(conn: Connection, account: Account) -> tuple[Incident | None, tuple[Evidence, ...]]:
    """The incident that the account speaks of, with the evidence of its most similar account; None for a new one."""
    best: tuple[float, Incident | None, tuple[Evidence, ...]] = (0.0, None, ())
    for incident in nearby(conn, account.event.when, account.event.where):
        if any(a.document == account.document for a in incident.accounts):
            continue  # one text that tells of two events means two events
        evidence = closest(incident.accounts, account.event)
        if likeness.judge(evidence) == "same" and likeness.score(evidence) > best[0]:
            best = (likeness.score(evidence), incident, evidence)
    return best[1], best[2]


def closest(accounts: Iterable[Account], event: TextIncident) -> tuple[Evidence, ...]:
    """The evidence between the event and the account most like it."""
    return max((likeness.weigh(a.event, event) for a in accounts), key=likeness.score)


def nearby(conn: Connection, when: DateSpan | None, where: Place | None) -> list[Incident]:
    """The incidents that are worth comparing."""
    at = likeness.point(where) if where else None
    return store.near(
        conn, when.start if when else None, when.end if when else None, at.lat if at else None, at.lon if at else None
    )


def found(conn: Connection, account: Account) -> str:
    """A new incident stands with this account alone; its id."""
    incident_id = name_incident(account)
    store.assign(conn, account.document, account.index, incident_id)
    settle(conn, replace_accounts(None, (account,), incident_id))
    return incident_id


def settle(conn: Connection, incident: Incident) -> None:
    """The incident and those around it stand in the database with their neighbours told on both sides."""
    around = [i for i in nearby(conn, incident.when, incident.where) if i.id != incident.id]
    order = store.founded(conn, incident.id) or store.founding_order(conn)
    told = [(other, compare(incident, other)) for other in around]
    store.save_incident(conn, with_neighbours(incident, tuple(n for _, n in told if n)), order)
    for other, neighbour in told:
        rest = tuple(n for n in other.neighbours if n.incident != incident.id)
        mine = (Neighbour(incident.id, neighbour.verdict, mirrored(neighbour.evidence)),) if neighbour else ()
        if (*rest, *mine) != other.neighbours:
            store.save_incident(conn, with_neighbours(other, (*rest, *mine)), store.founded(conn, other.id) or 0)


def compare(incident: Incident, other: Incident) -> Neighbour | None:
    """Why the two stand apart; None where they lie too far from each other to be confused."""
    evidence = max(
        (likeness.weigh(a.event, b.event) for a in incident.accounts for b in other.accounts), key=likeness.score
    )
    place = next((e for e in evidence if e.name == "place"), None)
    if place is None or place.weight < likeness.weights()["place_neighbouring"]:
        return None
    verdict = likeness.judge(evidence)
    return Neighbour(other.id, "different" if verdict == "different" else "possibly_same", evidence)


def mirrored(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """The same evidence seen from the other side."""
    return tuple(Evidence(e.name, e.weight, e.right, e.left) for e in evidence)


# ------------------------------------------------------------------ the record


def replace_accounts(incident: Incident | None, accounts: tuple[Account, ...], incident_id: str = "") -> Incident:
    """The incident's record, computed from these accounts."""
    when = agreed_day([a.event.when for a in accounts if a.event.when])
    where = finest_place([a.event.where for a in accounts if a.event.where])
    kind = agreed_kind(accounts)
    return Incident(
        id=incident.id if incident else incident_id,
        title=title_of(kind, where, when),
        type=kind,
        when=when,
        where=where,
        killed=ledger.range_of(accounts, "killed"),
        injured=ledger.range_of(accounts, "injured"),
        missing=ledger.range_of(accounts, "missing"),
        accounts=accounts,
        footage=incident.footage if incident else (),
        neighbours=incident.neighbours if incident else (),
    )


def with_neighbours(incident: Incident, neighbours: tuple[Neighbour, ...]) -> Incident:
    """The incident with these neighbours, in the order of their ids."""
    return replace(incident, neighbours=tuple(sorted(neighbours, key=lambda n: n.incident)))


def with_link(account: Account, evidence: tuple[Evidence, ...]) -> Account:
    """The account with the reasons for which it was put where it is."""
    return replace(account, link=evidence)


def agreed_day(spans: list[DateSpan]) -> DateSpan | None:
    """The finest span that most accounts give; the earliest account wins a tie. Its quote stays with its account."""
    if not spans:
        return None
    votes = Counter((s.start, s.end) for s in spans)
    best = max(spans, key=lambda s: (votes[s.start, s.end], (s.start - s.end).days))
    rule = f"given by {votes[best.start, best.end]} of {len(spans)} accounts"
    return DateSpan(best.start, best.end, best.precision, best.time, None, rule)


def finest_place(places: list[Place]) -> Place | None:
    """The most precise place that has a point; the earliest account wins a tie. Its quote stays with its account."""
    if not places:
        return None
    best = min(places, key=lambda p: (not p.candidates, p.precision))
    return Place(best.name, None, best.precision, best.radius_m, best.candidates)


def agreed_kind(accounts: tuple[Account, ...]) -> str:
    """The kind that most accounts give, a particular one before a vague one."""
    votes = Counter(a.event.type for a in accounts)
    vague = ("attack", "killing", "other")
    return max(votes, key=lambda kind: (kind not in vague, votes[kind], -list(votes).index(kind)))


def name_incident(account: Account) -> str:
    """A readable id that stays: the founding account's day and place, and a digest of what founded it."""
    event = account.event
    day = event.when.start.isoformat() if event.when else "undated"
    digest = hashlib.sha256(f"{account.document}#{account.index}".encode()).hexdigest()[:8]
    return "-".join(part for part in (day, slug(event.where), digest) if part)


def slug(place: Place | None) -> str:
    """The place's best Latin name in lower-case letters and hyphens; "" where it has none."""
    if place is None:
        return ""
    at = likeness.point(place)
    for name in (place.name, at.name if at else ""):
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        words = re.findall(r"[a-z0-9]+", plain)
        if words:
            return "-".join(words)[:40]
    return ""


def title_of(kind: str, where: Place | None, when: DateSpan | None) -> str:
    """A plain heading: kind, place, day."""
    name = kind.replace("_", " ").capitalize()
    place = f" at {where.name}" if where else ""
    day = f", {when.start.day} {when.start:%B %Y}" if when and when.start == when.end else ""
    return f"{name}{place}{day}"
