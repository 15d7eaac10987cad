"""People in Arabic phrases: how many, of which group, by which name and age, with the subgroups told behind them."""

from __future__ import annotations

from dataclasses import dataclass, field

from dalil.claims.languages.ar.numerals import Amount, amount_at, bounded, figure, num
from dalil.claims.languages.ar.words import Entry, Line, rows, word_set

HEADS = ("people", "kin", "count")
FATHA = "\u064e"
FAMILY = word_set("family")
POLICE = word_set("police_body")
FEMALE = word_set("female")
MALE = word_set("male")
# Endings that may be a dual or a sound plural in the oblique: told as plural for these, as two for the rest.
CROWDS = ("civilian", "fighter", "")
MEMBERS = {"state_force": "soldier", "armed_group": "fighter"}  # what "four of" such an actor are
OLDEST = 110


@dataclass(slots=True)
class Group:
    """People over words i..j; `amount` is None where nothing bounds them, `effect` what a count noun tells alone."""

    i: int
    j: int
    head: int
    amount: Amount | None = None
    group: str = ""
    role: str = ""
    effect: str = ""
    plural: bool = False
    joint: bool = False
    name: tuple[int, int] | None = None
    age: int | None = None
    sex: str | None = None
    parts: list[Group] = field(default_factory=list)

    @property
    def count(self) -> int | None:
        """How many, where it is known."""
        return self.amount.value if self.amount is not None else None


def head_entry(line: Line, k: int) -> Entry | None:
    """The people, kin or count noun at word k."""
    m = line.marks[k] if 0 <= k < line.n else None
    if m is None or any(e.cat == "idiom" for e in m[1]):
        return None
    found = [e for e in m[1] if e.cat in HEADS]
    if not found:
        return None
    if len(found) > 1:
        counted = [e for e in found if e.cat == "count"]
        if counted:
            return counted[0]
        kin = [e for e in found if e.cat == "kin"]
        plain = [e for e in found if e.cat == "people"]
        if kin and plain and m[2].suffix:
            return plain[0]
        duals, plurals = [e for e in plain if e.form == "dual"], [e for e in plain if e.form == "pl"]
        if duals and plurals:
            return plurals[0] if plurals[0].a in CROWDS else duals[0]
        return (plain or found)[0]
    return found[0]


def group_at(line: Line, k: int, bare: bool = False) -> Group | None:
    """The people told of from word k on; with `bare`, a number without a noun will do."""
    i = k
    if k < line.n and line.f[k] == "و":
        k += 1
    amount = amount_at(line, k)
    j = amount.j if amount is not None else k
    e = head_entry(line, j)
    if e is None and amount is not None and j < line.n and line.f[j] == "من":
        e2 = head_entry(line, j + 1)
        if e2 is not None:
            found = _made(line, i, j + 1, e2, amount)
            found.amount = amount
            return _behind(line, found)
        of = line.entry(j + 1, "actor")
        if of is not None and of.a in MEMBERS and not amount.none:
            return _behind(line, Group(i, line.end(j + 1), i, amount, MEMBERS[of.a], plural=True))
    if e is None and amount is not None and amount.none and j < line.n and line.f[j] == "من":
        e = head_entry(line, j + 1)
        j += 1
    if e is None:
        if amount is not None and bare and not amount.none and _free(line, j):
            return _behind(line, Group(i, j, i, amount, plural=(amount.value or 2) != 1))
        return None
    if amount is not None and j < line.n and line.cut(j).conj:
        return _behind(line, Group(i, amount.j, i, amount)) if bare else None
    found = _made(line, i, j, e, amount)
    return _behind(line, found)


