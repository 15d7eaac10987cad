"""Counts out of phrases: what a list of people adds up to, and which part of it is children, women or medics."""

from __future__ import annotations

from dataclasses import replace

from dalil.claims.reader.marking import Line
from dalil.claims.reader.mention import Mention
from dalil.claims.reader.numbers import Amount
from dalil.claims.reader.phrases import Phrase
from dalil.claims.reader.walking import list_on
from dalil.records import GroupToll, Toll

PLURAL = 2  # the least that a plural without a figure says
EFFECT_TOLL = {"death": "killed", "injury": "injured", "shot": "injured", "stabbed": "injured", "missing": "missing"}


def amount_of(line: Line, p: Phrase) -> Amount | None:
    """How many people the phrase speaks of; None where it only points back ("the victims", "they")."""
    if p.amount is not None:
        return p.amount
    if paired(line, p):
        return Amount(2, 2, 2, p.i, p.j)
    if p.kind == "name" or p.name is not None:
        return Amount(1, 1, 1, p.i, p.j)
    if p.kind == "actor":
        return Amount(1, 1, 1, p.i, p.j) if line.is_(p.i, "indef") else None
    sized = _sized(line, p)
    if sized is not None:
        return sized
    if p.plural:
        return None if p.definite else Amount(PLURAL, None, None, p.i, p.j, vague=True)
    return Amount(1, 1, 1, p.i, p.j)


def paired(line: Line, p: Phrase) -> bool:
    """Whether the phrase is a couple or twins, as a headline's "Ostrow Couple" is, too."""
    if p.amount is not None:
        return False
    return line.is_(p.head, "pair") if p.kind == "people" else p.kind == "name" and line.is_(p.stop - 1, "pair")


def _sized(line: Line, p: Phrase) -> Amount | None:
    """a family of five, a group of at least 20 men."""
    if p.j + 1 < line.n and line.w[p.j] == "of":
        q = line.owner[p.j + 1]
        if q is not None and q.i == p.j + 1 and q.amount is not None and q.kind in ("number", "people"):
            return q.amount
    return None


def added(amounts: list[Amount]) -> tuple[int | None, int | None, int | None] | None:
    """The sum of several amounts, each bound known only where all know it (a low bound where any has one)."""
    if not amounts:
        return None
    lows = [a.low if a.low is not None else a.best for a in amounts]
    low = sum(x for x in lows if x is not None) if any(x is not None for x in lows) else None
    best = sum(a.best for a in amounts) if all(a.best is not None for a in amounts) else None
    high = sum(a.high for a in amounts) if all(a.high is not None for a in amounts) else None
    if len(amounts) == 1:
        low = amounts[0].low
    elif best is None and high is not None and low == high:
        best = low
    return low, best, high


def toll_of(mentions: list[Mention], kind: str) -> Toll | None:
    """The toll of one kind (killed, injured, missing) that the mentions of one claim tell together."""
    best: Toll | None = None
    used: set[int] = set()
    told: list[Phrase] = []
    for m in mentions:
        if EFFECT_TOLL.get(m.effect) != kind:
            continue
        victims = [p for p in m.victims if id(p) not in used]
        amounts = [a for p in victims if (a := amount_of(m.line, p)) is not None]
        bounds = added(amounts)
        if bounds is None:
            continue
        used.update(id(p) for p in victims)
        made = Toll(*bounds, m.line.quote(min(p.i for p in victims), max(p.j for p in victims)))
        best = made if best is None else _together(best, made, m, told)
        told.extend(victims)
    return best


def value(t: Toll | None) -> int | None:
    """The figure that stands for a toll: best, else low, else high."""
    return None if t is None else next((n for n in (t.best, t.low, t.high) if n is not None), None)


def _together(a: Toll, b: Toll, m: Mention, told: list[Phrase]) -> Toll:
    """Two counts of one sentence: a part is not added to the whole; separate counts are."""
    if m.latest:
        return b
    if m.voice == "modifier" or any(p.definite or p.kind == "pronoun" for p in m.victims):
        return a
    if (value(a) or 0) == 0 or (value(b) or 0) == 0:
        return a if (value(a) or 0) else b
    sides_a, sides_b = sides(m.line, told), sides(m.line, m.victims)
    also = any(p.other for p in m.victims)
    singly = value(a) == len(told) and value(b) == len(m.victims)
    if not (also or singly or (sides_a and sides_b and not sides_a & sides_b)):
        return a if value(a) >= value(b) or m.voice != "reduced" else b

    def plus(x, y):
        return None if x is None or y is None else x + y

    quote = a.quote if a.quote.start < b.quote.start else b.quote
    return Toll(plus(a.low, b.low), plus(a.best, b.best), plus(a.high, b.high), quote)


