"""Sentences with every known phrase marked: what each step after this one looks at."""

from __future__ import annotations

from bisect import bisect_left

from dalil.claims.reader.lexicon import Entry, Lexicon, Meanings
from dalil.claims.reader.tokens import Sentence
from dalil.records import Quote

NONE: frozenset[str] = frozenset()
NOTHING = Meanings(())
HEADLINE = 0.7  # of a headline's words more than this share have a capital


def _capitals_everywhere(words: list[str], capitals: int) -> bool:
    count = sum(map(str.isalpha, [word[0] for word in words]))
    return count >= 5 and capitals > HEADLINE * count


class Line:
    """One sentence with its marks: `marks[k]` is (end, meanings) of the known phrase that starts at word k, or None."""

    __slots__ = (
        "at",
        "cap",
        "classes",
        "cover",
        "e",
        "heading",
        "headline",
        "kinds",
        "lx",
        "marks",
        "n",
        "number",
        "owner",
        "paragraph",
        "phrases",
        "s",
        "shout",
        "text",
        "w",
    )

    def __init__(self, text: str, sentence: Sentence, lx: Lexicon, shout: bool):
        self.text, self.lx, self.shout = text, lx, shout
        self.w, self.s, self.e, self.cap = sentence.w, sentence.s, sentence.e, sentence.cap
        self.number, self.paragraph, self.heading = sentence.number, sentence.paragraph, sentence.heading
        self.n = len(self.w)
        self.marks: list[tuple[int, Meanings] | None] = [None] * self.n
        capitals = self.n - self.cap.count(0)
        self.headline = not shout and capitals > HEADLINE * 5 and _capitals_everywhere(self.w, capitals)
        self.cover: list[int] = list(range(self.n))
        known = lx.word_classes
        self.kinds: list[frozenset[str]] = [known.get(w, NONE) for w in self.w]
        self.at: dict[str, list[int]] = {}  # where words of the kinds SOUGHT stand
        self._mark()
        self.classes: frozenset[str] = NONE.union(*self.kinds)

    def _mark(self) -> None:
        words = [*self.w, ""]
        if self.lx.prefixes:
            words = [self.lx.bare(x) if x not in self.lx.single else x for x in words]
        marks, match, at = self.marks, self.lx.match, self.at
        single, multi, pairs = self.lx.single, self.lx.multi, self.lx.pairs
        k = 0
        while k < self.n:
            word = words[k]
            if word in multi and (word, words[k + 1]) in pairs:
                found = match(words, k)
            else:  # most words begin no longer phrase
                meanings = single.get(word)
                if meanings is None:
                    k += 1
                    continue
                found = (k + 1, meanings)
            if found is not None and found[1].abbreviated:
                found = self._abbreviation(k, found)
            if found is not None and found[0] > k + 1 and k > 2 and self._only_where(k, found):
                found = (k + 1, self.lx.single.get(words[k], NOTHING))
            if found is None:
                k += 1
            else:
                marks[k] = found
                for cat in found[1].sought:
                    at.setdefault(cat, []).append(k)
                if found[0] > k + 1:
                    kinds = found[1].classes
                    for x in range(k, found[0]):
                        self.cover[x], self.kinds[x] = k, kinds
                k = found[0]

    def _only_where(self, k, found):
        """Whether an idiom of filming only seems to stand here: "a man in the video was shot"."""
        idiom = any(e.cat == "idiom" for e in found[1]) and "footage" in self.kinds[k]
        return idiom and "det" in self.kinds[k - 1] and "loc" in self.kinds[k - 2]

    def _abbreviation(self, k, found):
        """Letters that are also a word (WHO, IS) mean a body only where they stand in capitals among small letters."""
        if self.cap[k] == 2 and not self.shout:
            return found
        kept = Meanings(e for e in found[1] if e.form != "abbr")
        if kept or not self.shout:
            return (found[0], kept) if kept else None
        return found

    def __getattr__(self, name: str):
        """`phrases`, and `owner` (the phrase of each word), are found when they are first asked for.

        Many sentences tell of no act, so that nobody asks.
        """
        if name not in ("phrases", "owner"):
            raise AttributeError(name)
        from dalil.claims.reader.phrases import phrases_of  # looks at lines itself

        self.owner: list = [None] * self.n
        self.phrases = phrases_of(self)
        return getattr(self, name)

    def entry(self, k: int, cat: str) -> Entry | None:
        """The first meaning of kind `cat` of the phrase that starts at word k."""
        if 0 <= k < self.n:
            m = self.marks[k]
            if m is not None:
                return m[1].first.get(cat)
        return None

    def end(self, k: int) -> int:
        """Where the phrase that starts at k ends; the next word where none is known."""
        m = self.marks[k]
        return m[0] if m is not None else k + 1

    def is_(self, k: int, name: str) -> bool:
        """Whether the word or phrase at k belongs to the closed class `name`."""
        return 0 <= k < self.n and name in self.kinds[k]

    def has(self, name: str, i: int, j: int) -> bool:
        """Whether a word or phrase at one of the words i..j-1 belongs to the closed class `name`."""
        return name in self.classes and any(name in kinds for kinds in self.kinds[max(0, i) : max(0, j)])

    def word_at(self, place: int) -> int:
        """The first word that starts at `place` in the text or behind it; `n` where none does."""
        return bisect_left(self.s, place)

    def hints(self, k: int, name: str) -> bool:
        """Whether the word at k, or it with the next, is a hint of the kind `name` (hints.tsv)."""
        lx, word = self.lx, self.w[k]
        if name in lx.hints.get(word, NONE):
            return True
        pairs = lx.hint_pairs.get(word)
        return pairs is not None and k + 1 < self.n and name in pairs.get(self.w[k + 1], NONE)

    def quote(self, i: int, j: int) -> Quote:
        """The words i..j as they stand in the text."""
        start, end = self.s[i], self.e[j - 1]
        return Quote(start, end, self.text[start:end])
