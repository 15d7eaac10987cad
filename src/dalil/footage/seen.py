"""What the archive's footage has shown so far: each new recording is compared with those before it in the log.

An archive's recordings are met in the log's order, each once. What is found depends on the bytes and that order alone:
how many were added at a time, and how the index is parted into segments, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from dalil.records import Footage, FootageMatch

from . import probe
from .audio import HOPS_A_SECOND, SoundIndex, build_sound_index
from .decode import OnFrame
from .fingerprint import Fingerprint, close_fingerprint, kept
from .index import Index, build_index
from .match import Match, find_matches
from .picture import is_picture
from .recording import StillTaker, read_container, show, with_shown
from .shelf import Shelf

# New fingerprints are searched one by one up to this many, then put together in memory.
FEW = 8
# Frames of a new recording that are looked up: of what is longer, frames at even intervals.
LOOKED_UP = 240


class Seen:
    """The fingerprints that stand, their segments on disk and the new ones in memory; closing writes a segment."""

    def __init__(self, derived: Path, objects: Iterable[str], *, key_frames_only: bool = False):
        self.shelf = Shelf(derived)
        self.key_frames_only = key_frames_only
        self.objects = [sha256 for sha256 in objects if self.shelf.stands(sha256)]
        self.segments = self.shelf.indexes(self.objects)
        self.fresh: list[tuple[list[Fingerprint], tuple[Index, SoundIndex]]] = []

    def take_in(self, path: Path, object: str, *, stills: int = 8) -> tuple[Footage, tuple[FootageMatch, ...]]:
        """The recording's record with its stills, and what it shows of earlier ones; a video is decoded once for all.

        InputRefused where the file cannot be opened as picture, video or sound.
        """
        derived = self.shelf.derived
        if is_picture(path):
            footage = probe(path, object=object, derived=derived)
            return footage, self.meet(path, footage)
        footage, extent = read_container(path, object=object)
        taker = StillTaker(
            footage.duration_s or 0.0, stills, object=object, derived=derived, early=self.key_frames_only
        )
        matches = self.meet(path, footage, taker.see if footage.kind == "video" else None)
        if footage.kind != "video":
            return footage, matches
        shown = taker.shown
        if len(shown.stills) < (1 if self.key_frames_only else 2):
            # Too few of the frames that were decoded lie behind the offsets: the slow way finds more.
            shown = show(path, extent, object=object, derived=derived, count=stills)
        return with_shown(footage, shown), matches

    def meet(self, path: Path, footage: Footage, on_frame: OnFrame | None = None) -> tuple[FootageMatch, ...]:
        """What the recording shows of earlier ones, best first; its fingerprint stands and later ones will meet it.

        InputRefused where the file cannot be opened as picture, video or sound.
        """
        close = close_fingerprint(path, object=footage.object, key_frames_only=self.key_frames_only, on_frame=on_frame)
        found = find_matches(
            thinned(close), [*self.segments, *(index for _, index in self.fresh)], self.shelf.load,
            without=footage.object,
        )  # fmt: skip
        matches = tuple(self.record(close, footage, match) for match in found)
        self.take(kept(close))
        return matches

    def record(self, close: Fingerprint, footage: Footage, match: Match) -> FootageMatch:
        """The match as it is stored."""
        other = self.shelf.load(match.object)
        sound_error = match.sound_error
        if sound_error is None and match.start_s is not None and match.query_start_s is not None:
            sound_error = sound_apart(close, other, match)
        return FootageMatch(
            object=footage.object,
            other=match.object,
            kind=match.kind,
            verdict=match.verdict,
            start_s=match.query_start_s,
            end_s=match.query_end_s,
            other_start_s=match.start_s,
            other_end_s=match.end_s,
            score=match.score,
            mirrored=match.mirrored,
            speed=match.speed,
            offset_s=match.offset_s,
            edits=edits_of(close, other, match, sound_error),
            map=match.map,
            inliers=match.inliers,
            appearance=match.appearance,
            motion=match.motion,
            sound_error=sound_error,
            still_camera=match.still_camera,
        )

    def take(self, print_: Fingerprint) -> None:
        """The fingerprint stands on disk and is found from now on."""
        self.shelf.load.cache_clear()
        self.shelf.put(print_)
        self.objects.append(print_.object)
        self.fresh.append(([print_], indexed([print_])))
        if len(self.fresh) > FEW and sum(len(prints) == 1 for prints, _ in self.fresh) >= FEW:
            together = [print_ for prints, _ in self.fresh for print_ in prints]
            self.fresh = [(together, indexed(together))]

    def close(self) -> None:
        """The new fingerprints are in segments on disk."""
        if self.fresh:
            self.segments = self.shelf.indexes(self.objects)
            self.fresh = []


def indexed(prints: list[Fingerprint]) -> tuple[Index, SoundIndex]:
    return build_index(prints), build_sound_index([(print_.object, print_.sound) for print_ in prints])


def thinned(close: Fingerprint) -> Fingerprint:
    """The fingerprint with at most LOOKED_UP frames, at even intervals."""
    step = -(-len(close.frames) // LOOKED_UP) or 1
    return replace(close, frames=close.frames[::step])


# ------------------------------------------------------------------ what was done to it


# A part of the other's picture, or a turn in degrees, below which nothing was done on purpose.
WHOLE, UPRIGHT_DEG = 0.93, 3.0
# Where less of the picture agrees although it moves alike, something lies over it or its colours are other.
UNCOVERED = 0.8
# Above this share of sound bits that differ it is another sound.
OTHER_SOUND = 0.42


def edits_of(query: Fingerprint, other: Fingerprint, match: Match, sound_error: float | None) -> tuple[str, ...]:
    """The names of what was done to the query, as the numbers show it; the order is fixed."""
    if match.kind == "audio":
        return ("sound_only", *(("speed",) if match.speed != 1 else ()))
    named = ["mirrored"] if match.mirrored else []
    if match.map:
        shown, filled, turn = extent(query, other, match.map)
        named += ["cropped"] if shown < WHOLE else []
        named += ["inset"] if filled < WHOLE else []
        named += ["turned"] if abs(turn) > UPRIGHT_DEG else []
    named += ["covered"] if match.verdict == "same_recording" and (match.appearance or 1) < UNCOVERED else []
    named += ["speed"] if match.speed != 1 else []
    if match.verdict == "same_recording" and other.sound.loud.any() and not is_still(query):
        if not query.sound.loud.any():
            named.append("silent")
        elif sound_error is not None and sound_error > OTHER_SOUND:
            named.append("other_sound")
    return tuple(named)


def is_still(print_: Fingerprint) -> bool:
    return print_.kind == "picture"


def extent(query: Fingerprint, other: Fingerprint, map_: tuple[float, ...]) -> tuple[float, float, float]:
    """(share of the other's picture that the query shows, share of the query that it fills, its turn in degrees)."""
    matrix = np.array(map_).reshape(2, 3)
    steps = (np.arange(24) + 0.5) / 24
    grid = np.stack(np.meshgrid(steps * other.width, steps * other.height), axis=-1).reshape(-1, 2)
    there = grid @ matrix[:, :2].T + matrix[:, 2]
    inside = ((there >= 0) & (there < (query.width, query.height))).all(axis=1)
    area = abs(float(np.linalg.det(matrix[:, :2]))) * other.width * other.height
    filled = float(inside.mean()) * area / (query.width * query.height)
    turn = float(np.degrees(np.arctan2(matrix[1, 0] - matrix[0, 1], matrix[0, 0] + matrix[1, 1])))
    return float(inside.mean()), filled, turn


def sound_apart(query: Fingerprint, other: Fingerprint, match: Match) -> float | None:
    """The least share of sound bits that differ over the match, a few hops either way; None where either is silent."""
    if match.speed != 1 or not len(query.sound) or not len(other.sound):
        return None
    mine, theirs = query.sound, other.sound
    first = round((match.query_start_s - mine.start_s) * HOPS_A_SECOND)
    last = round((match.query_end_s - mine.start_s) * HOPS_A_SECOND)
    shift = round((match.offset_s + mine.start_s - theirs.start_s) * HOPS_A_SECOND)
    least = None
    for lag in range(shift - 6, shift + 7):
        begin, end = max(0, first, -lag), min(last, len(mine), len(theirs) - lag)
        if end - begin < HOPS_A_SECOND:
            continue
        both = mine.loud[begin:end] & theirs.loud[begin + lag : end + lag]
        if both.sum() < HOPS_A_SECOND:
            continue
        wrong = np.bitwise_count(mine.codes[begin:end] ^ theirs.codes[begin + lag : end + lag])[both].mean() / 32
        least = float(wrong) if least is None else min(least, float(wrong))
    return None if least is None else round(least, 3)
