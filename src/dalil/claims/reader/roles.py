"""Who did what to whom: every trigger of an event in a sentence with the phrases that play a part in it.

How a trigger finds its people follows from its frame (a column of the lexicon): a harming verb takes its victims from
its object, or from its subject where it is passive; an event noun from "of", "on" and "by". docs/reading.md tells each.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dalil.claims.reader.lexicon import Entry
from dalil.claims.reader.marking import Line
from dalil.claims.reader.phrases import Phrase

REACH = 14  # words between a subject and its verb, on sentences of our own


@dataclass(slots=True)
class Mention:
    """One trigger, at words i..j, with what plays which part in it."""

    line: Line
    i: int
    j: int
    entry: Entry
    effect: str
    voice: str = ""
    victims: list[Phrase] = field(default_factory=list)
    agents: list[Phrase] = field(default_factory=list)
    targets: list[Phrase] = field(default_factory=list)
    weapons: list[Phrase] = field(default_factory=list)
    toll: bool = False  # a count without a noun of people: "the death toll rose to 23"
    latest: bool = False  # says that it is the newest figure

    @property
    def type(self) -> str:
        return self.entry.b

    @property
    def frame(self) -> str:
        return self.entry.a


PEOPLE = ("people", "name", "pronoun")
HARMED = (*PEOPLE, "actor", "thing")


def mentions_of(line: Line) -> list[Mention]:
    """Every trigger of the sentence in order, its parts found."""
    out: list[Mention] = []
    for k in range(line.n):
        m = line.marks[k]
        if m is None:
            continue
        owner = line.owner[k]
        entry = None if line.is_(k, "monthname") and (line.cap[k] == 1 or line.shout) else trigger_at(line, k)
        if entry is None:
            continue
        if owner is not None and owner.kind != "pronoun" and owner.kind != "number":
            if owner.state is not None and owner.state in m[1] and owner.kind == "people":
                out.append(_described(line, k, m[0], owner))
            continue
        mention = Mention(line, k, m[0], entry, entry.c)
        FRAMES.get(entry.a, _plain)(mention)
        out.append(mention)
    _hand_on(out)
    return out


def _hand_on(mentions: list[Mention]) -> None:
    """launched a raid: the doer of the launch is the raid's."""
    for m, after in zip(mentions, mentions[1:], strict=False):
        if m.frame == "launch" and m.agents and after.entry.cat == "noun" and not after.agents and after.i - m.j <= 8:
            after.agents = list(m.agents)


def trigger_at(line: Line, k: int) -> Entry | None:
    """The act that the word at k tells: as a noun where it may be both and stands like one."""
    found = [e for e in line.marks[k][1] if e.cat in ("verb", "noun")]
    if not found or any(e.cat == "idiom" for e in line.marks[k][1]):
        return None
    if k and (p := line.owner[k - 1]) is not None and p.kind == "number" and p.amount.value == 1 and p.i and found[0].c == "shot":
        before = line.entry(p.i - 1, "verb")
        if before is not None and before.a == "fire":
            return None  # "fired one shot"
    if found[0].c == "shot" and _filmed(line, k):
        return None
    verbs = [e for e in found if e.cat == "verb"]
    nouns = [e for e in found if e.cat == "noun"]
    if not verbs or not nouns:
        return found[0]
    j = line.end(k)
    forms = {e.form for e in verbs}
    owner = line.owner[j] if j < line.n else None
    takes = owner is not None and owner.i == j and owner.kind not in ("weapon",) and not line.is_(j, "prep")
    led = k > 0 and (line.is_(k - 1, "det") or line.is_(k - 1, "of"))
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


def _filmed(line: Line, k: int) -> bool:
    """Whether what was shot at k is a film: the video, credited to X and shot on Friday."""
    if (k and line.is_(k - 1, "aux")) or (k + 1 < line.n and not line.is_(k + 1, "prep") and line.w[k + 1][0].isalnum()):
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


# ------------------------------------------------------------------ walking


def skip_back(line: Line, k: int) -> int:
    """The first word left of k that is no adverb, auxiliary, negation or modal."""
    while k >= 0 and (
        line.is_(k, "adv") or line.is_(k, "aux") or line.is_(k, "have") or line.is_(k, "modal") or line.is_(k, "neg")
    ):
        if line.owner[k] is not None and line.owner[k].kind == "pronoun":
            break
        k -= 1
    return k


