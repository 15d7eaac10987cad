"""Looking a file up among an archive's footage: first as it would be added, then closer where that leaves questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from .audio import HOPS_A_SECOND, SoundIndex, sound_print
from .fingerprint import Fingerprint, close_fingerprint, query_fingerprint
from .index import Index
from .match import Match, best_first, find_matches, heard_alone
from .seen import thinned

# Speeds at which sound is looked for that was not found as it is: a run bears two parts in a hundred either way.
# Shorter sound matches too much by chance, longer takes too long.
SOUND_SPEEDS = (1.1, 1 / 1.1, 1.05, 1 / 1.05, 1.25, 0.8)
MIN_SOUND_S, MAX_SOUND_S = 3.0, 300.0
# A closer look tells nothing new where the archive explains so much of the query.
EXPLAINED = 0.85
# Two looks that put one stretch within so many seconds of each other speak of the same moment of a moving scene.
SAME_MOMENT_S = 1.0


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
    looked = find_matches(closer, indexes, load, without=without)
    found = best_first([*looked, *(match for match in found if not any(refutes(other, match) for other in looked))])
    if not any(match.verdict == "same_recording" for match in found):
        found = best_first([*found, *at_other_speeds(path, quick, indexes, load, without)])
    return found


def refutes(closer: Match, match: Match) -> bool:
    """Whether a closer look saw that the query shows more of the scene than what it was taken for."""
    return closer.beyond and closer.object == match.object and abs(closer.offset_s - match.offset_s) < SAME_MOMENT_S


def at_other_speeds(
    path: Path,
    query: Fingerprint,
    indexes: Sequence[tuple[Index, SoundIndex]],
    load: Callable[[str], Fingerprint | None],
    without: str | None,
) -> list[Match]:
    """Stretches whose sound is known but was made faster or slower: those at the first speed that explains any."""
    if not MIN_SOUND_S * HOPS_A_SECOND <= query.sound.loud.sum() <= MAX_SOUND_S * HOPS_A_SECOND:
        return []
    for speed in SOUND_SPEEDS:
        for pitched in (False, True):
            sound = sound_print(path, speed=speed, pitched=pitched)
            heard = heard_alone(replace(query, sound=sound), [sounds for _, sounds in indexes], load, [], without)
            if heard:
                return heard
    return []


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
