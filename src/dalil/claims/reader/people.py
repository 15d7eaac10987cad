"""The people of one event: mentions of the same person gathered, with what became of each."""

from __future__ import annotations

from dataclasses import dataclass, field

from dalil.claims.reader.marking import Line
from dalil.claims.reader.phrases import Phrase
from dalil.claims.reader.tolls import amount_of
from dalil.records import Quote, Victim

RANK = {
    "death": 5,
    "injury": 4,
    "shot": 3,
    "stabbed": 3,
    "abducted": 3,
    "rescued": 2,
    "missing": 2,
    "unknown": 1,
    "none": 0,
    "both": 3,
}
OUT = {"shot": "injury", "stabbed": "injury", "both": "injury", "missing": "unknown"}
MALE = frozenset(
    [
        "man",
        "boy",
        "son",
        "father",
        "husband",
        "brother",
        "uncle",
        "nephew",
        "grandfather",
        "boyfriend",
        "male",
        "schoolboy",
        "gentleman",
        "grandson",
        "stepfather",
        "stepson",
        "youth",
    ]
)
FEMALE = frozenset(
    [
        "woman",
        "girl",
        "daughter",
        "mother",
        "wife",
        "sister",
        "aunt",
        "niece",
        "grandmother",
        "girlfriend",
        "female",
        "schoolgirl",
        "lady",
        "widow",
        "housewife",
    ]
)
LONGEST = 20  # words of a mention