def skip_on(line: Line, k: int) -> int:
    """The first word from k on that is no adverb or quotation mark."""
    while k < line.n and (line.is_(k, "adv") or line.w[k] in "\"“”'"):
        if line.owner[k] is not None:
            break
        k += 1
    return k


def voice(line: Line, i: int, j: int, entry: Entry, look: str = "both") -> str:
    """active, passive, reduced (a participle without its auxiliary), ing or base."""
    forms = {e.form for e in line.marks[i][1] if e.cat == "verb" and e.a == entry.a}
    if "ing" in forms and not forms & {"past", "part"}:
        k = skip_adverbs_back(line, i - 1)
        return "being" if k >= 0 and line.w[k] == "being" else "ing"
    if not forms & {"past", "part"}:
        return "base" if "base" in forms else "active"
    k = i - 1
    steps = 0
    while (
        k >= 0 and steps < 4 and (line.is_(k, "adv") or line.is_(k, "neg") or line.is_(k, "aux") or line.is_(k, "have"))
    ):
        if line.is_(k, "aux"):
            return "passive"
        if line.is_(k, "have"):
            return "active"
        k -= 1
        steps += 1
    if look != "on" and k >= 1 and line.is_(k, "and") and steps == 0:
        before = _verb_ending(line, k)
        if (
            before is not None
            and voice(line, before, line.end(before), line.entry(before, "verb"), "back") == "passive"
        ):
            return "passive"
    n = skip_on(line, j)
    if n < line.n:
        after = line.owner[n]
        if look != "back" and line.is_(n, "and") and n + 1 < line.n and line.entry(n + 1, "verb") is not None:
            return voice(line, n + 1, line.end(n + 1), line.entry(n + 1, "verb"), "on")
        if after is not None and "past" in forms and after.i == n and after.kind != "place":
            return "active"
        if after is None and "past" in forms and line.entry(n, "noun") is None and (_wordy(line, n) or line.is_(n, "nonperson") or line.is_(n, "det")):
            return "active"
    return "reduced"


def _wordy(line: Line, k: int) -> bool:
    word = line.w[k]
    return word[0].isalpha() and line.marks[k] is None


def _verb_ending(line: Line, j: int) -> int | None:
    """The verb whose words end right before word j."""
    for k in range(max(0, j - 3), j):
        if line.entry(k, "verb") is not None and line.end(k) == j:
            return k
    return None


def skip_adverbs_back(line: Line, k: int) -> int:
    while k >= 0 and (line.is_(k, "adv") and not line.is_(k, "aux")):
        k -= 1
    return k


def subject(line: Line, i: int, kinds: tuple[str, ...] = PEOPLE) -> list[Phrase]:
    """The phrases that stand as subject of the verb at word i, coordination included, in order."""
    k = skip_back(line, i - 1)
    if k < 0:
        return []
    if (line.is_(k, "rel") and line.owner[k] is None) or (line.is_(k, "rel") and line.owner[k].kind == "pronoun"):
        k -= 1
        if k >= 0 and line.w[k] == ",":
            k -= 1
    if line.is_(k, "and") and (before := _verb_ending(line, k)) is not None:
        return subject(line, before, kinds)
    k = _over_aside(line, k)
    fallback: Phrase | None = None
    steps = 0
    while k >= 0 and steps < 40:
        phrase = line.owner[k]
        steps += 1
        if line.w[k] in (")", "]") and (opened := _opening(line, k)) is not None:
            k = opened - 1
            continue
        if phrase is None:
            if _wall(line, k, i):
                break
            k -= 1
            continue
        before = phrase.i - 1
        fits = phrase.kind in kinds or (phrase.kind == "number" and "people" in kinds and _bare(line, phrase, i))
        if fits and phrase.kind == "pronoun" and line.is_(phrase.i, "rel"):
            fits = False
        if fits and phrase.kind in ("people", "number") and phrase.j == i and phrase.amount is not None:
            return _list_back(line, phrase, kinds)[0]
        if fits and phrase.kind == "thing" and phrase.definite:
            fits = False
        if fits and phrase.kind == "people" and line.w[i - 1] == "being" and phrase.j == i - 1:
            return [phrase]
        if fits:
            if not (before >= 0 and (line.is_(before, "prep") or line.is_(before, "include"))):
                if _unmarked(phrase) and _stronger(line, phrase, kinds):
                    k = before
                    continue
                found, inside = _list_back(line, phrase, kinds)
                first = found[0].i - 1
                if phrase.kind == "actor" and fallback is not None:
                    break
                if not inside and not (first >= 0 and line.is_(first, "include")):
                    return found
                before = first
                if fallback is None:
                    fallback = phrase
            elif fallback is None and phrase.kind != "thing" and (phrase.kind != "name" or ("name" in kinds and not line.is_(before, "loc"))):
                fallback = phrase
        k = before
    if fallback is not None and not line.is_(fallback.i - 1, "by"):
        return [fallback]
    return []


