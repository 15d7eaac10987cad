"""What kind of file some bytes are, by the bytes. A name decides only where the bytes leave two readings open.

Only the first and the last 64 KiB are looked at, nothing is unpacked, so that no file can make this slow or large.
"""

from __future__ import annotations

import codecs
import csv
import json
import os
import re
from functools import cache
from importlib import resources
from pathlib import PurePath
from typing import BinaryIO

LOOK_BYTES = 1 << 16
UNKNOWN = "application/octet-stream"
PLAIN, MARKDOWN, HTML, MAIL = "text/plain", "text/markdown", "text/html", "message/rfc822"

ISO_BRANDS = (
    (("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"), "image/heic"),
    (("avif", "avis"), "image/avif"),
    (("qt  ",), "video/quicktime"),
    (("M4A ", "M4B ", "M4P "), "audio/mp4"),
    (("3gp", "3g2"), "video/3gpp"),
)
ZIP_MEMBERS = (
    ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
MAIL_HEADERS = frozenset(
    {
        "from", "to", "cc", "subject", "date", "message-id", "mime-version", "received", "return-path", "delivered-to",
        "reply-to", "sender", "content-type", "x-mailer", "dkim-signature", "in-reply-to", "references",
    }
)  # fmt: skip
SURE_MAIL_HEADERS = frozenset({"received", "message-id", "mime-version", "return-path"})
HEADER = re.compile(r"([!-9;-~]{1,76}):(?: |\t|$)")
HTML_START = re.compile(r"<(?:!doctype\s+html|html|head|body|title|meta|script|style|div|table|article|p|h1)\b", re.I)
MARKUP_PROLOGUE = re.compile(r"\s*(?:<\?xml[^>]*>|<!--.*?-->|<!doctype(?!\s+html)[^>\[]*(?:\[.*?\]\s*)?>)", re.I | re.S)


def detect(file: BinaryIO, name: str) -> str:
    """The media type of a seekable file; application/octet-stream when its bytes say nothing."""
    file.seek(0)
    head = file.read(LOOK_BYTES)
    size = file.seek(0, os.SEEK_END)
    kind = _by_signature(head)
    if kind == "@zip":
        file.seek(max(0, size - LOOK_BYTES))
        return _zip(head, file.read(LOOK_BYTES))
    if kind in _CONTAINERS:
        return _CONTAINERS[kind](head)
    if kind:
        return kind
    if _is_mp3(head):
        return "audio/mpeg"
    if _is_transport_stream(head):
        return "video/mp2t"
    if b"%PDF-" in head[:1024]:  # readers accept a PDF that starts late; so do those who send them
        return "application/pdf"
    text = as_text(head, whole=size <= LOOK_BYTES)
    return UNKNOWN if text is None else _text(text, PurePath(name).suffix.lower(), size <= LOOK_BYTES)


# ---------------------------------------------------------------- signatures


@cache
def _signatures() -> tuple[tuple[re.Pattern[bytes], str], ...]:
    lines = resources.files(__package__).joinpath("media.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return tuple((re.compile(_pattern(int(offset), code), re.S), kind) for offset, code, kind in rows)


def _pattern(offset: int, code: str) -> bytes:
    pairs = [code[i : i + 2] for i in range(0, len(code), 2)]
    return b".{%d}" % offset + b"".join(b"." if p == ".." else re.escape(bytes.fromhex(p)) for p in pairs)


def _by_signature(head: bytes) -> str | None:
    return next((kind for pattern, kind in _signatures() if pattern.match(head)), None)


def _iso(head: bytes) -> str:
    """ISO base media: the major brand, then the compatible ones (ISO/IEC 14496-12 section 4.3)."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12]] + [head[i : i + 4] for i in range(16, max(16, length - 3), 4)]
    for brand in brands:
        for starts, kind in ISO_BRANDS:
            if brand.decode("latin-1").startswith(starts):
                return kind
        if brand == brands[0] and brand[:3] in (b"iso", b"mp4", b"avc", b"M4V", b"das"):
            return "video/mp4"
    return "video/mp4"


def _ebml(head: bytes) -> str:
    """Matroska or its subset WebM, by the DocType element 0x4282 (RFC 9559)."""
    at = head.find(b"\x42\x82", 0, 200)
    return "video/webm" if at >= 0 and head[at + 3 : at + 7] == b"webm" else "video/x-matroska"


def _ogg(head: bytes) -> str:
    return "video/ogg" if b"theora" in head[:200] else "audio/ogg"


def _ole(head: bytes) -> str:
    """Microsoft's compound file: a Word document names its stream in UTF-16 (MS-DOC section 2.1)."""
    return "application/msword" if "WordDocument".encode("utf-16-le") in head else "application/x-ole-storage"


_CONTAINERS = {"@iso": _iso, "@ebml": _ebml, "@ogg": _ogg, "@ole": _ole}


def _zip(head: bytes, tail: bytes) -> str:
    """What a zip holds, by its members' names in the local headers of its start and the directory at its end."""
    if head[30:38] == b"mimetype":  # OpenDocument and EPUB store it first and plain
        stated = re.match(rb"[\x21-\x7e]{1,100}", head[38:140].split(b"PK")[0])
        return stated.group().decode("ascii") if stated and b"/" in stated.group() else "application/zip"
    names = [_zip_name(head, at, 26, 30) for at in _positions(head, b"PK\x03\x04")]
    names += [_zip_name(tail, at, 28, 46) for at in _positions(tail, b"PK\x01\x02")]
    if "[Content_Types].xml" not in names:
        return "application/zip"
    return next((kind for start, kind in ZIP_MEMBERS if any(n.startswith(start) for n in names)), "application/zip")


def _positions(data: bytes, mark: bytes) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(mark), data)]


