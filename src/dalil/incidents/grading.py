"""Who is said to have done it, and how well it is attested: a proposal by rule, with reasons; a person decides.

Attribution terms as UCDP and HURIDOCS use them; the grades are Airwars'. The rule is docs/linking.md, step by step.
"""

from __future__ import annotations

from collections.abc import Sequence

from dalil.incidents.parties import party_of
from dalil.incidents.profile import bounds, suspect_id
from dalil.records import Account, Attribution, Grade, Incident, Reason, Source, Suspect

TERMS = {
    "stated": "stated", "suspected": "suspected", "accused": "suspected", "claimed": "accepted", "denied": "denied",
}  # fmt: skip
ORDER = ("accepted", "stated", "suspected", "denied")
FIGHTERS = ("fighter", "soldier", "police")


def attributions_of(accounts: Sequence[Account], sources: Sequence[Source]) -> tuple[Attribution, ...]:
    """Every party that an account names, by the firmest term that is used of it, and its denials beside it."""
    named: dict[tuple[str, str], list[tuple[int, Suspect]]] = {}
    for number, account in enumerate(accounts):
        for suspect in account.event.suspects:
            if suspect.mentions:
                side = "denied" if suspect.attribution == "denied" else "named"
                named.setdefault((suspect_id(suspect), side), []).append((number, suspect))
    found = [attribution(rows, sources) for rows in named.values()]
    return tuple(sorted(found, key=lambda a: (a.term == "denied", -a.sources, a.accounts)))


def attribution(rows: list[tuple[int, Suspect]], sources: Sequence[Source]) -> Attribution:
    """One party, as all who name it do together."""
    term = min((TERMS[s.attribution] for _, s in rows), key=ORDER.index)
    accounts = tuple(dict.fromkeys(n for n, _ in rows))
    resting = sum(1 for source in sources if set(source.accounts) & set(accounts))
    known = next((p for _, s in rows for m in s.mentions if (p := party_of(m))), None)
    return Attribution(known.name if known and len(rows) > 1 else rows[0][1].mentions[0], term, accounts, resting)


def grade_of(incident: Incident, set_grade: Grade | None = None) -> Grade:
    """The grade that stands: what a person set, with what the rule proposes beside it, else the proposal."""
    grade, reasons = propose(incident)
    if set_grade is None:
        return Grade(grade, grade, reasons)
    return Grade(set_grade.grade, grade, reasons, set_grade.judgement, set_grade.by, set_grade.why)


def propose(incident: Incident) -> tuple[str, tuple[Reason, ...]]:
    """The first grade whose condition holds, with everything that speaks for it: discounted, confirmed, contested,
    fair, weak."""
    sources = len(incident.sources)
    counted = sources_reason(incident)
    if only_fighters(incident):
        return "discounted", (Reason("only_fighters"), *counted)
    blamed = [a for a in incident.attributions if a.term != "denied"]
    denied = [a for a in incident.attributions if a.term == "denied"]
    disputed = (Reason("tolls_disputed"),) if incident.killed and incident.killed.disputed else ()
    rivals = tuple(Reason("blames", (a.actor, a.term, str(a.sources))) for a in blamed if len(blamed) > 1)
    accepted = next((a for a in blamed if a.term == "accepted"), None)
    if accepted:
        return "confirmed", (Reason("accepted_by", (accepted.actor,)), *rivals, *disputed, *counted)
    if at_odds(incident.accounts):
        return "contested", (Reason("several_blamed", (str(len(blamed)),)), *rivals, *disputed, *counted)
    denials = tuple(Reason("denies", (a.actor,)) for a in denied)
    if blamed and blamed[0].sources >= 2:
        reason = Reason("agreed_blame", (blamed[0].actor, str(blamed[0].sources)))
        return "fair", (reason, *rivals, *denials, *disputed, *counted)
    if not blamed:
        return "weak", (Reason("nobody_blamed"), *denials, *disputed, *counted)
    reason = Reason("one_source_blames" if sources > 1 else "one_source", (blamed[0].actor,))
    return "weak", (reason, *rivals, *denials, *disputed, *counted)


def at_odds(accounts: Sequence[Account]) -> bool:
    """Whether two accounts name wholly different parties; one that leaves it open between two is at odds with none
    of them."""
    named = {frozenset(suspect_id(s) for s in a.event.suspects if s.mentions and s.attribution != "denied")
             for a in accounts} - {frozenset()}  # fmt: skip
    return any(one.isdisjoint(other) for one in named for other in named)


def sources_reason(incident: Incident) -> tuple[Reason, ...]:
    """How many accounts and how many independent sources there are, and who is quoted by several accounts."""
    several = tuple(
        Reason("counts_once", (s.name, str(len(s.accounts)))) for s in incident.sources if len(s.accounts) > 1
    )
    return (Reason("sources", (str(len(incident.accounts)), str(len(incident.sources)))), *several)


def only_fighters(incident: Incident) -> bool:
    """Whether everybody harmed is a fighter by every account that counts anybody harmed."""
    counted = [a for a in incident.accounts if a.event.killed and bounds(a.event.killed)[0] > 0]
    return bool(counted) and all(fighters_alone(a) for a in counted)


def fighters_alone(account: Account) -> bool:
    """Whether the account's fighters killed make up its whole toll, and nobody else is said to be harmed."""
    toll = account.event.killed
    fighters = sum(bounds_low(g.low, g.best, g.high) for g in toll.groups if g.group in FIGHTERS)
    others = [g for g in toll.groups if g.group not in FIGHTERS and bounds_low(g.low, g.best, g.high) > 0]
    hurt = account.event.injured
    return not others and fighters >= bounds(toll)[0] > 0 and (hurt is None or bounds(hurt)[0] == 0)


def bounds_low(low: int | None, best: int | None, high: int | None) -> int:
    """The lowest count that is stated."""
    return next((n for n in (low, best, high) if n is not None), 0)
