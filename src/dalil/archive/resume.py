"""How far a verification has come, kept outside the archive, so that one that was cut short can go on.

What is kept is no proof of anything: whoever can write to the user's cache folder can forge it. It says which objects
were hashed and found good, and what their files were then: size, inode and times. `dalil verify` without --resume
does not look at it.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import platformdirs

from dalil.archive.blobs.local import Identity, Stored

if TYPE_CHECKING:
    from dalil.archive.archive import Archive

FLUSH_S = 2.0


class Progress:
    """The objects that were found good, by hash, with what their files were.

    Where everything was looked at, nothing stays behind. Where not, `stands` says whether the next run may go on.
    """

    def __init__(self, archive: Archive, *, resume: bool):
        name = hashlib.sha256(f"{archive.settings.origin}\n{archive.path.absolute()}".encode()).hexdigest()[:32]
        self.identity = archive.store.identity
        self.path = folder() / f"verify-{name}.jsonl"
        self.good: dict[str, Identity] = self._read() if resume else {}
        self.stands = False
        self._new: list[str] = []
        self._lock = Lock()
        self._written = time.monotonic()

    def _read(self) -> dict[str, Identity]:
        good: dict[str, Identity] = {}
        try:
            rows = self.path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return {}
        for row in rows:
            try:
                sha256, identity = json.loads(row)
            except (ValueError, TypeError):
                continue  # its last line may be torn
            if isinstance(sha256, str) and isinstance(identity, list):
                good[sha256] = identity
        return good

    def known(self, item: Stored) -> bool:
        """Whether this very file was found good before and has not been written to, replaced or moved since."""
        before = self.good.get(str(item.sha256))
        return before is not None and before == self.identity(str(item.sha256))

    def found_good(self, item: Stored, was: Identity | None) -> None:
        """The object was hashed and is what its name says; `was` is its identity from before it was read."""
        if was is None:
            return
        with self._lock:
            self._new.append(json.dumps([item.sha256, was]) + "\n")
            if time.monotonic() - self._written > FLUSH_S:
                self.save()

    def save(self) -> None:
        """What was found good so far is in the file; nothing where no file can be written."""
        self._written = time.monotonic()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a" if self.good or self.stands else "w", encoding="utf-8") as file:
                file.writelines(self._new)
        except OSError:
            return
        self._new.clear()
        self.stands = True

    def finished(self) -> None:
        """Everything was looked at: there is nothing to go on with."""
        self.path.unlink(missing_ok=True)
        self.stands = False


def folder() -> Path:
    """Where the user's programs keep what may be thrown away."""
    if home := os.environ.get("DALIL_HOME"):
        return Path(home) / "cache"
    return Path(platformdirs.user_cache_dir("dalil", appauthor=False))
