"""Hijri dates by the Umm al-Qura calendar (hijridate), 1343-1500 AH; sighting of the moon may differ by two days."""

from __future__ import annotations

from datetime import date, timedelta

from hijridate import Gregorian, Hijri

from dalil.calendar.rules import Days

FIRST_YEAR, LAST_YEAR = 1343, 1500


def resolve_hijri(year: int | None, month: int, day: int | None, published: date | None) -> Days | None:
    """The Gregorian day or days of a Hijri date; without a year, the last that began on or before publication."""
    rule = "Hijri date, Umm al-Qura calendar"
    if year is None:
        if published is None:
            return None
        try:
            today = Gregorian(published.year, published.month, published.day).to_hijri()
        except (OverflowError, ValueError):  # outside the converter's tables
            return None
        year = today.year - ((today.month, today.day) < (month, day or 1))
        rule += ", year from publication"
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        first = _gregorian(year, month, day or 1)
    except (OverflowError, ValueError):  # no such day in that month, or outside the converter's tables
        return None
    if day is not None:
        return Days(first, first, "day", rule)
    length = Hijri(year, month, 1).month_length()
    return Days(first, first + timedelta(days=length - 1), "month", rule)


def _gregorian(year: int, month: int, day: int) -> date:
    found = Hijri(year, month, day).to_gregorian()
    return date(found.year, found.month, found.day)
