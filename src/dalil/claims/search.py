"""Full text over the documents of an archive, English and Arabic, by SQLite's FTS5.

FTS5 finds and ranks (bm25); it sees folded words (folding.py), and in a column of their own the words without their
clitics, which count less. Where the hits stand in the original text is found here, since only we know the fold.
Phrases are checked here too, so that a clitic on one of their words does no harm.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import select, text
from sqlalchemy.engine import Connection

from dalil import db
from dalil.claims.folding import Word, query_forms, spread, variants, words
from dalil.records import Document, Quote, decode

# A title says what a report is about; a word without its clitics may be another word by chance.
TITLE_WEIGHT, BODY_WEIGHT, VARIANT_WEIGHT = 4.0, 1.0, 0.4
SNIPPET = 240  # code points
MAX_TERMS = 24
PHRASE_CANDIDATES = 400  # documents with all words of a phrase that are looked into for the phrase itself
_TERM = re.compile(r"(?P<minus>(?<!\S)[-−])?(?:[\"“”«»„](?P<phrase>[^\"“”«»„]*)[\"“”«»„]?|(?P<word>[^\s\"“”«»„]+))")


@dataclass(frozen=True, slots=True)
class Term:
    """What is looked for: one word, or several in a row; the last may be only the beginning of one."""

    words: tuple[str, ...]
    prefix: bool
    excluded: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found: `snippet` and `matches` are words of its text, with their offsets there.

    `missing` are searched words that it does not have: empty unless no document has them all.
    """

    document: str
    title: str | None
    publisher: str | None
    published: date | None
    lang: str | None
    score: float
    snippet: Quote
    matches: tuple[Quote, ...]
    missing: tuple[str, ...]


# ---------------------------------------------------------------- the index


def ensure_index(conn: Connection) -> None:
    """The index stands; one that stood before is untouched."""
    conn.execute(
        text(
            "CREATE VIRTUAL TABLE IF NOT EXISTS search_index USING fts5("
            "sha256 UNINDEXED, title, body, variants, tokenize = 'unicode61 remove_diacritics 0', prefix = '3')"
        )
    )


def drop_index(conn: Connection) -> None:
    """No index stands; `ensure_index` and `index_document` make it again."""
    conn.execute(text("DROP TABLE IF EXISTS search_index"))


