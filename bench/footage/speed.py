"""How fast footage is added, beside what decoding it takes alone, in CPU seconds of one process.

    python bench/footage/speed.py FILE… [--turns 2] [--whole-only]

Each file is added to an empty archive's footage (record, stills, fingerprint, sound, look-up, index), whole and by key
frames, and decoded alone (all frames, one thread) between the two, so that a busy machine slows all three alike. Of the
turns the quickest counts. Speeds are seconds of footage by CPU second; the mark is of the sum up to 720p.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av

from dalil.footage.decode import main_video, open_recording
from dalil.footage.seen import Seen

SMALL = 720


def cpu(act: Callable[[], object]) -> float:
    """CPU seconds that the act takes, all threads of this process together."""
    before = time.process_time()
    act()
    return time.process_time() - before


def decode(path: Path) -> None:
    """All frames are decoded, as far as they can be."""
    with open_recording(path, threads=1) as container:
        video = main_video(container)
        if video is None:
            return
        try:
            for _ in container.decode(video):
                pass
        except av.FFmpegError:
            return


def add(path: Path, *, key_frames_only: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        seen = Seen(Path(folder), [], key_frames_only=key_frames_only)
        seen.take_in(path, "0" * 64)
        seen.close()


def shape(path: Path) -> tuple[float, int, int]:
    """(seconds, width, height)."""
    with open_recording(path, threads=1) as container:
        video = main_video(container)
        return (container.duration or 0) / av.time_base, video.width, video.height


def row(name: str, length: float, whole: float, keys: float, alone: float) -> str:
    keys_speed = f"{length / keys:7.0f}" if keys else "      –"
    return (
        f"{name:40} {length:7.1f} s  alone {length / alone:6.1f}  whole {length / whole:6.1f} "
        f"({whole / alone:4.2f} of decoding)  keys {keys_speed}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--whole-only", action="store_true")
    options = parser.parse_args()
    sums: dict[str, list[float]] = {}
    decode(options.files[0])
    add(options.files[0], key_frames_only=False)
    for path in options.files:
        length, width, height = shape(path)
        whole = keys = alone = 1e9
        for _ in range(options.turns):
            whole = min(whole, cpu(lambda path=path: add(path, key_frames_only=False)))
            alone = min(alone, cpu(lambda path=path: decode(path)))
            if not options.whole_only:
                keys = min(keys, cpu(lambda path=path: add(path, key_frames_only=True)))
        keys = 0.0 if options.whole_only else keys
        print(row(f"{path.name[:28]} {width}x{height}", length, whole, keys, alone), flush=True)
        side = min(width, height)
        sizes = ("larger",) if side > SMALL else ("up to 720p", "720p" if side == SMALL else "smaller")
        for name in ("all", *sizes):
            held = sums.setdefault(name, [0.0] * 4)
            sums[name] = [a + b for a, b in zip(held, (length, whole, keys, alone), strict=True)]
    for name, held in sums.items():
        print(row(name, *held))


if __name__ == "__main__":
    main()
