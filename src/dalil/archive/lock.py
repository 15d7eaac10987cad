"""One writer at a time: an operating-system lock on a file, gone with the process that held it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from dalil.errors import ArchiveBusy

POLL_S = 0.1


class WriteLock:
    """The archive's write lock; `acquire` once, `release` once. A killed process leaves none behind."""

    def __init__(self, path: Path):
        self.path = path
        self._fd: int | None = None

    def acquire(self, wait_s: float, on_wait: Callable[[str], None] | None = None) -> None:
        """The lock is held; ArchiveBusy if another process kept it for `wait_s` seconds.

        `on_wait` is told once, in a sentence for a person, that there is something to wait for.
        """
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        deadline = time.monotonic() + wait_s
        told = False
        try:
            while not _try_lock(fd):
                if not told and on_wait:
                    on_wait(f"another dalil {self._holder(fd)}is writing to this archive; waiting up to {wait_s:.0f} s")
                told = True
                if time.monotonic() >= deadline:
                    raise ArchiveBusy(
                        f"another dalil {self._holder(fd)}is still writing to {self.path.parent}. "
                        "Let it finish, then run this again"
                    )
                time.sleep(min(POLL_S, max(0.0, deadline - time.monotonic())))
        except BaseException:  # also on Ctrl-C while waiting: the descriptor must not leak
            os.close(fd)
            raise
        if hasattr(os, "pwrite"):
            os.ftruncate(fd, 0)
            os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        self._fd = fd

    def release(self) -> None:
        """Others may write."""
        if self._fd is not None:
            os.close(self._fd)  # closing gives the lock back, on POSIX and on Windows
            self._fd = None

    def _holder(self, fd: int) -> str:
        try:
            pid = os.pread(fd, 32, 0).decode("ascii", "replace").strip()
        except (OSError, AttributeError):
            return ""
        return f"(process {pid}) " if pid.isdigit() else ""


if os.name == "nt":
    import msvcrt

    def _try_lock(fd: int) -> bool:
        os.lseek(fd, 0, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
