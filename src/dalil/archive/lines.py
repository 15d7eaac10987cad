"""The custody log's lines and the disclosures beside them, as bytes. docs/custody.md is the specification.

A line is canonical JSON (RFC 8785) that holds no value but salted digests, so it can be published whole. A value
stands in a disclosure as in SD-JWT (RFC 9901): base64url of the JSON array [salt, name, value], whose SHA-256
is one of the line's digests. Decoy digests fill each line up to a multiple of eight.
"""

from __future__ import annotations

import json
import os
import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import islice

import msgspec

ACTS = (
    "key", "capture", "adopt", "derive", "judge", "redact", "withhold", "erase", "checkpoint", "stamp", "export",
)  # fmt: skip
PAD_TO = 8
MAX_DIGESTS = 1024  # keeps a line under 65,535 bytes, the most that a C2SP tlog-tiles entry can hold
SALT_BYTES = 16
FIELDS = "fields"
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
AT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z")
BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
DIGEST_CHARS = 43
URL_SAFE = bytes.maketrans(b"+/", b"-_")
MAX_INT = 2**53 - 1  # RFC 8785 section 3.2.2.3: beyond it, other JSON readers lose digits


class Malformed(ValueError):
    """Stored bytes are not what docs/custody.md says; the text says in what."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as read: `sd` are its digests, real ones and decoys alike."""

    seq: int
    at: str
    act: str
    sd: tuple[str, ...]


class _Wire(msgspec.Struct, forbid_unknown_fields=True):
    act: str
    at: str
    sd: list[str]
    sd_alg: str
    seq: int
    v: int


_quoted = json.encoder.encode_basestring
_wire = msgspec.json.Decoder(_Wire)


# ---------------------------------------------------------------- time


