"""Finding a verb's subject and objects by walking from it over the phrases of its clause, lists and asides included."""

from __future__ import annotations

from dalil.claims.reader.asides import disagrees, of_place, opening, stronger, unmarked
from dalil.claims.reader.lexicon import Entry
from dalil.claims.reader.marking import Line
from dalil.claims.reader.mention import PEOPLE
from dalil.claims.reader.phrases import Phrase

SHARED = 9  # words between two verbs of one subject joined by "and", on sentences of our own
SHARED_FAR = 40  # the same where a verb of dying comes last: "was shot about 6 p.m. in …, just west of …, and died"
LIGHT = frozenset(["adv", "aux", "have", "modal", "neg"])  # what may stand between a subject and its verb
SHARING = frozenset(["harm", "care", "suffer", "hit"])
REACH = 14  # words between a trigger and its preposition, on sentences of our own


def skip_back(line: Line, k: int) -> int:
    """The first word left of k that is no adverb, auxiliary, negation or modal."""
    while k >= 0 and not line.kinds[k].isdisjoint(LIGHT):
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
    if "past" in forms and line.is_(skip_adverbs_back(line, k), "nominative"):
        return "active"
    found = line.entry(k, "verb") if k > 0 else None
    if found is not None and found.a == "find" and line.is_(k - 1, "aux"):
        return "passive"  # "was found shot dead"
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
        before = verb_ending(line, k)
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
        if (
            after is None
            and "past" in forms
            and line.entry(n, "noun") is None
            and (_wordy(line, n) or line.is_(n, "nonperson") or line.is_(n, "det"))
        ):
            return "active"
    return "reduced"


def _wordy(line: Line, k: int) -> bool:
    word = line.w[k]
    return word[0].isalpha() and line.marks[k] is None


def verb_ending(line: Line, j: int) -> int | None:
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
        persons = line.w[k] == "who"
        k -= 1
        if k >= 0 and line.w[k] == ",":
            k -= 1
        if k >= 0 and line.owner[k] is None and line.is_(k, "nonperson"):
            return []  # "a dog that had been shot"
        told = line.owner[k] if k >= 0 else None
        single = told is not None and told.kind == "people" and line.is_(told.i, "singular")
        if told is not None and told.kind in kinds and (single or (persons and told.kind == "name")):
            return [told]  # "a report of a man who had been shot", "the death of Ann Kell, who was shot"
    if line.is_(k, "and") and (before := _verb_before(line, k)) is not None:
        return subject(line, before, kinds)
    k = _over_aside(line, k)
    fallback: Phrase | None = None
    steps = 0
    while k >= 0 and steps < 40:
        phrase = line.owner[k]
        steps += 1
        if line.w[k] in (")", "]") and (opened := opening(line, k)) is not None:
            k = opened - 1
            continue
        if phrase is None:
            if _wall(line, k, i):
                opened = _aside_of(line, k)
                if opened is None:
                    break
                k = opened - 1
                continue
            k -= 1
            continue
        before = phrase.i - 1
        fits = phrase.kind in kinds or (phrase.kind == "number" and "people" in kinds and _bare(line, phrase, i))
        if fits and phrase.kind == "pronoun" and line.is_(phrase.i, "rel"):
            fits = False
        if fits and phrase.kind in ("people", "number") and phrase.j == i and phrase.amount is not None:
            return list_back(line, phrase, kinds)[0]
        beside = phrase.j == i and phrase.kind == "people" and line.is_(phrase.i, "singular")
        if fits and beside and before >= 0 and line.is_(before, "of"):
            return [phrase]  # "a report of a man shot"
        if fits and phrase.kind == "thing" and phrase.definite:
            fits = False
        if fits and phrase.kind == "people" and line.w[i - 1] == "being" and phrase.j == i - 1:
            return [phrase]
        if fits and phrase.kind == "name" and (aside := of_place(line, phrase)) is not None:
            k = aside
            continue
        if fits:
            if not (before >= 0 and (line.is_(before, "prep") or line.is_(before, "include"))):
                if unmarked(phrase) and stronger(line, phrase, kinds):
                    k = before
                    continue
                found, inside = list_back(line, phrase, kinds)
                first = found[0].i - 1
                if phrase.kind == "actor" and fallback is not None:
                    break
                if not inside and not (first >= 0 and line.is_(first, "include")):
                    if fallback is None and disagrees(line, found, i):
                        fallback, k = phrase, first
                        continue
                    return found
                before = first
                if fallback is None:
                    fallback = phrase
            elif (
                fallback is None
                and phrase.kind != "thing"
                and (phrase.kind != "name" or ("name" in kinds and not line.is_(before, "loc")))
            ):
                fallback = phrase
        k = before
    if fallback is not None and not line.is_(fallback.i - 1, "by"):
        return [fallback]
    return []


