"""One name in any spelling and script becomes one folding key: the sounds that all its spellings share.

Levels, from fine to coarse: `letters` (Arabic letters, also of exact romanisations), `plain` (the name's own script,
without marks and articles), `sounds` (one alphabet for all scripts, vowels kept as a, i, u), `frame` (where vowels
stand, but not which; what Ukrainian and Russian spell apart made one) and `bones` (consonants only; weak w, y and a
last h dropped).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

# Raised when the folding changes: gazetteers that were indexed by another one are indexed anew when they are opened.
VERSION = "7"
_SPLIT = re.compile(r"[\s\-–—_./,;:()\[\]«»\"“”|]+")
_SILENT = re.compile(r"['’‘ʻʼ`´ʿʾ′″ʹʺ\u0640\u064b-\u065f\u0670\u0591-\u05c7]")
_DOUBLED = re.compile(r"(.)\1+")
_DOUBLED_VOWEL = re.compile(r"([aiu])\1+")
_GH = re.compile("gh|rh|ng$")  # the sound g of Arabic names, and the nasal of Asian ones
_VOWELS = re.compile(r"[aiu]+")
# s with a cedilla is sh in Turkish and Kurdish, but the emphatic s in the romanisation that has these signs.
_SCHOLARLY = re.compile("[āīūḩţḑ‘’]|z̧|\\baş ")
_KEPT_MARKS = {"ç", "ş", "š", "č", "ž", "ğ", "ħ"}
ARABIC_FOLD = str.maketrans("أإآٱىةکیؤ", "اااايهكيو")
_COARSE = str.maketrans(
    {"p": "b", "f": "b", "v": "b", "d": "t", "z": "s", "S": "s", "j": "s", "g": "k", "x": "k", "m": "n"}
)


@dataclass(frozen=True, slots=True)
class Key:
    """A name's levels; `script` tells which comparisons are within one script, `articles` how many it has."""

    plain: str
    sounds: str
    bones: str
    script: str
    articles: int = 0
    letters: str = ""
    frame: str = ""