def moment(at: datetime) -> str:
    """`at` as the log writes times: UTC with six decimals and a Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_moment(text: str) -> datetime:
    """The aware UTC time that `moment` wrote; Malformed if it is not in that form."""
    if not AT.fullmatch(text):
        raise Malformed(f'expected a time like 2016-11-05T10:00:00.000000Z, found "{text}"')
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise Malformed(f'"{text}" is no time: {error}') from None


# ---------------------------------------------------------------- values


def canonical(value: object) -> str:
    """`value` as RFC 8785 JSON; ValueError for what the log does not hold (fractions, other types, huge integers)."""
    if type(value) is str:
        value.encode()
        return _quoted(value)
    check_value(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def check_value(value: object) -> None:
    """The log may hold this value; ValueError says why not."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        value.encode()  # a lone surrogate is no text: UnicodeEncodeError is a ValueError
    elif isinstance(value, int):
        if abs(value) > MAX_INT:
            raise ValueError(f"{value} is too large for the log: write it as a string")
    elif isinstance(value, (list, tuple)):
        for item in value:
            check_value(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not (isinstance(key, str) and key.isascii()):
                raise ValueError(f"the log's keys are ASCII strings, found {key!r}")
            check_value(item)
    else:
        raise ValueError(f"the log holds no {type(value).__name__}: write it as a string")


# ---------------------------------------------------------------- disclosures


def disclose(name: str, value: object, salt: bytes) -> str:
    """The SD-JWT disclosure of one field (RFC 9901 section 4.2.1), in canonical JSON."""
    return _b64(_text(name, canonical(value), _b64(salt)))


def _text(name: str, value: str, salt: str) -> bytes:
    if not _is_name(name):
        raise ValueError(f"not a field name: {name!r}")
    return f'["{salt}","{name}",{value}]'.encode()


@lru_cache(1000)
def _is_name(name: str) -> bool:
    return NAME.fullmatch(name) is not None


@lru_cache(1000)
def _names(names: tuple[str, ...]) -> str:
    """The list of a line's fields; ValueError if one is not a name."""
    if wrong := [name for name in names if not _is_name(name)]:
        raise ValueError(f"not a field name: {wrong[0]!r}")
    return canonical(names)


def digest_of(disclosure: str) -> str:
    """base64url of SHA-256 over the disclosure's ASCII characters (RFC 9901 section 4.2.3)."""
    return _b64(sha256(disclosure.encode("ascii")).digest())


def read_disclosure(disclosure: str) -> tuple[str, object]:
    """The name and value that a disclosure holds; Malformed if it is no disclosure."""
    if not BASE64URL.fullmatch(disclosure):
        raise Malformed("a disclosure is not base64url")
    try:
        plain = disclosure.replace("-", "+").replace("_", "/")  # `translate` of text takes ten times as long
        data = a2b_base64(plain + "=" * (-len(disclosure) % 4))
        parts = msgspec.json.decode(data)
    except (ValueError, RecursionError, msgspec.DecodeError) as error:
        raise Malformed(f"a disclosure does not decode: {error}") from None
    if not (isinstance(parts, list) and len(parts) == 3 and isinstance(parts[0], str)):
        raise Malformed("a disclosure is not [salt, name, value]")
    if not (isinstance(parts[1], str) and NAME.fullmatch(parts[1])):
        raise Malformed("a disclosure's name is not a field name")
    if b"{" in data and not _is_canonical(parts, data):
        raise Malformed("a disclosure is not in canonical form")
    return parts[1], parts[2]


def _is_canonical(value: object, data: bytes) -> bool:
    try:
        return canonical(value).encode() == data
    except (ValueError, RecursionError):  # it holds what no writer of ours writes
        return False


def read_fields(disclosures: Iterable[str], line: Line) -> dict[str, object]:
    """The values that stand beside `line`, each vouched for by one of its digests; Malformed names what is not."""
    digests = set(line.sd)
    fields: dict[str, object] = {}
    for disclosure in disclosures:
        if digest_of(disclosure) not in digests:
            raise Malformed("a disclosure matches no digest of its line")
        name, value = read_disclosure(disclosure)
        if name in fields:
            raise Malformed(f'the field "{name}" is disclosed twice')
        fields[name] = value
    return fields


def _b64(data: bytes) -> str:
    return b2a_base64(data, newline=False).rstrip(b"=").translate(URL_SAFE).decode("ascii")


def _b64_each(data: bytes, size: int) -> list[str]:
    """base64url of each `size` bytes, made in one go: filled up with zeros to threes, cut off again afterwards."""
    fill = bytes(-size % 3)
    text = _b64(b"".join([data[i : i + size] + fill for i in range(0, len(data), size)]))
    step, chars = (size + len(fill)) // 3 * 4, (size * 8 + 5) // 6
    return [text[i : i + chars] for i in range(0, len(text), step)]


# ---------------------------------------------------------------- lines


Made = tuple[bytes, tuple[str, ...]]


def make_line(seq: int, at: str, act: str, values: Mapping[str, object]) -> Made:
    """A new line and its disclosures: one a field, one that lists the fields' names, and decoys to a multiple of 8."""
    return make_lines(seq, at, [(act, values)])[0]


def make_lines(first: int, at: str, acts: Sequence[tuple[str, Mapping[str, object]]]) -> list[Made]:
    """New lines from number `first` on. Salts and digests of all are written in base64 together, which is quicker."""
    counts = [_check_act(act, values) for act, values in acts]
    salts = iter(_b64_each(os.urandom(SALT_BYTES * sum(counts)), SALT_BYTES))
    texts: list[bytes] = []
    for _, values in acts:  # (base64 has no "~": it parts them)
        names = _names(tuple(sorted(values)))
        texts += [  # most values are strings, which `encode` checks as `canonical` would
            f'["{next(salts)}","{name}",{_quoted(value) if type(value) is str else canonical(value)}]'.encode()
            for name, value in values.items()
        ]
        texts.append(f'["{next(salts)}","{FIELDS}",{names}]'.encode())
    joined = b"~".join([b2a_base64(text, newline=False) for text in texts]).replace(b"=", b"").translate(URL_SAFE)
    digests = _b64_each(b"".join([sha256(disclosure).digest() for disclosure in joined.split(b"~")]), 32)
    disclosures = joined.decode("ascii").split("~")
    decoys = iter(_b64_each(os.urandom(32 * sum(-count % PAD_TO for count in counts)), 32))
    made, start = [], 0
    for seq, ((act, _), count) in enumerate(zip(acts, counts, strict=True), first):
        stop = start + count
        line = render(seq, at, act, sorted([*digests[start:stop], *islice(decoys, -count % PAD_TO)]))
        made.append((line, tuple(disclosures[start:stop])))
        start = stop
    return made


def _check_act(act: str, values: Mapping[str, object]) -> int:
    """How many disclosures such a line has; ValueError if there can be no such line."""
    if act not in ACTS:
        raise ValueError(f"not an act of the log: {act!r}")
    if FIELDS in values:
        raise ValueError(f'the field "{FIELDS}" is the log\'s own')
    if len(values) >= MAX_DIGESTS:
        raise ValueError(f"{len(values)} fields are too many for one line")
    return len(values) + 1


def render(seq: int, at: str, act: str, digests: Iterable[str]) -> bytes:
    """The line's exact bytes: RFC 8785 JSON, which for these fields is plain ASCII."""
    sd = '","'.join(digests)
    return f'{{"act":"{act}","at":"{at}","sd":["{sd}"],"sd_alg":"sha-256","seq":{seq},"v":1}}'.encode("ascii")


def read_line(data: bytes) -> Line:
    """The line that these bytes are; Malformed unless they are exactly the bytes that `render` writes."""
    try:
        wire = _wire.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"not a log line: {error}") from None
    sd = wire.sd
    if wire.v != 1 or wire.sd_alg != "sha-256":
        raise Malformed(f"a line of version {wire.v} with {wire.sd_alg} digests: this dalil knows version 1 only")
    if wire.act not in ACTS:
        raise Malformed(f'unknown act "{wire.act}"')
    if not sd or len(sd) % PAD_TO or len(sd) > MAX_DIGESTS or len(set(sd)) != len(sd):
        raise Malformed(f"{len(sd)} digests: expected a multiple of {PAD_TO}, at most {MAX_DIGESTS}, none twice")
    if any(len(digest) != DIGEST_CHARS for digest in sd) or not BASE64URL.fullmatch("".join(sd)):
        raise Malformed("a digest is not base64url of 32 bytes")
    read_moment(wire.at)
    if wire.seq < 0 or render(wire.seq, wire.at, wire.act, sorted(sd)) != data:
        raise Malformed("not in canonical form")
    return Line(wire.seq, wire.at, wire.act, tuple(sd))


def new_moment() -> str:
    """Now, as the log writes times. It is what this machine's clock says and no more."""
    return moment(datetime.now(UTC))
