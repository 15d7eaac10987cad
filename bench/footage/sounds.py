"""The sound of clips alone, under a grey picture, edited with ffmpeg; and what silence and hiss match."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from pathlib import Path

import edits
import measure

# Filters of the sound, codec options, and the speed that they make.
SOUNDS = {
    "aac 32k": ("anull", ["-c:a", "aac", "-b:a", "32k"], 1.0),
    "opus 16k": ("anull", ["-c:a", "libopus", "-b:a", "16k"], 1.0),
    "mp3 32k quiet": ("volume=0.3", ["-c:a", "libmp3lame", "-b:a", "32k"], 1.0),
    "telephone": ("highpass=f=300,lowpass=f=3000", ["-c:a", "aac", "-b:a", "48k"], 1.0),
    "telephone, quiet, mp3": ("highpass=f=300,lowpass=f=3200,volume=0.4", ["-c:a", "libmp3lame", "-b:a", "32k"], 1.0),
    "faster 1.1, its pitch kept": ("atempo=1.1", ["-c:a", "aac", "-b:a", "64k"], 1.1),
    "faster 1.1, pitch too": ("asetrate=48000*1.1,aresample=48000", ["-c:a", "aac", "-b:a", "64k"], 1.1),
    "echo and noise": ("aecho=0.8:0.6:40:0.3", ["-c:a", "aac", "-b:a", "48k"], 1.0),
}
LEAST_S = 3.0


def under_grey(source: Path, out: Path, chain: str, codec: list[str], at_s: float, length_s: float) -> Path:
    """Seconds of the source's sound as a video that shows nothing."""
    if not out.exists():
        edits.run("-i", str(source), "-f", "lavfi", "-i", "color=gray:s=320x180:r=5", "-map", "1:v", "-map", "0:a:0",
                  "-af", f"atrim={at_s}:{at_s + length_s},asetpts=PTS-STARTPTS,aresample=48000,{chain}", "-shortest",
                  *codec, "-c:v", "libx264", "-preset", "superfast", str(out))  # fmt: skip
    return out


def has_sound(path: Path) -> bool:
    done = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", "stream=index", "-of",
                           "csv=p=0", str(path)], capture_output=True, text=True, check=True)  # fmt: skip
    return bool(done.stdout.strip())


def measure_one(archive, path: Path, source: str, begin: float, speed: float) -> dict:
    matches = archive.ask(path)
    own = [m for m in matches if m.object == source]
    right = any(abs(m.start_s - begin - speed * m.query_start_s) <= 1.0 for m in own)
    wrong = sorted({m.object for m in matches if m.object != source})
    return {"found": bool(own), "right": right, "alarms": len(wrong), "own": measure.told(own[:1]), "wrong": wrong}


def measure_all(options, clips: list[Path], shelf, results) -> None:
    """Recall by edit of all clips with over LEAST_S of sound, and what the others match."""
    folder = options.work / "sounds"
    folder.mkdir(parents=True, exist_ok=True)
    archive = measure.Archive(shelf, clips)
    loud, quiet = [], []
    for clip in clips:
        if has_sound(clip):
            (loud if archive.prints[clip.name].sound.loud.sum() / 20 > LEAST_S else quiet).append(clip)
    table = defaultdict(list)
    for edit, (chain, codec, speed) in SOUNDS.items():
        for clip in loud:
            out = folder / f"{clip.stem[:40]}--{edit.replace(' ', '_').replace(',', '')}.mkv"
            under_grey(clip, out, chain, codec, 0.0, min(12.0, edits.duration(clip)))
            name = clip.name
            row = results.ask(
                f"sound|{edit}|{name}",
                lambda out=out, name=name, speed=speed: measure_one(archive, out, name, 0.0, speed),
            )
            table[edit].append(row)
    for edit, rows in table.items():
        missed = [row["key"].rpartition("|")[2] for row in rows if not row["right"]]
        found, right, wrong = (sum(r[n] for r in rows) for n in ("found", "right", "alarms"))
        print(f"{edit:28} {found}/{len(rows)} found, {right} at the right second, wrong {wrong} {missed}")
    alarms = 0
    for clip in quiet:
        out = under_grey(clip, folder / f"{clip.stem[:40]}--quiet.mkv", "volume=3", ["-c:a", "aac"], 0.0, 12.0)
        row = results.ask(f"sound|quiet|{clip.name}", lambda out=out: {"wrong": [m.object for m in archive.ask(out)]})
        alarms += len([name for name in row["wrong"] if name != clip.name])
    print(f"tracks that are (nearly) silent: {len(quiet)}, matched to another: {alarms}")
