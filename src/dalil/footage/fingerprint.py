"""What is kept of a video or picture to know it again: small grey thumbnails and local features of some frames.

Thumbnails are THUMB × THUMB grey pixels, THUMB_RATE a second: they say when and how the picture moves. Features are
RootSIFT descriptors (Arandjelović and Zisserman 2012) reduced to the signs of 128 randomised projections, with place,
scale and angle: they survive cropping, turning, scaling, captions. One file an object, versioned, derived from the
object's bytes alone.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import msgspec
import numpy as np

from .audio import SILENCE, Listening, Sound
from .decode import WORK_SIDE, GreyFrame, OnFrame, OnSound, grey_frames
from .picture import is_picture, read_upright

FORMAT = 5
THUMB = 32
# Thumbnails a second: those that are kept, and of what is looked up, so that moments between the kept ones are there.
THUMB_RATE, CLOSE_RATE = 5.0, 12.0

# Kept features: 120 a frame and a frame a second (one in five seconds where nothing moves) are 9 MB an hour. Frames
# are made small for them: a side of 384 costs three times as much and finds hardly more (see bench/footage).
KEPT_FEATURES, KEPT_EVERY_S, KEPT_STILL_S, KEPT_SIDE = 120, 1.0, 5.0, 256
# What is added is compared with what stands by the features and larger thumbnails of the same pass.
ADDED_FEATURES, CLOSE_THUMB = 240, 96
# A query is looked at more closely, since nothing of it is stored.
# Its larger frames find what is small in it: a clip between blurred bars, a picture in a picture.
QUERY_FEATURES, QUERY_FRAMES, QUERY_EVERY_S, QUERY_STILL_S, QUERY_SIDE = 500, 32, 0.25, 2.0, 448
# Large thumbnails of ten minutes are 83 MB; of what is longer all are made small.
MAX_CLOSE_THUMBS = 9_000
# Frames that wait for their features, and threads that find them.
WAITING, THREADS = 6, 2
# Mean difference of grey levels between thumbnails below which a frame shows nothing new.
STILL_LEVELS = 2.0
# Above this it is another shot.
CUT_LEVELS = 25.0

BITS = 128


@dataclass(frozen=True, slots=True)
class Features:
    """Local features of one frame: `xy` in units of WORK_SIDE pixels on the longer side, codes as 2 × uint64."""

    time_s: float
    xy: np.ndarray
    scale: np.ndarray
    angle: np.ndarray
    codes: np.ndarray
    mirrored: np.ndarray | None = None
    margins: np.ndarray | None = None
    mirrored_margins: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.xy)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Thumbnails with their times, features of some frames, the upright picture's size in work units, the sound."""

    object: str
    kind: str
    width: int
    height: int
    times: np.ndarray
    thumbs: np.ndarray
    frames: tuple[Features, ...]
    sound: Sound = SILENCE

    @property
    def end_s(self) -> float:
        return float(self.times[-1]) if len(self.times) else 0.0


# ------------------------------------------------------------------ making


def fingerprint(path: Path, *, object: str, key_frames_only: bool = False) -> Fingerprint:
    """The fingerprint that an archive keeps of a video or picture; without frames where it shows none."""
    return kept(close_fingerprint(path, object=object, key_frames_only=key_frames_only))


def close_fingerprint(
    path: Path, *, object: str, key_frames_only: bool = False, on_frame: OnFrame | None = None
) -> Fingerprint:
    """What `kept` makes an archive's fingerprint of, with what looking it up among earlier ones takes besides.

    `on_frame` is shown every decoded frame with its time, so that stills need no decoding of their own.
    """
    keeping, listening = Keeping(ADDED_FEATURES, thumb=CLOSE_THUMB, mirror=True), Listening()
    frames = frames_of(path, KEPT_SIDE, key_frames_only, on_frame, listening.hear)
    return replace(gather(frames, object, is_picture(path), keeping), sound=listening.sound())


def kept(close: Fingerprint) -> Fingerprint:
    """The part of a close fingerprint that is stored."""
    frames = tuple(
        Features(f.time_s, f.xy[:n], f.scale[:n], f.angle[:n], f.codes[:n])
        for f in close.frames
        for n in (KEPT_FEATURES,)
    )
    at = on_schedule(close.times)
    return replace(close, times=close.times[at], thumbs=small(close.thumbs[at]), frames=frames)