def _free(line: Line, j: int) -> bool:
    """Whether a number that ends at j may stand for people: no measured thing follows it."""
    if j >= line.n or not line.f[j][0].isalpha():
        return j >= line.n or line.f[j] not in ("%", "٪")
    m = line.marks[j]
    if m is None:
        if len(line.f[j]) > 5 and line.f[j].endswith(("ون", "ين")):
            return True  # خمسة متسوقين: an unknown sound plural is of people
        return line.cut(j).det or line.f[j][0] in "وف" or line.f[j].startswith(("ب", "ل"))
    if line.cut(j).conj or line.cut(j).prep:
        return True
    if any(e.cat == "class" and e.a in ("ageword", "time", "minute", "second") for e in m[1]) and not line.cut(j).det:
        return line.f[j] in ("يوم", "فجر", "مساء", "صباح", "ليل", "امس")
    return any(
        e.cat == "class" and e.a in ("prep", "sub", "other", "include", "time", "cause", "by") for e in m[1]
    ) or any(e.cat in ("harm", "cue") for e in m[1])


def _made(line: Line, i: int, head: int, e: Entry, amount: Amount | None) -> Group:
    cut = line.cut(head)
    g = Group(i, line.end(head), head, amount)
    g.effect = e.a if e.cat == "count" else ""
    g.group = "" if e.cat == "count" else e.a
    g.role = e.b if e.cat == "people" else ""
    g.plural = e.form == "pl"
    stem = cut.stem
    if stem in FEMALE:
        g.sex = "female"
    elif stem in MALE:
        g.sex = "male"
    if amount is None and not g.plural and (e.form != "sg" or not (cut.det and e.cat == "count")):
        two = e.form == "dual" or (cut.suffix == "ي" and FATHA in line.f0[head][-2:])
        g.amount = Amount(2, 2, 2, i, g.j) if two else Amount(1, 1, 1, i, g.j)
    elif amount is None and g.plural and line.f[min(g.j, line.n - 1)] in ("اثنين", "اثنان"):
        g.amount, g.j = Amount(2, 2, 2, i, g.j + 1), g.j + 1
    elif amount is not None and amount.none:
        g.amount, g.plural = None, True
    elif amount is None and g.plural and cut.suffix and (own := num(line, g.j, "number")) and line.cut(g.j).det:
        g.amount, g.j = Amount(own.low, own.low, own.low, i, g.j + 1), g.j + 1  # وأطفالهما الثلاثة
    if stem in FAMILY:
        _family(line, g)
    return g


def _family(line: Line, g: Group) -> None:
    """A family counts its members where the text tells them: عائلة مؤلفة من خمسة أفراد."""
    g.amount, g.plural = None, True
    for k in range(g.j, min(g.j + 4, line.n)):
        members = figure(line, k + 1) if line.f[k] == "من" else None
        if members is not None and head_entry(line, members[1]) is not None:
            g.amount, g.j = bounded(members[0], None, g.i, members[1]), line.end(members[1])
            return


def _behind(line: Line, g: Group) -> Group:
    """Takes in what stands behind the noun: adjectives, a refining group, a name, an age, a bound, subgroups."""
    j = g.j
    for _ in range(3):
        step = _adjective(line, g, j) or _members(line, g, j)
        if step is None:
            break
        j = step
    g.j = j
    if not g.plural and g.head < g.j and (g.amount is None or g.amount.value == 1):
        stop = name_at(line, g.j, definite=line.cut(g.head).det)
        if stop > g.j:
            g.name, g.j = (g.j, stop), stop
            g.amount = g.amount or Amount(1, 1, 1, g.i, g.j)
    age_of(line, g)
    after = num(line, g.j, "after")
    if after is not None and g.amount is not None and g.amount.best is not None:
        g.amount = bounded(g.amount.best, "low", g.amount.i, line.end(g.j))
        g.j = line.end(g.j)
    add_parts(line, g)
    return g


