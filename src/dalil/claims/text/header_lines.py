"""One line at the head of a pasted report: what it says of the report, if it is a header line at all.

Offsets are those of the whole text; `flat` is its `plain` form (tables.py), so both have the same offsets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from dalil.claims.text.header_dates import DATE, HeaderDate, opening_date, whole_date
from dalil.claims.text.tables import plain, rows


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a header line says, and where its words stand; `day` is set for dates."""

    field: str
    start: int
    end: int
    day: date | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Dateline:
    """The opening of a wire report ("BEIRUT (AP) — "); the body begins at `end`."""

    end: int
    facts: tuple[Fact, ...]


LABELS: dict[str, list[str]] = {}
BARE: set[str] = set()
for _row in rows("labels.tsv"):
    LABELS.setdefault(plain(_row[2]), []).append(_row[0])
    if len(_row) > 3:
        BARE.add(plain(_row[2]))
HEADLINE_WORDS = frozenset(word for _, line in rows("headline_words.tsv") for word in line.split())
AGENCIES = {plain(spelling): name for name, spelling in rows("agencies.tsv")}

_ALTERNATIVES = "|".join(
    re.escape(label).replace(r"\ ", r"\s+") for label in sorted(LABELS, key=len, reverse=True)
)  # longest first, so that "published on" wins over "published"
_LABEL = re.compile(rf"[\s*_(\[]*(?P<label>{_ALTERNATIVES})(?![\w])[*_]*(?P<colon>\s*:[*_]*)?\s*", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"'\])]+")
_PIECES = re.compile(r"\s*[|•·\t]\s*|\s+[—–]\s+|\s{3,}")
_CREDIT = re.compile(
    r"\[\s*(?P<square>[^\[\]]{2,80}?)\s*\]\s*$|\(\s*(?P<round>[^()]{2,80}?)\s*\)\s*$|[©ⓒ]\s*(?P<copy>[^\n]{2,60}?)\s*$"
)
_CREDIT_WORD = re.compile(
    r"(?:photo|photograph|picture|image|video|credit|courtesy|screen ?(?:shot|grab)|via|تصوير|عدسة|صورة)\b[\s:]*"
    r"(?:by\s+|of\s+|from\s+|credit:?\s*)*",
    re.IGNORECASE,
)
_READ_TIME = re.compile(r"\s*\d{1,3}\s*(?:min(?:ute)?s?\.?\s*(?:read)?|دقائق|دقيقة)[\s\w]{0,12}$", re.IGNORECASE)
_PARTICLE = "al|el|as|ash|at|az|ad|an|ar|abu|bin|ibn|bint|de|del|da|di|von|van|der|la|le|y"
_NAME_WORD = re.compile(rf"[A-Z\u00c0-\u00de][\w'’.\-]*|(?:{_PARTICLE})(?:-[A-Z][\w'’\-]*)?$")
_ARABIC_WORD = re.compile("[\u0621-\u064a\u064b-\u0652\u0640]+$")
_JOIN = re.compile(r"\s+(?:and|&|و)\s+|\s*,\s*|\s+with\s+")
PLACE_TAIL = re.compile(r"\s+in\s+[A-Z][\w'’\-]+(?:[ ,]+[A-Z][\w'’\-]+)*$")  # "Lina Marsh in Beirut"


def trim(flat: str, start: int, end: int, edge: str = " \t*_\"“”'‘’,;|-–—") -> tuple[int, int]:
    """`start`, `end` without blanks and mark-up at either side."""
    while start < end and flat[start] in edge:
        start += 1
    while end > start and flat[end - 1] in edge:
        end -= 1
    return start, end


