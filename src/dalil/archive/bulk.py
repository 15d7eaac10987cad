"""Log lines by the thousand, with every check that lines.py makes; what is not of the usual form is left to lines.py,
which is slower and can say what is wrong with it.

Lines and values are taken together, so that the work is done by few long calls and not by many short ones. Measured on
100,000 lines with 600,000 values: a third to a half of the time is SHA-256 itself.
"""

from __future__ import annotations

import re
import string
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Container, Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import accumulate, compress, count, islice
from operator import attrgetter, ge
from typing import Any, NamedTuple

import msgspec

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
FROM_URL_SAFE = bytes.maketrans(b"-_", b"+/")
CHUNK = DIGEST_CHARS + 1  # a digest and one zero byte are 33 bytes, which base64 writes as 44 characters
APART = DIGEST_CHARS + 3  # a digest in a line and what parts it from the next
SMALLER = 50  # lines that are tried together where more of them hold one of an unusual form


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

    `complete`: every value that its list of fields names stands there, and no other.
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
    try:
        found = LINE.findall(text := b"\n".join([line for _, line, _ in rows]))
        whole = "~".join([joined for _, _, joined in rows if joined]).encode("ascii")
    except (TypeError, UnicodeEncodeError):  # SQLite stores any type
        return None
    if len(found) != len(rows) or text.count(b"\n") != len(rows) - 1 or whole.translate(None, JOINED):
        return None
    of, ats, listed, numbers = zip(*found, strict=True)
    if list(map(int, numbers)) != [seq for seq, _, _ in rows] or not _acts.keys() >= set(of):
        return None
    moments = _moments(set(ats))
    counts = [joined.count("~") + 1 if joined else 0 for _, _, joined in rows]
    items = _items(whole) if whole else []
    if moments is None or items is None or not _digests_are_well_formed(listed):
        return None
    digests = _digests(whole.split(b"~")) if whole else []
    result: list[Read | None] = []
    start = 0
    for at, act, text, number in zip(ats, of, listed, counts, strict=True):
        stop = start + number
        if not {*text.split(b'","')}.issuperset(digests[start:stop]):
            return None
        one = _read(moments[at], _acts[act], items[start:stop], acts)
        if one is None:
            return None
        result.append(one)
        start = stop
    return result


def _moments(ats: set[bytes]) -> dict[bytes, str] | None:
    try:
        moments = {at: at.decode("ascii") for at in ats}
        for text in moments.values():
            read_moment(text)
    except (UnicodeDecodeError, Malformed):
        return None
    return moments


def _digests_are_well_formed(listed: Sequence[bytes]) -> bool:
    """In each line a multiple of eight digests, each of 43 characters, in ascending order, none twice."""
    counts = [(len(text) + 3) // APART for text in listed]
    if any(n % PAD_TO or not 0 < n <= MAX_DIGESTS for n in set(counts)):
        return False
    flat = b'","'.join(listed).split(b'","')
    if {*map(len, flat)} != {DIGEST_CHARS} or b"".join(flat).translate(None, ALPHABET) or len(flat) != sum(counts):
        return False
    falls = compress(count(1), map(ge, flat, islice(flat, 1, None)))
    return set(falls) <= set(accumulate(counts)) and [*map(len, listed)] == [n * APART - 3 for n in counts]


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
        padded = disclosures.translate(FROM_URL_SAFE).replace(b"~", b"==~") + b"=="
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
