"""Stills out of recordings: small JPEG files without metadata, the same bytes for the same frame."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from PIL import Image

from dalil.records import Still

LONGEST_SIDE = 640
QUALITY = 82


def still_offsets(duration_s: float, count: int) -> list[float]:
    """`count` offsets at even intervals, each in the middle of its share: first and last frames are often black."""
    return [duration_s * (i + 0.5) / count for i in range(count)]


def save_still(picture: Image.Image, offset_s: float, *, object: str, derived: Path) -> Still:
    """The picture stands under `derived` as a JPEG whose longest side is at most LONGEST_SIDE."""
    small = flat(picture)
    if max(small.size) > LONGEST_SIDE:
        scale = LONGEST_SIDE / max(small.size)
        size = (max(1, round(small.width * scale)), max(1, round(small.height * scale)))
        small = small.resize(size, Image.Resampling.LANCZOS)
    offset_ms = round(offset_s * 1000)
    name = f"stills/{object[:2]}/{object}/{offset_ms}.jpg"
    write_jpeg(small, derived / name)
    return Still(offset_s=offset_ms / 1000, width=small.width, height=small.height, file=name)


def flat(picture: Image.Image) -> Image.Image:
    """RGB or grey pixels alone: transparency laid on white, metadata left behind."""
    if picture.mode in ("RGB", "L"):
        return picture
    if picture.mode in ("I;16", "I;16B", "I;16L", "I"):
        # Pillow clips 16-bit greys to white instead of scaling them.
        return picture.convert("I").point(lambda level: level / 256).convert("L")
    if "A" in picture.getbands() or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        return ground
    return picture.convert("RGB")


def write_jpeg(picture: Image.Image, path: Path) -> None:
    """The file stands whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".still-", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            picture.save(file, "JPEG", quality=QUALITY, exif=b"", icc_profile=None)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:  # whatever went wrong, also Ctrl-C: no temporary file stays behind
        Path(temporary).unlink(missing_ok=True)
        raise