@dataclass(slots=True)
class Person:
    """One person, or one group that is counted together."""

    effect: str
    mentions: list[tuple[Line, Phrase]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    age: int | None = None
    sex: str | None = None
    group: str = ""
    count: int | None = 1
    plural: bool = False
    other: bool = False
    first: tuple[int, int] = (0, 0)

    @property
    def single(self) -> bool:
        return not self.plural and self.count == 1


def sex_of(line: Line, p: Phrase) -> str | None:
    """male, female or None, from the noun or pronoun."""
    if p.kind == "pronoun":
        return "male" if line.is_(p.i, "male") else "female" if line.is_(p.i, "female") else None
    if p.kind != "people" or p.entry is None:
        return None
    words = {w.removeprefix("ex-").rstrip("s") for w in line.w[p.core : p.stop]} | {
        w[:-3] + "man" for w in line.w[p.core : p.stop] if w.endswith("men")
    }
    if words & FEMALE:
        return "female"
    return "male" if words & MALE else None


def names_of(line: Line, p: Phrase) -> tuple[str, ...]:
    """The words of the proper name in the phrase, titles left out."""
    if p.name is None:
        return ()
    return tuple(
        w for x, w in enumerate(line.w[p.name[0] : p.name[1]], p.name[0]) if len(w) > 1 and not line.is_(x, "title")
    )


class People:
    """Gathers mentions in text order; `add` says which person a mention belongs to."""

    def __init__(self) -> None:
        self.persons: list[Person] = []

    def add(self, line: Line, p: Phrase, effect: str, together: list[Person]) -> Person | None:
        """The person that the phrase speaks of, known or new; None for a pronoun that points at nobody.

        `together` are persons of the same list ("a man and his son"), who are not this one.
        """
        names = names_of(line, p)
        amount = amount_of(line, p)
        count = amount.value if amount is not None else None
        sex = sex_of(line, p)
        known = next((x for x in self.persons if any(q is p for _, q in x.mentions)), None)
        if known is not None:
            if RANK[effect] > RANK[known.effect]:
                known.effect = effect
            return known
        known = self._known(line, p, names, count, sex, together, effect)
        if known is None:
            if p.plural and (p.kind == "pronoun" or (p.definite and amount is None)):
                return None
            plural = p.plural or (count or 1) > 1 or (p.kind == "number" and (count or 0) > 1)
            known = Person(effect, plural=plural, count=count, other=p.other, first=(line.number, p.i))
            self.persons.append(known)
        known.mentions.append((line, p))
        known.names.update(names)
        if known.count is None and not known.plural:
            known.count = count
        known.age = known.age if known.age is not None else p.age
        known.sex = known.sex or sex
        known.group = known.group or (p.group if p.group not in ("man", "woman") else "")
        if RANK[effect] > RANK[known.effect]:
            known.effect = effect
        return known

    def _known(self, line, p, names, count, sex, together, effect) -> Person | None:
        if p.other:
            return None
        order = self.persons[::-1]
        if not (p.definite or p.kind == "pronoun"):
            order.sort(key=lambda x: x.effect != effect)
        elif effect == "death" and p.kind == "people":
            order.sort(key=lambda x: x.effect != effect)  # "the man killed" is the one who was told dead
        elif effect == "injury":
            order.sort(key=lambda x: (x.effect == "death", p.kind == "pronoun" and x.effect == "unknown"))
        for person in order:
            if person in together:
                continue
            if names:
                if _same_name(names, person.names):
                    return person
                continue
            if self._fits(person, line, p, count, sex):
                return person
        if names and not p.plural:
            for person in sorted(self.persons, key=lambda x: x.effect != effect):
                if (
                    person not in together
                    and person.single
                    and not person.names
                    and self._fits(person, line, p, 1, sex)
                ):
                    return person
        return None

    @staticmethod
    def _fits(person: Person, line: Line, p: Phrase, count: int | None, sex: str | None) -> bool:
        if sex and person.sex and sex != person.sex:
            return False
        if _numbered(line, p) and not any(_numbered(x, q) for x, q in person.mentions):
            return False  # "the second victim" is nobody who was told of before
        if p.age is not None and person.age is not None and p.age != person.age:
            return False
        young = p.group == "child" if p.group else None
        if young is not None and p.group in ("child", "police", "soldier") and person.group and person.group != p.group:
            return False
        same_line = person.mentions[-1][0].number == line.number
        if same_line and p.kind == "people" and not p.plural and _repeats(person.mentions[-1], line, p):
            return True
        if same_line and p.kind == "people" and not p.plural and _headlined(person, line, p):
            return True
        if p.owned and same_line:
            return False
        if p.plural or (count or 1) > 1:
            if p.group and person.group and p.group != person.group and "child" not in (p.group, person.group):
                return False
            return person.plural and (count is None or person.count == count) and not (same_line and count is not None)
        if person.plural:
            return False
        if p.definite or p.kind == "pronoun":
            return True
        return not same_line


def _numbered(line: Line, p: Phrase) -> bool:
    return p.kind == "people" and line.has("ordinal", p.i, p.core)


def _headlined(person: Person, line: Line, p: Phrase) -> bool:
    """Whether a headline that runs into its text told of the person: "Teen Shot in Quarrel A 16-year-old was …"."""
    first, q = person.mentions[0]
    bare = first.number == line.number and q.i == q.core and q.age is None and q.amount is None and not q.plural
    opens = bool(line.cap[p.i]) and line.is_(p.i, "singular") and p.i > q.j
    return bare and opens and q.kind == "people" and line.w[p.i - 1] not in (",", "and", ".", ";")


def _repeats(last: tuple[Line, Phrase], line: Line, p: Phrase) -> bool:
    """Whether the phrase says the last mention again word for word, as a headline that runs into its text does."""
    before, q = last
    return q is not p and not q.plural and p.amount is None and before.w[q.core : q.stop] == line.w[p.core : p.stop]


def _same_name(a: tuple[str, ...], b: set[str]) -> bool:
    if not b:
        return False
    common = set(a) & b
    if not common:
        return False
    if len(a) == 1 or len(b) == 1:
        return True
    return len(common) >= 2 or (a[0] in b and a[0] in common and len(a[0]) > 3)


def victims_of(persons: list[Person]) -> tuple[Victim, ...]:
    """The persons as they leave the reader, in order of mention."""
    out = []
    for person in persons:
        mentions: list[str] = []
        quotes: list[Quote] = []
        named = bool(person.names)
        for line, p in person.mentions:
            if p.kind == "pronoun":
                continue
            for i, j in spans(p):
                q = line.quote(i, min(j, i + LONGEST))
                quotes.append(q)
                if q.text not in mentions:
                    mentions.append(q.text)
        if mentions:
            effect = OUT.get(person.effect, person.effect)
            out.append(
                Victim(
                    tuple(mentions), person.count, effect, named, person.age, person.sex, tuple(dict.fromkeys(quotes))
                )
            )
    return tuple(out)


def spans(p: Phrase, titled: bool = False) -> list[tuple[int, int]]:
    """The bare words of a phrase: its noun with modifiers, and the name beside it, with its title if `titled`."""
    if p.kind == "number":
        return [(p.i, p.j)]
    if p.kind == "name":
        return [(p.core, p.stop)]
    head = (p.core, p.stop) if p.stop > p.core else (p.i, p.j)
    if p.name is None:
        return [head]
    if p.title and titled and p.name[0] == p.stop:
        return [(p.core, p.name[1])]
    return [p.name] if p.name[0] == p.stop else [head, p.name]  # "senator X" is X; "a senator, X" says both
