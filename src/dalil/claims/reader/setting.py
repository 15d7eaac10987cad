"""When and where: the dates and the places of a text, and which of them belongs to which mention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dalil.atlas.resolve import resolve
from dalil.calendar import find_dates
from dalil.claims.reader.marking import Line
from dalil.claims.reader.phrases import name_at
from dalil.records import DateSpan, Place, Quote

ADMIN_WORDS = {
    "governorate": 4,
    "province": 4,
    "state": 4,
    "department": 4,
    "oblast": 4,
    "county": 3,
    "district": 3,
    "township": 3,
    "region": 4,
}
NEAR_DAYS = 30  # a day this near to publication may be the event's; on gva_train
OPENING = 9  # words of a sentence within which "On 3 May 2020, in X," sets the scene
HINTS = {
    "governorate": "province",
    "province": "province",
    "oblast": "province",
    "district": "district",
    "county": "district",
    "town": "town",
    "city": "city",
    "village": "village",
    "camp": "camp",
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A place named at words i..j of a line, what it is said to lie in, and how exact it is (UCDP where_prec)."""

    i: int
    j: int
    name: str
    quote: Quote
    within: tuple[str, ...]
    precision: int
    hint: str | None


class Setting:
    """The dates and places of one text, by line; places are resolved once a name."""

    def __init__(self, text: str, lines: list[Line], published: date | None, lang: str, country: str | None):
        self.country = country
        self.published = published
        self.dates = find_dates(text, published=published, lang=lang)
        self.by_line: dict[int, list[DateSpan]] = {}
        self.spots: dict[int, list[Spot]] = {}
        self._resolved: dict[tuple, Place] = {}
        n = 0
        for span in self.dates:
            while n < len(lines) and lines[n].e[-1] <= span.quote.start:
                n += 1
            if n < len(lines) and lines[n].s[0] <= span.quote.start:
                self.by_line.setdefault(lines[n].number, []).append(span)

    def forget(self, lines: set[int]) -> None:
        """The dates that these lines give belong to no event."""
        for number in lines:
            self.by_line.pop(number, None)

    def spots_of(self, line: Line) -> list[Spot]:
        """The places that a line names behind a preposition of place."""
        found = self.spots.get(line.number)
        if found is None:
            found = self.spots[line.number] = _spots(line)
        return found

    def when(self, line: Line, mine: list[tuple[int, int]], others: list[tuple[int, int]]) -> DateSpan | None:
        """The date of the line that fits the triggers `mine` best, days before coarser spans."""
        best, cost = None, 10**9
        for span in self.by_line.get(line.number, ()):
            k = min(line.word_at(span.quote.start), line.n - 1)
            if of_speech(line, k, mine, span.time is not None) or _told_apart(line, k, mine):
                continue
            c = min(_cost(k, t) for t in mine) + (0 if span.precision in ("day", "range") else 8)
            if others and min(_cost(k, t) for t in others) + 25 < c:
                continue
            c += 8 * sum(line.entry(x, "speech") is not None for x in range(min(k, mine[0][0]), max(k, mine[0][0])))
            if c < cost:
                best, cost = span, c
        return best

    def where(self, line: Line, mine: list[tuple[int, int]], others: list[tuple[int, int]]) -> Place | None:
        """The place of the line that fits the triggers `mine`: the nearest behind one, else the nearest before."""
        best, cost = None, 10**9
        for spot in self.spots_of(line):
            c = min(_cost(spot.i, t) for t in mine)
            if others and min(_cost(spot.i, t) for t in others) < c:
                continue
            c += 4 * max(0, spot.precision - 3)
            if spot.i <= OPENING:
                c = min(c, 2)
            if c < cost:
                best, cost = spot, c
        return self.place(best) if best is not None else None

    def near(self, lines: list[Line], first: int, last: int) -> DateSpan | None:
        """The day that the sentences first..last speak in, for an event whose own words give none.

        The sentence before and those after belong to it, too; days named beside a word of speech or law come last.
        """
        spare = None
        for n in (*range(first, min(last + 3, len(lines))), first - 1, first - 2):
            for span in self.by_line.get(n, ()) if n >= 0 else ():
                if span.precision != "day" or (self.published is not None and span.start > self.published):
                    continue
                line = lines[n]
                at = min(line.word_at(span.quote.start), line.n - 1)
                if of_speech(line, at, []) or line.has("aftermath", at - 6, at):
                    spare = spare or span
                    continue
                return span
        return spare or self._last_resort()

    def _last_resort(self) -> DateSpan | None:
        """The first day that the text names anywhere, if it stands near publication."""
        for span in self.dates:
            late = (self.published - span.start).days if self.published is not None else None
            if span.precision == "day" and (late is None or 0 <= late <= NEAR_DAYS):
                return span
        return None

    def place(self, spot: Spot) -> Place:
        """The spot with its candidates in the loaded gazetteers."""
        key = (spot.name, spot.within, spot.quote.start)
        made = self._resolved.get(key)
        if made is None:
            made = self._resolved[key] = _resolved(spot, self.country)
        return made


