"""Text into sentences of words, each word with its place in the text; nothing is changed, so every quote is a slice."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, field

WORD = re.compile(
    r"[A-Za-z]{2,}(?=[ ,.])"  # most words; the other lines give the same, later
    r"|(?:[^\W\d_]\.){2,}"  # a.m., U.S.
    r"|\d+(?:st|nd|rd|th)\b"  # 7th
    r"|\d+(?:[.,:]\d+)*(?:[-–]\w+)*"  # 1,200 · 19:45 · 3-5 · 29-year-old
    r"|[^\W\d_]+(?:[-‐‑'’][^\W_]+)*"  # drive-by · Sana'a · don't
    r"|\n[ \t\r\u00a0]*\n\s*|\n"  # paragraph and line breaks
    r"|[^\w\s]|_",
    re.UNICODE,
)
# Letters that differ only in dress: marks that scripts leave out, tatweel, curly apostrophes, unusual hyphens.
DRESS = dict.fromkeys([*range(0x064B, 0x0660), 0x0670, 0x0640, 0x200C, 0x200D, 0x200E, 0x200F])
DRESS.update({ord("’"): "'", ord("‘"): "'", ord("‐"): "-", ord("‑"): "-", ord("–"): "-", ord("أ"): "ا"})
DRESS.update({ord("إ"): "ا", ord("آ"): "ا", ord("ى"): "ي"})
DRESS.update({ord("٠") + n: str(n) for n in range(10)})
END = frozenset(".!?؟…")
CLOSERS = frozenset("\"”’')]»")
JOINERS = frozenset(["and", "or", "is", "was", "of"])  # behind "plan A", which opens nothing
ASCII = re.compile("[\x00-\x7f]+")
CAPITALS, SMALL = string.ascii_uppercase.encode(), string.ascii_lowercase.encode()
BULLETS = frozenset("•*▪●-–—")


@dataclass(slots=True)
class Sentence:
    """One sentence: words as compared (`w`), their offsets, and 0 lower, 1 Capital, 2 CAPITALS for each."""

    number: int
    paragraph: int
    w: list[str] = field(default_factory=list)
    s: list[int] = field(default_factory=list)
    e: list[int] = field(default_factory=list)
    cap: list[int] = field(default_factory=list)
    heading: bool = False

    def __len__(self) -> int:
        return len(self.w)


def plain(word: str) -> str:
    """The word as it is compared: lower case, without marks that writers leave out."""
    return word.lower() if word.isascii() else word.lower().translate(DRESS)


def words_of(phrase: str) -> list[str]:
    """The words of a lexicon phrase, cut and compared as text is."""
    if phrase.isascii() and phrase.replace(" ", "").isalpha():  # most phrases: nothing to cut
        return phrase.lower().split()
    out = []
    for m in WORD.finditer(phrase):
        word = m.group()
        if not word.isspace():
            out.extend(piece for piece, _, _ in _pieces(word, 0))
    return out


def shouting(text: str) -> bool:
    """True where capitals say nothing, since nearly every letter is one."""
    upper, lower = _cased(text[:4000])
    return upper > 20 and upper > 0.7 * (upper + lower)


def _cased(sample: str) -> tuple[int, int]:
    """How many capitals and how many small letters there are; bytes are counted in one go, other letters singly."""
    plain = sample.encode("ascii", "ignore")
    rest = ASCII.sub("", sample) if len(plain) < len(sample) else ""
    upper, lower = (len(plain) - len(plain.translate(None, letters)) for letters in (CAPITALS, SMALL))
    return upper + sum(map(str.isupper, rest)), lower + sum(map(str.islower, rest))


def wrapped(text: str) -> bool:
    """True where lines were broken to a width, so that a line's end is not a sentence's."""
    lines = [x for x in text.split("\n") if x.strip()]
    if len(lines) < 4:
        return False
    lengths = sorted(len(x) for x in lines)
    middle = lengths[len(lengths) // 2]
    return 50 <= middle <= 100 and lengths[-1] <= middle + 25


def _pieces(word: str, start: int) -> list[tuple[str, int, int]]:
    """A possessive or a contraction cut from its word: victim's → victim, 's."""
    low = plain(word)
    if len(low) == len(word) and "'" in low:
        for tail in ("n't", "'s", "'re", "'ll", "'ve"):
            if low.endswith(tail) and len(low) > len(tail):
                cut = len(word) - len(tail)
                return [(low[:cut], start, start + cut), (tail, start + cut, start + len(word))]
    return [(low, start, start + len(word))] if low else []


def sentences(text: str, abbreviations: frozenset[str], openers: frozenset[str] = frozenset()) -> list[Sentence]:
    """The text's sentences in order, without empty ones.

    `abbreviations` end in a stop without ending a sentence; after "a.m." only one of `openers` opens a new one.
    """
    out: list[Sentence] = []
    soft = wrapped(text)
    current = Sentence(0, 0)
    paragraph = 0
    closing = False
    matches = list(WORD.finditer(text))
    words = [m.group() for m in matches]
    small = [word.lower() for word in words]
    caps = [0 if low == word else _capital(word, low) for word, low in zip(words, small, strict=True)]
    odd = [n for n, word in enumerate(words) if not (word.isalpha() and word.isascii()) or small[n] in openers]
    done = 0
    for index in [*odd, len(words)]:
        if done < index:  # a run of plain words: nothing to cut, no end, no bullet
            if closing:
                out.append(current)
                current = Sentence(len(out), paragraph)
                closing = False
            current.w += small[done:index]
            current.s += [m.start() for m in matches[done:index]]
            current.e += [m.end() for m in matches[done:index]]
            current.cap += caps[done:index]
        if index == len(words):
            break
        done = index + 1
        word = words[index]
        first = word[0]
        if first == "\n":
            broken = word.count("\n") > 1 or not soft
            if broken:
                if current.w:
                    if current.w[-1] not in END:
                        current.heading = len(current.w) <= 25
                    out.append(current)
                paragraph += 1
                current = Sentence(len(out), paragraph)
                closing = False
            continue
        if closing and word not in END and word not in CLOSERS:
            out.append(current)
            current = Sentence(len(out), paragraph)
            closing = False
        if small[index] in openers and "A" <= first <= "Z" and _runs_in(matches, index, current):
            current.heading = True
            out.append(current)
            current = Sentence(len(out), paragraph)
        if word.isalpha() and word.isascii():
            done = index  # opens the next run
            continue
        if not first.isupper() and "-" in word[1:4] and word[word.index("-") + 1 : word.index("-") + 2].isupper():
            first = "A"  # al-Furqal is a name, though its article is small
        cap = (2 if len(word) > 1 and word.isupper() else 1) if first.isupper() else 0
        for low, s, e in _pieces(word, matches[index].start()):
            current.w.append(low)
            current.s.append(s)
            current.e.append(e)
            current.cap.append(cap)
        if word in END or (len(word) > 2 and word[-1] == "."):
            closing = _ends(matches, index, current, abbreviations, openers)
        elif first in BULLETS and len(current.w) == 1 and first in "•▪●":
            for part in (current.w, current.s, current.e, current.cap):
                part.pop()
        elif first in "•▪●" and len(current.w) > 1:
            closing = True
    if current.w:
        out.append(current)
    return out


def _capital(word: str, low: str) -> int:
    """What `cap` says of a plain word that is not in small letters throughout."""
    return 2 if len(word) > 1 and word.isupper() else int(word[0] != low[0])


def _runs_in(matches, index: int, current: Sentence) -> bool:
    """Whether a headline without a stop runs into its text at this opener: "one hurt in shooting Police said …"."""
    if len(current.w) < 3 or index + 1 >= len(matches):
        return False
    after = matches[index + 1].group()
    if after[0].isdigit() and "-" in after and matches[index].group() == "A":
        return current.w[-1].isalnum()  # "… Shot in Quarrel A 16-year-old was …"
    small = current.cap[-1] == 0 and current.w[-1].isalpha() and len(current.w[-1]) > 3
    return small and after[0].islower() and after not in JOINERS


def _ends(matches, index, current, abbreviations, openers) -> bool:
    """Whether the stop at `index` ends its sentence."""
    count = len(matches)
    word = matches[index].group()
    if index + 1 >= count:
        return True
    after = matches[index + 1].group()
    k = index + 1
    while after in CLOSERS and k + 1 < count:
        k += 1
        after = matches[k].group()
    opens = after[0].isupper() or after[0].isdigit() or not after[0].isalpha() or after[0] > "\u0590"
    if word != ".":
        if len(word) > 2 and word[-1] == ".":  # a.m. or U.S.: a sentence ends only before a word that opens one
            return after[0].isupper() and after.lower() in openers
        return word in "!?؟" and opens
    if not opens or after in (",", ";"):
        return False
    before = current.w[-2] if len(current.w) > 1 else ""
    touching = matches[index].start() == current.e[-2] if len(current.w) > 1 else False
    if touching and (before in abbreviations or (len(before) == 1 and before.isalpha())):
        return False
    return not (before.isdigit() and after[0].isdigit() and matches[index].end() == matches[index + 1].start())