def read_line(flat: str, start: int, end: int) -> list[Fact] | None:
    """What the header line `flat[start:end]` says ([] for page furniture); None where it is no header line."""
    start, end = trim(flat, start, end, " \t")
    line = flat[start:end]
    if line.startswith("#") and (heading := re.match(r"#{1,3}\s+", line)):
        first, last = trim(flat, start + heading.end(), end, " #\t")
        return [Fact("title", first, last)] if line.startswith("# ") or len(line) < 200 else None
    if end - start > 240:
        return None
    if line.casefold() in LABELS and "furniture" in LABELS[line.casefold()]:
        return []
    if _READ_TIME.fullmatch(line) or re.fullmatch(r"[=\-_*\s]{3,}", line):
        return []
    if (url := _URL.match(line)) and url.end() == len(line):
        return [Fact("url", start, end)]
    return _one(flat, start, end) or _many(flat, start, end)


def _one(flat: str, start: int, end: int) -> list[Fact] | None:
    """A line or piece that is one label with its value, or one date."""
    if found := whole_date(flat, start, end):
        return [_dated("published", found, "date line")]
    label = _LABEL.match(flat, start, end)
    if label is None:
        return None
    name = re.sub(r"\s+", " ", label["label"].casefold())
    if label["colon"] is None and name not in BARE:
        return None
    for field in LABELS[name]:
        facts = _value(flat, field, label.end(), end, colon=label["colon"] is not None)
        if facts is not None:
            return facts
    return None


def _value(flat: str, field: str, start: int, end: int, *, colon: bool) -> list[Fact] | None:
    start, end = trim(flat, start, end)
    if start >= end:
        return [] if colon and field not in ("alert", "nowhere") else None
    if field in ("published", "updated"):
        found = (opening_date if colon else whole_date)(flat, start, end)
        return [_dated(field, found, f"{field} line")] if found else None
    if field == "author":
        return _byline(flat, start, end)
    if field == "url":
        found = _URL.search(flat, start, end)
        return [Fact("url", found.start(), found.end())] if found else None
    if field == "publisher":
        if found := _URL.match(flat, start, end):
            return [Fact("url", found.start(), found.end())]
        return [Fact("publisher", start, end)] if end - start <= 80 else None
    if field == "credit":
        return [Fact("credit", start, end)] if end - start <= 60 and flat[end - 1] not in ".!?؟" else None
    if field in ("title", "lang"):
        return [Fact(field, start, end)]
    return None


def _byline(flat: str, start: int, end: int) -> list[Fact] | None:
    """Author, and a date or an agency that shares the line."""
    facts: list[Fact] = []
    if date_in := DATE.search(flat, start, end):
        before = trim(flat, start, date_in.start())
        if found := whole_date(flat, before[1], end):
            facts.append(_dated("published", found, "byline"))
            end = before[1]
    for piece in re.split(r"\s*[|•·/]\s*|\s+[—–-]\s+", flat[start:end]):
        at = flat.index(piece, start, end) if piece else end
        facts += _signature(flat, at, at + len(piece))
    return facts if any(f.field in ("author", "publisher") for f in facts) else None


def _signature(flat: str, start: int, end: int) -> list[Fact]:
    """A name, an agency, or "Name, Agency"; [] for anything else."""
    start, end = trim(flat, start, end, " \t*_,;:.")
    comma = flat.rfind(",", start, end)
    if comma > 0 and is_agency(flat[comma + 1 : end]):
        first, last = trim(flat, comma + 1, end)
        return [*_signature(flat, start, comma), Fact("publisher", first, last)]
    if is_agency(flat[start:end]):
        return [Fact("publisher", start, end)]
    tail = PLACE_TAIL.search(flat, start, end)
    if tail:
        end = tail.start()
    return [Fact("author", start, end)] if is_name(flat[start:end], labelled=True) else []


def _many(flat: str, start: int, end: int) -> list[Fact] | None:
    """A line of several pieces ("By A. Writer | Reuters | 5 Nov 2016") where at least one is a label or a date."""
    cuts = [(m.start(), m.end()) for m in _PIECES.finditer(flat, start, end)]
    if not cuts:
        return None
    edges = [start, *(edge for cut in cuts for edge in cut), end]
    facts, strong = [], False
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        one = _one(flat, first, last) if last > first else None
        strong = strong or bool(one)
        if one:
            facts += one
        elif is_agency(flat[first:last]):
            facts.append(Fact("publisher", first, last))
    dates = [f for f in facts if f.field == "published"]
    if len(dates) > 1:
        facts = [f for f in facts if f.field != "published" or f is dates[0]]
    return facts if strong else None


