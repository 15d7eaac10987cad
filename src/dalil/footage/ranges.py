"""Lists that lie one after another in a sorted array, looked up many at a time."""

from __future__ import annotations

import numpy as np


def ranges(first: np.ndarray, length: np.ndarray) -> np.ndarray:
    """first[0], first[0]+1, … (length[0] of them), first[1], …"""
    first, length = first[length > 0], length[length > 0]
    if not len(length):
        return np.zeros(0, np.int64)
    steps = np.ones(length.sum(), np.int64)
    steps[0] = first[0]
    ends = np.cumsum(length)[:-1]
    steps[ends] = first[1:] - (first[:-1] + length[:-1] - 1)
    return np.cumsum(steps)
