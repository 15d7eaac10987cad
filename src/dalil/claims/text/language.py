"""Which language a text is in: the script first, then the small words."""

from __future__ import annotations

import re

from dalil.claims.text.tables import rows

SAMPLE = 1500  # code points that are looked at: enough for some 200 words, read in 50 microseconds
_ARABIC = re.compile("[\u0621-\u064a\u0671-\u06d3\ufb50-\ufdff\ufe70-\ufefc]+")
_OTHER_ARABIC_SCRIPT = re.compile("[پچژگۆێڵڕٹڈڑںےەڤ]")  # Persian, Kurdish, Urdu
_PERSIAN_FORMS = re.compile("[یک]")
_ARABIC_FORMS = re.compile("[يكةىأإ]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u04ff\u0590-\u05ff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")

_WORDS: dict[str, frozenset[str]] = {}
for _lang, _line in rows("function_words.tsv"):
    _WORDS[_lang] = _WORDS.get(_lang, frozenset()) | frozenset(_line.split())


def detect_lang(text: str) -> str | None:
    """ "ar" or "en" where the text clearly is; None for any other language and where too little is there to say."""
    sample = text[:SAMPLE]
    latin = _LATIN.findall(sample)
    if sample.isascii():
        return _latin_language(latin)
    arabic = sum(map(len, _ARABIC.findall(sample)))
    others = sum(map(len, latin)) + len(_FOREIGN.findall(sample))
    if arabic > others:
        return _arabic_script_language(sample, arabic)
    if len(_FOREIGN.findall(sample)) * 2 > others:
        return None
    return _latin_language(latin)


def _arabic_script_language(sample: str, letters: int) -> str | None:
    foreign = len(_OTHER_ARABIC_SCRIPT.findall(sample))
    persian = len(_PERSIAN_FORMS.findall(sample)) > len(_ARABIC_FORMS.findall(sample))
    return None if foreign * 50 > letters or persian else "ar"


def _latin_language(words: list[str]) -> str | None:
    """English where its small words are one in twelve and more than any other language's."""
    lower = [word.casefold() for word in words]
    counts = {lang: sum(word in known for word in lower) for lang, known in _WORDS.items()}
    english = counts.pop("en")
    if english == 0 or english * 12 < len(lower):
        return None
    return "en" if english > max(counts.values()) else None
