"""From what a phrase says to days: pure rules, each naming itself in words. Policy: docs/dates.md."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Precision = Literal["day", "range", "week", "month", "year"]
Tense = Literal["past", "future"] | None
DAY = timedelta(days=1)

# A day and month without year is the coming one, whatever the tense, when it is at most this far ahead.
NEAR_AHEAD = timedelta(days=31)
# A month without year is the coming one, at most so many months ahead, in the future tense; and where no word tells
# the tense ("Clinics close in March", published in February).
MONTHS_AHEAD, MONTHS_SOON = 9, 2
# How far from publication a two-digit year may be ahead.
PIVOT_AHEAD_YEARS = 10
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Days:
    """Inclusive days, how finely they are known, and the rule in words."""

    start: date
    end: date
    precision: Precision
    rule: str


def one_day(day: date, rule: str) -> Days:
    """A single day."""
    return Days(day, day, "day", rule)


def month_days(year: int, month: int) -> tuple[date, date]:
    """First and last day of a month."""
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def make_day(year: int, month: int, day: int) -> date | None:
    """The day, or None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def shift_month(year: int, month: int, by: int) -> tuple[int, int]:
    """The month `by` months away."""
    index = year * 12 + month - 1 + by
    return index // 12, index % 12 + 1


def resolve_weekday(day: int, published: date, *, tense: Tense, last: bool = False, following: bool = False) -> Days:
    """The last such weekday on or before `published`; the next one for the future tense.

    A weekday equal to the publication's own is that same day, unless the text says "last".
    """
    back = (published.weekday() - day) % 7
    if following:
        return one_day(published + DAY * (7 - back), "next such weekday after publication")
    if last:
        return one_day(published - DAY * (back or 7), "last such weekday before publication")
    if back == 0:
        return one_day(published, "weekday of publication itself")
    if tense == "future":
        return one_day(published + DAY * (7 - back), "weekday after publication, future tense")
    return one_day(published - DAY * back, "weekday before publication")


def resolve_month_day(
    month: int, day: int, published: date | None, *, tense: Tense, weekday: int | None = None, deadline: bool = False,
    last: bool = False,
) -> Days | None:  # fmt: skip
    """A day and month without a year: the last on or before publication, or the coming one where the text looks ahead.

    `deadline` says that the text gives it as one ("by 3 September"). A weekday beside it chooses the year.
    """
    if published is None:
        return None
    span = 8 if weekday is not None or (month, day) == (2, 29) else 1  # years around publication that may be meant
    days = [d for y in range(published.year - span, published.year + span + 1) if (d := make_day(y, month, day))]
    if not days:
        return None
    if weekday is not None:
        fitting = [d for d in days if d.weekday() == weekday and abs(d - published) < 800 * DAY]
        if fitting:
            near = min(fitting, key=lambda d: abs(d - published))
            return one_day(near, "day and month, year from publication and weekday")
    behind = max((d for d in days if d < published or (d == published and not last)), default=None)
    ahead = min((d for d in days if d > published), default=None)
    note = "" if weekday is None else f"; the weekday {WEEKDAYS[weekday]} does not fit"
    looks_ahead = tense == "future" or deadline
    if ahead and (behind is None or (looks_ahead and ahead - published < published - behind)):
        return one_day(ahead, "day and month, next after publication" + note)
    # without a year, hardly any news means a day eleven months ago, whatever the tense of the words around it
    if ahead and ahead - published <= NEAR_AHEAD and behind != published and not last:
        return one_day(ahead, "day and month, soon after publication" + note)
    return one_day(behind, "day and month, last before publication" + note) if behind else None


def resolve_year2(year: int, published: date | None) -> int:
    """The full year of a two-digit one: at most ten years after publication; without one, 69-99 are 19xx."""
    if published is None:
        return 1900 + year if year >= 69 else 2000 + year
    latest = published.year + PIVOT_AHEAD_YEARS
    return latest - (latest - year) % 100