def groups_of(line: Line, mentions: list[Mention], kind: str) -> tuple[GroupToll, ...]:
    """The parts of a toll that are told by kind of person: the victims themselves, and those after "including"."""
    out: dict[str, GroupToll] = {}
    telling = [m for m in mentions if EFFECT_TOLL.get(m.effect) == kind]
    for m in telling:
        for p in m.victims:
            _count_group(line, p, out)
        end = max((p.j for p in m.victims), default=m.j)
        for k in range(end, min(line.n, max(end, m.j) + 12)) if "include" in line.classes else ():
            if line.is_(k, "include"):
                for p in _included(line, k):
                    _count_group(line, p, out)
                break
            if k > max(end, m.j) and line.entry(k, "verb") is not None and line.owner[k] is None:
                break
    for p in line.phrases if telling else ():
        if p.kind == "number" and p.j + 2 < line.n and line.w[p.j] == "of" and line.is_(p.j + 1, "pron"):
            part = next(
                (q for x in range(p.j + 2, min(line.n, p.j + 5)) if (q := line.owner[x]) is not None and q.group), None
            )
            if part is not None:
                a = p.amount
                out.setdefault(part.group, GroupToll(part.group, a.low, a.best, a.high, line.quote(p.i, part.j)))
    return tuple(out.values())


def named_parts(line: Line, m: Mention) -> list[Phrase]:
    """The persons whom a count of victims names as its part: "nine people, including the union leader X"."""
    counted = [p for p in m.victims if p.amount is not None and (p.amount.value or 0) > 1]
    if m.effect not in EFFECT_TOLL or not counted or "include" not in line.classes:
        return []
    for k in range(counted[-1].j, min(line.n, counted[-1].j + 12)):
        if line.is_(k, "include"):
            return [p for p in _included(line, k) if p.name is not None and not p.plural]
        if line.w[k] == ";" or (line.entry(k, "verb") is not None and line.owner[k] is None and k > m.j):
            break
    return []


def described_groups(line: Line) -> tuple[GroupToll, ...]:
    """Parts told by a predicate of the victims: "many victims were infants", "most of the dead were women"."""
    out: dict[str, GroupToll] = {}
    if "victimword" not in line.classes:
        return ()
    for p in line.phrases:
        if not line.has("victimword", p.i, p.j):
            continue
        k = p.j
        if not (line.is_(k, "aux") and line.entry(k, "verb") is None):
            continue
        for x in range(k + 1, min(line.n, k + 5)):
            q = line.owner[x]
            if q is not None and q.i == x and q.group:
                for part in list_on(line, q, ("people",)):
                    amount = part.amount or p.amount
                    low = amount.low if amount is not None else PLURAL
                    best = part.amount.best if part.amount is not None else None
                    out.setdefault(part.group, GroupToll(part.group, low, best, best, line.quote(p.i, part.j)))
                break
            if line.entry(x, "verb") is not None:
                break
    return tuple(out.values())


def _included(line: Line, k: int) -> list[Phrase]:
    j = line.end(k)
    while j < line.n and (line.is_(j, "include") or line.is_(j, "aux") or line.is_(j, "adv") or line.w[j] == ","):
        j = line.end(j)
    p = line.owner[j] if j < line.n else None
    return list_on(line, p, ("people", "name", "number")) if p is not None and p.i <= j else []


def _count_group(line: Line, p: Phrase, out: dict[str, GroupToll]) -> None:
    if not p.group or p.group in out:
        return
    a = amount_of(line, p)
    if a is None:
        a = Amount(PLURAL, None, None, p.i, p.j) if p.plural else None
    if a is not None:
        out[p.group] = GroupToll(p.group, a.low, a.best, a.high, line.quote(p.i, p.j))


def with_groups(toll: Toll | None, groups: tuple[GroupToll, ...]) -> Toll | None:
    """The toll with its parts; a toll of parts only where no whole is known."""
    if toll is None:
        return Toll(None, None, None, groups[0].quote, groups) if groups else None
    return replace(toll, groups=groups) if groups else toll


SIDES = {"fighter": "fighter", "soldier": "soldier", "police": "police"}


def sides(line: Line, victims: list[Phrase]) -> frozenset[str]:
    """Which sides the victims belong to; empty where the words may mean anyone."""
    out = set()
    for p in victims:
        if p.kind not in ("people", "name") or line.is_(p.head, "anyone"):
            return frozenset()
        out.add(SIDES.get(p.group, "civilian"))
    return frozenset(out)
