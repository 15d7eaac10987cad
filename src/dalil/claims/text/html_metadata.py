"""What a web page says of itself: JSON-LD, OpenGraph and other meta elements, <time>, its addresses.

For each field the first source that speaks wins, in the order of `_FIELDS`; each value keeps the name of its source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dalil.claims.text.header_dates import find_date
from dalil.claims.text.header_lines import read_line
from dalil.claims.text.tables import plain

ARTICLE_TYPES = (
    "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle", "BackgroundNewsArticle",
    "Article", "BlogPosting", "LiveBlogPosting", "Report", "SocialMediaPosting", "DiscussionForumPosting", "WebPage",
)  # fmt: skip
_FIELDS = {
    "title": (
        "jsonld:headline", "meta:og:title", "meta:twitter:title", "meta:dc.title", "meta:headline", "h1", "title",
    ),
    "author": (
        "jsonld:author", "meta:author", "meta:article:author", "meta:dc.creator", "meta:byl", "meta:parsely-author",
        "itemprop:author", "rel:author", "class:byline",
    ),
    "publisher": (
        "jsonld:publisher", "meta:og:site_name", "meta:publisher", "meta:dc.publisher", "meta:application-name",
    ),
    "published": (
        "jsonld:datePublished", "meta:article:published_time", "meta:og:article:published_time", "meta:datepublished",
        "meta:dc.date.issued", "meta:dcterms.created", "meta:dc.date", "meta:pubdate", "meta:publish-date",
        "meta:publication_date", "meta:parsely-pub-date", "meta:date", "itemprop:datePublished", "time",
    ),
    "url": ("link:canonical", "meta:og:url", "jsonld:url", "saved-from"),
}  # fmt: skip
_SAVED = (
    re.compile(r"<!--\s*saved from url=\(\d+\)(?P<url>https?://[^\s>]+?)\s*-->", re.I),
    re.compile(r"Page saved with SingleFile\s+url:\s*(?P<url>https?://\S+)", re.I),
    re.compile(r"<!--\s*Mirrored from (?P<url>[^\s>]+) by HTTrack", re.I),
)
LINES_LOOKED_AT = 400  # visible lines of a page that may be its byline or its date: menus come first on some
_ISO = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)(?!\d)")
_BY = re.compile(r"^\s*(?:by|written by|بقلم|كتب|كتبت)\s*[::]?\s+", re.I)


@dataclass(frozen=True, slots=True)
class Stated:
    """One value and where on the page it stands ("og:title", "jsonld:headline")."""

    value: str
    source: str


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What the page says of itself; None where it does not."""

    title: Stated | None
    author: Stated | None
    publisher: Stated | None
    published: date | None
    url: Stated | None
    lang: str | None
    description: Stated | None
    videos: tuple[str, ...]


def page_facts(tree: object, source: str, blocks: list[str]) -> PageFacts:
    """The facts on the page; `blocks` are its visible paragraphs, for bylines and dates that only people can see."""
    linked = list(_linked_data(tree))
    said = dict(_statements(tree, linked, source))
    found = {field: _first(field, said) for field in _FIELDS}
    seen = _visible(blocks)
    published = _published(said)
    if published is None and "published" in seen:
        published = find_date(plain(seen["published"])).day
    title, publisher = found["title"], found["publisher"]
    return PageFacts(
        title=title and Stated(_without_site(title.value, publisher), title.source),
        author=found["author"] or ("author" in seen and Stated(seen["author"], "visible text")) or None,
        publisher=publisher,
        published=published,
        url=found["url"],
        lang=_lang(tree, linked),
        description=_description(said),
        videos=tuple(_videos(linked)),
    )


def _first(field: str, said: dict[str, str]) -> Stated | None:
    for source in _FIELDS[field]:
        value = _clean(said.get(source, ""))
        if value and (field != "author" or _is_author(value, said)):
            return Stated(_BY.sub("", value) if field == "author" else value, source.removeprefix("meta:"))
    return None