def _over_aside(line: Line, k: int) -> int:
    """The word before the aside that a comma at k closes: "six civilians, most of whom were children, were killed"."""
    if k < 0 or line.w[k] not in (",", "–", "—", "-"):
        return k
    for x in range(k - 1, max(-1, k - 30), -1):
        if line.w[x] in (",", "–", "—", "-", ":") and (line.is_(x + 1, "include") or (line.is_(x + 1, "rel"))):
            return x - 1
    return k


def _unmarked(p: Phrase) -> bool:
    """Whether a singular noun stands without determiner, number, name or age, as an apposition does."""
    return p.kind == "people" and not p.plural and p.i == p.core and p.name is None and p.age is None and p.amount is None


def _stronger(line: Line, phrase: Phrase, kinds: tuple[str, ...]) -> bool:
    """Whether people with a determiner or a number stand before the comma that opens this phrase."""
    if not phrase.i or line.w[phrase.i - 1] != ",":
        return False
    for x in range(phrase.i - 2, max(-1, phrase.i - 16), -1):
        p = line.owner[x]
        if p is not None and p.kind in kinds and p.kind != "name" and (p.amount is not None or p.i != p.core):
            return True
        if p is None and (line.entry(x, "verb") is not None or line.w[x] in (";", ":")):
            return False
    return False


def _opening(line: Line, k: int) -> int | None:
    """Where the bracket that closes at word k opens, within 15 words."""
    for x in range(k - 1, max(-1, k - 16), -1):
        if line.w[x] in ("(", "["):
            return x
    return None


def _bare(line: Line, phrase: Phrase, i: int) -> bool:
    """Whether a number without a noun is the subject of the verb at i: "two were killed", "one died"."""
    k = phrase.j
    left = phrase.i - 1
    if left >= 0 and line.w[left][0].isalnum() and (line.owner[left] is not None or line.marks[left] is None):
        return False
    if line.w[phrase.i - 1] == "," and line.w[k] == "," if phrase.i > 0 and k < line.n else False:
        return False
    while k < i and (line.is_(k, "aux") or line.is_(k, "adv") or line.is_(k, "have")):
        k += 1
    return k == i or (k < i and line.w[k] in OF_THEM)


OF_THEM = frozenset({"of", "(", ","})


def _wall(line: Line, k: int, i: int) -> bool:
    """Whether word k ends the search for a subject of the verb at i."""
    if line.w[k] in (";", ":", "—"):
        return True
    if line.is_(k, "sub") and not line.is_(k, "rel"):
        return True
    verb = line.entry(k, "verb")
    if verb is not None and line.end(k) < i and verb.form != "ing":
        return i - k > 3 or verb.form in ("s", "past")
    if line.entry(k, "speech") is None or line.w[k] == "reported":
        return False
    n = line.end(k)
    return not (line.is_(n, "of") or line.w[n : n + 1] == ["to"] or line.is_(n, "by") or line.is_(n, "sub"))


