"""Pictures: what EXIF says of them, and one upright still without that metadata."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pi_heif
from PIL import ExifTags, Image, ImageFile, ImageOps, UnidentifiedImageError

from dalil.errors import InputRefused
from dalil.records import Footage, Still

from . import metadata
from .metadata import Made
from .stills import LONGEST_SIDE, flat, save_still

pi_heif.register_heif_opener(thumbnails=False, decode_threads=2)

# Only formats that are pictures and nothing else; EPS, PDF, SVG and the like would be programs to run.
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "TIFF", "BMP")
# A still of a JPEG is decoded at reduced scale, so only the others bound memory: 90 million pixels are 270 MB.
MAX_PIXELS = 90_000_000

MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"BM")
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")

# EXIF orientation → degrees that a viewer turns the stored picture clockwise (mirroring left out).
TURNS = {1: 0, 2: 0, 3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
EXIF_TIMES = (
    ("DateTimeOriginal", "OffsetTimeOriginal"),
    ("DateTimeDigitized", "OffsetTimeDigitized"),
    ("DateTime", "OffsetTime"),
)

# Pillow's switch for reading truncated pictures is one for the process.
truncated_switch = threading.Lock()


def is_picture(path: Path) -> bool:
    """Whether the first bytes are those of a picture format that is read here."""
    with path.open("rb") as file:
        head = file.read(32)
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    if head[4:8] == b"ftyp":
        return head[8:12] in HEIF_BRANDS
    return head.startswith(MAGIC)


def probe_picture(path: Path, *, object: str, derived: Path | None, stills: int) -> Footage:
    """The record of a picture, with one still; InputRefused where it cannot be opened or is a bomb."""
    with open_picture(path) as picture:
        exif = picture.getexif()
        turn = picture.info.get("original_orientation") or exif.get(ExifTags.Base.Orientation) or 1
        tags = exif_tags(exif)
        codec = (picture.format or "").lower()
        width, height = picture.size
        if TURNS.get(turn, 0) in (90, 270) and codec != "heif":
            width, height = height, width
        still, problem = picture_still(picture, path.name, object, derived if stills else None)
    made = made_by_exif(tags)
    position, unknown = metadata.believed(exif_position(exif), "camera")
    problems = [*((problem,) if problem else ()), *made.problems, *unknown]
    return Footage(
        object=object,
        kind="picture",
        duration_s=None,
        width=width,
        height=height,
        rotation_deg=TURNS.get(turn, 0),
        fps=None,
        video_codec=codec,
        audio_codec=None,
        has_audio=False,
        created_utc=made.utc,
        created_local=made.local,
        created_from=made.source,
        lat=position[0] if position else None,
        lon=position[1] if position else None,
        device=metadata.device_by_tags(tags),
        tags=tags,
        stills=(still,) if still else (),
        problems=tuple(problems),
    )


@contextmanager
def open_picture(path: Path) -> Iterator[Image.Image]:
    """An open picture of a bounded size, its pixels not yet decoded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            picture = Image.open(path, formats=FORMATS)
        except Image.DecompressionBombError:
            raise InputRefused(path.name, "claims more pixels than any camera takes (a decompression bomb?)") from None
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
            what = f"cannot be opened as a picture ({error_words(error)})"
            raise InputRefused(path.name, what, "The bytes are kept") from None
    with picture:
        pixels = picture.width * picture.height
        if picture.format not in ("JPEG", "MPO") and pixels > MAX_PIXELS:
            raise InputRefused(
                path.name, f"claims {pixels:,} pixels, more than {MAX_PIXELS:,}; not decoded", "The bytes are kept"
            )
        yield picture


def read_upright(path: Path, mode: Literal["RGB", "L"], *, side: int) -> Image.Image:
    """The upright picture without transparency, as far as it goes; decoded at a scale that is enough for `side`."""
    with open_picture(path) as picture:
        picture.draft("RGB", (2 * side, 2 * side))
        load_truncated(picture)
        return upright(picture, mode)


def upright(picture: Image.Image, mode: Literal["RGB", "L"]) -> Image.Image:
    """The decoded picture as a viewer turns it, transparency laid on white."""
    return flat(ImageOps.exif_transpose(picture)).convert(mode)


