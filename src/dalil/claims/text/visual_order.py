"""Arabic lines as printed, left to right, turned back into the order in which they are read and stored.

The inverse of the Unicode Bidirectional Algorithm (UAX #9) for one line, as far as printed glyphs allow:
in a right-to-left line everything is read from the right, except words in Latin letters and numbers.
A number keeps its inner ". , : /" (common separators, rule W4); a hyphen between numbers after Arabic letters does not
bind (W2, W4), so "20-25" is printed "25-20" there and must be read back from the right. Digits never change order.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_OPEN = "([{«"
_CLOSE = ")]}»"
_MIRROR = str.maketrans("([{«)]}»", ")]}»([{«")
_STOPS = ".,،؛:"
_COMMON_SEPARATORS = ".,:/\u066b\u066c"


def kind(unit: str) -> str:
    """R for right-to-left letters, L for left-to-right letters, D for digits of any script, N for all else."""
    for char in unit:
        bidi = unicodedata.bidirectional(char)
        if bidi in ("R", "AL"):
            return "R"
        if bidi == "L":
            return "L"
        if bidi in ("EN", "AN") and unicodedata.category(char) == "Nd":
            return "D"
    return "N"


def is_right_to_left(units: Sequence[str], *, page: bool = False) -> bool:
    """Whether the line belongs to right-to-left text; on a `page` of such text a third as many letters are enough."""
    kinds = [kind(unit) for unit in units]
    # ".Airwars": a line whose full stop stands at its left
    printed = [unit for unit in units if not unit.isspace()]
    stop_first = len(printed) > 1 and printed[0] in _STOPS and printed[-1] not in _STOPS
    if "R" not in kinds:
        return stop_first and ("L" in kinds or "D" in kinds)
    if page:
        return stop_first or 3 * kinds.count("R") >= kinds.count("L")
    return kinds.count("R") > kinds.count("L")


def reading_order(units: Sequence[str], *, right_to_left: bool) -> str:
    """The printed `units` (glyphs left to right) as text in reading order."""
    if not right_to_left:
        return "".join(_with_embedded(units))
    runs = _left_to_right_runs(units)
    out: list[str] = []
    at = len(units)
    for start, end in reversed(runs):
        out += reversed(units[end:at])
        out += units[start:end]
        at = start
    out += reversed(units[:at])
    return "".join(out)


def word_order(units: Sequence[str], *, right_to_left: bool) -> str:
    """As `reading_order` where the letters of every word are stored from left to right (some OCR software)."""
    words = "".join(units).split(" ")
    if not right_to_left:
        return " ".join(words)
    out: list[str] = []
    latin: list[str] = []
    for word in reversed(words):
        if "L" in map(kind, word):
            latin.insert(0, word)
            continue
        out += [*latin, word]
        latin = []
    return " ".join(out + latin)


def _with_embedded(units: Sequence[str]) -> list[str]:
    """A left-to-right line: each stretch of right-to-left words in it is turned."""
    kinds = [kind(unit) for unit in units]
    out: list[str] = []
    at = 0
    while at < len(units):
        if kinds[at] != "R":
            out.append(units[at])
            at += 1
            continue
        end = last = at
        while end < len(units) and kinds[end] != "L":
            if kinds[end] == "R":
                last = end + 1
            end += 1
        out.append(reading_order(units[at:last], right_to_left=True))
        at = last
    return out


def _left_to_right_runs(units: Sequence[str]) -> list[tuple[int, int]]:
    """Where, in a right-to-left line, Latin words and numbers stand: stretches that keep their printed order."""
    kinds = [kind(unit) for unit in units]
    runs = []
    at = 0
    while at < len(units):
        if kinds[at] not in "LD":
            at += 1
            continue
        end = at + 1
        while end < len(units) and kinds[end] != "R":
            end += 1
        while kinds[end - 1] == "N":
            end -= 1
        if "L" in kinds[at:end]:
            runs.append((at, end))
        else:
            runs += _numbers(units, kinds, at, end)
        at = end
    return runs


def _numbers(units: Sequence[str], kinds: list[str], start: int, end: int) -> list[tuple[int, int]]:
    """The numbers in a stretch without letters; a common separator between two digits binds them."""
    runs = []
    at = start
    while at < end:
        if kinds[at] != "D":
            at += 1
            continue
        stop = at + 1
        while stop < end and (
            kinds[stop] == "D" or (stop + 1 < end and units[stop] in _COMMON_SEPARATORS and kinds[stop + 1] == "D")
        ):
            stop += 1
        runs.append((at, stop))
        at = stop
    return runs


def bracket_vote(line: str) -> int:
    """Above 0 where the brackets of `line` open and close as they should, below 0 where they are mirrored."""
    votes = 0
    for at, char in enumerate(line):
        before = line[at - 1] if at else " "
        after = line[at + 1] if at + 1 < len(line) else " "
        if char in _OPEN:
            votes += _sign(before.isspace(), after.isspace())
        elif char in _CLOSE:
            votes += _sign(after.isspace() or after in ".،,؛", before.isspace())
    return votes


def _sign(right: bool, wrong: bool) -> int:
    return int(right) - int(wrong)


def mirror_brackets(line: str) -> str:
    """`line` with every bracket turned: some producers store the printed shape, some the meaning."""
    return line.translate(_MIRROR)


def looks_reversed(words: Sequence[str]) -> bool:
    """Whether Arabic `words` are spelt backwards: ta marbuta starts words, the article "ال" ends them."""
    forward = sum(word.endswith(("ة", "ى")) + word.startswith("ال") for word in words)
    backward = sum(word.startswith(("ة", "ى")) + word.endswith("لا") for word in words)
    return backward > forward