def _verb_before(line: Line, k: int) -> int | None:
    """The verb that "and" at k joins to another of the same subject: "was shot last Thursday and died"."""
    ending = verb_ending(line, k)
    if ending is not None:
        return ending
    for x in range(k - 1, max(-1, k - SHARED), -1):
        if line.w[x] in (";", ":", "—", ",") or line.is_(x, "sub") or line.is_(x, "and"):
            return None
        verb = line.entry(x, "verb")
        if verb is not None and line.owner[x] is None and verb.form in ("past", "part"):
            return x if verb.a in ("harm", "care", "suffer", "hit") else None
    return None


def shared_subject(line: Line, i: int) -> list[Phrase]:
    """The subject of an earlier verb of harm or care that the verb at i shares: "was shot …, and died"."""
    k = skip_back(line, i - 1)
    if k < 1 or not (line.is_(k, "and") or line.is_(k, "goingon")):
        return []
    for x in range(k - 1, max(-1, k - SHARED_FAR), -1):
        if line.w[x] in (";", "—") or (line.is_(x, "clause") and not line.is_(x, "and")):
            return []
        verb = line.entry(x, "verb")
        if verb is not None and line.owner[x] is None and verb.form in ("past", "part") and verb.a in SHARING:
            return subject(line, x, (*PEOPLE, "actor", "thing"))
    return []


def _aside_of(line: Line, k: int) -> int | None:
    """Where the clause opens that the verb at k belongs to and that only describes the subject.

    "A man who was shot on Monday died", "a boy shot in a quarrel died".
    """
    verb = line.entry(k, "verb")
    if verb is None or verb.form not in ("past", "part") or verb.a != "harm":
        return None
    x = skip_back(line, k - 1)
    if x >= 0 and line.w[x] in ("who", "that"):
        return x - 1 if x and line.w[x - 1] == "," else x
    before = line.owner[k - 1] if k else None
    led = before is not None and before.kind == "people" and line.is_(before.i, "singular")
    return k if led and voice(line, k, line.end(k), verb) == "reduced" else None


def _over_aside(line: Line, k: int) -> int:
    """The word before the aside that a comma at k closes: "six civilians, most of whom were children, were killed"."""
    if k < 0 or line.w[k] not in (",", "–", "—", "-"):
        return k
    if (p := line.owner[k - 1] if k else None) is not None and p.age is not None and p.j == k:
        return k  # "…, where X, 19, was pronounced dead"
    for x in range(k - 1, max(-1, k - 30), -1):
        if line.w[x] in (",", "–", "—", "-", ":") and (line.is_(x + 1, "include") or (line.is_(x + 1, "rel"))):
            return x - 1
    return k


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


