"""Which frames of the archive share local features with a frame: an inverted index over the features' codes.

A feature's first WORD_BITS bits are its word; a query looks into the lists of its word and of those that differ in
its least certain bits, and counts a feature there whose other bits agree. An index is a tuple of sorted arrays, so
that it can be memory-mapped, and indexes are searched one after another, so that adding makes a new small one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from .fingerprint import Features, Fingerprint
from .ranges import ranges

# 24 bits: at 150 hours (54 million features) half of all lists are shorter than three, so that a look-up
# costs the search in the sorted words and little more. With the 16 likeliest flips of the six least certain bits, some
# four in ten of the true matches of re-encoded, scaled and blurred frames are met, and a handful of them suffices.
WORD_BITS, PROBED_BITS, PROBES = 24, 6, 16
# Of the code's second 64 bits at most this many differ: one unrelated feature in a thousand passes.
MAX_DIFFERENCE = 14
# A list that is longer holds what is everywhere (sky, text edges) and says nothing.
MAX_LIST = 20_000
# Fewer are met by chance in a large archive.
MIN_VOTES = 3


@dataclass(frozen=True, slots=True)
class Index:
    """Features sorted by word: `words`, their codes' second half, and the number of the frame that each is in.

    A large index has `starts` in place of its words: where the features of each word begin, and where the last end.
    """

    words: np.ndarray
    codes: np.ndarray
    frames: np.ndarray
    objects: tuple[str, ...]
    frame_object: np.ndarray
    frame_number: np.ndarray
    starts: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Votes:
    """How many features of the query's frame `position` were met in one archived frame."""

    object: str
    frame: int
    votes: int
    position: int


def build_index(prints: Sequence[Fingerprint]) -> Index:
    """An index over the frames of the fingerprints."""
    codes, frame_of, frame_object, frame_number = [], [], [], []
    for number, print_ in enumerate(prints):
        for position, frame in enumerate(print_.frames):
            codes.append(frame.codes)
            frame_of.append(np.full(len(frame), len(frame_object), np.uint32))
            frame_object.append(number)
            frame_number.append(position)
    all_codes = np.concatenate(codes) if codes else np.zeros((0, 2), np.uint64)
    all_frames = np.concatenate(frame_of) if frame_of else np.zeros(0, np.uint32)
    words = word_of(all_codes)
    order = np.argsort(words, kind="stable")
    return Index(
        words=words[order],
        codes=all_codes[order, 1],
        frames=all_frames[order],
        objects=tuple(print_.object for print_ in prints),
        frame_object=np.array(frame_object, np.uint32),
        frame_number=np.array(frame_number, np.uint32),
    )


# From so many features on (some 40 hours) a table of all words takes less room than the words, and finds one at once:
# at 1,000 hours halving intervals was two thirds of a look-up.
LARGE = 1 << WORD_BITS


def with_starts(index: Index) -> Index:
    """The index, a large one with a table of starts in place of its words."""
    if len(index.words) < LARGE:
        return index
    counts = np.bincount(index.words, minlength=1 << WORD_BITS)
    # More than four thousand million features in one segment (10,000 hours) would not fit.
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32 if counts.sum() < 1 << 32 else np.uint64)
    return replace(index, words=index.words[:0], starts=starts)