def _is_author(value: str, said: dict[str, str]) -> bool:
    site = _clean(said.get("jsonld:publisher") or said.get("meta:og:site_name") or "")
    return not value.startswith(("http", "www.", "@")) and len(value) < 120 and value.casefold() != site.casefold()


def _statements(tree: object, linked: list[dict], source: str) -> Iterator[tuple[str, str]]:
    """Every (source name, value) on the page; of one source the first value only."""
    out: dict[str, str] = {}
    for name, value in (*_from_linked_data(linked), *_from_meta(tree), *_from_elements(tree)):
        if value and value.strip():
            out.setdefault(name, value)
    for pattern in _SAVED:
        if saved := pattern.search(source[:5000]):
            url = saved["url"]
            out.setdefault("saved-from", url if "://" in url else f"http://{url}")
    yield from out.items()


def _from_meta(tree: object) -> Iterator[tuple[str, str]]:
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        yield f"meta:{name.strip().lower()}", meta.get("content") or ""
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower() and (link.get("href") or "").startswith("http"):
            yield "link:canonical", link.get("href")


def _from_elements(tree: object) -> Iterator[tuple[str, str]]:
    for tag in ("h1", "title"):
        for element in tree.iter(tag):
            yield tag, element.text_content()
    for element in tree.iter("time"):
        if not _is_aside(element):
            yield "time", element.get("datetime") or element.text_content()
    for element in tree.xpath("//*[@itemprop='datePublished']"):
        yield "itemprop:datePublished", element.get("content") or element.get("datetime") or element.text_content()
    for name, path in (
        ("itemprop:author", "//*[@itemprop='author']"),
        ("rel:author", "//a[contains(concat(' ',@rel,' '),' author ')]"),
        ("class:byline", "//*[contains(@class,'byline') or contains(@class,'author-name')]"),
    ):
        for element in tree.xpath(path):
            words = _clean(element.get("content") or element.text_content())
            if 3 <= len(words) <= 80:
                yield name, words


def _is_aside(element: object) -> bool:
    return any(parent.tag in ("aside", "nav", "footer") for parent in element.iterancestors())


# ---------------------------------------------------------------- JSON-LD


def _linked_data(tree: object) -> Iterator[dict]:
    """Every node of every JSON-LD script, articles first; broken JSON is passed over."""
    nodes: list[dict] = []
    for script in tree.xpath("//script[contains(@type,'ld+json')]"):
        text = re.sub(r"^\s*(?://)?\s*<!\[CDATA\[|(?://)?\s*\]\]>\s*$", "", script.text or "")
        try:
            nodes += _nodes(json.loads(text, strict=False), depth=0)
        except (ValueError, RecursionError):
            continue
    yield from sorted(nodes, key=lambda node: _rank(node))


def _nodes(value: object, depth: int) -> list[dict]:
    if depth > 6:
        return []
    if isinstance(value, list):
        return [node for item in value[:200] for node in _nodes(item, depth + 1)]
    if not isinstance(value, dict):
        return []
    inner = [value.get(key) for key in ("@graph", "video", "mainEntity", "associatedMedia", "hasPart")]
    return [value, *(node for item in inner if item for node in _nodes(item, depth + 1))]


def _types(node: dict) -> list[str]:
    kind = node.get("@type")
    return [str(one) for one in kind] if isinstance(kind, list) else [str(kind)]


def _rank(node: dict) -> int:
    return min((ARTICLE_TYPES.index(kind) for kind in _types(node) if kind in ARTICLE_TYPES), default=99)


