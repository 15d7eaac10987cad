"""Where a recording or picture was seen before: candidates by features, then place, time and motion compared.

In this order: the index names archived frames that share features; an affine map must carry the features of one frame
onto the other's; along a line through time the pictures must agree outside of any logo; what changes in them must
change alike, or it is only the same place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from .align import Run, best_run
from .audio import SILENCE, Sound, SoundIndex, SoundRun, find_sound
from .beyond import shows_beyond
from .fingerprint import Fingerprint
from .index import Index, vote
from .local import FramePair, compare, corners_apart, pooled_map

# Candidates looked at: archived frames a query frame, pairs in all, agreeing pairs that settle an object.
FRAMES_A_QUERY_FRAME, MAX_PAIRS, ENOUGH_PAIRS = 8, 500, 40
# Maps that put the corners less than this share of the frame apart are one edit.
ONE_MAP = 0.08
# Tuned on bench/footage (see its report): the share of the textured picture that must agree, for a still nearly all.
MIN_APPEARANCE, STILL_APPEARANCE = 0.5, 0.85
# How alike it must change to be one recording: as a whole, and as a share of all places and seconds that change.
# Copies, however compressed, are at 0.43 and more of the whole and at 0.94 and more of the places; under a caption over
# a third of the picture at 0.53 and 0.70. Other takes before a camera that stands still reach 0.69 of the whole and
# 0.68 of the places, or 0.45 and 0.88; before one that moves 0.34 and 0.37.
MIN_MOTION, MIN_EVEN, LOW_MOTION, HIGH_EVEN = 0.5, 0.6, 0.42, 0.92
# Where so many of the edges stay where they are, the camera stands still and more is asked.
STANDS_STILL, CLEAR_STILL_MOTION, CLEAR_STILL_EVEN = 0.4, 0.8, 0.7
# Thumbnail pixels that a picture may wander over the other in three quarters of the moments. Copies whose change is
# less alike than SURE_ALIKE stay within 0.44 (but one) and last 2.4 s and more, a still that a hand films twice wanders
# by 0.59, or is like that for no more than two seconds.
MAX_WANDER, SURE_ALIKE, LEAST_SWAY_S = 0.45, 0.85, 2.2
# Where too few places change to count them.
FEW_MOTION = 0.68
# Under large captions little of a crop is left to agree; where it clearly moves alike, that little suffices.
LEAST_APPEARANCE, CLEAR_MOTION = 0.3, 0.7
# A scene that only looks alike must do so in more of the picture than a large caption covers, and in yet more where
# both move and not alike.
SCENE_APPEARANCE, OTHER_MOTION_APPEARANCE, SCENE_AREA, SCENE_INLIERS = 0.7, 0.8, 0.25, 12
# Two recordings under one full caption with a line that runs agree in that band and in up to 0.29 of the rest; copies
# under or without captions agree in 0.51 and more of it.
MIN_BESIDE = 0.4
# Above this motion a more exact map changes nothing.
SURE_MOTION = 0.8
# Less than this of a video is a coincidence (compilations cut no shorter).
MIN_RUN_S = 0.7
MAX_RUNS, MAX_MAPS, MAX_LAGS, MAX_GUESSES = 4, 4, 3, 6
# Pairs on one line through time lie within this of it (query frames are 0.2 s apart) and their maps within SAME_MAP.
LAG_S, SAME_MAP = 0.16, 0.03
LAG_SPEEDS = (1.0, 1.1, 1 / 1.1, 1.25, 0.8)


@dataclass(frozen=True, slots=True)
class Match:
    """One stretch of the query found in one archived object; times are None where either is a picture."""

    object: str
    kind: Literal["copy", "clip", "still", "audio"]
    query_start_s: float | None
    query_end_s: float | None
    start_s: float | None
    end_s: float | None
    score: float
    mirrored: bool
    verdict: Literal["same_recording", "same_scene"]
    speed: float
    appearance: float | None
    motion: float | None
    still_camera: bool
    inliers: int
    offset_s: float = 0.0
    map: tuple[float, ...] | None = None
    sound_error: float | None = None
    even: float | None = None
    steady: float | None = None
    beyond: bool = False
    beside: float | None = None
    wanders: float | None = None


def find_matches(
    query: Fingerprint,
    indexes: Sequence[tuple[Index, SoundIndex]],
    load: Callable[[str], Fingerprint | None],
    *,
    without: str | None = None,
) -> list[Match]:
    """Every stretch of the query that the archive holds, best first; the object `without` is left out."""
    found = []
    pictures = [index for index, _ in indexes]
    for (object, mirrored), pairs in agreeing_pairs(query, pictures, load, without).items():
        found += runs_of(query, load(object), pairs, mirrored)
    seen = best_first(found)
    return best_first([*seen, *heard_alone(query, [sounds for _, sounds in indexes], load, seen, without)])


def heard_alone(
    query: Fingerprint,
    indexes: Sequence[SoundIndex],
    load: Callable[[str], Fingerprint | None],
    seen: list[Match],
    without: str | None,
) -> list[Match]:
    """Stretches whose sound is known and whose picture is not (or not at the same moment)."""
    if query.sound.margins is None:
        return []

    def sound_of(object: str) -> Sound:
        kept = load(object)
        return SILENCE if kept is None else kept.sound

    runs = find_sound(query.sound, indexes, sound_of, without=without)
    return [by_sound(run) for run in runs if not any(tells(match, run) for match in seen)]


def tells(match: Match, run: SoundRun) -> bool:
    """Whether the picture already says that these moments are one recording."""
    if match.object != run.object or match.start_s is None or match.query_start_s is None:
        return False
    shared = min(match.query_end_s, run.query_end_s) - max(match.query_start_s, run.query_start_s)
    lag = (match.start_s - match.query_start_s) - (run.start_s - run.query_start_s)
    return match.verdict == "same_recording" and shared > 0 and abs(lag) < 1.0


def by_sound(run: SoundRun) -> Match:
    """The match that a stretch of sound makes."""
    return Match(
        object=run.object,
        kind="audio",
        query_start_s=round(run.query_start_s, 2),
        query_end_s=round(run.query_end_s, 2),
        start_s=round(run.start_s, 2),
        end_s=round(run.end_s, 2),
        score=round(1 - 2 * run.error, 3),
        mirrored=False,
        verdict="same_recording",
        speed=run.speed,
        appearance=None,
        motion=None,
        still_camera=False,
        inliers=0,
        offset_s=round(run.start_s - run.speed * run.query_start_s, 3),
        sound_error=round(run.error, 3),
    )


def agreeing_pairs(
    query: Fingerprint, indexes: Sequence[Index], load: Callable[[str], Fingerprint | None], without: str | None
) -> dict[tuple[str, bool], list[FramePair]]:
    """For each object and mirroring the frame pairs whose features agree on one map."""
    by_frame = defaultdict(list)
    for mirrored in (False, True):
        for v in vote(indexes, query.frames, mirrored=mirrored, without=without):
            by_frame[v.position, mirrored].append(v)
    candidates = []
    for (position, mirrored), votes in by_frame.items():
        votes.sort(key=lambda v: (-v.votes, v.object, v.frame))
        candidates += [(v.votes, position, v.object, v.frame, mirrored) for v in votes[:FRAMES_A_QUERY_FRAME]]
    candidates.sort(key=lambda c: (-c[0], *c[1:]))
    pairs = defaultdict(list)
    for _, position, object, number, mirrored in candidates[:MAX_PAIRS]:
        archived = load(object)
        if archived is None or len(pairs[object, mirrored]) >= ENOUGH_PAIRS:
            continue
        here, there = query.frames[position], archived.frames[number]
        pair = compare(here, there, mirrored=mirrored, query_width=query.width)
        if pair is not None:
            pairs[object, mirrored].append(pair)
    return {key: value for key, value in pairs.items() if value}


def by_map(pairs: list[FramePair], archived: Fingerprint) -> list[list[FramePair]]:
    """The pairs in groups that one edit explains, the best-supported pair of each first."""
    groups: list[list[FramePair]] = []
    for pair in sorted(pairs, key=lambda p: (-p.inliers, p.query_s, p.archive_s)):
        for group in groups:
            if corners_apart(group[0].map, pair.map, archived.width, archived.height) < ONE_MAP:
                group.append(pair)
                break
        else:
            groups.append([pair])
    return groups[:MAX_MAPS]


def by_lag(pairs: list[FramePair], archived: Fingerprint) -> list[list[FramePair]]:
    """Groups of pairs that lie on one line through time with one map, most features first.

    A camera that hardly moves has every frame agree with every other, each pair with a slightly other map; along the
    true line alone the map stays the same.
    """
    scored = []
    for speed in LAG_SPEEDS:
        lags = [(p.archive_s - speed * p.query_s, p) for p in pairs]
        for number, (lag, pair) in enumerate(lags):
            beside = [p for other, p in lags if abs(other - lag) < LAG_S]
            agree = [p for p in beside if corners_apart(pair.map, p.map, archived.width, archived.height) < SAME_MAP]
            moments = len({p.query_s for p in agree})
            if moments > 1:
                scored.append((-sum(p.inliers for p in agree) * (1.0 if speed == 1 else 0.9), number, agree))
    scored.sort(key=lambda s: s[:2])
    groups, taken = [], set()
    for _, _, agree in scored:
        if not any(id(p) in taken for p in agree):
            taken.update(id(p) for p in agree)
            groups.append(agree)
    return groups[:MAX_LAGS]


def runs_of(query: Fingerprint, archived: Fingerprint, pairs: list[FramePair], mirrored: bool) -> list[Match]:
    """The stretches that an object's pairs lead to; each takes its pairs away from the next."""
    found, left = [], list(pairs)
    while left and len(found) < MAX_RUNS:
        run, tried = strongest(query, archived, left, mirrored)
        if run is None:
            break
        along = [p for p in left if explained(p, run)]
        most = max((p.inliers for p in along), default=tried)
        found.append(judge(query, archived, run, mirrored, most))
        left = [p for p in left if p not in along]
        if not along:
            break
    return found


