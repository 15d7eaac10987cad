"""Draws and voices the example's two videos: a clip of 43 seconds, and a longer bulletin that shows 12 seconds of it.

They stand in for real footage, which we may not pass on and nobody should meet by surprise. All is abstract shapes: a
road, houses as rectangles, a cloud of dust, a small circle that comes to the houses. Both say on every frame, and in
their metadata, that a script drew them. The same versions of the libraries draw the same bytes.

    python draw_clip.py OUT_FOLDER
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from math import pi
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

# Imported by path, as `dalil demo` does, the neighbour module is not yet to be found.
if str(Path(__file__).parent) not in sys.path:
    sys.path.append(str(Path(__file__).parent))
import scenery

# The bulletin's other frame rate has its frames fall between the clip's.
FPS, BULLETIN_FPS = 25, 20
RATE = 44_100
CLIP_S, BULLETIN_S = 43.0, 75.0
EXCERPT_FROM_S, EXCERPT_S, EXCERPT_AT_S = 12.0, 12.0, 30.0
CLIP_SIZE, BULLETIN_SIZE = (640, 360), (854, 480)
CLIP_NAME, BULLETIN_NAME = "aleppo24-drawn-stand-in.mp4", "bulletin-drawn-stand-in.mp4"
CREDIT = "Aleppo24 (drawn stand-in)"
NOTICE = "drawn by a script: not the real video"

Progress = Callable[[int, int], None]


def draw(out: Path, progress: Progress | None = None) -> tuple[Path, Path]:
    """The clip and the bulletin stand in `out`; `progress` is called with (frames done, frames in all)."""
    out.mkdir(parents=True, exist_ok=True)
    total = round(CLIP_S * FPS + BULLETIN_S * BULLETIN_FPS)
    count = iter(range(1, total + 1))

    def tick() -> None:
        if progress:
            progress(next(count), total)

    clip, bulletin = out / CLIP_NAME, out / BULLETIN_NAME
    made_by = "Drawn and voiced by draw_clip.py of the dalil project. Not real footage."
    with Writer(clip, CLIP_SIZE, FPS, crf=24, metadata={
        "title": "Stand-in for the 43-second video of 4 November 2016, Kafr Naha", "artist": CREDIT,
        "comment": made_by, "creation_time": "2016-11-04T14:20:00Z",
    }) as writer:  # fmt: skip
        label = credit_overlay(CLIP_SIZE)
        for frame in clip_frames():
            frame.paste(label, mask=label)
            writer.picture(frame)
            tick()
        writer.sound(melody(CLIP_S - 0.1, root=220.0, seed=4))
    with Writer(bulletin, BULLETIN_SIZE, BULLETIN_FPS, crf=30, metadata={
        "title": "Drawn bulletin with 12 seconds of the stand-in clip", "artist": "Invented channel (drawn stand-in)",
        "comment": made_by, "creation_time": "2016-11-06T18:00:00Z",
    }) as writer:  # fmt: skip
        label = bulletin_overlay(BULLETIN_SIZE)
        for frame in bulletin_frames(clip):
            frame.paste(label, mask=label)
            writer.picture(frame)
            tick()
        writer.sound(bulletin_sound(clip))
    return clip, bulletin


class Writer:
    """An mp4 file that takes pictures and then sound; it encodes in a thread of its own while others draw."""

    def __init__(self, path: Path, size: tuple[int, int], fps: int, *, crf: int, metadata: dict[str, str]):
        self.out = av.open(str(path), "w", options={"movflags": "faststart"})
        self.out.metadata.update(metadata)
        # A fixed number of threads: x264's result depends on it.
        options = {"crf": str(crf), "preset": "superfast", "threads": "1"}
        self.video = self.out.add_stream("libx264", rate=fps, options=options)
        self.video.width, self.video.height, self.video.pix_fmt = *size, "yuv420p"
        self.video.gop_size = 50
        self.audio = self.out.add_stream("aac", rate=RATE, layout="mono", options={"b": "96000"})
        self.frames, self.fps = 0, fps
        self.packets = []
        self.encoder = ThreadPoolExecutor(max_workers=1)
        self.waiting = deque()

    def __enter__(self) -> Writer:
        return self

    def picture(self, image: Image.Image) -> None:
        self.waiting.append(self.encoder.submit(self.encode_picture, image, self.frames))
        self.frames += 1
        if len(self.waiting) > 12:
            self.packets += self.waiting.popleft().result()

    def encode_picture(self, image: Image.Image, number: int) -> list[av.Packet]:
        frame = av.VideoFrame.from_image(image)
        frame.pts, frame.time_base = number, Fraction(1, self.fps)
        return self.video.encode(frame)

    def sound(self, wave: np.ndarray) -> None:
        """The whole sound as floats within -1..1."""
        for done in self.waiting:
            self.packets += done.result()
        self.packets += self.video.encode()
        for first in range(0, len(wave), 1024):
            part = (wave[first : first + 1024] * 32_000).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(part[None], format="s16", layout="mono")
            frame.rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
            self.packets += self.audio.encode(frame)
        self.packets += self.audio.encode()

    def __exit__(self, *_) -> None:
        self.encoder.shutdown()
        for packet in sorted(self.packets, key=lambda packet: packet.dts * packet.time_base):
            self.out.mux(packet)
        self.out.close()


# ------------------------------------------------------------------ words on the picture


def text_box(draw_on: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, anchor: str) -> None:
    font = ImageFont.load_default(size)
    left, top, right, bottom = draw_on.textbbox(at, text, font=font, anchor=anchor)
    draw_on.rounded_rectangle((left - 6, top - 4, right + 6, bottom + 4), 4, fill=(20, 24, 32, 150))
    draw_on.text(at, text, font=font, anchor=anchor, fill=(250, 248, 240, 235))


def credit_overlay(size: tuple[int, int]) -> Image.Image:
    """The burned-in credit in the upper left corner and the notice at the foot."""
    overlay = Image.new("RGBA", size)
    pen = ImageDraw.Draw(overlay)
    text_box(pen, (16, 14), CREDIT, 17, "la")
    text_box(pen, (size[0] / 2, size[1] - 12), NOTICE, 13, "md")
    return overlay


def bulletin_overlay(size: tuple[int, int]) -> Image.Image:
    """A channel's mark in the upper right corner and its band at the foot."""
    width, height = size
    overlay = Image.new("RGBA", size)
    pen = ImageDraw.Draw(overlay)
    pen.rectangle((0, height - 58, width, height - 26), fill=(38, 66, 84, 215))
    pen.text((20, height - 42), "The week in drawings", font=ImageFont.load_default(20), anchor="lm", fill="white")
    pen.text((width - 20, height - 42), NOTICE, font=ImageFont.load_default(15), anchor="rm", fill=(225, 230, 235))
    pen.ellipse((width - 66, 16, width - 18, 64), fill=(214, 150, 74, 225))
    pen.text((width - 42, 40), "DB", font=ImageFont.load_default(20), anchor="mm", fill="white")
    return overlay


