"""Who was harmed, by an Arabic clause: from verbs in both voices, verbal nouns, count nouns and phrases of loss."""

from __future__ import annotations

from dataclasses import dataclass, field

from dalil.claims.languages.ar.numerals import Amount, amount_at
from dalil.claims.languages.ar.people import Group, add_parts, age_of, group_at, groups_at, head_entry, name_at
from dalil.claims.languages.ar.words import Entry, Line, word_set

DAMMA = "\u064f"
LOSSES = word_set("loss")
WITHIN = word_set("within")
MASKED = word_set("masked")
OF_WOUNDS = word_set("of_wounds")
REACH = 12  # words between a verb of loss and its object, on sentences of our own


@dataclass(slots=True)
class Harm:
    """People harmed, told at word k: `effect` death, injury or missing; `agent` the words of an active verb's doer."""

    effect: str
    groups: list[Group]
    k: int
    joint: bool = False
    agent: tuple[int, int] | None = None
    zero: bool = False


@dataclass(slots=True)
class Harms:
    """All harm that one stretch of a line tells."""

    found: list[Harm] = field(default_factory=list)
    told: bool = False
    agents: list[tuple[int, int]] = field(default_factory=list)

    def of(self, effect: str) -> list[Harm]:
        """The harms of one effect that count."""
        return [h for h in self.found if h.effect == effect and not h.joint]


def harms_of(line: Line, a: int, b: int, violent: bool) -> Harms:
    """Every harm told between words a and b; `violent` says that an act of violence is told there too."""
    out = Harms()
    used: set[int] = set()
    k = a
    while k < b:
        e = _meaning(line, k)
        if e is None or line.has(k, "idiom"):
            if e is None and line.is_(k, "nothing"):
                _nothing(line, k, out)
            elif e is None and line.is_(k, "nodead"):
                out.found.append(Harm("death", [], k, zero=True))
            k = line.end(k)
            continue
        step = READERS[e.a](line, k, e, b, violent)
        if step is not None:
            out.told = True
            out.agents += [h.agent for h in step if h.agent is not None]
            step = [h for h in step if h.zero or h.joint or not any(_again(g, out, h.effect) for g in h.groups)]
            for h in step:
                used.update(x for g in h.groups for x in range(g.i, g.j))
                used.add(h.k)
            out.found.extend(step)
        k = line.end(k)
    _counted(line, a, b, used, out)
    _late_parts(line, a, b, out)
    _died_of_it(line, a, b, out)
    _of_pronoun(line, a, b, out)
    _missing(line, a, b, out)
    return out


def _again(g: Group, out: Harms, effect: str) -> bool:
    """Whether the same words were counted for the same effect before."""
    return any(
        g.head == x.head or (g.name is not None and g.name == x.name)
        for h in out.found
        if h.effect == effect
        for x in h.groups
    )


def _meaning(line: Line, k: int) -> Entry | None:
    """The harm told by word k: a verb rather than a noun spelt alike, unless an article or preposition is glued on."""
    m = line.marks[k]
    found = [e for e in m[1] if e.cat == "harm"] if m is not None else []
    if len(found) > 1:
        noun = m[2].det or m[2].prep
        found.sort(key=lambda e: (e.a == "noun") != bool(noun))
    return found[0] if found else None


def _nothing(line: Line, k: int, out: Harms) -> None:
    """Nobody was hurt: injured is nought, killed too where the words say losses or victims."""
    out.found.append(Harm("injury", [], k, zero=True))
    if any(x in line.f[k : line.end(k)] for x in ("ضحايا", "خساير", "قتلي")):
        out.found.append(Harm("death", [], k, zero=True))


