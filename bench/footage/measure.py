"""Measures footage matching on edits of real clips: recall by edit, false alarms, overlays, other takes, sound.

    python bench/footage/measure.py CLIPS WORK [--suite final-2] [--part NAME…] [--a-clip 10] [--run NAME] [--only TEXT]

CLIPS is a folder of clips of which none shows the same as another; half become the archive, the others stay outside
(`final-2`: the other way round, so that its sources had never been queries). Edited files and fingerprints are kept in
WORK and made once; each query is one line of WORK/results-RUN.jsonl, and what stands there is not asked again.
Needs ffmpeg on the path; dalil itself does not.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import edits
import recipes

from dalil.footage import fingerprint as prints
from dalil.footage.audio import build_sound_index
from dalil.footage.index import build_index
from dalil.footage.looking import look_up

SUFFIXES = {".mp4", ".mov", ".avi", ".webm"}
PICTURES = {".jpg", ".png"}


def split(clips: list[Path], suite: str = "edits") -> tuple[list[Path], list[Path]]:
    """(archive, outsiders): by a shuffle that never changes; the two change places for final-2."""
    shuffled = sorted(clips)
    random.Random(5).shuffle(shuffled)
    half = (len(shuffled) + 1) // 2
    halves = sorted(shuffled[:half]), sorted(shuffled[half:])
    return halves[::-1] if suite == "final-2" else halves


class Shelf:
    """Fingerprints of files, made once and kept in the work folder by format and name."""

    def __init__(self, folder: Path):
        self.folder = folder / str(prints.FORMAT)
        self.folder.mkdir(parents=True, exist_ok=True)

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

    def ask(self, path: Path, without: str | None = None):
        length = None if path.suffix in PICTURES else edits.duration(path)
        return look_up(path, [self.index], self.prints.get, duration_s=length, without=without)


class Results:
    """One line a query; what was asked before is known."""

    def __init__(self, path: Path):
        self.path, self.rows = path, {}
        self.read()

    def read(self) -> None:
        """What this and other processes have written so far is known."""
        if self.path.exists():
            for line in self.path.read_text("utf-8").splitlines():
                row = json.loads(line)
                self.rows[row["key"]] = row

    def ask(self, key: str, question) -> dict:
        """The row of this key, as it stands or as `question` gives it now."""
        if key not in self.rows:
            self.read()
        if key not in self.rows:
            started = time.process_time()
            row = {"key": key, **question(), "cpu_s": round(time.process_time() - started, 2)}
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            self.rows[key] = row
        return self.rows[key]


def told(matches) -> list[dict]:
    return [{name: value for name, value in asdict(m).items() if name != "map"} for m in matches]


def ask_edit(archive: Archive, query: edits.Query) -> dict:
    """Whether the query's source was found, at the right moment (None where that is not asked), and what else was."""
    matches = archive.ask(Path(query.path))
    own = [m for m in matches if m.object == query.source]
    wrong = [m for m in matches if m.object != query.source]
    offset = None
    if query.length_s is not None:
        offset = any(is_right(m, query) for m in own if m.start_s is not None and m.query_start_s is not None)
    return {
        "edit": query.edit, "source": query.source, "found": bool(own), "offset": offset,
        "verdict": own[0].verdict if own else None, "own": told(own[:2]), "wrong": told(wrong),
    }  # fmt: skip


def is_right(match, query: edits.Query) -> bool:
    """Whether the match says within a second which moment of the source the query shows."""
    expected = query.start_s + query.speed * (match.query_start_s - query.query_start_s)
    return abs(match.start_s - expected) <= 1.0


def show(rows: list[dict]) -> None:
    table = defaultdict(list)
    for row in rows:
        table[row["edit"]].append(row)
    table["all"] = rows
    print(f"{'edit':28} {'n':>4} {'found':>6} {'same':>6} {'offset':>8} {'wrong':>6}")
    for edit, asked in table.items():
        offsets = [r["offset"] for r in asked if r["offset"] is not None]
        hits, same = sum(r["found"] for r in asked), sum(r["verdict"] == "same_recording" for r in asked)
        right = f"{sum(offsets)}/{len(offsets)}" if offsets else "–"
        wrong = sum(len(r["wrong"]) for r in asked)
        print(
            f"{edit:28} {len(asked):4} {hits:6} {same:6} {right:>8} {wrong:6}  {100 * hits / max(1, len(asked)):.1f}%"
        )
    for row in rows:
        if not row["found"] or row["offset"] is False or row["verdict"] != "same_recording" or row["wrong"]:
            own = row["own"][0] if row["own"] else {}
            shown = {name: own.get(name) for name in ("motion", "appearance", "speed", "inliers")}
            offset = "offset wrong" if row["offset"] is False else ""
            print(" ", row["key"], row["verdict"], shown, offset, [w["object"] for w in row["wrong"]])


