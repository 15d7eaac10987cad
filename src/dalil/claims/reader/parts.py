"""Putting the phrases that were found into the parts of a mention: victim, target, weapon or doer."""

from __future__ import annotations

from dalil.claims.reader.marking import Line
from dalil.claims.reader.mention import Mention
from dalil.claims.reader.phrases import Phrase


def sort_fallen(m: Mention, phrases: list[Phrase]) -> None:
    """Puts the phrases that an act fell upon among victims or targets; a bare name may be a place and is left."""
    for p in phrases:
        if p.kind == "target":
            if not _settled(m.line, p):
                m.targets.append(p)
        elif p.kind == "name" and p.age is None and p.i and m.line.w[p.i - 1] in ("in", "at", "the"):
            continue  # "a fatal shooting in X", "at the X": where, not whom
        elif p.kind != "name" or p.age is not None or m.effect in ("death", "injury", "abducted"):
            m.victims.append(p)


def _settled(line: Line, p: Phrase) -> bool:
    """Whether the phrase names a settlement ("Kafr X village", "the town of X"): that is where, not what was hit."""
    if line.shout or not line.is_(p.stop - 1, "settlement"):
        return False
    called = p.stop + 1 < line.n and line.is_(p.stop, "of") and bool(line.cap[p.stop + 1])
    return called or (p.head > p.core and bool(line.cap[p.core]))


def add_doers(m: Mention, phrases: list[Phrase]) -> None:
    for p in list(phrases):
        q = _body_of(m.line, p)
        if q is not None:
            m.agents.append(q)
    for p in phrases:
        if p.kind in ("weapon", "target"):
            m.weapons.extend([p] if p.kind == "weapon" else [])
        else:
            m.agents.append(p)


def _body_of(line: Line, p: Phrase) -> Phrase | None:
    """The body that the doers belong to: "guerrillas of the Northern Front"."""
    if p.kind not in ("people", "name") or not line.is_(p.j, "of"):
        return None
    n = p.j + 1
    q = line.owner[n] if n < line.n else None
    return (
        q
        if q is not None and q.kind == "actor" and q.entry.a in ("armed_group", "state_force", "state", "government")
        else None
    )
