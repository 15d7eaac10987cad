"""Arabic text into words with what each may be: clitics cut off, marks and alef forms levelled, phrases looked up.

Every word keeps its place in the text, so that every quote is a slice of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from dalil.claims.reader.lexicon import Entry

WORD = re.compile(
    r"[0-9\u0660-\u0669\u06f0-\u06f9]+(?:[.,:\u066b\u066c/][0-9\u0660-\u0669\u06f0-\u06f9]+)*"
    r"|[\u0621-\u065f\u0670-\u06d3\u06d5]+"
    r"|[A-Za-z\u00c0-\u024f][A-Za-z0-9\u00c0-\u024f]*(?:['’-][A-Za-z0-9\u00c0-\u024f]+)*"
    r"|\n+|[^\w\s]"
)
MARKS = re.compile("[\u064b-\u065f\u0670\u0640]")
LEVEL = str.maketrans("أإآٱىؤئیک", "اااايويیك".replace("ی", "ي"))
DIGITS = {**{0x0660 + n: str(n) for n in range(10)}, **{0x06F0 + n: str(n) for n in range(10)}}
SUFFIXES = ("هما", "هم", "هن", "ها", "نا", "كم", "ه", "ي")
STOPS = frozenset(".!?؟؛\n")
MARKED = frozenset("\"«»“”„'‘’")  # quotation marks stand between no two words of a name


NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Parse:
    """One way to cut a word: conjunction, preposition, article, stem, pronoun."""

    conj: str
    prep: str
    det: bool
    stem: str
    suffix: str


def fold(word: str) -> str:
    """The word as it is compared: without vowel marks and tatweel, alef, ya and hamza seats levelled."""
    return MARKS.sub("", word).translate(LEVEL)


def cuts(f: str) -> list[Parse]:
    """Every way to cut the folded word `f`, the least cutting first."""
    out = [Parse("", "", False, f, "")]
    heads = [("", f)]
    if len(f) > 2 and f[0] in "وف":
        heads.append((f[0], f[1:]))
    for conj, rest in tuple(heads):
        if len(rest) > 4 and rest[0] == "س" and rest[1] in "يتن":
            out.append(Parse(conj + "س", "", False, rest[1:], ""))
    for conj, rest in heads:
        if conj:
            out.append(Parse(conj, "", False, rest, ""))
        for prep in ("", "ب", "ل", "ك"):
            body = rest
            if prep:
                if len(rest) < 3 or rest[0] != prep:
                    continue
                body = rest[1:]
                out.append(Parse(conj, prep, False, body, ""))
                if prep == "ل" and body[0] == "ل" and len(body) > 2:
                    out.append(Parse(conj, prep, True, body[1:], ""))
            if body.startswith("ال") and len(body) > (5 if prep == "ك" else 3):
                out.append(Parse(conj, prep, True, body[2:], ""))
    for p in list(out):
        if p.det or len(p.stem) < 4:
            continue
        for suffix in SUFFIXES:
            if p.stem.endswith(suffix) and len(p.stem) > len(suffix) + 1:
                bare = p.stem[: -len(suffix)]
                out.append(Parse(p.conj, p.prep, False, bare, suffix))
                if bare.endswith("ت"):
                    out.append(Parse(p.conj, p.prep, False, bare[:-1] + "ة", suffix))
    return out


def _dual(word: str) -> tuple[str, ...]:
    """The dual forms of a singular, folded: both cases, and construct before a pronoun."""
    f = fold(word)
    stem = f[:-1] + "ت" if f.endswith("ة") else f
    return stem + "ان", stem + "ين", stem + "ا+", stem + "ي+"


class Lexicon:
    """All phrases of Arabic by the stem of their first word, longest first; `known` holds every first stem."""

    def __init__(self):
        self.by_first: dict[str, list[tuple[tuple[tuple[str, bool], ...], tuple[Entry, ...]]]] = {}
        self.table: dict[tuple[tuple[str, bool], ...], list[Entry]] = {}
        self.dotted = word_set("dotted_name")  # a name where its ya has dots, a preposition where it has none
        self._kinds: dict[int, tuple[frozenset[str], frozenset[str]]] = {}
        self._parses: dict[str, tuple[Parse, ...]] = {}
        self._forms: dict[str, frozenset[tuple[str, bool]]] = {}

    def add(self, phrase: str, entry: Entry) -> None:
        """Takes in one phrase; a word with the article matches only with it, one without matches either way."""
        words = tuple(_piece(w) for w in phrase.split())
        if words:
            found = self.table.setdefault(words, [])
            if entry not in found:
                found.append(entry)

    def close(self) -> None:
        """Orders the phrases once all are in."""
        for words, entries in self.table.items():
            self.by_first.setdefault(words[0][0], []).append((words, tuple(entries)))
        for options in self.by_first.values():
            options.sort(key=lambda o: (-len(o[0]), -o[0][0][1]))

    def parses(self, f: str) -> tuple[Parse, ...]:
        """The cuts of a folded word whose stem starts a known phrase."""
        found = self._parses.get(f)
        if found is None:
            found = tuple(p for p in cuts(f) if self._starts(p))
            if not found and f.endswith("ه"):
                found = tuple(p for p in cuts(f[:-1] + "ة") if self._starts(p))
            if f.endswith("ا") and len(f) > 3:
                found += tuple(p for p in cuts(f[:-1]) if self._starts(p) and not p.det and not p.suffix)
            if len(self._parses) > 200_000:
                self._parses.clear()
            self._parses[f] = found
        return found

    def _starts(self, p: Parse) -> bool:
        if p.suffix:
            return p.stem in self.by_first or p.stem + "+" in self.by_first
        return p.stem in self.by_first

    def forms(self, f: str) -> frozenset[tuple[str, bool]]:
        """What a later word of a phrase may be: (stem, has the article)."""
        found = self._forms.get(f)
        if found is None:
            out = {(f, False)}
            if f.startswith("ال") and len(f) > 3:
                out.add((f[2:], True))
            if f.endswith("ا") and len(f) > 3:
                out.add((f[:-1], False))
            if f.endswith("ه") and len(f) > 3:
                out.add((f[:-1] + "ة", False))
            found = frozenset(out)
            if len(self._forms) > 200_000:
                self._forms.clear()
            self._forms[f] = found
        return found

    def kinds(self, entries: tuple[Entry, ...]) -> tuple[frozenset[str], frozenset[str]]:
        """The kinds of meanings and the closed classes that a phrase's entries name; kept, since phrases recur."""
        found = self._kinds.get(id(entries))
        if found is None:
            classes = frozenset(e.a for e in entries if e.cat == "class")
            found = self._kinds[id(entries)] = (frozenset(e.cat for e in entries), classes)
        return found

    def match(self, line: Line, k: int) -> tuple[int, tuple[Entry, ...], Parse] | None:
        """(end, meanings, cut of the first word) of the longest phrase that starts at word k."""
        best = None
        for p in self.parses(line.f[k]):
            options = self.by_first.get(p.stem, ())
            if p.suffix:
                options = [*options, *self.by_first.get(p.stem + "+", ())]
            for words, entries in options:
                n = len(words)
                if best is not None and (n < best[0] - k or (n == best[0] - k and not _says_little(best[1]))):
                    continue
                if words[0][1] and not p.det:
                    continue
                if p.suffix and not any(e.cat in OWNED for e in entries):
                    continue
                if k + n > line.n or (n > 1 and p.suffix and words[1][1]):
                    continue
                if all(_fits(self.forms(line.f[k + x]), words[x]) for x in range(1, n)):
                    best = (k + n, entries, p)
        return best