def _noun(line: Line, k: int, e: Entry, b: int, violent: bool) -> list[Harm] | None:
    """مقتل ستة مدنيين; "مقتل وإصابة 40" tells neither number."""
    j = line.end(k)
    if j >= line.n:
        return None
    other = line.entry(j, "harm")
    before = line.entry(k - 1, "harm") if k else None
    if other is not None and other.a == "noun" and other.b != e.b and line.cut(j).conj == "و":
        found = groups_at(line, line.end(j))
        return [Harm(e.b, found, k, joint=True)] if found else []
    if before is not None and before.a == "noun" and before.b != e.b and line.cut(k).conj == "و":
        return [Harm(e.b, groups_at(line, j), k, joint=True)]
    found = groups_at(line, j)
    if not found and line.cut(k).suffix == "":
        stop = name_at(line, j)
        if stop > j and violent:
            found = [_named(line, j, stop)]
    if not found:
        return [] if line.cut(k).suffix or line.is_(j, "prep") else None
    first = Harm(e.b if e.b in ("death", "injury") else found[0].effect or e.b, [found[0]], k)
    return [first, *(Harm(g.effect or e.b, [g], k) for g in found[1:])]


def _named(line: Line, j: int, stop: int) -> Group:
    g = Group(j, stop, j, Amount(1, 1, 1, j, stop), name=(j, stop))
    age_of(line, g)
    return g


def _named_list(line: Line, j: int) -> list[Group]:
    stop = name_at(line, j)
    if stop == j:
        return []
    out = [_named(line, j, stop)]
    if out[0].j < line.n and line.cut(out[0].j).conj == "و":
        out += groups_at(line, out[0].j, bare=False)
    return out


def past_aside(line: Line, j: int) -> int:
    """The word behind an aside that only tells the time: "، فجر اليوم الأربعاء،"; j itself where none stands."""
    if j < line.n and line.f[j] in WITHIN:
        return j + 1
    if j < line.n and line.f[j] in ("،", ","):
        stop = next((x for x in range(j + 1, min(j + 8, line.n)) if line.f[x] in ("،", ",")), None)
        if stop is not None and any(line.is_(x, "time") for x in range(j + 1, stop)):
            return stop + 1
    return j


def _verb(line: Line, k: int, e: Entry, b: int, violent: bool) -> list[Harm] | None:
    """قتل in either voice: active where a doer and then people follow, passive otherwise."""
    j = line.end(k)
    if e.b == "injury" and any(line.has(x, "idiom") for x in range(j, min(j + 4, line.n))):
        return None
    if e.b == "injury" and line.f[j : j + 1] in (["بها"], ["به"]):
        return None  # بجراح أصيب بها
    if line.cut(k).suffix:
        return _pronoun(line, k, e)
    passive = DAMMA in line.f0[k][:4] and e.b == "death"
    doer = None if passive else doer_end(line, j)
    doer = past_aside(line, doer) if doer is not None else None
    if doer is not None:
        victims = groups_at(line, doer, bare=True)
        if victims:
            return [Harm(e.b, victims, k, agent=(j, doer))]
        if line.has(j, "actor") and not line.has(j, "people"):
            return None
    found = groups_at(line, past_aside(line, j))
    if not found and (line.is_(j, "oneof") or line.f[j : j + 1] in (["اخر"], ["اخري"])):
        found = [Group(j, j + 1, j, Amount(1, 1, 1, j, j + 1))]  # وأصيب آخر
    if not found and line.has(j, "weapon", "event") and not (line.cut(j).prep or line.cut(j).conj):
        later = (groups_at(line, x, bare=False) for x in range(line.end(j), min(line.end(j) + 3, line.n)))
        found = next((x for x in later if x and x[0].count is not None), [])  # قتلت قذيفة ثلاثة مدنيين
    if not found:
        before = _before(line, k)
        if before:
            return [Harm(e.b, before, k)]
        if violent or e.b == "injury":
            found = _named_list(line, j)
    return _by_effect(e.b, found, k) if found else None


