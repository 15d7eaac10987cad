"""Text becomes a row of word classes, one character a token, over which the forms of a language are matched."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import NamedTuple

ARABIC = re.compile(r"[\u0621-\u064a]")
LATIN = re.compile(r"[A-Za-z]")
_MARKS = re.compile("[\u0640\u064b-\u0652\u0670]")
_FOLD = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "’": "'", "‘": "'"})

# Letters; whole numeric dates; times; figures; one sign. Order matters only among those that begin with a digit.
TOKEN = re.compile(
    r"[A-Za-z]+(?=[ ,.])|"  # most words, found sooner
    r"[^\W\d_]+(?:[\u064b-\u0652\u0670]+[^\W\d_]*)*"
    r"|(?P<date>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]\d{2}:\d{2})?(?![-/.]?\d)"
    r"|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})(?![-/.]?\d)"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d))"
    r"|(?P<time>\d{1,2}(?:[:.]\d{2})?\s?[AaPp]\.?\s?[Mm]\b\.?|\d{1,2}:\d{2}(?::\d{2})?(?!\d))"
    r"|(?P<figure>\d+(?:[.,]\d+)*(?P<tail>st|nd|rd|th|ST|ND|RD|TH|s)?(?![^\W\d_]))"
    r"|\d+|[^\s\w]|\n+"
)
_WORD = re.compile(r"(?:[^\W\d_]|[\u064b-\u0652\u0670])+(?:-old)?")  # an age is no date
_STOP = re.compile(r"[.!?؟]\s+|\n\s*\n")
# Figures that may be a date on their own: four in a row, joined by signs, or "the 9th".
_FIGURE = re.compile(r"\d(?:[-/.:]\d|\d{3}|(?:st|nd|rd|th|ST|ND|RD|TH)\b)")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})?\s?([ap])?", re.I)
_NOTHING = "_"
_SIGNS = ".,;:!?\"')]»”’"
_FIGURES = ("DAY", "ORD", "YY", "NUM", "YEAR", "HYEAR", "HHMM", "TIME", "NUMDATE", "DECADE", "PAST", "NEWLINE")
_MEMO_LIMIT = 50_000


def normal(word: str) -> str:
    """The spelling under which a word is looked up: lower case, no vowel marks, one alef, one ya."""
    return _MARKS.sub("", word).translate(_FOLD).casefold()


@dataclass(slots=True)
class Words:
    """The word classes of one language: `classes` gives each class its character, `singles` and `chains` the words."""

    lang: str
    classes: dict[str, str]
    singles: dict[str, tuple[str, object]] = field(default_factory=dict)
    capitals: dict[str, tuple[str, object]] = field(default_factory=dict)
    exact: dict[str, tuple[str, object]] = field(default_factory=dict)
    chains: dict[str, dict[str, list[tuple[tuple[str, ...], str, object]]]] = field(default_factory=dict)
    future_prefix: tuple[str, ...] = ()
    noun_ends: tuple[str, ...] = ()
    triggers: str = ""
    dead: set[str] = field(default_factory=set)
    memo: dict[str, Token] = field(default_factory=dict)
    groups: dict[tuple[str, ...], str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)  # the first words of everything in the tables

    def char(self, name: str) -> str:
        """The character that stands for a class; a class met for the first time gets the next free one."""
        if name not in self.classes:
            self.classes[name] = chr(0xE000 + len(self.classes))
        return self.classes[name]

    def group(self, names: tuple[str, ...]) -> str:
        """The characters of several classes; classes that the language lacks have none."""
        if names not in self.groups:
            self.groups[names] = "".join(self.classes.get(name, "") for name in names)
        return self.groups[names]

    def add(self, name: str, value: object, spelling: str) -> None:
        """One spelling stands in the tables."""
        entry = (self.char(name), value)
        if spelling.startswith("="):
            self.exact[_MARKS.sub("", spelling[1:])] = entry
            self.known.add(spelling[1:].lower())
            return
        capital = spelling.startswith("^")
        tokens = [normal(m.group()) for m in TOKEN.finditer(spelling.lstrip("^"))]
        self.known.add(tokens[0])
        if len(tokens) > 1:
            rows = self.chains.setdefault(tokens[0], {}).setdefault(tokens[1], [])
            rows.append((tuple(tokens[2:]), *entry))
            rows.sort(key=lambda row: -len(row[0]))
        elif name == "NOTFUT":
            self.singles.setdefault(tokens[0], (_NOTHING, None))
        else:
            (self.capitals if capital else self.singles)[tokens[0]] = entry

    def entry(self, raw: str) -> tuple[int, str, object, list | None, bool]:
        """What one raw word is: (letters of prefix taken off, class character, value, chains it may begin, has wa)."""
        found = self._known(raw)
        if found is not None:
            return (0, *found, False)
        if self.lang == "ar":
            cut, wa = 0, False
            bare = _MARKS.sub("", raw)
            plain = bare == raw
            if len(bare) > 3 and bare[0] in "وف":
                cut, wa = 1, bare[0] == "و"
                found = self._known(bare[1:])
            if found is None and len(bare) - cut > 3 and bare[cut] in "بلك":
                stem = bare[cut + 1 :]
                found = self._known(stem) or (self._known("ا" + stem) if stem.startswith("ل") else None)
                cut += 1
            if found is not None:
                return (cut if plain else 0, *found, wa)
        return (0, self._guess(raw), None, None, False)

    def _known(self, raw: str) -> tuple[str, object, list | None] | None:
        bare = _MARKS.sub("", raw) if self.lang == "ar" else raw
        if bare in self.exact:
            return (*self.exact[bare], None)
        word = normal(raw)
        chains = self.chains.get(word)
        hit = self.singles.get(word)
        if hit is None and raw[0].isupper():
            hit = self.capitals.get(word)
        if hit is None and chains is None:
            return None
        return (*(hit or (_NOTHING, None)), chains)

    def _guess(self, raw: str) -> str:
        """The tense of a word that no table holds, by its form."""
        if self.lang == "en":
            return self.char("PAST") if raw[-2:] in ("ed", "ED") and len(raw) > 3 else _NOTHING
        word = normal(raw)
        if len(word) > 5 and word[0] in "وف" and word[1] == "س":
            word = word[1:]
        noun = _MARKS.sub("", raw).endswith(self.noun_ends)
        return self.char("FUT") if len(word) >= 5 and word.startswith(self.future_prefix) and not noun else _NOTHING

    def is_live(self, piece: str) -> bool:
        """Whether a word with its signs can be the heart of a date phrase; those that cannot are remembered."""
        word = piece.rstrip(_SIGNS).lower()
        foreign = word.isascii() and word.isalpha() and word not in self.known
        if not foreign and any(self._has_heart(word) for word in _WORD.findall(piece)):
            return True
        if len(self.dead) > _MEMO_LIMIT:
            self.dead.clear()
        self.dead.add(piece)
        return False

    def _has_heart(self, raw: str) -> bool:
        token = self.look_up(raw)
        if token.char in self.triggers:
            return True
        for second, rows in (token.chains or {}).items():
            for rest, hit, _ in rows:
                if hit in self.triggers and not any(self._triggers_alone(word) for word in (second, *rest)):
                    return True
        return False

    def _triggers_alone(self, word: str) -> bool:
        return self.singles.get(word, (_NOTHING,))[0] in self.triggers

    def look_up(self, raw: str) -> Token:
        """What a token of the text is, by its letters alone; remembered."""
        found = self.memo.get(raw)
        if found is None:
            if len(self.memo) > _MEMO_LIMIT:
                self.memo.clear()
            found = self.memo[raw] = self._token(raw)
        return found

    def _token(self, raw: str) -> Token:
        if raw[0].isdecimal():
            char, value = figure(self, TOKEN.match(raw))
            return Token(char, value, raw)
        if raw[0] == "\n":
            return Token(self.char("NEWLINE") if len(raw) > 1 else "", None, raw, plain=len(raw) > 1)
        cut, char, value, chains, wa = self.entry(raw)
        return Token(char, value, normal(raw), cut, chains, wa, plain=not (cut or chains or wa))


class Token(NamedTuple):
    """What a word, figure or sign is: its class, its value, the spelling it is compared by, letters of prefix (`cut`),
    chains that it may begin, whether a wa was written onto it; `plain` where it is its class and nothing else."""

    char: str
    value: object
    word: str
    cut: int = 0
    chains: dict | None = None
    wa: bool = False
    plain: bool = True


@dataclass(slots=True)
class Row:
    """A text as tokens: `shape` holds one class character a token, `places` where each one stands."""

    text: str
    shape: str = ""
    tokens: list[Token] = field(default_factory=list)
    places: list[re.Match | tuple[int, int]] = field(default_factory=list)

    def add(self, token: Token, start: int, end: int) -> None:
        """One token more."""
        self.tokens.append(token)
        self.places.append((start, end))

    def span(self, i: int) -> tuple[int, int]:
        """Where token i stands in the text."""
        place = self.places[i]
        return place if isinstance(place, tuple) else place.span()


def figure(words: Words, match: re.Match) -> tuple[str, object]:
    """The class and value of a token that begins with a digit."""
    kind, raw = match.lastgroup, match.group()
    if kind == "date":
        return words.char("NUMDATE"), raw
    if kind == "time":
        return words.char("TIME"), clock(raw)
    tail = match.group("tail")
    digits = raw[: -len(tail)] if tail else raw
    if not digits.isdecimal():
        return _NOTHING, None
    number = int(digits)
    if tail == "s":
        return words.char("DECADE"), number
    if tail:
        return (words.char("ORD"), number) if 1 <= number <= 31 else (_NOTHING, None)
    if len(digits) <= 2:
        name = "DAY" if 1 <= number <= 31 else "YY" if number >= 32 else "NUM"
    elif len(digits) == 4 and 1900 <= number <= 2099:
        name = "YEAR"
    elif len(digits) == 4 and 1343 <= number <= 1500:
        name = "HYEAR"
    elif len(digits) == 4 and number // 100 < 24 and number % 100 < 60:
        name = "HHMM"
    else:
        name = "NUM"
    return words.char(name), number


def clock(raw: str) -> str | None:
    """The time of day "HH:MM" that figures such as "3:20 p.m." say, or None where there is no such time."""
    match = _CLOCK.match(raw)
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if half == "p" and hour < 12:
        hour += 12
    elif half == "a" and hour == 12:
        hour = 0
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else None


def live_parts(text: str, words: Words) -> list[tuple[int, int]]:
    """The stretches of `text`, in sentences, that hold a word or figure at the heart of a date phrase.

    A sentence surely ends behind a word of four letters and more: shorter ones may be abbreviations ("Nov. 4").
    """
    dead = words.dead
    live = {piece for piece in set(text.split()) - dead if words.is_live(piece)}
    figures = [m.start() for m in _FIGURE.finditer(text)]
    if not live and not figures:
        return []
    out: list[tuple[int, int]] = []
    start = n = 0
    ends = map(re.Match.span, _STOP.finditer(text))
    stops = [b for a, b in ends if text[a] == "\n" or (text[a - 4 : a].isalpha() and text[b : b + 1].isalpha())]
    for end in [*stops, len(text)]:
        told = n < len(figures) and figures[n] < end
        while n < len(figures) and figures[n] < end:
            n += 1
        if told or not live.isdisjoint(text[start:end].split()):
            if out and out[-1][1] == start:
                out[-1] = (out[-1][0], end)
            else:
                out.append((start, end))
        start = end
    return out


def row_of(text: str, words: Words) -> Row:
    """`text` as a row of classes; words that no form knows are "_", sentences without a date are left out."""
    row = Row(text)
    for first, last in live_parts(text, words):
        if row.tokens:
            row.add(Token(words.char("NEWLINE"), None, ""), first, first)
        _fill(text, first, last, words, row)
    row.shape = "".join([token.char for token in row.tokens])
    return row


def _fill(text: str, first: int, last: int, words: Words, row: Row) -> None:
    """The tokens of text[first:last] stand at the end of the row.

    Most words are one token that means nothing else: they are looked up in one go, and only the others one by one.
    """
    memo, look_up = words.memo, words.look_up
    found = list(TOKEN.finditer(text, first, last))
    tokens = [memo.get(raw) or look_up(raw) for raw in map(re.Match.group, found)]
    done = 0
    for i in [n for n, token in enumerate(tokens) if not token.plain]:
        if i < done:
            continue
        token, end, hit = tokens[i], i + 1, None
        rows = token.chains.get(tokens[end].word) if token.chains and end < len(tokens) else None
        if rows:
            length, hit = _longest(rows, tokens, i)
            end += length
        if hit is None and not (token.wa or token.cut) and token.char:
            continue
        row.tokens += tokens[done:i]
        row.places += found[done:i]
        _add_odd(row, words, token, hit, found[i].start(), found[end - 1].end())
        done = end
    row.tokens += tokens[done:]
    row.places += found[done:]


def _add_odd(row: Row, words: Words, token: Token, hit: tuple | None, start: int, end: int) -> None:
    """A token that is not just its class: a chain of several words, a word behind a prefix, a wa and a word."""
    if token.wa:
        row.add(Token(words.char("AND"), None, ""), start, start + 1)
    char, value = hit or (token.char, token.value)
    if char:
        row.add(Token(char, value, token.word), start + token.cut, end)


def _longest(rows: list, tokens: list[Token], i: int) -> tuple[int, tuple | None]:
    """How many tokens after the first belong to the longest chain that stands here, and what it is."""
    for rest, char, value in rows:
        following = tokens[i + 2 : i + 2 + len(rest)]
        if len(following) == len(rest) and all(t.word == w for t, w in zip(following, rest, strict=True)):
            return len(rest) + 1, (char, value)
    return 0, None


@cache
def load_words(lang: str) -> Words:
    """The tables of one language, read once."""
    words = Words(lang, {})
    for name in _FIGURES:
        words.char(name)
    file = resources.files("dalil.calendar") / "languages" / f"{lang}.words.tsv"
    for line in file.read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, value, spellings = line.split("\t")
        typed: object = int(value) if re.fullmatch(r"-?\d+", value) else value or None
        for spelling in spellings.split(" | "):
            words.add(name, typed, spelling.strip())
    return words
