"""Whom a claim names as doer and on what footing; what was hit, and with what."""

from __future__ import annotations

from dataclasses import replace

from dalil.claims.reader.drafts import Draft
from dalil.claims.reader.marking import Line
from dalil.claims.reader.people import spans
from dalil.claims.reader.phrases import Phrase
from dalil.records import Suspect, Target, Weapon

STATES = ("state", "state_force", "government")
VOICES = ("monitor", "medium", "rescuer", "un_agency", "ngo", "official")


def suspects_of(d: Draft) -> list[tuple[str, Suspect]]:
    """The doers of the claim with their keys, each on the footing on which the text puts it.

    Doers of one key are one: the key of a known actor is the state or group at its root, else its words.
    """
    out: list[tuple[str, Suspect]] = []
    line = d.line
    for m in d.mentions:
        for p in m.agents:
            owned = _speaks_of_itself(d, p)
            if owned is not None and (kind := _kind(line, owned)) is not None:
                words = tuple(line.quote(i, j) for i, j in spans(owned))
                out.append((_key(line, owned), Suspect(tuple(q.text for q in words), kind, "claimed", None, words)))
            kind = _kind(line, p)
            if kind is None:
                continue
            words = [line.quote(i, j) for i, j in spans(p, titled=True)]
            footing, by = footing_of(d, line, p, m.i)
            made = Suspect(tuple(dict.fromkeys(q.text for q in words)), kind, footing, by, tuple(words))
            out.append((_key(line, p), made))
        if m.entry.cat == "noun" or m.frame == "hit":
            out.extend(_by_adjective(d, line, m.i))
    for p in line.phrases:
        if p.kind == "actor" and (found := _blamed(line, p)) is not None and (kind := _kind(line, p)) is not None:
            words = [line.quote(i, j) for i, j in spans(p, titled=True)]
            by = d.speaker.name if d.speaker is not None and found == "accused" else None
            out.append((_key(line, p), Suspect(tuple(q.text for q in words), kind, found, by, tuple(words))))
        if p.kind == "weapon" and any(
            m.frame in ("event", "hit", "harm", "drop", "boom", "launch") for m in d.mentions
        ):
            out.extend(_by_adjective(d, line, p.head))
    return out


def _speaks_of_itself(d: Draft, p: Phrase) -> Phrase | None:
    """The speaker who says that he or his own did it: "the group said it had carried out the attack"."""
    saying = d.saying
    if saying is None or saying.who is None or saying.entry.a not in ("say", "claim", "confess"):
        return None
    line, who = d.line, saying.who
    its = line.w[p.i] in ("it", "they", "we", "he", "she", "i") or line.w[p.i] in ("its", "their", "our")
    near = 0 <= p.i - line.end(saying.k) <= 2
    return who if its and near and who.kind in ("actor", "people", "name") and (p.kind != "name") else None


def _blamed(line: Line, p: Phrase) -> str | None:
    """Whether the sentence puts the act on `p` outside the act's own words: claimed, blamed, attributed."""
    k = p.j
    while k < line.n and (line.is_(k, "adv") or line.is_(k, "have") or line.is_(k, "aux")):
        k += 1
    e = line.entry(k, "speech") if k < line.n else None
    if e is not None and e.a in ("confess", "disown"):
        return "claimed" if e.a == "confess" else "denied"
    for x in range(p.i - 1, max(-1, p.i - 4), -1):
        e = line.entry(x, "speech")
        if e is not None and e.a == "accuse":
            return "accused"
        if line.w[x] in ("by",) and (c := line.entry(line.cover[x - 1], "speech")) is not None and c.a == "confess":
            return "claimed"
    return None


def _key(line: Line, p: Phrase) -> str:
    for k in range(p.i, p.j):
        e = line.entry(k, "actor") or line.entry(k, "demonym")
        if e is not None and e.c:
            return e.c
    return " ".join(line.w[p.core : p.stop])


def merge_suspects(found: list[tuple[str, Suspect]]) -> tuple[Suspect, ...]:
    """One entry a doer, in order of first mention; a doer who is once called suspected stays so."""
    out: dict[str, Suspect] = {}
    for key, new in found:
        old = out.get(key)
        if old is None:
            out[key] = new
            continue
        merged = replace(
            old,
            mentions=tuple(dict.fromkeys((*old.mentions, *new.mentions))),
            quotes=tuple(dict.fromkeys((*old.quotes, *new.quotes))),
            kind="state" if "state" in (old.kind, new.kind) else old.kind,
        )
        if old.attribution == "stated" and new.attribution != "stated":
            merged = replace(merged, attribution=new.attribution, by=new.by)
        out[key] = merged
    return tuple(out.values())


