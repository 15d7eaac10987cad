"""Where in time two recordings run together, and whether they are one recording: thumbnails compared after alignment.

Features say that two frames show the same place. Thumbnails, five a second, warped by the features' map, say the
rest: whether the picture agrees outside of any logo (appearance), and whether it *moves* alike (motion). Two takes by
one camera look alike and move differently.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from .fingerprint import THUMB, Fingerprint

# Grey levels of local contrast below which a patch shows nothing to compare.
FLAT = 3.0
WINDOW = 7
# Changes are measured against the mean of this many seconds around.
SURROUND_S = 1.6
# Mean grey levels between two neighbouring thumbnails, brightness apart, that make a cut.
CUT_LEVELS = 12.0
SPEEDS = (1.0, 1.1, 1 / 1.1, 1.2, 1 / 1.2, 1.25, 0.8, 1.5, 1 / 1.5, 2.0, 0.5)
STEP_S = 0.1


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch in which query time t shows archive time `speed` · t + `offset_s`.

    `area`: share of the archived picture that the query has at all; `look`: mean correlation of local contrast;
    `appearance`: mean share of the textured picture that agrees; `motion`: correlation of what changes (None where
    too little does); `moving`: how much changes, in grey levels; `even`: the share of all that changes, part by part
    and second by second, that is alike; `steady`: the share of edges that stay where they are;
    `beside`: what agrees beside a band at one side, which may be a caption that both have (None where too little is
    left to say); `wanders`: how far, in thumbnail pixels, the query's picture wanders over the archived one.
    """

    query_start_s: float
    query_end_s: float
    start_s: float
    end_s: float
    speed: float
    offset_s: float
    area: float
    look: float
    appearance: float
    motion: float | None
    moving: float
    map: tuple[float, ...] = ()
    even: float | None = None
    steady: float = 0.0
    beside: float | None = None
    wanders: float = 0.0