def on_schedule(times: np.ndarray) -> list[int]:
    """The positions of about THUMB_RATE times a second."""
    at, due = [], 0.0
    for position, time_s in enumerate(times.tolist()):
        if time_s >= due - 0.0005:
            at.append(position)
            due = max(due + 1 / THUMB_RATE, time_s + 0.5 / THUMB_RATE)
    return at


def small(thumbs: np.ndarray) -> np.ndarray:
    """The thumbnails in the size that is stored."""
    if thumbs.shape[1] == THUMB:
        return thumbs
    return np.array([shrunk(t, THUMB) for t in thumbs], np.uint8).reshape(-1, THUMB, THUMB)


def shrunk(pixels: np.ndarray, side: int) -> np.ndarray:
    return cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)


def query_fingerprint(path: Path, *, object: str, duration_s: float | None) -> Fingerprint:
    """A closer fingerprint of the same kind, with mirrored features, for looking something up."""
    every_s = max(QUERY_EVERY_S, (duration_s or 0.0) / QUERY_FRAMES)
    keeping = Keeping(QUERY_FEATURES, every_s, max(every_s, QUERY_STILL_S), CLOSE_THUMB, mirror=True)
    listening = Listening()
    frames = frames_of(path, QUERY_SIDE, False, on_sound=listening.hear)
    return replace(gather(frames, object, is_picture(path), keeping), sound=listening.sound())


@dataclass(frozen=True, slots=True)
class Keeping:
    """How much of each frame is kept."""

    features: int = KEPT_FEATURES
    every_s: float = KEPT_EVERY_S
    still_s: float = KEPT_STILL_S
    thumb: int = THUMB
    mirror: bool = False


def frames_of(
    path: Path,
    side: int,
    key_frames_only: bool,
    on_frame: OnFrame | None = None,
    on_sound: OnSound | None = None,
) -> Iterator[GreyFrame]:
    """The grey frames of a video, or the one of a picture."""
    if is_picture(path):
        yield GreyFrame(0.0, picture_pixels(path, side))
    else:
        yield from grey_frames(
            path, rate=CLOSE_RATE, side=side, key_frames_only=key_frames_only, on_frame=on_frame, on_sound=on_sound
        )