def _from_linked_data(nodes: list[dict]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if _rank(node) == 99:
            continue
        for key in ("headline", "datePublished", "description", "inLanguage"):
            yield f"jsonld:{key}", _name(node.get(key))
        yield "jsonld:author", _name(node.get("author") or node.get("creator"))
        yield "jsonld:publisher", _name(node.get("publisher") or node.get("sourceOrganization"))
        page = node.get("url") or node.get("mainEntityOfPage")
        address = page.get("@id") or page.get("url") if isinstance(page, dict) else page
        if isinstance(address, str) and address.startswith("http"):
            yield "jsonld:url", address
    for node in nodes:
        if "Organization" in _types(node) or "NewsMediaOrganization" in _types(node):
            yield "jsonld:publisher", _name(node.get("name"))


def _name(value: object) -> str:
    """A name out of a string, a node with a name, or a list of these, joined by commas."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return _name(value.get("name") or value.get("alternateName") or value.get("@value") or "")
    if isinstance(value, list):
        return ", ".join(filter(None, (_name(one) for one in value[:12])))
    return ""


def _videos(nodes: list[dict]) -> Iterator[str]:
    """A line for each video that the page embeds: its name, description, length and credit, as the page states them."""
    for node in nodes:
        if "VideoObject" not in _types(node):
            continue
        name, words = _clean(_name(node.get("name"))), _clean(_name(node.get("description")))
        if name and not words.startswith(name):
            words = f"{name.rstrip('.')}. {words}".strip()
        seconds = _seconds(str(node.get("duration") or ""))
        holder = node.get("creditText") or node.get("author") or node.get("creator") or node.get("copyrightHolder")
        credit = _clean(_name(holder))
        line = words + (f" ({seconds} seconds)" if seconds else "") + (f" [{credit}]" if credit else "")
        if line.strip():
            yield line.strip()


def _seconds(duration: str) -> int:
    """An ISO 8601 duration in seconds, 0 where it is none."""
    found = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?", duration)
    return sum(int(n or 0) * unit for n, unit in zip(found.groups(), (3600, 60, 1), strict=True)) if found else 0


# ---------------------------------------------------------------- values


def _published(said: dict[str, str]) -> date | None:
    """The day as the publisher writes it, in its own time zone."""
    for source in _FIELDS["published"]:
        value = said.get(source)
        if value and (day := read_day(value)):
            return day
    return None


def read_day(value: str) -> date | None:
    """The day in an ISO date or in a written one."""
    if iso := _ISO.match(value):
        try:
            return date(*map(int, iso.groups()))
        except ValueError:
            return None
    found = find_date(plain(value[:200]))
    return found.day if found else None


def _visible(blocks: list[str]) -> dict[str, str]:
    """Author and date in the page's visible lines ("Date of publication: 5 November, 2016"), first of each."""
    seen: dict[str, str] = {}
    for block in blocks[:LINES_LOOKED_AT]:
        if len(block) > 200:
            continue
        for fact in read_line(plain(block), 0, len(block)) or ():
            if fact.field in ("author", "published"):
                seen.setdefault(fact.field, block[fact.start : fact.end])
    return seen


def _lang(tree: object, linked: list[dict]) -> str | None:
    stated = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    if not stated:
        stated = next((meta.get("content") or "" for meta in tree.xpath("//meta[@property='og:locale']")), "")
    if not stated:
        stated = next((node["inLanguage"] for node in linked if isinstance(node.get("inLanguage"), str)), "")
    code = re.match(r"[a-z]{2}(?![a-z])", stated.strip().lower())
    return code[0] if code else None


def _description(said: dict[str, str]) -> Stated | None:
    for source in ("jsonld:description", "meta:og:description", "meta:description"):
        value = _clean(said.get(source, ""))
        if value and not value.endswith(("...", "…")):
            return Stated(value, source.removeprefix("meta:"))
    return None


def _without_site(title: str, publisher: Stated | None) -> str:
    """The title without the site's name that <title> elements put behind a bar."""
    if publisher:
        name = re.escape(publisher.value)
        title = re.sub(rf"\s*[|\-–—:•·]\s*{name}\s*$|^\s*{name}\s*[|–—:•·]\s*", "", title, flags=re.I)
    return title


def _clean(value: str) -> str:
    return re.sub(r"\s+", " ", value).strip()
