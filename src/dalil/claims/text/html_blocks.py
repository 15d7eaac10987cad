"""The visible paragraphs of a page with the paths of their elements, and the captions and credits beside pictures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from dalil.claims.text.header_lines import caption_credit
from dalil.claims.text.tables import plain, rows

_PARTS: dict[str, list[str]] = {}
for _kind, _names in rows("page_parts.tsv"):
    _PARTS.setdefault(_kind, []).extend(_names.split())
_BLOCK = frozenset(_PARTS["block"])
_UNSEEN = frozenset(_PARTS["unseen"])


def _labels(kind: str) -> re.Pattern[str]:
    """Matches a class, id or itemprop in which one of the words of `kind` stands between blanks, "-" or "_"."""
    words = "|".join(map(re.escape, sorted(_PARTS[kind], key=len, reverse=True)))
    return re.compile(rf"(?:^|[\s_-])(?:{words})(?:[\s_-]|$)", re.IGNORECASE)


_ELSEWHERE = _labels("elsewhere")  # teasers of other articles carry captions too; theirs speak of other events
_CAPTION = _labels("caption")
_CREDIT = _labels("credit")
_CREDIT_WORD = re.compile(r"^(?:photo|image|picture|video|credit|photograph)\s*(?:by|credit)?\s*:?\s+", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Block:
    """One visible paragraph and the path of its element."""

    text: str
    path: str


def blocks(tree: object) -> list[Block]:
    """Every paragraph that the page shows, in its order: the texts of elements that hold no other block."""
    out: list[Block] = []
    for element, path in _seen(tree, f"/{tree.tag}"):
        if element.tag in _BLOCK and (text := clean(" ".join(_own_text(element)))):
            out.append(Block(text, path))
    return out


def _seen(element: object, path: str) -> Iterator[tuple[object, str]]:
    """`element` and every visible one under it, with paths as lxml's getpath gives them, in one pass over the page."""
    yield element, path
    children = [child for child in element if isinstance(child.tag, str)]
    many = {tag for tag, count in Counter(child.tag for child in children).items() if count > 1}
    number: Counter[str] = Counter()
    for child in children:
        number[child.tag] += 1
        if child.tag not in _UNSEEN:
            step = f"{child.tag}[{number[child.tag]}]" if child.tag in many else child.tag
            yield from _seen(child, f"{path}/{step}")


def _own_text(element: object) -> Iterator[str]:
    """The text of `element` without that of blocks inside it."""
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _UNSEEN and child.tag not in _BLOCK:
            yield from ([" "] if child.tag == "br" else _own_text(child))
        yield child.tail or ""


def captions(tree: object) -> list[Block]:
    """Captions with their credits, and alt texts that end in a credit, of pictures and videos of the page itself."""
    out: dict[str, Block] = {}
    root = tree.getroottree()
    for figure, caption in _figures(tree):
        if _is_elsewhere(figure):
            continue
        text = clean(caption.text_content()) if caption is not None else ""
        credit = _credit(figure, caption)
        if text and credit and f"[{credit}]" not in text and f"({credit})" not in text:
            text = f"{text.removesuffix(credit).rstrip(' |/©')} [{credit}]"
        text = text or (f"[{credit}]" if credit else "")
        if len(text) > 2:
            out.setdefault(text, Block(text, root.getpath(caption if caption is not None else figure)))
    for image in tree.iter("img", "video", "audio", "iframe"):
        for attribute in ("alt", "title", "aria-label"):
            words = clean(image.get(attribute) or "")
            if len(words) > 8 and caption_credit(plain(words), 0, len(words)) and not _is_elsewhere(image):
                out.setdefault(words, Block(words, f"{root.getpath(image)}/@{attribute}"))
    return list(out.values())


def _figures(tree: object) -> Iterator[tuple[object, object | None]]:
    """(figure, its caption element or None): <figure>, and any element whose class says caption."""
    for figure in tree.iter("figure"):
        yield figure, next(figure.iter("figcaption"), None)
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag == "figcaption":
            continue
        label = _label(element)
        if _CAPTION.search(label) and not any(True for _ in element.iter("figure", "img", "figcaption")):
            yield element.getparent() if element.getparent() is not None else element, element


def _credit(figure: object, caption: object | None) -> str | None:
    for element in figure.iter():
        if isinstance(element.tag, str) and _CREDIT.search(_label(element)):
            words = clean(re.sub(r"[\[\]()©]", " ", element.text_content()))
            words = _CREDIT_WORD.sub("", words)
            if 2 <= len(words) <= 80:
                return words
    return None


def _label(element: object) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"


def _is_elsewhere(element: object) -> bool:
    """Whether the element stands in a part of the page that is not the article."""
    for parent in element.iterancestors():
        if parent.tag in ("nav", "footer", "aside"):
            return True
        if parent.tag not in ("html", "body", "main", "article") and _ELSEWHERE.search(_label(parent)):
            return True
    return False


def clean(text: str) -> str:
    """`text` with single blanks, without soft hyphens and zero-width blanks."""
    return _BLANKS.sub(" ", text.replace("\u00ad", "").replace("\u200b", "").replace("\ufeff", "")).strip()
