"""Log lines by the thousand, with every check that lines.py makes; what is not of the usual form is left to lines.py,
which is slower and can say what is wrong with it.

Lines and values are taken together, so that the work is done by few long calls and not by many short ones. Values that
nobody asks for are not even read where they follow the pattern of a line that was: see shapes.py.
"""

from __future__ import annotations

import re
import string
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Container, Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import accumulate, chain, compress, count, islice, repeat
from operator import attrgetter, ge
from typing import Any, NamedTuple

import msgspec

from dalil.archive import shapes
from dalil.archive.lines import (
    ACTS,
    DIGEST_CHARS,
    FIELDS,
    MAX_DIGESTS,
    NAME,
    PAD_TO,
    URL_SAFE,
    Malformed,
    check_value,
    read_moment,
)  # fmt: skip

# What stands between the quotes is looked at afterwards, for all lines at once.
LINE = re.compile(
    rb'^\{"act":"([^"]+)","at":"([^"]+)","sd":\["([^\]]+)"\],"sd_alg":"sha-256","seq":(0|[1-9]\d{0,15}),"v":1\}$', re.M
)
ALPHABET = (string.ascii_letters + string.digits + "-_").encode()
JOINED = ALPHABET + b"~"
CHUNK = DIGEST_CHARS + 1  # a digest and one zero byte are 33 bytes, which base64 writes as 44 characters
APART = DIGEST_CHARS + 3  # a digest in a line and what parts it from the next
SMALLER = 50  # lines that are tried together where more of them hold one of an unusual form
SHAPES = 16  # patterns that are tried; what more shapes there are among some hundred lines is read


class Item(msgspec.Struct, array_like=True, forbid_unknown_fields=True, gc=False):
    """A disclosure: two to three times as quickly read as a tuple or a list."""

    salt: str
    name: str
    value: Any


_decode = msgspec.json.Decoder(list[Item]).decode
_encode = msgspec.json.Encoder(order="deterministic").encode
_acts = {act.encode(): act for act in ACTS}
_name = attrgetter("name")

Row = tuple[int, object, object]


class Read(NamedTuple):
    """A line that is as it should be: its time as written, its act, and the values that stand beside it.

    `complete`: every value that its list of fields names stands there, and no other. Lines whose values are not given
    share one `Read`, so nobody may change its `fields`.
    """

    at: str
    act: str
    fields: dict[str, object]
    disclosures: int
    complete: bool


def read(rows: Sequence[Row], acts: Container[str] = ACTS) -> list[Read | None]:
    """For each (seq, line, disclosures joined by "~") what it holds; None for what lines.py must look at.

    The values of complete lines of other `acts` are checked but not given.
    """
    together = _together(rows, acts)
    if together is not None:
        return together
    if len(rows) == 1:
        return [None]
    size = SMALLER if len(rows) > SMALLER else 1
    return [one for i in range(0, len(rows), size) for one in read(rows[i : i + size], acts)]


