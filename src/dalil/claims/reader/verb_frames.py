"""How a verb of an act finds its people, by its frame (a column of the lexicon): docs/reading.md tells each."""

from __future__ import annotations

from dalil.claims.reader.lexicon import Entry
from dalil.claims.reader.marking import Line
from dalil.claims.reader.mention import DOERS, HARMED, PEOPLE, THINGS, Mention
from dalil.claims.reader.parts import add_doers, sort_fallen
from dalil.claims.reader.phrases import Phrase
from dalil.claims.reader.walking import (
    following,
    list_on,
    objects,
    shared_subject,
    skip_on,
    subject,
    verb_ending,
    voice,
)


def plain(m: Mention) -> None:
    m.voice = voice(m.line, m.i, m.j, m.entry) if m.entry.cat == "verb" else ""


def harm(m: Mention) -> None:
    line = m.line
    m.voice = voice(line, m.i, m.j, m.entry)
    if m.effect == "shot" and line.is_(m.j, "atword") and (m.voice != "passive" or _aimed_at(line, m.j + 1)):
        _fired(m)
        return
    harmed = (
        ("people", "pronoun") if line.is_(m.i, "loose") else PEOPLE if m.entry.c in ("abducted", "none") else HARMED
    )
    if m.voice in ("passive", "reduced", "being") or line.is_(m.j - 1, "reflex"):
        m.victims = subject(line, m.i, harmed)
        m.victims += _with_others(line, m)
        if not m.victims and not any(w.isalnum() for w in line.w[: m.i]):
            m.victims = _behind(line, m.j, harmed)
        add_doers(m, following(line, m.j, "by", (*DOERS, "weapon")))
    else:
        m.victims = objects(line, m.j, harmed)
        if m.voice == "ing":
            m.victims = [p for p in m.victims if p.kind != "thing" or not p.definite]
        m.victims += _on_himself(line, m)
        if not m.victims and m.entry.b == "explosion":
            m.targets = objects(line, m.j, ("target",))
        if m.voice != "ing" and (m.voice != "base" or m.victims):
            add_doers(m, subject(line, m.i, (*DOERS, "weapon")))
    if m.effect == "shot" and all(line.w[p.i] == "it" for p in m.victims) and _into(line, m):
        _fired(m)
        return
    after = skip_on(line, m.j)
    if _either(line, m):
        m.victims = []
    end = max([m.j, *(p.j for p in m.victims if p.i >= m.j)])
    if m.effect in ("shot", "stabbed", "injury") and (
        line.is_(m.i - 1, "fatally") or line.is_(m.j, "fatally") or _to_death(line, m.j) or _to_death(line, end)
    ):
        m.effect = "death"
    if m.effect in ("shot", "stabbed") and line.is_(after, "and") and after + 1 < line.n:
        nxt = line.entry(after + 1, "verb") or line.entry(after + 2, "verb")
        if nxt is not None and nxt.a == "harm" and nxt.c == "death":
            m.effect = "death"


def _fired(m: Mention) -> None:
    """Makes a verb of shooting one of firing, which says at what but not that anyone was hit."""
    m.entry, m.effect, m.victims = Entry("verb", "fire", "shooting", "unknown", m.entry.form), "unknown", []
    doing(m)


def _into(line: Line, m: Mention) -> bool:
    """shot into a house, shot it in the air: what was fired at is no person."""
    k = max([m.j, *(p.j for p in m.victims)])
    return m.voice in ("active", "ing", "base") and k < line.n and line.is_(k, "intoword")


def _aimed_at(line: Line, k: int) -> bool:
    """were shot at outside a shop, shot at the suspects: nothing that could be a place or a time stands behind "at"."""
    if k >= line.n or not line.w[k][0].isalnum() or line.is_(k, "aimed"):
        return True
    p = line.owner[k]
    return p is not None and p.kind == "people" and line.is_(k, "det")


def _on_himself(line: Line, m: Mention) -> list[Phrase]:
    """shot his wife and then himself, killed X before turning the gun on himself: the doer shares the fate."""
    if not m.victims or m.victims[-1].i < m.j:
        return []
    start = m.victims[-1].j
    for k in range(start, min(line.n, start + 8)):
        if line.w[k] in (";", ".") or (k > start and (e := line.entry(k, "verb")) is not None and e.a == "harm"):
            return []
        if line.is_(k, "reflex") and (p := line.owner[k]) is not None:
            armed = line.is_(k - 1, "on") and (q := line.owner[k - 2]) is not None and q.kind == "weapon"
            return [p] if armed or line.w[k - 1] == "then" or (line.is_(k - 1, "and") and k <= start + 1) else []
    return []


