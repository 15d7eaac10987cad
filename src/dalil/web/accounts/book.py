"""The book of accounts beside an archive: names, password hashes, roles, sessions, failures, audit.

Session tokens are kept as their SHA-256 alone, so that a stolen copy of the file opens no session.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from time import monotonic

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from dalil.archive.lines import moment as stamp
from dalil.db import open_engine
from dalil.errors import DalilError, InputRefused
from dalil.web.accounts import passwords
from dalil.web.accounts.roles import ROLES
from dalil.web.fresh import state_of

FILE = "accounts.db"
NAME = re.compile(r"[^\W_](?:[\w .'’-]{0,62}\w)?")
IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
# Failed sign-ins: so many for one name or one address within the window, then each waits.
WINDOW = timedelta(minutes=15)
TRIES_A_NAME, TRIES_AN_ADDRESS = 5, 20
# A session is looked up again after so long, so that its use is noted; at once where anything in the book changes.
MET_FOR_S, MOST_MET = 20.0, 1000

metadata = MetaData()
account = Table(
    "account",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("folded", String(64), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("opens", Integer, nullable=False),  # whether sealed names may be opened
    Column("password", Text, nullable=False),
    Column("made", String(32), nullable=False),
)
session = Table(
    "session",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("name", String(64), nullable=False, index=True),
    Column("begun", String(32), nullable=False),
    Column("seen", String(32), nullable=False),
)
failure = Table(
    "failure",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("address", String(64), nullable=False),
)
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("name", String(64), nullable=False),
    Column("act", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Column("address", String(64), nullable=False),
)

ANYBODY = select(account.c.name).limit(1)
SESSION = (
    select(session, account.c.role, account.c.opens)
    .join(account, account.c.name == session.c.name)
    .where(session.c.token == bindparam("token"))
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account: what the name may do, and whether it may open sealed names."""

    name: str
    role: str
    opens: bool


@dataclass(frozen=True, slots=True)
class Noted:
    """One line of the audit."""

    at: str
    name: str
    act: str
    detail: str
    address: str


@dataclass(frozen=True, slots=True)
class Met:
    """What the book said of a token, in which state of its files, and until when that may be repeated."""

    state: tuple
    until_s: float
    found: tuple[bool, Person | None]


class TooManyTries(DalilError):
    """Signing in has to wait: too many wrong passwords for this name or from this address."""


