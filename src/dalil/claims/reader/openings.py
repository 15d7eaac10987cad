"""At which words of a sentence a phrase can open, so that the others need no closer look: most words open none."""

from __future__ import annotations

from dalil.claims.reader.lexicon import Meanings
from dalil.claims.reader.marking import Line

HEADS = ("people", "target", "weapon", "actor")
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


def openings(line: Line) -> list[bool]:
    """For each word whether a phrase may open there; never False where `phrase_at` finds one.

    A word without capital, figure or meaning of its own can only be a modifier, so it opens a phrase only where a head
    noun or an age follows before a word that no modifier is. One pass from the right keeps whether one does.
    """
    out = [True] * line.n
    if line.shout:
        return out
    leads = False
    for k in range(line.n - 1, -1, -1):
        m = line.marks[k]
        if m is not None:
            out[k], leads = _known(m[1], bool(line.cap[k]), leads)
        elif line.w[k].isalpha():
            out[k] = leads or bool(line.cap[k])
        else:
            out[k], leads = _unknown(line, k, leads)
    return out


def _unknown(line: Line, k: int, leads: bool) -> tuple[bool, bool]:
    """Whether figures or signs that no lexicon knows may open a phrase, and whether what is left may lead to a head."""
    word = line.w[k]
    if word[0].isalnum():
        return True, True  # a figure, an age, a pair such as thirty-one
    return True, leads and word not in (",", ";", ":", "(", ")", "-", "–", "—")


def _known(found: Meanings, capital: bool, leads: bool) -> tuple[bool, bool]:
    """The same of a word with meanings of its own."""
    kinds, classes = found.first.keys(), found.classes
    if not kinds.isdisjoint(HEADS):
        return True, True
    if capital:
        return True, leads
    ends = "link" not in classes and not (classes.isdisjoint(CLOSED) and kinds.isdisjoint(ENDING))
    if "num" in kinds or not classes.isdisjoint(OPENING):
        return True, leads and not ends
    return not ends, leads and not ends
