"""Web pages as saved: main text, metadata, captions and credits. Scripts never run, nothing is fetched.

The main text is trafilatura's in its balanced setting: a lost paragraph may hold the toll, and a teaser too many only
costs a wrong claim that a reader sees in its place; favor_recall brought in teasers of other attacks on test pages,
favor_precision lost short paragraphs. Comments are left out (other people's words), tables kept (lists of victims).
Its own metadata are not used, since its date search depends on today's date. It drops captions, so these are put
behind the text, each as a paragraph that begins with CAPTION.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path

from dalil.claims.text.charset import decode
from dalil.claims.text.html_blocks import Block, blocks, captions, clean
from dalil.claims.text.html_metadata import PageFacts, page_facts
from dalil.claims.text.language import detect_lang
from dalil.claims.text.pasted import CAPTION, find_header
from dalil.errors import InputRefused
from dalil.records import Document, Segment

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w\-]{2,30})", re.I)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w\-]{2,30})", re.I)
_XML_PROLOGUE = re.compile(r"^\s*<\?xml[^>]*\?>", re.I)
_EMBEDDED = re.compile(r"data:[\w/+.\-]{1,60};base64,[A-Za-z0-9+/=\s]{400,}")
FINDER_REACH = 5000  # blocks in which a paragraph is looked for that is none of them exactly
_SHORT = 200  # code points of main text below which the page's own description is added: pages of a video and a line


def read(path: Path, *, name: str, object: str) -> Document:
    """The article of the page at `path`; InputRefused where there is no mark-up with text in it."""
    return read_bytes(path.read_bytes(), name=name, object=object)


def read_bytes(data: bytes, *, name: str, object: str, charset: str | None = None) -> Document:
    """As `read`, for the bytes of a page; `charset` is what a mail part declares."""
    head = data[:4096]
    declared = next(
        (m[1].decode("ascii") for m in (_META_CHARSET.search(head), _XML_CHARSET.match(head)) if m), charset
    )
    decoded = decode(data, declared)
    source = _EMBEDDED.sub("data:,", _XML_PROLOGUE.sub("", decoded.text)).replace("\0", "")
    tree = _tree(source, name)
    visible = blocks(tree)
    facts = page_facts(tree, source, [block.text for block in visible])
    problems = [f"the page {problem}" for problem in decoded.problems]
    paragraphs = _main(tree, visible)
    if not paragraphs and visible:
        paragraphs = visible
        problems.append("no article was found on the page: all its visible text is kept")
    if not paragraphs:
        problems.append("the page shows no text: it may need its scripts, which are never run")
    text, segments = _compose(facts, paragraphs, captions(tree))
    return _document(object, text, segments, facts, tuple(problems))


def _tree(source: str, name: str):
    import lxml.html
    from lxml import etree

    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        return lxml.html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except etree.LxmlError as error:
        raise InputRefused(name, f"is no readable web page ({error})", "Save it again from its source") from None


def _main(tree: object, visible: list[Block]) -> list[Block]:
    """The paragraphs of the article, each with the path of the element that it stands in."""
    from trafilatura import bare_extraction

    found = bare_extraction(
        copy.deepcopy(tree), include_comments=False, include_tables=True, include_formatting=False, with_metadata=False
    )
    if found is None or found.body is None:
        return []
    at = _Finder(visible)
    return [Block(text, at.path(text)) for text in _paragraphs(found.body)]


def _paragraphs(body: object):
    """The texts of trafilatura's tree: paragraphs, headings, items, rows."""
    for element in body.iter("p", "head", "item", "quote", "row", "code", "ab"):
        if element.tag != "row" and any(
            parent.tag in ("item", "row", "p", "quote") for parent in element.iterancestors()
        ):
            continue
        if element.tag == "row":
            text = " | ".join(filter(None, (clean(" ".join(cell.itertext())) for cell in element.iter("cell"))))
        else:
            text = clean("".join(_with_breaks(element)))
        if text:
            yield text


def _with_breaks(element: object):
    yield element.text or ""
    for child in element:
        if child.tag in ("lb", "p", "item"):
            yield " "
        yield from _with_breaks(child)
        yield child.tail or ""


class _Finder:
    """Finds the element in which a paragraph stands; looks on from the last one, as texts keep their order."""

    def __init__(self, visible: list[Block]):
        self.blocks = visible
        self.exact = {block.text: block.path for block in reversed(visible)}

    def path(self, text: str) -> str:
        if text in self.exact:
            return self.exact[text]
        start = text[:60]
        for block in self.blocks[:FINDER_REACH]:
            if start in block.text or (len(block.text) > 20 and text.startswith(block.text)):
                return block.path
        return "/html"


def _compose(facts: PageFacts, main: list[Block], pictures: list[Block]) -> tuple[str, tuple[Segment, ...]]:
    """Title, article, captions, as paragraphs; and where each comes from."""
    parts: list[tuple[str, str, str]] = []
    title = clean(facts.title.value) if facts.title else ""
    if title and title not in [block.text for block in main[:3]]:
        parts.append((title, "field", facts.title.source))
    parts += [(block.text, "path", block.path) for block in main]
    said = "\n".join(text for text, _, _ in parts)
    if facts.description and sum(len(block.text) for block in main) < _SHORT and facts.description.value not in said:
        parts.append((facts.description.value, "field", facts.description.source))
    for picture in pictures:
        if picture.text not in said:
            parts.append((CAPTION + picture.text, "path", picture.path))
            said += "\n" + picture.text
    parts += [(CAPTION + line, "field", "jsonld:VideoObject") for line in facts.videos if line not in said]
    text, segments, at = [], [], 0
    for words, kind, source in parts:
        segments.append(Segment(at, at + len(words), kind, source))
        text.append(words)
        at += len(words) + 2
    return "\n\n".join(text), tuple(segments)


def _document(
    object: str, text: str, segments: tuple[Segment, ...], facts: PageFacts, problems: tuple[str, ...]
) -> Document:
    header = find_header(text)
    return Document(
        object=object,
        text=text,
        title=clean(facts.title.value) if facts.title else header.title,
        author=facts.author.value if facts.author else header.author,
        publisher=facts.publisher.value if facts.publisher else header.publisher,
        published=facts.published or header.published,
        lang=detect_lang(text) or facts.lang,
        url=facts.url.value if facts.url else header.url,
        segments=segments,
        problems=problems,
    )
