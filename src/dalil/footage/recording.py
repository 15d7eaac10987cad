"""Videos and sound files: what the container says, whether the bytes bear it out, and stills at even intervals."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from dalil.records import Footage, Still

from . import metadata
from .decode import UPRIGHT, Orientation, decoded, main_video, open_recording, orientation, refusal, start_s
from .stills import LONGEST_SIDE, save_still, still_offsets

# A still's frame is reached from the key frame before it; a stream without key frames must not cost a whole film.
MAX_FRAMES_A_STILL = 1_500
# Less missing than this is rounding by the muxer, not a truncated file.
TRUNCATED_S = 0.6


@dataclass(frozen=True, slots=True)
class Extent:
    """How far the packets reach, counted without decoding; `broke` is the reader's complaint where it gave up."""

    video_end_s: float
    audio_end_s: float
    video_packets: int
    corrupt: int
    broke: str | None
    key_frames_s: tuple[float, ...] = ()

    @property
    def end_s(self) -> float:
        return max(self.video_end_s, self.audio_end_s)


@dataclass(frozen=True, slots=True)
class Shown:
    """What decoding stills brought: the upright picture's size, how it was turned, the stills, complaints."""

    width: int | None = None
    height: int | None = None
    orientation: Orientation = UPRIGHT
    stills: tuple[Still, ...] = ()
    problems: tuple[str, ...] = ()


def probe_recording(path: Path, *, object: str, derived: Path | None, stills: int) -> Footage:
    """The record of a video or sound file; InputRefused where no stream in it can be read at all."""
    footage, extent = read_container(path, object=object)
    if footage.kind == "audio":
        return footage
    return with_shown(footage, show(path, extent, object=object, derived=derived, count=stills))


def read_container(path: Path, *, object: str) -> tuple[Footage, Extent]:
    """What the container says, with nothing decoded: the record without size and stills, and how far it reaches."""
    with open_recording(path, threads=1) as container:
        video, audio = main_video(container), container.streams.best("audio")
        if video is None and audio is None:
            raise refusal(path, "no stream in it can be decoded")
        tags = container_tags(container, video, audio)
        declared = declared_s(container, video, audio)
        extent = walk(container, video, audio)
        fps = frame_rate(video, extent)
        codecs = codec_name(video), codec_name(audio)
    made = metadata.made_by_tags(tags)
    position, unknown = metadata.believed(metadata.position_by_tags(tags), "recorder")
    problems = [*extent_problems(declared, extent, video is not None), *made.problems, *unknown]
    footage = Footage(
        object=object,
        kind="audio" if video is None else "video",
        duration_s=round(true_duration(declared, extent), 3),
        width=None,
        height=None,
        rotation_deg=UPRIGHT.rotation_deg,
        fps=fps,
        video_codec=codecs[0],
        audio_codec=codecs[1],
        has_audio=audio is not None,
        created_utc=made.utc,
        created_local=made.local,
        created_from=made.source,
        lat=position[0] if position else None,
        lon=position[1] if position else None,
        device=metadata.device_by_tags(tags),
        tags=tags,
        stills=(),
        problems=tuple(problems),
    )
    return footage, extent


def with_shown(footage: Footage, shown: Shown) -> Footage:
    """The record with what decoding its pictures brought."""
    return replace(
        footage,
        width=shown.width,
        height=shown.height,
        rotation_deg=shown.orientation.rotation_deg,
        stills=shown.stills,
        problems=(*footage.problems, *shown.problems),
    )


def codec_name(stream) -> str | None:
    """The codec's short name, not that of the program which happens to decode it."""
    return stream.codec_context.codec.canonical_name if stream and stream.codec_context else None


def container_tags(container: InputContainer, *streams) -> dict[str, str]:
    """The container's fields, then those of the streams under "video." and "audio."."""
    pairs = [("format", container.format.name), *container.metadata.items()]
    for stream in streams:
        if stream is not None:
            pairs += [(f"{stream.type}.{name}", value) for name, value in stream.metadata.items()]
    return metadata.clean_tags(pairs)


def declared_s(container: InputContainer, *streams) -> float | None:
    """How long the headers say that picture and sound last."""
    lengths = [float(s.duration * s.time_base) for s in streams if s is not None and s.duration and s.time_base]
    if container.duration:
        lengths = lengths or [container.duration / av.time_base]
    return max(lengths, default=None)