def _behind(line: Line, j: int, kinds: tuple[str, ...]) -> list[Phrase]:
    """The subject of a participle that opens its sentence: "Killed in the attack were a doctor and two nurses"."""
    for k in range(j, min(line.n, j + 12)):
        if line.is_(k, "aux") and line.entry(k, "verb") is None:
            return objects(line, k + 1, kinds)
        led = line.is_(k - 1, "det")
        if line.w[k] in (",", ";") or (line.entry(k, "verb") is not None and line.owner[k] is None and not led):
            break
    return []


def _either(line: Line, m: Mention) -> bool:
    """killed or wounded 40: neither number is told."""
    after = line.entry(m.j + 1, "verb") if line.is_(m.j, "or") else None
    before = verb_ending(line, m.i - 1) if m.i > 1 and line.is_(m.i - 1, "or") else None
    return (after is not None and after.a == "harm") or before is not None


def _to_death(line: Line, j: int) -> bool:
    w = line.w
    return (
        j + 1 < line.n
        and line.is_(j, "prep")
        and line.entry(j + 1, "noun") is not None
        and line.entry(j + 1, "noun").a == "death"
    ) or (j < line.n and w[j] == "dead")


def die(m: Mention) -> None:
    m.voice = voice(m.line, m.i, m.j, m.entry)
    m.victims = subject(m.line, m.i, HARMED) or shared_subject(m.line, m.i)
    m.victims += _with_others(m.line, m)


def suicide(m: Mention) -> None:
    """killed himself, before killing himself: the doer of the clause died; "killed himself" counts nobody twice."""
    m.voice = voice(m.line, m.i, m.j, m.entry)
    m.victims = subject(m.line, m.i, HARMED) or shared_subject(m.line, m.i)


def _with_others(line: Line, m: Mention) -> list[Phrase]:
    """was killed along with his six sons: who stands behind "with" shares the fate, where it is a person of his own."""
    k = skip_on(line, m.j)
    if not m.victims or k >= line.n or not line.is_(k, "withothers"):
        return []
    n = line.end(k) if line.marks[k] is not None else k + 1
    p = line.owner[n] if n < line.n else None
    if (
        p is None
        or p.i != n
        or p.kind not in ("people", "name")
        or (line.w[k] == "with" and not line.is_(n, "poss") and p.kind != "name")
    ):
        return []
    return list_on(line, p, PEOPLE)


def hit(m: Mention) -> None:
    line = m.line
    m.voice = voice(line, m.i, m.j, m.entry)
    if m.voice in ("passive", "reduced", "being"):
        sort_fallen(m, subject(line, m.i, THINGS))
        add_doers(m, following(line, m.j, "by", (*DOERS, "weapon")))
    else:
        sort_fallen(m, objects(line, m.j, THINGS))
        if m.voice != "base" or m.victims or m.targets:
            add_doers(m, subject(line, m.i, (*DOERS, "weapon")))
    if (
        m.effect == "unknown"
        and m.entry.a == "hit"
        and m.victims
        and _on_the_body(line, max([m.j, *(p.j for p in m.victims if p.i >= m.j)]))
    ):
        m.effect = "injury"


def _on_the_body(line: Line, k: int) -> bool:
    """struck in the head, hit a man with a pistol: who was hit so was hurt."""
    n = k + 1
    while n < line.n and n < k + 4 and (line.is_(n, "det") or line.is_(n, "side")):
        n += 1
    if k + 1 < line.n and line.w[k] == "with":
        p = line.owner[n] if n < line.n else None
        return p is not None and p.kind == "weapon" and p.entry is not None and p.entry.b in ("shooting", "stabbing")
    return k < line.n and line.is_(k, "loc") and n < line.n and line.is_(n, "bodypart")


def launch(m: Mention) -> None:
    """launched a raid: the doer goes to the act behind it, so the verb alone is only kept with a weapon."""
    doing(m)
    m.weapons = objects(m.line, m.j, ("weapon",))


def flee(m: Mention) -> None:
    """Displacement only where people are counted; one who runs away is a survivor of the act that he flees."""
    m.voice = voice(m.line, m.i, m.j, m.entry)
    people = objects(m.line, m.j) if m.entry.form != "base" and m.voice in ("active", "ing") else []
    m.victims = people if any(p.amount is not None for p in people) else subject(m.line, m.i)


def rescue(m: Mention) -> None:
    """carried, pulled, picked up: a rescue where the clause says to what safety."""
    m.voice = voice(m.line, m.i, m.j, m.entry)
    passive = m.voice in ("passive", "reduced", "being")
    m.victims = subject(m.line, m.i) if passive else objects(m.line, m.j)
    line = m.line
    if m.entry.b == "other" and line.is_(m.i, "carry") and not line.has("rubble", m.j, m.j + 14):
        m.effect, m.victims = "unknown", []
    if not m.victims and (weapons := _firearms(_objects_near(line, m.j))):
        _shown(m, weapons)  # "pulled a gun on him", "brought a gun to school"


