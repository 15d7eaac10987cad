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
# What every name of waters holds: texts without it are not searched.
_FIRST = re.compile(
    r"waters|airspace|\bseas?\b|gulf|strait|ocean|\bbay\b|mediterranean|mandeb|shipping"
    r"|مياه|الأجواء|البحار|بحر|خليج|مضيق|المندب|المحيط",
    re.IGNORECASE,
)


@cache
def _pattern() -> re.Pattern[str]:
    text = (resources.files("dalil.atlas") / "phrases" / "waters.tsv").read_text("utf-8")
    names = sorted((x for x in text.splitlines() if x and not x.startswith("#")), key=len, reverse=True)
    spelt = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names)
    return re.compile(f"{_BEFORE}(?P<name>{spelt})\\b{_NOT_BEHIND}", re.IGNORECASE)


def find_waters(text: str, start: int = 0, end: int | None = None) -> Place | None:
    """The first waters or airspace beyond any state that text[start:end] says something happened in; no candidates."""
    end = len(text) if end is None else end
    if _FIRST.search(text, start, end) is None:
        return None
    found = _pattern().search(text, start, end)
    if found is None:
        return None
    a, b = found.span("name")
    return Place(text[a:b], Quote(a, b, text[a:b]), PRECISION, None, ())
