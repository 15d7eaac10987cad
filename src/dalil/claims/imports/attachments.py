"""Files that rows and messages say they came with: found beside the table or chat, and held against claimed hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dalil.archive.blobs.local import BLOCK_BYTES
from dalil.archive.sources.files import readable_name, source_uri
from dalil.archive.sources.found import Found
from dalil.claims.imports.parts import FileClaim
from dalil.records import part_key

# How tools write the names of hashes → what hashlib calls them.
ALGORITHMS = {"SHA-256": "sha256", "SHA256": "sha256", "SHA3-512": "sha3_512", "SHA-512": "sha512", "SHA-1": "sha1",
              "MD5": "md5"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Beside:
    """A file that was named and lies where it was said to lie."""

    claim: FileClaim
    path: Path


def beside(folder: Path, files: Iterable[FileClaim]) -> Iterator[Beside]:
    """Those of the files that lie in the folder or below it; a name that leads out of it is never followed."""
    top = folder.resolve()
    for claim in files:
        try:
            path = (top / claim.name).resolve()
            inside = path.is_relative_to(top) and path != top and path.is_file()
        except (OSError, ValueError, RuntimeError):  # a name that is no file's name, or a loop of links
            continue
        if inside:
            yield Beside(claim, path)


def to_capture(lying: Iterable[Beside], chat: str) -> Iterator[Found]:
    """The files as captures that name the row or message of the object `chat` that they came with."""
    for one in lying:
        attached_to = {"attached_to": part_key(chat, one.claim.number)}
        yield Found(one.path, readable_name(one.path), source_uri(one.path), fields=attached_to)


def compare_hashes(one: Beside) -> tuple[int, list[str]]:
    """How many claimed hashes the file's bytes have, and one line for each that they have not."""
    agreed, wrong = 0, []
    for algorithm, claimed in one.claim.hashes:
        known = ALGORITHMS.get(algorithm)
        if known is None:
            continue
        found = digest(one.path, known)
        if found == claimed:
            agreed += 1
        else:
            wrong.append(
                f"number {one.claim.number}: {one.claim.name} does not have the {algorithm} that the row claims: "
                f"expected {claimed}, found {found}"
            )
    return agreed, wrong


def digest(path: Path, algorithm: str) -> str:
    """The file's hash in hex."""
    made = hashlib.new(algorithm)
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            made.update(block)
    return made.hexdigest()