def walk(container: InputContainer, *streams) -> Extent:
    """How far the packets of the streams reach, the whole file read once in small pieces."""
    zero = start_s(container)
    ends = {"video": 0.0, "audio": 0.0}
    packets, corrupt, broke, keys = 0, 0, None, []
    ticks = {s.index: float(s.time_base) for s in streams if s is not None}
    try:
        for packet in container.demux([s for s in streams if s is not None]):
            stamp = packet.pts if packet.pts is not None else packet.dts
            if not packet.size or stamp is None:
                continue
            kind = packet.stream.type
            packets += kind == "video"
            corrupt += packet.is_corrupt
            if packet.is_keyframe and kind == "video":
                keys.append(stamp * ticks[packet.stream.index] - zero)
            end = (stamp + (packet.duration or 0)) * ticks[packet.stream.index] - zero
            ends[kind] = max(ends[kind], end)
    except av.FFmpegError as error:
        broke = error.strerror
    return Extent(ends["video"], ends["audio"], packets, corrupt, broke, tuple(sorted(keys)))


def true_duration(declared: float | None, extent: Extent) -> float:
    """What the header says where the packets bear it out, else as far as the packets reach."""
    if declared is None or is_truncated(declared, extent):
        return extent.end_s
    return declared


def is_truncated(declared: float | None, extent: Extent) -> bool:
    return declared is not None and declared - extent.end_s > max(TRUNCATED_S, 0.01 * declared)


def extent_problems(declared: float | None, extent: Extent, has_video: bool) -> Iterator[str]:
    """Each fault of the stream as a whole, in a person's words."""
    if has_video and not extent.video_packets:
        yield "a video stream is declared but holds no pictures"
    if not has_video and not extent.audio_end_s:
        yield "a sound stream is declared but holds no sound"
    if is_truncated(declared, extent):
        yield f"truncated: the header promises {declared:.1f} s, the file ends at {extent.end_s:.1f} s"
    if extent.broke:
        yield f"damaged: reading stopped at {extent.end_s:.1f} s ({extent.broke})"
    if extent.corrupt:
        yield f"damaged: {extent.corrupt} packets are cut or broken"


def frame_rate(video: VideoStream | None, extent: Extent) -> float | None:
    """Frames a second, the mean where the rate varies."""
    if video is None:
        return None
    rate = float(video.average_rate) if video.average_rate else 0.0
    if not 0 < rate <= 1_000 and extent.video_end_s > 0:
        rate = extent.video_packets / extent.video_end_s
    return round(rate, 3) or None


# ------------------------------------------------------------------ stills


def show(path: Path, extent: Extent, *, object: str, derived: Path | None, count: int) -> Shown:
    """The upright size and the stills at even intervals; without `derived` one frame is decoded and none kept."""
    # For the size alone the first frame will do, which is the cheapest to decode.
    offsets = still_offsets(extent.video_end_s, count) if derived else [0.0]
    shown = decode_stills(path, offsets, extent, derived, object)
    if shown.width is None:
        shown = decode_stills(path, [0.0], extent, derived, object)
    return shown


class StillTaker:
    """Takes the stills at even intervals out of frames that are decoded in any case, shown to `see` in rising time."""

    def __init__(self, video_end_s: float, count: int, *, object: str, derived: Path, early: bool = False):
        self.offsets = still_offsets(video_end_s, count)
        if early:
            # Key frames may be few: the first counts for the first interval's beginning, and so on.
            self.offsets = [offset - self.offsets[0] for offset in self.offsets]
        self.object, self.derived = object, derived
        self.stills: list[Still] = []
        self.next = 0
        self.first = Shown()

    def see(self, frame: VideoFrame, video: VideoStream, time_s: float) -> None:
        """The frame is kept if an offset is due that no frame was kept for."""
        if self.first.width is None:
            self.first = shown_by(frame)
        due = self.next
        while due < len(self.offsets) and time_s >= self.offsets[due] - 1e-4:
            due += 1
        if due > self.next:
            self.next = due
            picture = upright_picture(frame, video, longest=LONGEST_SIDE)
            self.stills.append(save_still(picture, max(0.0, time_s), object=self.object, derived=self.derived))

    @property
    def shown(self) -> Shown:
        """What was seen so far; without a size where there was no frame."""
        return replace(self.first, stills=tuple(self.stills))