def _pronoun(line: Line, k: int, e: Entry) -> list[Harm] | None:
    """الشهيد … الذي قتله جنود الاحتلال: the people before the relative word."""
    before = _before(line, k)
    if not before:
        return None
    j = line.end(k)
    doer = doer_end(line, j)
    return [Harm(e.b, before, k, agent=(j, doer) if doer is not None else None)]


def _by_effect(effect: str, found: list[Group], k: int) -> list[Harm]:
    out: dict[str, Harm] = {}
    for g in found:
        kind = g.effect or effect
        out.setdefault(kind, Harm(kind, [], k)).groups.append(g)
    return list(out.values())


def doer_end(line: Line, j: int) -> int | None:
    """Where the doer that starts at word j ends: a force or armed people without a number."""
    e = line.entry(j, "actor")
    people = line.entry(j, "people")
    if e is None and (people is None or people.b != "perp" or amount_at(line, j) is not None):
        return None
    if line.cut(j).conj or line.cut(j).prep:
        return None
    k = line.end(j)
    while k < line.n and (line.has(k, "demonym") or line.f[k] in MASKED):
        k = line.end(k)
    if k < line.n and line.f[k] == "من" and line.has(k + 1, "actor"):
        k = line.end(k + 1)
    if k < line.n and line.f[k] == "يستقلون":
        k = min(k + 3, line.n)
    return k


def _before(line: Line, k: int) -> list[Group]:
    """The people that stand right before a verb: إن سبعة أشخاص قتلوا، رجلاً وامرأة قتلا."""
    if line.cut(k).conj:
        return []
    end = k - 1 if k and line.f[k - 1] in ("الذي", "التي", "الذين", "اللذين", "اللذان") else k
    for start in range(max(0, k - 9), k):
        found = groups_at(line, start, bare=False)
        if found and found[-1].j == end and all(not g.effect or g.name for g in found):
            return found
    return []


def _die(line: Line, k: int, e: Entry, b: int, violent: bool) -> list[Harm] | None:
    j = line.end(k)
    of_wounds = j < line.n and line.f[j] in OF_WOUNDS
    found = [] if of_wounds else groups_at(line, j) or _named_list(line, j)
    if not found:
        before = _before(line, k)
        return [Harm(e.b, before, k)] if before else None
    return _by_effect(e.b, found, k)


def _gloss(line: Line, k: int, e: Entry, b: int, violent: bool) -> list[Harm] | None:
    """قضى is death only beside an act of violence or "نحبه"; elsewhere a judge decides."""
    lost = any(w in LOSSES for w in line.f[k : k + REACH])
    return _die(line, k, e, b, violent) if violent or lost else None


def _lost(line: Line, k: int, e: Entry, b: int, violent: bool) -> list[Harm] | None:
    """لقي، فقد، فارق with حتفه، مصرعه، حياته behind the people or before them."""
    if not any(w in LOSSES for w in line.f[k + 1 : k + REACH]):
        found = groups_at(line, line.end(k)) if line.cut(k).stem in ("فقد", "فقدت") else []
        return [Harm("missing", found, k)] if found else None
    j = line.end(k)
    if line.f[j : j + 1] and line.f[j] in LOSSES:
        j += 1
    return _die(line, j - 1, e, b, violent) if line.end(j - 1) == j else None


def _fall(line: Line, k: int, e: Entry, b: int, violent: bool) -> list[Harm] | None:
    """سقط قتيلان وأربعة جرحى: only with a count noun, since shells fall too."""
    found = [g for g in groups_at(line, line.end(k)) if g.effect]
    if not found:
        g = group_at(line, line.end(k))
        mixed = g is not None and g.j + 1 < line.n and line.f[g.j] == "بين" and line.has(g.j + 1, "count")
        return [Harm("death", [g], k, joint=True)] if mixed and g is not None else None
    return _by_effect("death", found, k)


