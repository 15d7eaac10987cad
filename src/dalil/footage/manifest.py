"""C2PA manifests: whether a file carries one, and what it says as far as the optional library c2pa can read it.

A manifest says who signed what, not that it is true; most platforms strip it, so that its absence says nothing.
Nothing is fetched: manifests that lie elsewhere, revocation lists and trust lists are not asked for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

# The library hashes the whole file: larger ones are only said to carry a manifest, so that a page stays quick.
MOST_BYTES = 64_000_000
MOST_PARTS = 10_000
# A box may claim any 64-bit size; no file is larger than this.
MOST_SIZE = 1 << 50
MP4_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
NO_NETWORK = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a file's active manifest says; all empty where only its presence is known.

    `state` is the library's own verdict ("Valid", "Invalid", "Trusted"), `failures` its codes of what did not hold.
    """

    generator: str = ""
    signer: str = ""
    actions: tuple[str, ...] = ()
    state: str = ""
    failures: tuple[str, ...] = ()


def manifest_of(path: Path, media_type: str) -> Manifest | None:
    """What the manifest in the file says; None where the file carries none; OSError where it cannot be read."""
    with path.open("rb") as file:
        if not carries(file):
            return None
        if path.stat().st_size > MOST_BYTES:
            return Manifest()
        file.seek(0)
        return read(file, media_type) or Manifest()


def carries(file: BinaryIO) -> bool:
    """Whether a JPEG, PNG, WebP or ISO media file has the part that holds a C2PA manifest."""
    head = file.read(12)
    file.seek(0)
    if head.startswith(b"\xff\xd8"):
        return in_jpeg(file)
    if head.startswith(b"\x89PNG"):
        file.seek(8)
        return in_chunks(file, "big", 4, b"caBX")
    if head.startswith(b"RIFF"):
        file.seek(12)
        return in_chunks(file, "little", 0, b"C2PA")
    return in_boxes(file)


def in_jpeg(file: BinaryIO) -> bool:
    """Whether an APP11 segment before the picture holds a JUMBF box of C2PA."""
    file.seek(2)
    for _ in range(MOST_PARTS):
        marker, size = file.read(2), int.from_bytes(file.read(2), "big")
        if len(marker) < 2 or marker[0] != 0xFF or marker[1] == 0xDA or size < 2:
            return False
        body = file.read(size - 2)
        if marker[1] == 0xEB and body[:2] == b"JP" and b"jumb" in body[:40] and b"c2pa" in body[:80]:
            return True
    return False


def in_chunks(file: BinaryIO, order: str, trailer: int, name: bytes) -> bool:
    """Whether one of the chunks (PNG: size, name, body, checksum; RIFF: name, size, body, padded) has the name."""
    for _ in range(MOST_PARTS):
        head = file.read(8)
        if len(head) < 8:
            return False
        found, size = (head[4:], head[:4]) if order == "big" else (head[:4], head[4:])
        length = int.from_bytes(size, order)
        if found == name:
            return True
        file.seek(length + trailer + (length % 2 if order == "little" else 0), 1)
    return False


def in_boxes(file: BinaryIO) -> bool:
    """Whether one of an ISO media file's outer boxes is C2PA's own."""
    for _ in range(MOST_PARTS):
        at = file.tell()
        head = file.read(8)
        size = int.from_bytes(head[:4], "big")
        if len(head) < 8:
            return False
        if size == 1:
            size = int.from_bytes(file.read(8), "big")
        if head[4:] == b"uuid" and file.read(16) == MP4_BOX:
            return True
        if size < 8 or size > MOST_SIZE:
            return False
        file.seek(at + size)
    return False


def read(file: BinaryIO, media_type: str) -> Manifest | None:
    """What the library says of the active manifest; None where it is not installed or cannot read it."""
    try:
        import c2pa
    except (ImportError, OSError):  # OSError: the wheel's own library does not load on this machine
        return None
    try:
        context = c2pa.Context(c2pa.Settings.from_dict(NO_NETWORK))
        reader = c2pa.Reader.try_create(media_type, file, context=context)
        told = json.loads(reader.json()) if reader else {}
    except (c2pa.C2paError, ValueError):
        return None
    active = told.get("manifests", {}).get(told.get("active_manifest"))
    if not active:
        return None
    made = [x for x in active.get("claim_generator_info", ()) if x.get("name")]
    signature = active.get("signature_info") or {}
    failed = told.get("validation_results", {}).get("activeManifest", {}).get("failure", ())
    return Manifest(
        generator=", ".join(f"{x['name']} {x.get('version', '')}".strip() for x in made),
        signer=", ".join(signature[k] for k in ("common_name", "issuer") if signature.get(k)),
        actions=tuple(actions_in(active)),
        state=str(told.get("validation_state") or ""),
        failures=tuple(dict.fromkeys(one["code"] for one in failed if "code" in one)),
    )


def actions_in(active: dict) -> list[str]:
    """The acts that the manifest lists, in order."""
    lists = (a.get("data", {}) for a in active.get("assertions", ()) if a.get("label", "").startswith("c2pa.actions"))
    return [str(one.get("action")) for data in lists for one in data.get("actions", ())][:50]
