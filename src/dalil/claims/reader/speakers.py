"""By whose word: the speaker that a sentence gives for what it tells, by its own words."""

from __future__ import annotations

from dataclasses import dataclass

from dalil.claims.reader.lexicon import Entry
from dalil.claims.reader.marking import Line
from dalil.claims.reader.phrases import Phrase
from dalil.records import Speaker

VOICES = ("actor", "people", "name", "pronoun")


@dataclass(frozen=True, slots=True)
class Saying:
    """A speech verb at word k with its speaker; `on` says that what is said stands behind it."""

    k: int
    entry: Entry
    who: Phrase | None
    start: int
    end: int


def sayings_of(line: Line) -> list[Saying]:
    """Every speech verb or "according to" of the sentence."""
    out = []
    for k in line.at.get("speech", ()):
        e = line.entry(k, "speech")
        if e is None or (line.owner[k] is not None and line.owner[k].kind not in ("pronoun",)):
            continue
        if e.a != "source" and _told(line, k):
            continue
        if e.a == "source":
            who = _after(line, line.end(k))
        else:
            who = _before(line, k) or (None if e.a == "accuse" else _inverted(line, line.end(k)))
        if who is None:
            continue
        out.append(Saying(k, e, who, *_said(line, k, e, who)))
    return out


def _told(line: Line, k: int) -> bool:
    """Whether the word of speech has no speaker: "were reported killed", "an alleged raid"."""
    return (
        line.is_(k - 1, "aux")
        or line.is_(k - 1, "det")
        or (line.is_(k - 1, "adv") and line.is_(k - 2, "aux"))
        or line.entry(k + 1, "demonym") is not None
    )


def _before(line: Line, k: int) -> Phrase | None:
    if (
        k
        and line.owner[k - 1] is None
        and line.cap[k - 1]
        and not line.shout
        and (line.marks[k - 1] is None or line.entry(k - 1, "demonym") is not None)
        and line.w[k - 1].isalpha()
    ):
        return Phrase("name", k - 1, k, k - 1, k - 1, k, name=(k - 1, k))
    x, steps = k - 1, 0
    while x >= 0 and steps < 12:
        p = line.owner[x]
        if p is not None and p.kind in VOICES:
            cited = p.i and (c := line.entry(line.cover[p.i - 1], "speech")) is not None and c.a == "source"
            if not cited and (not (p.i and line.is_(p.i - 1, "prep")) or steps > 6):
                return p
            x = p.i - 1
        elif line.w[x] in (";", ":") or (line.entry(x, "verb") is not None and p is None):
            return None
        else:
            x -= 1
        steps += 1
    return None


def _inverted(line: Line, j: int) -> Phrase | None:
    p = line.owner[j] if j < line.n else None
    return p if p is not None and p.kind in ("actor", "people", "name") else None


def _after(line: Line, j: int) -> Phrase | None:
    for x in range(j, min(line.n, j + 6)):
        p = line.owner[x]
        if p is not None and p.kind in VOICES:
            return p
    return None


def _said(line: Line, k: int, e: Entry, who: Phrase) -> tuple[int, int]:
    """The words that are reported: behind the verb, or the whole sentence where the verb closes it."""
    tail = max(who.j, line.end(k))
    if e.a == "source":
        return 0, line.n
    rest = sum(1 for x in range(tail, line.n) if line.w[x][0].isalnum())
    if rest <= 3 or (k and line.w[min(who.i, k) - 1] in (",", '"', "”") and rest < 12):
        return 0, line.n
    return tail, line.n


def speaker_of(line: Line, sayings: list[Saying], i: int) -> tuple[Speaker, Saying] | None:
    """Who says what stands at word i: the nearest saying that covers it."""
    covering = [s for s in sayings if s.start <= i < s.end and not (s.who.i <= i < s.who.j)]
    if not covering:
        return None
    firsthand = [s for s in covering if s.entry.a != "source"] or covering
    s = min(firsthand, key=lambda x: abs(x.k - i))
    j = s.who.j
    quote = line.quote(s.who.i, j)
    verb = line.quote(s.k, line.end(s.k)).text
    return Speaker(line.quote(s.who.core, j).text, quote, verb), s
