"""One schema for SQLite and PostgreSQL: the custody log and people's judgements (truth), and all that is derived.

`TRUTH` is never rewritten; `DERIVED` may be dropped and is made again, identically, by `dalil rebuild`.
Needs no loadable extension and nothing newer than SQLite 3.40.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    Text,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool

metadata = MetaData()
# Opening one reads the schema and costs as much as a page; each holds up to 2 MB of pages of the file.
CONNECTIONS_KEPT = 8
ROWS_AT_ONCE = 2000

# ------------------------------------------------------------------ truth

# One custody log line: the exact bytes that are the leaf of the Merkle tree, without a newline.
log = Table(
    "log",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("line", LargeBinary, nullable=False),
)

# The values that a line's digests vouch for: SD-JWT disclosures (base64url of [salt, name, value]) joined by "~".
# Erasing takes a disclosure out of its row; the line, and with it the digest, stays.
disclosure = Table(
    "disclosure",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("disclosures", Text, nullable=False),
)

# Captures whose objects are about to be renamed into the store but are not yet in the log: what a crash leaves
# is adopted. `details` is the JSON object of the line's fields.
pending = Table(
    "pending",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("details", Text, nullable=False),
)

# The Merkle tree's right edge, one row, so that an append need not hash the log again. It is believed only
# if it leads to the root of a signed checkpoint, and is made again from the log otherwise.
frontier = Table(
    "frontier",
    metadata,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)

# ------------------------------------------------------------------ derived

# Captures as the log discloses them, for look-up.
capture = Table(
    "capture",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("captured_utc", String(32), nullable=False),
    Column("tool", String(100), nullable=False),
    Column("by", Text, nullable=False),
    Column("page", String(64)),
    Column("imported", Text),
)
Index("capture_source", capture.c.source, capture.c.sha256)

# One row an object that the pipeline has finished with, by its first capture; and one for each way in which its rows
# or messages were imported (`imported` as in the capture).
derivation = Table(
    "derivation",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("imported", Text),
)

# People's judgements as the log discloses them. `subject` is canonical JSON: the newest line that was not reversed
# stands for one kind and subject. `document` and `other` are the documents that it touches; `applied` is 0 until what
# it changes has been derived anew.
judgement = Table(
    "judgement",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False, index=True),
    Column("subject", Text, nullable=False),
    Column("document", String(100), index=True),
    Column("other", String(100), index=True),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Column("reversed_by", Integer),
    Column("applied", Integer, nullable=False, index=True),
)
Index("judgement_subject", judgement.c.kind, judgement.c.subject)

# From here on `sha256` is a document's key where documents are meant: an object's SHA-256, or `<sha256>.<number>` for
# one row or message of it.
KEY = String(80)

# What went wrong with one object, for people: stage, one clear line.
problem = Table(
    "problem",
    metadata,
    Column("sha256", KEY, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("stage", String(30), nullable=False),
    Column("message", Text, nullable=False),
)

# records.Document and records.Reading as their JSON.
document = Table(
    "document",
    metadata,
    Column("sha256", KEY, primary_key=True),
    Column("title", Text),
    Column("publisher", Text),
    Column("published", String(10), index=True),
    Column("lang", String(8)),
    Column("record", Text, nullable=False),
    Column("reading", Text),
)

claim = Table(
    "claim",
    metadata,
    Column("sha256", KEY, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("type", String(30), nullable=False),
    Column("status", String(20), nullable=False),
    Column("start", String(10)),
    Column("end", String(10)),
    Column("place", Text),
    Column("actor", Text),
)
Index("claim_by_status", claim.c.status, claim.c.start)
Index("claim_by_type", claim.c.type)

# People harmed or aimed at, a row for each entry of a claim, so that they can be found without reading every claim.
victim = Table(
    "victim",
    metadata,
    Column("sha256", KEY, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("named", Integer, nullable=False),
    Column("effect", String(12), nullable=False),
    Column("count", Integer),
    Column("start", String(10)),
)
Index("victim_by_day", victim.c.named, victim.c.start, victim.c.sha256, victim.c.position, victim.c.number)

# records.Footage as its JSON.
footage = Table(
    "footage",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("duration_s", Float, index=True),
    Column("created_utc", String(32), index=True),
    Column("record", Text, nullable=False),
)

# records.FootageMatch as its JSON, each pair once: `sha256` is the later of the two in the log's order.
footage_match = Table(
    "footage_match",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("other", String(64), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("record", Text, nullable=False),
)

# footage.screen_text.ScreenText as its JSON: lines read off stills; `words` are their folded words, `rests` those
# without clitics, each with blanks around it.
screen_text = Table(
    "screen_text",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("words", Text, nullable=False),
    Column("rests", Text, nullable=False),
    Column("record", Text, nullable=False),
)

# records.Incident as its JSON without accounts, footage and neighbours, with what lists and filters need. `founded` is
# the number of its first account.
incident = Table(
    "incident",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("founded", BigInteger, nullable=False, index=True),
    Column("type", String(30), nullable=False),
    Column("start", String(10), index=True),
    Column("end", String(10)),
    Column("place", Text),
    Column("lat", Float, index=True),
    Column("lon", Float),
    Column("admin", Text),
    Column("precision", Integer),
    Column("radius_m", Float),
    Column("killed_low", Integer),
    Column("killed_high", Integer),
    Column("accounts", Integer, nullable=False, server_default="0"),
    Column("disputed", Integer, nullable=False, server_default="0"),
    Column("sources", Integer, nullable=False, server_default="0"),
    Column("grade", String(12)),
    Column("record", Text, nullable=False),
)

Index("incident_by_day", incident.c.start, incident.c.id)
Index("incident_by_type", incident.c.type)

# What an incident is found by that it has several of: `kind` "actor" (who is said to have done it) or "source".
facet = Table(
    "facet",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("value", Text, primary_key=True),
    Column("incident", String(120), primary_key=True),
)
Index("facet_of_incident", facet.c.incident)

# records.Account as its JSON, and its profile: what linking compares. `number` puts all accounts in the order of the
# log (incidents/store.py); `start` and `end` are the words of its first claim, by which judgements name it;
# `founds` is what an incident is called that it is the first account of, `text` what tells each event but once.
account = Table(
    "account",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("sha256", KEY, nullable=False),
    Column("position", Integer, nullable=False),
    Column("incident", String(120), nullable=False, index=True),
    Column("founds", String(120), nullable=False),
    Column("text", KEY, nullable=False),
    Column("start", Integer),
    Column("end", Integer),
    Column("profile", Text, nullable=False),
    Column("record", Text, nullable=False),
)
Index("account_of_document", account.c.sha256, account.c.position)

# Where accounts are looked for that may be of one event: a cell of the map, a named victim, a recording; and the days.
block = Table(
    "block",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("start", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("end", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# Pairs of accounts that are, or may be, of one event: `score` in thousandths, left before right in the log.
pair = Table(
    "pair",
    metadata,
    Column("left", BigInteger, primary_key=True, autoincrement=False),
    Column("right", BigInteger, primary_key=True, autoincrement=False),
    Column("verdict", String(14), nullable=False),
    Column("score", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("pair_from_right", pair.c.right, pair.c.left)

# Standing judgements on pairs of accounts, by account.
judged_pair = Table(
    "judged_pair",
    metadata,
    Column("left", BigInteger, primary_key=True, autoincrement=False),
    Column("right", BigInteger, primary_key=True, autoincrement=False),
    Column("verdict", String(10), nullable=False),
    Column("seq", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("judged_pair_from_right", judged_pair.c.right, judged_pair.c.left)

# Recordings that accounts speak of, so that a new clip finds them without reading every incident.
mention = Table(
    "mention",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("duration_s", Float, index=True),
)

# MinHash signatures of texts, and their bands, by which near-copies are found.
text_copy = Table(
    "text_copy",
    metadata,
    Column("sha256", KEY, primary_key=True),
    Column("signature", LargeBinary, nullable=False),
)
text_band = Table(
    "text_band",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    Column("sha256", KEY, primary_key=True),
    sqlite_with_rowid=False,
)

TRUTH = (log, disclosure, pending, frontier)
DERIVED = (
    capture,
    judgement,
    derivation,
    problem,
    document,
    claim,
    victim,
    footage,
    footage_match,
    screen_text,
    incident,
    facet,
    account,
    block,
    pair,
    judged_pair,
    mention,
    text_copy,
    text_band,
)


def open_engine(path: Path, *, read_only: bool = False, immutable: bool = False) -> Engine:
    """An engine on the SQLite file at `path`, durable (WAL, synchronous FULL), with foreign readers allowed meanwhile.

    `immutable` is for a medium that cannot be written at all, where SQLite cannot keep its lock files.
    """
    flags = "mode=ro&immutable=1" if immutable else "mode=ro" if read_only else "mode=rwc"
    address = f"file:{quote(str(path))}?{flags}"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, timeout=60, check_same_thread=False),
        poolclass=QueuePool,
        pool_size=CONNECTIONS_KEPT,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection, _record):
        cursor = connection.cursor()
        if not (read_only or immutable):
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA fullfsync=ON")  # macOS only: through the drive's own cache
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.close()

    return engine


def create_schema(engine: Engine) -> None:
    """Every table stands; those that stood before are untouched."""
    metadata.create_all(engine)


def outdated(connection: Connection) -> list[str]:
    """The names of derived tables that another version of dalil made: missing, or with other columns than today's."""
    stored = _columns(connection)
    return [table.name for table in DERIVED if stored.get(table.name) != {column.name for column in table.columns}]


