"""Redacting footage: boxes that a person drew, followed between their keyframes, destroyed in a copy.

The original is never touched. In the copy every frame's boxes hold a handful of coarse colours that change once a
second, so that neither one frame nor many together give back what was there; outside the picture is encoded anew at
high quality. Nothing of the original's metadata, chapters, subtitles or further streams is carried over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import cv2
import msgspec
import numpy as np
from PIL import Image

from dalil.errors import InputRefused

from .decode import main_video, open_recording, orientation, start_s
from .picture import is_picture, open_picture, upright

# A box is grown by this share of itself on each side: a hand-drawn or followed box is never exact.
MARGIN = 0.12
# Colours across the shorter side of a box, how long they stand, and their steps of 256.
CELLS, HOLD_S, STEP = 3, 1.0, 32
QUALITY = {"crf": "17", "preset": "veryfast"}
# The longer side of the frames on which boxes are followed.
TRACK_SIDE = 480


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a box is at a moment: shares (0 to 1) of the upright picture's width and height, from its upper left."""

    x: float
    y: float
    w: float
    h: float
    at_s: float = 0.0


class Box(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A region with its keyframes in rising time; it lasts from the first to the last, or to `until_s`."""

    keys: tuple[Key, ...]
    until_s: float | None = None
    method: Literal["blur", "pixelate", "black"] = "blur"


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person wants hidden: the boxes, and whether the sound stays."""

    boxes: tuple[Box, ...]
    sound: Literal["keep", "mute"] = "keep"


Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Redaction:
    """What was made: the file, its frames, and how many of them hold at least one box."""

    file: Path
    frames: int
    covered: int
    sound: str


def read_plan(path: Path) -> Plan:
    """The boxes of a JSON file; InputRefused with what is wrong."""
    try:
        plan = msgspec.json.decode(path.read_bytes(), type=Plan)
    except OSError as error:
        raise InputRefused(str(path), error.strerror or str(error)) from None
    except msgspec.MsgspecError as error:
        raise InputRefused(str(path), f"is no list of boxes ({error})", "See docs/footage.md for its form") from None
    for number, box in enumerate(plan.boxes, 1):
        times = [key.at_s for key in box.keys]
        if not box.keys or times != sorted(times):
            raise InputRefused(str(path), f"box {number} has no keyframes, or not in rising time")
        if any(not (0 <= k.x < 1 and 0 <= k.y < 1 and 0 < k.w <= 1 and 0 < k.h <= 1) for k in box.keys):
            raise InputRefused(str(path), f"box {number} lies outside the picture", "Give shares of it from 0 to 1")
    if not plan.boxes and plan.sound == "keep":
        raise InputRefused(str(path), "names nothing to hide")
    return plan


def redacted_copy(path: Path, plan: Plan, folder: Path, *, object: str) -> Redaction:
    """The copy of that object stands in `folder`, under a name that says what it is; else as `redact_file`."""
    ending = ".jpg" if is_picture(path) else ".mp4"
    return redact_file(path, plan, folder / f"redacted-{object[:12]}{ending}")


def redact_file(path: Path, plan: Plan, out: Path) -> Redaction:
    """A copy of the video or picture stands at `out` with the boxes destroyed and without metadata.

    InputRefused where the file cannot be read, or breaks off: half a redaction would pass for a whole one.
    """
    if is_picture(path):
        return redact_picture(path, plan, out)
    followed = list(follow(path, plan))
    return encode(path, plan, followed, out)


def redact_picture(path: Path, plan: Plan, out: Path) -> Redaction:
    with open_picture(path) as picture:
        try:
            picture.load()
        except (OSError, ValueError, SyntaxError) as error:
            raise InputRefused(path.name, f"is damaged ({error})", "A whole copy is needed") from None
        pixels = np.array(upright(picture, "RGB"))
    boxes = [(number, rectangle(box.keys[0])) for number, box in enumerate(plan.boxes)]
    Hiding(plan).hide(pixels, boxes, 0.0)
    Image.fromarray(pixels).save(out, "PNG" if out.suffix.lower() == ".png" else "JPEG", quality=95)
    return Redaction(out, 1, 1 if boxes else 0, "none")


# ------------------------------------------------------------------ where the boxes are


def rectangle(key: Key) -> Rectangle:
    return key.x, key.y, key.w, key.h


def follow(path: Path, plan: Plan) -> Iterator[list[tuple[int, Rectangle]]]:
    """For each frame of the video the boxes that it holds, by number.

    Between two keyframes a box moves with what it holds, and by as much more or less as brings it to the next.
    """
    times, steps = [], {number: [] for number in range(len(plan.boxes))}
    last: np.ndarray | None = None
    where: dict[int, Rectangle] = {}
    for time_s, grey in small_frames(path):
        times.append(time_s)
        for number, box in enumerate(plan.boxes):
            begun = [key for key in box.keys if key.at_s <= time_s + 1e-3]
            if not begun or last is None or number not in where:
                steps[number].append((0.0, 0.0))
            else:
                steps[number].append(moved(last, grey, where[number]))
            if begun:
                x, y, w, h = where.get(number, rectangle(begun[-1]))
                dx, dy = steps[number][-1]
                fresh = len(times) < 2 or begun[-1].at_s > times[-2] + 1e-3
                where[number] = rectangle(begun[-1]) if fresh else (x + dx, y + dy, w, h)
        last = grey
    paths = {n: track(box, times, steps[n]) for n, box in enumerate(plan.boxes)}
    for position in range(len(times)):
        yield [(n, paths[n][position]) for n in paths if paths[n][position] is not None]


def small_frames(path: Path) -> Iterator[tuple[float, np.ndarray]]:
    """Every frame, upright, small and grey, with its time."""
    for frame, time_s in whole_video(path):
        scale = TRACK_SIDE / max(frame.width, frame.height)
        size = max(16, round(frame.width * scale)), max(16, round(frame.height * scale))
        grey = cv2.resize(frame.to_ndarray(format="gray"), size, interpolation=cv2.INTER_AREA)
        yield time_s, np.ascontiguousarray(orientation(frame).apply(grey))


def whole_video(path: Path) -> Iterator[tuple[av.VideoFrame, float]]:
    """Every frame with its time; InputRefused where decoding breaks off."""
    with open_recording(path) as container:
        video = main_video(container)
        if video is None:
            raise InputRefused(path.name, "has no pictures to redact")
        zero = start_s(container)
        try:
            for frame in container.decode(video):
                yield frame, max(0.0, (frame.time or 0.0) - zero)
        except av.FFmpegError as error:
            raise InputRefused(path.name, f"breaks off ({error.strerror})", "Redact a whole copy") from None


def moved(last: np.ndarray, now: np.ndarray, where: Rectangle) -> tuple[float, float]:
    """By how much what the box holds went, in shares of the picture; nothing where it cannot be told."""
    height, width = now.shape
    x, y, w, h = where
    mask = np.zeros_like(last)
    left, top = max(0, round(x * width)), max(0, round(y * height))
    mask[top : max(top + 1, round((y + h) * height)), left : max(left + 1, round((x + w) * width))] = 255
    points = cv2.goodFeaturesToTrack(last, 60, 0.01, 3, mask=mask)
    if points is None or len(points) < 4:
        return 0.0, 0.0
    there, found, _ = cv2.calcOpticalFlowPyrLK(last, now, points, None)
    back, returned, _ = cv2.calcOpticalFlowPyrLK(now, last, there, None)
    apart = np.linalg.norm((back - points).reshape(-1, 2), axis=1)
    good = (found.ravel() == 1) & (returned.ravel() == 1) & (apart < 1.0)
    if good.sum() < 4:
        return 0.0, 0.0
    step = np.median((there - points).reshape(-1, 2)[good], axis=0)
    return float(step[0] / width), float(step[1] / height)


def track(box: Box, times: list[float], steps: list[tuple[float, float]]) -> list[Rectangle | None]:
    """The box at each time, None where it is not."""
    end_s = box.until_s if box.until_s is not None else box.keys[-1].at_s
    if box.until_s is None and len(box.keys) == 1:
        end_s = float("inf")
    walked = np.cumsum(np.array(steps, float).reshape(-1, 2), axis=0)
    out: list[Rectangle | None] = []
    for position, time_s in enumerate(times):
        if time_s < box.keys[0].at_s - 1e-3 or time_s > end_s + 1e-3:
            out.append(None)
            continue
        number = max(i for i, key in enumerate(box.keys) if key.at_s <= time_s + 1e-3)
        key = box.keys[number]
        first = next(i for i, t in enumerate(times) if t >= key.at_s - 1e-3)
        x, y = np.array([key.x, key.y]) + walked[position] - walked[first]
        w, h = key.w, key.h
        if number + 1 < len(box.keys):
            after = box.keys[number + 1]
            reached = next((i for i, t in enumerate(times) if t >= after.at_s - 1e-3), len(times) - 1)
            share = (time_s - key.at_s) / max(1e-6, after.at_s - key.at_s)
            drift = np.array([after.x - key.x, after.y - key.y]) - (walked[reached] - walked[first])
            x, y = x + share * drift[0], y + share * drift[1]
            w, h = w + share * (after.w - w), h + share * (after.h - h)
        out.append((float(x), float(y), float(w), float(h)))
    return out


# ------------------------------------------------------------------ destroying


class Hiding:
    """Destroys boxes in frames that come in rising time."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.held: dict[int, tuple[float, np.ndarray]] = {}

    def hide(self, pixels: np.ndarray, boxes: list[tuple[int, Rectangle]], time_s: float) -> None:
        """The boxes' pixels are coarse colours of at most HOLD_S ago, or black; all else is as it was."""
        height, width = pixels.shape[:2]
        for number, (x, y, w, h) in boxes:
            left, right = (round(edge * width) for edge in (x - MARGIN * w, x + w + MARGIN * w))
            top, bottom = (round(edge * height) for edge in (y - MARGIN * h, y + h + MARGIN * h))
            left, top, right, bottom = max(0, left), max(0, top), min(width, right), min(height, bottom)
            if right <= left or bottom <= top:
                continue
            region = pixels[top:bottom, left:right]
            region[:] = self.cover(number, region, time_s)

    def cover(self, number: int, region: np.ndarray, time_s: float) -> np.ndarray:
        method = self.plan.boxes[number].method
        height, width = region.shape[:2]
        if method == "black":
            return np.zeros_like(region)
        if number not in self.held or time_s - self.held[number][0] >= HOLD_S:
            unit = max(1.0, min(width, height) / CELLS)
            size = max(1, min(12, round(width / unit))), max(1, min(12, round(height / unit)))
            cells = cv2.resize(region, size, interpolation=cv2.INTER_AREA)
            self.held[number] = time_s, cells // STEP * STEP + STEP // 2
        way = cv2.INTER_NEAREST if method == "pixelate" else cv2.INTER_LINEAR
        return cv2.resize(self.held[number][1], (width, height), interpolation=way)


def encode(path: Path, plan: Plan, followed: list[list[tuple[int, Rectangle]]], out: Path) -> Redaction:
    """The copy with the boxes destroyed, upright, as H.264 and AAC; frames keep their times."""
    hiding, count, covered, sound = Hiding(plan), 0, 0, "none"
    base = Fraction(1, 90_000)
    with av.open(str(out), "w", format="mp4", options={"movflags": "+faststart"}, container_options={}) as made:
        made.metadata.clear()
        video = made.add_stream("libx264", rate=30, options=QUALITY)
        video.pix_fmt, video.time_base, video.codec_context.time_base = "yuv420p", base, base
        tone = None
        if plan.sound == "keep" and (layout := sound_of(path)):
            tone, sound = made.add_stream("aac", rate=layout[0], layout=layout[1]), "kept"
        elif sound_of(path):
            sound = "muted"
        last = -1
        for (frame, time_s), boxes in zip(whole_video(path), followed, strict=True):
            pixels = np.ascontiguousarray(orientation(frame).apply(frame.to_ndarray(format="rgb24")))
            pixels = pixels[: pixels.shape[0] // 2 * 2, : pixels.shape[1] // 2 * 2].copy()
            hiding.hide(pixels, boxes, time_s)
            if not count:
                video.height, video.width = pixels.shape[:2]
            shown = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            last = max(last + 1, round(time_s / base))
            shown.pts, shown.time_base = last, base
            made.mux(video.encode(shown))
            count, covered = count + 1, covered + bool(boxes)
        made.mux(video.encode())
        if tone is not None:
            copy_sound(path, made, tone)
    return Redaction(out, count, covered, sound)


def sound_of(path: Path) -> tuple[int, str] | None:
    """(rate, layout) of the sound as it is written again; None where there is none."""
    with open_recording(path) as container:
        stream = container.streams.best("audio")
        if stream is None or stream.codec_context is None:
            return None
        return (48_000 if stream.rate and stream.rate > 32_000 else 32_000), (
            "stereo" if (stream.channels or 1) > 1 else "mono"
        )


def copy_sound(path: Path, made, tone) -> None:
    """The sound, encoded anew: a copy of its packets could carry data of the original along."""
    with open_recording(path) as container:
        stream = container.streams.best("audio")
        resampler = av.AudioResampler(format="fltp", layout=tone.layout, rate=tone.rate)
        try:
            for frame in container.decode(stream):
                for part in resampler.resample(frame):
                    made.mux(tone.encode(part))
        except av.FFmpegError:
            # Sound that breaks off hides nothing: what was decoded is kept.
            pass
        made.mux(tone.encode())