def _zip_name(data: bytes, at: int, length_at: int, name_at: int) -> str:
    length = int.from_bytes(data[at + length_at : at + length_at + 2], "little")
    return data[at + name_at : at + name_at + length].decode("utf-8", "replace")


def _is_mp3(head: bytes) -> bool:
    """Two MPEG audio layer III frames in a row (ISO/IEC 11172-3 section 2.4.1)."""
    length = _mp3_frame(head, 0)
    return bool(length) and (_mp3_frame(head, length) > 0 or len(head) <= length)


def _mp3_frame(head: bytes, at: int) -> int:
    h = head[at : at + 4]
    if len(h) < 4 or h[0] != 0xFF or h[1] & 0xE6 != 0xE2 or h[2] >> 4 in (0, 15) or h[2] >> 2 & 3 == 3:
        return 0
    first = h[1] & 0x18 == 0x18  # MPEG-1; else MPEG-2 or 2.5
    if h[1] & 0x18 == 0x08:
        return 0
    rates = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
    low_rates = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
    bits = (rates if first else low_rates)[(h[2] >> 4) - 1] * 1000
    hertz = (44100, 48000, 32000)[h[2] >> 2 & 3] // (1 if first else 4 if h[1] & 0x18 == 0 else 2)
    return (144 if first else 72) * bits // hertz + (h[2] >> 1 & 1)


def _is_transport_stream(head: bytes) -> bool:
    """Five packets of 188 bytes that each begin with 0x47 (ISO/IEC 13818-1 section 2.4.3)."""
    return len(head) >= 188 * 4 + 1 and all(head[188 * i] == 0x47 for i in range(5))


# ---------------------------------------------------------------- text


