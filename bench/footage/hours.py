"""How looking up grows with the archive: synthetic hours beside real clips, memory-mapped as an archive's index is.

    python bench/footage/hours.py CLIPS_FOLDER WORK_FOLDER [--hours 250 500 1000] [--queries FILE…]

The synthetic features have the real ones' frequency of each bit; 120 a frame, one frame a second, as a moving camera
gives; sound 20 moments a second. Each step adds a segment and leaves the others as they are; segments that stand in the
work folder are taken as they are. Takes 8.6 MB of disk an hour. Without --queries the clips themselves are asked for.
Then --add files, which the archive does not hold, are added at each size (record, stills, fingerprint, sound, look-up,
a segment of their own), in CPU seconds, the quickest of three turns.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import time
from functools import lru_cache
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import measure

from dalil.footage.audio import SoundIndex
from dalil.footage.fingerprint import close_fingerprint
from dalil.footage.index import WORD_BITS, Index, with_starts
from dalil.footage.looking import look_up
from dalil.footage.match import find_matches
from dalil.footage.seen import Seen, thinned
from dalil.footage.shelf import INDEX_ARRAYS, SOUND_ARRAYS

FEATURES, SOUND_CODES, CLIP_S = 120, 20, 60


def fill(folder: Path, hours: int, seed: int, bits: np.ndarray) -> None:
    """A segment's arrays of so many hours; words come sorted, since their counts are drawn and not they."""
    rng = np.random.default_rng(seed)
    seconds = hours * 3600
    share = np.ones(1)
    for bit in range(WORD_BITS):
        share = np.concatenate([share * (1 - bits[bit]), share * bits[bit]])
    counts = rng.poisson(share * seconds * FEATURES)
    words = np.repeat(np.arange(1 << WORD_BITS, dtype=np.uint32), counts)
    codes = np.lib.format.open_memmap(folder / "codes.npy", "w+", np.uint64, words.shape)
    frames = np.lib.format.open_memmap(folder / "frames.npy", "w+", np.uint32, words.shape)
    for start in range(0, len(words), 8_000_000):
        end = min(start + 8_000_000, len(words))
        codes[start:end] = rng.integers(0, 1 << 63, end - start, dtype=np.uint64) << np.uint64(1)
        frames[start:end] = rng.integers(0, seconds, end - start, dtype=np.uint32)
    np.save(folder / "words.npy", words)
    np.save(folder / "frame_object.npy", (np.arange(seconds) // CLIP_S).astype(np.uint32))
    np.save(folder / "frame_number.npy", (np.arange(seconds) % CLIP_S).astype(np.uint32))
    moments = seconds * SOUND_CODES * 2
    counts = rng.multinomial(moments, np.full(1 << 17, 1 / (1 << 17)))
    np.save(folder / "sound-words.npy", np.repeat(np.arange(1 << 17, dtype=np.uint32), counts))
    np.save(folder / "sound-track.npy", rng.integers(0, seconds // CLIP_S, moments, dtype=np.uint32))
    np.save(folder / "sound-place.npy", rng.integers(0, CLIP_S * SOUND_CODES, moments, dtype=np.uint32))


def read(folder: Path, hours: int) -> tuple[Index, SoundIndex]:
    names = tuple(f"{folder.name} {i}" for i in range(hours * 3600 // CLIP_S + 1))
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in INDEX_ARRAYS}
    sounds = {name: np.load(folder / f"sound-{name}.npy", mmap_mode="r") for name in SOUND_ARRAYS}
    return with_starts(Index(objects=names, **arrays)), SoundIndex(objects=names, **sounds)


def adding(path: Path, segments: list, load) -> tuple[float, float]:
    """(CPU seconds that adding the file takes beside these segments, seconds of wall)."""
    with tempfile.TemporaryDirectory() as folder:
        seen = Seen(Path(folder), [])
        seen.segments, kept = segments, seen.shelf.read
        seen.shelf.load = lru_cache(64)(lambda name: load(name) or kept(name))
        wall, cpu = time.perf_counter(), time.process_time()
        seen.take_in(path, "0" * 64)
        seen.close()
        return time.process_time() - cpu, time.perf_counter() - wall


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--hours", type=int, nargs="+", default=[250, 500, 1000])
    parser.add_argument("--queries", type=Path, nargs="*")
    parser.add_argument("--add", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    clips = [p for p in sorted(options.clips.iterdir()) if p.suffix.lower() in measure.SUFFIXES]
    held, _ = measure.split(clips)
    archive = measure.Archive(measure.Shelf(options.work / "prints2"), held)
    codes = np.concatenate([f.codes for p in archive.prints.values() for f in p.frames])
    bits = np.unpackbits(codes[:, :1].copy().view(np.uint8), axis=1, bitorder="little").mean(axis=0)
    queries = [(path, close_fingerprint(path, object="")) for path in options.queries or held[:4]]
    segments, filled = [], 0

    def load(name: str):
        return archive.prints.get(name)

    for hours in [0, *options.hours]:
        made = time.process_time()
        if hours > filled:
            folder = options.work / f"fill-{filled}-{hours}"
            if not (folder / "sound-place.npy").exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
                fill(folder, hours - filled, hours, bits)
            segments.append(read(folder, hours - filled))
            filled = hours
        made = time.process_time() - made
        size = sum(f.stat().st_size for f in options.work.glob("fill-*/*")) / 1e6
        for path, query in queries:
            for turn in ("cold", "warm"):
                wall, cpu = time.perf_counter(), time.process_time()
                found = find_matches(thinned(query), [archive.index, *segments], load)
                wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
                own = sorted({m.object for m in found})
                print(f"{hours:5} h {turn} {path.name[:34]:34} lookup {wall:6.2f} s wall {cpu:6.2f} s cpu {own}",
                      flush=True)  # fmt: skip
        wall, cpu = time.perf_counter(), time.process_time()
        look_up(queries[0][0], [archive.index, *segments], load, duration_s=None)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        for path in options.add:
            taken, waited = min(adding(path, [archive.index, *segments], load) for _ in range(3))
            print(f"{hours:5} h add {path.name[:34]:34} {taken:6.2f} s cpu {waited:6.2f} s wall", flush=True)
        top = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(f"{hours:5} h whole query {wall:.2f} s wall {cpu:.2f} s cpu; index {size / max(1, hours):.1f} MB an hour")
        print(f"{hours:5} h filled in {made:.0f} s cpu; {top:.0f} MB of memory at most", flush=True)


if __name__ == "__main__":
    main()
