"""Amounts in Arabic words and digits, with the bounds that the words around them set."""

from __future__ import annotations

import re

from dalil.claims.languages.ar.words import Line
from dalil.claims.reader.numbers import LARGEST, Amount

SPAN = re.compile(r"^\d+$")


def num(line: Line, k: int, *kinds: str):
    """The number word of one of the kinds that starts at word k."""
    if not 0 <= k < line.n or line.marks[k] is None:
        return None
    return next((e for e in line.marks[k][1] if e.cat == "num" and e.a in kinds), None)


def figure(line: Line, k: int) -> tuple[int, int] | None:
    """(number, next word) for the plain number that starts at word k, in digits or words."""
    if k >= line.n:
        return None
    if line.f[k][0].isdigit():
        return _digits(line, k)
    total, part, j = 0, 0, k
    while j < line.n:
        e = num(line, j, "number", "scale")
        if e is None or (j > k and line.cut(j).prep):
            break
        joined = line.cut(j).conj == "و"
        if j > k and joined and not _adds(part, e):
            break
        if (
            j > k
            and not joined
            and not (e.low == 10 and part % 100 in range(1, 10))
            and e.a != "scale"
            and e.low != 100
        ):
            break
        if e.a == "scale":
            part = max(part, 1) * e.low
            total, part = total + part, 0
        elif e.low == 100 and 3 <= part <= 9 and not joined:
            part *= 100
        else:
            part += e.low
        j = line.end(j)
    return (total + part, j) if j > k else None


def _adds(part: int, e) -> bool:
    """Whether "و" before `e` joins it to the number so far: ثلاثة وعشرون، مئة وخمسة."""
    if e.a == "scale":
        return False
    if part == 0:
        return True
    if part % 100 == 0:
        return e.low < 100
    return e.low >= 20 and e.low < 100 and part % 100 < 10


def _digits(line: Line, k: int) -> tuple[int, int] | None:
    word = line.f[k]
    if "/" in word or ":" in word:
        return None
    if re.fullmatch(r"\d{1,3}(?:[,.\u066c]\d{3})+", word):
        word = re.sub(r"\D", "", word)
    if not word.isdigit():
        return None
    n, j = int(word), k + 1
    if j < line.n and line.f[j] in ("%", "٪", "بالمية"):
        return None
    e = num(line, j, "scale")
    if e is not None and not line.cut(j).conj:
        n, j = n * e.low, j + 1
        rest = figure(line, j + 1) if j + 1 < line.n and line.f[j] == "و" and line.f[j + 1][0].isdigit() else None
        if rest is not None and rest[0] < e.low and rest[1] == j + 2:
            n, j = n + rest[0], rest[1]
    return (n, j) if n <= LARGEST else None


def amount_at(line: Line, i: int) -> Amount | None:
    """The amount that starts at word i, its bounds included, or None."""
    k, bound = i, None
    while k < line.n:
        e = num(line, k, "low", "plus", "high", "about", "range")
        if e is None:
            break
        bound = bound or e.a
        k = line.end(k)
        if k < line.n and line.f[k] in ("ب", "ل"):
            k += 1
    if bound == "range":
        return _between(line, i, k)
    vague = num(line, k, "vague", "none")
    if vague is not None and (vague.a == "none" or not _scaled(line, k)):
        return Amount(vague.low, None, vague.high, i, line.end(k), none=vague.a == "none")
    first = figure(line, k)
    if first is None:
        return None
    n, j = first
    spread = _spread(line, n, j)
    if spread is not None:
        return Amount(n, None, spread[0], i, spread[1])
    after = num(line, j, "after")
    if after is not None:
        bound, j = bound or "low", line.end(j)
    return bounded(n, bound, i, j)


def _scaled(line: Line, k: int) -> bool:
    """Whether the vague word at k is rather a scale behind a number."""
    return k > 0 and (figure(line, k - 1) or (0, 0))[1] > k


def _between(line: Line, i: int, k: int) -> Amount | None:
    first = figure(line, k)
    if first is None:
        return None
    m = first[1]
    if m < line.n and line.f[m] in ("و", "الي", "-", "–"):
        m += 1
    second = figure(line, m)
    if second is None and m < line.n and line.f[m].startswith("و"):
        second = None
    if second is not None and second[0] > first[0]:
        return Amount(first[0], None, second[0], i, second[1])
    return None


def _spread(line: Line, n: int, j: int) -> tuple[int, int] | None:
    """The upper end of "3-4" or "20 إلى 25"."""
    if j + 1 < line.n and line.f[j] in ("-", "–", "الي", "او"):
        second = figure(line, j + 1)
        if second is not None and n < second[0] <= 20 * n + 20:
            return second
    return None


def bounded(n: int, bound: str | None, i: int, j: int) -> Amount:
    """The amount `n` under a bound word."""
    if bound in ("low", "after"):
        return Amount(n, n, None, i, j)
    if bound == "plus":
        return Amount(n, n, None, i, j)
    if bound == "high":
        return Amount(None, None, n, i, j)
    if bound == "about":
        return Amount(None, n, None, i, j)
    return Amount(n, n, n, i, j)
