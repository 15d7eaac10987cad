"""What a person means by a document, a claim or an incident on a command line, as the words that a judgement names."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.engine import Connection

from dalil import db
from dalil.claims.store import load_reading
from dalil.errors import InputRefused
from dalil.incidents import store
from dalil.records import Account, AccountRef, Claim, Quote, Reading

MIN_PREFIX = 6
PART = re.compile(r"(?P<document>[0-9a-f.]+)#(?P<number>\d+)")


def reading_named(conn: Connection, beginning: str) -> Reading:
    """The reading of the one document whose key begins so; InputRefused if there is none or more than one."""
    column = db.document.c.sha256
    begins = column.startswith(beginning.lower(), autoescape=True)
    keys = list(conn.scalars(select(column).where(begins).order_by(column).limit(2)))
    single = len(keys) == 1 or beginning in keys  # row 1 of a table is not row 12
    reading = load_reading(conn, keys[0]) if len(beginning) >= MIN_PREFIX and single else None
    if reading is None:
        raise InputRefused(beginning, "names no single report", f"Give at least {MIN_PREFIX} digits of its SHA-256")
    return reading


def claim_named(reading: Reading, number: int) -> Claim:
    """The document's claim of that number, counted from 1; InputRefused if there is none."""
    if not 1 <= number <= len(reading.claims):
        raise InputRefused(
            f"claim {number}", f"is not there: the report has {len(reading.claims)}", "Leave it out to list them"
        )
    return reading.claims[number - 1]


def account_named(conn: Connection, name: str) -> Account:
    """The account that an incident's id (its first account), or "DOCUMENT#N" (a report's Nth incident), means."""
    if match := PART.fullmatch(name):
        key, index = str(reading_named(conn, match["document"]).id), int(match["number"]) - 1
        row = (db.account.c.sha256 == key, db.account.c.position == index)
        found = conn.scalar(select(db.account.c.incident).where(*row))
        incident = store.load_incident(conn, found) if found else None
        accounts = [a for a in incident.accounts if (a.document, a.index) == (key, index)] if incident else []
    else:
        incident = store.load_incident(conn, name)
        accounts = list(incident.accounts) if incident else []
    if not accounts:
        raise InputRefused(name, "names no single incident or account", 'See "dalil incidents", or write REPORT#1')
    return accounts[0]


def words(document: str, quote: Quote | AccountRef) -> dict[str, object]:
    """The subject that names these words of the document."""
    return {"document": document, "start": quote.start, "end": quote.end}


def account_words(account: Account) -> dict[str, object]:
    """The subject that names an account: the words of its first claim."""
    ref = store.ref_of(account)
    if ref is None:
        raise InputRefused(account.document, "rests on no words by which it could be named", "Judge its claims instead")
    return words(ref.document, ref)
