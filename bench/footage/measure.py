"""Measures footage matching on edits of real clips: recall by edit, false alarms, overlays, same camera, compilations.

    python bench/footage/measure.py CLIPS_FOLDER WORK_FOLDER [--suite held-back] [--a-clip N] [--part NAME…]

CLIPS_FOLDER holds clips of which none shows the same as another; half become the archive, the others stay outside.
Edited files are kept in WORK_FOLDER and made once. Needs ffmpeg on the path; dalil itself does not.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import edits

from dalil.footage import fingerprint as prints
from dalil.footage.audio import build_sound_index
from dalil.footage.index import build_index
from dalil.footage.looking import look_up

SUFFIXES = {".mp4", ".mov", ".avi", ".webm"}


def split(clips: list[Path]) -> tuple[list[Path], list[Path]]:
    """(archive, outsiders): by a shuffle that never changes."""
    shuffled = sorted(clips)
    random.Random(5).shuffle(shuffled)
    half = (len(shuffled) + 1) // 2
    return sorted(shuffled[:half]), sorted(shuffled[half:])


class Shelf:
    """Fingerprints of files, made once and kept in the work folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def kept(self, path: Path) -> prints.Fingerprint:
        file = self.folder / f"{path.name}.footage"
        if not file.exists():
            file.write_bytes(prints.encode(prints.fingerprint(path, object=path.name)))
        return prints.decode(file.read_bytes())


class Archive:
    def __init__(self, shelf: Shelf, clips: list[Path]):
        self.prints = {clip.name: shelf.kept(clip) for clip in clips}
        kept = list(self.prints.values())
        self.index = build_index(kept), build_sound_index([(p.object, p.sound) for p in kept])

    def ask(self, path: Path):
        length = None if path.suffix == ".jpg" else edits.duration(path)
        return look_up(path, [self.index], self.prints.get, duration_s=length)


def ask_edits(archive: Archive, queries: list[edits.Query], log) -> dict[str, list[tuple]]:
    """For each edit (found, right offset or None, wrong objects, verdict) of its queries."""
    table = defaultdict(list)
    for query in queries:
        started = time.process_time()
        matches = archive.ask(Path(query.path))
        own = [m for m in matches if m.object == query.source]
        wrong = [m for m in matches if m.object != query.source]
        offset = None
        if query.length_s is not None:
            offset = any(is_right(m, query) for m in own if m.start_s is not None and m.query_start_s is not None)
        verdict = own[0].verdict if own else None
        table[query.edit].append((bool(own), offset, len(wrong), verdict))
        log.write(json.dumps({
            "edit": query.edit, "source": query.source, "found": bool(own), "offset": offset, "verdict": verdict,
            "cpu_s": round(time.process_time() - started, 2), "own": [asdict(m) for m in own[:2]],
            "wrong": [asdict(m) for m in wrong],
        }) + "\n")  # fmt: skip
        log.flush()
    return table


def is_right(match, query: edits.Query) -> bool:
    """Whether the match says within a second which moment of the source the query shows."""
    expected = query.start_s + query.speed * (match.query_start_s - query.query_start_s)
    return abs(match.start_s - expected) <= 1.0


def show(table: dict[str, list[tuple]]) -> None:
    total = found = same = 0
    print(f"{'edit':28} {'n':>4} {'found':>7} {'same':>7} {'offset':>7} {'wrong':>6}")
    for edit, rows in table.items():
        hits = sum(r[0] for r in rows)
        recordings = sum(r[3] == "same_recording" for r in rows)
        offsets = [r[1] for r in rows if r[1] is not None]
        right = f"{100 * sum(offsets) / len(offsets):6.0f}%" if offsets else "      –"
        wrong = sum(r[2] for r in rows)
        shares = f"{100 * hits / len(rows):6.0f}% {100 * recordings / len(rows):6.0f}%"
        print(f"{edit:28} {len(rows):4} {shares} {right} {wrong:6}")
        total, found, same = total + len(rows), found + hits, same + recordings
    print(f"{'all':28} {total:4} {100 * found / total:6.1f}% {100 * same / total:6.1f}%")


