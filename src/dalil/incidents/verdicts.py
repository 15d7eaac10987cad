"""What people have judged of links, grades and recordings, as it stands now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from dalil import db
from dalil.archive import judgements
from dalil.incidents.store import ref_of
from dalil.records import Account, AccountRef, Grade, Judgement

JUDGED = (
    select(db.judgement.c.document)
    .where(
        db.judgement.c.document.in_(bindparam("documents", expanding=True)), db.judgement.c.kind == bindparam("kind")
    )
    .distinct()
)


def as_ref(words: Mapping[str, object]) -> AccountRef:
    """The account that the words of a judgement's subject name."""
    return AccountRef(str(words["document"]), int(str(words["start"])), int(str(words["end"])))


def refs_of(judgement: Judgement) -> list[AccountRef]:
    """The accounts that a judgement on links, grades or footage is about."""
    said = judgement.subject
    if judgement.kind == "link":
        return [as_ref(said["left"]), as_ref(said["right"])]
    return [as_ref(said)] if judgement.kind in ("grade", "footage") else []


def links_of(conn: Connection, document: str) -> list[tuple[AccountRef, AccountRef, str, int]]:
    """Both sides, verdict and line of every judgement that stands on a link of the document's accounts."""
    found = judgements.standing(conn, kind="link", document=document)
    return [(*refs_of(j), str(j.verdict), j.seq) for j in found]


def grade_set(conn: Connection, accounts: Iterable[Account], judged: Iterable[Judgement] | None = None) -> Grade | None:
    """What a person set for an incident of these accounts; the newest line stands where several do.

    `judged` are all judgements that stand on their documents, if they are at hand.
    """
    if judged is not None and not any(j.kind == "grade" for j in judged):
        return None
    found = on_accounts(conn, "grade", accounts)
    if not found:
        return None
    newest = max(found, key=lambda j: j.seq)
    return Grade(str(newest.verdict), "", (), newest.seq, newest.by, newest.reason)


def recordings_judged(conn: Connection, accounts: Iterable[Account]) -> dict[str, Judgement]:
    """The judgement that stands on each recording for these accounts, the newest where several do."""
    found = on_accounts(conn, "footage", accounts)
    return {str(j.subject["object"]): j for j in sorted(found, key=lambda j: j.seq)}


def on_accounts(conn: Connection, kind: str, accounts: Iterable[Account]) -> list[Judgement]:
    """The judgements of that kind that stand on the accounts."""
    refs = {ref for a in accounts if (ref := ref_of(a))}
    documents = judged_documents(conn, kind, sorted({ref.document for ref in refs}))
    standing = (j for d in documents for j in judgements.standing(conn, kind=kind, document=d))
    return [j for j in standing if as_ref(j.subject) in refs]


def judged_documents(conn: Connection, kind: str, documents: Sequence[str]) -> list[str]:
    """Those of the documents that a judgement of that kind is about."""
    found: list[str] = []
    for at in range(0, len(documents), 500):
        found += conn.scalars(JUDGED, {"documents": documents[at : at + 500], "kind": kind})
    return sorted(found)
