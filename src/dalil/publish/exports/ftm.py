"""FollowTheMoney entities as JSON lines: an Event an incident, a Document a report, Organizations that are suspected,
Persons who are named among the dead, and links that say on what footing.

source: the schema of followthemoney 4 (Event, Document, Organization, Person, Documentation, UnknownLink).
Ids are digests of what an entity is made from, so that two exports of one archive meet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dalil.publish.exports.outgoing import Outgoing, at, digest, quotes, suspects, who
from dalil.records import Account, Incident, object_of

Entity = dict[str, Any]
DATASET = "dalil"


def render(going: Outgoing) -> Mapping[str, bytes]:
    """One entity a line, each id once, in the order of the incidents."""
    found: dict[str, Entity] = {}
    for incident in going.incidents:
        for entity in entities(incident, going):
            found.setdefault(entity["id"], entity)
    lines = (json.dumps(entity, ensure_ascii=False, separators=(",", ":")) for entity in found.values())
    return {"": "".join(f"{line}\n" for line in lines).encode()}


def entities(incident: Incident, going: Outgoing) -> Iterator[Entity]:
    """Everything that the incident is made of; what others point to comes first."""
    documents = {a.document: document(a) for a in incident.accounts}
    yield from documents.values()
    parties = {s.mentions[0]: party(s.mentions[0], s.kind) for s in suspects(incident)}
    dead = {name: person(name, incident) for name in named_dead(incident)}
    yield from parties.values()
    yield from dead.values()
    involved = [*(p["id"] for p in parties.values() if p["schema"] != "Person"), *(d["id"] for d in dead.values())]
    yield event(incident, going, [d["id"] for d in documents.values()], involved)
    own = digest("event", incident.id)
    for account in incident.accounts:
        told = documents[account.document]["id"]
        words = "\n".join(quote.text for quote in quotes(account))
        yield entity("Documentation", digest("documentation", own, told), document=told, entity=own,
                     role="account", summary=words)  # fmt: skip
    for suspect in suspects(incident):
        other = parties[suspect.mentions[0]]["id"]
        role = f"{suspect.attribution} attacker"
        yield entity("UnknownLink", digest("suspect", own, other), subject=other, object=own, role=role)
    for one in dead.values():
        link = digest("victim", own, one["id"])
        yield entity("UnknownLink", link, subject=one["id"], object=own, role="killed")


def event(incident: Incident, going: Outgoing, proof: list[str], involved: list[str]) -> Entity:
    """The incident; ranges stand in words, since the schema has no counts."""
    place, when = at(incident), incident.when
    return entity(
        "Event",
        digest("event", incident.id),
        name=incident.title,
        startDate=when.start.isoformat() if when else None,
        endDate=when.end.isoformat() if when else None,
        location=incident.where.name if incident.where else None,
        country=place.country.lower() if place and place.country else None,
        summary=summary(incident),
        recordId=incident.id,
        keywords=incident.type,
        notes=f"Derived under the checkpoint {going.reference}",
        proof=proof,
        involved=involved,
    )


def summary(incident: Incident) -> str:
    """The counts, and where the incident is put."""
    told = []
    for name in ("killed", "injured", "missing"):
        counted = getattr(incident, name)
        if counted:
            low = "?" if counted.low is None else counted.low
            told.append(f"{name} {low} to {counted.high}{' or more' if counted.open_above else ''}")
    place = at(incident)
    if place:
        told.append(f"at {place.lat}, {place.lon}, UCDP precision {incident.where.precision}")
    return "; ".join(told)


def document(account: Account) -> Entity:
    """A report. The schema's own checksum is SHA-1, so our SHA-256 stands in the notes."""
    return entity(
        "Document",
        digest("document", account.document),
        name=account.title or who(account),
        fileName=account.document,  # required by the schema; the name under which it was captured stays here
        title=account.title,
        author=account.author,
        publisher=account.publisher,
        publishedAt=account.published.isoformat() if account.published else None,
        language=LANGUAGES.get(account.lang or ""),
        notes=f"SHA-256 of the captured object: {object_of(account.document)}; document {account.document}",
    )


LANGUAGES = {"en": "eng", "ar": "ara"}


def party(name: str, kind: str) -> Entity:
    """Whom accounts suspect: a state or its forces, a group, or people who are only described."""
    schema = {"state": "PublicBody", "group": "Organization"}.get(kind, "LegalEntity")
    return entity(schema, digest("party", name.casefold()), name=name)


def named_dead(incident: Incident) -> list[str]:
    """The names of people who are said to be dead; of the living none leaves."""
    victims = (v for a in incident.accounts for v in a.event.victims)
    return list(dict.fromkeys(v.mentions[0] for v in victims if v.named and v.effect == "death" and v.mentions))


def person(name: str, incident: Incident) -> Entity:
    """Somebody who was killed. The same name in two incidents is two people until somebody knows better."""
    return entity("Person", digest("person", incident.id, name), name=name)


def entity(schema: str, identity: str, **properties: str | list[str] | None) -> Entity:
    """An entity as FollowTheMoney writes it: every property a list of texts."""
    told = {name: value if isinstance(value, list) else [value] for name, value in properties.items() if value}
    return {"id": identity, "schema": schema, "properties": told, "datasets": [DATASET]}
