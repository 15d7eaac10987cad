"""Passwords: argon2id by argon2-cffi with its own (RFC 9106 low-memory) parameters; never stored, never logged."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dalil.errors import InputRefused

SHORTEST, LONGEST = 12, 256  # NIST SP 800-63B: length, not composition; an upper bound so that hashing stays cheap
MIN_DIFFERENT = 5

hasher = PasswordHasher()


def check_new(password: str, name: str) -> None:
    """Nothing, if it will do as a password for `name`; InputRefused with what is wrong with it."""
    if not SHORTEST <= len(password) <= LONGEST:
        what = f"has {len(password)} characters, expected {SHORTEST} to {LONGEST}"
        raise InputRefused("password", what, "Four words that do not belong together are easy to remember")
    if name.casefold() in password.casefold() or len(set(password)) < MIN_DIFFERENT:
        raise InputRefused("password", "is too easy to guess", "Do not use the name or one letter again and again")


def hashed(password: str) -> str:
    """The password's hash in the PHC string format, with its own salt and parameters."""
    return hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether it is the password; takes as long where there is no such account."""
    try:
        return hasher.verify(stored or nobody(), password[: LONGEST + 1]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return hasher.check_needs_rehash(stored)


@lru_cache
def nobody() -> str:
    """A hash that no password of anybody's has."""
    return hasher.hash("no account has this password")