def _adjective(line: Line, g: Group, j: int) -> int | None:
    """Where the word at j ends, if it only describes the people: مدنيين, فلسطينيين, آخرين, مسن."""
    if j >= line.n or line.marks[j] is None or line.cut(j).conj or line.cut(j).prep:
        return None
    e = head_entry(line, j)
    if e is not None and e.cat == "people":
        refines = e.form in ("pl", "dual") or line.f0[j].endswith(("اً", "ا"))
        describes = e.form == "sg" and not g.plural and g.count == 1 and not line.cut(j).suffix
        if (e.a and not g.group and refines) or describes:
            g.group = g.group or e.a
            return line.end(j)
    owned = j == line.end(g.head) and not g.plural and not line.cut(g.head).det and not line.cut(g.head).suffix
    if owned and g.count == 1 and line.has(j, "target") and not line.cut(j).det:
        return line.end(j)  # مدير مشفى، سائق سيارة
    return line.end(j) if line.has(j, "demonym") or line.is_(j, "other") else None


def _members(line: Line, g: Group, j: int) -> int | None:
    """Where "of the policemen" behind a number ends; sets the group."""
    if j >= line.n or line.f[j] != "من":
        return None
    if g.group == "fighter" and (body := line.entry(j + 1, "actor")) is not None and body.a == "state_force":
        g.group = "police" if line.f[j + 1] in POLICE else "soldier"  # عنصران من الشرطة
        return line.end(j + 1)
    if g.group:
        return None
    e = head_entry(line, j + 1)
    if e is None or e.form != "pl" or line.cut(j + 1).stem in FAMILY:
        return None
    g.group, g.role = e.a, e.b
    return line.end(j + 1)


def name_at(line: Line, k: int, definite: bool = False) -> int:
    """Where the name that starts at word k ends: two to four words that no lexicon knows; k where none does.

    Behind a `definite` noun the first may be a common noun too, since only a name stands there without an article.
    """
    j = k
    while j < line.n and j - k < 4:
        w = line.f[j]
        if not w[0].isalpha() or (j > k and w[0] == "و" and len(w) > 4):
            break
        if w in ("ابو", "ابي", "بن", "عبد", "ام", "ال") and j + 1 < line.n and line.f[j + 1][0].isalpha():
            j += 1
            if line.marks[j] is None or w != "ام":
                j += 1
            continue
        if (
            j > k
            and line.marks[j] is not None
            and not line.has(j, "class", "num", "harm", "event", "cue", "speech")
            and _closes(line, line.end(j))
        ):
            return line.end(j)
        if definite and line.marks[j] is not None and (_may_name(line, j) if j == k else _may_surname(line, j)):
            j += 1
            continue
        if (
            line.marks[j] is not None
            or (j == k and w.startswith(("ال", "ب", "لل")))
            or (j == k and len(w) > 5 and w.endswith(("ين", "ون", "ات")))
        ):
            break
        j += 1
    return j if j - k >= 2 else k


def _may_surname(line: Line, j: int) -> bool:
    """Whether the known word at j may be a surname: one word with the article that tells no act, time or relation."""
    if not line.cut(j).det or line.end(j) != j + 1 or line.cut(j).conj or line.cut(j).prep:
        return False
    closed = any(e.cat == "class" and e.a not in ("placehead", "placeword") for e in line.marks[j][1])
    return not closed and not line.has(j, "harm", "event", "cue", "num", "speech", "actor", "idiom")


def _may_name(line: Line, j: int) -> bool:
    """Whether the known word at j may be a first name: a bare noun of one word with an unknown one behind it."""
    cut = line.cut(j)
    plain = not (cut.conj or cut.prep or cut.det or cut.suffix) and line.end(j) == j + 1
    known = line.has(j, "harm", "event", "cue", "num", "speech", "people", "count", "actor", "demonym", "idiom")
    closed = any(e.cat == "class" and e.a not in ("placehead", "placeword") for e in line.marks[j][1])
    unknown = j + 1 < line.n and line.marks[j + 1] is None and line.f[j + 1][0].isalpha()
    return plain and not known and not closed and unknown


def _closes(line: Line, j: int) -> bool:
    """Whether a name may end before word j: a bracket, a comma or the line's end."""
    return j >= line.n or line.f[j] in ("(", "،", ",")


