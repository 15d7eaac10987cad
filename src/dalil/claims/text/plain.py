"""Plain text, as saved or pasted from a site: kept as it is, newlines unified; every stretch maps to its bytes."""

from __future__ import annotations

import re
from pathlib import Path

from dalil.claims.text.charset import Decoded, decode
from dalil.claims.text.pasted import find_header
from dalil.errors import InputRefused
from dalil.records import Document, Segment

_BLOCK_END = re.compile(r"\n\s*\n|\r\n?")


def read(path: Path, *, name: str, object: str) -> Document:
    """The text of the file at `path`: its characters, with "\\n" for every kind of newline."""
    decoded = decoded_text(path, name)
    text, segments = unified(decoded)
    header = find_header(text)
    return Document(
        object=object,
        text=text,
        title=header.title,
        author=header.author,
        publisher=header.publisher,
        published=header.published,
        lang=header.lang,
        url=header.url,
        segments=segments,
        problems=decoded.problems,
    )


def decoded_text(path: Path, name: str) -> Decoded:
    """The bytes at `path` as text; InputRefused where nothing but blanks is in them or they are no text at all."""
    decoded = decode(path.read_bytes())
    if not decoded.text.strip("\ufeff \t\r\n\0"):
        raise InputRefused(name, "holds nothing but blanks", "Get it again from its source")
    if decoded.text.count("\0") > len(decoded.text) / 20:
        raise InputRefused(name, "is no text: it is full of zero bytes", "Get it again from its source")
    return decoded


def unified(decoded: Decoded) -> tuple[str, tuple[Segment, ...]]:
    """The text with "\\n" newlines, and segments whose bytes decode to exactly their text.

    A segment is a paragraph, or a line where newlines take two bytes; "first:last+1" counts bytes of the file.
    """
    parts: list[str] = []
    segments: list[Segment] = []
    at, byte = 0, decoded.skipped
    for block, newline in _blocks(decoded.text):
        size = len(block.encode(decoded.charset, "replace"))
        if block.strip():
            segments.append(Segment(at, at + len(block), "bytes", f"{byte}:{byte + size}"))
        parts += [block, newline.replace("\r\n", "\n").replace("\r", "\n")]
        byte += size + len(newline.encode(decoded.charset))
        at += len(block) + len(parts[-1])
    text = "".join(parts)
    if decoded.problems:  # bytes were repaired: the way back is the whole file
        segments = [Segment(0, len(text), "bytes", f"0:{decoded.size}")]
    return text, tuple(segments)


def _blocks(text: str):
    """Stretches of `text` and what parts them: blank lines, and newlines that are to be unified."""
    start = 0
    for end in _BLOCK_END.finditer(text):
        yield text[start : end.start()], end[0]
        start = end.end()
    yield text[start:], ""