def _together(rows: Sequence[Row], acts: Container[str]) -> list[Read | None] | None:
    """All of them, or None if any is not of the usual form."""
    seqs, stored, beside = zip(*rows, strict=True)
    try:
        found = LINE.findall(text := b"\n".join(stored))
        whole = "~".join(filter(None, beside)).encode("ascii")
    except (TypeError, UnicodeEncodeError):  # SQLite stores any type
        return None
    if len(found) != len(rows) or text.count(b"\n") != len(rows) - 1 or whole.translate(None, JOINED):
        return None
    of, ats, listed, numbers = zip(*found, strict=True)
    if tuple(map(int, numbers)) != seqs or not _acts.keys() >= set(of):
        return None
    moments = _moments(set(ats))
    flat = _well_formed(listed)
    if moments is None or flat is None:
        return None
    counts = [joined.count("~") + 1 if joined else 0 for joined in beside]
    made = [_acts[act] for act in of]
    parts = whole.split(b"~") if whole else []
    if parts and not _vouched(parts, counts, flat, [(len(text) + 3) // APART for text in listed]):
        return None
    usual = _usual(parts, counts, [act not in acts for act in made]) if parts else set()
    rest = [i for i in range(len(rows)) if i not in usual and counts[i]]
    held = _held(parts, counts, rest)
    if held is None:
        return None
    passed: dict[tuple[bytes, bytes, int, bool], Read] = {}
    result: list[Read | None] = []
    for i, key in enumerate(zip(ats, of, counts, map(usual.__contains__, range(len(rows))), strict=True)):
        one = passed.get(key) if i not in held else _read(moments[ats[i]], made[i], held[i], acts)
        if one is None and i not in held:
            one = passed[key] = Read(moments[ats[i]], made[i], {}, counts[i], i in usual)
        if one is None:
            return None
        result.append(one)
    return result


def _vouched(parts: list[bytes], counts: list[int], flat: list[bytes], digests: list[int]) -> bool:
    """Whether each disclosure's digest stands in the line that it stands beside; `digests`: how many each line has."""
    of = dict(zip(flat, chain.from_iterable(map(repeat, count(), digests)), strict=True))
    return [*map(of.get, _digests(parts))] == [*chain.from_iterable(map(repeat, count(), counts))]


def _usual(parts: list[bytes], counts: list[int], passed: list[bool]) -> set[int]:
    """Those of the lines that may be `passed` without giving their values, whose values are all there and well-formed.

    Each shape is learned from the first line that has it.
    """
    disclosures = shapes.Disclosures(parts)
    patterns: list[tuple[int, re.Pattern[bytes]]] = []
    usual: set[int] = set()
    if not disclosures.decoded:
        return usual
    starts = [0, *accumulate(counts)]
    i = 0
    while i < len(counts):
        matched = 0
        if passed[i] and counts[i]:
            matched = _run(disclosures, patterns, counts, starts, i)
            learned = None if matched or len(patterns) == SHAPES else _learn(parts[starts[i] : starts[i + 1]])
            if learned:
                patterns.append((counts[i], learned))
                matched = _run(disclosures, patterns[-1:], counts, starts, i)
        usual.update(j for j in range(i, i + matched) if passed[j])
        i += matched or 1
    return usual


def _run(
    disclosures: shapes.Disclosures,
    patterns: list[tuple[int, re.Pattern[bytes]]],
    counts: list[int],
    starts: list[int],
    i: int,
) -> int:
    """How many lines from line `i` on follow one of the patterns."""
    for number, pattern in patterns:
        if number == counts[i]:
            lines = disclosures.matched(pattern, starts[i]) // number
            if lines and counts[i : i + lines] == [number] * lines:
                return lines
    return 0


def _learn(parts: list[bytes]) -> re.Pattern[bytes] | None:
    """The pattern of a line with these disclosures, if its values are all there and well-formed."""
    items = _items(b"~".join(parts))
    one = _read("", "", items, ()) if items else None
    try:
        return shapes.pattern([(item.name, item.value) for item in items]) if one and one.complete else None
    except ValueError:
        return None


def _held(parts: list[bytes], counts: list[int], lines: list[int]) -> dict[int, list[Item]] | None:
    """What the disclosures of these lines say; None for what lines.py must look at."""
    starts = [0, *accumulate(counts)]
    chosen = [part for i in lines for part in parts[starts[i] : starts[i + 1]]]
    items = _items(b"~".join(chosen)) if chosen else []
    if items is None:
        return None
    each = iter(items)
    return {i: [*islice(each, counts[i])] for i in lines}


def _moments(ats: set[bytes]) -> dict[bytes, str] | None:
    try:
        moments = {at: at.decode("ascii") for at in ats}
        for text in moments.values():
            read_moment(text)
    except (UnicodeDecodeError, Malformed):
        return None
    return moments


def _well_formed(listed: Sequence[bytes]) -> list[bytes] | None:
    """All digests, if each line has a multiple of eight, each of 43 characters, in ascending order, none twice."""
    lengths = [*map(len, listed)]
    digests = {length: (length + 3) // APART for length in set(lengths)}
    if any((length + 3) % APART or n % PAD_TO or not 0 < n <= MAX_DIGESTS for length, n in digests.items()):
        return None
    text = b'","'.join(listed)
    flat = text.split(b'","')
    ends = {*accumulate(map(digests.__getitem__, lengths))}
    # Where nothing but what parts them is left of the text, no digest holds anything else.
    if (
        {*map(len, flat)} != {DIGEST_CHARS}
        or len(flat) != max(ends)
        or text.translate(None, ALPHABET) != b'","' * (len(flat) - 1)
    ):
        return None
    falls = compress(count(1), map(ge, flat, islice(flat, 1, None)))
    return flat if ends.issuperset(falls) else None


def _digests(disclosures: list[bytes]) -> list[bytes]:
    """base64url of the SHA-256 of each, made in one go."""
    joined = b"\0".join([sha256(disclosure).digest() for disclosure in disclosures]) + b"\0"
    text = b2a_base64(joined, newline=False).translate(URL_SAFE)
    return [text[i : i + DIGEST_CHARS] for i in range(0, CHUNK * len(disclosures), CHUNK)]


def _items(disclosures: bytes) -> list[Item] | None:
    """What each disclosure says; None for what lines.py must look at.

    All are decoded as one list, with newlines where they meet: no JSON string holds a newline, so where none stands
    inside a disclosure and none holds "],[", they meet where the list's items do. What is written back the same was in
    canonical form: the writer sorts the keys of objects and writes none twice.
    """
    try:
        padded = disclosures.translate(shapes.FROM_URL_SAFE).replace(b"~", b"==~") + b"=="
        parts = [*map(a2b_base64, padded.split(b"~"))]
        data = b",\n".join(parts)
        if data.count(b"\n") != len(parts) - 1 or b"],[" in data:
            return None
        items = _decode(b"[%b]" % data)
        if len(items) != len(parts) or _encode(items) != b"[%b]" % data.replace(b"\n", b""):
            return None
        if b"{" in data:
            for part, item in zip(parts, items, strict=True):
                if b"{" in part:
                    check_value(item.value)
    except (Error, msgspec.DecodeError, ValueError, RecursionError):
        return None
    return items


def _read(at: str, act: str, items: list[Item], acts: Container[str]) -> Read | None:
    if not items:
        return Read(at, act, {}, 0, False)
    shape = _shape(tuple(map(_name, items)))
    if shape is None:
        return None
    place, others = shape
    complete = place is not None and items[place].value == others
    if complete and act not in acts:
        return Read(at, act, {}, len(items), True)
    return Read(at, act, {item.name: item.value for item in items}, len(items), complete)


@lru_cache(1000)
def _shape(names: tuple[str, ...]) -> tuple[int | None, list[str]] | None:
    """Where the list of fields stands among these names, and what it must say; None unless each is a name, once."""
    if len(set(names)) != len(names) or not all(map(NAME.fullmatch, names)):
        return None
    return names.index(FIELDS) if FIELDS in names else None, sorted({*names} - {FIELDS})