def _list_back(line: Line, last: Phrase, kinds: tuple[str, ...]) -> tuple[list[Phrase], bool]:
    """`last` and the phrases joined to it on its left by commas and "and"; True where the list hangs on a preposition."""
    out = [last]
    inside = False
    k = last.i - 1
    joined = False
    while k > 0:
        if line.is_(k, "and") and not joined:
            joined = True
            k -= 1
            if k >= 0 and line.w[k] == ",":
                k -= 1
        elif line.w[k] == "," and joined:
            k -= 1
        else:
            break
        phrase = line.owner[k]
        if phrase is None or phrase.kind not in (*kinds, "number") or phrase.j != k + 1:
            phrase = _over(line, k, kinds)
            if phrase is None:
                break
        if phrase.i and line.is_(phrase.i - 1, "prep") and not line.is_(phrase.i - 1, "and") and not line.is_(phrase.i - 1, "include"):
            owner = line.owner[phrase.i - 2] if phrase.i > 1 and line.is_(phrase.i - 1, "of") else None
            if owner is None or owner.amount is None or owner.kind not in kinds:
                inside = line.w[k] != "," and not line.is_(phrase.i - 1, "include")
                break
            phrase = owner
        out.append(phrase)
        k = phrase.i - 1
    return _without_appositions(line, out[::-1]), inside


def _without_appositions(line: Line, found: list[Phrase]) -> list[Phrase]:
    """The list without what only says again who someone is: "two civilians, a father and son", "journalist and activist X"."""
    first = found[0]
    if len(found) > 1 and first.amount is not None and first.amount.best and not first.amount.vague:
        rest = sum((p.amount.value or 0) if p.amount is not None else 1 for p in found[1:])
        joined = line.is_(found[1].i - 1, "and")
        if first.amount.best > 1 and rest == first.amount.best and not joined:
            return [first]
        second = found[1]
        if joined and first.kind in ("actor", "name") and second.plural and second.amount is None and second.kind == "people":
            second.amount = first.amount
            found = found[1:]
    last = found[-1]
    if last.name is not None or last.kind == "name":
        return [p for p in found[:-1] if p.i != p.core or p.plural or p.name is not None or p.kind == "name" or p.amount is not None] + [last]
    return found


def _over(line: Line, k: int, kinds: tuple[str, ...]) -> Phrase | None:
    """The people left of k across "of his home in Memphis": a description without a verb of at most six words."""
    for x in range(k, max(-1, k - 7), -1):
        phrase = line.owner[x]
        if (line.marks[x] is not None and line.entry(x, "verb") is not None) or line.w[x] in (",", ";"):
            return None
        if phrase is not None and phrase.kind in kinds and phrase.kind != "name" and not line.is_(phrase.i - 1, "prep"):
            return phrase
    return None


def objects(line: Line, j: int, kinds: tuple[str, ...] = PEOPLE) -> list[Phrase]:
    """The phrases that follow the verb that ends at word j, coordination included."""
    k = skip_on(line, j)
    while k < line.n and line.entry(k, "cue") is not None and line.owner[k] is None:
        k = line.end(k)
    if (
        k + 1 < line.n
        and line.is_(k, "and")
        and (nxt := line.entry(k + 1, "verb")) is not None
        and nxt.a in ("harm", "hit", "abduct")
    ):
        return objects(line, line.end(k + 1), kinds)
    if k < line.n and line.owner[k] is None and _wordy(line, k) and k + 1 < line.n and line.owner[k + 1] is not None:
        k += 1
    if k >= line.n:
        return []
    first = line.owner[k]
    if first is None or not (
        first.kind in kinds or (first.kind == "number" and "people" in kinds and _counts(line, first))
    ):
        return []
    return _list_on(line, first, kinds)


def _counts(line: Line, phrase: Phrase) -> bool:
    """Whether a number after a harming verb counts people: nothing that it could count follows."""
    k = phrase.j
    if k >= line.n:
        return True
    word = line.w[k]
    if not word[0].isalnum():
        return word not in ("%", "$", "-")
    return line.is_(k, "and") or line.is_(k, "prep") or line.is_(k, "include") or line.is_(k, "or") or line.is_(k, "adv") or line.is_(k, "sub")


def _list_on(line: Line, first: Phrase, kinds: tuple[str, ...]) -> list[Phrase]:
    out = [first]
    k = first.j
    for _ in range(40):
        start = k
        if k < line.n and line.w[k] in (",", ";") and not line.is_(k + 1, "and"):
            k += 1
        elif k < line.n and (line.is_(k, "and") or (line.w[k] in (",", ";") and line.is_(k + 1, "and"))):
            k += 1 if line.is_(k, "and") else 2
            if k < line.n and line.marks[k - 1] is not None:
                k = max(k, line.end(k - 1))
        elif (k := _beyond(line, start, kinds)) < 0:
            break
        phrase = line.owner[k] if k < line.n else None
        if phrase is None or phrase.i != k or phrase.kind not in (*kinds, "number") or phrase.kind == "pronoun":
            break
        if phrase.kind == "number" and not _counts(line, phrase):
            break
        if _acts_next(line, phrase.j):
            break
        if phrase.kind == "name" and line.w[start] == "," and out[-1].kind != "name" and not _listed(line, phrase.j):
            break
        out.append(phrase)
        k = phrase.j
    return _without_appositions(line, out)


