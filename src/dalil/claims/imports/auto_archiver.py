"""auto-archiver's records: an archived post a row, its words, and the files and hashes that the row claims for it.

Two shapes: the CSV database, whose columns `metadata` and `media` hold Python reprs, and the sheet saved as CSV. The
hashes are the row's claims: the import compares them with the bytes where the file lies beside the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from dalil.claims.imports.columns import Row, find_columns, read_day
from dalil.claims.imports.messages import message, named
from dalil.claims.imports.parts import FileClaim, Part, Passed, Wanted
from dalil.claims.imports.reprs import read_repr
from dalil.claims.imports.rows import each_row
from dalil.errors import InputRefused

PDQ_HEX = 64  # 256 bits; spreadsheets and integers drop leading zeros
HASH = re.compile(r"(?P<algorithm>[A-Za-z0-9-]+):(?P<digest>[0-9a-fA-F]{16,128})")
HEX = re.compile(r"[0-9a-fA-F]{8,64}")
MOST_FILES = 500


def parts(path: Path, wanted: Wanted, *, object: str, name: str) -> Iterator[Part | Passed | InputRefused]:
    """Every archived post of the file."""
    columns = find_columns(path, wanted.kind.replace("-", "_"), name=name)
    if "metadata" not in columns and "url" not in columns:
        what = f"has neither a column link nor metadata (found: {', '.join(columns.layout.header)[:200]})"
        raise InputRefused(name, what, "Is it auto-archiver's CSV? docs/imports.md lists the columns")
    return each_row(path, wanted, read_row, object=object, name=name, kind="auto_archiver")


def read_row(row: Row, wanted: Wanted, object: str) -> Part | Passed:
    """The post as a message: title and words are read, files and hashes stand below them."""
    said = from_reprs(row) if row.cell("metadata") else from_sheet(row)
    if not said["url"]:
        raise InputRefused(row.where, "names no address (link)", "Every archived post has one; mend the row")
    day, number = said["day"], row.record.number
    if not wanted.covers(None, day, day):
        return Passed(number, "outside what was asked for")
    words = "\n\n".join(part.strip() for part in (said["title"], said["text"]) if part and part.strip())
    files = tuple(FileClaim(number, name, hashes) for name, hashes in said["files"])[:MOST_FILES]
    return message(
        words,
        object=object,
        number=number,
        bytes_at=(row.record.first, row.record.last),
        author=None,
        publisher=None,
        published=day,
        url=said["url"],
        flags=failed(said["status"]),
        files=files,
        tail="\n".join(part for part in (named(files), f"[archived post: {said['url']}]") if part),
    )


def failed(status: str | None) -> tuple[str, ...]:
    """A flag where auto-archiver itself says that it could not archive the post."""
    told = (status or "").casefold()
    if "no archiver" in told or "nothing archived" in told or "fail" in told:
        return (f'auto-archiver says "{" ".join((status or "").split())[:80]}"',)
    return ()


def from_reprs(row: Row) -> dict:
    """What the CSV database says of the post."""
    metadata, media = repr_in(row, "metadata", dict), repr_in(row, "media", list)
    text = metadata.get("content")
    return {
        "url": str(metadata.get("url") or "") or None,
        "status": row.text("status"),
        "title": str(metadata.get("title") or ""),
        "text": text if isinstance(text, str) else "",
        "day": day_of(metadata.get("timestamp")),
        "files": [f for item in media if isinstance(item, Mapping) for f in files_of(item)],
    }


def repr_in(row: Row, field: str, kind: type) -> object:
    """The value whose repr stands in the cell; an empty one where the cell is empty."""
    cell = row.cell(field)
    if cell is None:
        return kind()
    try:
        value = read_repr(cell.text)
    except ValueError as error:
        what = f"{field} {error}"
        raise InputRefused(row.where, what, "Only what auto-archiver writes is read; nothing is run") from None
    if not isinstance(value, kind):
        raise InputRefused(row.where, f"{field} is not a {kind.__name__}", "Only what auto-archiver writes is read")
    return value


def files_of(media: Mapping) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """The file that a Media record names and those in its properties (thumbnails, metadata files), one level down."""
    properties = media.get("properties")
    properties = properties if isinstance(properties, Mapping) else {}
    if media.get("filename"):
        name = str(media.get("key") or media.get("_key") or media["filename"])
        yield name, (*hashes_in(str(properties.get("hash") or "")), *pdq_in(str(properties.get("pdq_hash") or "")))
    for value in properties.values():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Mapping) and inner.get("filename"):
                of = inner.get("properties")
                digest = str(of.get("hash") or "") if isinstance(of, Mapping) else ""
                yield str(inner.get("key") or inner["filename"]), tuple(hashes_in(digest))


def from_sheet(row: Row) -> dict:
    """What the sheet says of the post: one line a post, its hashes without names of files."""
    stamp = row.text("timestamp")
    claimed = (*hashes_in(row.text("hash") or ""), *pdq_in(row.text("pdq") or ""))
    archive = row.text("archive")
    cell = row.cell("text")
    return {
        "url": row.text("url"),
        "status": row.text("status"),
        "title": row.text("title") or "",
        "text": cell.text if cell else "",
        "day": day_of(stamp),
        "files": [(archive or "archived files", claimed)] if archive or claimed else [],
    }


def day_of(value: object) -> date | None:
    """The day of an upload: a datetime, or the beginning of its ISO form."""
    if isinstance(value, datetime | date):
        return value.date() if isinstance(value, datetime) else value
    return read_day(value[:10]) if isinstance(value, str) else None


def hashes_in(text: str) -> Iterable[tuple[str, str]]:
    """Hashes with the name of their algorithm ("SHA-256:3fa9…")."""
    return [(m["algorithm"].upper(), m["digest"].lower()) for m in HASH.finditer(text)]


def pdq_in(text: str) -> Iterable[tuple[str, str]]:
    """Perceptual hashes with the leading zeros that they lost."""
    return [("PDQ", m.group().lower().zfill(PDQ_HEX)) for m in HEX.finditer(text.replace("'", ""))]
