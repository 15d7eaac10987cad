"""Sound known again: 32 bits twenty times a second, the signs of how band energies change over time and pitch.

After Haitsma and Kalker, A Highly Robust Audio Fingerprinting System (2002): 33 bands between 200 and 3,000 Hz; a bit
is set where the difference between neighbouring bands grew. Silence and steady tones are the same everywhere, so that
quiet moments do not count and a run needs sound that changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame

from .decode import decoded, open_recording, start_s
from .ranges import ranges

RATE = 8_000
HOP, SPAN = 400, 2_960
BANDS, LOWEST_HZ, HIGHEST_HZ = 33, 200.0, 3_000.0
HOPS_A_SECOND = RATE / HOP
# Louder than this (of full scale) counts as sound: the hiss of a quiet room is about -60 dB and is a recording's own,
# made quieter and sent through a telephone's band it is at -77. What seven codecs make of digital silence and of a last
# bit that is dithered is below -94.
QUIET = 10 ** (-82 / 20)
# A tone that is held differs from itself by less than a millionth, the hiss of a room by a hundredth and more.
STEADY = 0.0005
# Two unrelated moments differ in half of their bits; a run may differ in this share, over at least so many seconds.
MAX_ERROR, MIN_RUN_S = 0.33, 2.0
# In a run at least this share of moments must bring a new code, and so many different ones a second.
MIN_FRESH = 0.35
CHUNK_S = 60


@dataclass(frozen=True, slots=True)
class Sound:
    """`codes[i]` describes the sound around `start_s` + i / HOPS_A_SECOND; `loud[i]` says whether there was any.

    `margins`, on queries alone, says how certain each bit is. A query that is taken to play `speed` times as fast as
    what it was made of has its codes that much closer together, so that they follow each other as in the original.
    """

    start_s: float
    codes: np.ndarray
    loud: np.ndarray
    margins: np.ndarray | None = None
    speed: float = 1.0

    def __len__(self) -> int:
        return len(self.codes)


SILENCE = Sound(0.0, np.zeros(0, np.uint32), np.zeros(0, bool))


@dataclass(frozen=True, slots=True)
class SoundRun:
    """A stretch of the query whose sound is that of `object`; `error` is the share of bits that differ."""

    object: str
    query_start_s: float
    query_end_s: float
    start_s: float
    end_s: float
    error: float
    speed: float = 1.0


def sound_print(path: Path, *, speed: float = 1.0, pitched: bool = False) -> Sound:
    """The codes of the file's best sound track, as far as it can be decoded; SILENCE where there is none.

    With a `speed` the track is read as one that was made so much faster, its pitch raised with it if `pitched`.
    """
    listening = Listening(speed=speed, pitched=pitched)
    with open_recording(path) as container:
        zero = start_s(container)
        for frame in decoded(container, None, container.streams.best("audio")):
            listening.hear(frame, (frame.time or 0.0) - zero)
    return listening.sound()


class Listening:
    """Makes the codes of a track out of its frames, each shown to `hear` in order with its time."""

    def __init__(self, *, speed: float = 1.0, pitched: bool = False):
        rate = round(RATE * speed) if pitched else RATE
        self.resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
        self.speed, self.hop = speed, HOP if pitched else round(HOP / speed)
        self.first_s: float | None = None
        self.parts: list[np.ndarray] = []
        self.held = 0
        self.before: np.ndarray | None = None
        self.codes: list[np.ndarray] = []
        self.loud: list[np.ndarray] = []
        self.margins: list[np.ndarray] = []
        self.broken = False

    def hear(self, frame: AudioFrame, time_s: float) -> None:
        """The frame's samples count; whole minutes become codes."""
        if self.broken:
            return
        if self.first_s is None:
            self.first_s = time_s
        try:
            parts = [part.to_ndarray()[0] for part in self.resampler.resample(frame)]
        except (av.FFmpegError, ValueError):
            # A track that changes its form midway: what was heard before is used.
            self.broken = True
            return
        self.parts += parts
        self.held += sum(len(part) for part in parts)
        if self.held >= CHUNK_S * RATE:
            self.write()

    def write(self) -> None:
        """All whole spans of what is held are codes."""
        if not self.parts:
            return
        held = np.concatenate(self.parts)
        held, self.before = consume(held, self.before, self.codes, self.loud, self.margins, self.hop)
        self.parts, self.held = [held], len(held)

    def sound(self) -> Sound:
        """The fingerprint of all that was heard; SILENCE where that is less than a span."""
        self.write()
        if not self.codes:
            return SILENCE
        begin = round((self.first_s or 0.0) + SPAN / RATE / 2, 3)
        arrays = (np.concatenate(part) for part in (self.codes, self.loud, self.margins))
        return Sound(begin, *arrays, self.speed)


