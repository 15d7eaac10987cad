"""Which of the days that a text names is an event's: every day gets points from a visible list of reasons.

A report names the day of the event beside days of arrests, hearings, statements and of other events. The sentence alone
often cannot tell them apart ("remained in hospital Monday"), so all days of the text are weighed against each other.
Weights are whole or half points, set by hand on gva_train; they say what outweighs what, not how likely a day is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from dalil.claims.reader.drafts import VIOLENT, Draft
from dalil.claims.reader.marking import Line
from dalil.claims.reader.phrases import name_at
from dalil.claims.reader.setting import Setting, of_law, of_speech
from dalil.records import DateSpan, Quote

SAME, BEHIND, BEFORE = 6.0, (4.0, 3.0, 2.0), (2.5, 1.0)  # in the event's sentence, in those behind it, before it
FAR = 0.15  # taken off for each word between the day and the event's words, up to
FARTHEST = 3.0
TIMED = 2.0  # a clock time stands with it: "about 5:30 p.m. Saturday"
HAPPENED = 2.0  # "it happened on", "officers were called on"
SPEECH, AFTERMATH, STANDING = -7.0, -3.5, -5.0  # said Monday; his trial Monday; in custody as of Monday
OTHERS = -3.0  # the day of something that is no act: "Tuesday's storm"
DYING = -2.5  # died Saturday: whoever was hurt may die of it on a later day
DATELINE = -5.0  # the day that opens the text in brackets
ANCHORED = -2.0  # "the following day": told from another day, which is the event's as often as not
HELD = 1.0  # the day that the event's own words gave first
AHEAD = -9.0  # after publication
COARSE = -3.0  # a range or a week; months and years stand further back
HARMED = 1.5  # the event's sentence tells who was harmed
AGAIN = 0.5  # of the points of further mentions of the same day
LATER = 0.06  # taken off for each sentence from the first on: the lead names the day
FINER = -1.0  # a day within the best week or month with more points than this is meant by it
CLOCKED = 4  # sentences behind an event's last within which a time of day is the event's
OPENING = 4  # sentences at the start of a text that may tell of the event as news of the day
LEAST = 0.5  # a day with fewer points is no event's day
WINDOW = 7  # words before a day within which a word of law or condition claims it


@dataclass(slots=True)
class Named:
    """One day that the text names: where it stands, and its points before any event is looked at."""

    span: DateSpan
    line: Line
    k: int
    points: float
    beside: float  # what the words beside it took off


@dataclass(slots=True)
class Days:
    """The days of a text, weighed once."""

    setting: Setting
    lines: Sequence[Line]
    _named: list[Named] | None = field(default=None)

    def named(self) -> list[Named]:
        """Every day that a line of the text names, with its own points."""
        if self._named is None:
            self._named = [
                self._weighed(line, span) for line in self.lines for span in self.setting.by_line.get(line.number, ())
            ]
        return self._named

    def best(self, drafts: Sequence[Draft], others: Sequence[Draft], held: DateSpan | None) -> DateSpan | None:
        """The day with the most points for the event that `drafts` tell of; `others` are drafts of other events.

        `held` is the day that the event's own words gave first.
        """
        foreign = {d.line.number for d in others} - {d.line.number for d in drafts}
        told: dict[object, list[tuple[float, Named]]] = {}
        for named in self.named():
            near = max((_near(named, d, foreign) for d in drafts), default=-9.0)
            if near <= -9.0:
                continue
            own = HELD if named.span is held and named.beside > SPEECH else 0.0
            told.setdefault(named.span.start, []).append((near + named.points + own, named))
        weighed: list[tuple[float, DateSpan]] = []
        for mentions in told.values():
            mentions.sort(key=lambda m: -m[0])
            again = AGAIN * sum(min(max(p, 0.0), 4.0) for p, n in mentions[1:3])
            weighed.append((mentions[0][0] + again, mentions[0][1].span))
        weighed.sort(key=lambda w: -w[0])
        if not weighed or weighed[0][0] <= LEAST:
            return None
        return _finest(weighed)

    def by_clock(self, drafts: Sequence[Draft]) -> DateSpan | None:
        """The day of publication or the one before, where the text names no day but a time of day beside the event.

        News that say "about 9:15 p.m." and no day speak of the day on which they appear, or of the evening before:
        of 28 shootings so told 17 were on the one, 10 on the other.
        """
        published = self.setting.published
        if published is None:
            return None
        first, last = drafts[0].line.number, drafts[-1].line.number
        for line in self.lines[max(0, first - 1) : last + CLOCKED]:
            for k in range(line.n - 1):
                if line.w[k][0].isdigit() and line.hints(k + 1, "clock"):
                    quote = line.quote(k, k + 2)
                    return _of_the_news(published, quote, "a time without a day")
                if line.hints(k, "parting"):
                    quote = line.quote(k, k + 1)
                    return _of_the_news(published, quote, "a part of day alone")
        return None

    def presumed(self, drafts: Sequence[Draft]) -> DateSpan | None:
        """The day of publication or the one before, where the opening is in the present and no day stands.

        "Police are investigating a shooting" is news of the day; "a man was shot" may be of any day and gives none.
        """
        published = self.setting.published
        if published is None or drafts[0].line.number >= OPENING:
            return None
        for line in self.lines[:OPENING]:
            for k in range(line.n - 1):
                if line.hints(k, "fresh"):
                    quote = line.quote(k, k + 2)
                    return _of_the_news(published, quote, "news in the present")
        return None

    def _weighed(self, line: Line, span: DateSpan) -> Named:
        k = word_of(line, span)
        points = -LATER * line.number
        points += {"day": 0.0, "range": COARSE, "week": COARSE}.get(span.precision, 2 * COARSE)
        if span.precision == "range" and (span.end - span.start).days == 1:
            points -= COARSE / 2
        published = self.setting.published
        if published is not None and span.start > published:
            points += AHEAD
        beside = _beside(line, k, span)
        if (span.time is not None or _clocked(line, k, span)) and not _of_dying(line, k):
            points += TIMED
        if any(line.hints(x, "happened") for x in range(max(0, k - 8), min(line.n, k + 8))):
            points += HAPPENED
        return Named(span, line, k, points + beside, beside)


def _of_the_news(published: date, quote: Quote, told: str) -> DateSpan:
    """The two days that news of the day may mean."""
    return DateSpan(
        published - timedelta(days=1), published, "range", None, quote, f"{told}: publication's or the one before"
    )


def _beside(line: Line, k: int, span: DateSpan) -> float:
    """What the words beside a day take off: it is the day of a statement, a hearing, a publication or a condition."""
    end = max(k, line.word_at(span.quote.end))
    window = range(max(_clause(line, k), k - WINDOW), k)
    if _dateline(line, k, end, span):
        return DATELINE
    if _attached(line, end):
        return 0.0
    if end < line.n and line.w[end] == "'s":
        return OTHERS  # "Tuesday's storm"
    if of_speech(line, k, [], span.time is not None) or (end < line.n and line.hints(end, "later")):
        return SPEECH
    if span.time is None and _opens_court(line, k, end):
        return SPEECH
    if any(line.hints(x, "published") for x in window) or _titled(line, k, span):
        return SPEECH
    points = 0.0
    timed = span.time is not None
    near = range(end, min(line.n, end + 2))
    if any((of_law(line, x) and not (timed and _told(line, x))) or _of_court(line, x) for x in (*window, *near)):
        points += AFTERMATH
    if _of_dying(line, k):
        points += DYING
    if any(line.hints(x, "standing") for x in window):
        points += STANDING
    if "named before" in span.rule:
        points += ANCHORED
    return points


def _told(line: Line, x: int) -> bool:
    """Whether word x only says that something is told: with a clock ("said about 2 p.m.") the day is the act's."""
    return line.entry(x, "speech") is not None and not line.hints(x, "court")


