"""A report's text with every claim and every value marked where its words stand; nested and crossing quotes alike."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from dalil.records import Claim, Quote, Reading

# Signs for the statuses, so that they are told apart without colour. Each has its own line style in the style sheet.
SIGNS = {
    "reported": "●",
    "attempted": "◐",
    "threatened": "▲",
    "forecast": "▷",
    "denied": "✕",
    "negated": "⊘",
    "hypothetical": "◇",
    "generic": "≈",
    "total": "Σ",
    "background": "↶",
}
BLANK_LINES = re.compile(r"\s*\n[ \t\r]*\n\s*")


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch [start, end) of a text under one anchor: a claim ("c3") or the words of a value ("w120-142")."""

    start: int
    end: int
    anchor: str
    status: str | None = None
    number: int | None = None
    parts: tuple[str, ...] = ()


def words_anchor(quote: Quote) -> str:
    """The anchor of a value's words in its source's page."""
    return f"w{quote.start}-{quote.end}"


def quotes_of(claim: Claim) -> Iterator[tuple[str, Quote]]:
    """Every quote that a claim's values rest on, with the name of the part that it speaks for."""
    single = [
        ("said_by", claim.said_by),
        ("when", claim.when),
        ("where", claim.where),
        ("killed", claim.killed),
        ("injured", claim.injured),
        ("missing", claim.missing),
    ]
    for toll in (claim.killed, claim.injured, claim.missing):
        single += [("group", group) for group in toll.groups] if toll else []
    for part, value in single:
        if value is not None and value.quote is not None:
            yield part, value.quote
    several = [("victim", claim.victims), ("suspect", claim.suspects), ("target", claim.targets)]
    several += [("weapon", claim.weapons), ("footage", (claim.footage,) if claim.footage else ())]
    for part, values in several:
        for value in values:
            for quote in value.quotes:
                yield part, quote


def marks_of(reading: Reading) -> list[Mark]:
    """The marks of all claims and of all words that their values rest on, each stretch of words once."""
    marks = [
        Mark(claim.quote.start, claim.quote.end, f"c{number}", claim.status, number)
        for number, claim in enumerate(reading.claims, 1)
    ]
    parts: dict[Quote, dict[str, None]] = {}
    for claim in reading.claims:
        for part, quote in quotes_of(claim):
            parts.setdefault(quote, {})[part] = None
    marks += [Mark(q.start, q.end, words_anchor(q), parts=tuple(names)) for q, names in parts.items()]
    return marks


def paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of `text` between blank lines, as offsets; what lies between them is white space alone."""
    at = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    for gap in BLANK_LINES.finditer(text, at, max(at, end)):
        yield at, gap.start()
        at = gap.end()
    if at < end:
        yield at, end


def nesting(marks: Iterable[Mark], start: int, end: int) -> Iterator[tuple[str, Mark | tuple[int, int]]]:
    """Steps ("open", mark), ("text", (from, to)), ("close", mark) that cover [start, end) and nest properly.

    A mark that crosses the end of another is closed with it and opened again at once.
    """
    inside = sorted((m for m in marks if m.start < end and m.end > start), key=lambda m: (m.start, -m.end, m.anchor))
    edges = {start, end, *(m.start for m in inside), *(m.end for m in inside)}
    points = sorted(point for point in edges if start <= point <= end)
    waiting, stack = inside[::-1], []
    for at, following in itertools.pairwise(points):
        reopened = []
        while any(m.end <= at for m in stack):
            mark = stack.pop()
            yield "close", mark
            if mark.end > at:
                reopened.append(mark)
        while waiting and waiting[-1].start <= at:
            reopened.append(waiting.pop())
        for mark in sorted(reopened, key=lambda m: (-m.end, m.anchor)):
            stack.append(mark)
            yield "open", mark
        yield "text", (at, following)
    while stack:
        yield "close", stack.pop()


def marked_text(text: str, marks: list[Mark], label: Callable[[Mark], str]) -> list[Markup]:
    """The paragraphs of `text` as safe HTML; without its tags, each is its stretch of the text exactly.

    The first fragment of a mark bears its anchor as id; every fragment names it in `data-mark`. `label` gives the words
    that a screen reader or a pointer is told.
    """
    seen: set[str] = set()
    shown = []
    for start, end in paragraphs(text):
        html: list[str] = []
        for step, what in nesting(marks, start, end):
            if step == "text":
                html.append(str(escape(text[what[0] : what[1]])))
            elif step == "open":
                html.append(opening(what, what.anchor not in seen, label(what)))
                seen.add(what.anchor)
            else:
                html.append("</mark>" if what.status else "</span>")
        shown.append(Markup("".join(html)))
    return shown


def opening(mark: Mark, first: bool, label: str) -> Markup:
    """The opening tag of a fragment; a claim's first one is led by its sign and number, which link to the list."""
    anchor = Markup(' id="{}"').format(mark.anchor) if first else Markup("")
    if mark.status is None:
        return Markup('<span class="words" data-mark="{}"{} title="{}">').format(mark.anchor, anchor, label)
    tag = Markup('<mark class="claim status-{}" data-mark="{}"{}>').format(mark.status, mark.anchor, anchor)
    if not first:
        return tag
    sign = Markup('<a class="sign" href="#claim-{0}" title="{2}" aria-label="{2}" data-sign="{1}{0}"></a>')
    return tag + sign.format(mark.number, SIGNS.get(mark.status, "•"), label)