def resolve_numeric(raw: str, published: date | None) -> Days | None:
    """A date in figures. Year first is certain; else day first, unless only the other order fits; ambiguity is told."""
    figures = raw[:8] if raw.isdecimal() else raw[:10] if raw[:4].isdecimal() else raw
    if figures.isdecimal():
        day = make_day(int(figures[:4]), int(figures[4:6]), int(figures[6:]))
        return one_day(day, "date in figures, year first") if day else None
    parts = [p for p in figures.replace("/", "-").replace(".", "-").replace("T", "-").split("-") if p]
    first, second, third = (int(p.split(" ")[0]) for p in parts[:3])
    if len(parts[0]) == 4:
        day = make_day(first, second, third)
        return one_day(day, "date in figures, year first") if day else None
    year = third if third > 99 else resolve_year2(third, published)
    day_first, month_first = make_day(year, second, first), make_day(year, first, second)
    if not (day_first and month_first) or day_first == month_first:
        day = day_first or month_first
        order = "day first" if day_first else "month first"
        return one_day(day, f"date in figures, {order}") if day else None
    chosen, other, order = day_first, month_first, "day first"
    if published and _fits(month_first, published) and not _fits(day_first, published):
        chosen, other, order = month_first, day_first, "month first"
    return one_day(chosen, f"date in figures, read {order}; ambiguous, the other order gives {other.isoformat()}")


def _fits(day: date, published: date) -> bool:
    """Whether a day is one that news of `published` would speak of: at most ten days from it."""
    return abs(published - day) <= 10 * DAY


def resolve_month(
    month: int, published: date | None, *, mod: str | None, tense: Tense, behind_only: bool = False
) -> Days | None:
    """A month without a year: the one that holds publication or the last before it; the next for the future tense."""
    if published is None:
        return None
    year = published.year
    rule = "month, last on or before publication"
    to_come = (month - published.month) % 12
    soon = MONTHS_AHEAD if tense == "future" else MONTHS_SOON if tense is None else 0
    if mod == "next" or (mod is None and not behind_only and 0 < to_come <= soon):
        year, rule = year + (month <= published.month), "month, next after publication"
    elif month > published.month or (mod == "last" and month == published.month):
        year -= 1
    return Days(*month_days(year, month), "month", rule)


def counted_from(day: date, count: int, unit: str) -> date | None:
    """The day so many days, weeks, months or years after `day` (before it where negative); None for other units."""
    if unit in ("day", "week"):
        return day + DAY * count * (7 if unit == "week" else 1)
    if unit not in ("month", "year"):
        return None
    year, month = shift_month(day.year, day.month, count * (12 if unit == "year" else 1))
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def resolve_quarter(number: int, year: int | None, published: date | None, *, tense: Tense) -> Days:
    """A quarter of a calendar year; without a year the last that has begun, or the next in the future tense."""
    rule = "quarter of the year as written"
    if year is None:
        begun = date(published.year, 3 * number - 2, 1) <= published
        over = published.month > 3 * number
        year = published.year - (not begun and tense != "future") + (over and tense == "future")
        rule = "quarter, the next one" if tense == "future" else "quarter, last begun before publication"
    return Days(date(year, 3 * number - 2, 1), month_days(year, 3 * number)[1], "range", rule)


def part_of(days: Days, how: str | None) -> Days:
    """The early, middle or late part of a month (ten days) or year (three, four, three months)."""
    if how is None:
        return days
    if days.precision == "month":
        first, last = days.start, days.end
        start, end = {
            "early": (first, first.replace(day=10)),
            "mid": (first.replace(day=11), first.replace(day=20)),
            "late": (first.replace(day=21), last),
        }[how]
    elif days.precision == "year":
        months = {"early": (1, 3), "mid": (5, 8), "late": (10, 12)}[how]
        start, end = date(days.start.year, months[0], 1), month_days(days.start.year, months[1])[1]
    else:
        return days
    return Days(start, end, "range", f"{days.rule}; {how} part")