# ------------------------------------------------------------------ pictures


def clip_frames() -> Iterator[Image.Image]:
    for scene in (scenery.village_from_the_hill, scenery.road_from_above, scenery.among_the_houses):
        yield from scenery.shoot(scene(), CLIP_SIZE, FPS)


def excerpt(clip: Path) -> Iterator[Image.Image]:
    """The clip's own decoded frames from 00:12 to 00:24, enlarged to the bulletin's size, at its frame rate."""
    wanted = 0
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            due = EXCERPT_FROM_S + wanted / BULLETIN_FPS
            if frame.time >= due - 1e-6 and wanted < EXCERPT_S * BULLETIN_FPS:
                wanted += 1
                yield frame.to_image().resize(BULLETIN_SIZE, Image.Resampling.BICUBIC)


def bulletin_frames(clip: Path) -> Iterator[Image.Image]:
    yield from scenery.shoot(scenery.river(), BULLETIN_SIZE, BULLETIN_FPS)
    yield from scenery.shoot(scenery.terraces(), BULLETIN_SIZE, BULLETIN_FPS)
    yield from excerpt(clip)
    yield from scenery.shoot(scenery.evening_town(), BULLETIN_SIZE, BULLETIN_FPS)
    yield from scenery.shoot(scenery.snow(), BULLETIN_SIZE, BULLETIN_FPS)


# ------------------------------------------------------------------ sound

# Semitones of a pentatonic scale, which no two notes of can clash.
PENTATONIC = (0, 2, 4, 7, 9, 12, 14, 16)


def melody(seconds: float, *, root: float, seed: int) -> np.ndarray:
    """A calm, wandering tune of soft tones over a held low one, with a breath of wind, within -1..1."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    wave = 0.10 * np.sin(2 * pi * root / 2 * time) * (0.8 + 0.2 * np.sin(2 * pi * 0.11 * time))
    step, start = 3, 0.2
    while start < seconds - 0.5:
        length = float(rng.choice([0.4, 0.6, 0.8, 1.2]))
        step = int(np.clip(step + rng.integers(-2, 3), 0, len(PENTATONIC) - 1))
        add_tone(wave, root * 2 ** (PENTATONIC[step] / 12), start, length * 1.6)
        start += length
    wind = np.convolve(rng.normal(0, 1, len(time)), np.ones(90) / 90, mode="same")
    wave += 0.12 * wind * (0.5 + 0.5 * np.sin(2 * pi * 0.07 * time))
    fade = np.clip(np.minimum(time, seconds - time) / 0.8, 0, 1)
    return np.clip(wave * fade, -1, 1)


def add_tone(wave: np.ndarray, frequency: float, start_s: float, length_s: float) -> None:
    """One tone with two overtones, struck softly and dying away, added in place."""
    first, last = round(start_s * RATE), min(len(wave), round((start_s + length_s) * RATE))
    time = np.arange(last - first) / RATE
    shape = np.clip(time / 0.04, 0, 1) * np.exp(-2.4 * time / length_s) * np.clip((length_s - time) / 0.1, 0, 1)
    phase = 2 * pi * frequency * time + 0.25 * np.sin(2 * pi * 5 * time)
    wave[first:last] += 0.22 * shape * (np.sin(phase) + 0.35 * np.sin(2 * phase) + 0.12 * np.sin(3 * phase))


def bulletin_sound(clip: Path) -> np.ndarray:
    """Another tune before and after, the clip's own sound in the excerpt."""
    with av.open(str(clip)) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        parts = [part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    own = np.concatenate(parts)[round(EXCERPT_FROM_S * RATE) :][: round(EXCERPT_S * RATE)]
    after = BULLETIN_S - EXCERPT_AT_S - EXCERPT_S - 0.1
    return np.concatenate([melody(EXCERPT_AT_S, root=174.6, seed=8), 0.8 * own, melody(after, root=196.0, seed=9)])


def main(out: Path) -> None:
    """Both videos stand in `out`; their paths are printed."""

    def progress(done: int, total: int) -> None:
        if done % 100 == 0 or done == total:
            print(f"\r{done}/{total} frames", end="", file=sys.stderr, flush=True)

    paths = draw(out, progress)
    print(file=sys.stderr)
    print(*paths, sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
