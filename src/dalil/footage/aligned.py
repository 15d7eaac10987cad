"""Two recordings side by side at a match: frames of the same moment, the later one's laid onto the earlier one's."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

from dalil.archive import Archive
from dalil.errors import InputRefused
from dalil.records import FootageMatch

from .decode import WORK_SIDE, main_video, open_recording, start_s
from .picture import is_picture, read_upright
from .recording import decode_from, upright_picture
from .stills import write_jpeg

SIDE = 480
PAIRS = 4
# The frames of a page are asked for together: the first makes them all, the others wait.
making = threading.Lock()


@dataclass(frozen=True, slots=True)
class AlignedPair:
    """One moment in both: pictures as files under the derived folder, with their seconds (None of a picture).

    `laid` is the later one's frame turned, mirrored, scaled and cut as the earlier one's, so that the two can be
    compared part by part.
    """

    at_s: float | None
    other_at_s: float | None
    file: str
    other_file: str
    laid: str


def aligned_stills(archive: Archive, match: FootageMatch, *, pairs: int = PAIRS) -> tuple[AlignedPair, ...]:
    """Up to `pairs` moments of the match as pictures under archive.derived, made at the first call and kept.

    Empty where the match is of sound alone, or the objects can no longer be read.
    """
    if match.map is None:
        return ()
    key = f"{match.object} {match.other} {match.start_s} {match.other_start_s} {pairs}"
    folder = f"aligned/{match.object[:2]}/{hashlib.sha256(key.encode()).hexdigest()[:24]}"
    made = archive.derived / folder / "pairs.json"
    with making:
        if not made.exists():
            found = make(archive, match, folder, pairs)
            if not found:
                return ()
            made.write_bytes(msgspec.json.encode(found))
    return msgspec.json.decode(made.read_bytes(), type=tuple[AlignedPair, ...])


def make(archive: Archive, match: FootageMatch, folder: str, pairs: int) -> list[AlignedPair]:
    """The pictures stand in the folder, a moment whose frames cannot be decoded left out."""
    found = []
    try:
        moments = list(moments_of(match, pairs))
        mine = frames(archive.object_path(match.object), [at for at, _ in moments])
        theirs = frames(archive.object_path(match.other), [at for _, at in moments])
        for number, ((at, other_at), here, there) in enumerate(zip(moments, mine, theirs, strict=True)):
            if here is None or there is None:
                continue
            names = tuple(f"{folder}/{number}-{part}.jpg" for part in ("object", "other", "laid"))
            for name, picture in zip(names, (here, there, laid(here, there, match)), strict=True):
                write_jpeg(picture, archive.derived / name)
            found.append(AlignedPair(at, other_at, *names))
    except (InputRefused, OSError):
        return []
    return found


def moments_of(match: FootageMatch, pairs: int) -> Iterator[tuple[float | None, float | None]]:
    """The seconds of both at even intervals over the match, the ends left out."""
    if match.start_s is None or match.end_s is None or match.other_start_s is None:
        yield match.start_s, match.other_start_s
        return
    for number in range(pairs):
        at = match.start_s + (match.end_s - match.start_s) * (number + 0.5) / pairs
        yield round(at, 3), round(max(0.0, match.speed * at + match.offset_s), 3)


def frames(path: Path, moments: list[float | None]) -> list[Image.Image | None]:
    """The upright frame at each rising moment, its longer side SIDE; a picture is its own frame."""
    if is_picture(path):
        return [sized(read_upright(path, "RGB", side=SIDE))] * len(moments)
    out: list[Image.Image | None] = []
    for moment in moments:
        with open_recording(path) as container:
            video = main_video(container)
            out.append(None if video is None else frame_at(container, video, moment or 0.0))
    return out


def frame_at(container, video, moment: float) -> Image.Image | None:
    """The frame nearest to the moment from above, or the last before it."""
    zero, last = start_s(container), None
    for frame in decode_from(container, video, zero + moment):
        last = frame
        if frame.time is None or frame.time - zero >= moment - 0.02:
            break
    return None if last is None else sized(upright_picture(last, video))


def sized(picture: Image.Image) -> Image.Image:
    scale = SIDE / max(picture.size)
    return picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))


def laid(here: Image.Image, there: Image.Image, match: FootageMatch) -> Image.Image:
    """The later picture as the earlier one shows the scene: what it does not have stays black."""
    matrix = np.vstack([np.array(match.map).reshape(2, 3), [0, 0, 1]])
    unit = WORK_SIDE / SIDE
    scale = np.diag([unit, unit, 1.0])
    full = np.linalg.inv(scale) @ matrix @ scale
    if match.mirrored:
        here = here.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return here.transform(there.size, Image.Transform.AFFINE, full[:2].ravel().tolist(), Image.Resampling.BILINEAR)
