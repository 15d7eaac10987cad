"""What the pages say in one language: texts, plural forms, days and counts, from `strings/xx/*.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from dalil.records import DateSpan, Range, Toll

LANGUAGES = ("en", "ar")
# Unicode isolates (FSI … PDI) keep a Latin name inside an Arabic sentence, and the reverse, in its own direction.
OPEN_ISOLATE, CLOSE_ISOLATE = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Language:
    """The texts of one language; `texts` maps "section.key" to its template."""

    code: str
    texts: dict[str, str]

    @property
    def direction(self) -> str:
        """ "ltr" or "rtl"."""
        return self.texts["language.direction"]

    def text(self, key: str, **values: object) -> str:
        """The text under `key` with the values filled in, each isolated from the direction of what surrounds it."""
        return self.texts[key].format(**{name: isolated(value) for name, value in values.items()})

    def count(self, things: str, count: int) -> str:
        """ "3 reports" in the plural form that this language has for the number."""
        forms = (plural(self.code, count), "other")
        key = next(k for form in forms if (k := f"count.{things}.{form}") in self.texts)
        return self.texts[key].format(count=count)

    def term(self, family: str, word: str) -> str:
        """The word of a closed list ("event", "airstrike"); the word itself where the list does not hold it."""
        return self.texts.get(f"{family}.{word}", word)

    def joined(self, words: list[str] | tuple[str, ...]) -> str:
        """The words as one list."""
        return self.texts["language.list_comma"].join(str(isolated(w)) for w in words)

    # -------------------------------------------------------------- days

    def day(self, day: date | str) -> str:
        """ "4 November 2016"; some rows hold a day as ISO 8601 text."""
        day = date.fromisoformat(day) if isinstance(day, str) else day
        return self.texts["time.day"].format(day=day.day, month=self.texts[f"time.m{day.month}"], year=day.year)

    def span(self, span: DateSpan) -> str:
        """The span as finely as it is known, with its time of day."""
        if span.precision == "year":
            return self.texts["time.year"].format(year=span.start.year)
        if span.precision == "month":
            month = self.texts[f"time.m{span.start.month}"]
            return self.texts["time.month"].format(month=month, year=span.start.year)
        if span.start != span.end:
            return self.texts["time.range"].format(start=self.day(span.start), end=self.day(span.end))
        day = self.day(span.start)
        return self.texts["time.at"].format(day=day, time=span.time) if span.time else day

    # -------------------------------------------------------------- counts

    def toll(self, toll: Toll) -> str:
        """ "at least 17", "8–15", "10", "up to 11"; never more than the words allow."""
        low, best, high = toll.low, toll.best, toll.high
        if low is None and high is None:
            return self.texts["incident.not_said"] if best is None else self.texts["toll.about"].format(count=best)
        if high is None:
            return self.texts["toll.at_least"].format(count=low)
        return self.bounds(low, high)

    def range(self, counted: Range) -> str:
        """The computed range over accounts: "8–17 or more"."""
        if counted.high is None:
            return self.texts["incident.not_said"]
        text = self.bounds(counted.low, counted.high)
        return self.texts["toll.or_more"].format(range=text) if counted.open_above else text

    def bounds(self, low: int | None, high: int) -> str:
        """The two ends, or the one number that both are."""
        if low is None:
            return self.texts["toll.at_most"].format(count=high)
        if low == high:
            return self.texts["toll.exactly"].format(count=low)
        return self.texts["toll.between"].format(low=low, high=high)


def isolated(value: object) -> object:
    """Words wrapped in isolates; numbers as they are."""
    return f"{OPEN_ISOLATE}{value}{CLOSE_ISOLATE}" if isinstance(value, str) else value


def plural(code: str, count: int) -> str:
    """The CLDR plural category of a whole number. Source: Unicode CLDR 46, plurals.xml, en and ar."""
    if code != "ar":
        return "one" if count == 1 else "other"
    if count in (0, 1, 2):
        return ("zero", "one", "two")[count]
    last_two = count % 100
    if 3 <= last_two <= 10:
        return "few"
    return "many" if last_two >= 11 else "other"


def flat(table: dict, prefix: str = "") -> dict[str, str]:
    """Nested tables as one with dotted keys."""
    texts: dict[str, str] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        texts.update(flat(value, f"{name}.") if isinstance(value, dict) else {name: value})
    return texts


@lru_cache
def language(code: str) -> Language:
    """The language of that code, read once."""
    texts: dict[str, str] = {}
    for file in resources.files("dalil.web").joinpath("strings", code).iterdir():
        if file.name.endswith(".toml"):
            texts.update(flat(tomllib.loads(file.read_text("utf-8"))))
    return Language(code, texts)
