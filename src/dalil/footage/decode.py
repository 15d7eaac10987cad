"""Opening recordings with FFmpeg's libraries, inside limits: nothing is fetched, followed or executed.

Only true media containers are opened: playlists (m3u8, mpd, concat, ffconcat) and network schemes, which would make
the library read other files or addresses, are not among them. Decoders' threads and picture sizes are bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from struct import unpack

import av
import cv2
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from dalil.errors import InputRefused

av.logging.set_level(av.logging.PANIC)
# Frames are shared out among threads here; OpenCV's own would wait for each other, and burn time while they do.
cv2.setNumThreads(1)

# Demuxers that hold their media within themselves. External references of mov files are off by FFmpeg's default.
CONTAINERS = (
    "mov,matroska,webm,avi,mp3,wav,w64,ogg,flac,aac,ac3,aiff,caf,amr,asf,flv,mpeg,mpegts,mpegvideo,h264,hevc,m4v,ivf,"
    "dv,mxf,au,rm,wv"
)
# 8K video fits (33 million); a header that claims more would have the decoder allocate gigabytes.
MAX_FRAME_PIXELS = 36_000_000
READ_BUFFER = 1 << 18


@dataclass(frozen=True, slots=True)
class Orientation:
    """How stored pixels become the upright picture: exchange the axes first, then flip. Read off a display matrix."""

    transpose: bool = False
    flip_x: bool = False
    flip_y: bool = False

    @property
    def rotation_deg(self) -> int:
        """Degrees that a player turns the picture clockwise (a mirrored picture's turn, its mirroring left out)."""
        if not self.transpose:
            return 180 if self.flip_y else 0
        return 90 if self.flip_x else 270

    @property
    def mirrored(self) -> bool:
        return self.transpose ^ self.flip_x ^ self.flip_y

    def apply(self, pixels: np.ndarray) -> np.ndarray:
        """The upright picture of rows × columns (× channels), as a view."""
        if self.transpose:
            pixels = pixels.swapaxes(0, 1)
        return pixels[:: -1 if self.flip_y else 1, :: -1 if self.flip_x else 1]


UPRIGHT = Orientation()


@contextmanager
def open_recording(path: Path, *, threads: int = 2) -> Iterator[InputContainer]:
    """An open container whose decoders are bounded; InputRefused where the file is no recording that can be read."""
    with path.open("rb") as file:
        try:
            container = av.open(
                file,
                mode="r",
                buffer_size=READ_BUFFER,
                metadata_errors="replace",
                container_options={"format_whitelist": CONTAINERS},
            )
        except (av.FFmpegError, OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise refusal(path, reason) from None
        try:
            for stream in (*container.streams.video, *container.streams.audio):
                if stream.codec_context is not None:
                    stream.codec_context.thread_count = threads
                    if stream.type == "video":
                        stream.codec_context.options = {"max_pixels": str(MAX_FRAME_PIXELS)}
            yield container
        finally:
            container.close()


def refusal(path: Path, reason: str) -> InputRefused:
    """Why the file cannot be read and what can be done, in a person's words, by its first bytes."""
    with path.open("rb") as file:
        head = file.read(16)
    if not head:
        return InputRefused(path.name, "is empty", "Get the file again from where it came")
    if head[4:8] == b"ftyp":
        return InputRefused(
            path.name,
            "cannot be opened as video or sound: its index (the moov box) is missing, so it was probably cut short",
            "The bytes are kept; get a whole copy, or rebuild the index from another file of the same camera",
        )
    if head[:4] in (b"RIFF", b"\x1aE\xdf\xa3", b"OggS", b"fLaC"):
        what = "cannot be opened as video or sound: its header is damaged"
        return InputRefused(path.name, what, "The bytes are kept; get a whole copy")
    return InputRefused(path.name, f"cannot be opened as picture, video or sound ({reason})", "The bytes are kept")


def main_video(container: InputContainer) -> VideoStream | None:
    """The stream that a player would show; covers of songs and thumbnails are none."""
    moving = [
        stream
        for stream in container.streams.video
        if stream.codec_context is not None
        and not stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails)
    ]
    if not moving:
        return None
    best = container.streams.best("video")
    return best if best in moving else moving[0]


def orientation(frame: VideoFrame) -> Orientation:
    """How the frame is to be turned, by the display matrix that it carries (16.16 fixed point, row major)."""
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return UPRIGHT
    a, b, _, c, d = unpack("=9i", bytes(matrix))[:5]
    if abs(b) + abs(c) > abs(a) + abs(d):
        return Orientation(True, c < 0, b < 0)
    return Orientation(False, a < 0, d < 0)


def start_s(container: InputContainer) -> float:
    """The container's own zero on the time line of its streams."""
    return (container.start_time or 0) / av.time_base


# ------------------------------------------------------------------ grey frames for fingerprints

# The unit in which places in a frame are given: so many on its longer side.
WORK_SIDE = 384

# From this many frames a second on, those that no other needs may be left out.
DENSE = 14

# Of key frames alone so many seconds apart are enough: encoders for the web set one in 2 to 10 s, cameras up to thirty
# a second, each as dear as several other frames.
KEYS_APART_S = 4.0

# Takes a decoded frame, its stream and its time in seconds; a frame of sound and its time.
OnFrame = Callable[[VideoFrame, VideoStream, float], None]
OnSound = Callable[[AudioFrame, float], None]


@dataclass(frozen=True, slots=True)
class GreyFrame:
    """One frame's 8-bit grey levels as they are stored; `time_s` from the container's zero.

    They become a picture only where one is asked for, since most frames give no more than a thumbnail. `size` is the
    width and height that `pixels` has before it is turned; without it the levels are the picture.
    """

    time_s: float
    levels: np.ndarray
    size: tuple[int, int] | None = None
    turned: Orientation = UPRIGHT

    @property
    def pixels(self) -> np.ndarray:
        """The upright picture with square pixels."""
        if self.size is None:
            return self.levels
        return np.ascontiguousarray(self.turned.apply(shrunk_to(self.levels, *self.size)))

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of `pixels`."""
        width, height = self.size or self.levels.shape[::-1]
        return (width, height) if self.turned.transpose else (height, width)

    def thumb(self, side: int) -> np.ndarray:
        """The whole upright picture squeezed into `side` × `side`."""
        pixels = self.levels
        # An odd last row or column is left out: halving is twenty times as quick as any other exact area.
        while min(pixels.shape) >= 2 * side:
            rows, columns = pixels.shape[0] // 2, pixels.shape[1] // 2
            pixels = cv2.resize(pixels[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA)
        small = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
        return np.ascontiguousarray(self.turned.apply(small))


def grey_frames(
    path: Path,
    *,
    rate: float,
    side: int,
    key_frames_only: bool = False,
    on_frame: OnFrame | None = None,
    on_sound: OnSound | None = None,
) -> Iterator[GreyFrame]:
    """About `rate` frames a second of the main video, as far as it can be decoded; none where there is no video.

    Frames that no other frame needs are left out by the decoder, which costs half the time and loses nothing at
    the rates used here; with `key_frames_only` all but key frames KEYS_APART_S apart are. `on_frame` sees all that are
    decoded, `on_sound` the best sound track of the same reading of the file.
    """
    with open_recording(path) as container:
        video = main_video(container)
        audio = container.streams.best("audio") if on_sound is not None else None
        zero, due = start_s(container), 0.0
        if video is not None:
            dense = video.average_rate is not None and video.average_rate >= DENSE
            video.codec_context.skip_frame = "NONKEY" if key_frames_only else "NONREF" if dense else "DEFAULT"
        turned = UPRIGHT
        for frame in decoded(container, video, audio, keys_apart_s=KEYS_APART_S if key_frames_only else 0.0):
            time_s = (frame.time or 0.0) - zero
            if isinstance(frame, AudioFrame):
                on_sound(frame, time_s)
                continue
            if on_frame is not None:
                on_frame(frame, video, time_s)
            if frame.key_frame or due == 0.0:
                turned = orientation(frame)
            # Half a millisecond of grace, or rounding would lose every other frame.
            if time_s < due - 0.0005:
                continue
            due = max(due + 1 / rate, time_s + 0.5 / rate)
            yield GreyFrame(max(0.0, time_s), brightness(frame), shown_size(frame, video, side), turned)


def decoded(
    container: InputContainer,
    video: VideoStream | None,
    audio: AudioStream | None = None,
    *,
    keys_apart_s: float = 0.0,
) -> Iterator[VideoFrame | AudioFrame]:
    """The frames of both streams in the file's order, as far as it can be read.

    Pictures go on behind what cannot be decoded (a first key frame is missing, a packet is torn); sound ends there,
    since its fingerprint counts samples. The record of the footage says where a file breaks.
    """
    streams = [s for s in (video, audio) if s is not None and s.codec_context is not None]
    deaf, due = False, -1e9
    try:
        for packet in container.demux(streams) if streams else ():
            if packet.stream is not video and deaf:
                continue
            if keys_apart_s and packet.stream is video and packet.is_keyframe and (at := moment(packet)) is not None:
                if at < due:
                    continue
                due = at + keys_apart_s - 0.0005
            try:
                frames = packet.decode()
            except av.FFmpegError:
                deaf = deaf or packet.stream is not video
                continue
            yield from frames
    except av.FFmpegError:
        return


def moment(packet: Packet) -> float | None:
    """The packet's time in seconds; None where it has none."""
    stamp = packet.pts if packet.pts is not None else packet.dts
    return None if stamp is None else float(stamp * packet.time_base)


# Pixel formats whose first plane is 8-bit brightness.
PLANAR = ("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "nv21", "gray")


def shown_size(frame: VideoFrame, video: VideoStream, side: int) -> tuple[int, int]:
    """Width and height of the frame with square pixels, before it is turned, its longer side `side`."""
    aspect = float(video.sample_aspect_ratio or 1)
    # No camera has wider pixels than two to one; an editing program's slip has.
    shown = frame.width * (aspect if 0.49 < aspect < 2.05 else 1.0), frame.height
    scale = side / max(shown)
    return max(16, round(shown[0] * scale)), max(16, round(shown[1] * scale))


# Down to this ratio four neighbours make a pixel, in a fifth of the time that exact areas take: of the kept features
# nine in ten are found again at their place, with 2 of 128 bits turned (median of 5 clips); further down fewer are.
NEAR = 1.4


def shrunk_to(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    """The picture in the given size: halved by exact areas, which is quick, as long as it goes, then the rest."""
    while pixels.shape[1] >= 2 * width and not (pixels.shape[1] % 2 or pixels.shape[0] % 2):
        pixels = cv2.resize(pixels, (pixels.shape[1] // 2, pixels.shape[0] // 2), interpolation=cv2.INTER_AREA)
    near = pixels.shape[1] < NEAR * width and pixels.shape[0] < NEAR * height
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR if near else cv2.INTER_AREA)


def brightness(frame: VideoFrame) -> np.ndarray:
    """The frame's grey levels in full size, where possible without a copy."""
    if frame.format.name not in PLANAR:
        return frame.reformat(format="gray").to_ndarray()
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width]