def _table(name: str) -> list[tuple[str, str]]:
    text = (resources.files("dalil.atlas") / "scripts" / f"{name}.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return [(row[0], row[1] if len(row) > 1 else "") for row in rows]


@cache
def _letters() -> dict[int, str]:
    """Every letter that has one sound of its own, by code point."""
    return {ord(a): b for name in ("arabic", "cyrillic", "hebrew") for a, b in _table(name)}


@cache
def _latin() -> tuple[re.Pattern[str], dict[str, str]]:
    sounds, parts = {}, []
    for letters, sound in _table("latin"):
        bare = letters.strip("^$")
        sounds[letters] = sound
        parts.append(("\\b" if letters[0] == "^" else "") + bare + ("\\b" if letters[-1] == "$" else ""))
    starts = [s.strip("^$") for s in sounds]
    table = dict(zip(starts, sounds.values(), strict=True))
    return re.compile("|".join(parts)), table


@cache
def _articles() -> frozenset[str]:
    return frozenset(word for word, _ in _table("articles"))


@cache
def kinds() -> frozenset[str]:
    """Words that name the kind of a division and not the division ("province", "محافظة")."""
    text = (resources.files("dalil.atlas") / "phrases" / "divisions.tsv").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def without_kind(name: str) -> str | None:
    """A division's name without the word for its kind; None where there is no such word or nothing else."""
    words = name.split()
    kept = [w for w in words if bare(w) not in kinds()]
    while kept and bare(kept[0]) in _articles() and len(kept) > 1:
        kept = kept[1:]
    return " ".join(kept) if kept and len(kept) < len(words) else None


def script_of(text: str) -> str:
    """The script of the first letter that tells: "ar", "cy", "he", "la" or "other"."""
    for char in text:
        code = ord(char)
        if 0x41 <= code < 0x250 or 0x1E00 <= code < 0x1F00:
            return "la"
        if 0x600 <= code < 0x780 or 0xFB50 <= code < 0xFE00 or 0xFE70 <= code < 0xFF00:
            return "ar"
        if 0x400 <= code < 0x530:
            return "cy"
        if 0x590 <= code < 0x600:
            return "he"
    return "other"


def bare(text: str) -> str:
    """`text` in small letters without marks, apostrophes and tatweel; a mark that makes another sound is kept."""
    text = unicodedata.normalize("NFKC", text).lower()
    if not text.isascii() and "ş" in text and _SCHOLARLY.search(text):
        text = text.replace("ş", "s")
    text = _SILENT.sub("", text)
    if text.isascii():
        return text
    out = []
    for char in text:
        if ord(char) < 0x80 or char in _KEPT_MARKS or (ord(char) >= 0x370 and not 0x1E00 <= ord(char) < 0x1F00):
            out.append(char)
        else:
            out.append("".join(c for c in unicodedata.normalize("NFD", char) if not unicodedata.combining(c)))
    return _SILENT.sub("", "".join(out)).replace("ı", "i").replace("ø", "o").replace("ł", "l").replace("đ", "d")


def words_of(text: str) -> list[str]:
    """The words of a name that tell: articles are left out unless nothing else would be left."""
    return _words(text)[0]


def _words(text: str) -> tuple[list[str], int]:
    """The words that tell, and how many articles were left out."""
    words = [w for w in _SPLIT.split(bare(text)) if w]
    kept, articles = [], 0
    for n, word in enumerate(words):
        if word in _articles() and n < len(words) - 1:
            articles += 1
            continue
        if word.startswith("ال") and len(word) > 3:
            word = word[2:]
            articles += 1
        kept.append(word)
    return kept, articles


def sounds_of(word: str, *, last: bool) -> str:
    """The sounds of one word; the ta marbuta of a word that others follow is heard as t."""
    script = script_of(word)
    if script == "la":
        pattern, table = _latin()
        heard = pattern.sub(lambda m: table[m.group()], word)
    else:
        if word.endswith("ة") and not last:
            word = word[:-1] + "ت"
        heard = word.translate(_letters())
        if script == "other" and not heard.isascii():
            heard = _romanised(heard)
        if script == "ar" and heard.endswith("h"):
            heard = heard[:-1] + "a"
    # Arabic does not write a doubled consonant twice: two that meet there are two
    return (_DOUBLED_VOWEL if script == "ar" else _DOUBLED).sub(r"\1", heard)


def _romanised(word: str) -> str:
    """A word of a script without a table of ours, by anyascii's one."""
    from anyascii import anyascii

    pattern, table = _latin()
    return pattern.sub(lambda m: table[m.group()], anyascii(word).lower())


def bones_of(heard: str) -> str:
    """The consonants of one word's sounds; a w that begins it counts, a weak h that ends it does not."""
    body = _VOWELS.sub("", heard)
    if len(body) > 1 and body.endswith("h"):
        body = body[:-1]
    return "u" + body if heard[:2] in ("ua", "ui") else body


@cache
def _pairs() -> dict[str, str]:
    return dict(_table("pairs"))


def frame_of(word: str, heard: str, script: str) -> str:
    """One word's sounds with all vowels alike and none at its end: Kulykiv and Kulikov, Krasne and Krasnoye.

    A Latin g that is no part of gh is Ukrainian h, as Russian and Polish spellings have it; words that Ukrainian and
    Russian translate in names ("great", "red") are one word.
    """
    pair = _pairs().get(word)
    if pair is not None:
        word, heard = pair, sounds_of(pair, last=True)
    if script == "la" and "g" in _GH.sub("", word):
        heard = heard.replace("g", "h")
    body = _VOWELS.sub("a", heard)
    return body.rstrip("a") or body


@lru_cache(maxsize=65_536)
def key_of(name: str) -> Key:
    """The folding key of a name."""
    words, articles = _words(name)
    if not words:
        return Key("", "", "", "other")
    script = script_of(words[0])
    heard = [sounds_of(word, last=n == len(words) - 1) for n, word in enumerate(words)]
    plain = " ".join(words).translate(ARABIC_FOLD)
    sounds = "".join(heard)
    bones = "".join(bones_of(h) for h in heard) or sounds
    frame = "".join(frame_of(word, h, script) for word, h in zip(words, heard, strict=True)) or sounds
    return Key(plain, sounds, bones, script, articles, letters_of(name, plain, script), frame)


@cache
def _scholarly() -> tuple[re.Pattern[str], dict[str, str]]:
    rows = _table("scholarly")
    start = "(?<![\\w‘ʿ’ʾ])"  # a vowel after ayn or hamza does not begin the word
    parts = [(start if a[0] == "^" else "") + a.strip("^$") + ("\\b" if a[-1] == "$" else "") for a, _ in rows]
    return re.compile("|".join(f"({part})" for part in parts)), dict(enumerate((b for _, b in rows), 1))


def letters_of(name: str, plain: str, script: str) -> str:
    """The Arabic letters of a name: its own, or those that an exact romanisation stands for; else ""."""
    if script == "ar":
        return plain.replace(" ", "").replace("ء", "").replace("ئ", "ي")
    text = unicodedata.normalize("NFC", name).lower()
    if script != "la" or text.isascii() or not _SCHOLARLY.search(text):
        return ""
    pattern, table = _scholarly()
    words = [w for w in _SPLIT.split(text) if w]
    kept = [w for n, w in enumerate(words) if n == len(words) - 1 or bare(w) not in _articles()]
    return _DOUBLED.sub(r"\1", "".join(pattern.sub(lambda m: table[m.lastindex], word) for word in kept))


def coarse(bones: str) -> str:
    """The bones with consonants that are often taken for each other made one."""
    return _DOUBLED.sub(r"\1", bones.translate(_COARSE).replace("h", ""))
