"""What an Arabic clause tells, as records with their words: tolls, groups, victims, targets, weapons."""

from __future__ import annotations

from dalil.claims.languages.ar.events import Scene
from dalil.claims.languages.ar.people import Group
from dalil.claims.languages.ar.tolls import Harms
from dalil.claims.languages.ar.words import Line
from dalil.records import GroupToll, Quote, Target, Toll, Victim, Weapon


def quote(line: Line, i: int, j: int) -> Quote:
    """Words i..j as they stand in the text."""
    start, end = line.span(i, j)
    return Quote(start, end, line.text[start:end])


def toll_of(line: Line, harms: Harms, effect: str, rising: bool) -> Toll | None:
    """The sum of one effect over the clause, with its subgroups; None where nothing bounds it.

    Where the toll rose, the highest figure holds the others: ارتفعت الحصيلة إلى 12 بعد وفاة ثلاثة.
    """
    found = harms.of(effect)
    zero = next((h for h in found if h.zero), None)
    groups = [g for h in found for g in h.groups]
    if zero is not None and not any(g.count for g in groups):
        return Toll(0, 0, 0, quote(line, zero.k, line.end(zero.k)))
    known = [g for g in groups if g.amount is not None and g.amount.value is not None]
    if not known:
        return None
    if rising:
        known = groups = [max(known, key=lambda g: g.amount.value)]
    low = best = high = 0
    for g in known:
        m = g.amount
        least = m.low if m.low is not None else (m.best if len(known) > 1 else None)
        low = None if low is None or least is None else low + least
        best = None if best is None or m.best is None else best + m.best
        high = None if high is None or m.high is None else high + m.high
    if len(known) < len(groups):
        high = None
    i, j = min(g.i for g in groups), max(g.amount.j if g.amount else g.j for g in known)
    j = max(j, max(min(line.end(g.head), g.j) for g in known))
    return Toll(low, best, high, quote(line, i, j), _groups(line, groups))


def _groups(line: Line, groups: list[Group]) -> tuple[GroupToll, ...]:
    out: dict[str, GroupToll] = {}
    for g in [x for y in groups for x in (y, *y.parts)]:
        m = g.amount
        if not g.group or m is None:
            continue
        old = out.get(g.group)
        q = quote(line, g.i, max(line.end(g.head), g.i + 1))
        if old is None:
            out[g.group] = GroupToll(g.group, m.low, m.best, m.high, q)
        else:
            out[g.group] = GroupToll(
                g.group, _plus(old.low, m.low), _plus(old.best, m.best), _plus(old.high, m.high), old.quote
            )
    return tuple(out.values())


def _plus(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b


def victims_of(line: Line, harms: Harms, people: list[tuple[Group, str]], rescued: list[Group]) -> tuple[Victim, ...]:
    effects = {"death": "death", "injury": "injury", "missing": "unknown"}
    listed = [(g, effects.get(h.effect, h.effect)) for h in harms.found if not h.joint for g in h.groups]
    listed += [
        (p, effects.get(h.effect, h.effect)) for h in harms.found if not h.joint for g in h.groups for p in g.parts
    ]
    seen = {g.i for g, _ in listed}
    listed += [(g, e) for g, e in people if g.i not in seen]
    listed += [(g, "rescued") for g in rescued if g.i not in seen]
    out = []
    for g, effect in listed:
        if g.effect and g.amount is None and g.name is None:
            continue
        q = quote(line, g.i, g.j if g.j > g.i else g.i + 1)
        mentions = (line.said(*g.name), q.text) if g.name else (q.text,)
        quotes = (quote(line, *g.name), q) if g.name else (q,)
        out.append(
            Victim(
                mentions, g.count if g.amount is not None else None, effect, g.name is not None, g.age, g.sex, quotes
            )
        )
    return tuple(out)


def targets_of(line: Line, scene: Scene, harms: Harms) -> tuple[Target, ...]:
    names = {x for h in harms.found for g in h.groups if g.name for x in range(*g.name)}
    return tuple(
        Target((line.said(k, line.end(k)),), e.a, (quote(line, k, line.end(k)),))
        for k, e in scene.targets
        if k not in names
    )


def weapons_of(line: Line, scene: Scene) -> tuple[Weapon, ...]:
    return tuple(Weapon((line.said(k, line.end(k)),), e.a, (quote(line, k, line.end(k)),)) for k, e in scene.weapons)
