"""The words of one language, compiled once from its folder of data files into one table of phrases.

A phrase may mean several things; the reader takes the longest phrase that starts at a word, with all its meanings.
"""

from __future__ import annotations

import csv
import gc
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from dalil.claims.reader.tokens import words_of

SOUGHT = ("cue", "demonym", "speech")  # kinds of meaning that are looked for in whole sentences
HEADS = ("people", "target", "weapon", "actor")  # kinds of meaning that make a head noun, people first
FORMS = ("base", "s", "past", "part", "ing")
# Classes whose words end a run of modifiers.
CLOSED = frozenset(
    [
        "det",
        "poss",
        "indef",
        "defin",
        "prep",
        "by",
        "of",
        "on",
        "with",
        "loc",
        "include",
        "aux",
        "have",
        "do",
        "modal",
        "conj",
        "and",
        "or",
        "sub",
        "rel",
        "pron",
        "pronsg",
        "pronpl",
        "reflex",
        "neg",
        "adv",
        "self",
        "range_open",
        "range_join",
        "footage",
        "aftermath",
        "promo",
        "withothers",
        "begin",
        "carry",
    ]
)
# Classes that open a phrase by themselves, and kinds of meaning that end a run of modifiers.
OPENING = frozenset(["det", "other", "more_after", "pron", "bodyword", "range_open"])
ENDING = frozenset(["verb", "noun", "speech", "idiom", "num"])
ACTING = frozenset(["verb", "speech", "idiom", "num"])  # kinds that no modifier has
PARTED = ("harm", "hit", "abduct", "rescue")  # frames of verbs that may have their object before their particle
GENERAL = "en"  # actors with names in this script are read in every language


@dataclass(frozen=True, slots=True)
class Entry:
    """One meaning of a phrase: `cat` is the kind of lexicon it came from, the rest is that lexicon's columns.

    cat "verb": a = frame, b = type, c = effect, form = which form; "noun": the same, form "sg" or "pl";
    "people": a = group ("" none), b = role, form "sg"/"pl"; "target", "weapon": a = kind, b = event type;
    "actor": a = kind (state, state_force, armed_group, monitor, medium, …), b = the actor's plain name;
    "num": a = kind, low and high; "cue": a = status; "speech": a = kind, form; "class": a = class name; "idiom": none.
    """

    cat: str
    a: str = ""
    b: str = ""
    c: str = ""
    form: str = ""
    low: int | None = None
    high: int | None = None


class Meanings(tuple[Entry, ...]):
    """All meanings of one phrase, in the order of the lexicons; `first` holds the first of each kind."""

    first: dict[str, Entry]
    classes: frozenset[str]
    abbreviated: bool

    def __new__(cls, entries: Iterable[Entry]) -> Meanings:
        made = super().__new__(cls, entries)
        made.first = {}
        for e in made:
            made.first.setdefault(e.cat, e)
        made.classes = frozenset(e.a for e in made if e.cat == "class")
        made.abbreviated = any(e.form == "abbr" for e in made)
        return made

    @cached_property
    def sought(self) -> tuple[str, ...]:
        """The kinds of meaning whose places a sentence keeps."""
        return tuple(cat for cat in SOUGHT if cat in self.first)

    @cached_property
    def head(self) -> Entry | None:
        """The meaning that makes a head noun; None where none does."""
        return next((self.first[cat] for cat in HEADS if cat in self.first), None)

    @cached_property
    def act(self) -> Entry | None:
        """The meaning that tells an act, a verb first."""
        return self.first.get("verb") or self.first.get("noun")

    @cached_property
    def counts(self) -> bool:
        """Whether an amount may start with it."""
        return "num" in self.first or "range_open" in self.classes

    @cached_property
    def opens(self) -> bool:
        """Whether it opens a phrase by itself."""
        return "num" in self.first or not self.classes.isdisjoint(OPENING)

    @cached_property
    def ends(self) -> bool:
        """Whether it ends a run of modifiers, as seen from the words before it."""
        closed = not self.classes.isdisjoint(CLOSED) or not self.first.keys().isdisjoint(ENDING)
        return closed and "link" not in self.classes

    @cached_property
    def modifies(self) -> bool:
        """Whether it may stand before a head noun as a modifier: of no closed class and no known act."""
        if not self.classes.isdisjoint(CLOSED) or not self.first.keys().isdisjoint(ACTING):
            return False
        return all(e.a in ("suspected", "generic", "background") for e in self if e.cat == "cue")