def queries_of(options, archive_clips, outsiders) -> Iterator[edits.Query]:
    """The suite's edited files one by one, each edit over clips chosen by its name."""
    folder = options.work / options.suite
    folder.mkdir(parents=True, exist_ok=True)
    seconds = 6.0 if options.suite == "final-2" else edits.EXCERPT_S
    for edit, recipe in recipes.SUITES[options.suite].items():
        if options.only and options.only not in edit:
            continue
        chosen = random.Random(edit).sample(archive_clips, min(options.a_clip, len(archive_clips)))
        for clip in sorted(chosen):
            yield edits.make(clip, edit, recipe, folder, outsiders, 1, seconds)


def part_edits(options, archive_clips, outsiders, shelf, results) -> None:
    archive, rows = Archive(shelf, archive_clips), []
    for query in queries_of(options, archive_clips, outsiders):
        key = f"{options.suite}|{query.edit}|{query.source}"
        rows.append(results.ask(key, lambda query=query: ask_edit(archive, query)))
    show(rows)


def part_outsiders(options, archive_clips, outsiders, shelf, results) -> None:
    """Clips that the archive does not hold, as they are."""
    archive = Archive(shelf, archive_clips)
    rows = [
        results.ask(f"outsider|{options.suite}|{c.name}", lambda c=c: {"wrong": told(archive.ask(c))})
        for c in outsiders
    ]
    alarms = sum(len(row["wrong"]) for row in rows)
    print(f"outsiders: {alarms} false matches in {len(outsiders)} queries against {len(archive_clips)}")


# Still, half transparent, and moving overlays of one channel.
OVERLAYS = ("brand", "ticker", "glass", "third", "turning", "wandering", "running")


def part_overlay(options, archive_clips, outsiders, shelf, results) -> None:
    """Unrelated clips under one channel's logo and caption: none may match; the same clip under it must be found."""
    folder = options.work / "overlays"
    folder.mkdir(parents=True, exist_ok=True)
    told = [under_one(options, kind, archive_clips, outsiders, shelf, results, folder) for kind in OVERLAYS]
    alarms, pairs, found, asked = (sum(row[n] for row in told) for n in range(4))
    print(f"overlays: {alarms} of {pairs} unrelated pairs match, {found} of {asked} copies under them found")


def under_one(options, kind, archive_clips, outsiders, shelf, results, folder) -> tuple[int, int, int, int]:
    """(unrelated pairs that match, such pairs, copies found, copies asked) under one overlay."""
    if options.only and options.only not in kind:
        return 0, 0, 0, 0
    made = {
        clip: Path(edits.make(clip, f"overlay/{kind}", f"overlay:{kind}", folder, [], 1, 5.0).path)
        for clip in archive_clips + outsiders
    }
    archive = Archive(shelf, [made[clip] for clip in archive_clips])
    alarms = pairs = found = 0
    for clip in outsiders:
        key = f"overlay|{options.suite}|{kind}|{clip.name}"
        row = results.ask(key, lambda clip=clip: {"wrong": told(archive.ask(made[clip]))})
        alarms += len({m["object"] for m in row["wrong"]})
        pairs += len(archive_clips)
    chosen = random.Random(kind).sample(archive_clips, min(options.a_clip, len(archive_clips)))
    for clip in chosen:
        again, key = edits.again(made[clip]), f"overlay-own|{options.suite}|{kind}|{clip.name}"
        row = results.ask(key, lambda clip=clip, again=again: split_own(archive.ask(again), made[clip].name))
        found += row["found"]
        alarms += len(row["wrong"])
        pairs += len(archive_clips) - 1
    print(f"overlay {kind}: {alarms} of {pairs} unrelated pairs match; {found} of {len(chosen)} copies under it found")
    return alarms, pairs, found, len(chosen)


def split_own(matches, name: str) -> dict:
    own = [m for m in matches if m.object == name]
    return {"found": bool(own), "verdict": own[0].verdict if own else None, "own": told(own[:1]),
            "wrong": sorted({m.object for m in matches if m.object != name})}  # fmt: skip


