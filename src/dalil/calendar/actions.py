"""What each form of a language means, from its words to days: one function for each action of the forms files."""

from __future__ import annotations

import re
from datetime import date

from dalil.calendar import rules
from dalil.calendar.hijri import resolve_hijri
from dalil.calendar.rules import Days
from dalil.calendar.scan import Core, Scan


def day_month(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "Friday, 4 November 2016", "Nov. 4", "18 FEB 90"."""
    month, day, year = scan.value(m, "month"), scan.value(m, "day"), scan.value(m, "year")
    end = m.end()
    if scan.is_a(m.start("month"), "MONAMB") and m.end() == m.end("month") and scan.is_a(end, "AUX"):
        return None
    if year is None and scan.is_a(end if scan.grammar.lang == "en" else m.start() - 1, "NAMED"):
        return []  # "9 October Avenue", "شارع 8 آذار"
    yy = scan.value(m, "yy")
    if yy is not None:
        if _is_year2(scan, m, yy):
            year = rules.resolve_year2(yy, scan.published)
        else:
            end = m.start("yy") - scan.is_a(m.start("yy") - 1, "APOS")
    if scan.value(m, "last_year"):
        year = scan.published.year - 1 if scan.published else None
    weekday = scan.value(m, "wd")
    if year is None:
        deadline = scan.is_a(m.start() - 1, "BY")
        last = bool(scan.value(m, "last"))
        tense = "past" if last else "future" if scan.value(m, "next") else scan.tense(m.start(), end)
        days = rules.resolve_month_day(
            month, day, scan.published, tense=tense, weekday=weekday, deadline=deadline, last=last
        )
    else:
        found = rules.make_day(year, month, day)
        days = found and rules.one_day(found, "day, month and year as written")
        if days and weekday is not None and found.weekday() != weekday:
            told = f"; the weekday {rules.WEEKDAYS[weekday]} does not fit"
            days = rules.one_day(found, days.rule + told)
    return [Core(m.start(), end, days, "day")] if days else None


def _is_year2(scan: Scan, m: re.Match, yy: int) -> bool:
    """Whether two figures after a month are a year and not a count of people ("on 4 July 17 people …")."""
    raw = scan.word(m.start("yy"))
    if len(raw) != 2:
        return False
    if scan.is_a(m.start("yy") - 1, "APOS"):
        return True
    near = scan.published is not None and abs(rules.resolve_year2(yy, scan.published) - scan.published.year) <= 2
    plain_end = scan.at(m.end()) != "_" and not scan.is_a(m.end(), "AND", "DAY", "NUM", "UNIT")
    return (yy > 31 and (near or plain_end)) or (near and plain_end and scan.at(m.end()) != "")


def days_month(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "3-5 November", "between 2 and 6 July", "July 2-6, 2018"; two days joined by "and" alone stay two days."""
    month, year = scan.value(m, "month"), scan.value(m, "year")
    by_and = scan.is_a(m.start("join"), "AND")
    between = scan.is_a(m.start(), "BETWEEN")
    if by_and and m.start("day2") > m.start("month") and not (between or year) and scan.at(m.end()) == "_":
        return None
    ends = []
    for label in ("day", "day2"):
        day = scan.value(m, label)
        if year is None:
            tense = scan.tense(m.start(), m.end())
            found = rules.resolve_month_day(month, day, scan.published, tense=tense)
            day = found.start if found else None
        else:
            day = rules.make_day(year, month, day)
        if day is None:
            return None
        ends.append(day)
    first, second = ends
    if by_and and not between and (second - first).days != 1:
        split = m.start("day") + 1
        told = "one of two days of a month"
        return [
            Core(m.start(), split, rules.one_day(first, told), "day"),
            Core(m.start("day2"), m.end(), rules.one_day(second, told), "day"),
        ]
    if second < first:
        return None
    return [Core(m.start(), m.end(), Days(first, second, "range", "from day to day of a month"), "range")]


def month(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "August 2016", "late October", "in March"; what may be a verb or a person needs a telling word before it."""
    number, year, how = scan.value(m, "month"), scan.value(m, "year"), scan.value(m, "how")
    place = m.start("month")
    if scan.grammar.lang == "ar" and scan.is_a(m.start() - 1, "NAMED"):
        return []  # "حي مايو"
    if scan.value(m, "last_year"):
        year = scan.published.year - 1 if scan.published else None
    mod = next((label for label in ("last", "next") if scan.value(m, label)), None)
    if scan.is_a(m.start(), "LAST", "THIS", "NEXT"):
        mod = {scan.char("LAST"): "last", scan.char("NEXT"): "next"}.get(scan.at(m.start()), "this")
    if year is not None:
        return [Core(m.start(), m.end(), rules.part_of(_month_of(year, number), how), "month")]
    if not (how or mod or _bare_month_counts(scan, place, m.end())):
        return None
    last = "last" if mod == "last" else mod
    behind = scan.is_a(m.start() - 1, "SINCE")
    tense = scan.tense(m.start(), m.end())
    days = rules.resolve_month(number, scan.published, mod=last, tense=tense, behind_only=behind)
    return [Core(m.start(), m.end(), rules.part_of(days, how), "month")] if days else None


def _month_of(year: int, number: int) -> Days:
    return Days(*rules.month_days(year, number), "month", "month and year as written")


def _bare_month_counts(scan: Scan, i: int, j: int) -> bool:
    """Whether a month's name alone is a month here: not the verb "march", nor a person called April."""
    told = scan.in_context(i - 1, "month_after")
    if scan.is_a(i, "MONSHORT"):
        return False
    if scan.is_a(i, "MONAMB"):
        return told and not scan.is_a(j, "AUX")
    if scan.is_a(i, "MONNAME"):
        alone = i == 0 and j == len(scan.row.shape)
        return told or alone or scan.is_a(i - 1, "PAST", "PASTV")
    return True


def hijri(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "15 Ramadan 1437", "شهر رمضان"."""
    day, year = scan.value(m, "day"), scan.value(m, "hyear")
    days = resolve_hijri(year, scan.value(m, "hmonth"), day, scan.published)
    return [Core(m.start(), m.end(), days, "day" if day else "month")] if days else None


def numeric(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "04/11/2016", "2016-11-04T19:45"."""
    raw = scan.value(m, "date")
    days = rules.resolve_numeric(raw, scan.published)
    time = raw[-5:] if len(raw) >= 14 and raw[-3] == ":" else None
    return [Core(m.start(), m.end(), days, "day", time)] if days else None


def weekday(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "Friday", "last Friday", "الجمعة المقبل"."""
    if scan.published is None:
        return None
    day, last, following = scan.value(m, "wd"), bool(scan.value(m, "last")), bool(scan.value(m, "next"))
    if following and scan.anchor is not None and scan.word(m.start()).lower() == "following":
        days = rules.resolve_weekday(day, scan.anchor, tense=None, following=True)
        told = "next such weekday after the day named before"
        return [Core(m.start(), m.end(), rules.one_day(days.start, told), "day")]
    if scan.anchor is not None and scan.anchor.weekday() == day and scan.word(m.start() - 1).lower() == "that":
        return [Core(m.start(), m.end(), rules.one_day(scan.anchor, "that weekday: the day named before"), "day")]
    tense = None if last or following else scan.tense(m.start(), m.end())
    if scan.is_a(m.start() - 1, "UNTIL", "BY"):
        tense = scan.tense_after(m.end()) or "future"
    elif scan.is_a(m.start(), "THIS"):
        tense = tense or "future"
    days = rules.resolve_weekday(day, scan.published, tense=tense, last=last, following=following)
    return [Core(m.start(), m.end(), days, "weekday")]


def weekday_week(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "Monday last week"."""
    if scan.published is None or scan.value(m, "unit") != "week":
        return None
    by = -7 if scan.value(m, "last") else 7 if scan.value(m, "next") else 0
    monday = rules.week_of(scan.published)[0]
    day = monday + rules.DAY * (scan.value(m, "wd") + by)
    return [Core(m.start(), m.end(), rules.one_day(day, "weekday of the week named beside it"), "day")]


def weekday_day(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "Friday the 13th": the last such day on or before publication, or the next in the future tense."""
    if scan.published is None:
        return None
    ahead = scan.tense(m.start(), m.end()) == "future"
    for step in range(400):
        day = scan.published + rules.DAY * (step if ahead else -step)
        if day.day == scan.value(m, "day") and day.weekday() == scan.value(m, "wd"):
            return [
                Core(m.start(), m.end(), rules.one_day(day, "weekday and day of the month, from publication"), "day")
            ]
    return None


def day_of_month(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "on the 9th", "the 5th of this month", "في 3 من الشهر الماضي"; not "on the 9th floor"."""
    if (
        scan.published is None
        or scan.at(m.end()) == "_"
        or scan.is_a(m.end(), "OF")
        or scan.value(m, "unit") not in (None, "month")
    ):
        return None
    day, year, number = scan.value(m, "day"), scan.published.year, scan.published.month
    bare = scan.value(m, "unit") is None and scan.grammar.lang == "en"
    ahead = bare and scan.tense(m.start(), m.end()) == "future"
    if scan.value(m, "last") or (bare and not ahead and day > scan.published.day):
        year, number = rules.shift_month(year, number, -1)
    elif scan.value(m, "next") or (ahead and day < scan.published.day):
        year, number = rules.shift_month(year, number, 1)
    found = rules.make_day(year, number, day)
    return (
        [Core(m.start(), m.end(), rules.one_day(found, "day of the month, from publication"), "day")] if found else None
    )


def holiday(scan: Scan, m: re.Match) -> list[Core] | None:
    """A holiday that falls on the same day of every year."""
    number, day = divmod(scan.value(m, "day"), 100)
    year = scan.value(m, "year")
    if year is not None:
        days: Days | None = rules.one_day(date(year, number, day), "holiday of the year as written")
    else:
        tense = scan.tense(m.start(), m.end())
        days = rules.resolve_month_day(number, day, scan.published, tense=tense)
    return [Core(m.start(), m.end(), days, "day")] if days else None


def nothing(scan: Scan, m: re.Match) -> list[Core]:
    """A habit ("every Friday") names no day."""
    return []


def relative_day(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "today", "yesterday", "أول أمس"."""
    if scan.published is None:
        return None
    by = scan.row.tokens[m.start("rel")].value
    rule = {0: "day of publication", -1: "day before publication", 1: "day after publication"}.get(
        by, f"{abs(by)} days {'before' if by < 0 else 'after'} publication"
    )
    return [Core(m.start(), m.end(), rules.one_day(scan.published + rules.DAY * by, rule), "relative")]


def part_of_today(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "this morning"."""
    if scan.published is None:
        return None
    return [Core(m.start(), m.end(), rules.one_day(scan.published, "day of publication"), "relative")]


def last_night(scan: Scan, m: re.Match) -> list[Core] | None:
    """The night that began the day before publication is that day's."""
    if scan.published is None:
        return None
    day = scan.published - rules.DAY
    return [Core(m.start(), m.end(), rules.one_day(day, "night that began the day before publication"), "relative")]


def overnight(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "overnight" alone: the night before publication; joined with a day by its neighbours (see joins)."""
    if scan.published is None:
        return [Core(m.start(), m.end(), Days(date.min, date.min, "range", ""), "overnight")]
    days = Days(scan.published - rules.DAY, scan.published, "range", "the night up to publication")
    return [Core(m.start(), m.end(), days, "overnight")]


def _count(scan: Scan, m: re.Match) -> int | None:
    """The number of units: None for "a few"."""
    if scan.value(m, "pair"):
        return 2
    count = scan.value(m, "count")
    if count is None:
        return 1
    return None if count is True else int(count)


def _unit(scan: Scan, m: re.Match) -> str:
    label = next((label for label in ("pair", "year_begun") if scan.value(m, label)), "unit")
    unit = scan.value(m, label)
    if unit is True:  # Arabic words that are a unit and also introduce a date
        return {scan.char("MONTHW"): "month", scan.char("YEARW"): "year"}.get(scan.at(m.start(label)), "day")
    return unit


def ago(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "three days ago", "قبل يومين"; not "منذ عام 2011", whose year follows."""
    if scan.published is None or scan.is_a(m.end(), "YEAR", "MON", "HMONTH", "WEEKDAY", "REL", "ORDD", "LAST", "OF"):
        return None
    days = rules.resolve_ago(_count(scan, m), _unit(scan, m), scan.published)
    return [Core(m.start(), m.end(), days, "ago")] if days else None


def ago_today(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "a week ago today", "two months ago yesterday": to the day."""
    if scan.published is None:
        return None
    day = rules.counted_from(scan.published, -(_count(scan, m) or 0), _unit(scan, m))
    by = scan.row.tokens[m.start("rel")].value
    if day is None or by > 0:
        return None
    days = rules.one_day(day + rules.DAY * by, "so long before publication, to the day")
    return [Core(m.start(), m.end(), days, "ago")]


def from_day(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "a week from Friday", "two weeks from today"."""
    if scan.published is None:
        return None
    start = scan.published
    weekday_named = scan.value(m, "wd")
    if weekday_named is not None:
        start = rules.resolve_weekday(weekday_named, start, tense="future").start
    else:
        start += rules.DAY * scan.row.tokens[m.start("rel")].value
    day = rules.counted_from(start, _count(scan, m) or 0, _unit(scan, m))
    if day is None:
        return None
    return [Core(m.start(), m.end(), rules.one_day(day, "so long after the day named beside it"), "day")]


def ahead(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "will arrive in two weeks"; without the future tense "in two weeks" is how long something took."""
    count, unit = _count(scan, m), _unit(scan, m)
    if scan.published is None or not count or unit not in ("day", "week") or scan.is_a(m.end(), "OF"):
        return None
    if scan.tense(m.start(), m.end()) != "future":
        return None
    day = rules.counted_from(scan.published, count, unit)
    rule = f"{count} {unit}s after publication"
    return [Core(m.start(), m.end(), Days(day, day, unit, rule), "ago")]


def quarter(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "the third quarter", "the first quarter of 1990"."""
    if scan.is_a(m.end(), "OF"):
        return None  # "the first quarter of the game", "the Christian quarter of"
    number, year = scan.value(m, "quarter"), scan.value(m, "year")
    if year is None and scan.published is None:
        return None
    days = rules.resolve_quarter(number, year, scan.published, tense=scan.tense(m.start(), m.end()))
    return [Core(m.start(), m.end(), days, "range")]


def beside_anchor(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "two days later", "a week earlier": from the day named before it in the text."""
    size = {"day": 1, "week": 7}.get(_unit(scan, m))
    if scan.anchor is None or size is None or scan.is_a(m.end(), "THAN"):
        return None  # "two days earlier than planned" names no day
    later = scan.value(m, "later")
    by = size * _count(scan, m) * (1 if later else -1)
    rule = f"{abs(by)} days {'after' if later else 'before'} the day named before"
    return [Core(m.start(), m.end(), rules.one_day(scan.anchor + rules.DAY * by, rule), "anchored")]


def _anchored(scan: Scan, m: re.Match, by: int, rule: str) -> list[Core] | None:
    if scan.anchor is None:
        return None
    return [Core(m.start(), m.end(), rules.one_day(scan.anchor + rules.DAY * by, rule), "anchored")]


def anchor(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "the same day"."""
    return _anchored(scan, m, 0, "the day named before")


def anchor_next(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "the next day"."""
    return _anchored(scan, m, 1, "the day after the one named before")


def anchor_previous(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "the previous day"."""
    if scan.word(m.end() - 1).lower().endswith("before") and (scan.is_a(m.end(), "THE") or scan.at(m.end()) == "_"):
        return None  # "the day before the general was killed" hangs on what follows
    return _anchored(scan, m, -1, "the day before the one named before")


def past_stretch(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "in the past three days"."""
    if scan.published is None:
        return None
    days = rules.resolve_past_stretch(_count(scan, m), _unit(scan, m), scan.published)
    return [Core(m.start(), m.end(), days, "range")] if days else None


def calendar_unit(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "last week", "this month", "العام الماضي"."""
    if scan.published is None:
        return None
    mod = "last" if scan.value(m, "last") else "next" if scan.value(m, "next") else "this"
    if "year_begun" in m.re.groupindex and not scan.is_a(m.start() - 1, "SINCE"):
        return None
    if mod == "last" and _unit(scan, m) == "week" and scan.is_a(m.end(), "OF"):
        return None  # "the last week of July"
    if _unit(scan, m) == "day":
        return _anchored(scan, m, 1, "the day after the one named before") if mod == "next" else None
    days = rules.resolve_unit(_unit(scan, m), mod, scan.published)
    if days is None:
        return None
    how = scan.value(m, "how")  # "earlier this year" is said of any part of it, "early this year" is not
    return [Core(m.start(), m.end(), rules.part_of(days, how), days.precision)]


def weekend(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "over the weekend": Saturday and Sunday, in Arabic Friday and Saturday."""
    if scan.published is None:
        return None
    mod = next((label for label in ("last", "next", "this") if scan.value(m, label)), None)
    first_day = 4 if scan.grammar.lang == "ar" else 5
    return [Core(m.start(), m.end(), rules.resolve_weekend(scan.published, mod, first_day=first_day), "range")]


def season(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "the summer of 2014", "last winter"."""
    first, year = scan.value(m, "season"), scan.value(m, "year")
    if year is None:
        if scan.published is None:
            return None
        year = scan.published.year
        ended = rules.resolve_season(first, year).end < scan.published
        year -= 0 if ended or scan.value(m, "this") else 1
    return [Core(m.start(), m.end(), rules.resolve_season(first, year), "range")]


def year(scan: Scan, m: re.Match) -> list[Core] | None:
    """ "in 2013", "the 2014 war", "عام 2013"; four figures without such a sign are a number."""
    number, how, the = scan.value(m, "year"), scan.value(m, "how"), scan.value(m, "the")
    alone = m.start() == 0 and m.end() == len(scan.row.shape)
    if scan.is_a(m.start() - 1, "FOR") and scan.at(m.end()) == "_":
        return None  # "room for 1990 people"
    following = scan.word(m.end())
    if the and scan.grammar.lang == "en":
        told = following[:1].islower() and number >= 1970
    else:
        told = bool(the) or bool(how) or _year_is_told(scan, m.start() - 1)
    if (
        not (alone or told)
        or scan.is_a(m.end(), "UNIT")
        or _is_number_part(scan, m.end())
        or scan.is_a(m.start() - 1, "SLASH")
    ):
        return None
    days = Days(date(number, 1, 1), date(number, 12, 31), "year", "year as written")
    return [Core(m.start(), m.end(), rules.part_of(days, how), "year")]


def _is_number_part(scan: Scan, i: int) -> bool:
    """Whether a dash and no second year follow four figures."""
    return scan.is_a(i, "DASH") and not scan.is_a(i + 1, "YEAR")


def _year_is_told(scan: Scan, i: int) -> bool:
    """Whether the word before four figures makes them a year ("between 2011 and 2013" counts twice)."""
    if scan.is_a(i, "DASH"):
        return scan.is_a(i - 1, "YEAR")  # "2014-2016", not a telephone number
    if scan.is_a(i, "AND"):
        return scan.is_a(i - 1, "YEAR") and (scan.in_context(i - 2, "year_after") or scan.is_a(i - 2, "YEARW"))
    return scan.in_context(i, "year_after")


ACTIONS = {
    action.__name__: action
    for action in (
        day_month, days_month, month, hijri, numeric, weekday, weekday_week, weekday_day, day_of_month, holiday,
        nothing, relative_day, part_of_today, last_night, overnight, ago, ago_today, from_day, ahead, quarter,
        beside_anchor, anchor, anchor_next, anchor_previous, past_stretch, calendar_unit, weekend, season, year,
    )
}  # fmt: skip