def _says_little(entries: tuple[Entry, ...]) -> bool:
    """Whether a phrase only is no place's name (المدنيين), so that another meaning of the same word goes before."""
    return all(e.cat == "common" for e in entries)


def _fits(forms: frozenset[tuple[str, bool]], word: tuple[str, bool]) -> bool:
    return word in forms or (not word[1] and (word[0], True) in forms)


def _piece(word: str) -> tuple[str, bool]:
    f = fold(word)
    if f.startswith("ال") and len(f) > 3:
        return f[2:], True
    return f, False


class Line:
    """One sentence: places, folded words and marks; `marks[k]` is (end, meanings, cut) of the phrase at k, or None."""

    __slots__ = ("cats", "classes", "e", "f", "f0", "lx", "marks", "n", "number", "s", "text")

    def __init__(self, text: str, number: int, words: list[tuple[int, int]], lx: Lexicon):
        self.text, self.number, self.lx = text, number, lx
        self.s = [a for a, _ in words]
        self.e = [b for _, b in words]
        raw = [text[a:b] for a, b in words]
        self.f0 = raw
        self.f = [w.translate(DIGITS) if w[0].isdigit() else fold(w) for w in raw]
        self.n = len(words)
        self.cats = [NONE] * self.n
        self.classes = [NONE] * self.n
        self.marks: list = [None] * self.n
        k = 0
        while k < self.n:
            found = lx.match(self, k) if self.f[k][:1].isalpha() and raw[k] not in lx.dotted else None
            if found is None:
                k += 1
                continue
            self.marks[k] = found
            self.cats[k], self.classes[k] = lx.kinds(found[1])
            k = found[0]

    def entry(self, k: int, cat: str) -> Entry | None:
        """The first meaning of kind `cat` of the phrase that starts at word k."""
        if 0 <= k < self.n and self.marks[k] is not None:
            for e in self.marks[k][1]:
                if e.cat == cat:
                    return e
        return None

    def is_(self, k: int, name: str) -> bool:
        """Whether the phrase at k belongs to the closed class `name`."""
        return 0 <= k < self.n and name in self.classes[k]

    def cut(self, k: int) -> Parse:
        """How word k was cut; an unknown word is its own stem."""
        if self.marks[k] is not None:
            return self.marks[k][2]
        f = self.f[k]
        return Parse("", "", f.startswith("ال"), f, "")

    def end(self, k: int) -> int:
        """Where the phrase at k ends; the next word where none is known."""
        return self.marks[k][0] if self.marks[k] is not None else k + 1

    def has(self, k: int, *cats: str) -> bool:
        """Whether the phrase at k has a meaning of one of the kinds."""
        return 0 <= k < self.n and not self.cats[k].isdisjoint(cats)

    def span(self, i: int, j: int) -> tuple[int, int]:
        """Offsets of words i..j in the text."""
        return self.s[i], self.e[j - 1]

    def said(self, i: int, j: int) -> str:
        """Words i..j as they stand in the text."""
        return self.text[self.s[i] : self.e[j - 1]]


