"""Whether a mention is told as something that happened: forecasts, threats, denials and the like are kept apart.

A cue's reach is from the cue to the end of its clause; a negation's only the verb or noun right behind it.
"""

from __future__ import annotations

from dalil.claims.reader.marking import Line
from dalil.claims.reader.mention import Mention
from dalil.claims.reader.walking import skip_back

STRENGTH = (
    "denied",
    "threatened",
    "attempted",
    "forecast",
    "hypothetical",
)  # which cue wins where several reach a word
NEAR = 4  # words between a negation and what it negates, on sentences of our own
BEHIND = 7  # words between an event noun and "was foiled"


def statuses(line: Line, mentions: list[Mention]) -> list[str]:
    """The status of every mention of one sentence, in order."""
    reach = _reaches(line)
    out: list[str] = []
    for n, m in enumerate(mentions):
        status = _own(line, m, reach)
        if status == "reported" and n and _hangs(line, mentions[n - 1], m):
            status = out[-1]
        out.append(status)
    return out


def _hangs(line: Line, before: Mention, m: Mention) -> bool:
    """Whether `m` only follows from the mention before it: "…, killing ten"."""
    if m.voice != "ing" or m.i - before.j > 25:
        return False
    return not any(line.w[k] in (";", ":") for k in range(before.j, m.i))


def _reaches(line: Line) -> list[str | None]:
    """For each word, the status that a cue before it in its clause gives."""
    out: list[str | None] = [None] * line.n
    if "cue" not in line.at:
        return out
    now: str | None = None
    bound: int | None = None
    act: int | None = None
    k = 0
    while k < line.n:
        if _breaks(line, k):
            now = None
        m = line.marks[k]
        end = m[0] if m is not None else k + 1
        if m is not None and "cue" in m[1].first:
            cue = next((e.a for e in m[1] if e.cat == "cue" and e.a in STRENGTH), None)
            if cue is not None and not _month(line, k) and (now is None or STRENGTH.index(cue) < STRENGTH.index(now)):
                now = cue
            if cue is not None and line.w[end - 1] == "to":
                bound = end
            if cue == "attempted" and end == k + 1 and line.entry(end, "noun") is not None:
                act = line.end(end)  # "an attempted robbery": the word governs its noun only
        if act is not None and k >= act:
            now = act = None
        if now is not None and bound is not None and k > bound and line.is_(k, "aux"):
            now = bound = None  # "who tried to flee were shot": the cue governs its own verb only
        for x in range(k, end):
            out[x] = now
        k = end
    return out


def _month(line: Line, k: int) -> bool:
    """Whether the cue at k is the month of May."""
    if not line.is_(k, "modal") or line.end(k) != k + 1:
        return False
    near = [line.w[x] for x in (k - 1, k + 1) if 0 <= x < line.n]
    return line.w[k] == "may" and (any(x[0].isdigit() for x in near) or (k > 0 and line.cap[k] == 1))


def _breaks(line: Line, k: int) -> bool:
    """Whether a clause ends before word k."""
    word = line.w[k]
    if word in (";", ":", "—", "(", ")"):
        return True
    if word == ",":
        n = k + 1
        return not (n < line.n and _ing(line, n))
    return line.is_(k, "clause")


def _ing(line: Line, k: int) -> bool:
    while k < line.n and line.is_(k, "adv"):
        k += 1
    verb = line.entry(k, "verb") if k < line.n else None
    return verb is not None and verb.form == "ing"


def _own(line: Line, m: Mention, reach: list[str | None]) -> str:
    if _denies(line, m):
        return "negated"
    if m.entry.cat == "verb" and any(line.is_(p.i, "polar") or line.is_(p.i - 1, "polar") for p in m.victims):
        told = any(_negates(line, x) or line.is_(x, "no") for x in range(m.i))
        return "negated" if told else "hypothetical"  # "no reports that either man was hurt", "if anyone was hit"
    if m.entry.cat == "verb" and line.has("maybe", m.i - 4, m.i):
        return "hypothetical"  # "someone may have been hit"
    if m.i and reach[m.i - 1] is not None:
        kind = reach[m.i - 1]
        if kind == "forecast" and line.has("firstperson", m.i - 4, m.i):
            return "threatened"
        if not (kind == "hypothetical" and _came_true(line, m)):
            return kind
    if m.frame == "foil":
        return "attempted"
    if "falsehood" in line.classes and any(
        line.is_(x, "falsehood") and line.is_(x - 1, "aux") for x in range(m.j, line.n)
    ):
        return "denied"
    if m.entry.cat == "noun" or m.frame == "boom":
        kind = _behind(line, m)
        if kind is not None:
            return kind
    if m.voice == "base" and m.i and line.w[m.i - 1] == "to":
        made = line.has("forced", m.i - 9, m.i)
        return _habit(line, m) if made else "hypothetical"
    return _habit(line, m)


def _came_true(line: Line, m: Mention) -> bool:
    """would later die, would go on to kill: the future of the past did happen."""
    return any(line.w[k] in ("later",) for k in range(max(0, m.i - 3), m.i))


