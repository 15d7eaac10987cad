"""What a source hands over: a local file whose bytes are to be taken in, and what to say of where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Found:
    """One file to take in.

    `name` is its file name as text; `source` is a URI that names where it came from, exactly (two captures of the
    same source have equal ones). A saved web page comes before its parts, which name it by `page` (its source).
    `fields` are further fields of the log line: what an import asks for, which message a file came with.
    """

    path: Path
    name: str
    source: str
    page: str | None = None
    has_parts: bool = False
    fields: Mapping[str, object] = field(default_factory=dict)
