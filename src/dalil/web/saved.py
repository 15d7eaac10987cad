"""A saved page or drawing made harmless to look at: no script, no link, nothing that asks another machine for anything.

The sandbox and the policy under which it leaves (security.py) are the wall; this takes away what they do not hold back:
a browser opens connections for <link rel=preconnect> and for a link that is pressed, before any policy is asked.
"""

from __future__ import annotations

import re

from dalil.claims.text.charset import decode
from dalil.errors import InputRefused

LARGEST = 8_000_000  # bytes; a larger page would hold up a browser, and is still there to be downloaded
HTML = ("text/html", "application/xhtml+xml")
SVG = "image/svg+xml"
KINDS = (*HTML, SVG)
DROPPED = frozenset(
    {
        "script", "link", "base", "meta", "iframe", "frame", "frameset", "object", "embed", "applet", "portal",
        "fencedframe", "param", "source", "track", "template", "handler", "listener", "discard",
    }
)  # fmt: skip
# Attributes that name an address or another document. One that stays begins with "#" or is a picture in itself.
ADDRESSES = frozenset(
    {
        "href", "src", "srcset", "imagesrcset", "srcdoc", "ping", "action", "formaction", "poster", "background",
        "data", "cite", "longdesc", "manifest", "codebase", "archive", "classid", "usemap", "profile", "icon",
        "dynsrc", "lowsrc", "content", "attributionsrc", "target",
    }
)  # fmt: skip
IN_ITSELF = re.compile(r"\s*(?:#|data:image/(?:png|jpeg|gif|webp|avif);)", re.I)
DECLARED = re.compile(rb"""(?:charset\s*=\s*["']?|encoding\s*=\s*["'])([A-Za-z0-9._:-]{2,40})""", re.I)
DECLARED_WITHIN = 4096
PROLOGUE = re.compile(r"^\ufeff?\s*<\?xml[^>]*>")


def can_be_shown(media_type: str, size: int) -> bool:
    """Whether an object of that type and size is a page or drawing that a browser bears to be shown."""
    return media_type in KINDS and size <= LARGEST


def harmless(data: bytes, media_type: str) -> tuple[bytes, str]:
    """(the page or drawing without what acts or asks, its content type); InputRefused where no mark-up is in it."""
    declared = DECLARED.search(data[:DECLARED_WITHIN])
    text = decode(data, declared[1].decode("ascii") if declared else None).text.replace("\0", "")
    text = PROLOGUE.sub("", text)
    tree = drawing(text) if media_type == SVG else document(text)
    if tree is None:
        raise InputRefused("file", "holds no mark-up that can be shown", "Download the original")
    for element in list(tree.iter()):
        clean(element)
    return written(tree, media_type)


def document(text: str):
    """The tree of a page."""
    import lxml.html

    if not text.strip():
        return None
    try:
        return lxml.html.document_fromstring(text, ensure_head_body=True)
    except (lxml.etree.ParserError, ValueError):
        return None


def drawing(text: str):
    """The tree of a drawing; no entity is resolved and nothing is fetched for it."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        return None


def written(tree, media_type: str) -> tuple[bytes, str]:
    """The tree as bytes in UTF-8, with the type that says so."""
    from lxml import etree

    if media_type == SVG:
        return etree.tostring(tree, encoding="utf-8", xml_declaration=True), f"{SVG}; charset=utf-8"
    data = etree.tostring(tree, encoding="utf-8", method="html", doctype="<!doctype html>")
    return data, "text/html; charset=utf-8"


def clean(element) -> None:
    """The element is out of the tree, or has no attribute left that acts or names an address."""
    name = local(element.tag) if isinstance(element.tag, str) else None
    if name is None or name in DROPPED or moves_a_link(element, name):
        if element.getparent() is not None:
            element.drop_tree() if hasattr(element, "drop_tree") else drop(element)
        return
    for key, value in list(element.attrib.items()):
        called = local(key)
        if called.startswith("on") or (called in ADDRESSES and not IN_ITSELF.match(value)):
            del element.attrib[key]


def moves_a_link(element, name: str) -> bool:
    """Whether a drawing's animation would give an element another address."""
    return name.startswith(("animate", "set")) and "href" in element.get("attributeName", "").lower()


def drop(element) -> None:
    """The element is gone, the text after it stays."""
    parent, before = element.getparent(), element.getprevious()
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def local(tag: str) -> str:
    """The name without its namespace or prefix."""
    return tag.rpartition("}")[2].rpartition(":")[2].lower()
