"""Text out of files, with what it says of itself and a map back to the bytes. One module a format."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path

from dalil.errors import InputRefused
from dalil.records import Document

MAX_BYTES = 64 << 20  # the largest report that is read; a book is 2 MB, a scanned one 50


@dataclass(frozen=True, slots=True)
class Format:
    """A file format that reports come in: `module` has read(path, *, name, object) -> Document."""

    name: str
    media_types: tuple[str, ...]
    module: str


FORMATS = (
    Format("plain", ("text/plain",), "dalil.claims.text.plain"),
    Format("markdown", ("text/markdown",), "dalil.claims.text.markdown"),
    Format("html", ("text/html", "application/xhtml+xml"), "dalil.claims.text.html"),
    Format("pdf", ("application/pdf",), "dalil.claims.text.pdf"),
    Format(
        "docx",
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",),
        "dalil.claims.text.docx",
    ),
    Format("eml", ("message/rfc822",), "dalil.claims.text.eml"),
)
TEXT_TYPES = frozenset(media_type for form in FORMATS for media_type in form.media_types)


def extract(path: Path, media_type: str, *, name: str, object: str) -> Document:
    """The readable text of the file at `path`, the same for the same bytes, and what it says of itself.

    `object` is the SHA-256 of the bytes, `name` what messages call the file. InputRefused where it cannot be read.
    """
    plain_type = media_type.partition(";")[0].strip().lower()
    form = next((form for form in FORMATS if plain_type in form.media_types), None)
    if form is None:
        known = ", ".join(form.name for form in FORMATS)
        raise InputRefused(name, f"{plain_type} holds no text that can be read", f"Known: {known}")
    size = path.stat().st_size
    if size == 0:
        raise InputRefused(name, "is empty (0 bytes)", "Get it again from its source")
    if size > MAX_BYTES:
        raise InputRefused(name, f"is too large for a report ({size >> 20} MB, at most {MAX_BYTES >> 20})", "Split it")
    return importlib.import_module(form.module).read(path, name=name, object=object)
