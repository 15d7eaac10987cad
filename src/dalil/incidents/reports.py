"""A report from its bytes to its incidents, and back again when a person overrules the reader."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Connection

from dalil import db
from dalil.archive import Archive, judgements
from dalil.atlas.loaded import with_places
from dalil.claims import imports, search
from dalil.claims import store as documents
from dalil.claims.imports.parts import Part, Wanted
from dalil.claims.overruling import overrule
from dalil.claims.reader import read_text
from dalil.claims.text import extract
from dalil.incidents.linking import link_reading, relink
from dalil.records import Capture, Document, Judgement, Reading

# An archive's own places, before every gazetteer's: the columns are those of `dalil gazetteer places load`.
PLACES = "places.csv"
ON_READINGS = ("place", "claim")


def derive_report(archive: Archive, conn: Connection, capture: Capture) -> tuple[Document, tuple[str, ...]]:
    """The report's text, claims and incidents stand in the database; the document and the incidents' ids."""
    path, sha256 = archive.object_path(capture.object.sha256), capture.object.sha256
    document = extract(path, capture.object.media_type, name=capture.name, object=sha256)
    reading = read_document(archive, conn, document)
    documents.save_document(conn, document, reading)
    search.index_document(conn, document)
    return document, link_reading(conn, document, reading)


def read_document(archive: Archive, conn: Connection, document: Document) -> Reading:
    """What the document says, as the reader or its columns have it and as people have overruled it."""
    part = part_of(archive, conn, document.object)
    return overruled(conn, document.object, read_part(archive, part) if part else read_words(archive, document))


def overruled(conn: Connection, key: str, reading: Reading) -> Reading:
    """The reading with what people have decided on it."""
    return overrule(reading, judgements.standing(conn, document=key))


def read_words(archive: Archive, document: Document, words: int | None = None, country: str | None = None) -> Reading:
    """What the reader makes of the document's text, or of its first `words` code points."""
    return read_text(
        document.text[:words],
        id=document.object,
        published=document.published,
        lang=document.lang,
        country=country or archive.settings.country,
        title=document.title,
        author=document.author,
        publisher=document.publisher,
    )


# ---------------------------------------------------------------- rows and messages


def stands(conn: Connection, part: Part) -> bool:
    """Whether the row or message was taken in before."""
    c = db.document.c
    return conn.scalar(select(c.sha256).where(c.sha256 == part.document.object)) is not None


def take_part(conn: Connection, part: Part, reading: Reading) -> tuple[str, ...]:
    """The row or message stands as a document with its claims and incidents; their ids."""
    reading = overruled(conn, part.document.object, reading)
    documents.save_document(conn, part.document, reading)
    search.index_document(conn, part.document)
    return link_reading(conn, part.document, reading)


def read_part(archive: Archive, part: Part, country: str | None = None) -> Reading:
    """What the row's columns say, or what the reader makes of the message."""
    return part.reading or read_words(archive, part.document, part.words, country)


def part_of(archive: Archive, conn: Connection, key: str) -> Part | None:
    """The row or message of that key, read again from the bytes; None where the key is that of a whole object."""
    sha256, _, number = key.partition(".")
    c = db.capture.c
    query = select(c.imported, c.name).where(c.sha256 == sha256, c.imported.is_not(None)).order_by(c.seq)
    for imported, name in conn.execute(query) if number else ():
        wanted = Wanted.of(imported)
        path = archive.object_path(sha256)
        if found := imports.one_part(path, wanted, int(number), object=sha256, name=name):
            return found
    return None


# ---------------------------------------------------------------- judgements


def judge(archive: Archive, kind: str, subject: dict, verdict: object, *, reason: str, by: str) -> Judgement:
    """The judgement is in the log, and what it changes is derived."""
    made = judgements.judge(archive, kind, subject, verdict, reason=reason, by=by)
    apply_waiting(archive)
    return made


def undo(archive: Archive, seq: int, *, reason: str, by: str) -> Judgement:
    """The judgement of line `seq` no longer stands, and what is derived is as if it had never been made."""
    reversed_ = judgements.reverse(archive, seq, reason=reason, by=by)
    apply_waiting(archive)
    return reversed_


def apply_waiting(archive: Archive) -> list[Judgement]:
    """What judgements of the log have changed is derived anew; those judgements, in log order."""
    with archive.engine.connect() as conn:
        waiting = judgements.waiting(conn)
    if waiting:
        with with_places(archive.path / PLACES), archive.transaction() as conn:
            for key in {str(j.subject["document"]): None for j in waiting if j.kind in ON_READINGS}:
                read_again(archive, conn, key)
            relink(conn, waiting)
            judgements.mark_applied(conn, [j.seq for j in waiting])
    return waiting


def read_again(archive: Archive, conn: Connection, key: str) -> None:
    """The document's reading, and its place in incidents, is what the reader and the judgements that stand now make
    of it."""
    document = documents.load_document(conn, key)
    if document is not None:
        reading = read_document(archive, conn, document)
        documents.save_document(conn, document, reading)
        link_reading(conn, document, reading)
