"""Bytes as text: which charset they are in, whatever they say they are.

Order of trust: byte order mark; UTF-8 that decodes without fault (other charsets practically never do); the declared
charset where its reading is plausible; detection. A wrong declaration is repaired and said.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from dalil.claims.text.language import detect_lang

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The charsets of Arabic and English pages before UTF-8, in the order in which they are tried.
_CANDIDATES = ("windows-1256", "iso-8859-6", "windows-1252")
# What browsers read under these names (WHATWG Encoding Standard, section 4.2).
_AS_BROWSERS_DO = {"iso-8859-1": "windows-1252", "ascii": "windows-1252", "iso-8859-9": "windows-1254"}
_NAMES = {"cp1256": "windows-1256", "cp1252": "windows-1252", "cp1254": "windows-1254"}
_NAMES |= {"iso8859-6": "iso-8859-6", "iso8859-1": "iso-8859-1", "iso8859-9": "iso-8859-9", "utf-8-sig": "utf-8"}
_UNSEEN = re.compile("[\x80-\x9f\ufffd]")
# UTF-8 Arabic that was once read as windows-1252: pairs of Ø or Ù with another sign.
_MOJIBAKE = re.compile("[ØÙ][\u0080-\u00bf\u0152-\u0161\u0178-\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]")
_SAMPLE = 60_000


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the charset it was read in, how many leading bytes are a mark, the bytes in all, and what was wrong."""

    text: str
    charset: str
    skipped: int
    size: int
    problems: tuple[str, ...]


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """`data` as text; never fails: a byte that fits nothing becomes U+FFFD and a line in `problems`."""
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], charset, len(mark))
    stated = _known(declared)
    problems = [] if stated or not declared else [f'declares the unknown charset "{declared[:40]}"']
    charset = _charset(data, stated)
    done = _strictly(data, charset, 0)
    if stated and not _same(stated, charset):
        problems.append(f"declares {stated} but is {charset}: read as {charset}")
    text, repaired = unscramble(done.text)
    if repaired:
        how = "repaired in part" if "\ufffd" in text or _MOJIBAKE.search(text) else "repaired"
        problems.append(f"was once decoded in a wrong charset (Ø§Ù„ for ال): {how}")
    return Decoded(text, done.charset, done.skipped, done.size, (*problems, *done.problems))


def _strictly(data: bytes, charset: str, skipped: int) -> Decoded:
    size = skipped + len(data)
    try:
        return Decoded(data.decode(charset), charset, skipped, size, ())
    except UnicodeDecodeError:
        text = data.decode(charset, "replace")
        count = text.count("\ufffd")
        where = "at its end: cut short" if count == 1 and text.rstrip()[-1:] == "\ufffd" else f"in {count} places"
        return Decoded(text, charset, skipped, size, (f"is no clean {charset} {where}",))


def _charset(data: bytes, stated: str | None) -> str:
    sample = data[:_SAMPLE]
    if b"\0" in sample[:2000]:
        return _wide(sample, stated)
    if data.isascii() and stated and not stated.startswith("utf-"):
        return _AS_BROWSERS_DO.get(stated, stated)
    if _is_utf8(data):
        return "utf-8"
    options = [_AS_BROWSERS_DO.get(stated, stated)] if stated else []
    options += [charset for charset in (*_CANDIDATES, *_detected(sample)) if charset not in options]
    scores = {charset: _plausibility(sample, charset) for charset in options}
    if stated:
        scores[options[0]] += 0.05
    return max(options, key=scores.__getitem__)


def _wide(sample: bytes, stated: str | None) -> str:
    if stated and stated.startswith(("utf-16", "utf-32")) and stated not in ("utf-16", "utf-32"):
        return stated
    return "utf-16-be" if sample[:2000:2].count(0) > sample[1:2000:2].count(0) else "utf-16-le"


def _is_utf8(data: bytes) -> bool:
    """UTF-8 but for a cut at the end, or for one bad byte in a thousand others that need it."""
    try:
        data.decode("utf-8")
        return True
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3:
            return any(byte > 127 for byte in data[: error.start]) or error.start > 200
    text = data.decode("utf-8", "replace")
    foreign = sum(char > "\x7f" for char in text)
    return text.count("\ufffd") * 50 < foreign


def _detected(sample: bytes) -> tuple[str, ...]:
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:20_000]).best()
    return (_known(best.encoding) or best.encoding,) if best and _known(best.encoding) else ()


def _plausibility(sample: bytes, charset: str) -> float:
    """How much `sample` looks like language in that charset: 1 for clear Arabic or English, less for stray signs."""
    text = re.sub(r"<[^>]{0,2000}>", " ", sample.decode(charset, "replace"))
    foreign = [char for char in text if char > "\x7f"]
    if not foreign:
        return 1.0
    unseen = len(_UNSEEN.findall(text)) / len(foreign)
    letters = sum("\u0621" <= char <= "\u064a" for char in foreign)
    words = re.findall("[\u0621-\u0652]{2,}", text)
    articles = sum(word.startswith(("ال", "وال", "بال")) for word in words)
    if letters > len(foreign) / 2 and words and detect_lang(text[:4000]) == "ar":
        return 0.5 + min(articles / len(words), 0.5) - unseen
    capitals = len(re.findall("[A-Za-z\u00e0-\u00ff][\u00c0-\u00de]|[\u00c0-\u00ff]{3}", text)) / len(foreign)
    mixed = len(re.findall("[A-Za-z][\u0600-\u06ff]|[\u0600-\u06ff][A-Za-z]", text)) / len(foreign)
    share = len(foreign) / max(len(text.split()), 1)
    return 0.6 - unseen - capitals - mixed - (0.4 if share > 1.5 else 0.0)


def unscramble(text: str) -> tuple[str, bool]:
    """`text` with UTF-8 that was read as windows-1252 put right, and whether that was needed."""
    pairs = len(_MOJIBAKE.findall(text[:_SAMPLE]))
    if pairs < 8 or pairs < len(re.findall("[\u0621-\u064a]", text[:_SAMPLE])):
        return text, False
    fixed = re.sub("[^\x00-\x7f]{2,}", _reread, text)
    return (fixed, True) if len(_MOJIBAKE.findall(fixed)) * 4 < pairs else (text, False)


def _reread(found: re.Match[str]) -> str:
    try:
        return b"".join(_byte(char) for char in found[0]).decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return found[0]


def _byte(char: str) -> bytes:
    """The windows-1252 byte of `char`; the five bytes that it leaves undefined stand for themselves."""
    return char.encode("latin-1") if "\x80" <= char <= "\x9f" else char.encode("windows-1252")


def _known(charset: str | None) -> str | None:
    if not charset:
        return None
    try:
        name = codecs.lookup(charset.strip().strip("\"'")).name
    except LookupError:
        return None
    return _NAMES.get(name, name)


def _same(stated: str, charset: str) -> bool:
    if charset == "utf-8":
        return stated in ("utf-8", "ascii")
    return _AS_BROWSERS_DO.get(stated, stated) == charset or (
        stated.startswith("utf-16") and charset.startswith(stated)
    )