def age_of(line: Line, g: Group) -> None:
    """Sets the age behind the people: (34 عاماً)، ثلاثة أعوام، تبلغ من العمر 45 عاما، في السابعة عشرة من عمره."""
    j = g.j
    if j >= line.n:
        return
    opens = line.f[j] in ("(", "،", ",")
    k = j + 1 if opens else j
    if line.is_(k, "ageopen"):
        k = line.end(k)
    elif line.f[k : k + 1] == ["في"]:
        found = _ordinal_age(line, k + 1)
        if found is not None:
            g.age, g.j = found
        return
    elif not opens:
        return
    first = figure(line, k)
    if first is not None and 0 < first[0] < OLDEST and line.is_(first[1], "ageword"):
        g.age, g.j = first[0], line.end(first[1])
        if g.j < line.n and line.f[g.j] == ")":
            g.j += 1
    elif line.f[k : k + 1] in (["عامان"], ["عامين"], ["سنتان"], ["سنتين"]):
        g.age, g.j = 2, k + 1


ORDINALS = {row["form"]: int(row["value"]) for row in rows("ordinals.tsv")}


def _ordinal_age(line: Line, k: int) -> tuple[int, int] | None:
    """(age, next word) for السابعة عشرة من عمره; only before "of his life"."""
    total, j = 0, k
    while j < line.n and j - k < 3:
        w = line.f[j].removeprefix("و").removeprefix("ال")
        if w in ORDINALS:
            total += ORDINALS[w]
        elif w in ("عشرة", "عشر") and 0 < total < 10:
            total += 10
        else:
            break
        j += 1
    return (total, line.end(j)) if total and line.is_(j, "agetail") else None


def add_parts(line: Line, g: Group) -> None:
    """The subgroups behind the people: بينهم ثلاثة أطفال وامرأتان، أربعة منهم أطفال."""
    k = g.j
    if k < line.n and line.f[k] in ("،", ",", "-"):
        k += 1
    if line.is_(k, "include") and not line.is_(k, "most"):
        found = groups_at(line, line.end(k), bare=False)
        stop = next((n for n, x in enumerate(found) if x.effect), len(found))
        if found[:stop]:
            g.parts, g.j = found[:stop], found[stop - 1].j
        return
    first = figure(line, k)
    if first is not None and line.is_(first[1], "include"):
        e = head_entry(line, line.end(first[1]))
        if e is not None and e.a:
            n = line.end(first[1])
            part = _made(line, k, n, e, bounded(first[0], None, k, first[1]))
            g.parts, g.j = [part], part.j


def _shared_count(line: Line, first: Group, second: Group) -> bool:
    """Whether one number counts dead and hurt together: "40 قتيلاً وجريحاً", "عشرات القتلى والجرحى"."""
    if not (first.effect and second.effect) or first.effect == second.effect or first.amount is None:
        return False
    if first.amount.j > first.head or second.head > second.i + 1 or line.has(second.i, "num"):
        return False
    return line.cut(first.head).det == line.cut(second.head).det and first.plural == second.plural


def groups_at(line: Line, k: int, bare: bool = True) -> list[Group]:
    """The people listed from word k on, joined by "و"."""
    first = group_at(line, k, bare)
    if first is None:
        return []
    out = [first]
    while True:
        j = out[-1].j
        if (
            out[-1].name is not None
            and j + 1 < line.n
            and line.f[j] in ("،", ",")
            and line.cut(j + 1).conj == "و"
            and line.has(j + 1, *HEADS)
        ):
            j += 1
        lone = j < line.n and line.f[j] == "و"
        if (
            j >= line.n
            or not (lone or line.cut(j).conj == "و")
            or (line.has(j, "harm", "event") and not line.has(j, *HEADS))
        ):
            return out
        if line.is_(j, "include"):
            return out
        following = group_at(line, j, False)
        if following is None or following.j <= j or (line.has(j, "harm") and following.head == j):
            return out
        if _shared_count(line, out[-1], following):
            out[-1].amount = following.amount = None  # 40 قتيلاً وجريحاً: neither number is told
        out.append(following)
