"""Who did what to whom: every trigger of an event in a sentence with the phrases that play a part in it.

How a trigger finds its people follows from its frame (a column of the lexicon): a harming verb takes its victims from
its object, or from its subject where it is passive; an event noun from "of", "on" and "by". docs/reading.md tells each.
"""

from __future__ import annotations

from itertools import pairwise

from dalil.claims.reader import noun_frames, verb_frames
from dalil.claims.reader.lexicon import Entry
from dalil.claims.reader.marking import Line
from dalil.claims.reader.mention import DOERS, PEOPLE, Mention
from dalil.claims.reader.parts import add_doers
from dalil.claims.reader.phrases import Phrase
from dalil.claims.reader.walking import subject


def mentions_of(line: Line) -> list[Mention]:
    """Every trigger of the sentence in order, its parts found."""
    out: list[Mention] = []
    partible = line.lx.parted
    for k, m in enumerate(line.marks):
        if line.w[k] in partible and (parted := _parted(line, k)) is not None:
            out.append(parted)
            continue
        if m is None or (m[1].act is None and "fatally" not in m[1].classes):
            continue
        owner = line.owner[k]
        if line.is_(k, "fatally") and (part := _fatally(line, k)) is not None:
            out.append(part)
            continue
        entry = None if line.is_(k, "monthname") and (line.cap[k] == 1 or line.shout) else trigger_at(line, k)
        if entry is None:
            continue
        if owner is not None and owner.kind != "pronoun" and owner.kind != "number":
            if owner.state is not None and owner.state in m[1] and owner.kind == "people":
                out.append(_described(line, k, m[0], owner))
            continue
        mention = Mention(line, k, m[0], entry, entry.c)
        FRAMES.get(entry.a, verb_frames.plain)(mention)
        if entry.a == "drop" and not mention.weapons and "aircraftword" not in line.classes:
            continue  # "dropped off his children", "dropped his knife"
        out.append(mention)
    _hand_on(out)
    return out


def _hand_on(mentions: list[Mention]) -> None:
    """launched a raid, a raid carried out by X: the doer of the launch is the raid's."""
    for m, after in pairwise(mentions):
        if m.frame == "launch" and m.agents and after.entry.cat == "noun" and not after.agents and after.i - m.j <= 8:
            after.agents = list(m.agents)
        if after.frame == "launch" and after.voice == "passive" and m.entry.cat == "noun" and not m.agents:
            m.agents = list(after.agents)


def trigger_at(line: Line, k: int) -> Entry | None:
    """The act that the word at k tells: as a noun where it may be both and stands like one."""
    found = [e for e in line.marks[k][1] if e.cat in ("verb", "noun")]
    if not found or any(e.cat == "idiom" for e in line.marks[k][1]):
        return None
    if (
        k
        and (p := line.owner[k - 1]) is not None
        and p.kind == "number"
        and p.amount.value == 1
        and p.i
        and found[0].c == "shot"
    ):
        before = line.entry(p.i - 1, "verb")
        if before is not None and before.a == "fire":
            return None  # "fired one shot"
    if found[0].c == "shot" and _filmed(line, k):
        return None
    if line.is_(k, "unit") and k and line.w[k - 1][0].isdigit():
        return None  # "230 pounds"
    after = line.entry(k + 1, "verb")
    if found[0].c == "shot" and _a_shot(line, k):
        return None
    being = line.entry(k + 2, "verb") if k + 1 < line.n and line.w[k + 1] == "being" else None
    if found[0].c == "shot" and any(
        e is not None and e.a == "fire" and e.form in ("past", "part") for e in (after, being)
    ):
        return None  # "the only shot fired", "a single shot being fired"
    verbs = [e for e in found if e.cat == "verb"]
    nouns = [e for e in found if e.cat == "noun"]
    if not verbs or not nouns:
        return found[0]
    j = line.end(k)
    forms = {e.form for e in verbs}
    owner = line.owner[j] if j < line.n else None
    takes = owner is not None and owner.i == j and owner.kind not in ("weapon",) and not line.is_(j, "prep")
    led = k > 0 and (line.is_(k - 1, "det") or (line.is_(k - 1, "of") and not takes))
    if nouns[0].a == "state" or forms & {"past", "part"}:
        return nouns[0] if line.is_(k - 1, "defin") and not takes else verbs[0]
    if "ing" in forms:
        return verbs[0] if takes and not led else nouns[0]
    base = k > 0 and (line.w[k - 1] == "to" or line.is_(k - 1, "modal") or line.is_(k - 1, "do"))
    before = line.owner[k - 1] if k else None
    listed = k > 0 and line.w[k - 1] == "," and "s" in forms
    if base or (takes and not led and (listed or (before is not None and before.kind in DOERS))):
        return verbs[0]
    return nouns[0]