def _told_apart(line: Line, k: int, mine: list[tuple[int, int]]) -> bool:
    """Whether the day is said to lie so long after or before the act: "on Jan. 5, days after X was killed"."""
    first = min(i for i, _ in mine)
    if first <= k:
        return False
    return any(line.is_(x, "unit") and line.w[x + 1] in ("after", "before") for x in range(k, first - 1))


def _end_of_date(line: Line, k: int) -> int:
    """Where the word of the date at k ends; longer dates end later, which only makes the test stricter."""
    return line.e[k]


def of_speech(line: Line, k: int, mine: list[tuple[int, int]], timed: bool = False) -> bool:
    """Whether the date at word k is the day of a statement or of a court: "said on Thursday", "charged Friday".

    With a time of the clock (`timed`) it is none of a statement: "police said around 9 p.m. Monday a man shot".
    """
    x = k - 1
    while x >= 0 and (line.is_(x, "on") or line.is_(x, "adv") or line.is_(x, "prep")) and k - x < 3:
        x -= 1
    end = max(k, line.word_at(_end_of_date(line, k)))
    if line.is_(end, "named_later") and not any(i <= end < j for i, j in mine):
        return True  # "on Wednesday identified the man"
    if x < 0 or any(i <= x < j for i, j in mine):
        return False
    if line.is_(x, "named_later"):
        return True  # "was identified today"
    speech = line.entry(x, "speech")
    if speech is not None:
        noun = speech.form in ("base", "s") and line.is_(x, "passed_on")  # "called for a report of gunfire Monday"
        passive = line.is_(x, "passed_on") and line.is_(x - 1, "aux")  # "was reported about 9 p.m. Monday"
        return not (noun or passive or timed)
    if timed and line.is_(x, "sub") and line.entry(x - 1, "speech") is not None:
        return of_law(line, x)  # "said that around 9 p.m. Monday a man"
    return of_law(line, x) or of_law(line, x - 1)


def of_law(line: Line, x: int) -> bool:
    """Whether word x tells of a court, an arrest or a statement; an address's Court ("on Quill Court") does not."""
    if not line.is_(x, "aftermath"):
        return False
    addressed = line.is_(x, "street") and line.cap[x] == 1 and x > 0 and line.cap[x - 1] == 1
    if line.shout or line.headline or not addressed:
        return True
    return line.is_(x - 1, "courtkind") or line.has("aftermath", x - 7, x)


def _cost(k: int, trigger: tuple[int, int]) -> int:
    """How far word k is from a trigger; what stands behind a trigger is nearer than what stands before it."""
    return k - trigger[1] if k >= trigger[1] else 8 + trigger[0] - k


def _resolved(spot: Spot, country: str | None) -> Place:
    place = resolve(
        spot.name, spot.quote, country=country, admin=spot.within[0] if spot.within else None, feature_hint=spot.hint
    )
    return place if place.candidates else Place(spot.name, spot.quote, spot.precision, None, ())