def part_takes(options, archive_clips, outsiders, shelf, results) -> None:
    """One long take cut apart: other seconds of it are the same place, never the same recording."""
    folder = options.work / "takes"
    folder.mkdir(parents=True, exist_ok=True)
    groups = []
    for clip in sorted({*archive_clips, *outsiders}):
        length = edits.duration(clip)
        if length < 13:
            continue
        count, parts = min(8, int(length // 6)), []
        for number in range(count):
            path = folder / f"{clip.stem[:30]}-{number}.mp4"
            if not path.exists():
                at = number * length / count
                shape = f"scale=-2:'min(360,ih)',{edits.EVEN}"
                edits.run("-ss", f"{at:.2f}", "-t", f"{length / count - 0.5:.2f}", "-i", str(clip), "-vf", shape,
                          "-an", *edits.encode_options(""), str(path))  # fmt: skip
            parts.append(path)
        groups.append(parts)
    show_takes("other seconds of one take", groups, shelf, results)


def part_refilmed(options, archive_clips, outsiders, shelf, results) -> None:
    """A still filmed by a moving hand, four times: the same picture, another recording each time."""
    folder = options.work / "refilmed"
    folder.mkdir(parents=True, exist_ok=True)
    chosen = random.Random(6).sample(sorted({*archive_clips, *outsiders}), min(options.a_clip, 12))
    groups = [[edits.refilmed(clip, number, folder) for number in range(4)] for clip in sorted(chosen)]
    show_takes("refilmed stills", groups, shelf, results)


def show_takes(what: str, groups: list[list[Path]], shelf: Shelf, results: Results) -> None:
    pairs = called = seen = 0
    for parts in groups:
        archive = Archive(shelf, parts)
        for path in parts:
            row = results.ask(
                f"take|{path.name}", lambda path=path, archive=archive: {"wrong": told(archive.ask(path, path.name))}
            )
            wrong = [m for m in row["wrong"] if m["verdict"] == "same_recording"]
            for m in wrong:
                print(" ", path.name, m["object"], m["query_start_s"], m["query_end_s"], m["start_s"], m["motion"],
                      m["appearance"], m["speed"])  # fmt: skip
            pairs, called = pairs + len(parts) - 1, called + len({m["object"] for m in wrong})
            seen += len({m["object"] for m in row["wrong"]})
    print(f"{what}: {called} of {pairs} pairs called the same recording; {seen} found at all")


def part_peer(options, archive_clips, outsiders, shelf, results) -> None:
    """PDQ of every fifth of a second, by vPDQ's rule, on the same files."""
    import peer

    rows = peer.ask_all(queries_of(options, archive_clips, outsiders), archive_clips, options, results)
    peer.show(rows)


def part_sound(options, archive_clips, outsiders, shelf, results) -> None:
    """The sound alone under a grey picture, edited; quiet tracks must match nothing."""
    import sounds

    sounds.measure_all(options, archive_clips + outsiders, shelf, results)


def part_make(options, archive_clips, outsiders, shelf, results) -> None:
    """The edited files stand; nothing is asked."""
    print(len(list(queries_of(options, archive_clips, outsiders))), "edited files")


PARTS = {
    "make": part_make,
    "edits": part_edits, "outsiders": part_outsiders, "overlay": part_overlay, "takes": part_takes,
    "refilmed": part_refilmed, "sound": part_sound, "peer": part_peer,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--suite", default="edits", choices=list(recipes.SUITES), help="which edits")
    parser.add_argument("--a-clip", type=int, default=10, help="at most so many clips an edit")
    parser.add_argument("--part", nargs="*", default=["edits", "outsiders", "overlay", "takes"], choices=list(PARTS))
    parser.add_argument("--run", default="first", help="name of the results; a new name measures anew")
    parser.add_argument("--only", help="edits or overlays whose name holds this")
    options = parser.parse_args()
    clips = [p for p in sorted(options.clips.iterdir()) if p.suffix.lower() in SUFFIXES]
    archive_clips, outsiders = split(clips, options.suite)
    shelf = Shelf(options.work / "prints")
    for part in options.part:
        results = Results(options.work / f"results-{options.run}.jsonl")
        PARTS[part](options, archive_clips, outsiders, shelf, results)


if __name__ == "__main__":
    main()