def strongest(
    query: Fingerprint, archived: Fingerprint, pairs: list[FramePair], mirrored: bool
) -> tuple[Run | None, int]:
    """The run that agrees best among those that the pairs' groups lead to, and its features."""
    best, inliers = None, 0
    if query.kind == "picture" or archived.kind == "picture":
        # One moment on one side: each pair is a guess at the other's moment.
        groups = [[p] for p in sorted(pairs, key=lambda p: -p.inliers)[:MAX_GUESSES]]
    else:
        groups = [*by_lag(pairs, archived), *by_map(pairs, archived)]
    for group in groups:
        map_ = pooled_map(group[:10]) if len(group) > 1 else None
        run = best_run(
            query, archived, group[0].map if map_ is None else map_, mirrored, [(p.query_s, p.archive_s) for p in group]
        )
        if run is None or run.appearance < LEAST_APPEARANCE or too_short(run, query, archived):
            continue
        run = refined(query, archived, pairs, run, mirrored)
        inliers_here = max(p.inliers for p in group)
        if not convincing(run, inliers_here):
            continue
        if best is None or strength(run) > strength(best):
            best, inliers = run, inliers_here
        if strength(best) > SURE_MOTION:
            break
    return best, inliers


def moves_alike(run: Run) -> bool:
    """Whether what changes in the two changes alike; before a camera that stands still more is asked."""
    if run.motion is None:
        return False
    if run.even is None:
        return run.motion >= (FEW_MOTION if stands_still(run) else MIN_MOTION)
    least, even = (CLEAR_STILL_MOTION, CLEAR_STILL_EVEN) if stands_still(run) else (MIN_MOTION, MIN_EVEN)
    clear = run.motion >= least and run.even >= even
    return clear or (run.motion >= LOW_MOTION and run.even >= HIGH_EVEN)