def _cause(line: Line, k: int, e: Entry, b: int, violent: bool) -> list[Harm] | None:
    """أسفر عن، خلف: what follows must be counted by a count noun; verbal nouns speak for themselves."""
    j = line.end(k)
    if k and line.cut(k - 1).stem == "لم":
        return _none_of(line, k, b)
    if j < line.n and line.f[j] in ("عن", "الي", "في", "ب"):
        j += 1
    for start in range(j, min(j + 7, b)):
        if line.has(start, "harm") and line.entry(start, "harm").a in ("noun", "life", "victim"):
            return []
        found = [g for g in groups_at(line, start, bare=False) if g.effect]
        if found:
            return _by_effect("death", found, k)
    return []


def _none_of(line: Line, k: int, b: int) -> list[Harm]:
    """لم تسفر الغارة عن سقوط قتلى: nobody of the kinds that are named."""
    out = []
    for x in range(k, min(k + REACH, b)):
        e = line.entry(x, "count") or _meaning(line, x)
        kinds = {"death": ("death",), "injury": ("injury",), "both": ("death", "injury")}.get(
            e.a if e is not None and e.cat == "count" else "", ()
        )
        if e is not None and e.cat == "harm" and e.a == "noun":
            kinds = (e.b,) if e.b in ("death", "injury") else ()
        out += [Harm(kind, [], x, zero=True) for kind in kinds if not any(h.effect == kind for h in out)]
    return out


def _life(line: Line, k: int, e: Entry, b: int, violent: bool) -> list[Harm] | None:
    """أودى بحياة سبعة مدنيين."""
    if line.cut(k).prep != "ب":
        return None
    found = groups_at(line, line.end(k))
    return _by_effect("death", found, k) if found else None


def _victim(line: Line, k: int, e: Entry, b: int, violent: bool) -> list[Harm] | None:
    """راح ضحيته ستة أشخاص; the event may stand between."""
    if not any(w.lstrip("وف") in ("راح", "راحت", "ذهب", "راحوا") for w in line.f[max(0, k - 3) : k]):
        return None
    for start in range(line.end(k), min(k + REACH, b)):
        found = groups_at(line, start, bare=start == line.end(k))
        if found and not line.has(start, "event", "place"):
            return _by_effect("death", found, k)
    return None


def _toll(line: Line, k: int, e: Entry, b: int, violent: bool) -> list[Harm] | None:
    """ارتفعت حصيلة القتلى إلى تسعة; بلغ عدد الشهداء 12."""
    for start in range(max(0, k - 4), k):
        risen = amount_at(line, start + 1) if line.f[start] == "الي" else None
        if risen is not None and risen.j == k:
            return [Harm(e.b, [Group(start + 1, k, start + 1, risen, plural=True)], k)]
    to = next((x for x in range(line.end(k), b) if line.f[x] == "الي" and amount_at(line, x + 1)), None)
    for start in range(to + 1 if to is not None else line.end(k), min(k + REACH + 4, b) if to is None else to + 2):
        g = group_at(line, start, bare=True)
        if g is None or g.amount is None or not (amount_at(line, start) or g.effect):
            continue
        found = [x for x in groups_at(line, start) if x.effect or x is g or x.i == start]
        return _by_effect(e.b, found, k)
    return None


def _act(line: Line, k: int, e: Entry, b: int, violent: bool) -> list[Harm] | None:
    """أصابت رصاصة طفلا: people right behind the missile are hurt."""
    for start in range(line.end(k), min(k + 4, b)):
        if line.has(start, "target", "place") or line.is_(start, "prep"):
            return None
        if amount_at(line, start) is not None:
            found = groups_at(line, start)
            return [Harm("injury", found, k)] if found and not found[0].effect else None
        e2 = head_entry(line, start)
        if e2 is not None and e2.cat == "people" and e2.form == "dual":
            return [Harm("injury", groups_at(line, start), k)]
        if e2 is not None and e2.cat == "people" and (e2.b != "perp"):
            return [Harm("injury", groups_at(line, start), k)]
    return None