def _spots(line: Line) -> list[Spot]:
    out: list[Spot] = []
    k = 0
    while k < line.n:
        if "loc" not in line.kinds[k]:
            struck = _struck(line, k) if line.owner[k] is not None else 0
            if struck:
                within, end = _within(line, struck)
                out.append(_spot(line, k, struck, within, near=False))
            k = max(k + 1, struck)
            continue
        of = line.is_(k, "of")
        if of and not _placed(line, k):
            k += 1
            continue
        n = line.end(k) if line.marks[k] is not None else k + 1
        n = _to_name(line, n)
        stop = place_end(line, n)
        if stop <= n or (line.owner[n] is not None and line.owner[n].kind in ("actor", "people") and not line.shout):
            k += 1
            continue
        within, end = _within(line, stop)
        out.append(_spot(line, n, stop, within, near=line.w[k] in ("near", "outside", "around")))
        k = end
    return out


def _struck(line: Line, k: int) -> int:
    """Where the name ends that starts at k as the object of a verb of striking ("shelled Kafr Dalun"), else 0."""
    p = line.owner[k]
    if p is None or p.kind != "name" or p.i != k or p.age is not None or not k:
        return 0
    for x in range(max(0, k - 2), k):
        verb = line.entry(x, "verb")
        if verb is not None and verb.a in ("hit", "damage", "besiege", "take") and line.end(x) == k:
            return p.stop
    return 0


def _placed(line: Line, k: int) -> bool:
    """Whether "of" at k follows a word of place or an act: the city of, the bombing of, north of."""
    word = line.w[k - 1] if k else ""
    noun = line.entry(k - 1, "noun") if k else None
    return line.is_(k - 1, "placeword") or (noun is not None and noun.a == "event") or word in ADMIN_WORDS


def _to_name(line: Line, n: int) -> int:
    steps = 0
    while n < line.n and steps < 5:
        if (
            line.cap[n]
            and not line.shout
            and not line.is_(n, "det")
            and not (line.is_(n, "month") and name_at(line, n + 1) == n + 1)
        ):
            return n
        if (
            line.is_(n, "det")
            or line.is_(n, "placeword")
            or (line.is_(n, "of") and steps)
            or line.is_(n, "month")
            or line.w[n] in ADMIN_WORDS
        ):
            n += 1
            steps += 1
            continue
        break
    return n


def place_end(line: Line, n: int) -> int:
    """Where the place name that starts at n ends; n where none does."""
    if n >= line.n:
        return n
    if line.shout:
        k = n
        while k < line.n and k - n < 4 and line.w[k][0].isalpha() and line.marks[k] is None:
            k += 1
        return k
    k = n
    if line.is_(k, "month") and line.cap[k] and k + 1 < line.n and name_at(line, k + 1) > k + 1:
        k += 1
    stop = name_at(line, k)
    return stop if stop > k else n


def _within(line: Line, stop: int) -> tuple[tuple[str, ...], int]:
    """The larger places named right behind: "Kafr X, Aleppo province", "(Djenne, Mopti)"."""
    out, k = [], stop
    while k + 1 < line.n and len(out) < 3:
        n = k
        while n < line.n and (line.is_(n, "placeword") or line.w[n] in ADMIN_WORDS) and n - k < 2:
            n += 1
        if n < line.n and (line.w[n] in (",", "(") or line.w[n] == "of" or line.w[n] == "in"):
            m = _to_name(line, n + 1)
            j = place_end(line, m)
            if j > m and not (line.owner[m] is not None and line.owner[m].kind in ("people", "actor")):
                out.append(line.quote(m, j).text)
                k = j
                continue
        break
    return tuple(out), k


def _spot(line: Line, n: int, stop: int, within: tuple[str, ...], near: bool) -> Spot:
    after = line.w[stop] if stop < line.n else ""
    last = line.w[stop - 1]
    precision = ADMIN_WORDS.get(after) or ADMIN_WORDS.get(last) or (2 if near else 1)
    if line.entry(n, "actor") is not None and line.entry(n, "actor").a == "state":
        precision = 6
    quote = line.quote(n, stop)
    before = line.w[n - 1] if n else ""
    if before == "of" and n > 1:
        before = line.w[n - 2]
    hint = next((w for w in (after, last, before) if w in HINTS), None)
    return Spot(n, stop, quote.text, quote, within, precision, HINTS.get(hint) if hint else None)
