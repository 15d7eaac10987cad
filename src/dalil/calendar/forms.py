"""The forms of a language, compiled from its data file into regular expressions over word classes."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from dalil.calendar.words import Words, load_words

_OPENING = re.compile(r"(?:([a-z][a-z0-9_]*):)?([A-Z][A-Z0-9]*|\()")
_LABEL = re.compile(r"\(\?P<\w+>")
_NAMED = re.compile(r"(?:([a-z][a-z0-9_]*):)?([A-Z][A-Z0-9]*)")


@dataclass(frozen=True, slots=True)
class Form:
    """One form: what it looks like and the rule that reads it."""

    action: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Grammar:
    """All forms of one language, keyed by the class characters with which they can begin.

    `trigger` matches wherever any form does, which is cheaper to ask than each form at each place.
    """

    lang: str
    words: Words
    starts: dict[str, tuple[Form, ...]]
    trigger: re.Pattern[str]
    ends: str
    dot: str
    left: re.Pattern[str]
    right: re.Pattern[str]
    context: dict[str, str]


def expand(form: str, macros: dict[str, str]) -> str:
    """The form with every macro written out, its label kept on the outside."""
    for _ in range(3):
        form = _NAMED.sub(lambda m: _written_out(m, macros), form)
    return form


def _written_out(match: re.Match, macros: dict[str, str]) -> str:
    label, name = match.groups()
    if name not in macros:
        return match.group()
    return (f"{label}:" if label else "") + macros[name]


def compiled(form: str, macros: dict[str, str], words: Words, tail: str = "") -> re.Pattern[str]:
    """The regular expression over class characters that a form stands for; labels become named groups."""

    def atom(match: re.Match) -> str:
        label, name = match.groups()
        char = "" if name == "(" else words.char(name)
        if label:
            return f"(?P<{label}>{char}" + (")" if char else "")
        return char or "(?:"

    return re.compile(_OPENING.sub(atom, expand(form, macros)).replace(" ", "") + tail)


def first_classes(form: str) -> set[str]:
    """The classes with which a match of a written-out form can begin."""
    return _first_of_any(re.findall(r"[A-Z][A-Z0-9]*|[()|?*+]", form), 0)[0]


def _first_of_any(atoms: list[str], at: int) -> tuple[set[str], bool, int]:
    """(first classes, may be empty, where it ended) of the alternatives from `at` up to a closing bracket."""
    out, may_be_empty = set(), False
    while True:
        classes, empty, at = _first_of_row(atoms, at)
        out |= classes
        may_be_empty |= empty
        if at >= len(atoms) or atoms[at] == ")":
            return out, may_be_empty, at
        at += 1


def _first_of_row(atoms: list[str], at: int) -> tuple[set[str], bool, int]:
    out, open_still = set(), True
    while at < len(atoms) and atoms[at] not in ")|":
        if atoms[at] == "(":
            classes, empty, at = _first_of_any(atoms, at + 1)
        else:
            classes, empty = {atoms[at]}, False
        at += 1
        if at < len(atoms) and atoms[at] in "?*+":
            empty |= atoms[at] != "+"
            at += 1
        if open_still:
            out |= classes
            open_still = empty
    return out, open_still, at


@cache
def load_grammar(lang: str) -> Grammar:
    """The forms of one language, compiled once."""
    words = load_words(lang)
    file = resources.files("dalil.calendar") / "languages" / f"{lang}.forms.toml"
    data = tomllib.loads(file.read_text("utf-8"))
    macros = data["macros"]
    starts: dict[str, list[Form]] = {}
    unlabelled: list[str] = []
    for row in data["form"]:
        form = Form(row["action"], compiled(row["form"], macros, words))
        unlabelled.append(_LABEL.sub("(?:", form.pattern.pattern))
        for name in first_classes(expand(row["form"], macros)):
            starts.setdefault(words.char(name), []).append(form)
    context = {
        name: "".join(words.char(c) for c in value.split())
        for name, value in data["context"].items()
        if name not in ("future_prefix", "noun_ends")
    }
    words.triggers = context["heart"]
    words.future_prefix = tuple(data["context"].get("future_prefix", "").split())
    words.noun_ends = tuple(data["context"].get("noun_ends", "").split())
    adjunct = data["adjunct"]
    return Grammar(
        lang,
        words,
        {char: tuple(forms) for char, forms in starts.items()},
        re.compile(f"(?=[{''.join(sorted(starts))}])(?:{'|'.join(unlabelled)})"),
        words.group(("NEWLINE", "STOP", "DOT")),
        words.char("DOT"),
        compiled(adjunct["left"], macros, words, r"\Z"),
        compiled(adjunct["right"], macros, words),
        context,
    )
