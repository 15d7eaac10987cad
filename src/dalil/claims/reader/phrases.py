"""People, named persons, actors, targets and weapons as phrases, each with how many it speaks of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dalil.claims.reader.lexicon import Entry
from dalil.claims.reader.marking import Line
from dalil.claims.reader.numbers import Amount, amount_at
from dalil.claims.reader.openings import openings

MODIFIERS = 7  # words before a head: longer runs in news are lists or missed verbs
AGE = re.compile(r"^(\d{1,3})-(?:year|month|week|day)s?-olds?$")
SPELLED_AGE = re.compile(r"^([a-z]+)-(?:year|month|week|day)s?-olds?$")
HALF_AGE = re.compile(r"^(\d{1,3})-(?:year|month|week|day)s?$")
# Classes whose words stand in no proper name.
NAMELESS = frozenset(["det", "prep", "sub", "pron", "conj", "aux", "adv", "month", "neg", "modal", "furniture"])
NAME = 5  # words of a name in a text of capitals
ORDINARY = re.compile(r"(?:ing|ed|ly|tion|ment|ness|ity|ous|ful|ism|ive|able|ical|ary)$")
UNKNOWN = 4  # words of a noun phrase that no lexicon knows


@dataclass(slots=True)
class Phrase:
    """A phrase over words i..j; its bare words are core..j, and its head noun starts at `head`.

    kind: people, name, number, pronoun, target, weapon, actor, place. `amount` is None where it has no figure:
    then one for a singular, several for a plural. `state` is the outcome told by a modifier ("the wounded man").
    """

    kind: str
    i: int
    j: int
    core: int
    head: int
    stop: int = 0  # where the head noun ends, before a name or an age
    entry: Entry | None = None
    amount: Amount | None = None
    plural: bool = False
    definite: bool = False
    other: bool = False
    title: bool = False
    age: int | None = None
    state: Entry | None = None
    name: tuple[int, int] | None = None
    owned: bool = False  # "her brother": a person of her own, not one spoken of before

    @property
    def group(self) -> str:
        return self.entry.a if self.entry is not None and self.entry.cat == "people" else ""


def head_entry(line: Line, k: int) -> Entry | None:
    """The meaning that makes the phrase at k a head noun, people first."""
    m = line.marks[k]
    return m[1].head if m is not None else None


def opens_name(line: Line, k: int) -> bool:
    """Whether word k may stand in a proper name."""
    if line.shout or not line.cap[k] or not line.w[k][0].isalpha():
        return False
    m = line.marks[k]
    if m is not None and line.headline:
        return False
    if not NAMELESS.isdisjoint(line.kinds[k]):
        return False
    if m is None or not ("verb" in m[1].first or "num" in m[1].first or "cue" in m[1].first):
        return True
    return k > 0 and line.cap[k] == 1 and k + 1 < line.n and line.cap[k + 1] == 1


def name_at(line: Line, k: int) -> int:
    """Where the run of capitalised words that starts at k ends; k itself where none starts."""
    if k >= line.n or not line.cap[k] or not opens_name(line, k):
        return k
    j = k + 1
    while j < line.n:
        if (
            opens_name(line, j)
            or (
                line.w[j] == "."
                and j + 1 < line.n
                and line.e[j - 1] == line.s[j]
                and len(line.w[j - 1]) <= 2
                and line.cap[j + 1]
            )
            or (line.is_(j, "link") and j + 1 < line.n and (opens_name(line, j + 1)))
        ):
            j += 1
        elif line.w[j] in "\"'“”" and j + 2 < line.n and line.cap[j + 1] and line.w[j + 2] in "\"'“”":
            j += 3
        else:
            break
        if j - k > 8:
            break
    return j


def told_age(line: Line, k: int) -> tuple[int, int] | None:
    """(age, next word) for "14-year-old", "14 year old" or "61-year old" at word k."""
    word = line.w[k]
    if word.isalpha():
        return None
    whole = AGE.match(word)
    if whole:
        return int(whole[1]), k + 1
    spelled = SPELLED_AGE.match(word)
    if spelled:
        n = next((e.low for e in line.lx.single.get(spelled[1], ()) if e.cat == "num" and e.a == "number"), None)
        return (n, k + 1) if n is not None else None
    if not word[0].isdigit():
        return None
    part = HALF_AGE.match(word)
    if part and k + 1 < line.n and line.w[k + 1] == "old":
        return int(part[1]), k + 2
    if word.isdigit() and k + 1 < line.n and line.is_(k + 1, "ageword"):
        if line.w[k + 1].endswith("old"):
            return int(word), k + 2
        if k + 2 < line.n and line.w[k + 2] == "old":
            return int(word), k + 3
    return None


def phrase_at(line: Line, i: int) -> Phrase | None:
    """The phrase that starts at word i, or None where none does."""
    m = line.marks[i]
    if i and m is not None and "weapon" in m[1].first and "verb" in m[1].first:
        if line.w[i - 1] == "to" or line.is_(i - 1, "modal") or line.is_(i - 1, "do") or line.is_(i - 1, "neg"):
            return None
        if line.is_(i + 1, "det") and line.owner[i - 1] is not None:
            return None  # "if the army shells the camp"
    amount = amount_at(line, i)
    k = amount.j if amount else i
    definite = other = determined = False
    kinds = line.kinds
    while k < line.n and "det" in kinds[k]:
        definite = definite or "defin" in kinds[k]
        other = other or "more" in kinds[k]
        determined, k = True, k + 1
    if amount is None and line.w[i : i + 2] == ["the", "other"] and line.end(i) == i + 2 and _told_alone(line, i + 2):
        other, determined, k = True, True, i + 2  # "the other died"; "the other two" is an amount
    if determined and amount is None:
        amount = amount_at(line, k)
        if amount is not None:
            k = amount.j
    if (
        determined
        and (m := line.marks[k] if k < line.n else None) is not None
        and "num" in m[1].first
        and any(e.cat == "num" and e.a == "about" for e in m[1])
    ):
        k = m[0]
    while k < line.n and ("other" in kinds[k] or "more_after" in kinds[k]):
        other = True
        k += 1
    if amount is not None and amount.more:
        other = True
    if k == i + 1 and "indef" in kinds[i] and line.is_(k, "ordinal") and _told_alone(line, k + 1):
        other, k = True, k + 1  # "a third was shot", "a second woman"
    found = (_force(line, i, k) if "bodyword" in line.classes else None) or _head(
        line, i, k, determined or amount is not None
    )
    if found is not None:
        found.amount, found.definite = amount, definite and not other
        if found.plural and amount is None and line.is_(i, "singular") and found.kind == "people":
            found.plural = False
        found.other = other
        found.owned = found.definite and line.has("poss", i, found.core) and not line.is_(found.head, "anyone")
        _after(line, found)
        return found
    if line.w[i] == "another" and k == i + 1 < line.n and _plain(line, k) and line.marks[k] is None:
        return _unknown(line, i, k)
    if other and ((k > i and line.is_(k - 1, "other")) or amount is not None or line.w[i] != "other"):
        return Phrase(
            "people", i, k, i, i, k, None, amount, plural=line.w[k - 1] == "others" and amount is None, other=True
        )
    if line.shout and not determined and amount is None:
        stop = called(line, i)
        if stop - i >= 2:
            return Phrase("name", i, stop, i, i, stop, name=(i, stop))
    unknown = (
        _unknown(line, i, k)
        if (determined or amount is not None) and not (amount and amount.vague and not determined)
        else None
    )
    if unknown is not None:
        unknown.amount, unknown.definite, unknown.plural = amount, definite, amount is not None and amount.value != 1
        return unknown
    if amount is not None:
        return Phrase("number", i, amount.j, i, i, amount.j, amount=amount, definite=definite)
    if line.is_(i, "pron"):
        return Phrase("pronoun", i, i + 1, i, i, i + 1, plural=line.is_(i, "pronpl"), definite=True)
    return None


def _told_alone(line: Line, k: int) -> bool:
    """Whether a person or the verb of one stands at k, not an act: "a second attack" is no person."""
    if k >= line.n or line.entry(k, "noun") is not None:
        return False
    verb = line.entry(k, "verb")
    return head_entry(line, k) is not None or line.is_(k, "aux") or (verb is not None and verb.a == "die")


def _head(line: Line, i: int, k: int, opened: bool) -> Phrase | None:
    """The head noun after determiners and numbers, with the modifiers before it."""
    core, head, entry, state, age = k, None, None, None, None
    called_from = k
    steps = 0
    while k < line.n and steps <= MODIFIERS:
        m = line.marks[k]
        e = m[1].head if m is not None else None
        if e is not None:
            if _in_title(line, k, e):
                k += 1
                steps += 1
                continue
            if not _acts(line, k, head, opened):
                head, entry, k = k, e, line.end(k)
                steps += 1
                continue
        if head is not None:
            break
        found_age = None if line.w[k].isalpha() else told_age(line, k)
        if found_age:
            age, k = found_age
            opened = True
            called_from = k
            if k >= line.n or not (_plain(line, k) or head_entry(line, k) or line.entry(k, "verb")):
                return Phrase("people", i, k, core, k - 1, k, age=age)
            continue
        verb = m[1].act if m is not None else None
        if verb is not None:
            if opened and _modifies(line, k, verb):
                state = verb if (verb.cat == "verb" and verb.form != "ing") or verb.a == "state" else state
                k = line.end(k)
                steps += 1
                continue
            break
        if not _plain(line, k):
            break
        stop = name_at(line, k) if line.cap[k] else k
        k = stop if stop > k else k + 1
        steps += 1
        if k + 1 < line.n and line.w[k] == "'s" and opened is False and steps <= 3 and head_entry(line, k + 1):
            k += 1
    if head is None and age is not None and line.entry(called_from, "verb") is not None:
        return Phrase("people", i, called_from, core, called_from - 1, called_from, age=age)  # "a 17-year-old shot"
    if head is None and age is not None and (stop := name_at(line, called_from)) > called_from:
        return Phrase("name", i, stop, called_from, called_from, stop, age=age, name=(called_from, stop))
    if head is None and opened and (called_by := _called_by_place(line, core)):
        return Phrase("thing", i, called_by, core, called_by - 1, called_by)
    if head is None:
        stop = name_at(line, core)
        if stop > core and (stop - core > 1 or core > 0 or line.w[stop : stop + 1] == [","] or _surname(line, core)):
            kind = "place" if line.has("orgword", core, stop) or line.has("placeword", core, stop) else "name"
            return Phrase(kind, i, stop, core, core, stop, age=age, name=(core, stop))
        return None
    if entry.cat == "people" and line.is_(k, "animal"):
        return Phrase("place", i, k + 1, core, head, k + 1)  # "two family pets", "a police dog"
    flown = _flown(line, core, head, k) if entry.cat == "target" else None
    if flown is not None:
        return Phrase("actor", i, k, core, head, k, flown)
    return Phrase(entry.cat, i, k, core, head, k, entry, plural=entry.form == "pl", age=age, state=state)


def _called_by_place(line: Line, core: int) -> int:
    """Where "Ostrow hunters" of "two Ostrow hunters" ends: a name that only tells which noun is meant; 0 elsewhere."""
    stop = core
    while stop < line.n and line.marks[stop] is None and not line.cap[stop] and line.w[stop].isalpha():
        stop += 1
    end = stop = name_at(line, stop) if stop - core <= 2 else core
    while end < line.n and end - stop < 3 and line.marks[end] is None and not line.cap[end] and line.w[end].isalpha():
        end += 1
    named = core < stop < end and not line.shout and not line.headline
    return end if named and not line.has("orgword", core, stop) else 0


def _surname(line: Line, k: int) -> bool:
    """Whether the one capitalised word that opens a sentence ends a fuller name elsewhere: "Ann Kell … Kell died"."""
    n = k + 1
    if line.shout or line.marks[k] is not None or n >= line.n or not (line.is_(n, "aux") or line.entry(n, "verb")):
        return False
    text, word = line.text, " " + line.text[line.s[k] : line.e[k]]
    at = text.find(word)
    while at > 0:
        end = at + len(word)
        if text[text.rfind(" ", 0, at) + 1].isupper() and not text[end : end + 1].isalnum():
            return True
        at = text.find(word, end)
    return False


def _force(line: Line, i: int, k: int) -> Phrase | None:
    """The armed body of a known actor: "forces of the Government of X", "units of the army"."""
    if not (line.is_(k, "bodyword") and line.is_(k + 1, "of")):
        return None
    n = k + 2
    while n < line.n and line.is_(n, "det"):
        n += 1
    entry = line.entry(n, "actor")
    if entry is None or entry.a not in ("state", "state_force", "government", "armed_group"):
        return None
    return Phrase("actor", i, line.end(n), k, n, line.end(n), entry)


def _flown(line: Line, core: int, head: int, k: int) -> Entry | None:
    """The actor whose aircraft stand as subject of an act: "coalition aircraft bombed"."""
    verb = line.entry(k, "verb") if k < line.n else None
    if verb is None or verb.form not in ("past", "s", "ing") or not line.is_(head, "aircraftword"):
        return None
    return next((e for x in range(core, head) if (e := line.entry(x, "actor")) is not None), None)


def _in_title(line: Line, k: int, e: Entry) -> bool:
    """Whether a capitalised noun only belongs to a longer name: "National Congress workers"."""
    if line.shout or line.cap[k] != 1 or e.cat != "people" or e.form != "sg" or line.is_(k, "title") or not k:
        return False
    n = line.end(k)
    for x in range(n, min(line.n, n + 3)):
        if head_entry(line, x) is not None and not line.cap[x]:
            return x > n
        if not line.cap[x]:
            return False
    return False


def _unknown(line: Line, i: int, k: int) -> Phrase | None:
    """A noun phrase behind a determiner or number whose words no lexicon knows; roles decide whether it is a person."""
    start = k
    while k < line.n and k - start < UNKNOWN and line.w[k][0].isalpha() and line.marks[k] is None:
        k += 1
    if k < line.n and (line.entry(k, "noun") is not None or line.w[k] == "-" or line.is_(k, "nonperson")):
        return None
    if k == start or line.is_(k - 1, "nonperson") or (line.cap[k - 1] and not line.shout):
        return None
    return Phrase("thing", i, k, start, k - 1, k)


def _acts(line: Line, k: int, head: int | None, opened: bool) -> bool:
    """Whether the head noun at k is here rather a verb (shells, guards, mines) or an idiom."""
    kinds = line.marks[k][1].first
    if "idiom" in kinds:
        return True
    return "verb" in kinds and head is not None and not opened


def _plain(line: Line, k: int) -> bool:
    """Whether word k may be a modifier: a word of no closed class and no known act."""
    word = line.w[k]
    if not (word[0].isalpha() or word[0].isdigit()) or word in ("'s", "n't", "'re", "'ll", "'ve"):
        return False
    m = line.marks[k]
    if m is None:
        return True
    if line.cap[k] == 2 and len(word) > 1 and not line.shout and m[0] == k + 1:
        return "verb" not in m[1].first and "num" not in m[1].first
    return m[1].modifies


def _modifies(line: Line, k: int, verb: Entry) -> bool:
    """Whether a verb form or event noun before a noun only describes it: the wounded man, a shooting victim."""
    j = line.end(k)
    if verb.cat == "verb" and verb.form not in ("part", "past", "ing"):
        return False
    steps = 0
    while j < line.n and steps < 3:
        if head_entry(line, j) is not None:
            return True
        if not _plain(line, j) or (line.w[j].isdigit() and told_age(line, j) is None):
            return False  # "the ADF killed 7 people": what a figure follows acts
        j += 1
        steps += 1
    return False


def _after(line: Line, phrase: Phrase) -> None:
    """Takes in what stands right behind a head: a name, a possessive's owner, an age."""
    j = phrase.j
    if phrase.kind == "people" and j + 1 < line.n and line.is_(j, "named") and not phrase.plural:
        stop = name_at(line, line.end(j))
        if stop > line.end(j):
            phrase.name, phrase.j = (line.end(j), stop), stop
            j = stop
    if phrase.kind == "people" and j < line.n and phrase.name is None:
        found = called if line.shout else name_at
        k = j + 1 if line.w[j] == "," and not phrase.plural and found(line, j + 1) - j > 2 else j
        stop = called(line, k) if line.shout else name_at(line, k)
        if stop > k and not phrase.plural and not line.has("orgword", k, stop):
            phrase.name = (k, stop)
            phrase.title = line.is_(phrase.head, "title")
            phrase.j = stop
            j = stop
    if line.shout and phrase.kind == "people" and phrase.name is None and not phrase.plural and phrase.i > 1:
        before = line.owner[phrase.i - 2] if line.w[phrase.i - 1] == "," else None
        if before is not None and before.kind == "name" and before.j == phrase.i - 1:
            phrase.name = before.name
    if phrase.kind in ("people", "name"):
        age = None if phrase.plural else age_after(line, j)
        if age is not None:
            phrase.age, phrase.j = age


