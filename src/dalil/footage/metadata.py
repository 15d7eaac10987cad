"""What a file says of when, where and with what it was made. All of it is easily forged; none of it is a finding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

MAX_TAGS = 200
MAX_TAG_LENGTH = 2_000

# Container fields that may hold the time of recording, most telling first. A phone's own local time with its zone
# comes before the muxer's stamp, which editing programs rewrite.
TIME_FIELDS = (
    "com.apple.quicktime.creationdate",
    "creation_time",
    "video.creation_time",
    "audio.creation_time",
    "date_recorded",
    "date_digitized",
    "origination_date",
    "date",
    "year",
)
PLACE_FIELDS = ("com.apple.quicktime.location.iso6709", "location", "location-eng", "xyz", "gps")
MAKE_FIELDS = ("com.apple.quicktime.make", "com.android.manufacturer", "make", "video.make")
MODEL_FIELDS = ("com.apple.quicktime.model", "com.android.model", "model", "video.model")

# Recorders whose clock was never set write the first day of their epoch.
UNSET_YEARS = (1904, 1970)


@dataclass(frozen=True, slots=True)
class Made:
    """When a file says that it was made: `utc` only where the zone is known, `local` is the clock's own reading."""

    utc: datetime | None = None
    local: str | None = None
    source: str | None = None
    problems: tuple[str, ...] = ()


def clean_tags(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Field names in lower case with their texts, bounded in number and length, empty ones left out."""
    tags: dict[str, str] = {}
    for name, value in pairs:
        text = printable(str(value)).strip()
        if text and len(tags) < MAX_TAGS:
            tags.setdefault(printable(str(name)).strip().lower()[:100], text[:MAX_TAG_LENGTH])
    return tags


def printable(text: str) -> str:
    """`text` without NUL bytes and lone surrogates, which no JSON or database takes."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def made_by_tags(tags: Mapping[str, str]) -> Made:
    """The first field of TIME_FIELDS that holds a day; fields that hold an unset clock are named as problems."""
    problems = []
    for name in TIME_FIELDS:
        value = tags.get(name)
        if value is None:
            continue
        if name == "origination_date" and "origination_time" in tags:
            value = f"{value} {tags['origination_time']}"
        moment = read_moment(value)
        if moment is None:
            continue
        if moment.year in UNSET_YEARS:
            problems.append(f"{name} says {value}: the recorder's clock was never set")
            continue
        utc, local = split_moment(moment)
        return Made(utc, local, name, tuple(problems))
    return Made(problems=tuple(problems))


def split_moment(moment: date | datetime) -> tuple[datetime | None, str | None]:
    """(UTC, clock reading): the first only for aware times; the second for any that names its own zone or none."""
    if not isinstance(moment, datetime):
        return None, moment.isoformat()
    if moment.tzinfo is None:
        return None, moment.isoformat()
    local = None if moment.tzinfo == UTC else moment.isoformat()
    return moment.astimezone(UTC), local


ISO = re.compile(
    r"(\d{4})[-:/.](\d{1,2})[-:/.](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?\s*"
)
# AVI's IDIT chunk in the form of C's ctime.
CTIME = re.compile(r"(?:\w{3}\s+)?([A-Za-z]{3})\s+(\d{1,2})\s+(\d{2}):(\d{2}):(\d{2})\s+(\d{4})")
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def read_moment(text: str) -> date | datetime | None:
    """The day or time that `text` writes in ISO, EXIF or ctime form; None where it writes none that can be."""
    text = text.strip().rstrip("\0\n ")
    try:
        if found := ISO.fullmatch(text):
            return iso_moment(found)
        if found := CTIME.fullmatch(text):
            month, day, hour, minute, second, year = found.groups()
            return datetime(int(year), MONTHS.index(month.lower()) + 1, int(day), int(hour), int(minute), int(second))
    except (ValueError, OverflowError):
        return None
    return None


def iso_moment(found: re.Match[str]) -> date | datetime:
    """The day, or the time with its zone where one is written."""
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    if hour is None:
        return date(int(year), int(month), int(day))
    micro = int((fraction or "0").ljust(6, "0"))
    moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micro)
    if zone is None:
        return moment
    offset = "+0000" if zone in ("Z", "UTC") else zone.replace(":", "")
    return moment.replace(tzinfo=UTC if offset == "+0000" else datetime.strptime(offset, "%z").tzinfo)


ISO6709 = re.compile(r"([+-])(\d+(?:\.\d+)?)([+-])(\d+(?:\.\d+)?)")


def read_position(text: str) -> tuple[float, float] | None:
    """(latitude, longitude) in degrees of an ISO 6709 string (degrees, degrees-minutes or with seconds)."""
    found = ISO6709.match(text.strip())
    if not found:
        return None
    lat = sexagesimal(found[2], 2) * (-1 if found[1] == "-" else 1)
    lon = sexagesimal(found[4], 3) * (-1 if found[3] == "-" else 1)
    if abs(lat) > 90 or abs(lon) > 180:
        return None
    return round(lat, 7), round(lon, 7)


def sexagesimal(digits: str, degree_digits: int) -> float:
    """Degrees of DD.D, DDMM.M or DDMMSS.S (annex H of ISO 6709), told apart by the count of whole digits."""
    whole, _, fraction = digits.partition(".")
    fraction = f".{fraction}" if fraction else ""
    if len(whole) <= degree_digits:
        return float(whole + fraction)
    if len(whole) <= degree_digits + 2:
        return float(whole[:-2]) + float(whole[-2:] + fraction) / 60
    return float(whole[:-4]) + float(whole[-4:-2]) / 60 + float(whole[-2:] + fraction) / 3600


def believed(position: tuple[float, float] | None, device: str) -> tuple[tuple[float, float] | None, tuple[str, ...]]:
    """The position and no problem; none and the problem for 0, 0, which a device writes that knows no better."""
    if position == (0.0, 0.0):
        return None, (f"position says 0, 0: the {device} did not know where it was",)
    return position, ()


def position_by_tags(tags: Mapping[str, str]) -> tuple[float, float] | None:
    """The position in the first of PLACE_FIELDS that holds one."""
    for name in PLACE_FIELDS:
        if name in tags and (position := read_position(tags[name])):
            return position
    return None


def device_by_tags(tags: Mapping[str, str]) -> str | None:
    """Make and model as one phrase, the make not said twice."""
    make = next((tags[name] for name in MAKE_FIELDS if name in tags), "")
    model = next((tags[name] for name in MODEL_FIELDS if name in tags), "")
    if model.lower().startswith(make.lower()):
        make = ""
    return f"{make} {model}".strip() or None