def error_words(error: Exception) -> str:
    return "unknown or damaged format" if isinstance(error, UnidentifiedImageError) else str(error)


def picture_still(
    picture: Image.Image, name: str, object: str, derived: Path | None
) -> tuple[Still | None, str | None]:
    """The upright still, and what was wrong with the pixels; a truncated picture is shown as far as it goes."""
    picture.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
    problem = None
    try:
        picture.load()
    except (OSError, ValueError, SyntaxError) as error:
        problem = f"truncated or damaged: {error}"
        if not load_truncated(picture):
            return None, problem
    if derived is None:
        return None, problem
    return save_still(ImageOps.exif_transpose(picture), 0.0, object=object, derived=derived), problem


def load_truncated(picture: Image.Image) -> bool:
    """Whether as many pixels as the file holds could be decoded, the rest left grey."""
    with truncated_switch:
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            picture.load()
        except (OSError, ValueError, SyntaxError):
            return False
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before
    return True


def exif_tags(exif: Image.Exif) -> dict[str, str]:
    """EXIF's readable fields by their names; raw bytes (maker notes, thumbnails) are left out."""
    pairs = []
    for fields, names in (
        (exif, ExifTags.TAGS),
        (exif.get_ifd(ExifTags.IFD.Exif), ExifTags.TAGS),
        (exif.get_ifd(ExifTags.IFD.GPSInfo), ExifTags.GPSTAGS),
    ):
        for number, value in fields.items():
            if not isinstance(value, (bytes, dict)):
                pairs.append((f"exif.{names.get(number, number)}", value_words(value)))
    tags = metadata.clean_tags(pairs)
    # Make and model under the names that containers use.
    return {name.removeprefix("exif.") if name in ("exif.make", "exif.model") else name: v for name, v in tags.items()}


def value_words(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(value_words(part) for part in value if not isinstance(part, bytes))
    return str(value)


def made_by_exif(tags: dict[str, str]) -> Made:
    """The camera's own clock; UTC only where EXIF gives its offset, or where GPS time stands beside it."""
    problems = []
    for name, offset_name in EXIF_TIMES:
        value = tags.get(f"exif.{name.lower()}")
        if value is None:
            continue
        moment = metadata.read_moment(value + tags.get(f"exif.{offset_name.lower()}", ""))
        moment = moment or metadata.read_moment(value)
        if moment is None or moment.year in metadata.UNSET_YEARS:
            problems.append(f"EXIF {name} says {value!r}: the camera's clock was never set")
            continue
        utc, local = metadata.split_moment(moment)
        source = f"EXIF {name}"
        if utc is None and (utc := gps_moment(tags)):
            source += ", UTC by EXIF GPSTimeStamp"
        return Made(utc, local, source, tuple(problems))
    utc = gps_moment(tags)
    return Made(utc, None, "EXIF GPSTimeStamp" if utc else None, tuple(problems))


def gps_moment(tags: dict[str, str]) -> datetime | None:
    """The satellite time of the fix, which is UTC."""
    day, clock = tags.get("exif.gpsdatestamp"), tags.get("exif.gpstimestamp")
    if not day or not clock:
        return None
    try:
        hour, minute, second = (float(part) for part in clock.split())
        start = datetime.strptime(day.replace("-", ":"), "%Y:%m:%d").replace(tzinfo=UTC)
        return start.replace(hour=int(hour), minute=int(minute), second=int(second))
    except ValueError:
        return None


def exif_position(exif: Image.Exif) -> tuple[float, float] | None:
    """(latitude, longitude) of the GPS fields; None where they are absent or not numbers on Earth."""
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    try:
        lat = degrees(gps[ExifTags.GPS.GPSLatitude]) * (-1 if gps.get(ExifTags.GPS.GPSLatitudeRef) == "S" else 1)
        lon = degrees(gps[ExifTags.GPS.GPSLongitude]) * (-1 if gps.get(ExifTags.GPS.GPSLongitudeRef) == "W" else 1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        return None
    return round(lat, 7), round(lon, 7)


def degrees(parts: tuple) -> float:
    degree, minute, second = (float(part) for part in parts)
    return degree + minute / 60 + second / 3600