def _beyond(line: Line, k: int, kinds: tuple[str, ...]) -> int:
    """Where a list goes on behind "of the Northern Front (NF) and two civilians"; -1 where it does not."""
    if not (k < line.n and (line.is_(k, "of") or line.w[k] == "(")):
        return -1
    for x in range(k + 1, min(line.n - 1, k + 14)):
        if line.is_(x, "and"):
            p = line.owner[line.end(x)] if line.end(x) < line.n else None
            if p is not None and p.i == line.end(x) and p.kind in (*kinds, "number") and (p.amount is not None or line.is_(p.i, "singular")):
                return p.i
        elif line.w[x] in (",", ";", ".") or (line.owner[x] is None and line.entry(x, "verb") is not None):
            return -1
    return -1


def _listed(line: Line, k: int) -> bool:
    return k < line.n and (line.w[k] in (",", ";") or line.is_(k, "and"))


def _acts_next(line: Line, k: int) -> bool:
    """Whether a verb of its own follows, so that the phrase before k belongs to another clause."""
    k = skip_on(line, k)
    if k >= line.n:
        return False
    if line.is_(k, "aux") or line.is_(k, "have"):
        return True
    verb = line.entry(k, "verb")
    return line.owner[k] is None and ((verb is not None and verb.form != "ing") or line.entry(k, "speech") is not None)


def following(line: Line, j: int, name: str, kinds: tuple[str, ...], reach: int = REACH) -> list[Phrase]:
    """The phrases behind the first preposition of class `name` after word j, within its clause."""
    k = j
    while k < min(line.n, j + reach):
        if line.is_(k, name):
            n = skip_on(line, line.end(k) if line.marks[k] is not None else k + 1)
            phrase = line.owner[n] if n < line.n else None
            if phrase is not None and phrase.kind in kinds:
                return _list_on(line, phrase, kinds)
        if line.w[k] in (";", ":") or (line.is_(k, "sub") and k > j):
            break
        verb = line.entry(k, "verb") if line.owner[k] is None else None
        if verb is not None and k > j and verb.form in ("past", "s", "ing"):
            break
        k += 1
    return []


# ------------------------------------------------------------------ frames

DOERS = ("people", "name", "actor", "pronoun")
THINGS = ("target", "people", "name", "actor")


def _plain(m: Mention) -> None:
    m.voice = voice(m.line, m.i, m.j, m.entry) if m.entry.cat == "verb" else ""


def _sort(m: Mention, phrases: list[Phrase]) -> None:
    """Puts the phrases that an act fell upon among victims or targets; a bare name may be a place and is left."""
    for p in phrases:
        if p.kind == "target":
            m.targets.append(p)
        elif p.kind != "name" or p.age is not None or m.effect in ("death", "injury", "abducted"):
            m.victims.append(p)


def _doers(m: Mention, phrases: list[Phrase]) -> None:
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
    return q if q is not None and q.kind == "actor" and q.entry.a in ("armed_group", "state_force", "state", "government") else None


def _harm(m: Mention) -> None:
    line = m.line
    m.voice = voice(line, m.i, m.j, m.entry)
    if m.effect == "shot" and m.voice != "passive" and line.is_(m.j, "atword"):
        m.effect = "unknown"
        _doing(m)
        return
    harmed = ("people", "pronoun") if line.is_(m.i, "loose") else PEOPLE if m.entry.c in ("abducted", "none") else HARMED
    if m.voice in ("passive", "reduced", "being"):
        m.victims = subject(line, m.i, harmed)
        m.victims += _with_others(line, m)
        _doers(m, following(line, m.j, "by", (*DOERS, "weapon")))
    else:
        m.victims = objects(line, m.j, harmed)
        if m.voice == "ing":
            m.victims = [p for p in m.victims if p.kind != "thing" or not p.definite]
        if not m.victims and m.entry.b == "explosion":
            m.targets = objects(line, m.j, ("target",))
        if m.voice != "ing" and (m.voice != "base" or m.victims):
            _doers(m, subject(line, m.i, (*DOERS, "weapon")))
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