class Lexicon:
    """All phrases of one language: `single` by word, `multi` by first word with the remaining words, longest first."""

    def __init__(self, tag: str, settings: dict):
        self.tag = tag
        self.order = settings.get("order", "subject-first")
        self.prefixes = tuple(sorted(settings.get("prefixes", ()), key=len, reverse=True))
        self.abbreviations = frozenset(settings.get("abbreviations", ()))
        self.ordinary: frozenset[str] = frozenset()  # words that are no names where a text is all capitals
        self.openers = frozenset(settings.get("openers", ()))
        self.single: dict[str, Meanings] = {}
        self.multi: dict[str, list[tuple[tuple[str, ...], Meanings]]] = {}
        self.pairs: dict[tuple[str, str], list[tuple[tuple[str, ...], Meanings]]] = {}  # `multi` by the first two words
        self.hints: dict[str, frozenset[str]] = {}  # words that only weigh
        self.hint_pairs: dict[str, dict[str, frozenset[str]]] = {}  # the same of two words, by the first
        # verbs whose particle may stand behind the object, by their first word, with what stands behind
        self.parted: dict[str, list[tuple[tuple[str, ...], Entry]]] = {}
        self.classes: dict[str, frozenset[str]] = {}
        self.word_classes: dict[str, frozenset[str]] = {}

    def match(self, words: list[str], i: int) -> tuple[int, Meanings] | None:
        """The end and the meanings of the longest phrase that starts at word `i`."""
        first = words[i]
        longer = self.pairs.get((first, words[i + 1]))
        if longer is not None:
            for rest, entries in longer:
                n = len(rest)
                if n == 1 or tuple(words[i + 1 : i + 1 + n]) == rest:
                    return i + 1 + n, entries
        found = self.single.get(first)
        if found is not None:
            return i + 1, found
        return None

    def bare(self, word: str) -> str:
        """`word` without a glued prefix when only the rest is known; the word itself otherwise."""
        for prefix in self.prefixes:
            if word.startswith(prefix) and len(word) > len(prefix) + 1:
                rest = word[len(prefix) :]
                if rest in self.single or rest in self.multi:
                    return rest
        return word


def folder(tag: str) -> Traversable:
    """The data folder of the language `tag`."""
    return files("dalil.claims").joinpath("languages", tag)


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """The tags of every language that has a folder."""
    root = files("dalil.claims").joinpath("languages")
    return tuple(sorted(f.name for f in root.iterdir() if f.is_dir() and f.joinpath("language.toml").is_file()))


def rows(path: Traversable) -> Iterator[dict[str, str]]:
    """The rows of one tab-separated file by its header; lines that start with # are comments."""
    lines = [x for x in path.read_text("utf-8").splitlines() if x.strip() and not x.startswith("#")]
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        yield {k: (v or "").strip() for k, v in row.items() if k}


def entries_of(path: Traversable) -> Iterator[tuple[str, Entry]]:
    """Every (phrase, meaning) of one lexicon file; the file's name says what its columns mean."""
    kind = path.name.removesuffix(".tsv")
    reader = READERS.get(kind)
    if reader is None:
        return
    for row in rows(path):
        yield from reader(row)


def split(cell: str) -> list[str]:
    return [p for p in cell.split("|") if p]


def _verbs(row):
    for form in FORMS:
        for phrase in split(row.get(form, "")):
            yield phrase, Entry("verb", row["frame"], row["type"], row["effect"], form)


def _nouns(row):
    for form in ("sg", "pl"):
        for phrase in split(row.get(form, "")):
            yield phrase, Entry("noun", row["frame"], row["type"], row["effect"], form)


def _people(row):
    for form in ("sg", "pl"):
        for phrase in split(row.get(form, "")):
            yield phrase, Entry("people", row["group"], row["role"], form=form)


def _things(cat):
    def read(row):
        for phrase in split(row["forms"]):
            yield phrase, Entry(cat, row["kind"], row.get("type", ""))

    return read


def _numbers(row):
    low, high = (int(row[k]) if row.get(k) else None for k in ("low", "high"))
    for phrase in split(row["form"]):
        yield phrase, Entry("num", row["kind"], low=low, high=high)


def _cues(row):
    for phrase in split(row["forms"]):
        yield phrase, Entry("cue", row["status"])


def _speech(row):
    for form in ("base", "s", "past", "ing"):
        for phrase in split(row.get(form, "")):
            yield phrase, Entry("speech", row["kind"], form=form)


def _classes(row):
    for phrase in split(row["forms"]):
        yield phrase, Entry("class", row["class"])


