"""Text as tokens with the classes of words that stand around place names (phrases/*.tsv)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from dalil.atlas.keys import ARABIC_FOLD, bare

TOKEN = re.compile(
    r"[A-Za-z]+(?=[ ,.])|"  # most words, found sooner
    r"[^\W\d_](?:[^\W\d_]|[\u064b-\u0652\u0670])*(?:['’ʿ`](?!s\b)[^\W\d_]+)*|\d+(?:[.,]\d+)*[^\W_]*|\n+|[^\s\w]"
)
_MEMO_LIMIT = 50_000


@dataclass(slots=True)
class Token:
    """One token: `cls` is its class ("in", "near", "kind", …, "cap", "low", "num", or the sign itself)."""

    text: str
    start: int
    end: int
    cls: str
    value: str
    norm: str
    arabic: bool


@dataclass(slots=True)
class Phrases:
    """The words around place names: single ones and chains by their first word."""

    singles: dict[str, tuple[str, str]] = field(default_factory=dict)
    chains: dict[str, list[tuple[tuple[str, ...], str, str]]] = field(default_factory=dict)
    memo: dict[str, tuple[str, str, str, bool]] = field(default_factory=dict)


def normal(word: str) -> str:
    """A word as names and phrases are compared: no marks, small letters, one alef; without the Arabic article."""
    out = bare(word).translate(ARABIC_FOLD)
    return out[2:] if out.startswith("ال") and len(out) > 3 else out


@cache
def phrases() -> Phrases:
    """The phrase tables of all languages."""
    out = Phrases()
    for lang in ("en", "ar"):
        text = (resources.files("dalil.atlas") / "phrases" / f"{lang}.tsv").read_text("utf-8")
        for line in text.splitlines():
            if not line or line.startswith("#"):
                continue
            cls, value, words = line.split("\t")
            for spelling in words.split(" | "):
                parts = [normal(m.group()) for m in TOKEN.finditer(spelling) if m.group() != "-"]
                if len(parts) == 1:
                    out.singles.setdefault(parts[0], (cls, value))
                else:
                    out.chains.setdefault(parts[0], []).append((tuple(parts[1:]), cls, value))
    for rows in out.chains.values():
        rows.sort(key=lambda row: -len(row[0]))
    return out


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text, hyphens left out; phrases of several words are one token."""
    book = phrases()
    memo, chains = book.memo, book.chains
    if len(memo) > _MEMO_LIMIT:
        memo.clear()
    out: list[Token] = []
    for match in TOKEN.finditer(text):
        raw = match.group()
        if raw == "-":
            continue
        known = memo.get(raw)
        if known is None:
            known = memo[raw] = _classified(raw, book)
        out.append(Token(raw, match.start(), match.end(), *known))
    if not any(t.norm in chains for t in out):
        return out
    return _chained(text, out, chains)


def _classified(raw: str, book: Phrases) -> tuple[str, str, str, bool]:
    first = raw[0]
    if first.isdigit():
        return "num", raw.replace(",", ""), raw, False
    if first == "\n":
        return ("break" if len(raw) > 1 else "line"), "", raw, False
    if not first.isalpha():
        return raw, "", raw, False
    norm = normal(raw)
    arabic = "\u0600" <= first <= "\u06ff"
    found = book.singles.get(norm)
    if found is None and arabic and len(norm) > 3 and norm[0] in "وف":
        found = book.singles.get(normal(norm[1:]))
    if found is not None:
        return *found, norm, arabic
    return ("cap" if first.isupper() else "low"), "", norm, arabic


def _chained(text: str, tokens: list[Token], chains) -> list[Token]:
    out, i = [], 0
    while i < len(tokens):
        token = tokens[i]
        for rest, cls, value in chains.get(token.norm, ()):
            following = tokens[i + 1 : i + 1 + len(rest)]
            if len(following) == len(rest) and all(t.norm == w for t, w in zip(following, rest, strict=True)):
                end = following[-1].end
                norm = " ".join((token.norm, *rest))
                token = Token(text[token.start : end], token.start, end, cls, value, norm, token.arabic)
                i += len(rest)
                break
        out.append(token)
        i += 1
    return out