def doing(m: Mention) -> None:
    """open fire, launch, throw, explode: the subject does it, "at" and "on" say to what."""
    line = m.line
    m.voice = voice(line, m.i, m.j, m.entry)
    if m.voice == "reduced" and m.frame in ("fire", "boom", "fight", "move"):
        m.voice = "active"  # verbs without an object: no participle stands for a passive
    if m.voice in ("passive", "reduced", "being"):
        add_doers(m, following(line, m.j, "by", DOERS))
        for p in subject(line, m.i, ("weapon",)):
            m.weapons.append(p)
    else:
        add_doers(m, subject(line, m.i, (*DOERS, "weapon")))
        m.weapons.extend(objects(line, m.j, ("weapon",)))
    sort_fallen(m, following(line, m.j, "on", THINGS))


def leave(m: Mention) -> None:
    """left 17 people dead: the state's own mention finds the people; here only the doer."""
    line = m.line
    m.voice = voice(line, m.i, m.j, m.entry)


def lose(m: Mention) -> None:
    """lost their lives, lost his life: the subject died."""
    line = m.line
    k = skip_on(line, m.j)
    p = line.owner[k] if k < line.n else None
    if (p is not None and line.w[p.stop - 1] in ("lives", "life")) or (k + 1 < line.n and "life" in line.w[k : k + 3]):
        m.effect, m.entry = "death", Entry("verb", "die", "killing", "death", m.entry.form)
        m.victims = subject(line, m.i, HARMED)


def foil(m: Mention) -> None:
    """defused a car bomb, shot down a drone: tried and failed."""
    m.voice = voice(m.line, m.i, m.j, m.entry)
    passive = m.voice in ("passive", "reduced", "being")
    m.weapons = subject(m.line, m.i, ("weapon",)) if passive else objects(m.line, m.j, ("weapon",))


def care(m: Mention) -> None:
    """was taken to hospital: the subject is hurt, where a hospital is named behind the verb."""
    line = m.line
    m.voice = voice(line, m.i, m.j, m.entry)
    there = line.has("hospitalword", m.i, m.j + 10)
    passive = m.voice in ("passive", "reduced", "being") or line.is_(m.j - 1, "reflex")
    m.victims = (subject(line, m.i) if passive else objects(line, m.j)) if there else []
    m.victims = [p for p in m.victims if p.kind != "number" or p.amount.value]
    if line.has("checkup", m.j, m.j + 14):
        m.victims = []  # "to a hospital for evaluation": nobody says that he was hurt
    m.effect = "injury" if m.victims else "unknown"


def suffer(m: Mention) -> None:
    """suffered injuries, received a bullet wound: the subject was hurt, where an injury is the object."""
    line = m.line
    hurt = any(
        (e := line.entry(k, "noun")) is not None and e.a in ("toll", "wound") and e.c == "injury"
        for k in range(m.j, min(line.n, m.j + 7))
    )
    m.victims = subject(line, m.i) if hurt else []
    m.effect = "injury" if hurt else "unknown"


def protest(m: Mention) -> None:
    """protested, a rally: told with its day and place; nobody is harmed by it."""
    m.voice = voice(m.line, m.i, m.j, m.entry) if m.entry.cat == "verb" else ""


def arms(m: Mention) -> None:
    """brandished a rifle, a pistol was seized: told with its day and place, where a firearm is the object."""
    line = m.line
    m.voice = voice(line, m.i, m.j, m.entry)
    passive = m.voice in ("passive", "reduced", "being")
    m.weapons = _firearms(subject(line, m.i, ("weapon",)) if passive else _objects_near(line, m.j))


def find(m: Mention) -> None:
    """found a pistol: a weapon is the object, so nobody was found."""
    plain(m)
    weapons = _firearms(_objects_near(m.line, m.j)) if m.voice != "passive" else []
    if not weapons and m.voice in ("passive", "reduced"):
        weapons = _firearms(subject(m.line, m.i, ("weapon",)))
    if weapons:
        _shown(m, weapons)


def _shown(m: Mention, weapons: list[Phrase]) -> None:
    m.weapons, m.effect = weapons, "unknown"
    m.entry = Entry("verb", "arms", "other", "unknown", m.entry.form)


def _objects_near(line: Line, j: int) -> list[Phrase]:
    """The weapons within six words behind a verb, before another verb or people."""
    for k in range(j, min(line.n, j + 6)):
        p = line.owner[k]
        if p is not None and p.kind == "weapon":
            return [p]
        if (p is not None and p.kind in PEOPLE) or (p is None and line.entry(k, "verb") is not None):
            break
    return []


def _firearms(found: list[Phrase]) -> list[Phrase]:
    return [p for p in found if p.entry is not None and p.entry.b == "shooting"]


def abduct(m: Mention) -> None:
    harm(m)