def _either(line: Line, m: Mention) -> bool:
    """killed or wounded 40: neither number is told."""
    after = line.entry(m.j + 1, "verb") if line.is_(m.j, "or") else None
    before = _verb_ending(line, m.i - 1) if m.i > 1 and line.is_(m.i - 1, "or") else None
    return (after is not None and after.a == "harm") or before is not None


def _to_death(line: Line, j: int) -> bool:
    w = line.w
    return (
        j + 1 < line.n
        and line.is_(j, "prep")
        and line.entry(j + 1, "noun") is not None
        and line.entry(j + 1, "noun").a == "death"
    ) or (j < line.n and w[j] == "dead")


def _die(m: Mention) -> None:
    m.voice = voice(m.line, m.i, m.j, m.entry)
    m.victims = subject(m.line, m.i, HARMED)
    m.victims += _with_others(m.line, m)


def _with_others(line: Line, m: Mention) -> list[Phrase]:
    """was killed along with his six sons: who stands behind "with" shares the fate, where it is a person of his own."""
    k = skip_on(line, m.j)
    if not m.victims or k >= line.n or not line.is_(k, "withothers"):
        return []
    n = line.end(k) if line.marks[k] is not None else k + 1
    p = line.owner[n] if n < line.n else None
    if p is None or p.i != n or p.kind not in ("people", "name") or (line.w[k] == "with" and not line.is_(n, "poss") and p.kind != "name"):
        return []
    return _list_on(line, p, PEOPLE)


def _hit(m: Mention) -> None:
    line = m.line
    m.voice = voice(line, m.i, m.j, m.entry)
    if m.voice in ("passive", "reduced", "being"):
        _sort(m, subject(line, m.i, THINGS))
        _doers(m, following(line, m.j, "by", (*DOERS, "weapon")))
    else:
        _sort(m, objects(line, m.j, THINGS))
        if m.voice != "base" or m.victims or m.targets:
            _doers(m, subject(line, m.i, (*DOERS, "weapon")))


def _launch(m: Mention) -> None:
    """launched a raid: the doer goes to the act behind it, so the verb alone is only kept with a weapon."""
    _doing(m)
    m.weapons = objects(m.line, m.j, ("weapon",))


def _flee(m: Mention) -> None:
    """Displacement only where people are counted; one who runs away is a survivor of the act that he flees."""
    m.voice = voice(m.line, m.i, m.j, m.entry)
    people = objects(m.line, m.j) if m.entry.form != "base" and m.voice in ("active", "ing") else []
    m.victims = people if any(p.amount is not None for p in people) else subject(m.line, m.i)


def _rescue(m: Mention) -> None:
    """carried, pulled, picked up: a rescue where the clause says to what safety."""
    m.voice = voice(m.line, m.i, m.j, m.entry)
    passive = m.voice in ("passive", "reduced", "being")
    m.victims = subject(m.line, m.i) if passive else objects(m.line, m.j)
    line = m.line
    if (
        m.entry.b == "other"
        and line.is_(m.i, "carry")
        and not any(line.is_(k, "rubble") for k in range(m.j, min(line.n, m.j + 14)))
    ):
        m.effect, m.victims = "unknown", []


def _doing(m: Mention) -> None:
    """open fire, launch, throw, explode: the subject does it, "at" and "on" say to what."""
    line = m.line
    m.voice = voice(line, m.i, m.j, m.entry)
    if m.voice == "reduced" and m.frame in ("fire", "boom", "fight", "move"):
        m.voice = "active"  # verbs without an object: no participle stands for a passive
    if m.voice in ("passive", "reduced", "being"):
        _doers(m, following(line, m.j, "by", DOERS))
        for p in subject(line, m.i, ("weapon",)):
            m.weapons.append(p)
    else:
        _doers(m, subject(line, m.i, (*DOERS, "weapon")))
        m.weapons.extend(objects(line, m.j, ("weapon",)))
    _sort(m, following(line, m.j, "on", THINGS))


