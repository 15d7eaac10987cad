"""Looking a file up among an archive's footage: first as it would be added, then closer where that leaves questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from .audio import SoundIndex
from .fingerprint import Fingerprint, close_fingerprint, query_fingerprint
from .index import Index
from .match import Match, best_first, find_matches
from .seen import thinned

# A closer look tells nothing new where the archive explains so much of the query.
EXPLAINED = 0.85


def look_up(
    path: Path,
    indexes: Sequence[tuple[Index, SoundIndex]],
    load: Callable[[str], Fingerprint | None],
    *,
    duration_s: float | None,
    without: str | None = None,
) -> list[Match]:
    """Every stretch of the file that the archive holds, best first; InputRefused where it cannot be read."""
    quick = thinned(close_fingerprint(path, object=without or ""))
    found = find_matches(quick, indexes, load, without=without)
    if explained(found, quick):
        return found
    closer = query_fingerprint(path, object=without or "", duration_s=duration_s)
    return best_first([*find_matches(closer, indexes, load, without=without), *found])


def explained(found: list[Match], query: Fingerprint) -> bool:
    """Whether pictures of one recording fill the query."""
    same = [m for m in found if m.verdict == "same_recording" and m.kind != "audio"]
    if query.kind == "picture":
        return bool(same)
    spans = sorted((m.query_start_s, m.query_end_s) for m in same if m.query_start_s is not None)
    filled, reached = 0.0, 0.0
    for start, end in spans:
        filled += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return filled >= EXPLAINED * query.end_s > 0
