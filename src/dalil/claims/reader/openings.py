"""At which words of a sentence a phrase can open, so that the others need no closer look: most words open none."""

from __future__ import annotations

from dalil.claims.reader.marking import Line

SEPARATING = frozenset(",;:()-–—")


def openings(line: Line) -> list[bool]:
    """For each word whether a phrase may open there; never False where `phrase_at` finds one.

    A word without capital, figure or meaning of its own can only be a modifier, so it opens a phrase only where a head
    noun or an age follows before a word that no modifier is. One pass from the right keeps whether one does.
    """
    out = [True] * line.n
    if line.shout:
        return out
    words, capitals, marks = line.w, line.cap, line.marks
    leads = False
    for k in range(line.n - 1, -1, -1):
        m = marks[k]
        if m is None:
            word = words[k]
            if word.isalpha():
                out[k] = leads or bool(capitals[k])
            else:  # a figure, an age, a pair such as thirty-one; else a sign
                leads = word[0].isalnum() or (leads and word not in SEPARATING)
        elif m[1].head is not None:
            leads = True
        elif not capitals[k]:
            out[k] = m[1].opens or not m[1].ends
            leads = leads and not m[1].ends
    return out
