"""Where an archive's fingerprints and their index lie: files under the derived folder, made again by need.

An index is a few segments, each a set of sorted arrays that are memory-mapped. New fingerprints make a new segment;
where there are too many, the smaller ones become one. Nothing is ever changed in place.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np

from .audio import SoundIndex, build_sound_index
from .fingerprint import FORMAT, Fingerprint, decode, encode, fingerprint, is_current
from .index import Index, build_index, with_starts

MAX_SEGMENTS = 8
# Fingerprints held at once while a query is compared: an hour of footage is about 15 MB.
HELD = 64


class Parts(msgspec.Struct):
    """A segment's own list: the fingerprint format and the objects, in the order in which arrays number them."""

    format: int
    objects: list[str]


class Shelf:
    """The fingerprints of one archive, under its derived folder."""

    def __init__(self, derived: Path):
        self.derived = derived
        self.load = lru_cache(HELD)(self.read)

    def path(self, sha256: str) -> Path:
        return self.derived / "fingerprints" / sha256[:2] / f"{sha256}.footage"

    def stands(self, sha256: str) -> bool:
        """Whether a fingerprint of today's format is kept."""
        try:
            with self.path(sha256).open("rb") as file:
                return is_current(file.read(64))
        except FileNotFoundError:
            return False

    def read(self, sha256: str) -> Fingerprint | None:
        """The kept fingerprint; None where there is none, or one of another format."""
        try:
            return decode(self.path(sha256).read_bytes())
        except (FileNotFoundError, ValueError):
            return None

    def keep(self, path: Path, sha256: str, *, key_frames_only: bool = False) -> Fingerprint:
        """The object's fingerprint, made and written where none stands yet; InputRefused as `probe` does."""
        kept = self.read(sha256)
        if kept is None:
            kept = fingerprint(path, object=sha256, key_frames_only=key_frames_only)
            self.put(kept)
        return kept

    def put(self, print_: Fingerprint) -> None:
        """The fingerprint stands whole under its object's hash."""
        target = self.path(print_.object)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(encode(print_))
        Path(temporary).replace(target)

    # -------------------------------------------------------------- index

    def indexes(self, objects: Iterable[str]) -> list[tuple[Index, SoundIndex]]:
        """Segments that together hold the objects whose fingerprints are kept, written where they were missing."""
        folder = self.derived / "match-index"
        segments = {path: parts for path in sorted(folder.glob("*.segment")) if (parts := read_parts(path))}
        wanted = set(objects)
        for path in [path for path, parts in segments.items() if not wanted.issuperset(parts.objects)]:
            del segments[path]
        held = {name for parts in segments.values() for name in parts.objects}
        missing = sorted(name for name in wanted - held if self.stands(name))
        if len(segments) >= MAX_SEGMENTS and missing:
            by_size = sorted(segments, key=lambda path: (len(segments[path].objects), path))
            for path in by_size[: MAX_SEGMENTS // 2]:
                missing += segments.pop(path).objects
        if missing:
            prints = [print_ for name in missing if (print_ := self.read(name))]
            path = write_segment(folder, prints)
            segments[path] = Parts(FORMAT, [print_.object for print_ in prints])
        for path in folder.glob("*.segment"):
            if path not in segments:
                shutil.rmtree(path, ignore_errors=True)
        return [read_segment(path, parts) for path, parts in segments.items()]


INDEX_ARRAYS = ("words", "codes", "frames", "frame_object", "frame_number")
SOUND_ARRAYS = ("words", "track", "place")


def read_parts(path: Path) -> Parts | None:
    """A segment's list; None where it is broken or of another format."""
    try:
        parts = msgspec.json.decode((path / "parts.json").read_bytes(), type=Parts)
    except (OSError, msgspec.MsgspecError):
        return None
    return parts if parts.format == FORMAT else None


def write_segment(folder: Path, prints: list[Fingerprint]) -> Path:
    """The segment stands whole under a name that its objects give, or not at all."""
    names = [print_.object for print_ in prints]
    path = folder / f"{hashlib.sha256(chr(10).join(names).encode()).hexdigest()[:16]}.segment"
    folder.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(dir=folder, suffix=".tmp"))
    index = with_starts(build_index(prints))
    sounds = build_sound_index([(print_.object, print_.sound) for print_ in prints])
    for name in INDEX_ARRAYS:
        np.save(making / f"{name}.npy", getattr(index, name))
    if index.starts is not None:
        np.save(making / "starts.npy", index.starts)
    for name in SOUND_ARRAYS:
        np.save(making / f"sound-{name}.npy", getattr(sounds, name))
    (making / "parts.json").write_bytes(msgspec.json.encode(Parts(FORMAT, names)))
    shutil.rmtree(path, ignore_errors=True)
    making.rename(path)
    return path


def read_segment(path: Path, parts: Parts) -> tuple[Index, SoundIndex]:
    """The segment's arrays, memory-mapped."""
    names = tuple(parts.objects)
    arrays = {name: np.load(path / f"{name}.npy", mmap_mode="r") for name in INDEX_ARRAYS}
    sounds = {name: np.load(path / f"sound-{name}.npy", mmap_mode="r") for name in SOUND_ARRAYS}
    starts = np.load(path / "starts.npy", mmap_mode="r") if (path / "starts.npy").exists() else None
    return Index(objects=names, starts=starts, **arrays), SoundIndex(objects=names, **sounds)
