"""Whatever the text: no crash, every quote its slice, every toll in order."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from dalil.claims.reader import read_text
from dalil.records import Quote, Toll

WORDS = st.sampled_from(
    [
        "at",
        "least",
        "17",
        "people",
        "were",
        "killed",
        "and",
        "injured",
        "when",
        "an",
        "airstrike",
        "hit",
        "the",
        "market",
        "in",
        "Kafr",
        "Dalun",
        "on",
        "Friday",
        ",",
        ".",
        "\n",
        "\n\n",
        "'",
        '"',
        "(",
        ")",
        "“",
        "”",
        "–",
        "١٧",
        "قتل",
        "مدنيين",
        "في",
        "غارة",
        "İstanbul",
        "ﬁre",
        "𝟙𝟚",
        "👩\u200d👩\u200d👧",
        "ß",
        "naïve",
        "é",
        "\u202e",
        "3-5",
        "between",
        "8",
        "and",
        "15",
        "gunmen",
        "shot",
        "dead",
        "John",
        "Smith",
        ",",
        "34",
        ",",
        "said",
        "police",
        "according",
        "to",
        "SOHR",
        "43-second",
        "video",
        "shot",
        "by",
        "up",
        "more",
        "than",
        "dozens",
        "no",
        "one",
        "not",
        "will",
        "likely",
        "kill",
        "if",
        "the",
        "toll",
        "rose",
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map(" ".join))


def walk(value, text):
    if isinstance(value, Quote):
        assert 0 <= value.start < value.end <= len(text)
        assert text[value.start : value.end] == value.text
    elif isinstance(value, Toll):
        known = [n for n in (value.low, value.best, value.high) if n is not None]
        assert known == sorted(known)
        walk(value.quote, text)
        for group in value.groups:
            walk(group.quote, text)
    elif isinstance(value, tuple):
        for part in value:
            walk(part, text)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            walk(getattr(value, name), text)


@settings(max_examples=250, deadline=None)
@given(TEXTS, st.sampled_from([None, "en", "ar"]), st.sampled_from([None, date(2016, 11, 5)]))
def test_quotes_and_tolls_hold_on_any_text(text, lang, published):
    reading = read_text(text, lang=lang, published=published)
    walk(reading, text)
    for incident in reading.incidents:
        assert all(0 <= k < len(reading.claims) for k in incident.claims)
        assert all(reading.claims[k].status in ("reported", "attempted") for k in incident.claims)
