"""A report from its bytes to its incidents, and back again when a person overrules the reader."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.engine import Connection

from dalil import db
from dalil.archive import Archive, judgements
from dalil.atlas.loaded import with_places
from dalil.claims import search
from dalil.claims import store as documents
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
    """What the document says, as the reader has it and as people have overruled it."""
    reading = read_text(
        document.text,
        id=document.object,
        published=document.published,
        lang=document.lang,
        country=archive.settings.country,
        title=document.title,
        author=document.author,
        publisher=document.publisher,
    )
    return overrule(reading, judgements.standing(conn, document=document.object))


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


def document_keys(conn: Connection, sha256: str) -> Iterable[str]:
    """The keys of the documents that the object holds, in order."""
    return list(conn.scalars(select(db.document.c.sha256).where(db.document.c.sha256 == sha256)))