def lines_of(text: str, lx: Lexicon) -> list[Line]:
    """The sentences of a text; a stop, a question mark, an Arabic semicolon or a line's end closes one."""
    out: list[Line] = []
    words: list[tuple[int, int]] = []
    last = None
    for m in WORD.finditer(text):
        w = m.group()
        if w in STOPS or w[0] == "\n":
            touching = (
                last is not None and last.end() == m.start() and len(last.group()) == 1 and last.group().isalpha()
            )
            if w == "." and touching:
                continue
            if words:
                out.append(Line(text, len(out), words, lx))
                words = []
            continue
        last = m
        if w not in MARKED:
            words.append(m.span())
    if words:
        out.append(Line(text, len(out), words, lx))
    return out


def rows(name: str):
    """The rows of one lexicon file of this folder, as dicts by its header."""
    yield from _rows(files("dalil.claims").joinpath("languages", "ar", name))


def _rows(path):
    head = None
    for raw in path.read_text("utf-8").splitlines():
        if not raw.strip() or raw.startswith("#"):
            continue
        cells = raw.split("\t")
        if head is None:
            head = cells
        else:
            yield dict(zip(head, [*cells, *[""] * (len(head) - len(cells))], strict=False))


@lru_cache(maxsize=64)
def word_set(name: str) -> frozenset[str]:
    """The words that one rule asks for, as they are compared; see sets.tsv."""
    return frozenset(w for row in rows("sets.tsv") if row["name"] == name for w in row["forms"].split("|"))


