"""The header of a report that was pasted as plain text: title, byline, date, caption with credit, dateline.

A header line proves itself (a label, a whole date, a mark-up sign, a credit in brackets); a title or an unlabelled
name is only taken where such lines, or the layout, set it apart from the body. What is not found stays None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from dalil.claims.text.header_dates import opening_date
from dalil.claims.text.header_lines import (
    AGENCIES,
    PLACE_TAIL,
    Fact,
    caption_credit,
    is_name,
    read_dateline,
    read_line,
    trim,
)
from dalil.claims.text.language import detect_lang
from dalil.claims.text.tables import plain
from dalil.records import Quote

HEAD = 3000  # code points that are looked at for a header
FOOT = 500  # and for a labelled line at the end
MAX_LINES = 16
TITLE_LENGTH = 110  # of a title that only the layout proves; headlines of wire services stay below 100
TITLE_WORDS = 20
MAX_WEAK = 5  # lines that prove nothing: title, byline, standfirst, caption, and the first of the body
MAX_PROSE = 2  # a standfirst and a caption may stand among the header lines; a third sentence is the body
_LINE = re.compile(r"[^\r\n\u2028\u2029]*\S[^\r\n\u2028\u2029]*")
_FRONT = re.compile(r"\s*(---|\+\+\+)[ \t]*\r?\n(?P<matter>.{0,2500}?)\r?\n\1[ \t]*(?:\r?\n|$)", re.DOTALL)
_FRONT_LINE = re.compile(r"^([\w\- ]{2,30}?)\s*[:=]\s*(.+?)[ \t\r]*$", re.MULTILINE)
_FRONT_KEYS = {
    "title": "title", "headline": "title", "author": "author", "authors": "author", "by": "author", "byline": "author",
    "date": "published", "published": "published", "pubdate": "published", "publishdate": "published",
    "date published": "published", "publisher": "publisher", "source": "publisher", "publication": "publisher",
    "site": "publisher", "sitename": "publisher", "hostname": "publisher", "url": "url", "link": "url",
    "canonical": "url", "lang": "lang", "language": "lang", "updated": "updated",
}  # fmt: skip
_QUOTED = ("title", "author", "publisher", "published", "updated", "place", "credit", "url")
CAPTION = "[caption] "  # stands before a caption in the text of a web page
_MARKED = re.compile(rf"^{re.escape(CAPTION)}(?P<words>[^\n]+)$", re.MULTILINE)
_REPORTING = re.compile(r"\((?:Reporting|Additional reporting) by (?P<who>[^;()\n]{3,80})(?:;[^()\n]*)?\)\s*$")
_SENTENCE_END = re.compile(r"[.!?؟…][\"”’'»)\]]*$")
_INNER_STOP = re.compile(r"[a-z\u0621-\u064a]{2}[.؟!?]\s+[A-Z\u0621-\u064a\"“]")


@dataclass(frozen=True, slots=True)
class Header:
    """What a pasted text says of itself. Every value has the quote it was read from; `body_start` is where the report
    proper begins, after the header and the dateline. `standfirst` and `caption` are sentences of the header that may
    tell of the event too.
    """

    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    published: date | None = None
    updated: date | None = None
    place: str | None = None
    credit: str | None = None
    url: str | None = None
    lang: str | None = None
    body_start: int = 0
    published_rule: str | None = None
    title_quote: Quote | None = None
    author_quote: Quote | None = None
    publisher_quote: Quote | None = None
    published_quote: Quote | None = None
    updated_quote: Quote | None = None
    place_quote: Quote | None = None
    credit_quote: Quote | None = None
    url_quote: Quote | None = None
    standfirst: tuple[Quote, ...] = ()
    caption: Quote | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    blank_before: bool
    facts: tuple[Fact, ...] | None  # None: no header line
    credit: Fact | None = None


def find_header(text: str) -> Header:
    """What `text` says of itself at its head (and, labelled, at its foot), in the order of trust of `_choose`."""
    flat = plain(text[:HEAD])
    facts, start = _front_matter(flat)
    lines = _lines(flat, start, whole=len(text) <= HEAD)
    cut, dateline_at = _header_end(flat, lines)
    header, weak = lines[:cut], [line for line in lines[:cut] if line.facts is None]
    facts += [fact for line in header if line.facts for fact in line.facts]
    roles = _roles(flat, weak, facts)
    facts += [fact for fact, _ in roles if fact]
    body_start = lines[cut].start if cut < len(lines) else (len(text) if not lines else lines[0].start)
    if dateline_at is not None and (dateline := read_dateline(flat, body_start, len(flat))):
        facts += dateline.facts
        body_start = dateline.end
    facts += _foot(text)
    chosen = _choose(facts)
    standfirst = tuple(_quote(text, line.start, line.end) for fact, line in roles if fact is None)
    caption = next((line for line in header if line.credit and line.facts is None), None)
    if caption is None and (caption := _marked_caption(text)):
        chosen.setdefault("credit", caption.credit)
    return _header(text, chosen, body_start, standfirst, caption)


# ---------------------------------------------------------------- lines


def _lines(flat: str, start: int, *, whole: bool) -> list[_Line]:
    """The first lines that are not blank; a line cut by the end of the head counts as body."""
    lines: list[_Line] = []
    at, prose, weak = start, 0, 0
    for found in _LINE.finditer(flat, start):
        first, last = trim(flat, found.start(), found.end(), " \t")
        cut = not whole and found.end() == len(flat)
        facts = None if cut or not first < last else read_line(flat, first, last)
        credit = caption_credit(flat, first, last) if facts is None and last - first <= 300 else None
        blank = len(re.findall(r"\r\n|[\r\n\u2028\u2029]", flat[at : found.start()])) > 1
        lines.append(_Line(first, last, blank, None if facts is None else tuple(facts), credit))
        at = found.end()
        weak += facts is None and credit is None
        prose += facts is None and last - first > 240
        if prose > MAX_PROSE or weak > MAX_WEAK or len(lines) == MAX_LINES:
            break
    return lines


def _front_matter(flat: str) -> tuple[list[Fact], int]:
    found = _FRONT.match(flat)
    if found is None:
        return [], 0
    facts = []
    for pair in _FRONT_LINE.finditer(flat, *found.span("matter")):
        field = _FRONT_KEYS.get(pair[1].strip().casefold().replace("_", " ").replace("-", " "))
        first, last = trim(flat, *pair.span(2), " \t\"'[]")
        if field and first < last:
            facts.append(_front_fact(flat, field, first, last))
    return [fact for fact in facts if fact], found.end()


def _front_fact(flat: str, field: str, start: int, end: int) -> Fact | None:
    if field in ("published", "updated"):
        found = opening_date(flat, start, end)
        return Fact(field, found.start, found.end, found.day, "front matter") if found else None
    if field == "publisher" and flat.startswith("http", start):
        field = "url"
    return Fact(field, start, end)


def front_matter_end(text: str) -> int:
    """Where the text begins after its front matter; 0 where it has none."""
    found = _FRONT.match(plain(text[:HEAD]))
    return found.end() if found else 0


def _marked_caption(text: str) -> _Line | None:
    """The first caption with a credit among those that the extraction of a web page put behind its text."""
    for found in _MARKED.finditer(text) if CAPTION in text else ():
        credit = caption_credit(plain(text), *found.span("words")) if len(found[0]) <= 400 else None
        if credit:
            return _Line(*found.span("words"), True, None, credit)
    return None


def _foot(text: str) -> list[Fact]:
    """Labelled lines at the end: a date, a source, "(Reporting by …)"."""
    base = max(len(text) - FOOT, 0)
    flat = plain(text[base:])
    facts = []
    for found in list(_LINE.finditer(flat))[-4:]:
        if ":" in found[0] and len(found[0]) <= 120:
            facts += [
                f
                for f in read_line(flat, *found.span()) or ()
                if f.field in ("published", "publisher", "author", "url")
            ]
    if reporting := _REPORTING.search(flat):
        facts.append(Fact("author", *reporting.span("who")))
    return [Fact(f.field, f.start + base, f.end + base, f.day, f.rule and f"{f.rule} at the end") for f in facts]


# ---------------------------------------------------------------- where the header ends


def _header_end(flat: str, lines: list[_Line]) -> tuple[int, int | None]:
    """How many lines are header, and the index of the line that opens with a dateline, if one does."""
    dateline = next((i for i, line in enumerate(lines) if _opens_with_dateline(flat, lines, i)), None)
    reach = len(lines) if dateline is None else dateline
    strong, prose, weak = -1, 0, 0
    for i, line in enumerate(lines[:reach]):
        if line.facts is None:
            is_caption = line.credit is not None and not _SENTENCE_END.search(
                flat[line.start : line.credit.start - 1].rstrip()
            )
            prose += _is_prose(flat, line) and not is_caption
            weak += 1
            if prose > MAX_PROSE or weak > MAX_WEAK:
                break
        elif line.facts or strong >= 0 or i == 0:
            strong = i
    cut = strong + 1
    if dateline is not None and _all_short(flat, lines[cut:dateline]):
        return dateline, dateline
    cut += _title_below(flat, lines, cut)
    return (
        (cut, cut if cut == dateline else None)
        if cut < len(lines)
        else (strong + 1 if strong + 1 < len(lines) else 0, None)
    )


def _opens_with_dateline(flat: str, lines: list[_Line], i: int) -> bool:
    line = lines[i]
    if line.facts is not None:
        return False
    found = read_dateline(flat, line.start, len(flat))
    if found is None:
        return False
    if any(fact.field != "place" for fact in found.facts):
        return True
    return line.end - found.end >= 60 or i == len(lines) - 1


def _all_short(flat: str, lines: list[_Line]) -> bool:
    return len(lines) <= 4 and not any(_is_prose(flat, line) and line.credit is None for line in lines)


def _title_below(flat: str, lines: list[_Line], cut: int) -> int:
    """How many lines below the last proven header line are title, byline and standfirst, by layout alone.

    They must be set apart from the body: by a blank line, or by a first paragraph that is clearly longer.
    """
    count = 0
    while cut + count < len(lines) and count < 4 and _may_be_title(flat, lines[cut + count]):
        count += 1
    if count == 0 or cut + count >= len(lines):
        return 0
    last, body = lines[cut + count - 1], lines[cut + count]
    words = flat[body.start : body.end]
    if words[0].islower():
        return 0  # a line that was wrapped
    ends = bool(_SENTENCE_END.search(words))
    if body.blank_before and (ends or len(words) >= TITLE_LENGTH):
        return count
    return count if ends and count <= 2 and len(words) >= 1.5 * (last.end - last.start) else 0


def _may_be_title(flat: str, line: _Line) -> bool:
    words = flat[line.start : line.end]
    if line.facts is not None or len(words) > TITLE_LENGTH or _is_prose(flat, line) or words[0] in "-*•([،,":
        return False
    return words[-1] not in ",;:،؛-–" and len(words.split()) <= TITLE_WORDS and not words[0].islower()


def _is_prose(flat: str, line: _Line) -> bool:
    words = flat[line.start : line.end]
    if len(words) > 200 or _INNER_STOP.search(words):
        return True
    return bool(_SENTENCE_END.search(words)) and words[-1] not in "?!؟…" and len(words.split()) > 3


# ---------------------------------------------------------------- who is the title, who the author


def _roles(flat: str, weak: list[_Line], facts: list[Fact]) -> list[tuple[Fact | None, _Line]]:
    """A fact for each unlabelled header line: title, author, credit; None for a standfirst."""
    roles: list[tuple[Fact | None, _Line]] = []
    known = {fact.field for fact in facts}
    short = [line for line in weak if line.credit is None and not _is_prose(flat, line)]
    names = [line for line in short if is_name(flat[line.start : line.end])]
    titles = [line for line in short if line not in names]
    if "title" not in known and not titles:
        titles = _title_of_last_resort(flat, weak, names, "author" in known)
        names = [line for line in names if line not in titles]
    title = next((line for line in titles if len(flat[line.start : line.end].split()) > 3), next(iter(titles), None))
    for line in weak:
        if line.credit is not None:
            roles.append((line.credit, line))
        elif line is title and "title" not in known:
            roles.append((Fact("title", *trim(flat, line.start, line.end, " \t*_")), line))
        elif names and line is names[0] and "author" not in known:
            tail = PLACE_TAIL.search(flat, line.start, line.end)
            if tail or titles or "title" in known:
                roles.append((Fact("author", *trim(flat, line.start, tail.start() if tail else line.end)), line))
        elif line not in names:
            roles.append((None, line))
    return roles


def _title_of_last_resort(flat: str, weak: list[_Line], names: list[_Line], signed: bool) -> list[_Line]:
    """A headline in capitals that looks like a name, where the author is known; a first line that ends in a stop."""
    if signed and names:
        return names[:1]
    if len(names) == 2:
        longer = max(names, key=lambda line: len(flat[line.start : line.end].split()))
        return [longer] if len(flat[longer.start : longer.end].split()) >= 4 else []
    first = weak[0] if weak else None
    if first and first not in names and first.credit is None and not _INNER_STOP.search(flat[first.start : first.end]):
        return [first] if len(flat[first.start : first.end].split()) <= TITLE_WORDS else []
    return []


def _choose(facts: list[Fact]) -> dict[str, Fact]:
    """One fact a field, the first one said; the day of an "updated" line only where no other was found."""
    chosen: dict[str, Fact] = {}
    rank = {"published line": 0, "front matter": 0, "date line": 1, "byline": 1, "dateline": 2}
    for fact in facts:
        old = chosen.get(fact.field)
        if old is None or (fact.day and rank.get(fact.rule, 3) < rank.get(old.rule, 3)):
            chosen[fact.field] = fact
    if "published" not in chosen and "updated" in chosen:
        chosen["published"] = chosen["updated"]
    return chosen


def _quote(text: str, start: int, end: int) -> Quote:
    return Quote(start, end, text[start:end])


def _header(
    text: str, chosen: dict[str, Fact], body_start: int, standfirst: tuple[Quote, ...], caption: _Line | None
) -> Header:
    quotes = {field: _quote(text, fact.start, fact.end) for field, fact in chosen.items()}
    words = {field: quote.text for field, quote in quotes.items()}
    publisher = words.get("publisher")
    stated = words.get("lang", "").strip().casefold()[:2]
    return Header(
        title=words.get("title"),
        author=words.get("author"),
        publisher=publisher and AGENCIES.get(plain(publisher).casefold(), publisher),
        published=chosen["published"].day if "published" in chosen else None,
        updated=chosen["updated"].day if "updated" in chosen else None,
        place=words.get("place"),
        credit=words.get("credit"),
        url=words.get("url"),
        lang=detect_lang(text[body_start:] or text) or (stated if stated in ("en", "ar") else None),
        body_start=body_start,
        published_rule=chosen["published"].rule if "published" in chosen else None,
        standfirst=standfirst,
        caption=_quote(text, caption.start, caption.end) if caption else None,
        **{f"{field}_quote": quotes.get(field) for field in _QUOTED},
    )