def list_back(line: Line, last: Phrase, kinds: tuple[str, ...]) -> tuple[list[Phrase], bool]:
    """`last` with the phrases joined to its left by commas and "and"; True where the list hangs on a preposition."""
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
        if (
            phrase.i
            and line.is_(phrase.i - 1, "prep")
            and not line.is_(phrase.i - 1, "and")
            and not line.is_(phrase.i - 1, "include")
        ):
            owner = line.owner[phrase.i - 2] if phrase.i > 1 and line.is_(phrase.i - 1, "of") else None
            placed = (
                phrase.kind == "name" and line.is_(phrase.i - 1, "loc") and line.w[phrase.i - 1] not in ("of", "to")
            )
            if phrase.kind == "thing" or placed:
                break  # "came to a house in Ostrow and one was shot"
            if owner is None or owner.amount is None or owner.kind not in kinds:
                inside = line.w[k] != "," and not line.is_(phrase.i - 1, "include")
                break
            phrase = owner
        out.append(phrase)
        k = phrase.i - 1
    return _without_appositions(line, out[::-1]), inside


def _without_appositions(line: Line, found: list[Phrase]) -> list[Phrase]:
    """The list without what only says again who someone is: "two civilians, a father and son"."""
    first = found[0]
    if len(found) > 1 and first.amount is not None and first.amount.best and not first.amount.vague:
        rest = sum((p.amount.value or 0) if p.amount is not None else 1 for p in found[1:])
        joined = line.is_(found[1].i - 1, "and")
        if first.amount.best > 1 and rest == first.amount.best and not joined:
            return [first]
        second = found[1]
        if (
            joined
            and first.kind in ("actor", "name")
            and second.plural
            and second.amount is None
            and second.kind == "people"
        ):
            second.amount = first.amount
            found = found[1:]
    last = found[-1]
    if last.name is not None or last.kind == "name":
        return [
            p
            for p in found[:-1]
            if p.i != p.core or p.plural or p.name is not None or p.kind == "name" or p.amount is not None
        ] + [last]
    return found


def _over(line: Line, k: int, kinds: tuple[str, ...]) -> Phrase | None:
    """The people left of k across "of his home in Memphis": a description without a verb of at most six words."""
    for x in range(k, max(-1, k - 7), -1):
        phrase = line.owner[x]
        if (line.marks[x] is not None and line.entry(x, "verb") is not None) or line.w[x] in (",", ";"):
            return None
        if phrase is None and (
            line.is_(x, "aux") or ((noun := line.entry(x, "noun")) is not None and noun.a == "state")
        ):
            return None
        if phrase is not None and phrase.kind in kinds and phrase.kind != "name" and not line.is_(phrase.i - 1, "prep"):
            return phrase if phrase.j > k or not _wordy(line, phrase.j) else None
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
        first.kind in kinds or (first.kind == "number" and "people" in kinds and counts(line, first))
    ):
        return []
    return list_on(line, first, kinds)


def counts(line: Line, phrase: Phrase) -> bool:
    """Whether a number after a harming verb counts people: nothing that it could count follows."""
    k = phrase.j
    if k >= line.n:
        return True
    word = line.w[k]
    if not word[0].isalnum():
        return word not in ("%", "$", "-")
    return (
        line.is_(k, "and")
        or line.is_(k, "prep")
        or line.is_(k, "include")
        or line.is_(k, "or")
        or line.is_(k, "adv")
        or line.is_(k, "sub")
    )


def list_on(line: Line, first: Phrase, kinds: tuple[str, ...]) -> list[Phrase]:
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
        if phrase.kind == "number" and not counts(line, phrase):
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
            if (
                p is not None
                and p.i == line.end(x)
                and p.kind in (*kinds, "number")
                and (p.amount is not None or line.is_(p.i, "singular"))
            ):
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
                return list_on(line, phrase, kinds)
        if line.w[k] in (";", ":") or (line.is_(k, "sub") and k > j):
            break
        verb = line.entry(k, "verb") if line.owner[k] is None else None
        if verb is not None and k > j and verb.form in ("past", "s", "ing"):
            break
        k += 1
    return []
