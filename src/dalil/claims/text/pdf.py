"""Pdf: the text of each page, with page numbers as the way back. Nothing in the file is run or fetched."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

from dalil.claims.text.language import detect_lang
from dalil.claims.text.pasted import find_header
from dalil.claims.text.pdf_lines import PageText, read_page
from dalil.errors import InputRefused
from dalil.records import Document, Segment

MAX_PAGES = 2000
HIDDEN = 3  # text render mode of a layer that text recognition puts under a scan (ISO 32000-1, table 106)
_FILE_NAME_TITLE = re.compile(
    r"^(?:microsoft word|untitled|document\d*$|.*\.(?:docx?|odt|rtf|indd|pages|pdf|html?|typ)$)", re.I
)


def read(path: Path, *, name: str, object: str) -> Document:
    """The text layer of the pdf at `path`; InputRefused where it is encrypted or damaged beyond reading."""
    import pypdfium2

    pages, problems = [], []
    document = _open(path, name)
    try:
        if len(document) > MAX_PAGES:
            problems.append(f"{len(document)} pages: only the first {MAX_PAGES} were read")
        for number in range(min(len(document), MAX_PAGES)):
            page, remarks = _page(document, number)
            pages.append(page)
            problems += remarks
        title = _title(document.get_metadata_value("Title"))
        author = _author(document.get_metadata_value("Author"))
    except pypdfium2.PdfiumError as error:
        raise InputRefused(name, f"is a damaged pdf ({error})", "Save it again from its source") from None
    finally:
        document.close()
    if not _ends_well(path):
        problems.insert(0, "the file has no end mark (%%EOF): it may have been cut short")
    text, segments = _joined(pages)
    problems += _silence(pages)
    header = find_header(text)
    return Document(
        object=object,
        text=text,
        title=header.title or title,
        author=header.author or author,
        publisher=header.publisher,
        published=header.published,
        lang=header.lang or detect_lang(text),
        url=header.url,
        segments=segments,
        problems=tuple(problems),
    )


def _open(path: Path, name: str):
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise InputRefused(name, "is an encrypted pdf", "Save a copy without a password and add both") from None
        if "security" in str(error).lower():
            raise InputRefused(name, "is a pdf with an unknown kind of encryption", "Save a copy without it") from None
        raise InputRefused(name, "is no readable pdf: damaged or cut short", "Save it again from its source") from None


def _page(document: object, number: int) -> tuple[PageText, list[str]]:
    """One page's text, and what a person should check on it."""
    page = document[number]
    text_page = page.get_textpage()
    try:
        found = read_page(text_page)
        hidden = _is_hidden_layer(page) if found.text.strip() else False
    finally:
        text_page.close()
        page.close()
    where, remarks = f"page {number + 1}", []
    if found.unmapped:
        remarks.append(
            f"{where}: {found.unmapped} printed characters have no letter in the file; compare with the page"
        )
    if found.reversed_words:
        remarks.append(f"{where}: the letters of Arabic words were stored backwards and have been turned")
    if hidden:
        remarks.append(
            f"{where}: the text is a hidden layer, as text recognition leaves it; compare figures with the page"
        )
    if differing := _digits_in_doubt(found):
        remarks.append(f"{where}: two ways of reading differ on figures ({differing}); compare with the page")
    return found, remarks


def _digits_in_doubt(found: PageText) -> str:
    """Figures that the reading by place and PDFium's own order do not share: reversed digits would show here."""
    ours, theirs = Counter(_figures(found.text)), Counter(_figures(found.plain_order))
    doubt = sorted((ours - theirs) | (theirs - ours))
    return ", ".join(doubt[:6])


def _figures(text: str) -> list[str]:
    return re.findall(r"\d+", "".join(_western(char) for char in text))


def _western(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


def _is_hidden_layer(page: object) -> bool:
    """Whether the first text objects of the page are drawn invisibly."""
    import pypdfium2.raw as pdfium

    modes = []
    for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=2):
        modes.append(pdfium.FPDFTextObj_GetTextRenderMode(thing))
        if len(modes) == 5:
            break
    return bool(modes) and all(mode == HIDDEN for mode in modes)


def _silence(pages: list[PageText]) -> list[str]:
    """A line for pages without text: they are pictures of text."""
    silent = [number for number, page in enumerate(pages, start=1) if len(page.text.strip()) < 3]
    if not silent:
        return []
    if len(silent) == len(pages):
        return ["no text layer: the pages are pictures; add a copy with recognised text or a transcript"]
    shown = ", ".join(map(str, silent[:10])) + (" …" if len(silent) > 10 else "")
    return [f"no text layer on {len(silent)} of {len(pages)} pages ({shown})"]


def _joined(pages: list[PageText]) -> tuple[str, tuple[Segment, ...]]:
    parts, segments, at = [], [], 0
    for number, page in enumerate(pages, start=1):
        text = page.text.strip()
        if not text:
            continue
        if parts:
            parts.append("\n\n")
            at += 2
        parts.append(text)
        segments.append(Segment(at, at + len(text), "page", str(number)))
        at += len(text)
    return "".join(parts), tuple(segments)


def _title(stated: str) -> str | None:
    """The title in the file's metadata, unless it is the name of the file that it was made from."""
    title = stated.strip()
    return None if not title or _FILE_NAME_TITLE.match(title) else title


def _author(stated: str) -> str | None:
    return None if stated.strip().casefold() in ("", "anonymous", "user", "admin", "unknown") else stated.strip()


def _ends_well(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - 2048, 0))
        return b"%%EOF" in file.read()