def week_of(day: date) -> tuple[date, date]:
    """Monday and Sunday of the week that holds `day`."""
    monday = day - DAY * day.weekday()
    return monday, monday + 6 * DAY


def resolve_unit(unit: str, mod: str, published: date) -> Days | None:
    """ "last week", "this month", "next year": the calendar's own weeks (from Monday), months and years."""
    by = {"last": -1, "this": 0, "next": 1}[mod]
    rule = f"{mod} {unit}, from publication"
    if unit == "week":
        return Days(*week_of(published + 7 * DAY * by), "week", rule)
    if unit == "month":
        return Days(*month_days(*shift_month(published.year, published.month, by)), "month", rule)
    if unit == "year":
        year = published.year + by
        return Days(date(year, 1, 1), date(year, 12, 31), "year", rule)
    return None


def resolve_ago(count: int | None, unit: str, published: date) -> Days | None:
    """So many units before publication: days to the day, weeks to about a week, months and years as a whole.

    `count` None is "a few": two to seven of them.
    """
    if count is None:
        if unit not in ("day", "week"):
            return None
        size = 1 if unit == "day" else 7
        return Days(
            published - 7 * size * DAY, published - 2 * size * DAY, "range", f"a few {unit}s before publication"
        )
    rule = f"{count} {unit}{'s' if count != 1 else ''} before publication"
    if count > {"hour": 96, "day": 400, "week": 100, "month": 60, "year": 400, "decade": 20}[unit]:
        return None
    if unit == "hour":
        return one_day(published - DAY * (count // 24), rule)
    if unit == "day":
        return one_day(published - DAY * count, rule)
    if unit == "week":
        day = published - 7 * DAY * count
        return Days(day, day, "week", rule + ", to about a week")
    if unit == "month":
        return Days(*month_days(*shift_month(published.year, published.month, -count)), "month", rule)
    year = published.year - count * (10 if unit == "decade" else 1)
    return Days(date(year, 1, 1), date(year, 12, 31), "year", rule) if year > 0 else None


def resolve_past_stretch(count: int | None, unit: str, published: date) -> Days | None:
    """The days up to publication: "the past three days", "the last two weeks", "the past 24 hours"."""
    count = 3 if count is None else count
    if count > 400:
        return None
    if unit == "month":
        year, month = shift_month(published.year, published.month, -count)
        start = date(year, month, min(published.day, monthrange(year, month)[1]))
    elif unit in ("year", "decade"):
        years = count * (10 if unit == "decade" else 1)
        start = date(published.year - years, published.month, min(published.day, 28))
    else:
        start = published - {"hour": DAY * -(-count // 24), "day": DAY * count, "week": 7 * DAY * count}[unit]
    return Days(start, published, "range", f"the {count} {unit}s up to publication")


def resolve_weekend(published: date, mod: str | None, *, first_day: int) -> Days:
    """The two days of a weekend (`first_day` 5 Saturday, 4 Friday): the last that is over, or the one meant."""
    start = published - DAY * ((published.weekday() - first_day) % 7)
    over = start + DAY < published
    if mod == "next" or (mod == "this" and over):
        start += 7 * DAY
        rule = "the weekend after publication"
    elif start + DAY == published and mod != "last":
        rule = "the weekend of publication"
    else:
        start -= timedelta(0) if over else 7 * DAY
        rule = "the last weekend before publication"
    return Days(start, start + DAY, "range", rule)


def resolve_season(first_month: int, year: int) -> Days:
    """Three months from `first_month`, northern hemisphere."""
    end_year, end_month = shift_month(year, first_month, 2)
    return Days(date(year, first_month, 1), month_days(end_year, end_month)[1], "range", "season, northern hemisphere")
