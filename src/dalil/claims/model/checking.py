"""What the model proposed, held against the text: a value whose words do not stand there is dropped and told.

The model chooses words; what they mean is read from them here: figures by the readers' number words, days by the
calendar, places by the atlas. So a text that talks a model into lies gets no further than its own words.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from dalil.atlas import resolve
from dalil.claims.model.conversation import ATTRIBUTIONS, EFFECTS, GROUPS, KINDS, TARGETS, Proposed, Raw
from dalil.claims.model.figures import bounds_of, weapon_kind
from dalil.claims.model.words import Finder
from dalil.errors import one_line
from dalil.records import (
    EVENT_TYPES,
    INCIDENT_STATUSES,
    STATUSES,
    Claim,
    DateSpan,
    FootageMention,
    GroupToll,
    Place,
    Quote,
    Speaker,
    Suspect,
    Target,
    Toll,
    Victim,
    Weapon,
)

SHOWN = 60  # characters of a dropped value in a remark
AGE_REACH = 60  # characters around a person's mention within which the age must stand
OLDEST = 120
Remark = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Known:
    """What our own steps know of the text: its days, the claims that the rules read in it, where its sentences end."""

    finder: Finder
    dates: tuple[DateSpan, ...]
    rules: tuple[Claim, ...]
    borders: tuple[int, ...]
    country: str | None


def check(proposed: Proposed, known: Known, remark: Remark) -> Claim | None:
    """The claim with everything in it that stands in the text; None where its own words do not."""
    return _Check(proposed, known, remark).claim()


class _Check:
    """One proposed claim under examination."""

    def __init__(self, proposed: Proposed, known: Known, remark: Remark):
        self.raw, self.chunk, self.known = proposed.raw, proposed.chunk, known
        self.remark = remark
        self.near: int | None = None

    def claim(self) -> Claim | None:
        quote = self.words(self.raw.get("quote"), "the words of a claim")
        if quote is None:
            return None
        self.near = quote.start
        kind, status = self.one_of("type", EVENT_TYPES, "other"), self.one_of("status", STATUSES, None)
        if status is None:
            return None
        status = self.held_back(status, quote)
        tolls = {name: self.toll(name) for name in ("killed", "injured", "missing")}
        return Claim(
            kind, status, quote, self.speaker(), self.when(), self.where(),
            tolls["killed"], tolls["injured"], tolls["missing"],
            self.all("victims", self.victim), self.all("suspects", self.suspect),
            self.all("targets", self.target), self.all("weapons", self.weapon), self.footage(),
        )  # fmt: skip

    # ------------------------------------------------------------ words

    def words(self, value: object, what: str) -> Quote | None:
        """Where the words stand in the text; told where they do not."""
        if isinstance(value, dict):
            value = value.get("text")
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return self.dropped(what, value, "is no text")
        found = self.known.finder.find(value, self.chunk.start, self.chunk.end, self.near)
        return found if found is not None else self.dropped(what, value, "does not stand in the text")

    def dropped(self, what: str, value: object, why: str) -> None:
        shown = one_line(" ".join(str(value).split()))
        self.remark(f"{what} {why}: {shown[:SHOWN]}{'…' if len(shown) > SHOWN else ''}")

    def one_of(self, name: str, allowed: tuple[str, ...], instead: str | None, raw: Raw | None = None) -> str | None:
        value = (self.raw if raw is None else raw).get(name)
        if isinstance(value, str) and value in allowed:
            return value
        self.dropped(name, value, "is not one of those asked for")
        return instead

    def all(self, name: str, make: Callable[[Raw], object | None]) -> tuple:
        """The parts of a list that hold."""
        value = self.raw.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(x, dict) for x in value):
            self.dropped(name, value, "is no list of objects")
            return ()
        return tuple(made for x in value if (made := make(x)) is not None)

    # ------------------------------------------------------------ values

    def held_back(self, status: str, quote: Quote) -> str:
        """The status; but what the rules read in these words as no event (a forecast, a denial) is made none."""
        if status not in INCIDENT_STATUSES:
            return status
        rules = self.known.rules
        same = [c for c in rules if _overlap(c.quote, quote)] or [c for c in rules if self.beside(c.quote, quote)]
        if not same or any(c.status in INCIDENT_STATUSES for c in same):
            return status
        self.dropped("status", status, f"is not what the words say ({same[0].status})")
        return same[0].status

    def beside(self, a: Quote, b: Quote) -> bool:
        """Whether the quotes begin in one sentence."""
        borders = self.known.borders
        return bisect_right(borders, a.start) == bisect_right(borders, b.start)

    def speaker(self) -> Speaker | None:
        value = self.raw.get("said_by")
        if not isinstance(value, dict):
            return None if value is None else self.dropped("said_by", value, "is no object")
        name = self.words(value.get("name"), "said_by")
        if name is None:
            return None
        verb = self.words(value.get("verb"), "the verb of saying")
        return Speaker(name.text, name, verb.text if verb else None)

    def when(self) -> DateSpan | None:
        quote = self.words(self.raw.get("when"), "when")
        if quote is None:
            return None
        found = [d for d in self.known.dates if d.quote.start < quote.end and quote.start < d.quote.end]
        if not found:
            return self.dropped("when", quote.text, "is no day")
        return max(found, key=lambda d: _shared(d.quote, quote))

    def where(self) -> Place | None:
        quote = self.words(self.raw.get("where"), "where")
        return resolve(quote.text, quote, country=self.known.country) if quote is not None else None

    def toll(self, name: str) -> Toll | None:
        value = self.raw.get(name)
        if value is None:
            return None
        made = self.counted(name, value)
        if made is None:
            return None
        groups = value.get("groups")
        parts = [self.part(g) for g in groups if isinstance(g, dict)] if isinstance(groups, list) else []
        return Toll(*made[0], made[1], tuple(p for p in parts if p is not None))

    def part(self, value: Raw) -> GroupToll | None:
        group = self.one_of("group", GROUPS, None, value)
        made = self.counted("group", value) if group else None
        return GroupToll(group, *made[0], made[1]) if made else None

    def counted(self, name: str, value: object) -> tuple[tuple[int | None, int | None, int | None], Quote] | None:
        """The bounds that the quoted words state; the model's own figures must be among them."""
        if not isinstance(value, dict):
            return self.dropped(name, value, "is no object")
        quote = self.words(value.get("quote"), name)
        if quote is None:
            return None
        stated = [value.get(k) for k in ("low", "best", "high")]
        if not all(n is None or type(n) is int for n in stated):
            return self.dropped(name, [n for n in stated if n is not None], "is no whole number")
        bounds = bounds_of(quote.text, frozenset(n for n in stated if n is not None))
        if bounds is None:
            figures = "/".join("?" if n is None else str(n) for n in stated)
            return self.dropped(name, f"{figures} from “{quote.text}”", "is not what the words count")
        return bounds, quote

    def mentions(self, raw: Raw, what: str) -> tuple[Quote, ...]:
        value = raw.get("mentions")
        if not isinstance(value, list):
            self.dropped(what, value, "has no list of mentions")
            return ()
        found = [q for v in value if (q := self.words(v, what)) is not None]
        return tuple(dict.fromkeys(found))

    def victim(self, raw: Raw) -> Victim | None:
        quotes = self.mentions(raw, "victims")
        effect = self.one_of("effect", EFFECTS, "unknown", raw) if quotes else None
        if not quotes:
            return None
        counts = [b for q in quotes if (b := bounds_of(q.text, frozenset())) is not None]
        count = next((n for n in (counts[0][1], counts[0][0]) if n is not None), None) if counts else None
        named = any(q.text[:1].isupper() and " " in q.text for q in quotes)
        return Victim(_texts(quotes), count, effect, named, self.age(raw.get("age"), quotes), None, quotes)

    def age(self, value: object, quotes: tuple[Quote, ...]) -> int | None:
        if value is None:
            return None
        text = self.known.finder.text
        around = [text[max(0, q.start - AGE_REACH) : q.end + AGE_REACH] for q in quotes]
        if type(value) is int and 0 <= value <= OLDEST:
            finders = [Finder(words) for words in around]
            if any(f.find(str(value), 0, len(f.text)) is not None for f in finders):
                return value
        return self.dropped("age", value, "does not stand beside the person")

    def suspect(self, raw: Raw) -> Suspect | None:
        quotes = self.mentions(raw, "suspects")
        kind = self.one_of("kind", KINDS, None, raw) if quotes else None
        attribution = self.one_of("attribution", ATTRIBUTIONS, None, raw) if kind else None
        if attribution is None:
            return None
        by = self.words(raw.get("by"), "by")
        return Suspect(_texts(quotes), kind, attribution, by.text if by else None, quotes)

    def target(self, raw: Raw) -> Target | None:
        quotes = self.mentions(raw, "targets")
        return Target(_texts(quotes), self.one_of("kind", TARGETS, "other", raw), quotes) if quotes else None

    def weapon(self, raw: Raw) -> Weapon | None:
        quotes = self.mentions(raw, "weapons")
        return Weapon(_texts(quotes), weapon_kind(quotes[0].text), quotes) if quotes else None

    def footage(self) -> FootageMention | None:
        value = self.raw.get("footage")
        if value is None:
            return None
        quote = self.words(value.get("quote") if isinstance(value, dict) else value, "footage")
        return FootageMention(None, None, None, (quote,)) if quote is not None else None


def _texts(quotes: tuple[Quote, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(q.text for q in quotes))


def _shared(a: Quote, b: Quote) -> int:
    return min(a.end, b.end) - max(a.start, b.start)


def _overlap(a: Quote, b: Quote) -> bool:
    """Whether the quotes share half of the shorter one."""
    return 2 * _shared(a, b) >= min(a.end - a.start, b.end - b.start)
