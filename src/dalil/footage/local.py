"""Whether two frames show one picture, cropped, turned, scaled, captioned: features that agree on an affine map."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .decode import WORK_SIDE
from .fingerprint import Features

# Bits of 128 that may differ in a pair of features, and by how many the second best must be worse.
MAX_DIFFERENCE, MIN_LEAD = 36, 4
# Work pixels that a matched feature may lie off the affine map.
TOLERANCE = 4.0
# Fewer agreeing features are chance: six points and a map of six freedoms always agree a little.
MIN_INLIERS = 7


@dataclass(frozen=True, slots=True)
class FramePair:
    """Two frames that agree: `map` takes the archived frame's work pixels to the query's (mirrored if so).

    `archive_xy` and `query_xy` are the features that agree on it.
    """

    query_s: float
    archive_s: float
    mirrored: bool
    map: np.ndarray
    inliers: int
    archive_xy: np.ndarray
    query_xy: np.ndarray


def compare(query: Features, archived: Features, *, mirrored: bool, query_width: int) -> FramePair | None:
    """The two frames as a pair that agrees on an affine map; None where they do not."""
    codes = query.mirrored if mirrored else query.codes
    if len(codes) < MIN_INLIERS or len(archived) < MIN_INLIERS:
        return None
    here, there = match_features(codes, archived.codes)
    if len(here) < MIN_INLIERS:
        return None
    points = query.xy[here].copy()
    if mirrored:
        points[:, 0] = query_width - 1 - points[:, 0]
    fitted = fit(archived.xy[there], points, TOLERANCE)
    if fitted is None:
        return None
    map_, inside, witnesses = fitted
    return FramePair(
        query.time_s, archived.time_s, mirrored, map_, witnesses, archived.xy[there][inside], points[inside]
    )  # fmt: skip


def match_features(codes: np.ndarray, archived: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of features that are each other's nearest, clearly nearer than the next."""
    apart = np.bitwise_count(codes[:, None, 0] ^ archived[None, :, 0])
    apart = apart.astype(np.int16) + np.bitwise_count(codes[:, None, 1] ^ archived[None, :, 1])
    nearest = apart.argmin(axis=0)
    columns = np.arange(apart.shape[1])
    best = apart[nearest, columns]
    mutual = apart.argmin(axis=1)[nearest] == columns
    second = np.partition(apart, 1, axis=0)[1]
    good = mutual & (best <= MAX_DIFFERENCE) & ((second - best >= MIN_LEAD) | (best <= MAX_DIFFERENCE // 3))
    return nearest[good], columns[good]


def fit(source: np.ndarray, target: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray, int] | None:
    """(map, which points agree, how many places they are at); None where too few agree or it is no picture's map."""
    found, inside = cv2.estimateAffine2D(
        source, target, method=cv2.RANSAC, ransacReprojThreshold=tolerance, maxIters=1000, confidence=0.99
    )
    if found is None:
        return None
    inside = inside.ravel().astype(bool)
    # Several features at one place are one witness.
    witnesses = len(np.unique(np.round(source[inside] / 6), axis=0))
    if witnesses < MIN_INLIERS or not plausible(found):
        return None
    return found, inside, witnesses


def pooled_map(pairs: list[FramePair]) -> np.ndarray | None:
    """The one map that the features of several pairs agree on best, more exact than any single pair's."""
    fitted = fit(
        np.concatenate([p.archive_xy for p in pairs]), np.concatenate([p.query_xy for p in pairs]), TOLERANCE / 2
    )
    return None if fitted is None else fitted[0]


def plausible(found: np.ndarray) -> bool:
    """Whether the map scales by 1/8 to 8, squeezes by at most 2.5 and does not mirror."""
    stretch = np.linalg.svd(found[:, :2], compute_uv=False)
    return bool(
        np.linalg.det(found[:, :2]) > 0 and stretch[1] > 0.125 and stretch[0] < 8 and stretch[0] < 2.5 * stretch[1]
    )


def corners_apart(first: np.ndarray, second: np.ndarray, width: int, height: int) -> float:
    """How far two maps put a frame's corners apart, in shares of the longer side of the mapped frame."""
    corners = np.array([(0, 0, 1), (width, 0, 1), (0, height, 1), (width, height, 1)], float).T
    apart = np.linalg.norm(first @ corners - second @ corners, axis=0).max()
    scale = max(1e-6, np.sqrt(abs(np.linalg.det(first[:, :2]))))
    return float(apart / (WORK_SIDE * max(scale, 0.3)))