def sways_apart(run: Run) -> bool:
    """Whether what is alike may be no more than two hands that sway alike for a while."""
    short = run.query_end_s - run.query_start_s < LEAST_SWAY_S
    return run.motion < SURE_ALIKE and (run.wanders > MAX_WANDER or short)


def stands_still(run: Run) -> bool:
    """Whether the archived picture's edges stay where they are."""
    return run.steady >= STANDS_STILL


def lag(pair: FramePair, run: Run) -> float:
    """Seconds by which the pair lies off the run's line through time."""
    return pair.archive_s - run.speed * pair.query_s - run.offset_s


def convincing(run: Run, inliers: int) -> bool:
    """Whether the run says anything: motion alike does; without it the look must agree nearly everywhere.

    Two pictures under one logo and caption agree there and nowhere else.
    """
    if run.beside is not None and run.beside < MIN_BESIDE:
        return False
    if moves_alike(run):
        return run.appearance >= MIN_APPEARANCE or run.motion >= CLEAR_MOTION
    least = SCENE_APPEARANCE if run.motion is None else OTHER_MOTION_APPEARANCE
    return run.appearance >= least and run.area >= SCENE_AREA and inliers >= SCENE_INLIERS


def too_short(run: Run, query: Fingerprint, archived: Fingerprint) -> bool:
    """Whether the run is a coincidence of a moment between two recordings; pictures have but one moment."""
    moving = query.kind != "picture" and archived.kind != "picture"
    return moving and run.query_end_s - run.query_start_s < MIN_RUN_S


