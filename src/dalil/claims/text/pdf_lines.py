"""The lines of a pdf page in reading order, from the places of its glyphs.

Pdf stores where glyphs are printed, not how they are read, and pdf libraries guess: measured on files of eight
producers, PDFium turns the letters of half the Arabic words of a Chromium pdf round, and Poppler moves numbers to
the wrong side of their blanks (docs/decisions/0002-pdf-text.md). So lines with Arabic are read here from the glyphs'
places alone; other lines are taken as PDFium gives them.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import pairwise

from dalil.claims.text.visual_order import (
    bracket_vote,
    is_right_to_left,
    looks_reversed,
    mirror_brackets,
    reading_order,
    word_order,
)

ARABIC = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_ARABIC_WORD = re.compile("[\u0621-\u064a]{3,}")
# In parts of the font size. A blank is at least a fifth of it in the fonts that were tried (DejaVu, Noto, Liberation).
BLANK_GAP = 0.18
MARK_GAP = (
    0.5  # to the right of a mark to which the file gives the text of its letter too: the letter itself is as wide
)
SAME_LINE = 0.45
NEW_PARAGRAPH = 1.6  # of the usual distance between lines


@dataclass(frozen=True, slots=True)
class Glyph:
    """Characters printed at one place: usually one, two for a ligature."""

    text: str
    x: float
    y: float
    left: float
    right: float
    size: float


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: its text in reading order, its baseline, its font size."""

    text: str
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of one page: newlines between lines, a blank line between paragraphs; `plain_order` is PDFium's."""

    text: str
    plain_order: str
    unmapped: int
    reversed_words: bool


def read_page(text_page: object) -> PageText:
    """The text of one pypdfium2 text page; `plain_order` is the same page as PDFium itself orders it."""
    given = text_page.get_text_range()
    if not ARABIC.search(given):
        return PageText(_tidy(_plain_paragraphs(text_page, given)), given, _unmapped(text_page), False)
    printed = [(units, row) for row in _rows(_glyphs(text_page)) if (units := _units(row))]
    page_direction = is_right_to_left([unit for units, _ in printed for unit in units])
    directed = [(units, is_right_to_left(units, page=page_direction), row) for units, row in printed]
    lines = [(reading_order(units, right_to_left=turn), row) for units, turn, row in directed]
    backwards = looks_reversed([word for text, _ in lines for word in _ARABIC_WORD.findall(text)])
    if backwards:
        lines = [(word_order(units, right_to_left=turn), row) for units, turn, row in directed]
    if sum(bracket_vote(text) for text, _ in lines if ARABIC.search(text)) < 0:
        lines = [(mirror_brackets(text) if ARABIC.search(text) else text, row) for text, row in lines]
    text = _paragraphs([Line(text, row[0].y, _size(row)) for text, row in lines])
    return PageText(_tidy(text), given, _unmapped(text_page), backwards)


# ---------------------------------------------------------------- glyphs


def _glyphs(text_page: object) -> list[Glyph]:
    """Every printed glyph of the page with its place, in the order of the file; ligatures are one glyph."""
    import pypdfium2.raw as pdfium

    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    x, y = ctypes.c_double(), ctypes.c_double()
    box = pdfium.FS_RECTF()
    glyphs: list[Glyph] = []
    for index in range(pdfium.FPDFText_CountChars(text_page)):
        char = chr(pdfium.FPDFText_GetUnicode(text_page, index) or 0xFFFD)
        if char in "\r\n\0" or pdfium.FPDFText_IsGenerated(text_page, index) == 1:
            continue
        pdfium.FPDFText_GetCharOrigin(text_page, index, x, y)
        if pdfium.FPDFText_GetLooseCharBox(text_page, index, box):
            edges = box.left, box.right
        else:
            pdfium.FPDFText_GetCharBox(text_page, index, left, right, bottom, top)
            edges = left.value, right.value
        if char.isspace() and edges[0] == edges[1]:
            continue  # a blank that PDFium made up stands at the wrong end of a word that it read backwards
        size = max(pdfium.FPDFText_GetFontSize(text_page, index), 1.0)
        glyphs.append(Glyph(char, x.value, y.value, min(edges), max(edges), size))
    return _clusters(glyphs)