def consume(
    held: np.ndarray, before: np.ndarray | None, codes: list, loud: list, margins: list, hop: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """Codes of all whole spans are added; what is left of the samples, and the last bands' differences, come back."""
    count = (len(held) - SPAN) // hop + 1
    if count < 1:
        return held, before
    spans = np.lib.stride_tricks.sliding_window_view(held, SPAN)[::hop][:count]
    spectrum = np.abs(np.fft.rfft(spans * np.hanning(SPAN).astype(np.float32), axis=1)) ** 2
    energy = np.add.reduceat(spectrum, band_edges(), axis=1)[:, :BANDS]
    steps = np.diff(np.log(energy + 1e-6), axis=1)
    earlier = np.vstack([steps[:1] if before is None else before, steps[:-1]])
    margins.append((steps - earlier).astype(np.float32))
    codes.append(np.packbits(steps > earlier, axis=1, bitorder="little").view(np.uint32).ravel())
    loud.append((np.sqrt((spans**2).mean(axis=1)) > QUIET) & (unsteadiness(np.sqrt(energy)) > STEADY))
    return held[count * hop :].copy(), steps[-1:]


def unsteadiness(bands: np.ndarray) -> np.ndarray:
    """How much each moment's spectrum differs from that of 0.4 s before (at the beginning: after), 0 to 1."""
    shape = bands / np.maximum(np.linalg.norm(bands, axis=1, keepdims=True), 1e-9)
    step = min(8, len(shape) - 1)
    other = np.vstack([shape[step : 2 * step], shape[:-step]])[: len(shape)] if step else shape
    if len(other) < len(shape):
        other = np.vstack([other, shape[: len(shape) - len(other)]])
    return 1 - (shape * other).sum(axis=1)


def band_edges() -> np.ndarray:
    """The first spectrum bin of each band, and of what lies above the last."""
    edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BANDS + 1) * SPAN / RATE
    bins = np.round(edges).astype(int)
    return np.maximum.accumulate(np.maximum(bins, bins[0] + np.arange(len(bins))))


# ------------------------------------------------------------------ matching


@dataclass(frozen=True, slots=True)
class SoundIndex:
    """The halves of the loud codes of many tracks, sorted; `track` and `place` say where each is."""

    words: np.ndarray
    track: np.ndarray
    place: np.ndarray
    objects: tuple[str, ...]


def build_sound_index(tracks: Sequence[tuple[str, Sound]]) -> SoundIndex:
    """An index over tracks given with their objects' hashes."""
    codes = [sound.codes[sound.loud] for _, sound in tracks] or [np.zeros(0, np.uint32)]
    places = [np.flatnonzero(sound.loud).astype(np.uint32) for _, sound in tracks] or [np.zeros(0, np.uint32)]
    numbers = [np.full(len(c), n, np.uint32) for n, c in enumerate(codes)] or [np.zeros(0, np.uint32)]
    words = halves(np.concatenate(codes)).ravel()
    order = np.argsort(words, kind="stable")
    return SoundIndex(
        words[order], np.repeat(np.concatenate(numbers), 2)[order], np.repeat(np.concatenate(places), 2)[order],
        tuple(object for object, _ in tracks),
    )  # fmt: skip


def halves(codes: np.ndarray) -> np.ndarray:
    """n × 2 words: the lower and the upper 16 bits, told apart by bit 16."""
    return np.stack([codes & np.uint32(0xFFFF), codes >> np.uint32(16) | np.uint32(1 << 16)], axis=1)


# A half is looked up with every choice of its three least certain bits turned.
WEAK = 3
# A word that is in more places than this tells nothing.
MAX_LIST = 20_000
# Moments that are looked up: in 1,000 hours each has some 20,000 candidates.
MAX_HEARD = 240
# Alignments that are compared in full.
MAX_LAGS = 150


