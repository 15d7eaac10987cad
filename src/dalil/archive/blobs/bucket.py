"""Objects in a bucket of an S3-compatible service, named ab/cdef… by their SHA-256.

The bucket is where the bytes are kept; the archive's folder `fetched` holds copies of those that were read here, each
checked against its name when it came, and may be deleted at any time. What is not in an archive's settings is the key
to the bucket: it comes from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), as every S3 program has it.

A bucket is called write-once only after it was tried: before each writing a small object is put that stands there
already, and the service must refuse it. Object lock and versions are the bucket owner's to set, and to lift before
bytes are erased. Protocol: the conditional writes of Amazon S3 (If-None-Match on PutObject).
"""

from __future__ import annotations

import io
import mmap
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, BinaryIO, TypeVar
from urllib.parse import parse_qsl, urlsplit

from dalil.archive.blobs.local import (
    BLOCK_BYTES,
    Identity,
    Incoming,
    LocalStore,
    Stored,
    StoreFailed,
    checked_name,
    hash_file,
    sha256_of,
)
from dalil.errors import one_line

if TYPE_CHECKING:
    from obstore.store import S3Store

Answer = TypeVar("Answer")

PROBE = ".dalil-write-once"
LARGEST_BYTES = 5 << 30  # what the services take in one request, which is what they can refuse to overwrite with
SENDERS = 8
CONNECT = timedelta(seconds=15)
ANSWER = timedelta(seconds=30)  # for requests without a body to speak of
CARRY = timedelta(hours=1)  # for an object of the largest size over a slow line
RETRIES = {"max_retries": 4, "retry_timeout": timedelta(seconds=60)}
OLD_S = 24 * 3600  # a copy that was being fetched for longer than this is left by a process that is gone
INSTALL = 'Objects in a bucket need obstore: pip install "dalil[bucket]"'


def library() -> ModuleType:
    """obstore, an optional extra; StoreFailed says how to get it."""
    try:
        import obstore.exceptions
        import obstore.store
    except ImportError:
        raise StoreFailed(INSTALL) from None
    return obstore