def _clusters(glyphs: list[Glyph]) -> list[Glyph]:
    """Characters of one ligature joined in reading order; what stands twice at one place is taken once."""
    seen: set[tuple[str, int, int]] = set()
    places: dict[tuple[float, float], Glyph] = {}
    for glyph in glyphs:
        about = (glyph.text, round(glyph.x * 5), round(glyph.y * 5))
        if about in seen:
            continue
        seen.add(about)
        place = (glyph.x, glyph.y)
        same = places.get(place)
        if same is None or glyph.text.isspace() or same.text.isspace():
            places.setdefault(place, glyph)
            continue
        joined = _ligature(same.text, glyph.text)
        places[place] = replace(same, text=joined, left=min(same.left, glyph.left), right=max(same.right, glyph.right))
    out = list(places.values())
    doubled = [glyph for glyph in out if len(glyph.text) > 1 and any(map(unicodedata.combining, glyph.text))]
    return [glyph for glyph in out if not (glyph in doubled and _repeats(glyph, doubled))]


def _repeats(glyph: Glyph, others: list[Glyph]) -> bool:
    """Typst gives a letter and its mark both the text of the two; the mark, which stands higher, says nothing new."""
    return any(
        set(glyph.text) == set(other.text) and abs(glyph.x - other.x) < 0.6 * glyph.size and glyph.y > other.y + 0.01
        for other in others
        if abs(glyph.y - other.y) < glyph.size
    )


def _ligature(first: str, second: str) -> str:
    """One glyph's letters in reading order: PDFium gives Arabic ones last first; marks follow; lam precedes alef."""
    if unicodedata.combining(first[0]):
        joined = second + first
    elif unicodedata.combining(second) or not ARABIC.match(second):
        joined = first + second
    else:
        joined = second + first
    return re.sub("^([اأإآ])ل", r"ل\1", joined)


# ---------------------------------------------------------------- rows