def _denies(line: Line, m: Mention) -> bool:
    """Whether the verb or the noun stands under a negation of its own, or its people are nobody."""
    if m.victims and all(p.amount is not None and p.amount.best == 0 for p in m.victims):
        return True
    k = skip_back(line, m.i - 1)
    while k > 0 and m.i - k < 2 * NEAR and (line.w[k] == "to" or line.is_(k, "seeming")):
        k = skip_back(line, k - 1)
    span = range(max(k, m.i - 2 * NEAR), m.i)
    if m.entry.cat == "verb":
        return any(_negates(line, x) for x in span if x >= 0) or _none_of(line, m)
    for x in range(m.i - 1, max(-1, m.i - 4), -1):
        if line.is_(x, "no"):
            return True
        if line.w[x] == "," or line.entry(x, "verb") is not None:
            break
    return False


def _none_of(line: Line, m: Mention) -> bool:
    """none of the officers or suspects were hurt; neither he nor his wife was."""
    if "noneof" not in line.classes or not m.victims or m.victims[0].i > m.i:
        return False
    for x in range(m.i - 1, max(-1, m.i - 18), -1):
        if line.is_(x, "noneof"):
            return True
        if line.w[x] in (";", ":") or (line.owner[x] is None and line.entry(x, "verb") is not None):
            break
    return False


def _negates(line: Line, x: int) -> bool:
    """Whether a negation covers word x: "not", or a phrase such as "did not" or "no evidence of"."""
    cue = line.entry(line.cover[x], "cue")
    return line.is_(x, "neg") or (cue is not None and cue.a == "negated")


def _behind(line: Line, m: Mention) -> str | None:
    """The status that a passive behind an event noun gives: the attack was foiled, the raid is expected."""
    for k in range(m.j, min(line.n - 1, m.j + BEHIND)):
        if line.w[k] in (",", ";", ":") or line.is_(k, "sub"):
            return None
        if line.is_(k, "aux") or line.is_(k, "modal"):
            if line.has("expected", k + 1, k + 3):
                return "forecast"
            if line.is_(k, "modal") and not _month(line, k) and line.has("indef", m.i - 2, m.i):
                return "forecast" if line.w[k] == "will" else "hypothetical"
            for x in (k, k + 1, k + 2):
                cue = line.entry(x, "cue")
                if cue is None or _month(line, x):
                    continue
                if cue.a in ("attempted", "denied"):
                    return cue.a
                if cue.a in ("forecast", "hypothetical") and any(
                    line.is_(y, "begin") for y in range(line.end(x), min(line.n, line.end(x) + 2))
                ):
                    return cue.a
            return None
    return None


def _habit(line: Line, m: Mention) -> str:
    """generic, total or background where a cue of the sentence says so; reported otherwise."""
    if _alternatives(line, m):
        return "generic"
    counted = any(p.amount is not None for p in m.victims) or (line.has("tally", 0, m.i))
    if counted and _over_many(line, m):
        return "total"
    for k in line.at.get("cue", ()):
        cue = line.entry(k, "cue")
        if cue.a == "generic" and any(
            (e := line.entry(x, "noun")) is not None and e.form == "pl"
            for x in range(line.end(k), min(line.n, line.end(k) + 3))
        ):
            return "generic"
        between = range(min(k, m.i), max(k, m.i))
        if cue.a == "generic" and any(line.w[x] in (":", ";") for x in between):
            continue
        if cue.a == "generic" and abs(k - m.i) <= 12 and not _fresh(m):
            return "generic"
        if cue.a == "total" and any(line.w[x].startswith("hour") for x in range(k, min(line.n, line.end(k) + 3))):
            continue
        if cue.a == "total" and (counted or m.entry.form == "pl") and abs(k - m.i) <= 25:
            return "total"
        if cue.a == "background" and abs(k - m.i) <= 15:
            return "background"
    if m.voice == "base" and m.entry.form == "base" and not counted and not m.targets:
        return "generic"
    return "reported"


def _over_many(line: Line, m: Mention) -> bool:
    """Whether the count is of several events: "in separate shootings", "in five attacks across the city"."""
    for k in range(m.j, min(line.n, m.j + 9)):
        noun = line.entry(k, "noun")
        if noun is not None and noun.a == "event" and noun.form == "pl":
            return line.has("separate", m.j, k + 8)
        if line.w[k] in (";", ".") or (line.entry(k, "verb") is not None and line.owner[k] is None):
            return False
    return False


def _fresh(m: Mention) -> bool:
    """Whether a figure or a name ties the mention to one event in spite of a word of habit."""
    return any(p.kind == "name" or (p.amount is not None and not p.amount.vague) for p in m.victims)


def _alternatives(line: Line, m: Mention) -> bool:
    """killing 10, or 20, or 100: a figure of speech where three figures stand as alternatives."""
    if not m.victims or m.victims[0].amount is None:
        return False
    k, figures = m.victims[0].j, 1
    while k + 1 < line.n and (line.w[k] == "," or line.is_(k, "or")):
        k += 1
        if line.is_(k, "or"):
            k += 1
        p = line.owner[k] if k < line.n else None
        if p is None or p.amount is None:
            break
        figures, k = figures + 1, p.j
    return figures >= 3