class BucketStore:
    """Objects in a bucket. One process writes at a time (the archive's lock sees to it); anyone reads."""

    def __init__(self, where: str, folder: Path):
        self.address = where
        self.copies = LocalStore(folder)

    @staticmethod
    def accepts(where: str) -> bool:
        """Whether the settings' `blobs` value means a bucket: s3://BUCKET/PREFIX?endpoint=https://…&region=…"""
        return where.startswith("s3://")

    @classmethod
    def at(cls, archive: Path, where: str) -> BucketStore:
        """The store that the settings of the archive name; StoreFailed if the address is none."""
        parts = urlsplit(where)
        unknown = dict(parse_qsl(parts.query)).keys() - {"endpoint", "region"}
        if not parts.netloc or parts.username or parts.password or unknown:
            raise StoreFailed(
                f"{where} is no address of a bucket: expected s3://BUCKET/PREFIX?endpoint=https://HOST&region=NAME "
                "(the last two as needed; keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)"
            )
        return cls(where, archive / "fetched")

    # ------------------------------------------------------------ the service

    def _client(self, timeout: timedelta) -> S3Store:
        parts = urlsplit(self.address)
        asked = dict(parse_qsl(parts.query))
        endpoint = asked.get("endpoint") or os.environ.get("AWS_ENDPOINT_URL", "")
        config = {"checksum_algorithm": "SHA256", **({"endpoint": endpoint} if endpoint else {})}
        if region := asked.get("region") or os.environ.get("AWS_REGION") or (endpoint and "us-east-1"):
            config["region"] = region
        options = {"connect_timeout": CONNECT, "timeout": timeout, "allow_http": endpoint.startswith("http://")}
        return library().store.S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            config=config,
            client_options=options,
            retry_config=RETRIES,
        )

    @cached_property
    def _quick(self) -> S3Store:
        return self._client(ANSWER)

    @cached_property
    def _patient(self) -> S3Store:
        return self._client(CARRY)

    def _ask(self, what: Callable[[], Answer], *passing: type[Exception]) -> Answer:
        """What the service answers; its errors become StoreFailed, but for those that are `passing`."""
        try:
            return what()
        except passing:
            raise
        except (library().exceptions.BaseError, FileNotFoundError, ValueError) as error:
            raise self._failed(error) from None

    def _failed(self, error: Exception) -> StoreFailed:
        said = one_line(str(error).split("\n\nDebug source")[0])[:300]
        return StoreFailed(
            f"the bucket {self.address} cannot be used: {said}. Look at its address in dalil.toml, at the keys in "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY and at the network, then run this again"
        )

    # ------------------------------------------------------------ what every store does

    def prepare(self) -> None:
        """The bucket is fit to write to, and the folder for copies stands."""
        self.probe()
        self.copies.prepare()

    def probe(self) -> None:
        """The bucket answers and overwrites nothing; StoreFailed otherwise."""
        for _ in range(2):  # the first only in a bucket that was never written to
            if not self._put(self._quick, PROBE, b"dalil\n"):
                return
        raise StoreFailed(
            f"the bucket {self.address} overwrites what stands in it: its service does not heed If-None-Match. "
            "Originals are not safe there; name a bucket of a service that has conditional writes"
        )

    def where(self, sha256: str) -> str:
        """The object's place in words that a person can follow."""
        return self._name(self._key(sha256))

    def _name(self, key: str) -> str:
        return f"{urlsplit(self.address)._replace(query='').geturl().rstrip('/')}/{key}"

    def _key(self, sha256: str) -> str:
        name = checked_name(sha256)
        return f"{name[:2]}/{name[2:]}"

    def path(self, sha256: str) -> Path:
        """A copy here of the object's bytes, fetched and checked if there was none.

        Where the bucket has no such object, nothing stands at the path. StoreFailed if it cannot be fetched, or if
        what came is not what its name says.
        """
        path = self.copies.path(sha256)
        if not path.is_file():
            with suppress(FileNotFoundError):
                self._fetch(sha256, path)
        return path

    def _fetch(self, sha256: str, path: Path) -> None:
        with self.open(sha256) as source:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                fd, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
                with os.fdopen(fd, "w+b") as file:
                    while block := source.read(BLOCK_BYTES):
                        file.write(block)
                    file.seek(0)
                    found = hash_file(file)
                if found == sha256:
                    Path(name).chmod(0o444)
                    Path(name).replace(path)
                else:
                    Path(name).unlink()
                    raise StoreFailed(
                        f"{self.where(sha256)} holds other bytes: found sha256 {found}. "
                        'Run "dalil verify", then restore the object from a copy'
                    )
            except OSError as error:
                raise StoreFailed(f"cannot keep a copy at {path}: {error.strerror or error}") from None

    def open(self, sha256: str) -> BinaryIO:
        """The bytes as the bucket has them now; FileNotFoundError if it has none."""
        obstore = library()

        key = self._key(sha256)
        answer = self._ask(lambda: obstore.get(self._patient, key), FileNotFoundError)
        return io.BufferedReader(_Body(answer.stream(min_chunk_size=BLOCK_BYTES), self._ask), BLOCK_BYTES)

    def holds(self, sha256: str, size: int) -> bool:
        """Whether an object of that name and size stands; its bytes are not read."""
        found = self.identity(sha256)
        return found is not None and found[1] == size

    def has(self, sha256: str) -> bool:
        """Whether anything stands under that name."""
        return self.identity(sha256) is not None

    def identity(self, sha256: str) -> Identity | None:
        """What changes when the object is written anew: the service's tag, the size and the time; None if it is not."""
        obstore = library()

        key = self._key(sha256)
        try:
            found = self._ask(lambda: obstore.head(self._quick, key), FileNotFoundError)
        except FileNotFoundError:
            return None
        return [found["e_tag"], found["size"], found["last_modified"].isoformat()]

    def receive(self) -> Incoming:
        """A fresh temporary file here, to write an object's bytes to."""
        return self.copies.receive()

    def keep(self, sealed: Iterable[tuple[Path, str]]) -> None:
        """Each sealed file stands in the bucket under its SHA-256; what stood there before stays."""
        sealed = list(sealed)
        with ThreadPoolExecutor(SENDERS, thread_name_prefix="send") as pool:
            list(pool.map(lambda one: self._send(*one), sealed))
        self.copies.keep(sealed)

    def _send(self, path: Path, sha256: str) -> None:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise StoreFailed(
                f"a file of {size} bytes cannot be kept in {self.address}: such a service takes at most "
                f"{LARGEST_BYTES} in one piece. Keep this archive's objects in a folder"
            )
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            # Where it stands already it was there, or the first answer was lost and this is the second asking.
            if not self._put(self._patient, self._key(sha256), whole) and not self.holds(sha256, size):
                raise StoreFailed(f'{self.where(sha256)} stands there already with another size. Run "dalil verify"')

    def _put(self, client: S3Store, key: str, data: bytes | mmap.mmap) -> bool:
        """Whether the object is there now and was not before."""
        taken = library().exceptions.AlreadyExistsError
        try:
            self._ask(lambda: library().put(client, key, data, mode="create"), taken)
        except taken:
            return False
        return True

    def remove(self, sha256: str) -> None:
        """The object and the copy here are gone. A version that the bucket keeps by itself is its owner's to delete."""
        obstore = library()

        key = self._key(sha256)
        with suppress(FileNotFoundError):
            self._ask(lambda: obstore.delete(self._quick, key), FileNotFoundError)
        if self.has(sha256):
            raise StoreFailed(f"{self.where(sha256)} does not go: the bucket's lock or rights keep it. Ask its owner")
        self.copies.remove(sha256)

    def objects(self) -> Iterator[Stored]:
        """Every object in the bucket, in order of name."""
        obstore = library()

        def every() -> list[tuple[str, int]]:
            pages = obstore.list(self._quick)
            return sorted((found["path"], found["size"]) for page in pages for found in page)

        for key, size in self._ask(every):
            if key != PROBE:
                yield Stored(self._name(key), sha256_of(key), size, writable=False)

    def leftovers(self) -> list[Path]:
        """Temporary files here of a capture that is running or was cut short."""
        return self.copies.leftovers()

    def sweep(self) -> None:
        """Temporary files are gone. Only the one writer may call this, before it writes."""
        self.copies.sweep()
        for path in self.copies.folder.glob("*/.part-*"):
            with suppress(OSError):  # fetched to its end, or removed, by another process meanwhile
                if time.time() - path.stat().st_mtime > OLD_S:
                    path.unlink()


class _Body(io.RawIOBase):
    """The body of an answer as a file that is read once, from its beginning."""

    def __init__(self, chunks: Iterator[object], ask: Callable[[Callable[[], Answer]], Answer]):
        self._chunks = iter(chunks)
        self._ask = ask
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        while not self._left:
            chunk = self._ask(lambda: next(self._chunks, None))
            if chunk is None:
                return 0
            self._left = memoryview(chunk)
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count