def _event(m: Mention) -> None:
    line = m.line
    _sort(m, following(line, m.j, "on", THINGS, 6))
    _doers(m, following(line, m.j, "by", (*DOERS, "weapon"), 10))
    if m.entry.c in ("abducted", "death", "injury") or m.entry.b in ("explosion", "shelling", "shooting", "stabbing"):
        m.effect = "shot" if m.entry.b == "shooting" else "stabbed" if m.entry.b == "stabbing" else m.effect
        before = len(m.victims)
        _sort(m, following(line, m.j, "of", (*THINGS, "number"), 2))
        if len(m.victims) == before:
            m.effect = m.entry.c
    if not m.agents:
        before = line.owner[m.i - 1] if m.i else None
        if before is None and m.i > 1 and line.w[m.i - 1] == "'s":
            before = line.owner[m.i - 2]
        if before is not None and before.kind == "actor":
            m.agents.append(before)


def _death(m: Mention) -> None:
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
    if not m.victims and m.i and (p := line.owner[m.i - 1]) is not None and p.amount is not None and p.kind in ("number", "people"):
        m.victims = [p]
    if not m.victims and m.i and line.is_(m.i - 1, "poss"):
        m.victims = [Phrase("pronoun", m.i - 1, m.i, m.i - 1, m.i - 1, m.i, definite=True, plural=line.is_(m.i - 1, "pronpl"))]
    _doers(m, following(line, m.j, "by", DOERS, 10))


def _toll(m: Mention) -> None:
    """death toll, casualties, bodies, injuries: a figure or an "of" tells how many."""
    line = m.line
    before = line.owner[m.i - 1] if m.i else None
    if before is not None and before.amount is not None and before.kind in ("number", "people") and not (m.effect == "injury" and before.amount.vague):
        m.victims = [before]
        return
    m.victims = following(line, m.j, "of", PEOPLE, 3)
    if m.effect == "injury" and not m.victims:
        _wound(m)
    if not m.victims and m.i >= 2 and line.w[m.i - 1] == "'s" and (p := line.owner[m.i - 2]) is not None and p.kind in PEOPLE:
        m.victims = [p] if m.effect == "death" else []


def _wound(m: Mention) -> None:
    """with a gunshot wound: who has it is the person before "with"; how many wounds counts nobody."""
    line = m.line
    k = m.i - 1
    while k > 0 and not line.is_(k, "with") and line.entry(k, "verb") is None and m.i - k < 9:
        k -= 1
    if k > 0 and (line.is_(k, "with") or line.is_(k, "suffering")):
        m.victims = _nearest_people(line, k)
    elif k > 0 and (verb := line.entry(k, "verb")) is not None and verb.a == "suffer":
        m.victims = []  # the verb's own mention tells it


def _figure(m: Mention) -> None:
    """The death toll: the last figure that it is said to have reached."""
    n = _figure_after(m.line, m.j)
    if n is not None:
        rising = any(m.line.is_(k, "rising") for k in range(max(0, m.i - 4), n.i + 1))
        m.victims, m.toll, m.latest = [n], True, rising


def _nearest_people(line: Line, k: int) -> list[Phrase]:
    for x in range(k - 1, max(-1, k - 25), -1):
        p = line.owner[x]
        described = p is not None and p.kind == "name" and p.i and line.w[p.i - 1].isalpha() and not line.cap[p.i - 1]
        if p is not None and p.kind in PEOPLE and not (described and (line.is_(p.i - 1, "loc") or line.marks[p.i - 1] is None)):
            return [p]
    return []


def _figure_after(line: Line, j: int) -> Phrase | None:
    """The last number soon after a toll noun: "rose from 17 to 23"."""
    found = None
    for k in range(j, min(line.n, j + 12)):
        p = line.owner[k]
        if (
            p is not None
            and p.i == k
            and p.amount is not None
            and ((p.kind == "number" and _counts(line, p)) or p.kind == "people")
        ):
            found = p
        if line.w[k] in (";", ",") and found is not None:
            break
    return found


