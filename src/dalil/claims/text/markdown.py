"""Markdown: its words without the mark-up, each stretch mapped to its bytes; front matter gives the metadata."""

from __future__ import annotations

import re
from pathlib import Path

from dalil.claims.text.pasted import find_header, front_matter_end
from dalil.claims.text.plain import decoded_text
from dalil.records import Document, Segment

# What is left out, in the order in which it is looked for at one place; group "keep" stays.
_MARKUP = re.compile(
    r"!\[(?P<alt>(?:[^\[\]\n]|\[[^\[\]\n]*\])*)\]\([^)\s]*(?:\s+\"(?P<hint>[^\"\n]*)\")?\)"
    r"|\[(?P<link>(?:[^\[\]\n]|\[[^\[\]\n]*\])+)\]\([^)\n]*\)"
    r"|\[\^[^\]\n]+\]:?"
    r"|^[ \t]{0,3}#{1,6}[ \t]+"
    r"|[ \t]+#+[ \t]*$"
    r"|^[ \t]*>[ \t]?"
    r"|^[ \t]*(?:```|~~~).*$"
    r"|^[ \t]*(?:[-*_][ \t]*){3,}$|^[ \t]*[=-]{3,}[ \t]*$"
    r"|<!--.*?-->|</?[a-zA-Z][^>\n]{0,300}>"
    r"|(?<![\w\\])(?P<mark>\*{1,3}|_{1,3}|~~|`)(?=\S)(?P<strong>[^\n]+?)(?<=\S)(?P=mark)(?![\w])"
    r"|\\(?=[\\`*_{}\[\]()#+\-.!>|~])",
    re.MULTILINE | re.DOTALL,
)
_KEEP = ("alt", "link", "strong")


def read(path: Path, *, name: str, object: str) -> Document:
    """The words of the markdown file at `path`, "\\n" for every kind of newline, without its front matter."""
    decoded = decoded_text(path, name)
    source = decoded.text
    header = find_header(source)
    text, pieces = _words(source, front_matter_end(source))
    return Document(
        object=object,
        text=text,
        title=_bare(header.title),
        author=_bare(header.author),
        publisher=_bare(header.publisher),
        published=header.published,
        lang=header.lang,
        url=header.url,
        segments=_segments(source, decoded.charset, decoded.skipped, decoded.problems, pieces),
        problems=decoded.problems,
    )


def _bare(value: str | None) -> str | None:
    return value and (_words(value, 0)[0].strip() or None)


def _words(source: str, start: int) -> tuple[str, list[tuple[int, int, int]]]:
    """The text, and where its stretches come from: (start in text, start in source, length)."""
    kept: list[tuple[int, int]] = []
    _keep(source, start, len(source), kept)
    out: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    at = 0
    for first, last in kept:
        words = source[first:last]
        for run in re.finditer(r"\r\n?|[^\r]+", words):
            piece = run[0].replace("\r\n", "\n").replace("\r", "\n")
            if not out and not (piece := piece.lstrip()):
                continue
            if piece == run[0]:
                pieces.append((at, first + run.start(), len(piece)))
            out.append(piece)
            at += len(piece)
    return "".join(out), pieces


def _keep(source: str, start: int, end: int, kept: list[tuple[int, int]]) -> None:
    """The stretches of `source[start:end]` that are words, marks inside marks included."""
    at = start
    for found in _MARKUP.finditer(source, start, end):
        if found.start() > at:
            kept.append((at, found.start()))
        group = next((name for name in _KEEP if found[name]), None)
        if group:
            _keep(source, *found.span(group), kept)
        at = found.end()
    if at < end:
        kept.append((at, end))


def _segments(
    source: str, charset: str, skipped: int, problems: tuple[str, ...], pieces: list[tuple[int, int, int]]
) -> tuple[Segment, ...]:
    """Byte ranges of the pieces; none where bytes had to be repaired."""
    if problems:
        return ()
    segments = []
    seen, byte = 0, skipped
    for start, origin, length in pieces:
        byte += len(source[seen:origin].encode(charset))
        size = len(source[origin : origin + length].encode(charset))
        if source[origin : origin + length].strip():
            segments.append(Segment(start, start + length, "bytes", f"{byte}:{byte + size}"))
        seen, byte = origin + length, byte + size
    return tuple(segments)