READERS = {"noun": _noun, "verb": _verb, "die": _die, "gloss": _gloss, "rise": _die, "lost": _lost, "fall": _fall,
           "cause": _cause, "life": _life, "victim": _victim, "toll": _toll, "act": _act}  # fmt: skip


def _counted(line: Line, a: int, b: int, used: set[int], out: Harms) -> None:
    """Count nouns that no verb took: "12 قتيلاً و30 جريحاً بتفجير", "شهيد وثلاثة جرحى"."""
    k = a
    while k < b:
        if k in used or line.has(k, "idiom"):
            k = line.end(k)
            continue
        g = group_at(line, k)
        if g is None or g.effect not in ("death", "injury", "missing"):
            if g is not None and g.effect == "both":
                out.told = True
            k = max(line.end(k), g.amount.j if g is not None and g.amount is not None and g.effect else 0)
            continue
        free = g.amount is not None and (amount_at(line, k) is not None or not line.cut(g.head).det)
        if _between_dead_and_hurt(line, k):
            free = False
        if free and not any(x in used for x in range(g.i, g.j)):
            out.found.append(Harm(g.effect, [g], k))
            out.told = True
        elif g.plural:
            out.told = True
        k = max(g.j, line.end(k))


def _between_dead_and_hurt(line: Line, k: int) -> bool:
    """ "40 بين قتيل وجريح": the words are no count of their own."""
    return any(line.f[x] == "بين" for x in range(max(0, k - 3), k)) or (k > 1 and line.f[k - 1] == "او")


def _died_of_it(line: Line, a: int, b: int, out: Harms) -> None:
    """أصيب رجل لكنه توفي لاحقا: the one person who was told hurt died of it, where the verb names nobody else."""
    hurt = out.of("injury")
    if len(hurt) != 1 or out.of("death") or len(hurt[0].groups) != 1:
        return
    who = hurt[0].groups[0]
    if who.plural or who.count != 1:
        return
    for k in range(who.j, b):
        e = line.entry(k, "harm")
        if e is not None and e.a in ("die", "lost") and e.b == "death" and not line.is_(k - 1, "neg"):
            hurt[0].effect = "death"
            return


def _of_pronoun(line: Line, a: int, b: int, out: Harms) -> None:
    """ما أدى إلى مقتله: one person who was told of before; nothing where a death is counted anyway."""
    for k in range(a, b):
        e = line.entry(k, "harm")
        if (
            e is not None
            and (e.a, e.b) == ("noun", "death")
            and line.cut(k).suffix in ("ه", "ها")
            and not out.of("death")
        ):
            out.found.append(Harm("death", [Group(k, k + 1, k, Amount(1, 1, 1, k, k + 1))], k))


def _late_parts(line: Line, a: int, b: int, out: Harms) -> None:
    """Subgroups told further on: قتل عشرة أشخاص في الغارة، أربعة منهم أطفال."""
    homes = [g for h in out.found if not h.joint for g in h.groups]
    if not homes or any(g.parts for g in homes):
        return
    probe = Group(0, homes[-1].j, 0)
    for k in range(homes[-1].j, b):
        if line.f[k] in ("،", ",", "-") or line.is_(k, "include"):
            probe.j = k
            add_parts(line, probe)
            if probe.parts:
                home = max((g for g in homes if g.j <= k), key=lambda g: g.count or 0)
                home.parts = probe.parts
                return


def _missing(line: Line, a: int, b: int, out: Harms) -> None:
    """ستة في عداد المفقودين; لا يزال ستة مفقودين."""
    for k in range(a, b):
        e = line.entry(k, "count")
        if e is None or e.a != "missing" or out.of("missing"):
            continue
        for start in range(max(a, k - 5), k):
            amount = amount_at(line, start)
            if amount is not None:
                out.found.append(Harm("missing", [Group(amount.i, amount.j, amount.i, amount)], k))
                return
