"""Whether a recording shows more of a moving scene than the one that it is compared with.

A camera that turns evenly, or a page that is scrolled, shows the same picture a second later, only further on: laid
onto each other with that shift, two moments agree in all that both show, and move alike. What was made of a recording
shows nothing of the scene beyond that recording's own frame.
"""

from __future__ import annotations

import numpy as np

from .align import Run
from .decode import WORK_SIDE
from .fingerprint import Features, Fingerprint
from .local import TOLERANCE, fit, match_features

# Of the archived picture this share is within the query where the query may be of another moment at all.
WHOLE = 0.95
# Two frames of the query are compared that are so far apart in time; at most so many such pairs.
APART_S, MOST_PAIRS = (0.4, 2.6), 8
# Frames this near to a short run are of the same shot; where they are not, nothing can be followed to them.
AROUND_S = 1.2
# Shares of the frame: how far beyond the archived frame a feature must be, and how far the picture must move between
# the two frames, so that bars, captions and a host's own picture do not move along.
MARGIN, MOVED = 0.04, 0.03
# Features beyond the frame that must go along, in all and as a share of those that could be followed.
MIN_ALONG, ALONG_SHARE = 8, 0.6


def shows_beyond(query: Fingerprint, archived: Fingerprint, run: Run, mirrored: bool) -> bool:
    """Whether each of the two shows parts of one moving scene that the other lacks, so that neither is a copy."""
    if run.area > WHOLE or not run.map or query.kind == "picture" or archived.kind == "picture":
        return False
    first, last = run.query_start_s - AROUND_S, run.query_end_s + AROUND_S
    during = [frame for frame in query.frames if first <= frame.time_s <= last]
    pairs = [
        (first, second)
        for number, first in enumerate(during)
        for second in during[number + 1 :]
        if APART_S[0] <= second.time_s - first.time_s <= APART_S[1]
    ]
    along = followed = 0
    for first, second in pairs[:: -(-len(pairs) // MOST_PAIRS) or 1]:
        here, there = went_along(first, second, query, archived, run, mirrored)
        along, followed = along + here, followed + there
    return along >= MIN_ALONG and along >= ALONG_SHARE * followed


def went_along(
    first: Features, second: Features, query: Fingerprint, archived: Fingerprint, run: Run, mirrored: bool
) -> tuple[int, int]:
    """(features beyond the archived frame that move as those within it do, such features that were followed at all)."""
    if len(first) < 2 or len(second) < 2:
        return 0, 0
    here, there = match_features(first.codes, second.codes)
    before, after = first.xy[here], second.xy[there]
    within = depth(before, query, archived, run, mirrored)
    fitted = fit(before[within > 0], after[within > 0], TOLERANCE) if (within > 0).sum() >= 7 else None
    if fitted is None:
        return 0, 0
    map_, agree, _ = fitted
    moved = np.linalg.norm(after[within > 0][agree] - before[within > 0][agree], axis=1)
    if np.median(moved) < MOVED * WORK_SIDE:
        return 0, 0
    outside = within < -MARGIN * WORK_SIDE
    expected = before[outside] @ map_[:, :2].T + map_[:, 2]
    along = np.linalg.norm(expected - after[outside], axis=1) < 2 * TOLERANCE
    return int(along.sum()), int(outside.sum())


def depth(points: np.ndarray, query: Fingerprint, archived: Fingerprint, run: Run, mirrored: bool) -> np.ndarray:
    """How far within the archived frame each point of the query is, in work units of the query; below 0 beyond it."""
    matrix = np.array(run.map).reshape(2, 3)
    shown = points.astype(float).copy()
    if mirrored:
        shown[:, 0] = query.width - 1 - shown[:, 0]
    there = np.linalg.solve(matrix[:, :2], (shown - matrix[:, 2]).T).T
    size = np.array([archived.width, archived.height])
    scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    return np.minimum(there, size - there).min(axis=1) * scale
