"""Videos and pictures that an Arabic text speaks of: how long, whose, shot when."""

from __future__ import annotations

from dalil.claims.languages.ar.numerals import figure
from dalil.claims.languages.ar.words import Line, word_set
from dalil.records import DateSpan, FootageMention, Quote

SHOWS = word_set("shows")
TITLES = word_set("title")
SCENES = word_set("scene")
CREDIT = 5


def footage_of(line: Line, a: int, b: int, when: DateSpan | None) -> FootageMention | None:
    """The recording that words a..b speak of, or None."""
    at = next((k for k in range(a, b) if line.is_(k, "footage") and line.cut(k).prep != "ل"), None)
    if at is None:
        return None
    shown = any(
        line.f[k].removeprefix("و") in SHOWS or line.is_(k, "published") or line.is_(k, "duration") for k in range(a, b)
    )
    if not shown:
        return None
    duration, credit = _duration(line, a, b), _credit(line, at, b)
    if (
        line.f[at] in ("صور", "وصور", "صورة")
        and credit is None
        and not any(line.f[k].removeprefix("و") in SHOWS for k in range(a, at))
    ):
        return None
    spans = [(at, line.end(at))]
    if duration is not None:
        spans.append(duration[1:])
    if credit is not None:
        spans.append(credit)
    shot = when if when is not None and any(line.is_(k, "shot") for k in range(a, b)) else None
    quotes = []
    for i, j in spans:
        start, end = line.span(i, j)
        quotes.append(Quote(start, end, line.text[start:end]))
    return FootageMention(
        duration[0] if duration else None, line.said(*credit) if credit else None, shot, tuple(quotes)
    )


def _duration(line: Line, a: int, b: int) -> tuple[float, int, int] | None:
    """(seconds, words i..j) of the length told: مدته 43 ثانية، مدته دقيقتان و10 ثوان."""
    for k in range(a, b):
        if not line.is_(k, "duration"):
            continue
        j, seconds = line.end(k), 0.0
        while j < b and j - k < 8:
            if line.f[j] in ("نحو", "حوالي", "قرابة", "و"):
                j += 1
            elif line.is_(j, "twominutes"):
                seconds, j = seconds + 120, j + 1
            elif line.f[j].removeprefix("و") in ("دقيقة", "الدقيقة"):
                seconds, j = seconds + 60, j + 1
            else:
                first = figure(line, j)
                if first is None or first[1] >= b:
                    break
                unit = 60 if line.is_(first[1], "minute") else 1 if line.is_(first[1], "second") else 0
                if not unit:
                    break
                seconds, j = seconds + unit * first[0], first[1] + 1
        if seconds:
            return seconds, k, j
    return None


def _credit(line: Line, at: int, b: int) -> tuple[int, int] | None:
    """Words i..j of whoever published or shot it."""
    for k in range(at, b):
        if not line.is_(k, "published"):
            continue
        i = j = line.end(k)
        while i < b and line.f[i] in TITLES:
            i += 1
        j = i
        while j < b and j - i < CREDIT and not _ends_credit(line, i, j):
            j = line.end(j)
        if j > i:
            return i, j
    return None


def _ends_credit(line: Line, i: int, j: int) -> bool:
    """Whether the name of the credit that starts at word i is over at word j: what the recording shows begins."""
    if (
        not line.f[j][0].isalpha()
        or line.f[j] in SCENES
        or any(line.is_(j, c) for c in ("prep", "sub", "time", "rescue"))
    ):
        return True
    if j > i and line.has(j, "people", "kin", "count"):
        return True
    return line.has(j, "event", "harm", "target", "weapon") and not line.has(j, "actor")
