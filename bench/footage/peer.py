"""The named peer on the same queries: PDQ of frames, matched by vPDQ's rule (distance ≤ 31 of 256, quality ≥ 50).

Needs `pip install pdqhash`. vPDQ itself cannot be built without FFmpeg's headers; its hashing and its rule are these,
with five frames a second on both sides where its default is one. `plain` hashes the whole frame; `variants` also tries
the frame without its black borders, mirrored and turned, for every query frame.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import av
import numpy as np
import pdqhash

RATE, DISTANCE, QUALITY = 5.0, 31, 50
# vPDQ's own share of a query's frames that must match, and the most lenient reading of it.
SHARES = {"80%": 0.8, "20%": 0.2}


def frames(path: Path) -> list[np.ndarray]:
    if path.suffix == ".jpg":
        from PIL import Image

        return [np.asarray(Image.open(path).convert("RGB"))]
    out, due = [], 0.0
    with av.open(str(path)) as container:
        try:
            for frame in container.decode(video=0):
                if (frame.time or 0.0) >= due - 1e-3:
                    out.append(frame.to_ndarray(format="rgb24"))
                    due = (frame.time or 0.0) + 1 / RATE
        except av.FFmpegError:
            pass
    return out


def bordered(pixels: np.ndarray) -> np.ndarray:
    """The frame without rows and columns that are black all along."""
    grey = pixels.max(axis=2)
    rows, columns = np.flatnonzero(grey.max(axis=1) > 24), np.flatnonzero(grey.max(axis=0) > 24)
    if len(rows) < 64 or len(columns) < 64:
        return pixels
    return np.ascontiguousarray(pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def hashes(path: Path, variants: bool) -> np.ndarray:
    """frames × variants × 32 bytes, those of low quality left out."""
    out = []
    for pixels in frames(path):
        if not variants:
            bits, quality = pdqhash.compute(pixels)
            kept = [bits]
        else:
            bits, quality = pdqhash.compute_dihedral(pixels)
            kept = [*bits, *pdqhash.compute_dihedral(bordered(pixels))[0]]
        if quality >= QUALITY:
            out.append(np.packbits(np.array(kept, np.uint8), axis=1))
    return np.array(out, np.uint8) if out else np.zeros((0, 16 if variants else 1, 32), np.uint8)


def kept_hashes(path: Path, variants: bool, work: Path) -> np.ndarray:
    """The hashes, made once."""
    file = work / "pdq" / f"{path.name}{'-variants' if variants else ''}.npy"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, hashes(path, variants))
    return np.load(file)


def share(query: np.ndarray, archived: np.ndarray) -> float:
    """The share of the query's frames of which some variant is within DISTANCE of some archived frame."""
    if not len(query) or not len(archived):
        return 0.0
    apart = np.bitwise_count(query[:, :, None, :] ^ archived[None, None, :, 0, :]).sum(axis=3)
    return float((apart.min(axis=(1, 2)) <= DISTANCE).mean())


def ask_all(queries, archive_clips: list[Path], options, results) -> list[dict]:
    archived = {clip.name: kept_hashes(clip, False, options.work) for clip in archive_clips}

    def ask(query, variants: bool) -> dict:
        mine = kept_hashes(Path(query.path), variants, options.work / options.suite)
        return {"edit": query.edit, "source": query.source, "shares": {n: share(mine, h) for n, h in archived.items()}}

    rows = []
    for query in queries:
        for name, variants in (("plain", False), ("variants", True)):
            key = f"pdq|{name}|{options.suite}|{query.edit}|{query.source}"
            row = results.ask(key, lambda query=query, variants=variants: ask(query, variants))
            rows.append({**row, "name": name})
    return rows


def show(rows: list[dict]) -> None:
    table = defaultdict(lambda: defaultdict(list))
    for row in rows:
        for label, least in SHARES.items():
            hits = {name for name, part in row["shares"].items() if part >= least}
            for edit in (row["edit"], "all"):
                table[edit][row["name"], label].append((row["source"] in hits, len(hits - {row["source"]})))
    for edit, columns in table.items():
        told = [
            f"{name} {label}: {sum(hit for hit, _ in asked)}/{len(asked)} (wrong {sum(wrong for _, wrong in asked)})"
            for (name, label), asked in columns.items()
        ]
        print(f"{edit:28} " + "  ".join(told))