def shown_by(frame: VideoFrame) -> Shown:
    """The upright size, and how the frame is turned."""
    turned = orientation(frame)
    return Shown(*((frame.height, frame.width) if turned.transpose else (frame.width, frame.height)), turned)


def decode_stills(path: Path, offsets: list[float], extent: Extent, derived: Path | None, object: str) -> Shown:
    """One still for each offset that a frame could be decoded for; the same frame is kept once."""
    shown, kept, failed, seen = Shown(), [], 0, set()
    with open_recording(path, threads=1) as container:
        video = main_video(container)
        zero = start_s(container)
        for frame in frames_at(container, video, offsets, extent.key_frames_s):
            if frame is None:
                failed += 1
                continue
            if shown.width is None:
                shown = shown_by(frame)
            offset_s = max(0.0, (frame.time or 0.0) - zero)
            if derived is not None and round(offset_s * 1000) not in seen:
                seen.add(round(offset_s * 1000))
                kept.append(save_still(upright_picture(frame, video), offset_s, object=object, derived=derived))
    problems = (f"{failed} of {len(offsets)} stills could not be decoded",) if failed else ()
    return Shown(shown.width, shown.height, shown.orientation, tuple(kept), problems)


def frames_at(
    container: InputContainer, video: VideoStream, offsets: list[float], key_frames_s: tuple[float, ...]
) -> Iterator[VideoFrame | None]:
    """For each rising offset the first frame at or after it, or the last before it where the stream ends or breaks.

    It seeks only where a key frame lies between the last frame and the offset, so that nothing is decoded twice.
    """
    zero, frame, frames = start_s(container), None, None
    for offset in offsets:
        reached = -1.0 if frame is None or frame.time is None else frame.time - zero
        key = key_before(key_frames_s, offset)
        if frames is None or key is None or key > reached:
            frames = decode_from(container, video, zero + (offset if key is None else key))
        for count, frame in enumerate(frames, 1):
            if frame.time is None or frame.time - zero >= offset - 1e-4 or count > MAX_FRAMES_A_STILL:
                break
        yield frame


def key_before(key_frames_s: tuple[float, ...], offset: float) -> float | None:
    position = bisect_right(key_frames_s, offset)
    return key_frames_s[position - 1] if position else None


def decode_from(container: InputContainer, video: VideoStream, time_s: float) -> Iterator[VideoFrame]:
    """The frames from the key frame at or before the time on, as far as they can be decoded."""
    try:
        # Rounded up to the next tick, since a key frame's own time must lead to it and not to the one before.
        container.seek(max(0, ceil(time_s / video.time_base - 1e-6)), stream=video, backward=True)
    except av.FFmpegError:
        # What cannot be sought in is not read; the extent's own problems say where the file breaks.
        return
    yield from decoded(container, video)


def upright_picture(frame: VideoFrame, video: VideoStream, *, longest: int | None = None) -> Image.Image:
    """The frame as a player shows it: square pixels, turned and mirrored as its display matrix asks.

    A larger frame is made to have `longest` on its longer side.
    """
    if longest and max(frame.width, frame.height) > longest:
        scale = longest / max(frame.width, frame.height)
        frame = frame.reformat(max(2, round(frame.width * scale)), max(2, round(frame.height * scale)), "rgb24")
    picture = Image.fromarray(frame.to_ndarray(format="rgb24"))
    aspect = video.sample_aspect_ratio
    if aspect and 0.2 < aspect < 5 and aspect != 1:
        picture = picture.resize((max(1, round(frame.width * aspect)), frame.height), Image.Resampling.BICUBIC)
    turned = orientation(frame)
    for wanted, turn in (
        (turned.transpose, Image.Transpose.TRANSPOSE),
        (turned.flip_x, Image.Transpose.FLIP_LEFT_RIGHT),
        (turned.flip_y, Image.Transpose.FLIP_TOP_BOTTOM),
    ):
        if wanted:
            picture = picture.transpose(turn)
    return picture
