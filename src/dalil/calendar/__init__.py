"""When: date phrases in English and Arabic become intervals of days, each with its words and its rule."""

from dalil.calendar.find import find_dates

__all__ = ["find_dates"]
