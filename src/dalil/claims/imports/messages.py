"""From a message's words to a document that the ordinary reader reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from dalil.claims.imports.parts import FileClaim, Part
from dalil.claims.text.language import detect_lang
from dalil.records import Document, Segment, part_key

TITLE_CHARS = 80


def message(
    text: str,
    *,
    object: str,
    number: int,
    bytes_at: tuple[int, int],
    author: str | None,
    publisher: str | None,
    published: date | None,
    url: str | None = None,
    flags: Iterable[str] = (),
    files: tuple[FileClaim, ...] = (),
    tail: str = "",
) -> Part:
    """The message as a part. `tail` is what we tell of its files: it stands below the words and is not read."""
    words = len(text)
    whole = f"{text}\n\n{tail}" if tail and text else text or tail
    first, last = bytes_at
    source = (Segment(0, max(words, 1) if text else len(whole), "bytes", f"{first}:{last}"),)
    own = (Segment(words, len(whole), "field", "files named by this message"),) if tail and text else ()
    document = Document(
        part_key(object, number), whole, title_of(text) or None, author, publisher, published, detect_lang(text), url,
        source + own, tuple(flags),
    )  # fmt: skip
    return Part(number, document, None, words, tuple(flags), files)


def title_of(text: str) -> str:
    """The beginning of the first line."""
    line = next((" ".join(line.split()) for line in text.splitlines() if line.strip()), "")
    if len(line) <= TITLE_CHARS:
        return line
    cut = line[:TITLE_CHARS].rpartition(" ")[0] or line[:TITLE_CHARS]
    return f"{cut} …"


def named(files: Iterable[FileClaim]) -> str:
    """The files that a message says it came with, and the hashes that it claims for them, as lines."""
    lines = []
    for file in files:
        hashes = "".join(f", {algorithm} {digest} (claimed)" for algorithm, digest in file.hashes)
        lines.append(f"[file: {file.name}{hashes}]")
    return "\n".join(lines)
