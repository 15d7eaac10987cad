"""Words that a model gives, found again in the text: to the letter, else but for dress; the quote is always the text's.

Dress is what writers and models change without changing words: runs of white space, curly quotation marks, kinds of
dashes, composed and decomposed letters, Arabic vowel signs and tatweel, marks of direction.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from dalil.records import Quote

# Letters that Arabic writes together with the word behind them: "وبكفرناها" holds the name كفرناها.
CLITICS = frozenset("وفبلكس")
MOST_CLITICS = 2
_DROPPED = frozenset(
    chr(c)
    for c in (0x0640, 0x0670, 0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x061C, 0xFEFF, *range(0x064B, 0x0653),
              *range(0x0656, 0x0660), *range(0x06D6, 0x06EE), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)  # fmt: skip
_SAME = {**dict.fromkeys("‘’‚‛′`´ʼ", "'"), **dict.fromkeys("“”„‟″«»", '"'), **dict.fromkeys("‐‑‒–—―−", "-"), "…": "..."}
_SAME |= {a: str(n) for digits in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹") for n, a in enumerate(digits)}


@dataclass(frozen=True, slots=True)
class Plain:
    """A text undressed; its character i comes from character `origin[i]` of the text."""

    text: str
    origin: tuple[int, ...]


def undress(text: str) -> Plain:
    """`text` without its dress, with the way back."""
    out: list[str] = []
    origin: list[int] = []
    for at, char in enumerate(text):
        if char in _DROPPED:
            continue
        if char.isspace():
            piece = "" if out and out[-1] == " " else " "
        else:
            piece = _SAME.get(char) or unicodedata.normalize("NFD", char)
        out += piece
        origin += [at] * len(piece)
    return Plain("".join(out), tuple(origin))


class Finder:
    """Finds words in one text; the text is undressed once, when words are first not found to the letter."""

    def __init__(self, text: str):
        self.text = text
        self._plain: Plain | None = None

    def find(self, words: str, start: int, end: int, near: int | None = None) -> Quote | None:
        """The place within start..end where the words stand whole, the one nearest to `near`; None where none does."""
        words = words.strip()
        if not words:
            return None
        found = [*self._exact(words, start, end)] or [*self._loose(words, start, end)]
        if not found:
            return None
        a, b = min(found, key=lambda span: (abs(span[0] - near) if near is not None else 0, span[0]))
        return Quote(a, b, self.text[a:b])

    def _exact(self, words: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        at = self.text.find(words, start, end)
        while at >= 0:
            if self._whole(at, at + len(words)):
                yield at, at + len(words)
            at = self.text.find(words, at + 1, end)

    def _loose(self, words: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        if self._plain is None:
            self._plain = undress(self.text)
        plain, origin = self._plain.text, self._plain.origin
        wanted = undress(words).text.strip()
        at = plain.find(wanted) if wanted else -1
        while at >= 0:
            last = at + len(wanted)
            a, b = origin[at], origin[last - 1] + 1
            split = (at and origin[at - 1] == a) or (last < len(origin) and origin[last] == b - 1)
            while b < len(self.text) and (self.text[b] in _DROPPED or unicodedata.combining(self.text[b])):
                b += 1
            while b > a + 1 and self.text[b - 1] in _DROPPED and not unicodedata.combining(self.text[b - 1]):
                b -= 1
            if not split and start <= a and b <= end and self._whole(a, b):
                yield a, b
            at = plain.find(wanted, at + 1)

    def _whole(self, a: int, b: int) -> bool:
        """Whether a..b cuts no word or number in two; an Arabic word may have small words written onto its front."""
        text = self.text
        if b < len(text) and _inner(text[b - 1]) and _inner(text[b]):
            return False
        if not a or not _inner(text[a]) or not _inner(text[a - 1]):
            return not (a and unicodedata.combining(text[a]))
        k = a
        while k and _inner(text[k - 1]):
            k -= 1
        front = [c for c in text[k:a] if not unicodedata.combining(c)]
        return bool(front) and len(front) <= MOST_CLITICS and all(c in CLITICS for c in front)


def _inner(char: str) -> bool:
    return char.isalnum() or char == "\u0640" or unicodedata.combining(char) != 0
