"""Claims of one text that speak of the same event become one incident, by what their records say.

The Arabic reader and the language model's claims are joined here; the common cascade joins drafts (reader/merging).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from dalil.claims.folding import fold
from dalil.records import Claim, DateSpan, Place, TextIncident, Toll, Victim

VIOLENT = frozenset(("airstrike", "barrel_bomb", "missile", "shelling", "explosion", "chemical", "shooting", "stabbing",
                     "killing", "execution", "ground_assault", "attack", "torture", "arson"))  # fmt: skip
VAGUE = {"attack": 1, "killing": 2, "ground_assault": 3}
SILENT = frozenset(("movement", "ceasefire", "other"))


@dataclass(frozen=True, slots=True)
class Told:
    """A claim with what its words say of its tie to the claims before it."""

    claim: Claim
    line: int
    again: bool = False  # "second", "another": a new event
    rising: bool = False  # the toll rose: the latest figure stands
    same: bool = False  # "the attack", "the shelling": the event told before
    bare: bool = False  # says nothing of its own
    around: tuple[str, ...] = ()  # the exact places that its words name besides its own


@dataclass(slots=True)
class Event:
    """An incident in the making: its claims and their indices in the reading."""

    told: list[Told] = field(default_factory=list)
    indices: list[int] = field(default_factory=list)


def incidents_of(told: list[Told]) -> tuple[TextIncident, ...]:
    """The incidents of one text, most important first."""
    events: list[Event] = []
    for n, t in enumerate(told):
        if t.claim.status not in ("reported", "attempted") or t.claim.type in SILENT:
            continue
        home = next((e for e in reversed(events) if _joins(e, t)), None)
        if home is None:
            if t.bare and (events or t.claim.type in VAGUE):
                continue
            home = Event()
            events.append(home)
        home.told.append(t)
        home.indices.append(n)
    return by_importance(events)


def by_importance(events: list[Event]) -> tuple[TextIncident, ...]:
    """The events as incidents: many dead or hurt, much told and early told come first."""
    made = [(_score(e), _made(e)) for e in events]
    made.sort(key=lambda x: -x[0])
    return tuple(m for _, m in made)


def may_be_one(event: Event, claim: Claim) -> bool:
    """Whether type, days and places of the claim contradict none of the event's claims."""
    if not _kindred({t.claim.type for t in event.told}, claim.type):
        return False
    others = [t.claim for t in event.told]
    if any(_apart(x.when, claim.when) for x in others):
        return False
    places = [x.where for x in others if x.where is not None]
    return claim.where is None or not places or any(_alike(p, claim.where) for p in places)


def _kindred(kinds: set[str], kind: str) -> bool:
    return kind in kinds or (kind in VIOLENT and bool(kinds & VIOLENT))


def _joins(event: Event, t: Told) -> bool:
    c = t.claim
    kinds = {x.claim.type for x in event.told}
    if not _kindred(kinds, c.type):
        return False
    if t.again and not t.rising:
        return False
    for x in event.told:
        if _apart(x.claim.when, c.when):
            return False
    places = [x.claim.where for x in event.told if x.claim.where is not None]
    exact = [p for p in places if p.precision < 3]
    near = any(p.name in t.around for p in exact)
    if c.where is not None and places and not near and not any(_alike(p, c.where) for p in (exact or places)):
        return False
    if t.rising or t.same or (c.where is not None and places):
        return True
    typed = {x for x in kinds if x not in VAGUE}
    other = c.type not in VAGUE and typed and c.type not in typed
    return not (other and c.where is None and (c.killed or c.injured) and not t.same)


def _alike(a: Place, b: Place) -> bool:
    x, y = (fold(p.name).text.removeprefix("ال").replace(" ", "") for p in (a, b))
    return x in y or y in x or (a.precision >= 3) != (b.precision >= 3)


def _apart(a: DateSpan | None, b: DateSpan | None) -> bool:
    if a is None or b is None:
        return False
    return b.start > a.end or a.start > b.end


def _value(t: Toll | None) -> int:
    return next((n for n in (t.best, t.low, t.high) if n is not None), -1) if t is not None else -1


def _score(e: Event) -> float:
    dead = max((_value(t.claim.killed) for t in e.told), default=0)
    hurt = max((_value(t.claim.injured) for t in e.told), default=0)
    return (
        3 * min(max(dead, 0), 10) ** 0.5
        + 1.5 * min(max(hurt, 0), 10) ** 0.5
        + len(e.told) * 0.5
        + 6 / (1 + e.told[0].line)
    )


def _made(e: Event) -> TextIncident:
    claims = [t.claim for t in e.told]
    kind = max(claims, key=lambda c: (c.type not in VAGUE, VAGUE.get(c.type, 0))).type
    status = "attempted" if all(c.status == "attempted" for c in claims) else "reported"
    whens = [c.when for c in claims if c.when is not None]
    wheres = [c.where for c in claims if c.where is not None]
    return TextIncident(
        kind, status, next((w for w in whens if w.precision == "day"), whens[0] if whens else None),
        min(wheres, key=lambda p: p.precision) if wheres else None,
        _toll(e, "killed"), _toll(e, "injured"), _toll(e, "missing"),
        _unique(s for c in claims for s in c.suspects), _persons(claims),
        _unique(x for c in claims for x in c.targets), _unique(w for c in claims for w in c.weapons),
        next((c.footage for c in claims if c.footage is not None), None), tuple(e.indices),
    )  # fmt: skip


def _toll(e: Event, name: str) -> Toll | None:
    """The latest figure where one says that it rose, else the highest."""
    rising = [t for t in e.told if t.rising and getattr(t.claim, name) is not None]
    if rising:
        return getattr(rising[-1].claim, name)
    tolls = [getattr(t.claim, name) for t in e.told if getattr(t.claim, name) is not None]
    if not tolls:
        return None
    best = max(tolls, key=_value)
    groups = best.groups or next((t.groups for t in tolls if t.groups), ())
    return replace(best, groups=groups)


def _persons(claims: list[Claim]) -> tuple[Victim, ...]:
    """The people of an event: a group that a later claim counts alike is the one told before (headline and lead)."""
    out: list[Victim] = []
    for claim in claims:
        earlier = len(out)
        for v in claim.victims:
            n = next((n for n, old in enumerate(out) if _same_people(old, v, n < earlier)), None)
            if n is None:
                out.append(v)
            elif v != out[n]:
                old = out[n]
                mentions = tuple(dict.fromkeys((*old.mentions, *v.mentions)))
                quotes = tuple(dict.fromkeys((*old.quotes, *v.quotes)))
                out[n] = replace(old, mentions=mentions, quotes=quotes, age=old.age or v.age, sex=old.sex or v.sex)
    return tuple(out)


def _same_people(old: Victim, new: Victim, told_before: bool) -> bool:
    """Whether two entries are one: the same first words, or, of an earlier claim, so many people of the same fate."""
    if old.mentions[0].casefold() == new.mentions[0].casefold() and old.effect == new.effect:
        return True
    counted = told_before and not (old.named or new.named) and old.effect == new.effect and old.sex == new.sex
    return counted and new.count is not None and new.count > 1 and old.count == new.count


def _unique(things) -> tuple:
    out = {}
    for x in things:
        out.setdefault((x.mentions[0].casefold(), getattr(x, "attribution", ""), getattr(x, "kind", "")), x)
    return tuple(out.values())