def picture_pixels(path: Path, side: int) -> np.ndarray:
    """The upright picture in grey, its longer side `side`, transparency on white."""
    pixels = np.asarray(read_upright(path, "L", side=WORK_SIDE))
    scale = side / max(pixels.shape)
    size = max(16, round(pixels.shape[1] * scale)), max(16, round(pixels.shape[0] * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def gather(frames: Iterator[GreyFrame], object: str, is_still: bool, keeping: Keeping) -> Fingerprint:
    """The frames' thumbnails and, of those that show something new, the features."""
    times, thumbs, found = [], [], []
    last, last_s, size, close = None, -1e9, (0, 0), True
    with ThreadPoolExecutor(THREADS) as pool:
        for frame in frames:
            unit = WORK_SIDE / max(frame.shape)
            size = round(frame.shape[1] * unit), round(frame.shape[0] * unit)
            thumb = frame.thumb(keeping.thumb)
            if close and len(thumbs) == MAX_CLOSE_THUMBS:
                close, thumbs = False, list(small(np.array(thumbs)))
            times.append(frame.time_s)
            little = shrunk(thumb, THUMB)
            thumbs.append(thumb if close else little)
            if shows_new(little, last, frame.time_s - last_s, keeping):
                if len(found) >= WAITING:
                    found[-WAITING].result()
                found.append(pool.submit(features, frame, keeping))
                last, last_s = little, frame.time_s
        side = keeping.thumb if close else THUMB
        return Fingerprint(
            object=object,
            kind="picture" if is_still else "video",
            width=size[0],
            height=size[1],
            times=np.array(times, np.float32),
            thumbs=np.array(thumbs, np.uint8).reshape(-1, side, side),
            frames=tuple(future.result() for future in found),
        )


def shows_new(thumb: np.ndarray, last: np.ndarray | None, waited_s: float, keeping: Keeping) -> bool:
    """Whether a frame is worth its features: enough time has passed for what changed since the last such frame."""
    if last is None:
        return True
    change = cv2.norm(thumb, last, cv2.NORM_L1) / thumb.size
    if waited_s < keeping.every_s - 1e-3:
        return waited_s >= 0.4 and change >= CUT_LEVELS
    return waited_s >= keeping.still_s - 1e-3 or change >= STILL_LEVELS


def features(frame: GreyFrame, keeping: Keeping) -> Features:
    """The strongest features of one frame, spread over it."""
    # Below the usual contrast threshold, or dusk and smoke have no features.
    detector = cv2.SIFT_create(nfeatures=2 * keeping.features, contrastThreshold=0.02)
    pixels = frame.pixels
    points, descriptors = detector.detectAndCompute(pixels, None)
    # The first are those that would be kept anyway.
    few, more = spread(points, pixels.shape, (min(KEPT_FEATURES, keeping.features), keeping.features))
    chosen = list(dict.fromkeys([*few, *more]))[: keeping.features]
    points = [points[index] for index in chosen]
    descriptors = descriptors[chosen] if chosen else np.zeros((0, BITS), np.float32)
    unit = np.float32(WORK_SIDE / max(pixels.shape))
    projected = project(descriptors)
    mirrored = project(mirror(descriptors)) if keeping.mirror else None
    return Features(
        time_s=frame.time_s,
        xy=np.array([p.pt for p in points], np.float32).reshape(-1, 2) * unit,
        scale=np.array([p.size for p in points], np.float32) * unit,
        angle=np.array([p.angle for p in points], np.float32),
        codes=pack(projected),
        mirrored=None if mirrored is None else pack(mirrored),
        margins=projected if keeping.mirror else None,
        mirrored_margins=mirrored,
    )


def spread(points: Sequence[cv2.KeyPoint], shape: tuple[int, ...], counts: Sequence[int]) -> list[list[int]]:
    """For each count the places in `points` of at most so many, strongest first, no sixteenth of the frame with more
    than a sixth of them.

    A caption has the sharpest corners of any picture; without the bound it would take every place.
    """
    if not points:
        return [[] for _ in counts]
    xy, strength = cv2.KeyPoint_convert(points), np.array([p.response for p in points])
    order = np.lexsort((xy[:, 1], xy[:, 0], -strength))
    place = np.round(xy[order]).astype(np.int64)
    # Of several features at one place, which differ in angle alone, the first.
    first = np.sort(np.unique(place[:, 0] << 32 | place[:, 1], return_index=True)[1])
    order = order[first]
    cell = (4 * xy[order, 0] / shape[1]).astype(int) * 4 + (4 * xy[order, 1] / shape[0]).astype(int)
    rank = np.zeros(len(order), int)
    for number in np.unique(cell):
        inside = cell == number
        rank[inside] = np.arange(inside.sum())
    chosen = []
    for count in counts:
        taken = rank < max(1, count // 6)
        chosen.append(np.concatenate([order[taken], order[~taken]])[:count].tolist())
    return chosen


@cache
def mean_descriptor() -> np.ndarray:
    """The mean RootSIFT descriptor, measured on drawn pictures (the data file says which)."""
    text = (Path(__file__).parent / "rootsift_mean.csv").read_text("utf-8")
    return np.array([float(line) for line in text.splitlines() if line and not line.startswith("#")], np.float32)


@cache
def rotation() -> np.ndarray:
    """An orthogonal 128 × 128 matrix that spreads a descriptor over all bits: Hadamard with signs, twice.

    The signs are bits of SHA-256, so that every machine and version has the same.
    """
    hadamard = np.array([[1.0]])
    while len(hadamard) < BITS:
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    hadamard /= np.sqrt(BITS)
    signs = np.unpackbits(np.frombuffer(hashlib.sha256(b"dalil footage 1").digest(), np.uint8)) * 2.0 - 1
    return ((signs[:BITS, None] * hadamard) @ (signs[BITS:, None] * hadamard)).astype(np.float32)


# OpenBLAS stays in one thread up to a million products: 60 × 128 × 128.
ROWS_AT_ONCE = 60


def project(descriptors: np.ndarray) -> np.ndarray:
    """RootSIFT of SIFT descriptors, centred and rotated: n × 128, the sign of each is a bit of the code."""
    total = descriptors.sum(axis=1, keepdims=True) + 1e-9
    centred = np.sqrt(descriptors / total) - mean_descriptor()
    # Few rows at a time, since for more numpy wakes as many threads as there are cores, for a tenth of a millisecond.
    turned = rotation()
    parts = [centred[first : first + ROWS_AT_ONCE] @ turned for first in range(0, len(centred), ROWS_AT_ONCE)]
    return np.concatenate(parts) if parts else centred


def pack(projected: np.ndarray) -> np.ndarray:
    """n × 2 of uint64 that hold the 128 signs."""
    return np.packbits(projected > 0, axis=1, bitorder="little").view(np.uint64).reshape(-1, 2)


# SIFT's bins are rows × columns × 8 angles in the feature's own axes; a mirror exchanges rows and turns angles round.
MIRROR = np.array(
    [(3 - row) * 32 + col * 8 + (8 - turn) % 8 for row in range(4) for col in range(4) for turn in range(8)]
)


def mirror(descriptors: np.ndarray) -> np.ndarray:
    """The descriptors that the mirrored picture has at the mirrored points."""
    return descriptors[:, MIRROR]


# ------------------------------------------------------------------ keeping


class Head(msgspec.Struct):
    """The first line of a fingerprint file."""

    format: int
    object: str
    kind: str
    width: int
    height: int
    thumbs: int
    frames: list[tuple[float, int]]
    sound: int
    sound_start_s: float


MAGIC = b"dalil-footage\n"
# How a file of today's format begins, behind the magic and two lengths.
BEGINNING = b'{"format":%d,' % FORMAT


def encode(print_: Fingerprint) -> bytes:
    """The fingerprint as a file: magic, length and JSON head, then compressed thumbnails and plain features."""
    frames = [(round(f.time_s, 3), len(f)) for f in print_.frames]
    sound = print_.sound
    head = msgspec.json.encode(
        Head(
            FORMAT, print_.object, print_.kind, print_.width, print_.height, len(print_.times), frames, len(sound),
            sound.start_s,
        )
    )  # fmt: skip
    flat = print_.thumbs.reshape(len(print_.times), THUMB * THUMB)
    steps = np.diff(flat, axis=0, prepend=np.zeros((1, THUMB * THUMB), np.uint8))
    times = np.round(print_.times * 1000).astype("<u4")
    packed = zlib.compress(times.tobytes() + steps.astype(np.uint8).tobytes(), 6)
    parts = [MAGIC, struct.pack("<II", len(head), len(packed)), head, packed]
    for f in print_.frames:
        parts.append(np.round(f.xy * 64).clip(0, 65535).astype("<u2").tobytes())
        parts.append(np.round(np.log2(f.scale) * 24).clip(0, 255).astype(np.uint8).tobytes())
        parts.append(np.round(f.angle * 256 / 360).astype(np.int64).astype(np.uint8).tobytes())
        parts.append(f.codes.astype("<u8").tobytes())
    parts += [sound.codes.astype("<u4").tobytes(), np.packbits(sound.loud).tobytes()]
    return b"".join(parts)


def is_current(beginning: bytes) -> bool:
    """Whether a file that begins so, in its first 64 bytes, is of today's format."""
    return beginning.startswith(MAGIC) and beginning[len(MAGIC) + 8 :].startswith(BEGINNING)


def decode(data: bytes) -> Fingerprint:
    """The fingerprint that `encode` wrote, as precise as the file keeps it; ValueError where it is another format."""
    if not data.startswith(MAGIC):
        raise ValueError("no footage fingerprint")
    at = len(MAGIC) + 8
    head_size, packed_size = struct.unpack("<II", data[len(MAGIC) : at])
    head = msgspec.json.decode(data[at : at + head_size], type=Head)
    if head.format != FORMAT:
        raise ValueError(f"footage fingerprint of format {head.format}, expected {FORMAT}")
    at += head_size
    plain = zlib.decompress(data[at : at + packed_size])
    at += packed_size
    times = np.frombuffer(plain, "<u4", head.thumbs).astype(np.float32) / 1000
    steps = np.frombuffer(plain, np.uint8, offset=4 * head.thumbs).reshape(head.thumbs, THUMB, THUMB)
    thumbs = np.cumsum(steps, axis=0, dtype=np.uint8)
    frames = []
    for time_s, count in head.frames:
        xy = np.frombuffer(data, "<u2", 2 * count, at).reshape(-1, 2).astype(np.float32) / 64
        scale = 2 ** (np.frombuffer(data, np.uint8, count, at + 4 * count).astype(np.float32) / 24)
        angle = np.frombuffer(data, np.uint8, count, at + 5 * count).astype(np.float32) * 360 / 256
        codes = np.frombuffer(data, "<u8", 2 * count, at + 6 * count).reshape(-1, 2)
        frames.append(Features(time_s, xy, scale, angle, codes))
        at += 22 * count
    codes = np.frombuffer(data, "<u4", head.sound, at)
    loud = np.unpackbits(np.frombuffer(data, np.uint8, -(-head.sound // 8), at + 4 * head.sound), count=head.sound)
    sound = Sound(head.sound_start_s, codes, loud.astype(bool))
    return Fingerprint(head.object, head.kind, head.width, head.height, times, thumbs, tuple(frames), sound)