OWNED = frozenset(
    ("people", "kin", "count", "harm", "event", "weapon", "target", "common", "speech", "cue")
)  # take a pronoun
NOUNS = ("people", "count", "event", "weapon", "target", "kin")


def _with_dual(lx: Lexicon, phrase: str, entry: Entry) -> None:
    lx.add(phrase, entry)
    words = phrase.split()
    if len(words) > 2 or entry.cat not in NOUNS or fold(words[-1]).endswith(("ات", "ون", "ين", "اء")):
        return
    for a, *rest in zip(*[_dual(w) for w in words], strict=True):
        made = Entry(entry.cat, entry.a, entry.b, entry.c, "dual", entry.low, entry.high)
        if a.endswith("+"):
            if len(words) == 1:
                lx.table.setdefault(((a, False),), []).append(made)
        else:
            lx.add(" ".join((a, *rest)), made)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The compiled words of Arabic, with the actors of all countries."""
    lx = Lexicon()
    for row in rows("people.tsv"):
        for form in ("sg", "pl"):
            for p in _split(row[form]):
                (_with_dual if form == "sg" else Lexicon.add)(
                    lx, p, Entry("people", row["group"], row["role"], form=form)
                )
    for row in rows("kin.tsv"):
        for p in _split(row["forms"]):
            _with_dual(lx, p, Entry("kin", row["group"], form="sg"))
    for row in rows("counts.tsv"):
        for form in ("sg", "pl"):
            for p in _split(row[form]):
                (_with_dual if form == "sg" else Lexicon.add)(lx, p, Entry("count", row["effect"], form=form))
    for row in rows("harm.tsv"):
        for p in _split(row["forms"]):
            lx.add(p, Entry("harm", row["frame"], row["effect"]))
    for row in rows("numbers.tsv"):
        low, high = (int(row[x]) if row[x] else None for x in ("low", "high"))
        for p in _split(row["form"]):
            lx.add(p, Entry("num", row["kind"], low=low, high=high))
    for row in rows("events.tsv"):
        for p in _split(row["forms"]):
            (_with_dual if row["frame"] == "event" else Lexicon.add)(lx, p, Entry("event", row["type"], row["frame"]))
    for name, cat in (("weapons", "weapon"), ("targets", "target"), ("forces", "actor")):
        for row in rows(f"{name}.tsv"):
            for p in _split(row["forms"]):
                entry = Entry(cat, row["kind"], row.get("type", ""))
                (_with_dual if cat != "actor" else Lexicon.add)(lx, p, entry)
    for row in rows("speech.tsv"):
        for form in ("base", "s", "past", "ing"):
            for p in _split(row[form]):
                lx.add(p, Entry("speech", row["kind"], form=form))
    for name, cat, column in (("cues", "cue", "status"), ("words", "class", "class"), ("idioms", "idiom", ""),
                              ("places", "place", "country"), ("common", "common", "")):  # fmt: skip
        for row in rows(f"{name}.tsv"):
            for p in _split(row["forms"]):
                lx.add(p, Entry(cat, row.get(column, "")))
    _actors(lx)
    lx.close()
    return lx


def _split(cell: str) -> list[str]:
    return [x for x in cell.split("|") if x]


def _actors(lx: Lexicon) -> None:
    """Takes in the shared lists of actors; demonyms and capitals under kinds of their own."""
    root = files("dalil.claims").joinpath("actors")
    for path in sorted((p for p in root.iterdir() if p.name.endswith(".tsv")), key=lambda p: p.name):
        for row in _rows(path):
            cat = {"demonyms.tsv": "demonym", "capitals.tsv": "capital"}.get(path.name, "actor")
            for phrase in _split(row.get("ar", "")):
                lx.add(phrase, Entry(cat, row.get("kind", row.get("state", "")), row["id"], row.get("country", "")))