def has_index(conn: Connection) -> bool:
    """Whether an index stands."""
    return bool(conn.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'search_index'")))


def indexed(conn: Connection) -> int:
    """How many documents the index holds."""
    return conn.scalar(text("SELECT count(*) FROM search_index_docsize")) or 0


def tidy_index(conn: Connection) -> None:
    """The index is in one piece: after many additions it is in dozens, and each search goes through every one.

    Takes 4 s for 125,000 reports of 900 characters, and halves what FTS5 takes to find a word in them.
    """
    conn.execute(text("INSERT INTO search_index (search_index) VALUES ('optimize')"))


def index_document(conn: Connection, document: Document) -> None:
    """The document is found by its words; an older state of it is replaced."""
    body, title = words(document.text), words(document.title or "")
    rests = {rest for word in {w.text for w in (*body, *title)} for rest in variants(word)}
    row = row_number(document.object)
    conn.execute(text("DELETE FROM search_index WHERE rowid = :row"), {"row": row})
    conn.execute(
        text(
            "INSERT INTO search_index (rowid, sha256, title, body, variants)"
            " VALUES (:row, :sha256, :title, :body, :rests)"
        ),
        {
            "row": row,
            "sha256": document.object,
            "title": _joined(title),
            "body": _joined(body),
            "rests": " ".join(sorted(rests)),
        },
    )


def row_number(document: str) -> int:
    """The index row of the document: 60 bits of its object's hash, or of the hash of its key where it is a part."""
    digest = hashlib.sha256(document.encode()).hexdigest() if "." in document else document
    return int(digest[:15], 16)


def _joined(found: list[Word]) -> str:
    return " ".join(word.text for word in found)


# ---------------------------------------------------------------- the query


@lru_cache(maxsize=256)
def parse_query(query: str) -> tuple[Term, ...]:
    """The terms of what a person typed: words, "phrases", begin*, -without. Whatever else is in it is passed over."""
    terms: list[Term] = []
    for found in _TERM.finditer(query):
        typed = found["phrase"] if found["phrase"] is not None else found["word"]
        parts = tuple(word.text for word in words(typed))
        if parts and len(terms) < MAX_TERMS:
            terms.append(Term(parts, typed.endswith("*") and found["phrase"] is None, bool(found["minus"])))
    return tuple(dict.fromkeys(terms))


def search(conn: Connection, query: str, limit: int = 20) -> tuple[Hit, ...]:
    """The documents that hold every term of `query`, best first; where none does, those that hold most of them."""
    terms = parse_query(query)
    wanted = [term for term in terms if not term.excluded]
    if not wanted or limit < 1 or not has_index(conn):
        return ()
    without = [term for term in terms if term.excluded]
    hits = _hits(conn, wanted, without, limit, " AND ")
    if not hits and len(wanted) > 1:
        hits = _hits(conn, wanted, without, limit, " OR ")
    return tuple(hits)


def hit_in(document: Document, query: str) -> Hit | None:
    """Where the words of `query` stand in the document; None where none does."""
    wanted = [term for term in parse_query(query) if not term.excluded]
    return _hit(document, wanted, 0.0) if wanted else None


def _hits(conn: Connection, wanted: list[Term], without: list[Term], limit: int, joiner: str) -> list[Hit]:
    every = joiner == " AND "
    phrases = any(len(term.words) > 1 for term in (*wanted, *without))
    hits: list[Hit] = []
    for sha256, score in _ranked(conn, wanted, without, PHRASE_CANDIDATES if phrases else 4 * limit, joiner):
        document = _load(conn, sha256)
        if document is None:
            continue
        hit = _hit(document, wanted, score)
        if hit is None or (every and hit.missing) or _has_phrase(document, without):
            continue
        hits.append(hit)
        if every and len(hits) == limit:
            break
    hits.sort(key=lambda hit: (len(hit.missing), hit.score, hit.document))
    return hits[:limit]


def _ranked(
    conn: Connection, wanted: list[Term], without: list[Term], limit: int, joiner: str
) -> list[tuple[str, float]]:
    """(object, bm25) of the documents that FTS5 finds; lower is better."""
    expression = joiner.join(f"({expression_of(term)})" for term in wanted)
    refused = [expression_of(term) for term in without if len(term.words) == 1]
    if refused:
        expression = f"({expression}) NOT ({' OR '.join(refused)})"
    statement = (
        "SELECT sha256, bm25(search_index, 0.0, :title, :body, :variants) AS score FROM search_index"
        " WHERE search_index MATCH :expression ORDER BY score, sha256 LIMIT :limit"
    )
    weights = {"title": TITLE_WEIGHT, "body": BODY_WEIGHT, "variants": VARIANT_WEIGHT}
    rows = conn.execute(text(statement), {**weights, "expression": expression, "limit": limit})
    return [(sha256, score) for sha256, score in rows]


def expression_of(term: Term) -> str:
    """The FTS5 expression of a term; its words are letters and digits only, and quoted, so that none is an operator."""
    parts = []
    for number, word in enumerate(term.words):
        last = term.prefix and number == len(term.words) - 1
        forms = (word,) if last else query_forms(word)
        parts.append("(" + " OR ".join(f'"{form}"' + (" *" if last else "") for form in forms) + ")")
    return " AND ".join(parts)


# ---------------------------------------------------------------- hits in the text


def _load(conn: Connection, sha256: str) -> Document | None:
    record = conn.scalar(select(db.document.c.record).where(db.document.c.sha256 == sha256))
    return decode(record, Document) if record else None


def _hit(document: Document, wanted: list[Term], score: float) -> Hit | None:
    body = spread(document.text)
    spans: list[tuple[int, int, int]] = []
    missing = []
    for number, term in enumerate(wanted):
        last = len(term.words) - 1
        found = [(body.starts[i], body.ends[i + last], number) for i in places_of(body.texts, term)]
        spans += found
        if not found and not stands(spread(document.title or "").texts, term):
            missing.append(" ".join(term.words))
    if len(missing) == len(wanted):
        return None
    spans = _apart(sorted(set(spans)))
    return Hit(
        document=document.object,
        title=document.title,
        publisher=document.publisher,
        published=document.published,
        lang=document.lang,
        score=round(score, 6),
        snippet=_snippet(document.text, spans),
        matches=tuple(Quote(start, end, document.text[start:end]) for start, end, _ in spans),
        missing=tuple(missing),
    )


def _has_phrase(document: Document, without: list[Term]) -> bool:
    """Whether one of the excluded phrases stands in the document (excluded words FTS5 has left out already)."""
    phrases = [term for term in without if len(term.words) > 1]
    if not phrases:
        return False
    said = spread(document.text).texts
    return any(stands(said, phrase) for phrase in phrases)


def stands(found: Sequence[str], term: Term) -> bool:
    """Whether the words of `term` stand in a row in these words."""
    return any(True for _ in places_of(found, term))


def places_of(found: Sequence[str], term: Term) -> Iterator[int]:
    """The indices at which the words of `term` stand in a row."""
    length = len(term.words)
    first, *rest = (_test(wanted, prefix=term.prefix and i == length - 1) for i, wanted in enumerate(term.words))
    fit = {word for word in set(found) if first(word)}
    if fit:
        for at in range(len(found) - length + 1):
            if found[at] in fit and all(test(found[at + i]) for i, test in enumerate(rest, 1)):
                yield at


def _test(wanted: str, *, prefix: bool) -> Callable[[str], bool]:
    """Whether a folded word of a text is the searched one, or begins with it."""
    if prefix:
        return lambda word: word.startswith(wanted) or any(rest.startswith(wanted) for rest in variants(word))
    forms = frozenset(query_forms(wanted))
    return lambda word: word in forms or not forms.isdisjoint(variants(word))


def _apart(spans: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Spans in order, those that overlap an earlier one left out."""
    out: list[tuple[int, int, int]] = []
    for span in spans:
        if not out or span[0] >= out[-1][1]:
            out.append(span)
    return out


def _snippet(body: str, spans: list[tuple[int, int, int]]) -> Quote:
    """The stretch with the most different terms in it, ends at blanks; the beginning where only the title matched."""
    start = 0
    if spans:
        room = SNIPPET // 2
        best = max(
            range(len(spans)),
            key=lambda i: (len({n for s, e, n in spans[i:] if e <= spans[i][0] + SNIPPET - SNIPPET // 4}), -i),
        )
        start = max(spans[best][0] - room // 2, 0)
    end = min(start + SNIPPET, len(body))
    if start and (blank := re.search(r"\s", body[start : spans[best][0]])):
        start += blank.end()
    if end < len(body) and (blank := body.rfind(" ", start + SNIPPET // 2, end)) > 0:
        end = max(blank, *(e for s, e, _ in spans if s < blank < e), blank)
    shown = body[start:end]
    start, end = start + len(shown) - len(shown.lstrip()), end - (len(shown) - len(shown.rstrip()))
    return Quote(start, max(end, start), body[start : max(end, start)])