def _columns(connection: Connection) -> dict[str, set[str]]:
    """The names of every table's columns as they are stored: asked for at each opening, so in one query."""
    if connection.dialect.name != "sqlite":
        return {
            name: {column["name"] for column in columns}
            for (_, name), columns in inspect(connection).get_multi_columns().items()
        }
    query = "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'"
    found: dict[str, set[str]] = {}
    for table, column in connection.exec_driver_sql(query):
        found.setdefault(table, set()).add(column)
    return found


def raw(
    connection: Connection, query: Select | str, parameters: Sequence[object] = (), *, size: int = ROWS_AT_ONCE
) -> Iterator[list[tuple]]:
    """The query's rows as the driver gives them, `size` together: SQLAlchemy's cost more than all that is in them.

    A query in words takes its parameters as the driver does. What the driver cannot do is a DatabaseError.
    """
    if not isinstance(query, str):
        query = str(query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
    with closing(connection.exec_driver_sql(query, tuple(parameters))) as found:
        try:
            while rows := found.cursor.fetchmany(size):
                yield rows
        except connection.dialect.dbapi.Error as error:  # the driver's own, which SQLAlchemy has not seen
            raise DatabaseError(query, parameters, error) from error


def drop_derived(engine: Engine) -> None:
    """Everything that `dalil rebuild` makes again is gone; the truth is untouched."""
    metadata.drop_all(engine, tables=list(DERIVED))
    metadata.create_all(engine, tables=list(DERIVED))