def _state(m: Mention) -> None:
    """dead, wounded, missing as a predicate or a noun: "17 dead", "was found dead", "the wounded"."""
    line = m.line
    before = line.owner[m.i - 1] if m.i else None
    counted = before is not None and before.kind in ("actor", "thing") and before.amount is not None
    if before is not None and (before.kind in ("number", "people", "name") or counted):
        m.victims = [before] if not line.is_(before.i - 1, "and") else _list_back(line, before, PEOPLE)[0]
        return
    k = skip_back(line, m.i - 1)
    verb = line.entry(k, "verb")
    if (verb is not None and verb.a in ("find", "leave", "harm")) or (
        k >= 0 and line.w[k] in ("pronounced", "declared", "confirmed", "presumed", "listed")
    ):
        m.victims = objects(line, line.end(k)) or subject(line, k)
    elif (found := _found_before(line, m.i)) is not None:
        m.victims = objects(line, line.end(found))[:1]
    elif k < m.i - 1:
        m.victims = subject(line, m.i)
    elif line.is_(m.i - 1, "defin"):
        m.victims = []


def _found_before(line: Line, i: int) -> int | None:
    """The verb of finding whose object is told dead at word i: "found the victim, a tall man of 40, deceased"."""
    for k in range(i - 2, max(-1, i - 25), -1):
        verb = line.entry(k, "verb")
        if verb is not None and line.owner[k] is None:
            return k if verb.a == "find" and line.w[i - 1] == "," else None
    return None


def _leave(m: Mention) -> None:
    """left 17 people dead: the state's own mention finds the people; here only the doer."""
    line = m.line
    m.voice = voice(line, m.i, m.j, m.entry)


def _lose(m: Mention) -> None:
    """lost their lives, lost his life: the subject died."""
    line = m.line
    k = skip_on(line, m.j)
    p = line.owner[k] if k < line.n else None
    if (p is not None and line.w[p.stop - 1] in ("lives", "life")) or (k + 1 < line.n and "life" in line.w[k : k + 3]):
        m.effect, m.entry = "death", Entry("verb", "die", "killing", "death", m.entry.form)
        m.victims = subject(line, m.i, (*PEOPLE, "actor"))


def _foil(m: Mention) -> None:
    """defused a car bomb, shot down a drone: tried and failed."""
    m.voice = voice(m.line, m.i, m.j, m.entry)
    passive = m.voice in ("passive", "reduced", "being")
    m.weapons = subject(m.line, m.i, ("weapon",)) if passive else objects(m.line, m.j, ("weapon",))


def _care(m: Mention) -> None:
    """was taken to hospital: the subject is hurt, where a hospital is named behind the verb."""
    line = m.line
    m.voice = voice(line, m.i, m.j, m.entry)
    there = any(line.is_(k, "hospitalword") for k in range(m.j, min(line.n, m.j + 10)))
    passive = m.voice in ("passive", "reduced", "being")
    m.victims = (subject(line, m.i) if passive else objects(line, m.j)) if there else []
    m.victims = [p for p in m.victims if p.kind != "number" or p.amount.value]
    m.effect = "injury" if m.victims else "unknown"


def _suffer(m: Mention) -> None:
    """suffered injuries, received a bullet wound: the subject was hurt, where an injury is the object."""
    line = m.line
    hurt = any(
        (e := line.entry(k, "noun")) is not None and e.a in ("toll", "wound") and e.c == "injury"
        for k in range(m.j, min(line.n, m.j + 7))
    )
    m.victims = subject(line, m.i) if hurt else []
    m.effect = "injury" if hurt else "unknown"


def _protest(m: Mention) -> None:
    """protested, a rally: told with its day and place; nobody is harmed by it."""
    m.voice = voice(m.line, m.i, m.j, m.entry) if m.entry.cat == "verb" else ""


def _abduct(m: Mention) -> None:
    _harm(m)


FRAMES = {
    "harm": _harm, "die": _die, "hit": _hit, "damage": _hit, "fire": _doing, "boom": _doing, "drop": _doing,
    "launch": _launch, "throw": _doing, "fight": _doing, "abduct": _abduct, "rescue": _rescue, "take": _hit,
    "suffer": _suffer, "care": _care, "foil": _foil, "lose": _lose, "leave": _leave, "event": _event, "death": _death, "toll": _toll,
    "protest": _protest, "figure": _figure, "wound": _wound, "state": _state,
    "move": _doing, "flee": _flee, "besiege": _hit,
}  # fmt: skip
