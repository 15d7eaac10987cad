"""Which language a text is in: the script first, then the small words."""

from __future__ import annotations

import re
from collections import Counter

from dalil.claims.text.tables import rows

SAMPLE = 1000  # code points that are looked at: some 170 words
_ARABIC = re.compile("[\u0621-\u064a\u0671-\u06d3\ufb50-\ufdff\ufe70-\ufefc]+")
_OTHER_ARABIC_SCRIPT = re.compile("[پچژگۆێڵڕٹڈڑںےەڤ]")  # Persian, Kurdish, Urdu
_PERSIAN_FORMS = re.compile("[یک]")
_ARABIC_FORMS = re.compile("[يكةىأإ]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u04ff\u0590-\u05ff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


def _table() -> dict[str, str]:
    """Each small word's language; a word that two languages share says nothing and is left out."""
    table: dict[str, str] = {}
    for lang, line in rows("function_words.tsv"):
        for word in line.split():
            table[word] = lang if table.get(word, lang) == lang else ""
    return {word: lang for word, lang in table.items() if lang}


_WORDS = _table()


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
    counts = Counter(map(_WORDS.get, map(str.casefold, words)))
    del counts[None]  # words that tell nothing
    english = counts.pop("en", 0)
    if english == 0 or english * 12 < len(words):
        return None
    return "en" if english > max(counts.values(), default=0) else None