def _idioms(row):
    for phrase in split(row["forms"]):
        yield phrase, Entry("idiom")


def _forces(row):
    for phrase in split(row["forms"]):
        yield phrase, Entry("actor", row["kind"], phrase)


def _demonyms(row):
    for phrase in split(row["forms"]):
        yield phrase, Entry("demonym", "state", row["state"], row["state"])


READERS = {
    "verbs": _verbs, "nouns": _nouns, "people": _people, "targets": _things("target"), "weapons": _things("weapon"),
    "numbers": _numbers, "cues": _cues, "speech": _speech, "words": _classes, "idioms": _idioms, "forces": _forces,
    "demonyms": _demonyms,
}  # fmt: skip


def actor_entries(tag: str) -> Iterator[tuple[str, Entry]]:
    """Names of known actors and of nationalities, from the lists that all languages share.

    Entry.c is the id of the state or group at the root, so that "Russia", "Russian" and its air force are one doer.
    """
    root = files("dalil.claims").joinpath("actors")
    if not root.is_dir():
        return
    tables = [list(rows(p)) for p in sorted(root.iterdir(), key=lambda p: p.name) if p.name.endswith(".tsv")]
    parents = {row["id"]: row.get("parent", "") for table in tables for row in table if "kind" in row}
    for table in tables:
        for row in table:
            forms = split(row.get(tag, "")) + split(row.get("abbr", ""))
            name = (split(row.get(GENERAL, "")) or forms or [""])[0]
            for phrase in forms:
                if "kind" in row:
                    form = "abbr" if phrase.isupper() and phrase.isascii() and len(phrase) <= 6 else ""
                    yield phrase, Entry("actor", row["kind"], name, _root(row["id"], parents), form)
                else:
                    yield phrase, Entry("demonym", "state", name, _root(row["state"], parents))


def _root(id: str, parents: dict[str, str]) -> str:
    seen = {id}
    while parents.get(id) and parents[id] not in seen:
        id = parents[id]
        seen.add(id)
    return id


@lru_cache(maxsize=8)
def lexicon(tag: str) -> Lexicon:
    """The compiled words of language `tag`, read once from its folder."""
    home = folder(tag)
    made = Lexicon(tag, tomllib.loads(home.joinpath("language.toml").read_text("utf-8")))
    table: dict[tuple[str, ...], list[Entry]] = {}
    for phrase, entry in actor_entries(tag):
        _add(table, phrase, entry)
    for path in sorted(home.iterdir(), key=lambda p: p.name):
        if path.name.endswith(".tsv"):
            for phrase, entry in entries_of(path):
                _add(table, phrase, entry)
    hints: dict[str, set[str]] = {}
    if (weighing := home.joinpath("hints.tsv")).is_file():
        for row in rows(weighing):
            for phrase in split(row["forms"]):
                hints.setdefault(" ".join(words_of(phrase)), set()).add(row["hint"])
    for phrase, kinds in hints.items():
        first, _, second = phrase.partition(" ")
        if second:
            made.hint_pairs.setdefault(first, {})[second] = frozenset(kinds)
        else:
            made.hints[first] = frozenset(kinds)
    learned = home.joinpath("ordinary.txt")
    if learned.is_file():
        made.ordinary = frozenset(x for x in learned.read_text("utf-8").split("\n") if x and not x.startswith("#"))
    classes: dict[str, set[str]] = {}
    for words, found in table.items():
        entries = Meanings(found)
        if len(words) == 1:
            made.single[words[0]] = entries
            for e in entries:
                if e.cat == "class":
                    classes.setdefault(e.a, set()).add(words[0])
        else:
            made.multi.setdefault(words[0], []).append((words[1:], entries))
    for options in made.multi.values():
        options.sort(key=lambda o: -len(o[0]))
    for first, options in made.multi.items():
        for option in options:
            made.pairs.setdefault((first, option[0][0]), []).append(option)
    for first, options in made.multi.items():
        for rest, found in options:
            verb = next((e for e in found if e.cat == "verb" and e.a in PARTED), None)
            if verb is not None:
                made.parted.setdefault(first, []).append((rest, verb))
    made.classes = {k: frozenset(v) for k, v in classes.items()}
    made.word_classes = {word: entries.classes for word, entries in made.single.items()}
    gc.collect()
    gc.freeze()  # the tables live as long as the program: walking them again took a tenth of the reading
    return made


def _add(table: dict, phrase: str, entry: Entry) -> None:
    words = tuple(words_of(phrase))
    if words and entry not in table.setdefault(words, []):
        table[words].append(entry)