def warped(
    query: Fingerprint, shown: np.ndarray, archived: Fingerprint, map_: np.ndarray, mirrored: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The `shown` thumbnails of the query as the archived ones would be, and where they have pixels at all."""
    side = query.thumbs.shape[1]
    to_archive = np.diag([archived.width / THUMB, archived.height / THUMB, 1.0])
    to_thumb = np.diag([side / query.width, side / query.height, 1.0])
    full = np.vstack([map_, [0, 0, 1]])
    flip = np.array([[-1, 0, query.width - 1], [0, 1, 0], [0, 0, 1.0]]) if mirrored else np.eye(3)
    # Thumbnail pixels are areas: their centres lie half a pixel in.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    back = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    total = (back @ to_thumb @ flip @ full @ to_archive @ half)[:2]
    scale = np.linalg.svd(total[:, :2], compute_uv=False)
    sigma = [0.5 * max(0.0, s - 1.0) for s in scale]
    thumbs = []
    for thumb in shown:
        soft = cv2.GaussianBlur(thumb, (0, 0), max(sigma)) if max(sigma) > 0.3 else thumb
        thumbs.append(cv2.warpAffine(soft, total, (THUMB, THUMB), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP))
    inside = cv2.warpAffine(
        np.full((side, side), 255, np.uint8), total, (THUMB, THUMB), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    )
    return np.array(thumbs, np.float32), inside > 0


def local_look(thumbs: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Each pixel against its surroundings, in units of their contrast; 0 where there is none."""
    weight = inside.astype(np.float32)
    count = cv2.blur(weight, (WINDOW, WINDOW), borderType=cv2.BORDER_CONSTANT)
    count = np.maximum(count, 1e-3)
    out = np.empty_like(thumbs, dtype=np.float32)
    for number, thumb in enumerate(thumbs):
        thumb = thumb.astype(np.float32) * weight
        mean = cv2.blur(thumb, (WINDOW, WINDOW), borderType=cv2.BORDER_CONSTANT) / count
        square = cv2.blur(thumb * thumb, (WINDOW, WINDOW), borderType=cv2.BORDER_CONSTANT) / count
        deviation = np.sqrt(np.maximum(square - mean * mean, 0))
        out[number] = np.where(inside, (thumb - mean) / (deviation + FLAT), 0)
    return out


def change(thumbs: np.ndarray, times: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """What differs from the mean of the seconds around within one shot, overall brightness left out."""
    if len(thumbs) < 2:
        return np.zeros_like(thumbs, dtype=np.float32)
    flat = thumbs.reshape(len(thumbs), -1).astype(np.float32) * inside.ravel()
    pixels = max(1, int(inside.sum()))
    flat -= (flat.sum(axis=1) / pixels)[:, None] * inside.ravel()
    shot = shots(flat, pixels)
    sums = np.vstack([np.zeros((1, flat.shape[1])), np.cumsum(flat, axis=0, dtype=np.float64)])
    first = np.maximum(np.searchsorted(times, times - SURROUND_S / 2, "left"), np.searchsorted(shot, shot, "left"))
    last = np.minimum(np.searchsorted(times, times + SURROUND_S / 2, "right"), np.searchsorted(shot, shot, "right"))
    moved = flat - ((sums[last] - sums[first]) / (last - first)[:, None]).astype(np.float32)
    return moved.reshape(thumbs.shape)


def shots(flat: np.ndarray, pixels: int) -> np.ndarray:
    """The number of the shot that each thumbnail is in: a cut is a jump far above those around it."""
    jump = np.abs(np.diff(flat, axis=0)).sum(axis=1) / pixels
    around = np.array([np.median(jump[max(0, i - 4) : i + 5]) for i in range(len(jump))])
    return np.concatenate([[0], np.cumsum((jump > CUT_LEVELS) & (jump > 3 * around))])


def agreement(query_look: np.ndarray, archive_look: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """For each pair of looks the share of textured windows in which they correlate."""
    q = query_look.reshape(-1, THUMB, THUMB)
    a = archive_look.reshape(-1, THUMB, THUMB)
    shares = np.zeros(len(q), np.float32)
    for number in range(len(q)):
        product = cv2.blur(q[number] * a[number], (WINDOW, WINDOW), borderType=cv2.BORDER_CONSTANT)
        energy_q = cv2.blur(q[number] ** 2, (WINDOW, WINDOW), borderType=cv2.BORDER_CONSTANT)
        energy_a = cv2.blur(a[number] ** 2, (WINDOW, WINDOW), borderType=cv2.BORDER_CONSTANT)
        textured = inside & (np.maximum(energy_q, energy_a) > 0.12)
        if textured.sum() < 12:
            continue
        alike = product > 0.5 * np.sqrt(np.maximum(energy_q * energy_a, 0)) + 1e-6
        shares[number] = (alike & textured).sum() / textured.sum()
    return shares


# Below this mean square of slopes, in the direction that has less, a picture has nothing to hold on to.
LEAST_SLOPE = 0.0035


def wandering(query_look: np.ndarray, archive_look: np.ndarray, inside: np.ndarray) -> float:
    """How far, in thumbnail pixels, one picture wanders over the other during the run: a copy stays where it lies.

    The shift of each moment is that which the gradient explains best (Lucas and Kanade 1981); three quarters of the
    moments lie this near to the middle one. 0 where the picture is too plain or the run too short to say.
    """
    shifts, slopes = [], []
    for mine, theirs in zip(query_look, archive_look, strict=True):
        mine, theirs = (cv2.GaussianBlur(look, (0, 0), 1.0) for look in (mine, theirs))
        down, right = np.gradient((mine + theirs) / 2)
        slope = np.stack([down[inside], right[inside]])
        apart = (theirs - mine)[inside]
        squares = slope @ slope.T
        slopes.append(np.linalg.eigvalsh(squares)[0] / apart.size)
        shifts.append(np.linalg.solve(squares + 1e-3 * np.eye(2), slope @ apart))
    if len(shifts) < 3 or np.median(slopes) < LEAST_SLOPE:
        return 0.0
    away = np.linalg.norm(np.array(shifts) - np.median(shifts, axis=0), axis=1)
    return float(np.percentile(away, 75))


# A channel's captions fill at most so much of one side; what is left must agree on its own, where there are so many
# windows a moment in which both have texture.
BAND, MIN_WINDOWS = 0.42, 24


def least_beside(query_look: np.ndarray, archive_look: np.ndarray, inside: np.ndarray) -> float | None:
    """The share of agreeing windows in what is left without the lower, upper, left or right band, the least of these.

    Counted where both are textured: plain sky says nothing. None where too little is left to say.
    """
    agree, both = np.zeros((THUMB, THUMB)), np.zeros((THUMB, THUMB))
    step = -(-len(query_look) // 12) or 1
    moments = range(0, len(query_look), step)
    for number in moments:
        product, energy_q, energy_a = (
            cv2.blur(part, (WINDOW, WINDOW), borderType=cv2.BORDER_CONSTANT)
            for part in (
                query_look[number] * archive_look[number], query_look[number] ** 2, archive_look[number] ** 2,
            )
        )  # fmt: skip
        textured = inside & (np.minimum(energy_q, energy_a) > 0.12)
        both += textured
        agree += textured & (product > 0.5 * np.sqrt(np.maximum(energy_q * energy_a, 0)) + 1e-6)
    left, band = [], round(BAND * THUMB)
    for rest in (np.s_[:-band, :], np.s_[band:, :], np.s_[:, :-band], np.s_[:, band:]):
        if both[rest].sum() >= MIN_WINDOWS * len(moments):
            left.append(float(agree[rest].sum() / both[rest].sum()))
    return min(left, default=None)


def correlation(query_look: np.ndarray, archive_look: np.ndarray) -> float:
    """The mean cosine between looks, moment by moment."""
    q, a = (look.reshape(len(look), -1) for look in (query_look, archive_look))
    return float(((q * a).sum(1) / np.maximum(np.linalg.norm(q, axis=1) * np.linalg.norm(a, axis=1), 1e-6)).mean())


def at_times(rows: np.ndarray, times: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The rows at the wanted times, between two rows their mean by distance; outside the ends, the ends."""
    right = np.clip(np.searchsorted(times, wanted), 1, max(1, len(times) - 1))
    if len(times) == 1:
        return np.repeat(rows, len(wanted), axis=0)
    left = right - 1
    share = np.clip((wanted - times[left]) / np.maximum(times[right] - times[left], 1e-6), 0, 1)
    share = share.reshape(-1, *([1] * (rows.ndim - 1))).astype(np.float32)
    return rows[left] * (1 - share) + rows[right] * share


# ------------------------------------------------------------------ the best run

# What a moment of alike look must beat to count for a run, and the energy (grey levels squared, mean over pixels)
# below which a change is no evidence.
LOOK_FLOOR, STILL_ENERGY = 0.4, 1.5
# Seconds of the query around the hints that are looked at, and moments at most.
MARGIN_S, MAX_MOMENTS = 15.0, 600
# Moments of the query that are compared along each line follow each other by this; where the archive has no thumbnail
# as near as MAX_GAP_S (it keeps key frames alone, or the file is damaged) a moment says nothing.
MOMENT_S, MAX_GAP_S = 0.18, 0.6
# A frame whose features were kept stands for the still seconds after it (fingerprint.KEPT_STILL_S) and a little more.
BEFORE_S, AFTER_S = 1.2, 5.6


def best_run(
    query: Fingerprint, archived: Fingerprint, map_: np.ndarray, mirrored: bool, hints: list[tuple[float, float]]
) -> Run | None:
    """The stretch that agrees best near the hinted (query, archive) times; None where none agrees."""
    dense = near(query.times, [q for q, _ in hints], MARGIN_S)
    sparse = spaced(query.times[dense], MOMENT_S)
    times = query.times[dense][sparse]
    reach = 2 * float(times[-1] - times[0]) + AFTER_S
    there = near(archived.times, [a for _, a in hints], reach)
    if not len(there):
        return None
    thumbs, inside = warped(query, query.thumbs[dense], archived, map_, mirrored)
    if inside.sum() < 40:
        return None
    q_look, q_change = local_look(thumbs[sparse], inside), change(thumbs, query.times[dense], inside)
    a_thumbs = archived.thumbs[there].astype(np.float32)
    a_times = archived.times[there]
    a_look, a_change = local_look(a_thumbs, inside), change(a_thumbs, a_times, inside)
    scores = Scores.of(q_look, q_change[sparse], a_look, a_change, int(inside.sum()))
    found = best_line(scores, times, a_times, hints)
    if found is None:
        return None
    speed, offset, first, last = found
    moments, looks = times[first : last + 1], q_look[first : last + 1]
    held = gap(a_times, speed * moments + offset) <= MAX_GAP_S
    if not held.any():
        return None
    partner = at_times(a_look, a_times, speed * moments[held] + offset)
    during = (query.times[dense] >= moments[0] - 0.05) & (query.times[dense] <= moments[-1] + 0.05)
    within = (a_times >= speed * moments[0] + offset - 0.25) & (a_times <= speed * moments[-1] + offset + 0.25)
    shown = Changing(query.times[dense][during], thumbs[during]), Changing(a_times[within], a_thumbs[within])
    moved = moved_along(*shown, a_look[within], speed, offset, inside)
    return Run(
        query_start_s=float(moments[0]),
        query_end_s=float(moments[-1]),
        start_s=float(np.clip(moved.speed * moments[0] + moved.offset_s, 0, archived.end_s)),
        end_s=float(np.clip(moved.speed * moments[-1] + moved.offset_s, 0, archived.end_s)),
        speed=float(moved.speed),
        offset_s=float(moved.offset_s),
        area=float(inside.mean()),
        look=float(correlation(looks[held], partner)),
        appearance=float(agreement(looks[held], partner, inside).mean()),
        motion=moved.motion,
        moving=moved.moving,
        map=tuple(np.round(map_, 4).ravel().tolist()),
        even=moved.even,
        steady=steadiness(a_thumbs[within], inside),
        beside=least_beside(looks[held], partner, inside),
        wanders=moved.wanders,
    )


class Changing(NamedTuple):
    """The moments of a stretch, and its thumbnails at them."""

    times: np.ndarray
    thumbs: np.ndarray


@dataclass(frozen=True, slots=True)
class Moved:
    """How alike two stretches change, as Run has it, and the line along which they do so most."""

    speed: float
    offset_s: float
    motion: float | None = None
    moving: float = 0.0
    even: float | None = None
    wanders: float = 0.0


def moved_along(
    query: Changing, archived: Changing, a_look: np.ndarray, speed: float, offset: float, inside: np.ndarray
) -> Moved:
    """How alike the two change near that line, which nothing tells where one of them is a single moment."""
    if len(query.times) < 2 or len(archived.times) < 2:
        return Moved(speed, offset)
    q_change, a_change = (change(shown.thumbs, shown.times, inside) for shown in (query, archived))
    motion, moving, speed, offset = best_motion(q_change, a_change, query.times, archived.times, speed, offset, inside)
    even = evenness(q_change, a_change, query.times, archived.times, speed, offset, inside)
    # At the archive's own moments, each with the query's nearest: between moments a swaying picture is no picture.
    wanted = (archived.times - offset) / speed
    nearest = np.abs(query.times[None, :] - wanted[:, None]).argmin(axis=1)
    met = np.abs(query.times[nearest] - wanted) < 0.06
    wanders = wandering(local_look(query.thumbs[nearest[met]], inside), a_look[met], inside)
    return Moved(speed, offset, motion, moving, even, wanders)


def spaced(times: np.ndarray, least: float) -> np.ndarray:
    """The positions of times that follow each other by at least so much."""
    kept, last = [], -1e9
    for position, time in enumerate(times.tolist()):
        if time - last >= least:
            kept.append(position)
            last = time
    return np.array(kept, np.int64)


def gap(times: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """How far each wanted time is from the nearest that there is."""
    right = np.clip(np.searchsorted(times, wanted), 0, len(times) - 1)
    left = np.maximum(right - 1, 0)
    return np.minimum(np.abs(times[left] - wanted), np.abs(times[right] - wanted))


def near(times: np.ndarray, hints: list[float], margin: float) -> np.ndarray:
    """The positions of at most MAX_MOMENTS times within the hints' span and margin."""
    chosen = np.flatnonzero((times >= min(hints) - margin) & (times <= max(hints) + margin))
    step = -(-len(chosen) // (4 * MAX_MOMENTS)) or 1
    return chosen[::step]


@dataclass(frozen=True, slots=True)
class Scores:
    """Query moments × archive moments: how alike they look, and the product of their changes with its energies."""

    look: np.ndarray
    product: np.ndarray
    query_energy: np.ndarray
    archive_energy: np.ndarray

    @classmethod
    def of(cls, q_look, q_change, a_look, a_change, pixels: int) -> Scores:
        ql, al = (x.reshape(len(x), -1) for x in (q_look, a_look))
        qc, ac = (x.reshape(len(x), -1) for x in (q_change, a_change))
        ql = ql / np.maximum(np.linalg.norm(ql, axis=1, keepdims=True), 1e-6)
        al = al / np.maximum(np.linalg.norm(al, axis=1, keepdims=True), 1e-6)
        return cls(ql @ al.T, qc @ ac.T / pixels, (qc**2).sum(1) / pixels, (ac**2).sum(1) / pixels)


def speeds_to_try(hints: list[tuple[float, float]]) -> list[float]:
    """The usual speeds, and the one that most pairs of hints agree on."""
    ratios = [
        (a2 - a1) / (q2 - q1)
        for number, (q1, a1) in enumerate(hints)
        for q2, a2 in hints[number + 1 :]
        if abs(q2 - q1) > 3 and 0.45 < (a2 - a1) / (q2 - q1) < 2.2
    ]
    return [*SPEEDS, float(np.median(ratios))] if ratios else list(SPEEDS)


def best_line(
    scores: Scores, times: np.ndarray, a_times: np.ndarray, hints: list[tuple[float, float]]
) -> tuple[float, float, int, int] | None:
    """(speed, offset, first moment, last moment) of the line through time along which most agrees."""
    best, found = 0.0, None
    for speed in speeds_to_try(hints):
        starts = np.array([a - speed * q for q, a in hints])
        spans = np.arange(-BEFORE_S, AFTER_S, STEP_S)
        offsets = np.unique(np.round((starts[:, None] + spans[None, :]).ravel() / STEP_S)) * STEP_S
        for offset_part in np.array_split(offsets, max(1, len(offsets) * len(times) // 400_000)):
            gain = gains(scores, times, a_times, speed, offset_part)
            total = np.cumsum(gain, axis=1)
            before = np.minimum.accumulate(np.hstack([np.zeros((len(gain), 1)), total[:, :-1]]), axis=1)
            run = total - before
            at = np.unravel_index(run.argmax(), run.shape)
            # Another speed than the plain one must earn it, a far one the more: half a speed fits short stretches.
            usual = 1.0 if speed == 1.0 else 0.95 if 0.78 < speed < 1.28 else 0.85
            worth = float(run[at]) * usual - (0.0 if speed == 1.0 else 1.0)
            if worth > best:
                first = int(np.argmin(np.concatenate([[0.0], total[at[0], : at[1]]])))
                best, found = worth, (speed, float(offset_part[at[0]]), first, int(at[1]))
    return found


def gains(scores: Scores, times: np.ndarray, a_times: np.ndarray, speed: float, offsets: np.ndarray) -> np.ndarray:
    """Offsets × moments: what each moment speaks for (or, below 0, against) the line with that offset."""
    wanted = offsets[:, None] + speed * times[None, :]
    right = np.clip(np.searchsorted(a_times, wanted), 1, max(1, len(a_times) - 1))
    left = np.maximum(right - 1, 0)
    right = np.minimum(right, len(a_times) - 1)
    share = np.clip((wanted - a_times[left]) / np.maximum(a_times[right] - a_times[left], 1e-6), 0, 1)
    rows = np.arange(len(times))[None, :]
    look = scores.look[rows, left] * (1 - share) + scores.look[rows, right] * share
    product = scores.product[rows, left] * (1 - share) + scores.product[rows, right] * share
    energy = scores.archive_energy[left] * (1 - share) + scores.archive_energy[right] * share
    motion = product / (0.5 * (energy + scores.query_energy[None, :]) + STILL_ENERGY)
    outside = (wanted < a_times[0] - 0.25) | (wanted > a_times[-1] + 0.25)
    gain = np.where(gap(a_times, wanted.ravel()).reshape(wanted.shape) > MAX_GAP_S, 0.0, look - LOOK_FLOOR + motion)
    return np.where(outside, -1.0, gain)


# How far from the line found, and how finely, the best agreement of the changes is looked for.
FINE_S = np.arange(-3, 4) * 0.04


def best_motion(
    q_change: np.ndarray, a_change: np.ndarray, times: np.ndarray, a_times: np.ndarray, speed: float, offset: float,
    inside: np.ndarray,
) -> tuple[float | None, float, float, float]:  # fmt: skip
    """The best motion_along near the line, with that line's speed and offset."""
    middle = float(times[0] + times[-1]) / 2
    # Speeds lie up to two parts in a hundred off those that are tried; what plays at its own speed does so exactly.
    speeds = [speed] if speed == 1.0 else [speed * (1 + part) for part in (0.0, -0.02, 0.02)]
    tried = []
    for own in speeds:
        for step in sorted(FINE_S, key=abs):
            at = offset + (speed - own) * middle + step
            tried.append((*motion_along(q_change, a_change, times, a_times, own, at, inside), own, at))
    return max(tried, key=lambda found: -2.0 if found[0] is None else found[0])


# Blocks on a side and moments that make a cell, and the correlation within a cell that counts as alike.
BLOCKS, CELL_MOMENTS, CELL_ALIKE = 4, 4, 0.25


def evenness(
    q_change: np.ndarray, a_change: np.ndarray, times: np.ndarray, a_times: np.ndarray, speed: float, offset: float,
    inside: np.ndarray,
) -> float | None:  # fmt: skip
    """The share of cells (a sixteenth of the picture for a second) with change in which it is alike; None without any.

    Two people who walk the same path correlate as a whole; a copy, however poor, is alike wherever anything moves.
    """
    wanted = (a_times - offset) / speed
    shared = (wanted >= times[0] - 0.1) & (wanted <= times[-1] + 0.1)
    count = int(shared.sum()) // CELL_MOMENTS
    if not count:
        return None
    mine = at_times(q_change, times, wanted[shared])[: count * CELL_MOMENTS]
    theirs = a_change[shared][: count * CELL_MOMENTS]
    product, own, other = (cells(part) for part in (mine * theirs, mine**2, theirs**2))
    pixels = np.maximum(cells(np.broadcast_to(inside, mine.shape).astype(np.float32)), 1.0)
    active = np.maximum(own, other) / pixels > 2 * STILL_ENERGY
    active &= pixels > 0.3 * CELL_MOMENTS * (THUMB // BLOCKS) ** 2
    if active.sum() < 4:
        return None
    alike = product > CELL_ALIKE * np.sqrt(np.maximum(own * other, 1e-9))
    return float(alike[active].mean())


def cells(rows: np.ndarray) -> np.ndarray:
    """The sums over each block of the picture and CELL_MOMENTS moments."""
    side = THUMB // BLOCKS
    parts = rows.reshape(-1, CELL_MOMENTS, BLOCKS, side, BLOCKS, side)
    return parts.sum(axis=(1, 3, 5), dtype=np.float64)


# Grey levels to a neighbouring pixel that make an edge, and by which it may waver where it stays.
EDGE_LEVELS, WAVER_LEVELS = 8.0, 3.0


def steadiness(thumbs: np.ndarray, inside: np.ndarray) -> float:
    """The share of edges that stay where they are: nearly all before a camera that stands still, few before another."""
    if len(thumbs) < 3:
        return 0.0
    usual = np.median(thumbs, axis=0)
    down, right = np.gradient(usual)
    edges = inside & (np.hypot(down, right) > EDGE_LEVELS)
    if edges.sum() < 12:
        return 0.0
    # What passes before an edge for a while does not move it.
    waver = np.percentile(np.abs(thumbs - usual), 60, axis=0)
    return float((waver[edges] < WAVER_LEVELS).mean())


def motion_along(
    q_change: np.ndarray, a_change: np.ndarray, times: np.ndarray, a_times: np.ndarray, speed: float, offset: float,
    inside: np.ndarray,
) -> tuple[float | None, float]:  # fmt: skip
    """(correlation of what changes over the run, mean change in grey levels); None where too little changes.

    The query, whose moments lie closer, is read between them; the archive at its own moments alone.
    """
    wanted = (a_times - offset) / speed
    shared = (wanted >= times[0] - 0.1) & (wanted <= times[-1] + 0.1)
    if shared.sum() < 2:
        return None, 0.0
    mine, theirs = at_times(q_change, times, wanted[shared]), a_change[shared]
    pixels = max(1, int(inside.sum()))
    q_energy = float((mine**2).sum(axis=(1, 2)).mean()) / pixels
    a_energy = float((theirs**2).sum(axis=(1, 2)).mean()) / pixels
    moving = float(np.sqrt(max(q_energy, a_energy)))
    if max(q_energy, a_energy) < STILL_ENERGY:
        return None, moving
    product = float((mine * theirs).sum(axis=(1, 2)).mean()) / pixels
    return float(product / max(1e-9, np.sqrt(q_energy * a_energy))), moving