def _a_shot(line: Line, k: int) -> bool:
    """Whether "shot" is a noun: "heard the shot", "with each shot"; "left her shot in the leg" has none."""
    led = line.w[k] == "shot" and k > 0 and line.is_(k - 1, "det") and not line.is_(k - 1, "female")
    after = line.owner[k + 1] if k + 1 < line.n else None
    return led and not (after is not None and after.kind in PEOPLE)


def _parted(line: Line, k: int) -> Mention | None:
    """The verb whose particle stands behind its object: "picks the boy up", "blew the house up"."""
    options = [(rest, verb) for rest, verb in line.lx.parted[line.w[k]] if rest[0] in line.w[k + 2 :]]
    p = line.owner[k + 1] if options else None
    if p is None or p.i != k + 1 or p.kind not in (*PEOPLE, "target") or line.entry(k, "verb") is not None:
        return None
    for rest, verb in options:
        if tuple(line.w[p.j : p.j + len(rest)]) != rest:
            continue
        safe = line.has("rubble", p.j, line.n)
        if verb.a == "rescue" and not safe:
            return None
        made = Mention(line, k, p.j + len(rest), verb, verb.c, "active")
        (made.targets if p.kind == "target" else made.victims).append(p)
        if verb.a != "rescue":
            add_doers(made, subject(line, k, DOERS))
        return made
    return None


FATAL = Entry("noun", "state", "killing", "death", "sg")


def _fatally(line: Line, k: int) -> Mention | None:
    """The dead of "four were shot, one fatally": a figure with "fatally" and no verb of its own."""
    p = line.owner[k - 1] if k else None
    x = k - 1
    if p is None and k > 2 and line.is_(x, "pron") and line.is_(x - 1, "of"):
        p = line.owner[x - 2]  # "three of them fatally"
    if p is not None and p.kind == "pronoun" and k > 2 and line.is_(x - 1, "of"):
        p = line.owner[x - 2]
    closed = k + 1 >= line.n or not (line.w[k + 1][0].isalnum() and line.entry(k + 1, "verb") is not None)
    if p is None or p.kind not in ("number", "people") or p.amount is None or not closed:
        return None
    return Mention(line, k, k + 1, FATAL, "death", victims=[p])


def _filmed(line: Line, k: int) -> bool:
    """Whether what was shot at k is a film: the video, credited to X and shot on Friday."""
    if (k and line.is_(k - 1, "aux")) or (
        k + 1 < line.n and not line.is_(k + 1, "prep") and line.w[k + 1][0].isalnum()
    ):
        return False
    for x in range(k - 1, max(-1, k - 12), -1):
        if line.is_(x, "footage"):
            return True
        p = line.owner[x]
        if p is not None and p.kind in PEOPLE and p.i == x and line.w[x - 1] not in ("to", "by"):
            return False
    return False


def _described(line: Line, k: int, j: int, owner: Phrase) -> Mention:
    """The outcome that a modifier tells: "the wounded man"."""
    return Mention(line, k, j, owner.state, owner.state.c, "modifier", victims=[owner])


# What each frame of the lexicon does with the words around it.
FRAMES = {
    "harm": verb_frames.harm,
    "die": verb_frames.die,
    "suicide": verb_frames.suicide,
    "hit": verb_frames.hit,
    "damage": verb_frames.hit,
    "fire": verb_frames.doing,
    "boom": verb_frames.doing,
    "drop": verb_frames.doing,
    "launch": verb_frames.launch,
    "throw": verb_frames.doing,
    "fight": verb_frames.doing,
    "abduct": verb_frames.abduct,
    "rescue": verb_frames.rescue,
    "take": verb_frames.hit,
    "suffer": verb_frames.suffer,
    "care": verb_frames.care,
    "foil": verb_frames.foil,
    "lose": verb_frames.lose,
    "leave": verb_frames.leave,
    "event": noun_frames.event,
    "death": noun_frames.death,
    "toll": noun_frames.toll,
    "protest": verb_frames.protest,
    "arms": verb_frames.arms,
    "find": verb_frames.find,
    "figure": noun_frames.figure,
    "wound": noun_frames.wound,
    "state": noun_frames.state,
    "move": verb_frames.doing,
    "flee": verb_frames.flee,
    "besiege": verb_frames.hit,
}
