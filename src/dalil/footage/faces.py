"""Boxes proposed where a detector sees faces, for a person to check: nothing is hidden by it.

The detector is OpenCV's FaceDetectorYN (YuNet). Its model is a file that the user brings; none is shipped or fetched.
Every detector misses faces, those turned away and small ones first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from dalil.errors import InputRefused

from .decode import decoded, main_video, open_recording, start_s
from .picture import is_picture, read_upright
from .recording import upright_picture
from .redaction import Box, Key, Plan

# Frames that are looked at, their longer side, and how long a face may be lost before it counts as another.
EVERY_S, SIDE, LOST_S = 0.5, 640, 1.6
# Low: a box too many is struck out at a glance, a face too few is seen by everybody.
SURE = 0.5
# Two boxes of one face in neighbouring frames share at least this part of their union.
SAME = 0.2
MOST_MODEL_BYTES = 64_000_000

# A picture of rows × columns × 3 (blue, green, red) to rectangles in pixels: x, y, width, height.
Detect = Callable[[np.ndarray], list[tuple[float, float, float, float]]]


def load_detector(model: Path) -> Detect:
    """The detector of that model file; InputRefused where it is none that OpenCV reads."""
    how = "docs/footage.md says where to get YuNet's"
    if not model.is_file():
        raise InputRefused(str(model), "is no file, so that no face can be looked for", how)
    if model.stat().st_size > MOST_MODEL_BYTES:
        raise InputRefused(str(model), "is too large for a face detector's model", how)
    try:
        detector = cv2.FaceDetectorYN.create(str(model), "", (SIDE, SIDE), score_threshold=SURE)
    except cv2.error:
        raise InputRefused(str(model), "is no YuNet model (ONNX) that OpenCV can read", how) from None

    def detect(pixels: np.ndarray) -> list[tuple[float, float, float, float]]:
        detector.setInputSize((pixels.shape[1], pixels.shape[0]))
        try:
            found = detector.detect(pixels)[1]
        except cv2.error:
            raise InputRefused(str(model), "is a model, but not one of YuNet's shape", how) from None
        return [] if found is None else [tuple(float(v) for v in face[:4]) for face in found]

    return detect


def propose(path: Path, detect: Detect) -> Plan:
    """Boxes around what the detector takes for faces, each with keyframes EVERY_S apart, earliest first.

    InputRefused where the file cannot be opened as video or picture.
    """
    still = is_picture(path)
    tracks: list[Track] = []
    for at_s, pixels in frames(path):
        join(tracks, at_s, [shares(face, pixels.shape) for face in detect(pixels)])
    return Plan(tuple(track.box(still) for track in tracks))


@dataclass(slots=True)
class Track:
    """One face through the frames that show it."""

    keys: list[Key]

    def box(self, still: bool) -> Box:
        # It may leave the picture until the next frame that was looked at.
        return Box(tuple(self.keys), None if still else round(self.keys[-1].at_s + EVERY_S, 3))


def join(tracks: list[Track], at_s: float, faces: list[tuple[float, float, float, float]]) -> None:
    """Each face belongs to the track that it lies on most, or begins one."""
    open_tracks = [track for track in tracks if at_s - track.keys[-1].at_s <= LOST_S]
    pairs = sorted(
        ((overlap(face, track.keys[-1]), n, k) for n, face in enumerate(faces) for k, track in enumerate(open_tracks)),
        reverse=True,
    )
    taken, held = set(), set()
    for shared, n, k in pairs:
        if shared >= SAME and n not in taken and k not in held:
            taken.add(n)
            held.add(k)
            open_tracks[k].keys.append(key(faces[n], at_s))
    tracks += [Track([key(face, at_s)]) for n, face in enumerate(faces) if n not in taken]


def key(face: tuple[float, float, float, float], at_s: float) -> Key:
    return Key(*(round(share, 4) for share in face), at_s=round(at_s, 3))


def shares(face: tuple[float, float, float, float], shape: tuple[int, ...]) -> tuple[float, float, float, float]:
    """The rectangle as shares of the picture, cut at its edges."""
    x, y, w, h = face
    left, top = (min(max(v / size, 0.0), 0.999) for v, size in ((x, shape[1]), (y, shape[0])))
    right, bottom = (min(max(v / size, 0.0), 1.0) for v, size in ((x + w, shape[1]), (y + h, shape[0])))
    return left, top, max(right - left, 0.001), max(bottom - top, 0.001)


def overlap(face: tuple[float, float, float, float], last: Key) -> float:
    """The part of both boxes' union that they share."""
    x, y, w, h = face
    across = min(x + w, last.x + last.w) - max(x, last.x)
    down = min(y + h, last.y + last.h) - max(y, last.y)
    shared = max(across, 0.0) * max(down, 0.0)
    return shared / (w * h + last.w * last.h - shared)


def frames(path: Path) -> Iterator[tuple[float, np.ndarray]]:
    """(second, upright pixels in blue, green, red) every EVERY_S of a video; those of a picture at 0."""
    if is_picture(path):
        shown = read_upright(path, "RGB", side=SIDE)
        shown.thumbnail((SIDE, SIDE))
        yield 0.0, np.ascontiguousarray(np.asarray(shown)[:, :, ::-1])
        return
    with open_recording(path) as container:
        video = main_video(container)
        if video is None:
            raise InputRefused(path.name, "shows no pictures, so that there is no face to look for")
        zero, due = start_s(container), 0.0
        for frame in decoded(container, video):
            at_s = max(0.0, (frame.time or 0.0) - zero)
            if at_s >= due - 0.0005:
                due = at_s + EVERY_S
                pixels = np.asarray(upright_picture(frame, video, longest=SIDE))
                yield at_s, np.ascontiguousarray(pixels[:, :, ::-1])
