"""Objects as read-only files ab/cdef… named by their SHA-256, in a folder of the archive.

The order in which a file becomes an object, each step durable before the next: written to a temporary file in the
same filesystem and hashed on the way, synced, made read-only, renamed without overwriting, its folder synced.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dalil.errors import DalilError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

BLOCK_BYTES = 1 << 20
BIG_BYTES = 4 << 20
# A file of 256 MB on two cores: hashing it takes as long as writing and syncing it one after the other, so both go on
# side by side. Of 8, 16, 32 and 64 MB between the early syncs all took the same within the noise.
AHEAD = 16  # blocks that may be written but not hashed yet
SYNC_EVERY = 32 << 20
SYNCERS = 8
ZEROS = bytes(BLOCK_BYTES)
HEX = frozenset("0123456789abcdef")
FULL_SYNC = getattr(fcntl, "F_FULLFSYNC", None)
SYNC_DATA = getattr(os, "fdatasync", os.fsync)


class StoreFailed(DalilError):
    """The place where bytes are kept cannot take them: full, gone or failing."""

    exit_status = 1


Identity = list[object]  # of plain JSON values


@dataclass(frozen=True, slots=True)
class Stored:
    """What was found in the store: `where` for people; `sha256` as its name says (None if it is no object's name)."""

    where: str
    sha256: str | None
    size: int
    writable: bool


class Incoming:
    """A temporary file that bytes are written to; a context manager that removes it unless it was sealed and kept."""

    def __init__(self, folder: Path):
        try:
            fd, name = tempfile.mkstemp(dir=folder, prefix="incoming-")
        except OSError as error:
            raise _failed(folder, error) from None
        self.path = Path(name)
        self._file = os.fdopen(fd, "w+b", buffering=0)
        self._hash = hashlib.sha256()
        self._side: tuple[ThreadPoolExecutor, ThreadPoolExecutor] | None = None  # one hashes, one syncs
        self._hashing: deque[Future[None]] = deque()
        self._syncing: Future[None] | None = None
        self.size = 0

    def write(self, block: bytes) -> None:
        """The block is hashed and written; a block of zeros becomes a hole, so that a sparse file stays sparse."""
        self._update(block)
        self.size += len(block)
        try:
            if block == ZEROS:
                self._file.seek(len(block), os.SEEK_CUR)
            else:
                view = memoryview(block)
                while view:
                    view = view[self._file.write(view) :]
            if self._side and self.size % SYNC_EVERY < len(block):
                self._sync_early()
        except OSError as error:
            raise _failed(self.path, error) from None

    def _update(self, block: bytes) -> None:
        if self.size < BIG_BYTES:
            self._hash.update(block)
            return
        if self._side is None:
            self._side = (ThreadPoolExecutor(1, thread_name_prefix="hash"), ThreadPoolExecutor(1))
        if len(self._hashing) == AHEAD:
            self._hashing.popleft().result()
        self._hashing.append(self._side[0].submit(self._hash.update, block))

    def _sync_early(self) -> None:
        """What was written so far is on its way to the disk, so that the last sync has little left to wait for.

        Its failure is raised here or by `seal`: the kernel tells of a lost write only once.
        """
        if self._syncing:
            self._syncing.result()
        self._syncing = self._side[1].submit(SYNC_DATA, self._file.fileno())

    def _settle(self) -> None:
        """All that was written is hashed, and no early sync is under way."""
        if self._side:
            for pool in self._side:
                pool.shutdown()
            self._side = None
        self._hashing.clear()

    @property
    def file(self) -> BinaryIO:
        """The bytes so far, zeros at their end too, for a look at what they are."""
        self._file.truncate(self.size)
        return self._file

    def seal(self) -> str:
        """The bytes are on disk and read-only; their SHA-256."""
        try:
            if self._syncing:
                self._syncing.result()
            self._file.truncate(self.size)
            self.path.chmod(0o444)
            sync(self._file.fileno())  # while the last blocks are hashed
            self._settle()
            self._file.close()
        except OSError as error:
            raise _failed(self.path, error) from None
        return self._hash.hexdigest()

    def discard(self) -> None:
        """The temporary file is gone."""
        self._settle()
        with suppress(OSError):  # what cannot be removed now is swept up by the next writer
            self._file.close()
            remove(self.path)


class LocalStore:
    """Objects in a folder. One process writes at a time (the archive's lock sees to it); anyone reads."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.incoming = folder / ".incoming"

    @staticmethod
    def accepts(where: str) -> bool:
        """Whether the settings' `blobs` value means a folder."""
        return "://" not in where

    @classmethod
    def at(cls, archive: Path, where: str) -> LocalStore:
        """The store that the settings of the archive name."""
        return cls(archive / where)

    def probe(self) -> None:
        """Nothing needs to be tried: renaming without overwriting is ours."""

    def prepare(self) -> None:
        """The store's folders stand."""
        try:
            self.incoming.mkdir(parents=True, exist_ok=True)
            sync_folder(self.folder)
        except OSError as error:
            raise _failed(self.folder, error) from None

    def path(self, sha256: str) -> Path:
        """Where the object is or would be; ValueError for anything that is not 64 lower-case hex digits."""
        name = checked_name(sha256)
        return self.folder / name[:2] / name[2:]

    def where(self, sha256: str) -> str:
        """The object's place in words that a person can follow."""
        return str(self.path(sha256))

    def open(self, sha256: str) -> BinaryIO:
        """The object's bytes; FileNotFoundError if it is not here."""
        return self.path(sha256).open("rb", buffering=0)

    def has(self, sha256: str) -> bool:
        """Whether anything stands under that name."""
        return self.path(sha256).exists()

    def identity(self, sha256: str) -> Identity | None:
        """What changes when the file is written to or replaced: device, inode, size, when it was changed at all."""
        try:
            found = self.path(sha256).lstat()
        except OSError:
            return None
        return [found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]

    def holds(self, sha256: str, size: int) -> bool:
        """Whether a file of that name and size stands; its bytes are not read."""
        try:
            found = self.path(sha256).lstat()
        except OSError:
            return False
        return stat.S_ISREG(found.st_mode) and found.st_size == size

    def receive(self) -> Incoming:
        """A fresh temporary file to write an object's bytes to."""
        return Incoming(self.incoming)

    def keep(self, sealed: Iterable[tuple[Path, str]]) -> None:
        """Each sealed file stands under its SHA-256 and will after a power cut; what stood there before stays."""
        folders = set()
        new_folders = False
        for temporary, sha256 in sealed:
            target = self.path(sha256)
            try:
                if not target.parent.is_dir():
                    target.parent.mkdir()
                    new_folders = True
                _move(temporary, target)
            except OSError as error:
                raise _failed(target, error) from None
            folders.add(target.parent)
        try:
            # Side by side, since a journal commits what waits for it together.
            with ThreadPoolExecutor(SYNCERS, thread_name_prefix="sync") as pool:
                list(pool.map(sync_folder, [*folders, self.folder] if new_folders else folders))
        except OSError as error:
            raise _failed(self.folder, error) from None

    def remove(self, sha256: str) -> None:
        """The object is gone and will be after a power cut; nothing happens where it was not."""
        path = self.path(sha256)
        try:
            remove(path)
            if path.parent.is_dir():
                sync_folder(path.parent)
        except OSError as error:
            what = f"cannot erase {error.filename or path}: {error.strerror}"
            raise StoreFailed(f"{what}. Repair the disk, then run this again") from None

    def objects(self) -> Iterator[Stored]:
        """Every file in the store, temporary ones left out, in order of name."""
        if not self.folder.is_dir():
            return
        for entry in sorted(self.folder.iterdir()):
            if entry == self.incoming:
                continue
            if entry.is_dir() and not entry.is_symlink():
                for path in sorted(entry.iterdir()):
                    yield _stored(path, f"{entry.name}/{path.name}")
            else:
                yield _stored(entry, "")

    def leftovers(self) -> list[Path]:
        """Temporary files of a capture that is running or was cut short."""
        return sorted(self.incoming.iterdir()) if self.incoming.is_dir() else []

    def sweep(self) -> None:
        """Temporary files are gone. Only the one writer may call this, before it writes."""
        for path in self.leftovers():
            remove(path)


def hash_file(file: BinaryIO, on_bytes: Callable[[int], None] = lambda _: None) -> str:
    """The SHA-256 of the rest of the file, read in blocks."""
    digest = hashlib.sha256()
    while block := file.read(BLOCK_BYTES):
        digest.update(block)
        on_bytes(len(block))
    return digest.hexdigest()


def remove(path: Path) -> None:
    """No such file stands; for temporary files, sealed or not."""
    if os.name == "nt" and path.exists():
        path.chmod(0o600)  # Windows removes no read-only file
    path.unlink(missing_ok=True)


def write_file(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """A new small file stands whole at `path` and will after a power cut; FileExistsError if one stood there."""
    fd, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    temporary = Path(name)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            sync(file.fileno())
        temporary.chmod(mode)
        _move(temporary, path, must_be_new=True)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """The folder's entries are on disk. Windows cannot sync a folder and keeps its entries in a journal."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        sync(fd)
    finally:
        os.close(fd)


def sync(fd: int) -> None:
    """What was written is on the disk, not only in the drive's own memory."""
    if FULL_SYNC is not None:
        fcntl.fcntl(fd, FULL_SYNC)  # macOS: fsync alone leaves bytes in the drive's cache
    else:
        os.fsync(fd)


def _move(temporary: Path, target: Path, *, must_be_new: bool = False) -> None:
    """Renamed without ever overwriting: a hard link fails where a file stands.

    On a file system without hard links, the writer's lock keeps others from putting one there meanwhile.
    """
    if os.name == "nt":
        if must_be_new or not target.exists():
            temporary.rename(target)  # Windows overwrites nothing in a rename
        return
    try:
        os.link(temporary, target)
    except FileExistsError:
        if must_be_new:
            raise
    except OSError:
        if not target.exists():
            temporary.rename(target)
            return
        if must_be_new:
            raise FileExistsError(target) from None
    temporary.unlink()


def checked_name(sha256: str) -> str:
    """The same; ValueError for anything that is not 64 lower-case hex digits."""
    if len(sha256) != 64 or not HEX.issuperset(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return sha256


def sha256_of(key: str) -> str | None:
    """The SHA-256 that a name of the form ab/cdef… says; None if it is no object's name."""
    name = key[:2] + key[3:]
    return name if len(key) == 65 and key[2] == "/" and HEX.issuperset(name) else None


def _stored(path: Path, key: str) -> Stored:
    found = path.lstat()
    sha256 = sha256_of(key) if stat.S_ISREG(found.st_mode) else None
    return Stored(str(path), sha256, found.st_size, bool(found.st_mode & 0o222))


def _failed(where: Path, error: OSError) -> StoreFailed:
    return StoreFailed(f"cannot write {where}: {error.strerror or error}. Free or repair the disk, then run this again")