def _opens_court(line: Line, k: int, end: int) -> bool:
    """Whether the day opens its sentence and a court's act follows: "On Monday, X, 38, was sentenced"."""
    if k > 1 or (k == 1 and not line.is_(0, "on")) or end >= line.n:
        return False
    for x in range(end, min(line.n, end + 16)):
        verb = line.entry(x, "verb")
        if line.hints(x, "happened"):
            return False
        if line.hints(x, "later") and line.owner[x] is None and (verb is None or verb.a != "abduct"):
            return line.w[x] != "said" and not line.is_(x, "passed_on")  # "on 12 October it was reported that …"
        if verb is not None and line.owner[x] is None and verb.form in ("past", "part", "s"):
            return False
    return False


def _of_dying(line: Line, k: int) -> bool:
    return any(line.hints(x, "dying") for x in range(max(_clause(line, k), k - WINDOW), k))


def _clocked(line: Line, k: int, span: DateSpan) -> bool:
    """Whether a clock time stands right behind the day: "Friday shortly after 6:30 p.m."."""
    end = next((y for y in range(k, line.n) if line.s[y] >= span.quote.end), line.n)
    return any(line.w[x][0].isdigit() and line.hints(x + 1, "clock") for x in range(end, min(line.n - 1, end + 4)))


