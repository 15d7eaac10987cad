"""Disclosures of many lines checked without reading each: lines of one shape follow one pattern, found by a line that
was read.

A line's shape is the names of its fields in their order, and of what kinds their values are: strings, numbers, the same
keys in the same places. What matches the pattern of a line in canonical form is itself in canonical form, complete, and
names no field twice. What matches none is no worse for it: it is read.
"""

from __future__ import annotations

import re
from binascii import Error, a2b_base64
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from dalil.archive.lines import FIELDS, canonical, check_value

FROM_URL_SAFE = bytes.maketrans(b"-_", b"+/")
# Filled up to whole groups of four and one group more, each disclosure is followed by three to five zero bytes when all
# are decoded as one, and none can run into the next. No JSON holds a zero byte. A length of 4n + 1 is no base64: what
# it is filled with matches no pattern.
FILL = (b"AAAA", b"///AAAA", b"AAAAAA", b"AAAAA")
AFTER = rb"\0{3,5}+"
SALT = rb'"[A-Za-z0-9_-]{22}"'  # spelt out, it is looked up in a table, which [\w-] is not
TEXT = rb'"[^"\\\0-\x1f]*+(?:\\["\\bfnrt][^"\\\0-\x1f]*+)*+"'
NUMBER = rb"(?:0|-?[1-9]\d{0,14})"
WORD = rb"(?:null|true|false)"

Named = Sequence[tuple[str, object]]


class Disclosures:
    """The disclosures of many lines, decoded as one; `decoded` is False where they are no base64 of UTF-8."""

    def __init__(self, parts: Sequence[bytes]):
        filled = [part + FILL[len(part) & 3] for part in parts]
        self._ends = [0, *accumulate(map(len, filled))]  # in characters of base64: four for three bytes
        try:
            self._data = a2b_base64(b"".join(filled).translate(FROM_URL_SAFE))
            self._data.decode()
            self.decoded = True
        except (Error, UnicodeDecodeError):
            self.decoded = False
        self._parts = parts

    def matched(self, pattern: re.Pattern[bytes], first: int) -> int:
        """How many disclosures from number `first` on are as the pattern says, one item each."""
        start = self._ends[first] // 4 * 3
        found = pattern.match(self._data, start)
        end = found.end() // 3 * 4 if found else 0
        last = bisect_left(self._ends, end)
        if not found or last <= first or self._ends[last] != end or found.end() % 3:
            return 0
        # As many zero bytes as were filled in: none of them is a disclosure's own.
        own = sum(map(len, self._parts[first:last]))
        zeros = end - self._ends[first] - own - (last - first)
        return last - first if self._data.count(b"\0", start, found.end()) == zeros else 0


def pattern(fields: Named) -> re.Pattern[bytes]:
    """What any number of lines of the shape of this one look like, decoded by `Disclosures`.

    ValueError if a value is none that the log holds.
    """
    for _, value in fields:
        check_value(value)
    names = sorted(name for name, _ in fields if name != FIELDS)
    listed = re.escape(canonical(names).encode())
    items = [
        rb"\[%b,%b,%b\]%b" % (SALT, f'"{name}"'.encode(), listed if name == FIELDS else _kind(value), AFTER)
        for name, value in fields
    ]
    return _compiled(rb"(?:%b)++" % b"".join(items))


@lru_cache(200)
def _compiled(text: bytes) -> re.Pattern[bytes]:
    return re.compile(text)


def _kind(value: object) -> bytes:
    """The pattern of values of that kind, in canonical form."""
    if isinstance(value, str):
        return TEXT
    if value is None or isinstance(value, bool):
        return WORD
    if isinstance(value, int):
        return NUMBER
    if isinstance(value, dict):
        return rb"\{%b\}" % b",".join(
            re.escape(canonical(key).encode()) + b":" + _kind(value[key]) for key in sorted(value)
        )
    return rb"\[%b\]" % b",".join(map(_kind, value))
