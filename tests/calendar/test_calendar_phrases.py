"""The golden phrases: what find_dates gives is what stands in the three files."""

from datetime import date
from pathlib import Path

import pytest

from dalil.calendar import find_dates

GOLDEN = [Path(__file__).with_name(name) for name in ("phrases.tsv", "newswire.tsv", "arabic.tsv")]


def rows():
    for file in GOLDEN:
        for line in file.read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                yield line.split("\t")


def shown(span) -> str:
    """A span in the golden file's notation."""
    out = span.start.isoformat()
    if span.end != span.start:
        out += ".." + span.end.isoformat()
    if span.precision != "day":
        out += " " + span.precision
    return out + (f" @{span.time}" if span.time else "")


@pytest.mark.parametrize(("published", "lang", "text", "expected"), list(rows()), ids=lambda v: v[:40])
def test_phrase_gives_the_golden_days(published, lang, text, expected):
    day = date.fromisoformat(published) if published else None
    spans = find_dates(text, published=day, lang=lang)
    assert (" ; ".join(map(shown, spans)) or "-") == expected
    for span in spans:
        assert text[span.quote.start : span.quote.end] == span.quote.text
        assert span.rule