def _dated(field: str, found: HeaderDate, rule: str) -> Fact:
    return Fact(field, found.start, found.end, found.day, rule)


def is_agency(words: str) -> bool:
    """Whether `words` is a known agency, or initials such as AFP or ACAN-EFE."""
    bare = words.strip(" .,*_")
    if bare.casefold() in AGENCIES:
        return True
    return bool(re.fullmatch(r"[A-Z]{2,6}(?:\s?[-/]\s?[A-Z]{2,6})*", bare)) and bare not in ("US", "UK", "UN", "EU")


def is_name(words: str, *, labelled: bool = False) -> bool:
    """Whether `words` may be one or more people's names: capitals (or Arabic letters), no word that headlines use."""
    bare = words.strip()
    if not 3 <= len(bare) <= 90 or any(c.isdigit() for c in bare) or bare[-1] in ".!?:;؟":
        return False
    tail = PLACE_TAIL.search(bare)
    bare = bare[: tail.start()] if tail else bare
    people = [part for part in _JOIN.split(bare) if part]
    return bool(people) and all(_is_person(part.split(), labelled) for part in people)


def _is_person(parts: list[str], labelled: bool) -> bool:
    if not (1 if labelled else 2) <= len(parts) <= 5:
        return False
    if all(_ARABIC_WORD.match(part) for part in parts):
        known = any(part in HEADLINE_WORDS or part.removeprefix("ال") in HEADLINE_WORDS for part in parts)
        return labelled and len(parts) <= 4 and not known
    if not all(_NAME_WORD.match(part) for part in parts) or not parts[-1][0].isupper():
        return False
    return labelled or not any(part.casefold().strip("'’.") in HEADLINE_WORDS for part in parts)


def caption_credit(flat: str, start: int, end: int) -> Fact | None:
    """The credit in brackets that ends a caption ("… bombers [Aleppo24]"), a "© NAME", or None."""
    found = _CREDIT.search(flat, start, end)
    if found is None:
        return None
    group = found.lastgroup
    first, last = found.span(group)
    word = _CREDIT_WORD.match(flat, first, last)
    if group == "round" and not (word or any(is_agency(p) for p in re.split(r"[/,]| via ", flat[first:last]))):
        return None
    if group == "round" and not word and "/" not in flat[first:last] and flat[first:last].casefold() not in AGENCIES:
        return None  # "(SOHR)" after a long name is an abbreviation, no credit
    first, last = trim(flat, word.end() if word else first, last)
    if not 2 <= last - first <= 60 or len(flat[first:last].split()) > 6:
        return None
    return Fact("credit", first, last)


# ---------------------------------------------------------------- datelines

