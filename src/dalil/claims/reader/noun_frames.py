"""How a noun of an act or an outcome finds its people: an attack on, the death of, a toll of, found dead."""

from __future__ import annotations

from dalil.claims.reader.marking import Line
from dalil.claims.reader.mention import DOERS, PEOPLE, THINGS, Mention
from dalil.claims.reader.parts import add_doers, sort_fallen
from dalil.claims.reader.phrases import Phrase
from dalil.claims.reader.walking import counts, following, list_back, objects, skip_back, subject


def event(m: Mention) -> None:
    line = m.line
    sort_fallen(m, following(line, m.j, "on", THINGS, 6))
    add_doers(m, following(line, m.j, "by", (*DOERS, "weapon"), 10))
    if m.entry.c in ("abducted", "death", "injury") or m.entry.b in ("explosion", "shelling", "shooting", "stabbing"):
        m.effect = (
            m.entry.c
            if m.entry.c == "death"
            else "shot"
            if m.entry.b == "shooting"
            else "stabbed"
            if m.entry.b == "stabbing"
            else m.effect
        )
        before = len(m.victims)
        sort_fallen(m, following(line, m.j, "of", (*THINGS, "number"), 2))
        if len(m.victims) == before:
            m.effect = m.entry.c
    if not m.agents:
        before = line.owner[m.i - 1] if m.i else None
        if before is None and m.i > 1 and line.w[m.i - 1] == "'s":
            before = line.owner[m.i - 2]
        if before is not None and before.kind == "actor":
            m.agents.append(before)


def death(m: Mention) -> None:
    line = m.line
    m.victims = following(line, m.j, "of", PEOPLE, 3)
    if (
        not m.victims
        and m.i >= 2
        and line.w[m.i - 1] == "'s"
        and (p := line.owner[m.i - 2]) is not None
        and p.kind in PEOPLE
    ):
        m.victims = [p]
    if (
        not m.victims
        and m.i
        and (p := line.owner[m.i - 1]) is not None
        and p.amount is not None
        and p.kind in ("number", "people")
    ):
        m.victims = [p]
    if not m.victims and m.i and line.is_(m.i - 1, "poss"):
        m.victims = [
            Phrase("pronoun", m.i - 1, m.i, m.i - 1, m.i - 1, m.i, definite=True, plural=line.is_(m.i - 1, "pronpl"))
        ]
    add_doers(m, following(line, m.j, "by", DOERS, 10))


def toll(m: Mention) -> None:
    """death toll, casualties, bodies, injuries: a figure or an "of" tells how many."""
    line = m.line
    before = line.owner[m.i - 1] if m.i else None
    if (
        before is not None
        and before.amount is not None
        and before.kind in ("number", "people")
        and not (m.effect == "injury" and before.amount.vague)
    ):
        m.victims = [before]
        return
    m.victims = following(line, m.j, "of", PEOPLE, 3)
    if m.effect == "injury" and not m.victims:
        wound(m)
    if m.effect == "death" and not m.victims and m.i > 1 and line.is_(m.i - 1, "whose"):
        m.victims = [p for p in (line.owner[m.i - 2],) if p is not None and p.kind in PEOPLE]  # "whose body was found"
    if (
        not m.victims
        and m.i >= 2
        and line.w[m.i - 1] == "'s"
        and (p := line.owner[m.i - 2]) is not None
        and p.kind in PEOPLE
    ):
        m.victims = [p] if m.effect == "death" or _graded(line, m.j) else []
    elif not m.victims and m.effect == "injury" and m.i and line.is_(m.i - 1, "poss") and _graded(line, m.j):
        m.victims = [
            Phrase("pronoun", m.i - 1, m.i, m.i - 1, m.i - 1, m.i, definite=True, plural=line.is_(m.i - 1, "pronpl"))
        ]


def _graded(line: Line, j: int) -> bool:
    """Whether the wounds before word j are told to be of some gravity: "his injuries were not life-threatening"."""
    k = j
    while (
        k < line.n
        and k < j + 6
        and (
            line.is_(k, "aux")
            or line.is_(k, "neg")
            or line.is_(k, "adv")
            or line.is_(k, "seeming")
            or line.w[k] == "to"
        )
    ):
        k += 1
    return k > j and k < line.n and line.is_(k, "gravity")