def _kind(line: Line, p: Phrase) -> str | None:
    e = p.entry
    if p.kind == "people" and p.group in ("soldier", "police", "fighter"):
        inside = next(
            (x for k in range(p.i, p.j) if (x := line.entry(k, "actor") or line.entry(k, "demonym")) is not None), None
        )
        if inside is not None and inside.a in STATES and p.group != "fighter":
            return "state"
    if p.kind == "actor" and e is not None:
        if e.a in STATES:
            return "state"
        return None if e.a in VOICES else "group"
    if p.kind in ("people", "name"):
        return "person"
    return None


def _by_adjective(d: Draft, line: Line, i: int) -> list[tuple[str, Suspect]]:
    """The state that an adjective before the noun of the act names: a suspected Russian air raid."""
    out = []
    for k in range(i - 1, max(-1, i - 4), -1) if "demonym" in line.at else ():
        e = line.entry(k, "demonym")
        if e is not None:
            q = line.quote(k, line.end(k))
            footing, by = footing_of(d, line, Phrase("actor", k, line.end(k), k, k), i)
            out.append((e.c or e.b, Suspect((q.text,), "state", footing, by, (q,))))
            break
        if line.is_(k, "det") or line.is_(k, "prep") or not line.w[k][0].isalpha():
            break
    return out


def footing_of(d: Draft, line: Line, p: Phrase, i: int) -> tuple[str, str | None]:
    """stated, suspected, accused, claimed or denied, and by whom where the text says."""
    for k in line.at.get("cue", ()):
        if not p.i - 8 <= k <= max(p.j, i):
            continue
        cue = line.entry(k, "cue")
        if p.i - k > 5 and any(line.w[x] in (",", ";") or line.owner[x] is not None for x in range(k, p.i)):
            continue  # further off only in a chain of verbs: "thought to have been carried out by"
        if cue.a == "suspected" and not (p.j <= k and k - p.j > 3):
            return "suspected", d.speaker.name if d.speaker else None
    for k in line.at.get("speech", ()):
        e = line.entry(k, "speech")
        if e.a == "confess":
            return "claimed", None
        if e.a == "accuse":
            return "accused", d.speaker.name if d.speaker else None
        if e.a == "deny" and k >= p.j and k - p.j <= 4:
            return "denied", line.quote(p.core, p.j).text
    if d.speaker is not None and d.saying is not None and d.saying.entry.a in ("claim", "accuse"):
        return "accused", d.speaker.name
    return "stated", d.speaker.name if d.speaker else None


def targets_of(d: Draft) -> tuple[Target, ...]:
    """What was hit, by the bare words of each phrase."""
    out = []
    for m in d.mentions:
        for p in m.targets:
            q = d.line.quote(p.core, p.stop)
            out.append(Target((q.text,), p.entry.a if p.entry is not None else "other", (q,)))
    return merge_things(out)


def weapons_of(d: Draft) -> tuple[Weapon, ...]:
    """Every weapon that the claim's sentence names."""
    out = []
    if not any(
        m.frame in ("event", "hit", "harm", "drop", "boom", "throw", "launch", "fire", "damage", "die", "state")
        for m in d.mentions
    ):
        return ()
    for m in d.mentions:
        named = next((e for e in d.line.lx.single.get(d.line.w[m.i], ()) if e.cat == "weapon"), None)
        if m.entry.cat == "noun" and m.j > m.i + 1 and named is not None:  # mortar fire, a chlorine attack
            q = d.line.quote(m.i, m.i + 1)
            out.append(Weapon((q.text,), named.a, (q,)))
    for p in d.line.phrases:
        if p.kind == "weapon" and p.entry is not None:
            q = d.line.quote(p.core, p.stop)
            out.append(Weapon((q.text,), p.entry.a, (q,)))
    return merge_things(out)


def merge_things(things: list) -> tuple:
    """The same things with those of one name put together, in order of first mention."""
    out: list = []
    for thing in things:
        words = {x.lower() for x in thing.mentions}
        for n, old in enumerate(out):
            if words & {x.lower() for x in old.mentions}:
                quotes = tuple(dict.fromkeys((*old.quotes, *thing.quotes)))
                merged = replace(old, mentions=tuple(dict.fromkeys((*old.mentions, *thing.mentions))), quotes=quotes)
                out[n] = merged
                break
        else:
            out.append(thing)
    return tuple(out)