def lists_of(index: Index, words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(place of the first feature, how many there are) of each word."""
    if index.starts is not None:
        first = index.starts[words].astype(np.int64)
        return first, index.starts[words + np.uint32(1)].astype(np.int64) - first
    first = np.searchsorted(index.words, words, "left")
    return first, np.searchsorted(index.words, words, "right") - first


def word_of(codes: np.ndarray) -> np.ndarray:
    return (codes[:, 0] & np.uint64((1 << WORD_BITS) - 1)).astype(np.uint32)


FLIPS = [flip for size in range(PROBED_BITS + 1) for flip in combinations(range(PROBED_BITS), size)]


def probes(codes: np.ndarray, margins: np.ndarray) -> np.ndarray:
    """n × PROBES words: the feature's own and those with its least certain bits flipped, in no order."""
    margins = np.abs(margins[:, :WORD_BITS])
    weakest = np.argpartition(margins, PROBED_BITS, axis=1)[:, :PROBED_BITS]
    cost = np.take_along_axis(margins, weakest, axis=1) ** 2
    masks = np.array([[position in flip for position in range(PROBED_BITS)] for flip in FLIPS], np.float32)
    chosen = np.argpartition(cost @ masks.T, PROBES - 1, axis=1)[:, :PROBES]
    bits = np.uint32(1) << weakest.astype(np.uint32)
    # Each choice of bits as a number, which the sum of the choice's own bits is.
    flips = np.take_along_axis(bits @ masks.astype(np.uint32).T, chosen, axis=1)
    return word_of(codes)[:, None] ^ flips


# Query features that are looked up at once: their candidates in 1,000 hours are some 100 MB.
AT_ONCE = 4_000


def vote(
    indexes: Sequence[Index], frames: Sequence[Features], *, mirrored: bool, without: str | None = None
) -> list[Votes]:
    """The archived frames that share at least three features with a query frame; `without` is left out.

    What comes does not depend on how the archive's features are parted among the indexes, nor on their order.
    """
    found: list[Votes] = []
    batch, held = [], 0
    for position, frame in enumerate(frames):
        batch.append((position, frame))
        held += len(frame)
        if held >= AT_ONCE or position == len(frames) - 1:
            found += vote_batch(indexes, batch, mirrored, without)
            batch, held = [], 0
    return found


def vote_batch(
    indexes: Sequence[Index], batch: list[tuple[int, Features]], mirrored: bool, without: str | None
) -> list[Votes]:
    """The votes of a few query frames, given with their positions."""
    codes = np.concatenate([f.mirrored if mirrored else f.codes for _, f in batch])
    margins = np.concatenate([f.mirrored_margins if mirrored else f.margins for _, f in batch])
    if not len(codes):
        return []
    owner = np.concatenate([np.full(len(f), number) for number, (_, f) in enumerate(batch)])
    words = probes(codes, margins).ravel()
    # In rising order, neighbouring look-ups touch neighbouring pages of a mapped file.
    order = np.argsort(words)
    words, feature = words[order], order // PROBES
    lists = [lists_of(index, words) for index in indexes]
    # How many a list holds in all decides, or parting the archive otherwise would change what is found.
    common = sum((length for _, length in lists), np.zeros(len(words), np.int64)) > MAX_LIST
    found = []
    for index, (first, length) in zip(indexes, lists, strict=True):
        length[common] = 0
        for owned, number, votes in met(index, codes[:, 1], feature, first, length, owner):
            name = index.objects[index.frame_object[number]]
            if name != without:
                found.append(Votes(name, int(index.frame_number[number]), votes, batch[owned][0]))
    return found


def met(
    index: Index, codes: np.ndarray, feature: np.ndarray, first: np.ndarray, length: np.ndarray, owner: np.ndarray
) -> Iterator[tuple[int, int, int]]:
    """(query frame, archived frame, votes) wherever at least MIN_VOTES features of both agree."""
    place = ranges(first, length)
    asked = np.repeat(feature, length)
    close = np.bitwise_count(index.codes[place] ^ codes[asked]) <= MAX_DIFFERENCE
    asked, place = asked[close], place[close]
    # One feature counts once for a frame, however many of that frame's features it resembles.
    pairs = np.unique(asked.astype(np.uint64) << np.uint64(32) | index.frames[place].astype(np.uint64))
    asked, frames = (pairs >> np.uint64(32)).astype(np.int64), pairs & np.uint64(0xFFFFFFFF)
    keys, votes = np.unique(owner[asked].astype(np.uint64) << np.uint64(32) | frames, return_counts=True)
    for key, count in zip(keys[votes >= MIN_VOTES].tolist(), votes[votes >= MIN_VOTES].tolist(), strict=True):
        yield key >> 32, key & 0xFFFFFFFF, count
