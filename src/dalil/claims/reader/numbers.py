"""Amounts in words and digits, with the bounds that the words around them set."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dalil.claims.reader.marking import Line

DIGITS = re.compile(r"^\d{1,3}(?:[,.]\d{3})+$|^\d+$")
SPAN = re.compile(r"^(\d+)-(\d+)$")
LARGEST = 2_000_000


@dataclass(frozen=True, slots=True)
class Amount:
    """How many, by words i..j of a sentence. `more` says "another 3"; `vague` is a plural without a figure.

    `none` says that the words bound nothing (Arabic "a number of").
    """

    low: int | None
    best: int | None
    high: int | None
    i: int
    j: int
    more: bool = False
    vague: bool = False
    none: bool = False

    @property
    def value(self) -> int | None:
        """The figure that stands for the amount: best, else low, else high."""
        return next((n for n in (self.best, self.low, self.high) if n is not None), None)


def _num(line: Line, k: int, kinds: tuple[str, ...]):
    if not 0 <= k < line.n or (m := line.marks[k]) is None or "num" not in m[1].first:
        return None
    return next((e for e in line.marks[k][1] if e.cat == "num" and e.a in kinds), None)


def _pair(line: Line, word: str) -> int | None:
    """The number that a hyphenated pair such as twenty-three spells."""
    halves = word.split("-")
    if len(halves) != 2:
        return None
    values = [
        next((e.low for e in line.lx.single.get(h, ()) if e.cat == "num" and e.a == "number"), None) for h in halves
    ]
    if None in values or not values[0] >= 20 > values[1] * 2:
        return None
    return sum(values)


def figure(line: Line, k: int) -> tuple[int, int] | None:
    """(number, next word) for the plain number that starts at word k, in digits or words."""
    if k >= line.n:
        return None
    word = line.w[k]
    if word[0].isdigit():
        return _digits(line, k, word)
    total, part, j, seen = 0, 0, k, False
    while j < line.n:
        e = _num(line, j, ("number", "scale"))
        if e is None:
            pair = _pair(line, line.w[j]) if "-" in line.w[j] else None
            if pair is not None and part % 100 == 0:
                part, seen, j = part + pair, True, j + 1
                continue
            joins = seen and line.is_(j, "and") and part and part % 100 == 0
            after = _num(line, j + 1, ("number",)) if joins else None
            if after is not None and after.low < 100:
                j += 1
                continue
            break
        if e.a == "scale":
            part = max(part, 1) * e.low
            if e.low >= 1000:
                total, part = total + part, 0
        elif seen and part % 100 and not (part % 10 == 0 and e.low < 10 and part % 100 >= 20):
            break
        else:
            part += e.low
        seen, j = True, line.end(j)
    return (total + part, j) if seen else None


def _digits(line: Line, k: int, word: str) -> tuple[int, int] | None:
    if not DIGITS.match(word) or (k and line.w[k - 1] in ("$", "#", "£", "€")) or _dated(line, k, word):
        return None
    if _aged(line, k) or _counter(line, k):
        return None
    n, j = int(word.replace(",", "").replace(".", "")), k + 1
    if line.w[k + 1 : k + 2] == ["s"] and line.s[k + 1] == line.e[k]:
        return None  # "in his 20s"
    if line.is_(j, "ageword") and (line.w[j].endswith("old") or (j + 1 < line.n and line.w[j + 1] == "old")):
        return None
    if j < line.n:
        if line.w[j] in ("%", "am", "pm", "a.m.", "p.m.", "o'clock") or line.is_(j, "unit"):
            return None
        e = _num(line, j, ("scale",))
        if e is not None:
            n, j = n * e.low, j + 1
    return (n, j) if n <= LARGEST else None


def _counter(line: Line, k: int) -> bool:
    """Whether the digits are of a counter of pictures: "1 / 17", "Image 1 of / 17"."""
    return any(line.w[x : x + 1] == ["/"] for x in (k + 1, k - 1) if x >= 0)


def _aged(line: Line, k: int) -> bool:
    """Whether the digits belong to "aged 25" or "ages 25, 31 and 55"."""
    x = k - 1
    while x > 0 and (line.w[x].isdigit() or line.w[x] == "," or line.is_(x, "and")):
        x -= 1
    return x >= 0 and (line.w[x] in ("age", "ages", "aged"))


def _dated(line: Line, k: int, word: str) -> bool:
    """Whether the digits are a day or a year of a date: "March 25", "25 March", "October, 2024"."""
    if (
        len(word) <= 2
        and int(word) <= 31
        and (line.is_(k - 1, "monthname") or (k > 1 and line.w[k - 1] == "." and line.is_(k - 2, "monthname")))
    ):
        return True
    if len(word) <= 2 and line.is_(k + 1, "monthname"):
        return True
    if len(word) != 4 or not 1900 <= int(word) <= 2100:
        return False
    m = line.marks[k + 1] if k + 1 < line.n else None
    return m is None or not any(e.cat in ("people", "target", "weapon") for e in m[1])


def _figures(line: Line, i: int) -> bool:
    """Whether an amount may start at word i at all: a figure, a word of number, a pair or an opened range."""
    if i >= line.n:
        return False
    m = line.marks[i]
    if m is not None and m[1].counts:
        return True
    word = line.w[i]
    return word[0].isdigit() or "-" in word


def amount_at(line: Line, i: int) -> Amount | None:
    """The amount that starts at word i, its bounds included, or None."""
    if not _figures(line, i):
        return None
    k, bound, more = i, None, False
    while k < line.n:
        e = _num(line, k, ("low", "high", "about"))
        if e is None:
            break
        m = line.marks[k]
        kinds = {x.a for x in m[1] if x.cat == "num"}
        if bound is None:
            bound = "about" if e.a == "about" else e.a
            if "less" in kinds:
                bound = "less"
        more = more or line.is_(k, "more") or line.is_(m[0] - 1, "more")
        k = m[0]
    if k > i and line.is_(k, "defin") and figure(line, k + 1):
        k += 1
    between = line.is_(k, "range_open")
    if between:
        first = figure(line, k + 1)
        if first and line.is_(first[1], "range_join"):
            second = figure(line, first[1] + 1)
            if second and first[0] < second[0]:
                return Amount(first[0], None, second[0], i, second[1], more)
        return None
    if k < line.n:
        span = SPAN.match(line.w[k])
        if span and int(span[1]) < int(span[2]) < int(span[1]) + 1000:
            return Amount(int(span[1]), None, int(span[2]), i, k + 1, more)
    first = figure(line, k)
    if first is None:
        return _vague(line, i, k, more)
    n, j = first
    if j + 1 < line.n and line.is_(j, "range_join") and not line.is_(j, "and"):
        second = figure(line, j + 1)
        if second and n < second[0] <= 20 * n + 20:
            return Amount(n, None, second[0], i, second[1], more)
    if _num(line, j, ("after",)):
        bound, j = bound or "low", line.end(j)
    if line.is_(j, "more_after"):
        more, j = True, j + 1
    made = _bounded(n, bound, i, j, more)
    if (bound == "low" and line.is_(j, "and")) or (bound == "low" and j < line.n and line.w[j] in (",", "(")):
        upper = amount_at(line, j + 1) if _num(line, j + 1, ("high",)) else None
        if upper is not None and upper.high is not None and upper.high > n:
            return Amount(n, None, upper.high, i, upper.j, more)
    return made


def _bounded(n: int, bound: str | None, i: int, j: int, more: bool) -> Amount:
    if bound == "low":
        return Amount(n, n, None, i, j, more)
    if bound == "high":
        return Amount(None, None, n, i, j, more)
    if bound == "less":
        return Amount(None, n, None, i, j, more)
    if bound == "about":
        return Amount(None, n, None, i, j, more) if n > 12 else Amount(n, n, n, i, j, more)
    return Amount(n, n, n, i, j, more)


def _vague(line: Line, i: int, k: int, more: bool) -> Amount | None:
    e = _num(line, k, ("vague", "none"))
    if e is not None:
        return Amount(e.low, 0 if e.a == "none" else None, e.high, i, line.end(k), more, e.a == "vague")
    return None