def find_sound(
    query: Sound, indexes: Sequence[SoundIndex], load: Callable[[str], Sound], *, without: str | None = None
) -> list[SoundRun]:
    """Every stretch of the query whose sound one of the tracks has, longest first; `load` gives a track by object."""
    heard = np.flatnonzero(query.loud)
    if len(heard) < MIN_RUN_S * HOPS_A_SECOND or query.margins is None:
        return []
    # Moments at even intervals are enough to name the alignments, which are then compared in full.
    heard = heard[:: -(-len(heard) // MAX_HEARD)]
    looked_up = probes(query, heard).ravel()
    asked = np.repeat(heard, len(looked_up) // len(heard))
    lists = []
    for index in indexes:
        first = np.searchsorted(index.words, looked_up, "left")
        lists.append((first, np.searchsorted(index.words, looked_up, "right") - first))
    common = sum((length for _, length in lists), np.zeros(len(looked_up), np.int64)) > MAX_LIST
    lags: list[tuple[int, str, int]] = []
    for index, (first, length) in zip(indexes, lists, strict=True):
        length[common] = 0
        lags += likely_lags(index, asked, first, length)
    found: list[SoundRun] = []
    for _, object, shift in sorted(lags)[:MAX_LAGS]:
        if object != without:
            found += runs(query, load(object), shift, object)
    return longest_first(found)


def likely_lags(
    index: SoundIndex, asked: np.ndarray, first: np.ndarray, length: np.ndarray
) -> list[tuple[int, str, int]]:
    """(votes below zero, object, shift) of the alignments that most moments speak for."""
    place = ranges(first, length)
    lag = index.place[place].astype(np.int64) - np.repeat(asked, length) + (1 << 30)
    votes, counts = np.unique(index.track[place].astype(np.int64) << 32 | lag, return_counts=True)
    # Between two hops the votes are split among neighbours.
    beside = np.zeros(len(votes), np.int64)
    near = np.flatnonzero(np.diff(votes) == 1)
    beside[near] += counts[near + 1]
    beside[near + 1] += counts[near]
    total = counts + beside
    least = 0 if len(total) <= MAX_LAGS else np.partition(total, -MAX_LAGS)[-MAX_LAGS]
    return [
        (-int(total[i]), index.objects[int(votes[i] >> 32)], int(votes[i] & 0xFFFFFFFF) - (1 << 30))
        for i in np.flatnonzero(total >= max(least, 2))
    ]


def probes(query: Sound, heard: np.ndarray) -> np.ndarray:
    """len(heard) × 16 words: both halves of each code, their least certain bits as they are and turned."""
    words = halves(query.codes[heard])
    margins = np.abs(query.margins[heard]).reshape(len(heard), 2, 16)
    weak = np.uint32(1) << np.argsort(margins, axis=2)[:, :, :WEAK].astype(np.uint32)
    choices = np.array([[number >> bit & 1 for bit in range(WEAK)] for number in range(1 << WEAK)], np.uint32)
    turned = (weak[:, :, None, :] * choices).sum(axis=3, dtype=np.uint32)
    return (words[:, :, None] ^ turned).reshape(len(heard), -1)


def runs(query: Sound, track: Sound, shift: int, object: str) -> list[SoundRun]:
    """The stretches in which the query's moment i sounds like the track's moment i + shift."""
    first, last = max(0, -shift), min(len(query), len(track) - shift)
    window = round(MIN_RUN_S * HOPS_A_SECOND)
    if last - first < window:
        return []
    mine, theirs = query.codes[first:last], track.codes[first + shift : last + shift]
    both = query.loud[first:last] & track.loud[first + shift : last + shift]
    wrong = np.bitwise_count(mine ^ theirs) / 32.0
    # A moment in which either is silent says nothing: it counts as chance, so that silence never makes a run.
    wrong[~both] = 0.5
    mean = np.convolve(wrong, np.ones(window) / window, mode="valid")
    good = mean <= MAX_ERROR
    out = []
    for begin, end in stretches(good):
        begin, end = trimmed(wrong, begin, end + window - 1)
        error = float(wrong[begin:end].mean())
        fresh = len(np.unique(mine[begin:end])) / (end - begin)
        if fresh < MIN_FRESH or both[begin:end].mean() < 0.4:
            continue
        here = [query.start_s + (first + i) / (HOPS_A_SECOND * query.speed) for i in (begin, end)]
        there = [track.start_s + (first + i + shift) / HOPS_A_SECOND for i in (begin, end)]
        out.append(SoundRun(object, *here, *there, error, query.speed))
    return out


def trimmed(wrong: np.ndarray, begin: int, end: int) -> tuple[int, int]:
    """The stretch without the ends whose half seconds do not agree: a window that half agrees reaches too far."""
    half = round(HOPS_A_SECOND / 2)
    while end - begin > 2 * half and wrong[begin : begin + half].mean() > MAX_ERROR:
        begin += 1
    while end - begin > 2 * half and wrong[end - half : end].mean() > MAX_ERROR:
        end -= 1
    return begin, end


def stretches(good: np.ndarray) -> list[tuple[int, int]]:
    """(first, last + 1) of each stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], good.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def longest_first(found: list[SoundRun]) -> list[SoundRun]:
    """Runs without those that lie within a longer one of the same object."""
    kept: list[SoundRun] = []
    for run in sorted(found, key=lambda r: (-(r.query_end_s - r.query_start_s) * (0.5 - r.error), r.object, r.start_s)):
        inside = any(
            run.object == k.object
            and min(run.query_end_s, k.query_end_s) - max(run.query_start_s, k.query_start_s)
            > 0.5 * (run.query_end_s - run.query_start_s)
            for k in kept
        )
        if not inside:
            kept.append(run)
    return kept
