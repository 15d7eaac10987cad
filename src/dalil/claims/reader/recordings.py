"""Videos and pictures that a text speaks of: how long, by whom, when and of what."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dalil.claims.reader.marking import Line
from dalil.claims.reader.numbers import figure
from dalil.claims.reader.phrases import name_at
from dalil.records import FootageMention, Quote

SECONDS = re.compile(r"^(\d+)-(?:second|sec)s?(?:-long)?$")
MINUTES = re.compile(r"^(\d+)-(?:minute|min)s?(?:-long)?$")
CREDIT = re.compile(r"[\[(]\s*([^\[\]()\n]{2,60}?)\s*[\])]\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Recording:
    """A word for a video or picture at words i..j of a line."""

    line: Line
    i: int
    j: int


def recordings_of(lines: list[Line]) -> list[Recording]:
    """Every mention of a video or picture."""
    out = []
    for line in lines:
        if "footage" not in line.classes:
            continue
        k = 0
        while k < line.n:
            if line.is_(k, "footage"):
                out.append(Recording(line, k, line.end(k) if line.marks[k] else k + 1))
            k += 1
    return out


def duration_of(line: Line) -> tuple[float, Quote] | None:
    """A length in seconds or minutes that the line gives, with its words."""
    total, start, end, k = 0.0, None, None, 0
    while k < line.n:
        glued, minutes = SECONDS.match(line.w[k]), MINUTES.match(line.w[k])
        if glued or minutes:
            total += float((glued or minutes)[1]) * (1 if glued else 60)
            start, end, k = k if start is None else start, k + 1, k + 1
            continue
        n = figure(line, k)
        if n is not None and n[1] < line.n and (line.is_(n[1], "second") or line.is_(n[1], "minute")):
            total += n[0] * (1 if line.is_(n[1], "second") else 60)
            start, end, k = k if start is None else start, n[1] + 1, n[1] + 1
            continue
        k += 1
    return (total, line.quote(start, end)) if start is not None else None


def credit_of(line: Line) -> tuple[str, Quote] | None:
    """The name that a line credits its recording to: "video published by X"."""
    for k in range(line.n):
        if line.is_(k, "credited"):
            i = line.end(k)
            while i < line.n and line.is_(i, "det"):
                i += 1
            j = name_at(line, i) if i < line.n else i
            while i < j < line.n and line.s[j] == line.e[j - 1] and line.w[j].isalnum():
                j += 1  # a name that ends in figures: Tell24
            if j > i:
                quote = line.quote(i, j)
                return quote.text, quote
    return None


def footage_of(
    lines: list[Line], text: str, setting, credit: tuple[str, Quote] | None
) -> tuple[Line, FootageMention] | None:
    """The recording that the text is about, with the line that says most of it; None where none does."""
    found = recordings_of(lines)
    if not found:
        return None
    quotes, duration, shot, home = [], None, None, None
    numbers = {r.line.number for r in found}
    for line in lines:
        near = line.number in numbers or line.number - 1 in numbers
        if not near:
            continue
        length = duration_of(line)
        if length is not None and duration is None:
            duration, quote = length
            quotes.append(quote)
            home = home or line
        if line.number in numbers and line.has("taken", 0, line.n):
            spans = setting.by_line.get(line.number, ())
            if spans and shot is None:
                shot = spans[0]
                home = line
    if credit is None:
        credit = next((c for line in lines if line.number in numbers and (c := credit_of(line)) is not None), None)
    credit = credit or next((c for r in found if (c := _maker(r)) is not None), None)
    for r in found:
        quotes.append(r.line.quote(r.i, r.j))
    if credit is not None:
        quotes.append(credit[1])
    if duration is None and shot is None and credit is None:
        return None
    ordered = tuple(sorted(set(quotes), key=lambda q: q.start))
    return home or found[0].line, FootageMention(duration, credit[0] if credit else None, shot, ordered)


def _maker(r: Recording) -> tuple[str, Quote] | None:
    """Who made or published it: "a video posted by Halab Eyes"."""
    line = r.line
    for k in range(r.j, min(line.n - 1, r.j + 6)):
        if line.is_(k, "by"):
            p = line.owner[k + 1] or line.owner[min(k + 2, line.n - 1)]
            span = (
                (p.name or (p.core, p.stop))
                if p is not None and p.kind in ("name", "people", "actor", "place")
                else None
            )
            if span is None:
                return None
            q = line.quote(*span)
            return q.text, q
        if line.w[k] in (",", ".", ";"):
            return None
    return None
