"""Seas, waters and airspace beyond any state: where UCDP's where_prec is 7, which no gazetteer of places holds."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from dalil.records import Place, Quote

PRECISION = 7
# Words before the name that say that it happened there; "the Black Sea Fleet" and "a Red Sea resort" are no waters.
_BEFORE = (
    r"(?:\b(?:in|into|off|over|above|on|across|crossing|from)\s+(?:the\s+)?"
    r"|(?:\bفي|\bفوق|\bعبر|\bمن|\bب|\bقبالة)\s*)"
)
_NOT_BEHIND = r"(?!\s+(?:fleet|coasts?|ports?|resorts?|state|province|city|town|region|shores?|grain|film)\b)"
# One of these is in every name of waters: texts without any are not searched. "Sea" is in "search", too.
_FIRST = (
    "waters", "airspace", "gulf", "strait", "ocean", "mediterranean", "mandeb", "shipping",
    "مياه", "الأجواء", "البحار", "بحر", "خليج", "مضيق", "المندب", "المحيط",
)  # fmt: skip
_SHORT = tuple(re.compile(rf"{word}\b") for word in ("seas?", "bay"))


@cache
def _pattern() -> re.Pattern[str]:
    text = (resources.files("dalil.atlas") / "phrases" / "waters.tsv").read_text("utf-8")
    names = sorted((x for x in text.splitlines() if x and not x.startswith("#")), key=len, reverse=True)
    spelt = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names)
    return re.compile(f"{_BEFORE}(?P<name>{spelt})\\b{_NOT_BEHIND}", re.IGNORECASE)


def _may_tell(small: str) -> bool:
    """Whether a text in small letters holds a word that names of waters have."""
    return any(word in small for word in _FIRST) or any(word.search(small) for word in _SHORT)


def find_waters(text: str, start: int = 0, end: int | None = None) -> Place | None:
    """The first waters or airspace beyond any state that text[start:end] says something happened in; no candidates."""
    end = len(text) if end is None else end
    if not _may_tell(text[start:end].lower()):
        return None
    found = _pattern().search(text, start, end)
    if found is None:
        return None
    a, b = found.span("name")
    return Place(text[a:b], Quote(a, b, text[a:b]), PRECISION, None, ())
