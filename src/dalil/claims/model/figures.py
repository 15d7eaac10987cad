"""What a quote says by the readers' own words: how many, which weapon; the model's figures are only held against it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dalil.claims.languages.ar.people import groups_at
from dalil.claims.languages.ar.words import lexicon as arabic_lexicon
from dalil.claims.languages.ar.words import lines_of
from dalil.claims.reader.lexicon import lexicon
from dalil.claims.reader.marking import Line
from dalil.claims.reader.numbers import amount_at
from dalil.claims.reader.tokens import sentences
from dalil.claims.reader.tolls import added, amount_of

ARABIC = re.compile(r"[\u0620-\u064a]")
Bounds = tuple[int | None, int | None, int | None]  # low, best, high


@dataclass(frozen=True, slots=True)
class Read:
    """What a quote says: each amount in it, and their sum where they may be added."""

    each: tuple[Bounds, ...]
    sum: Bounds | None


def read_figures(words: str) -> Read:
    """Every amount that the words state, as (low, best, high)."""
    amounts = _arabic(words) if ARABIC.search(words) else _english(words)
    each = tuple((a.low, a.best, a.high) for a in amounts)
    return Read(each, added(amounts) if len(amounts) > 1 else None)


def bounds_of(words: str, stated: frozenset[int]) -> Bounds | None:
    """What the words count, in the amount that holds every figure `stated` by the model; None where none does.

    Without stated figures the first amount counts.
    """
    read = read_figures(words)
    if not stated:
        return read.each[0] if read.each else None
    for bounds in (*read.each, *((read.sum,) if read.sum is not None else ())):
        if stated <= {n for n in bounds if n is not None}:
            return bounds
    return None


def weapon_kind(words: str) -> str:
    """The kind of the first weapon that the lexicons know in the words; "other" where they know none."""
    for line in _arabic_lines(words) if ARABIC.search(words) else _english_lines(words):
        for mark in line.marks:
            for entry in mark[1] if mark is not None else ():
                if entry.cat == "weapon":
                    return entry.a
    return "other"


def _english_lines(words: str) -> list[Line]:
    lx = lexicon("en")
    return [Line(words, s, lx, False) for s in sentences(words, lx.abbreviations, lx.openers)]


def _arabic_lines(words: str) -> list:
    return lines_of(words, arabic_lexicon())


def _english(words: str) -> list:
    out: list = []
    for line in _english_lines(words):
        found = [a for p in line.phrases if p.kind in ("people", "number", "name") and (a := amount_of(line, p))]
        out += found or _scanned(line)
    return out


def _scanned(line: Line) -> list:
    """The amounts that stand outside of phrases, left to right."""
    out, k = [], 0
    while k < line.n:
        amount = amount_at(line, k)
        if amount is not None:
            out.append(amount)
        k = amount.j if amount is not None else k + 1
    return out


def _arabic(words: str) -> list:
    out: list = []
    for line in _arabic_lines(words):
        k = 0
        while k < line.n:
            groups = groups_at(line, k)
            out += [g.amount for whole in groups for g in (whole, *whole.parts) if g.amount is not None]
            k = max([k + 1, *(g.j for g in groups)])
    return out