def called(line: Line, k: int) -> int:
    """Where the name ends that follows a person's noun at k in a text of capitals: words that no list knows."""
    j = k
    while j < line.n and j - k < NAME and line.w[j].isalpha() and line.owner[j] is None:
        if len(line.w[j]) < 3 and not (line.is_(j, "link") and j > k):
            break
        if line.marks[j] is not None and not (line.is_(j, "link") and j > k) and not line.is_(j, "title"):
            break
        if line.marks[j] is None and (line.w[j] in line.lx.ordinary or ORDINARY.search(line.w[j])):
            break
        j += 1
    return j


def age_after(line: Line, j: int) -> tuple[int, int] | None:
    """(age, next word) where ", 25," or "(25)" or "aged 25" follows word j."""
    if j + 1 >= line.n:
        return None
    w = line.w
    if w[j] in (",", "(", "aged", "age") or line.is_(j, "ageword"):
        k = j + 1
        if k < line.n and w[k] in ("aged", "age"):
            k += 1
        if k < line.n and w[k].isdigit() and 0 < int(w[k]) < 110:
            after = w[k + 1] if k + 1 < line.n else "."
            if w[j] in ("aged", "age"):
                return int(w[k]), k + 1
            if after in (",", ")", ".", ";", "and", "(") or after in ("years", "year"):
                return int(w[k]), k + 1 if after != ")" else k + 2
            if after in ("of", "was", "were", "is", "from"):
                return int(w[k]), k + 1
        elif k < line.n and AGE.match(w[k]):
            return int(AGE.match(w[k])[1]), k + 1
    return None


def phrases_of(line: Line) -> list[Phrase]:
    """Every phrase of the sentence in order, none overlapping; the line keeps whose each word is as they are found."""
    out: list[Phrase] = []
    k = 0
    may_open = openings(line)
    while k < line.n:
        if not line.w[k][0].isalnum():
            k += 1
            continue
        phrase = phrase_at(line, k) if may_open[k] else None
        if phrase is None or phrase.j <= k:
            m = line.marks[k]
            k = m[0] if m is not None else k + 1
            continue
        out.append(phrase)
        for x in range(phrase.i, phrase.j):
            line.owner[x] = phrase
        k = phrase.j
    return out
