"""What stands around an incident's own record: why each account is in it, the incidents near by, the recordings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from dalil import db
from dalil.incidents import blocking, likeness, recordings, store
from dalil.incidents.profile import Profile
from dalil.records import Account, Evidence, Incident, Neighbour

# Verdict and line of the judgement on a pair of accounts.
Judged = Mapping[tuple[int, int], tuple[str, int]]
JUDGED = [
    select(db.judged_pair).where(column.in_(bindparam("numbers", expanding=True)))
    for column in (db.judged_pair.c.left, db.judged_pair.c.right)
]


def complete(conn: Connection, incident: Incident) -> Incident:
    """The incident with its accounts and why they are in it, its neighbours, and the recordings they may speak of."""
    accounts, profiles = store.load_sides(conn, incident.id)
    judged = judged_within(conn, accounts)
    made = replace(
        incident,
        accounts=with_links(accounts, profiles, judged),
        neighbours=neighbours_of(conn, incident.id, accounts, profiles, judged),
    )
    return replace(made, footage=recordings.links_of(conn, made))


def with_links(accounts: Mapping[int, Account], profiles: Mapping[int, Profile], judged: Judged) -> tuple[Account, ...]:
    """Every account but the first with the evidence that ties it to the one most like it, of those before it if any."""
    first, *rest = accounts
    linked = [accounts[first]]
    for number in rest:
        others = [n for n in accounts if n != number]
        found = {n: evidence_of(n, number, profiles[n], profiles[number], judged) for n in others}
        best = max(others, key=lambda n: (pulls(found[n]), n < number, likeness.score(found[n]), -n))
        linked.append(replace(accounts[number], link=found[best], link_to=store.ref_of(accounts[best])))
    return tuple(linked)


def pulls(evidence: tuple[Evidence, ...]) -> bool:
    """Whether the evidence could have joined the two: the evidence itself, or a person."""
    return likeness.judge(evidence) != "different" or any(e.name == "judgement" and e.left == "same" for e in evidence)


def evidence_of(left: int, right: int, one: Profile, two: Profile, judged: Judged) -> tuple[Evidence, ...]:
    """All evidence between two accounts, what a person said of them included."""
    said = judged.get((min(left, right), max(left, right)))
    by_hand = (Evidence("judgement", 0.0, said[0], str(said[1])),) if said else ()
    return (*likeness.weigh(one, two), *by_hand)


def judged_within(conn: Connection, numbers: Iterable[int]) -> dict[tuple[int, int], tuple[str, int]]:
    """Verdict and line of the judgements that stand on pairs that hold one of the accounts."""
    found, wanted = {}, sorted(numbers)
    for at in range(0, len(wanted), 500):
        for query in JUDGED:
            rows = conn.execute(query, {"numbers": wanted[at : at + 500]})
            found |= {(row.left, row.right): (row.verdict, row.seq) for row in rows}
    return found


# ------------------------------------------------------------------ near by


def neighbours_of(
    conn: Connection,
    incident_id: str,
    accounts: Mapping[int, Account],
    profiles: Mapping[int, Profile],
    judged: Judged,
) -> tuple[Neighbour, ...]:
    """The other incidents that an account of this one might be confused with, each with the pair most alike."""
    near: dict[int, Profile] = {}
    for profile in profiles.values():
        near |= dict(blocking.candidates(conn, profile, own_text=True))
    for pair in judged:
        near |= store.load_profiles(conn, set(pair) - near.keys())
    homes = {n: home for n, home in store.read_accounts(conn, near, db.account.c.incident) if home != incident_id}
    best: dict[str, tuple[float, int, int, tuple[Evidence, ...]]] = {}
    for other in sorted(homes):
        for number in accounts:
            evidence = evidence_of(number, other, profiles[number], near[other], judged)
            row = (standing_out(evidence), -number, -other, evidence)
            if homes[other] not in best or row[:3] > best[homes[other]][:3]:
                best[homes[other]] = row
    theirs = store.load_accounts(conn, [-row[2] for row in best.values()])
    found = (neighbour(home, row, accounts, theirs) for home, row in sorted(best.items()))
    return tuple(n for n in found if n)


def standing_out(evidence: tuple[Evidence, ...]) -> float:
    """How much the pair should stand for its incidents: what a person said comes before any likeness."""
    return likeness.score(evidence) + (1000 if any(e.name == "judgement" for e in evidence) else 0)


def neighbour(
    home: str,
    row: tuple[float, int, int, tuple[Evidence, ...]],
    mine: Mapping[int, Account],
    theirs: Mapping[int, Account],
) -> Neighbour | None:
    """Why the two stand apart; None where they lie too far from each other to be confused."""
    _, number, other, evidence = row
    said = next((e.left for e in evidence if e.name == "judgement"), None)
    place = next((e for e in evidence if e.name == "place"), None)
    verdict = likeness.judge(evidence)
    if said is None and verdict == "different" and (place is None or place.weight <= likeness.weights()["rules_out"]):
        return None
    apart = said == "different" or (said is None and verdict == "different")
    left, right = store.ref_of(mine[-number]), store.ref_of(theirs[-other])
    return Neighbour(home, "different" if apart else "possibly_same", evidence, left, right)