def strength(run: Run) -> float:
    """How surely the run is one recording: motion where something moves, else less than any motion would say."""
    lasting = min(1.0, 0.5 + (run.query_end_s - run.query_start_s) / 4)
    return lasting * (0.3 * run.look if run.motion is None else run.motion)


def refined(query: Fingerprint, archived: Fingerprint, pairs: list[FramePair], run: Run, mirrored: bool) -> Run:
    """The run found again with the map on which the pairs along it agree; the run itself where that is no better."""
    if run.motion is None or run.motion > SURE_MOTION:
        return run
    along = [p for p in pairs if explained(p, run) and abs(lag(p, run)) < 0.15]
    map_ = pooled_map(along[:10]) if along else None
    if map_ is None:
        return run
    again = best_run(query, archived, map_, mirrored, [(p.query_s, p.archive_s) for p in pairs])
    return again if again is not None and (again.motion or 0) > run.motion else run


def explained(pair: FramePair, run: Run) -> bool:
    """Whether the pair's moment of the query lies within the run."""
    return run.query_start_s - 0.5 <= pair.query_s <= run.query_end_s + 0.5


def judge(query: Fingerprint, archived: Fingerprint, run: Run, mirrored: bool, inliers: int) -> Match:
    """The match with its verdict: one recording only where what changes in it changes alike."""
    picture, beyond = query.kind == "picture" or archived.kind == "picture", False
    if picture or run.motion is None:
        same, score = run.appearance >= STILL_APPEARANCE, run.appearance
    else:
        beyond = shows_beyond(query, archived, run, mirrored)
        same = moves_alike(run) and not beyond and not sways_apart(run)
        score = 0.5 * run.appearance + 0.5 * max(0.0, run.motion)
    whole = (
        run.query_end_s - run.query_start_s >= 0.9 * query.end_s - 0.5
        and run.end_s - run.start_s >= 0.9 * archived.end_s - 0.5
    )
    return Match(
        object=archived.object,
        kind="still" if picture else "copy" if whole else "clip",
        query_start_s=None if query.kind == "picture" else round(run.query_start_s, 2),
        query_end_s=None if query.kind == "picture" else round(run.query_end_s, 2),
        start_s=None if archived.kind == "picture" else round(run.start_s, 2),
        end_s=None if archived.kind == "picture" else round(run.end_s, 2),
        score=round(min(1.0, max(0.0, score)), 3),
        mirrored=mirrored,
        verdict="same_recording" if same else "same_scene",
        speed=round(run.speed, 3),
        appearance=round(run.appearance, 3),
        motion=None if run.motion is None else round(run.motion, 3),
        still_camera=stands_still(run),
        inliers=inliers,
        offset_s=round(run.offset_s, 3),
        map=run.map,
        even=None if run.even is None else round(run.even, 3),
        steady=round(run.steady, 3),
        beyond=beyond,
        beside=None if run.beside is None else round(run.beside, 3),
        wanders=round(run.wanders, 3),
    )


def best_first(found: list[Match]) -> list[Match]:
    """Matches by verdict and score; of two that tell of the same stretches the better one alone."""
    kept: list[Match] = []
    for match in sorted(found, key=lambda m: (m.verdict != "same_recording", -m.score, m.object, m.query_start_s or 0)):
        if not any(overlaps(match, other) for other in kept):
            kept.append(match)
    return kept


def overlaps(match: Match, other: Match) -> bool:
    """Whether both tell of the same object and mostly the same stretch of the query.

    A lesser verdict on a stretch that is settled as one recording adds nothing.
    """
    if match.object != other.object or (match.kind == "audio") != (other.kind == "audio"):
        return False
    if match.query_start_s is None or match.start_s is None or other.start_s is None:
        return True
    shared = min(match.query_end_s, other.query_end_s) - max(match.query_start_s, other.query_start_s)
    return shared > 0.3 * max(0.1, match.query_end_s - match.query_start_s)