class Book:
    """The accounts of the archive at `folder`; there is no file before the first account."""

    def __init__(self, folder: Path):
        self.path = folder / FILE
        self._files = (self.path, self.path.with_name(FILE + "-wal"))
        self._engine = None
        self._met: dict[str, Met] = {}

    @property
    def in_use(self) -> bool:
        """Whether people have to say who they are: there is at least one account."""
        if not self.path.exists():
            return False
        with self._open() as conn:
            return conn.scalar(ANYBODY) is not None

    def close(self) -> None:
        """No connection is open any more."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @contextmanager
    def _open(self) -> Iterator[Connection]:
        if self._engine is None:
            if not self.path.exists():
                os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
            self._engine = open_engine(self.path)
            metadata.create_all(self._engine)
        with self._engine.begin() as conn:
            yield conn

    # ------------------------------------------------------------ people

    def people(self) -> list[Person]:
        """Everybody with an account, by name."""
        if not self.path.exists():
            return []
        with self._open() as conn:
            rows = conn.execute(select(account).order_by(account.c.folded)).all()
        return [Person(row.name, row.role, bool(row.opens)) for row in rows]

    def add(self, name: str, password: str, role: str, *, opens: bool = False, by: str) -> Person:
        """The account stands; InputRefused if the name, the password or the role will not do."""
        name = " ".join(name.split())
        if not NAME.fullmatch(name):
            raise InputRefused(repr(name), "is no name for an account", "Letters, digits, spaces and - . ' up to 64")
        passwords.check_new(password, name)
        with self._open() as conn:
            if not conn.scalar(select(func.count()).select_from(account)) and role != "owner":
                raise InputRefused(name, "would be the only account, and no owner", "Make the owner's account first")
            if conn.scalar(select(account.c.name).where(account.c.folded == name.casefold())):
                raise InputRefused(name, "has an account already", 'See "dalil account list"')
            row = {
                "name": name, "folded": name.casefold(), "role": check_role(role), "opens": int(opens),
                "password": passwords.hashed(password), "made": now(),
            }  # fmt: skip
            conn.execute(insert(account), row)
            note(conn, by, "account", f"made {name}, {role}" + (", opens sealed names" if opens else ""))
        return Person(name, role, opens)

    def change(self, name: str, *, by: str, role: str | None = None, opens: bool | None = None) -> Person:
        """The account has that role or right from now on; its sessions end."""
        with self._open() as conn:
            found = self._known(conn, name)
            if role is not None and role != "owner":
                self._keep_an_owner(conn, found)
            values = {"role": check_role(role)} if role is not None else {}
            values |= {"opens": int(opens)} if opens is not None else {}
            conn.execute(update(account).where(account.c.name == found.name).values(**values))
            conn.execute(delete(session).where(session.c.name == found.name))
            note(conn, by, "account", f"{found.name}: " + ", ".join(f"{k} {v}" for k, v in sorted(values.items())))
            row = conn.execute(select(account).where(account.c.name == found.name)).one()
        return Person(row.name, row.role, bool(row.opens))

    def set_password(self, name: str, password: str, *, by: str) -> None:
        """The password is the new one, and every session of the account has ended."""
        with self._open() as conn:
            found = self._known(conn, name)
            passwords.check_new(password, found.name)
            conn.execute(
                update(account).where(account.c.name == found.name).values(password=passwords.hashed(password))
            )
            conn.execute(delete(session).where(session.c.name == found.name))
            note(conn, by, "password", f"{found.name}: set")

    def remove(self, name: str, *, by: str) -> None:
        """There is no such account any more; what was done under the name stays in the logs."""
        with self._open() as conn:
            found = self._known(conn, name)
            others = conn.scalar(select(func.count()).select_from(account)) - 1
            if others:
                self._keep_an_owner(conn, found)
            conn.execute(delete(account).where(account.c.name == found.name))
            conn.execute(delete(session).where(session.c.name == found.name))
            note(conn, by, "account", f"removed {found.name}")

    def _known(self, conn: Connection, name: str) -> Person:
        row = conn.execute(select(account).where(account.c.folded == name.casefold())).one_or_none()
        if row is None:
            raise InputRefused(name, "has no account", 'See "dalil account list"')
        return Person(row.name, row.role, bool(row.opens))

    def _keep_an_owner(self, conn: Connection, leaving: Person) -> None:
        others = select(func.count()).where(account.c.role == "owner", account.c.name != leaving.name)
        if leaving.role == "owner" and not conn.scalar(others):
            raise InputRefused(leaving.name, "is the only owner", "Make somebody else an owner first")

    # ------------------------------------------------------------ signing in

    def sign_in(self, name: str, password: str, address: str) -> str | None:
        """A new session's token, None for a wrong name or password; TooManyTries where it has to wait."""
        with self._open() as conn:
            self._refuse_haste(conn, name, address)
            row = conn.execute(select(account).where(account.c.folded == name.strip().casefold())).one_or_none()
        # Outside the transaction: hashing takes a while, and others may sign in meanwhile.
        if not passwords.matches(row.password if row else None, password):
            with self._open() as conn:
                conn.execute(insert(failure), {"at": now(), "name": name.casefold()[:64], "address": address[:64]})
                note(conn, name[:64], "refused", "wrong name or password", address)
            return None
        token = secrets.token_urlsafe(32)
        with self._open() as conn:
            if passwords.outdated(row.password):
                fresh = passwords.hashed(password)
                conn.execute(update(account).where(account.c.name == row.name).values(password=fresh))
            conn.execute(delete(failure).where(failure.c.name == row.folded))
            conn.execute(delete(session).where(session.c.begun < stamp(datetime.now(UTC) - LONGEST)))
            conn.execute(insert(session), {"token": digest(token), "name": row.name, "begun": now(), "seen": now()})
            note(conn, row.name, "sign_in", "", address)
        return token

    def _refuse_haste(self, conn: Connection, name: str, address: str) -> None:
        since = stamp(datetime.now(UTC) - WINDOW)
        conn.execute(delete(failure).where(failure.c.at < since))
        count = select(func.count()).select_from(failure)
        named = conn.scalar(count.where(failure.c.name == name.strip().casefold()[:64])) or 0
        from_there = conn.scalar(count.where(failure.c.address == address[:64])) or 0
        if named >= TRIES_A_NAME or from_there >= TRIES_AN_ADDRESS:
            raise TooManyTries(f"too many wrong passwords. Wait {WINDOW.seconds // 60} minutes, or ask the owner")

    def who(self, token: str) -> Person | None:
        """Whose session it is, None if it is nobody's or has run out; the session counts as used."""
        if not token or len(token) > 64 or not self.path.exists():
            return None
        with self._open() as conn:
            row = conn.execute(SESSION, {"token": digest(token)}).one_or_none()
            if row is None:
                return None
            at = datetime.now(UTC)
            if row.begun < stamp(at - LONGEST) or row.seen < stamp(at - IDLE):
                conn.execute(delete(session).where(session.c.token == row.token))
                return None
            if row.seen < stamp(at - timedelta(minutes=1)):
                conn.execute(update(session).where(session.c.token == row.token).values(seen=stamp(at)))
        return Person(row.name, row.role, bool(row.opens))

    def at_the_door(self, token: str) -> tuple[bool, Person | None]:
        """Whether people have to say who they are, and whose session the token is."""
        state = state_of(self._files)
        in_use = self.in_use
        found = (in_use, self.who(token) if in_use else None)
        if len(self._met) >= MOST_MET:
            self._met.clear()
        self._met[digest(token)] = Met(state, monotonic() + MET_FOR_S, found)
        return found

    def met(self, token: str) -> tuple[bool, Person | None] | None:
        """The same without asking the file, while that has not changed since; None where it has to be asked."""
        if not self.path.exists():
            return False, None
        met = self._met.get(digest(token))
        return met.found if met and monotonic() < met.until_s and met.state == state_of(self._files) else None

    def sign_out(self, token: str) -> None:
        """The session is over."""
        with self._open() as conn:
            conn.execute(delete(session).where(session.c.token == digest(token)))

    # ------------------------------------------------------------ audit

    def note(self, name: str, act: str, detail: str, address: str = "") -> None:
        """The audit holds that somebody did something that the custody log does not hold: a page, a refusal."""
        with self._open() as conn:
            note(conn, name, act, detail, address)

    def audit(self, limit: int | None = None) -> list[Noted]:
        """The audit, newest first."""
        if not self.path.exists():
            return []
        with self._open() as conn:
            rows = conn.execute(select(audit).order_by(audit.c.id.desc()).limit(limit)).all()
        return [Noted(row.at, row.name, row.act, row.detail, row.address) for row in rows]


def note(conn: Connection, name: str, act: str, detail: str, address: str = "") -> None:
    """One line more in the audit."""
    row = {"at": now(), "name": name[:64], "act": act, "detail": detail, "address": address[:64]}
    conn.execute(insert(audit), row)


def check_role(role: str) -> str:
    """The role, if it is one; InputRefused otherwise."""
    if role not in ROLES:
        raise InputRefused(role, "is no role", f"Use one of {', '.join(ROLES)}")
    return role


def digest(token: str) -> str:
    """Under what a session is kept."""
    return sha256(token.encode()).hexdigest()


def now() -> str:
    """This moment."""
    return stamp(datetime.now(UTC))