def wound(m: Mention) -> None:
    """with a gunshot wound: who has it is the person before "with"; how many wounds counts nobody."""
    line = m.line
    k = m.i - 1
    while (
        k > 0 and not line.is_(k, "with") and not line.is_(k, "have") and line.entry(k, "verb") is None and m.i - k < 9
    ):
        k -= 1
    if k > 0 and line.is_(k, "have"):
        m.victims = subject(line, k, ("people", "name", "pronoun"))
    elif k > 0 and (line.is_(k, "with") or line.is_(k, "suffering")):
        m.victims = _nearest_people(line, k)
    elif k > 0 and (verb := line.entry(k, "verb")) is not None and verb.a == "suffer":
        m.victims = []  # the verb's own mention tells it


def figure(m: Mention) -> None:
    """The death toll: the last figure that it is said to have reached."""
    n = _figure_after(m.line, m.j)
    if n is not None:
        rising = m.line.has("rising", m.i - 4, n.i + 1)
        m.victims, m.toll, m.latest = [n], True, rising


def _nearest_people(line: Line, k: int) -> list[Phrase]:
    for x in range(k - 1, max(-1, k - 25), -1):
        p = line.owner[x]
        described = p is not None and p.kind == "name" and p.i and line.w[p.i - 1].isalpha() and not line.cap[p.i - 1]
        if (
            p is not None
            and p.kind in PEOPLE
            and not _doing_it(line, p)
            and not (described and (line.is_(p.i - 1, "loc") or line.marks[p.i - 1] is None))
        ):
            return [p]
    return []


def _doing_it(line: Line, p: Phrase) -> bool:
    """Whether the person is the doer of a passive, alone or in a list: "found by deputies with a wound"."""
    k = p.i - 1
    while k > 0 and (line.is_(k, "and") or line.w[k] == ",") and (before := line.owner[k - 1]) is not None:
        k = before.i - 1
    return line.is_(k, "by")


def _figure_after(line: Line, j: int) -> Phrase | None:
    """The last number soon after a toll noun: "rose from 17 to 23"."""
    found = None
    for k in range(j, min(line.n, j + 12)):
        p = line.owner[k]
        if (
            p is not None
            and p.i == k
            and p.amount is not None
            and ((p.kind == "number" and counts(line, p)) or p.kind == "people")
        ):
            found = p
        if line.w[k] in (";", ",") and found is not None:
            break
    return found


def state(m: Mention) -> None:
    """dead, wounded, missing as a predicate or a noun: "17 dead", "was found dead", "the wounded"."""
    line = m.line
    before = line.owner[m.i - 1] if m.i else None
    counted = before is not None and before.kind in ("actor", "thing") and before.amount is not None
    if before is not None and line.is_(m.i, "condition") and before.i and line.is_(before.i - 1, "loc"):
        before, counted = None, False  # "was taken to X Hospital in critical condition"
    if before is not None and (before.kind in ("number", "people", "name") or counted):
        if before.other:
            m.victims = [before]
            return
        m.victims = [before] if not line.is_(before.i - 1, "and") else list_back(line, before, PEOPLE)[0]
        return
    k = skip_back(line, m.i - 1)
    verb = line.entry(k, "verb")
    if (verb is not None and verb.a in ("find", "leave", "harm")) or (
        k >= 0 and line.w[k] in ("pronounced", "declared", "confirmed", "presumed", "listed")
    ):
        m.victims = objects(line, line.end(k)) or subject(line, k)
    elif (found := _found_before(line, m.i)) is not None:
        m.victims = objects(line, line.end(found))
        if len(m.victims) > 1 and not line.is_(m.victims[-1].i - 1, "and"):
            m.victims = m.victims[:1]  # "the victim, a tall man"
    elif k < m.i - 1:
        m.victims = subject(line, m.i)
    elif line.is_(m.i - 1, "defin"):
        m.victims = []


def _found_before(line: Line, i: int) -> int | None:
    """The verb of finding whose object is told dead at word i: "found the victim, a tall man of 40, deceased"."""
    for k in range(i - 2, max(-1, i - 25), -1):
        verb = line.entry(k, "verb")
        if verb is not None and line.owner[k] is None:
            return k if verb.a == "find" and (line.w[i - 1] == "," or i - k <= 8) else None
    return None