def as_text(head: bytes, *, whole: bool) -> str | None:
    """The start of a text file as text, None if the bytes are no text in any encoding that reports come in.

    Legacy Arabic and Western bytes are all shown as Latin-1: enough to see what kind of text it is.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return _readable(_decoded(head[len(mark) :], encoding, whole))
    if b"\0" in head:
        return _unmarked_utf16(head, whole)
    text = _decoded(head, "utf-8", whole)
    return _readable(text) if text is not None else _readable(head.decode("latin-1"), legacy=True)


def _decoded(data: bytes, encoding: str, whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(data, final=whole)
    except UnicodeDecodeError:
        return None


def _unmarked_utf16(head: bytes, whole: bool) -> str | None:
    """UTF-16 without a mark, told by its spaces and line ends, which no chance puts at even places only."""
    for encoding, space, newline in (("utf-16-le", b" \0", b"\n\0"), ("utf-16-be", b"\0 ", b"\0\n")):
        even = sum(head[i : i + 2] in (space, newline) for i in range(0, min(len(head), 4096), 2))
        if even * 40 >= min(len(head), 4096) // 2:
            return _readable(_decoded(head, encoding, whole))
    return None


def _readable(text: str | None, *, legacy: bool = False) -> str | None:
    """`text` if it holds no control characters but those of layout, else None.

    In windows-1252 and -1256 letters and quotation marks stand in the places of the C1 controls; text in a legacy
    encoding must hold a letter or a digit, since any few bytes would pass for it.
    """
    if text is None or (legacy and not re.search(r"[A-Za-z0-9\u00c0-\u00ff]", text)):
        return None
    for character in set(text):
        code = ord(character)
        if (code < 32 and character not in "\t\n\r\f\x1b") or code == 127 or (128 <= code < 160 and not legacy):
            return None
    return text


def _text(text: str, suffix: str, whole: bool) -> str:
    bare = MARKUP_PROLOGUE.sub("", text[:8192], count=8).lstrip()
    if HTML_START.match(bare):
        return HTML
    if bare.startswith("<svg"):
        return "image/svg+xml"
    if text.lstrip().startswith("<?xml"):
        return "application/xml"
    if text.startswith("WARC/"):
        return "application/warc"
    return _mail(text, suffix) or _json(text, whole) or _table(text, suffix) or _prose(suffix)


def _mail(text: str, suffix: str) -> str | None:
    """A message: three headers that mail has (two if its name says .eml) before the first empty line."""
    if text.startswith("From ") and "\nFrom:" in text[:4096]:
        return "application/mbox"
    known = set()
    for position, line in enumerate(text[:16384].splitlines()):
        if not line.strip():
            break
        header = HEADER.match(line)
        if header:
            known.add(header.group(1).lower())
        elif not (position and line[0] in " \t"):
            return None  # a line that is neither a header nor a header's continuation
    known &= MAIL_HEADERS
    sure = known & SURE_MAIL_HEADERS
    enough = 2 if suffix in (".eml", ".mht", ".mhtml") or sure else 3
    return MAIL if len(known) >= enough and known & {"from", "received"} else None


def _json(text: str, whole: bool) -> str | None:
    start = text.lstrip()
    if not start.startswith(("{", "[")):
        return None
    if whole:
        try:
            json.loads(text)
            return "application/json"
        except (ValueError, RecursionError):
            pass
    lines = start.splitlines()
    if start[0] == "{" and len(lines) > 1:
        try:
            return "application/x-ndjson" if isinstance(json.loads(lines[0]), dict) else None
        except (ValueError, RecursionError):
            pass
    return "application/json" if not whole and re.match(r'[\[{]\s*(?:["\[{]|-?\d|true|false|null)', start) else None


def _table(text: str, suffix: str) -> str | None:
    """Rows that all split into the same number of short cells: three or more (two if the name says csv or tsv)."""
    named = suffix in (".csv", ".tsv")
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    for delimiter, kind in ((",", "text/csv"), ("\t", "text/tab-separated-values"), (";", "text/csv")):
        try:
            rows = list(csv.reader(lines[:-1] if len(lines) == 20 else lines, delimiter=delimiter))
        except csv.Error:
            continue
        widths = {len(row) for row in rows}
        if len(widths) == 1 and len(rows) >= (1 if named else 4) and widths.pop() >= (2 if named else 3):
            short = all(len(cell) < 60 and not cell.rstrip().endswith(".") for row in rows[:10] for cell in row)
            if named or short:
                return kind
    return None


def _prose(suffix: str) -> str:
    return MARKDOWN if suffix in (".md", ".markdown") else PLAIN
