"""Real footage files, drawn by the tests themselves and encoded by PyAV."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest


def drawn(index: int, width: int, height: int) -> np.ndarray:
    """A gradient with a bright square in the upper left corner and a dark disc that moves to the right."""
    y, x = np.mgrid[0:height, 0:width]
    picture = np.stack([x * 255 // width, y * 255 // height, np.full_like(x, 90)], axis=-1).astype(np.uint8)
    picture[: height // 6, : width // 6] = 250
    disc = (x - 40 - 2 * index) ** 2 + (y - height // 2) ** 2 < (height // 8) ** 2
    picture[disc] = 10
    return picture


def write_recording(
    path: Path, *, codec="libx264", pixels="yuv420p", seconds=3.0, fps=20, size=(320, 180), rotate=0, sound="aac",
    metadata=(), options=(), codec_options=(), gop=20,
) -> Path:  # fmt: skip
    """A recording of `seconds`; `codec` or `sound` None leaves that stream out; `rotate` sets the display matrix."""
    with av.open(str(path), "w", options=dict(options)) as out:
        out.metadata.update(dict(metadata))
        video = tone = None
        if codec:
            video = out.add_stream(codec, rate=fps, options=dict(codec_options))
            video.width, video.height, video.pix_fmt, video.gop_size = *size, pixels, gop
            if rotate:
                video.set_display_rotation(rotate)
        if sound:
            tone = out.add_stream(sound, rate=48_000, layout="mono")
        if video:
            for index in range(round(seconds * fps)):
                frame = av.VideoFrame.from_ndarray(drawn(index, *size), format="rgb24")
                frame.pts, frame.time_base = index, Fraction(1, fps)
                out.mux(video.encode(frame))
                if tone:
                    write_tone(out, tone, index / fps, 1 / fps)
            out.mux(video.encode())
        elif tone:
            write_tone(out, tone, 0, seconds)
        if tone:
            out.mux(tone.encode())
    return path


def write_tone(out, stream, start_s: float, length_s: float) -> None:
    first, last = round(start_s * 48_000), round((start_s + length_s) * 48_000)
    wave = (8000 * np.sin(np.arange(first, last) * 2 * np.pi * 440 / 48_000)).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(wave[None], format="s16", layout="mono")
    frame.rate, frame.pts, frame.time_base = 48_000, first, Fraction(1, 48_000)
    out.mux(stream.encode(frame))


@pytest.fixture
def recording(tmp_path):
    """A maker of recordings: recording(name, **what write_recording takes) → path."""
    return lambda name, **how: write_recording(tmp_path / name, **how)


@pytest.fixture
def probed(tmp_path):
    """What dalil says of a file, with its stills under the test's own folder `derived`."""
    from dalil.footage import probe

    def run(path: Path, **how):
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        return probe(path, object=sha256, derived=tmp_path / "derived", **how)

    return run