def part_edits(options, archive_clips, outsiders, shelf, log) -> None:
    archive = Archive(shelf, archive_clips)
    recipes = {"edits": edits.FILTERS, "held-back": edits.HELD_BACK, "final": edits.FINAL}[options.suite]
    folder = options.work / options.suite
    folder.mkdir(parents=True, exist_ok=True)
    queries = []
    for number, (edit, recipe) in enumerate(recipes.items()):
        clips = archive_clips[number % 3 :: 3] if options.a_clip == 1 else archive_clips
        chosen = random.Random(number).sample(clips, min(options.a_clip, len(clips)))
        queries += [edits.make(clip, edit, recipe, folder, outsiders, 1) for clip in sorted(chosen)]
    show(ask_edits(archive, queries, log))


def part_outsiders(options, archive_clips, outsiders, shelf, log) -> None:
    """Clips that the archive does not hold, as they are."""
    archive = Archive(shelf, archive_clips)
    alarms = 0
    for clip in outsiders:
        matches = archive.ask(clip)
        alarms += len(matches)
        for match in matches:
            log.write(json.dumps({"outsider": clip.name, **asdict(match)}) + "\n")
    print(f"outsiders: {alarms} false matches in {len(outsiders)} queries against {len(archive_clips)}")


def part_overlay(options, archive_clips, outsiders, shelf, log) -> None:
    """Unrelated clips, all under one channel's logo and caption: none may match."""
    folder = options.work / "overlays"
    folder.mkdir(parents=True, exist_ok=True)
    for kind in ("brand", "ticker"):
        named = [edits.make(c, f"overlay/{kind}", f"overlay:{kind}", folder, [], 1) for c in archive_clips]
        archive = Archive(shelf, [Path(q.path) for q in named])
        alarms = pairs = 0
        for clip in outsiders:
            query = edits.make(clip, f"overlay/{kind}", f"overlay:{kind}", folder, [], 1)
            matches = archive.ask(Path(query.path))
            pairs += len(named)
            alarms += len({m.object for m in matches})
            for match in matches:
                log.write(json.dumps({"overlay": clip.name, **asdict(match)}) + "\n")
        print(f"overlay {kind}: {alarms} of {pairs} unrelated pairs match ({100 * alarms / pairs:.1f}%)")


def part_takes(options, archive_clips, outsiders, shelf, log) -> None:
    """One long take cut apart: other seconds of it are the same place, never the same recording."""
    folder = options.work / "takes"
    folder.mkdir(parents=True, exist_ok=True)
    pairs = called = seen = 0
    for clip in sorted({*archive_clips, *outsiders}):
        length = edits.duration(clip)
        if length < 13:
            continue
        count = min(8, int(length // 6))
        parts = []
        for number in range(count):
            path = folder / f"{clip.stem[:30]}-{number}.mp4"
            if not path.exists():
                at = number * length / count
                shape = f"scale=-2:'min(360,ih)',{edits.EVEN}"
                edits.run("-ss", f"{at:.2f}", "-t", f"{length / count - 0.5:.2f}", "-i", str(clip), "-vf", shape,
                          "-an", *edits.encode_options(""), str(path))  # fmt: skip
            parts.append(path)
        archive = Archive(shelf, parts)
        for path in parts:
            matches = [m for m in archive.ask(path) if m.object != path.name]
            wrong = {m.object for m in matches if m.verdict == "same_recording"}
            pairs, called, seen = pairs + len(parts) - 1, called + len(wrong), seen + len({m.object for m in matches})
            for match in matches:
                log.write(json.dumps({"take": path.name, **asdict(match)}) + "\n")
    print(f"same camera, another take: {called} of {pairs} pairs called the same recording; {seen} found as same scene")


PARTS = {"edits": part_edits, "outsiders": part_outsiders, "overlay": part_overlay, "takes": part_takes}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--suite", default="edits", choices=("edits", "held-back", "final"), help="which edits")
    parser.add_argument("--a-clip", type=int, default=100, help="at most so many clips an edit")
    parser.add_argument("--part", nargs="*", default=list(PARTS), choices=list(PARTS))
    options = parser.parse_args()
    clips = [p for p in sorted(options.clips.iterdir()) if p.suffix.lower() in SUFFIXES]
    archive_clips, outsiders = split(clips)
    shelf = Shelf(options.work / "prints")
    with (options.work / f"log-{'-'.join(options.part)}-{options.suite}.jsonl").open("w") as log:
        for part in options.part:
            PARTS[part](options, archive_clips, outsiders, shelf, log)


if __name__ == "__main__":
    main()
