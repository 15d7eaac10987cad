"""A long text in stretches that a model can take in, cut where a sentence ends."""

from __future__ import annotations

from dataclasses import dataclass

from dalil.claims.reader.lexicon import lexicon
from dalil.claims.reader.tokens import sentences

# Characters of one question: about 1,500 tokens of English, 2,500 of Arabic, so that the reply fits as well.
LONGEST = 6_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Characters start..end of the text."""

    start: int
    end: int


def ends_of(text: str) -> list[int]:
    """Where the sentences of the text end, in order."""
    lx = lexicon("en")
    return [s.e[-1] for s in sentences(text, lx.abbreviations, lx.openers)]


def chunks_of(text: str, start: int = 0, end: int | None = None, longest: int = LONGEST) -> list[Chunk]:
    """Stretches of at most `longest` characters that cover all that is written in text[start:end], in order.

    They end at ends of sentences; a sentence longer than a stretch is cut at a blank, or at last anywhere.
    """
    end = len(text) if end is None else end
    borders = [start + stop for stop in ends_of(text[start:end])]
    out: list[Chunk] = []
    at, n = start, 0
    while at < end:
        stop = end
        if end - at > longest:
            while n < len(borders) and borders[n] <= at + longest:
                n += 1
            stop = borders[n - 1] if n and borders[n - 1] > at else _blank(text, at, at + longest)
        if text[at:stop].strip():
            out.append(Chunk(at, stop))
        at = stop
    return out


def _blank(text: str, at: int, stop: int) -> int:
    """Behind the last blank before `stop`; `stop` itself where there is none."""
    found = text.rfind(" ", at + 1, stop)
    return found + 1 if found > at else stop
