"""One text being searched for days: its tokens, what is known so far, and the tense around a place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from dalil.calendar.forms import Grammar
from dalil.calendar.rules import Days, Tense
from dalil.calendar.words import Row

# How many tokens before and after a phrase are searched for its tense.
TENSE_BEFORE, TENSE_AFTER = 14, 8


@dataclass(slots=True)
class Core:
    """A resolved phrase: tokens i to j (exclusive), its days, and what it is, for joining it with its neighbours."""

    i: int
    j: int
    days: Days
    kind: str
    time: str | None = None


@dataclass(slots=True)
class Scan:
    """One text being searched: the row, the grammar, the publication day, and the last single day that was named."""

    row: Row
    grammar: Grammar
    published: date | None
    anchor: date | None = None
    caps: bool = False
    cues: dict[str, str] = field(default_factory=dict)

    def char(self, name: str) -> str:
        return self.grammar.words.classes.get(name, "")

    def at(self, i: int) -> str:
        """The class character at a token, or "" outside the row."""
        return self.row.shape[i] if 0 <= i < len(self.row.shape) else ""

    def is_a(self, i: int, *names: str) -> bool:
        """Whether the token at `i` is of one of the named classes."""
        shape = self.row.shape
        return 0 <= i < len(shape) and shape[i] != "_" and shape[i] in self.grammar.words.group(names)

    def in_context(self, i: int, name: str) -> bool:
        char = self.at(i)
        return bool(char) and char in self.grammar.context[name]

    def word(self, i: int) -> str:
        if not 0 <= i < len(self.row.shape):
            return ""
        return self.row.text[slice(*self.row.span(i))]

    def value(self, match: re.Match, label: str):
        """The value of a labelled word of the match, or None where the form has no such label or it did not match."""
        if label not in match.re.groupindex or match.start(label) < 0:
            return None
        i = match.start(label)
        value = self.row.tokens[i].value
        return value if value is not None else True

    def tense(self, i: int, j: int) -> Tense:
        """The tense of the nearest telling word before the phrase in its sentence, else of the first after it."""
        if self.is_a(i - 1, "ON", "IN") and self.is_a(i - 2, "BE"):
            return "future"  # "the vote is in July"
        step = self._nearest(range(i - 1, max(-1, i - 1 - TENSE_BEFORE), -1))
        return step or self.tense_after(j)

    def tense_after(self, j: int) -> Tense:
        """The tense of the first telling word after the phrase in its sentence."""
        return self._nearest(range(j, min(len(self.row.shape), j + TENSE_AFTER)))

    def _nearest(self, order: range) -> Tense:
        future, participle, finite = self.char("FUT"), self.char("PAST"), self.char("PASTV")
        shape = self.row.shape
        for k in order:
            char = shape[k]
            if char == "_":
                continue
            if char == future:
                return "future"
            if char in (finite, participle):  # "will be held", "is expected to be charged"
                return "future" if future in self.row.shape[max(0, k - 3) : k] else "past"
            if self.ends_sentence(k):
                return None
        return None

    def ends_sentence(self, k: int) -> bool:
        """Whether the token at `k` closes a sentence; the point of a short abbreviation does not."""
        char = self.at(k)
        if not char or char not in self.grammar.ends:
            return False
        if char != self.grammar.dot:
            return True
        before = self.word(k - 1)
        return not (before[:1].isupper() and len(before) <= 4 and not self.caps)
