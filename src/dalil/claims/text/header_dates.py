"""Dates as headers write them: strict, with a year, in English and Arabic. Phrases ("last Friday") are the calendar's.

All functions take text in the `plain` form (tables.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from dalil.claims.text.tables import rows

MONTHS = {name: int(number) for _, number, name in rows("months.tsv")}
_NAMES = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(MONTHS, key=len, reverse=True))
# "نوفمبر/تشرين الثاني", "November (Nov.)": two names of one month stand together on Arabic sites.
_MONTH = rf"(?P<m{{n}}>{_NAMES})\.?(?:\s*[/(]\s*(?P<n{{n}}>{_NAMES})\s*\)?)?(?![\w])"
_YEAR = r"(?P<y{n}>(?:19|20)\d\d|'?\d\d(?!\d))"
_DAY = r"(?<!\d)(?P<d{n}>[0-3]?\d)"
_FORMS = (
    rf"{_DAY}(?:st|nd|rd|th)?(?:\s+of)?[\s.\-]+{_MONTH}\s*[,\-]?\s*{_YEAR}",
    rf"(?<!\w){_MONTH}\s*{_DAY}(?:st|nd|rd|th)?\s*,?\s*{_YEAR}(?![:\d])",
    r"(?<![\d/.\-])(?P<y{n}>(?:19|20)\d\d)\s?(?P<s{n}>[-/.])\s?(?P<m{n}>[01]?\d)\s?(?P=s{n})\s?(?P<d{n}>[0-3]?\d)(?!\d)",
    r"(?<![\d/.\-])(?P<d{n}>[0-3]?\d)\s?(?P<s{n}>[-/.])\s?(?P<m{n}>[0-3]?\d)\s?(?P=s{n})\s?(?P<y{n}>(?:19|20)\d\d)(?![\d/.\-])",
)
DATE = re.compile("|".join(form.replace("{n}", str(n)) for n, form in enumerate(_FORMS)), re.IGNORECASE)

_WEEKDAY = (
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
    r"|(?:يوم\s+)?(?:الاثنين|الثلاثاء|الاربعاء|الخميس|الجمعة|السبت|الاحد)"
)
_ZONE = (
    r"\(?(?:gmt|utc|[ecmp][sd]?t|bst|cest|eest|eet|cet|msk|z|توقيت\s+\S+)\b(?:\s*[+-]\s*\d{1,2}(?::?\d\d)?)?\)?"
    r"|[+-]\d\d:?\d\d"
)
_TIME = (
    r"(?:at\s+|t|الساعة\s+)?\d{1,2}[:.h]\d\d(?:[:.]\d\d(?:\.\d+)?)?(?!\d)"
    r"(?:\s*(?:[ap]\.?\s?m\b\.?|صباحا|مساء|ص\b|م\b))?"
)
_EDGE = r"[\s,|\-–—•·/()\[\].]"
# What may stand beside a date on a date line. Possessive, so that no line is tried twice.
BEFORE = re.compile(rf"(?:{_EDGE}|{_TIME}|{_WEEKDAY}|{_ZONE}|on\b|في\b|بتاريخ\b)*+", re.IGNORECASE)
AFTER = re.compile(rf"(?:م(?!\w)|ad\b|{_TIME}|{_WEEKDAY}|{_ZONE}|at\b|{_EDGE})*+", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_HIJRI = re.compile(r"\s*(?:ه|هـ)(?!\w)")
_MONTH_FIRST = re.compile(r"\d\s*[ap]\.?m\.?\s*(?:[ecmp][sd]?t)\b", re.I)


@dataclass(frozen=True, slots=True)
class HeaderDate:
    """A day and where its words stand in the text that was searched."""

    day: date
    start: int
    end: int


def find_date(text: str, start: int = 0, end: int | None = None, *, month_first: bool = False) -> HeaderDate | None:
    """The first full date (day, month, year) in `text[start:end]`; None where there is none or it is no real day.

    "05/11/2016" is 5 November unless `month_first`; a second number above 12 settles it either way.
    """
    stop = len(text) if end is None else end
    for found in DATE.finditer(text, start, stop):
        if _HIJRI.match(text, found.end(), stop):
            continue
        day = _day(found, month_first)
        if day is not None:
            return HeaderDate(day, found.start(), found.end())
    return None


def whole_date(text: str, start: int, end: int) -> HeaderDate | None:
    """The date in `text[start:end]` where nothing but a weekday, a clock time and a time zone stands beside it."""
    if end - start > 100 or _DIGIT.search(text, start, end) is None:
        return None
    found = find_date(text, start, end, month_first=bool(_MONTH_FIRST.search(text, start, end)))
    if found is None or not BEFORE.fullmatch(text, start, found.start):
        return None
    return found if AFTER.fullmatch(text, found.end, end) else None


def opening_date(text: str, start: int, end: int) -> HeaderDate | None:
    """The date with which `text[start:end]` opens, whatever follows it."""
    found = find_date(text, start, end, month_first=bool(_MONTH_FIRST.search(text, start, end)))
    return found if found and BEFORE.fullmatch(text, start, found.start) else None


def _day(found: re.Match[str], month_first: bool) -> date | None:
    n = int(found.lastgroup[-1])
    day, month, year = (found[f"{part}{n}"] for part in "dmy")
    if n < 2:
        number = _month_number(month)
        other = found[f"n{n}"]
        if other and _month_number(other) != number:
            return None
    else:
        number = int(month)
        if n == 3 and (number > 12 or (month_first and int(day) <= 12)):
            day, number = str(number), int(day)
    try:
        return date(full_year(year), number, int(day))
    except ValueError:
        return None


def _month_number(name: str) -> int:
    return MONTHS[re.sub(r"\s+", " ", name.casefold())]


def full_year(year: str) -> int:
    """Two digits are 1936-2035: newswire of the eighties still circulates, and nothing is dated far ahead."""
    number = int(year.lstrip("'"))
    if number > 99:
        return number
    return number + (2000 if number <= 35 else 1900)