def _rows(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Glyphs that follow each other in the file on one baseline, so that columns stay apart; left to right each."""
    rows: list[list[Glyph]] = []
    for glyph in glyphs:
        if glyph.text.isspace() and not rows:
            continue
        if rows and _same_row(rows[-1], glyph):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    rows = [row for row in rows if any(not glyph.text.isspace() for glyph in row)]
    return [sorted(row, key=lambda glyph: (glyph.left + glyph.right) / 2) for row in _rejoined(rows)]


def _rejoined(rows: list[list[Glyph]]) -> list[list[Glyph]]:
    """Pieces of one printed line joined: the sides of a number, or a word that the file holds apart from its line."""
    while True:
        out: list[list[Glyph]] = []
        for row in rows:
            home = next((at for at in range(len(out) - 1, max(len(out) - 4, -1), -1) if _belongs(row, out[at])), None)
            if home is None:
                out.append(row)
            else:
                out[home] = out[home] + row
        if len(out) == len(rows):
            return out
        rows = out


def _belongs(row: list[Glyph], line: list[Glyph]) -> bool:
    """Whether `row` stands on the baseline of `line`, beside it or in a hole of it."""
    size = _size(row)
    if abs(_baseline(line) - _baseline(row)) > SAME_LINE * size:
        return False
    (left, right), (line_left, line_right) = _span(row), _span(line)
    if max(left - line_right, line_left - right) >= 2 * size:
        return False
    return not any(_covers(one, other) for one in row for other in line)


def _covers(one: Glyph, other: Glyph) -> bool:
    """Whether two letters are printed over each other: then they are of different lines or columns."""
    if one.text.isspace() or other.text.isspace() or any(map(unicodedata.combining, one.text + other.text)):
        return False
    shared = min(one.right, other.right) - max(one.left, other.left)
    return shared > 0.5 * min(one.right - one.left, other.right - other.left)


def _baseline(row: list[Glyph]) -> float:
    """The baseline of most of the row: marks stand above it."""
    heights = sorted(glyph.y for glyph in row)
    return heights[len(heights) // 2]


def _span(row: list[Glyph]) -> tuple[float, float]:
    return min(glyph.left for glyph in row), max(glyph.right for glyph in row)


def _same_row(row: list[Glyph], glyph: Glyph) -> bool:
    near = row[-1]
    reach = max(near.size, glyph.size)
    if abs(row[0].y - glyph.y) > SAME_LINE * reach and not unicodedata.combining(glyph.text[0]):
        return False
    edge_left = min(other.left for other in row[-8:])
    edge_right = max(other.right for other in row[-8:])
    gap = max(edge_left - glyph.right, glyph.left - edge_right)
    return gap < 3 * reach or gap < max(other.right for other in row) - min(other.left for other in row)


def _units(row: list[Glyph]) -> list[str]:
    """The row's letters left to right, each with its marks, and blanks where the gap is wide enough to be one."""
    letters = [glyph for glyph in row if not glyph.text.isspace() and not unicodedata.combining(glyph.text[0])]
    if not letters:
        return []
    marks = dict.fromkeys(range(len(letters)), "")
    for mark in (glyph for glyph in row if unicodedata.combining(glyph.text[0])):
        middle = (mark.left + mark.right) / 2
        nearest = min(range(len(letters)), key=lambda i: abs((letters[i].left + letters[i].right) / 2 - middle))
        marks[nearest] += mark.text
    blanks = [(glyph.left + glyph.right) / 2 for glyph in row if glyph.text.isspace()]
    units: list[str] = []
    for index, glyph in enumerate(letters):
        if index and _blank_between(letters[index - 1], glyph, blanks):
            units.append(" ")
        units.append(_letters(glyph.text) + marks[index])
    return units


def _blank_between(left: Glyph, right: Glyph, blanks: list[float]) -> bool:
    gap = right.left - left.right
    size = max(left.size, right.size)
    narrow = len(left.text) > 1 and any(map(unicodedata.combining, left.text))
    if gap > (MARK_GAP if narrow else BLANK_GAP) * size:
        return True
    middle_left, middle_right = (left.left + left.right) / 2, (right.left + right.right) / 2
    return any(middle_left < blank < middle_right for blank in blanks) and gap > -0.2 * size


def _letters(text: str) -> str:
    """Presentation forms as the letters they show; a lone mark loses the blank that Unicode puts under it."""
    if not any("\ufb1d" <= char <= "\ufefc" for char in text):
        return text
    plain = unicodedata.normalize("NFKC", text)
    return plain.strip() or plain


def _size(row: list[Glyph]) -> float:
    return max(glyph.size for glyph in row)


# ---------------------------------------------------------------- paragraphs


def _paragraphs(lines: list[Line]) -> str:
    """Lines joined; a blank line where the distance is clearly wider than between most lines of the page."""
    drops = sorted(a.y - b.y for a, b in pairwise(lines) if 0 < a.y - b.y < 4 * a.size)
    usual = drops[len(drops) // 4] if drops else 0.0
    out: list[str] = []
    for number, line in enumerate(lines):
        if number:
            drop = lines[number - 1].y - line.y
            same = (
                0 < drop <= NEW_PARAGRAPH * max(usual, 0.9 * line.size) and abs(lines[number - 1].size - line.size) < 1
            )
            out.append("\n" if same else "\n\n")
        out.append(line.text.strip())
    return "".join(out)


def _plain_paragraphs(text_page: object, given: str) -> str:
    """PDFium's own lines, with blank lines between paragraphs by their baselines."""
    import pypdfium2.raw as pdfium

    x, y = ctypes.c_double(), ctypes.c_double()
    lines: list[Line] = []
    at = 0
    for raw in re.split("(\r\n|\r|\n)", given):
        if raw.strip():
            first = at + len(raw) - len(raw.lstrip())
            pdfium.FPDFText_GetCharOrigin(text_page, first, x, y)
            lines.append(Line(raw, y.value, max(pdfium.FPDFText_GetFontSize(text_page, first), 1.0)))
        at += len(raw)
    return _paragraphs(lines)


def _tidy(text: str) -> str:
    """Words that a line's end had parted are joined again; blanks are single; no control characters."""
    text = re.sub("[\x02\ufffe\u00ad]\\s*\n?", "", text)
    text = "".join(char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cf"))
    return re.sub("[ \t\u00a0]+", " ", text)


def _unmapped(text_page: object) -> int:
    """How many characters the file draws without saying which they are."""
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFText_CountChars(text_page)
    return sum(pdfium.FPDFText_HasUnicodeMapError(text_page, index) == 1 for index in range(count))
