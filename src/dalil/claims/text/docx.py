"""Word documents: paragraphs, tables, text boxes and notes, read straight from the XML parts.

The container is not trusted: parts are inflated with a bound while they inflate (the sizes that a zip states may lie),
entities are not resolved, nothing outside the file is opened.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from dalil.claims.text.pasted import find_header
from dalil.errors import InputRefused
from dalil.records import Document, Segment

MAX_PART = 48 << 20  # bytes of one inflated part; a book of 1,000 pages has 20 MB of document.xml
MAX_RATIO = 250  # inflated to packed, for parts above 1 MB; the XML of real documents stays below 60
MAX_ENTRIES = 10_000
MAX_DEPTH = 40  # of tables within tables
BODY = "word/document.xml"
NOTES = (("word/footnotes.xml", "footnote"), ("word/endnotes.xml", "endnote"))
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_LOOSE = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DC = "{http://purl.org/dc/elements/1.1/}"
_GONE = frozenset([f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", _FALLBACK])


def read(path: Path, *, name: str, object: str) -> Document:
    """The text of the Word document at `path`; InputRefused for a bomb, a locked or a damaged one."""
    try:
        with zipfile.ZipFile(path) as container:
            _check(container, name)
            body = _part(container, BODY, name)
            if body is None:
                raise InputRefused(name, f"is no Word document: it has no {BODY}", "Save it again from Word")
            notes = [(kind, _part(container, part, name)) for part, kind in NOTES]
            core = _part(container, "docProps/core.xml", name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise InputRefused(name, f"is a damaged Word document ({error})", "Get it again from its source") from None
    paragraphs, problems = _paragraphs(body, notes)
    return _document(object, paragraphs, tuple(problems), core)


# ---------------------------------------------------------------- container


def _check(container: zipfile.ZipFile, name: str) -> None:
    entries = container.infolist()
    if len(entries) > MAX_ENTRIES:
        raise InputRefused(
            name, f"is no ordinary Word document: it packs {len(entries)} files", "Save it again from Word"
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise InputRefused(name, "is an encrypted Word document", "Save a copy without a password")


def _part(container: zipfile.ZipFile, part: str, name: str) -> object | None:
    """The parsed XML part, None where there is none; refuses what inflates beyond the bounds."""
    from lxml import etree

    try:
        entry = container.getinfo(part)
    except KeyError:
        return None
    limit = min(MAX_PART, max(1 << 20, entry.compress_size * MAX_RATIO))
    with container.open(entry) as packed:
        data = packed.read(limit + 1)
    if len(data) > limit:
        what = f"{part} unpacks {entry.compress_size} bytes to more than {limit >> 20} MB: a zip bomb"
        raise InputRefused(name, what, "It was not unpacked further")
    if b"<!DOCTYPE" in data[:2000]:
        raise InputRefused(name, f"{part} has a document type declaration, which Word never writes", "Do not open it")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data.replace(_STRICT, _LOOSE), parser=parser)
    except etree.XMLSyntaxError as error:
        raise InputRefused(name, f"{part} is damaged ({error})", "Get it again from its source") from None


# ---------------------------------------------------------------- paragraphs


def _paragraphs(body: object, notes: list[tuple[str, object | None]]) -> tuple[list[tuple[str, str, str]], list[str]]:
    """(text, source, style) of every paragraph with text in it, notes last; and what was left out."""
    numbers = {element: number for number, element in enumerate(body.iter(f"{_W}p"), start=1)}
    out = [
        (text, f"{BODY}#p{numbers[first]}", style)
        for text, first, style in _blocks(body.find(f"{_W}body") if body.find(f"{_W}body") is not None else body, 0)
    ]
    for kind, part in notes:
        for note in part.iter(f"{_W}{kind}") if part is not None else ():
            if note.get(f"{_W}type") not in ("separator", "continuationSeparator", "continuationNotice"):
                text = " ".join(block for block, _, _ in _blocks(note, 0))
                if text:
                    number = note.get(f"{_W}id")
                    out.append((f"[{number}] {text}", f"word/{kind}s.xml#{number}", kind))
    problems = []
    if next(body.iter(f"{_W}del", f"{_W}moveFrom"), None) is not None:
        problems.append("holds tracked changes: what was deleted is left out")
    return out, problems


def _blocks(parent: object, depth: int) -> Iterator[tuple[str, object, str]]:
    """(text, first paragraph, style) of each paragraph and table row under `parent`."""
    for element in parent:
        if element.tag in _GONE or depth > MAX_DEPTH:
            continue
        if element.tag == f"{_W}p":
            text = _tidy("".join(_runs(element)))
            if text:
                style = element.find(f"{_W}pPr/{_W}pStyle")
                yield text, element, style.get(f"{_W}val") or "" if style is not None else ""
            for box in element.iter(f"{_W}txbxContent"):
                if not any(parent.tag == _FALLBACK for parent in box.iterancestors()):
                    yield from _blocks(box, depth + 1)
        elif element.tag == f"{_W}tr":
            cells = [[text for text, _, _ in _blocks(cell, depth + 1)] for cell in element.iter(f"{_W}tc")]
            first = next(element.iter(f"{_W}p"), None)
            text = " | ".join(" ".join(cell) for cell in cells if cell)
            if text and first is not None:
                yield text, first, "table"
        elif isinstance(element.tag, str):
            yield from _blocks(element, depth + 1)


def _runs(paragraph: object) -> Iterator[str]:
    """The words of one paragraph, without those of text boxes in it."""
    for element in paragraph:
        if element.tag in _GONE or element.tag == f"{_W}txbxContent":
            continue
        if element.tag == f"{_W}t":
            yield element.text or ""
        elif element.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}ptab"):
            yield "\n" if element.tag == f"{_W}br" else " "
        elif element.tag == f"{_W}noBreakHyphen":
            yield "-"
        elif element.tag in (f"{_W}footnoteReference", f"{_W}endnoteReference"):
            yield f"[{element.get(f'{_W}id')}]"
        elif isinstance(element.tag, str):
            yield from _runs(element)


def _tidy(text: str) -> str:
    return re.sub(r"[ \t\u00a0]+", " ", text.replace("\u00ad", "")).strip()


def _document(
    object: str, paragraphs: list[tuple[str, str, str]], problems: list[str], core: object | None
) -> Document:
    segments, at = [], 0
    for words, source, _ in paragraphs:
        segments.append(Segment(at, at + len(words), "path", source))
        at += len(words) + 2
    text = "\n\n".join(words for words, _, _ in paragraphs)
    if not text:
        problems += ("holds no text: its pages may be pictures",)
    header = find_header(text)
    titled = next((words for words, _, style in paragraphs[:5] if style.lower() == "title" and len(words) < 300), None)
    return Document(
        object=object,
        text=text,
        title=titled or header.title or _core(core, "title"),
        author=header.author or _core(core, "creator"),
        publisher=header.publisher,
        published=header.published,
        lang=header.lang,
        url=header.url,
        segments=tuple(segments),
        problems=problems,
    )


def _core(core: object | None, field: str) -> str | None:
    """A field of the file's own properties, unless a program filled it in."""
    value = (core.findtext(f"{_DC}{field}") or "").strip() if core is not None else ""
    return None if value.casefold() in ("", "user", "admin", "python-docx", "word document", "unknown") else value