_DAY_MONTH = r"(?:[0-3]?\d\s+[A-Za-z]{3,9}\.?|[A-Z][A-Za-z]{2,8}\.?\s+[0-3]?\d|NO DATE)(?:,?\s+(?:19|20)?\d\d(?!\d))?"
_DASH = r"(?:\s*(?:--+|[—–])\s*|\s+-\s+)"
# FBIS transcripts: "[REPORT] [NAME OF THE WRITER] [TEXT]"; the body begins after the last of these signs.
_SIGN = r"\[(?:TEXT|EXCERPTS?|SUMMARY|EDITORIAL REPORT)\]\s*(?:\[CONTINUED\]\s*)?"
_MARKS = rf"(?:(?:\[[^\[\]]{{2,120}}\]\s*){{0,4}}?{_SIGN})?"
_WRITER = re.compile(
    r"\[(?:REPORT|ARTICLE|COMMENTARY|EDITORIAL|FEATURE)\]\s*"
    r"\[(?!TEXT\]|EXCERPT|SUMMARY)(?P<who>[A-Z][A-Z.'’\- ]{3,40})[,\]]"
)
_PAREN = r"\s*[(\[]\s*(?P<agency>[^()\[\]\n]{2,60}?(?:\s\[\w+\])?)\s*[)\]]"
_REGION = r"(?:,\s*(?P<region>[A-Z][\w.’']+(?:\s[A-Z][\w.’']+)?))"
_BY = r"(?:(?:By\s+)?(?P<by>[A-Z][a-z][\w’'.\-]*(?:\s[A-Z][\w’'.\-]*){1,2}?)\s+)?"
_UPPER = re.compile(
    rf"{_BY}(?P<place>[A-Z][A-Z.'’\-]+(?:\s[A-Z][A-Z.'’\-]+){{0,4}})(?:\s*\((?P<country>[A-Z][A-Z. ]+)\)(?=,))?"
    rf"{_REGION}?(?:,\s*(?P<date>{_DAY_MONTH}))?(?:{_PAREN})?{_DASH}\s*{_MARKS}"
)
_MIXED = re.compile(
    rf"(?!By\s)(?P<place>[A-Z][\w'’\-]+(?:\s[A-Z][\w'’\-]+){{0,3}}){_REGION}?"
    rf"(?:,\s*(?P<date>{_DAY_MONTH}))?(?:{_PAREN})?{_DASH}"
)
_PLACELESS = re.compile(rf"(?P<date>{_DAY_MONTH})?{_PAREN}{_DASH}")
_NAMED = "|".join(re.escape(s) for s in sorted(AGENCIES, key=len, reverse=True) if not s.isascii())
_ARABIC = re.compile(
    rf"(?P<place>[\u0621-\u064a]+(?:\s[\u0621-\u064a]+){{0,2}})\s*"
    rf"(?:\(\s*(?P<agency>[^()\n]{{2,40}}?)\s*\)|/\s*(?P<second>[^\n/\-–—]{{2,25}}?)\s*/?)?\s*"
    rf"(?:(?:--+|[—–-])\s*)(?:(?P<third>{_NAMED})(?!\w)\s*(?:[:.—–-]\s*)?)?"
)


def read_dateline(flat: str, start: int, end: int) -> Dateline | None:
    """The dateline with which `flat[start:end]` opens, or None."""
    found = _UPPER.match(flat, start, end) or _proven(_MIXED.match(flat, start, end))
    if found is None:
        found = _PLACELESS.match(flat, start, end)
        return _dateline(flat, found) if found and is_agency(found["agency"]) else _arabic_dateline(flat, start, end)
    labels = LABELS.get(found["place"].casefold().strip(), ())
    if "alert" in labels or len(found["place"]) < 3:
        return None
    return _dateline(flat, found, None if "nowhere" in labels else Fact("place", *found.span("place")))


def _proven(found: re.Match[str] | None) -> re.Match[str] | None:
    """A place in small letters needs a region, a date or an agency beside it: "Doctors — many of them" has none."""
    return found if found and (found["region"] or found["date"] or is_agency(found["agency"] or "")) else None


def _dateline(flat: str, found: re.Match[str], place: Fact | None = None) -> Dateline:
    facts = [place] if place else []
    if found["date"] and (day := _dateline_day(found["date"])):
        facts.append(Fact("published", *found.span("date"), day, "dateline"))
    if found["agency"] and (found["date"] or is_agency(found["agency"]) or found["agency"].isupper()):
        facts.append(Fact("publisher", *found.span("agency")))
    if writer := _WRITER.search(flat, found.start(), found.end()):
        facts.append(Fact("author", *writer.span("who")))
    elif found.re is _UPPER and found["by"]:
        facts.append(Fact("author", *found.span("by")))
    return Dateline(found.end(), tuple(facts))


def _dateline_day(words: str) -> date | None:
    found = whole_date(words, 0, len(words))
    return found.day if found else None


def _arabic_dateline(flat: str, start: int, end: int) -> Dateline | None:
    found = _ARABIC.match(flat, start, end)
    if found is None or found["place"] in LABELS:
        return None
    facts = [Fact("place", *found.span("place"))]
    for group in ("agency", "second", "third"):
        if found[group]:
            facts.append(Fact("publisher", *found.span(group)))
            break
    return Dateline(found.end(), tuple(facts))