def _dateline(line: Line, k: int, end: int, span: DateSpan) -> bool:
    """Whether the day is the report's own: in brackets before its first words, or with its year at its very start."""
    if k and line.w[k - 1] == "(":
        closed = line.w[end : end + 1] == [")"]
        return (line.number == 0 and k < 8) or (closed and line.w[end + 1 : end + 2] in (["-"], ["–"], ["—"]))
    if k > 1 and line.w[k - 1] == ")" and any(line.w[x].startswith("@") for x in range(max(0, k - 4), k)):
        return True  # "— City Police (@citypolice) March 5, 2019"
    whole = str(span.start.year) in span.quote.text
    return line.number == 0 and k == 0 and whole and end < line.n and line.cap[end] > 0


def _titled(line: Line, k: int, span: DateSpan) -> bool:
    """Whether "Today" only ends a name: "Ostrow Today"."""
    named = k > 0 and line.cap[k] == 1 == line.cap[k - 1] and not line.headline
    return named and span.quote.text == "Today" and name_at(line, k - 1) >= k


def _attached(line: Line, end: int) -> bool:
    """Whether an act follows whose day it is: "the victim of a Thursday morning shooting", "Friday's raid"."""
    if end < line.n and line.w[end] == "'s":
        end += 1
    for x in range(end, min(line.n, end + 3)):
        noun = line.entry(x, "noun")
        if noun is not None:
            return noun.a in ("event", "death") and noun.b in VIOLENT
        if line.marks[x] is not None or not line.w[x].isalpha():
            return False
    return False


def _finest(weighed: list[tuple[float, DateSpan]]) -> DateSpan:
    """The span with the most points; a day within it, where it is coarser and the text names one ("last week")."""
    best = weighed[0][1]
    if best.precision == "day":
        return best
    slack = timedelta(days=1 if best.precision in ("week", "range") else 0)
    inside = (
        span
        for points, span in weighed
        if span.precision == "day" and points > FINER and best.start - slack <= span.start <= best.end + slack
    )
    return next(inside, best)


def word_of(line: Line, span: DateSpan) -> int:
    """The word of the line at which the day starts."""
    return min(line.word_at(span.quote.start), line.n - 1)


def of_court(line: Line, span: DateSpan) -> bool:
    """Whether the clause of the day tells first of an arrest or a court: "a jury Monday convicted him of killing X"."""
    k = word_of(line, span)
    return span.time is None and any(_of_court(line, x) for x in range(max(_clause(line, k), k - 4), k))


def _of_court(line: Line, x: int) -> bool:
    return line.hints(x, "court") and (of_law(line, x) or not line.is_(x, "aftermath"))


def _clause(line: Line, k: int) -> int:
    """Where the clause of word k begins."""
    for x in range(k - 1, -1, -1):
        if line.is_(x, "turn"):
            return x + 1
        if line.w[x] in (";", ":", "—") or (line.w[x] == "," and k - x > 1):
            return x + 1
    return 0


def _near(named: Named, d: Draft, foreign: set[int]) -> float:
    """How well the day stands to the words of one draft; -9 where it stands too far off."""
    away = named.line.number - d.line.number
    points = HARMED if any(m.victims for m in d.mentions) else 0.0
    if away == 0:
        acts = [m for m in d.mentions if m.type != "detention"] or d.mentions
        words = min(named.k - m.j if named.k >= m.j else 3 + m.i - named.k for m in acts)
        return points + SAME - min(FAR * max(words, 0), FARTHEST)
    if 0 < away <= len(BEHIND):
        return points + BEHIND[away - 1] - (2.0 if named.line.number in foreign else 0.0)
    if 0 < -away <= len(BEFORE):
        return points + BEFORE[-away - 1] - (2.0 if named.line.number in foreign else 0.0)
    return points - 1.0 if named.line.number not in foreign else -9.0
