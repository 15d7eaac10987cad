"""What `dalil sun` is told and tells, in words: tolerances, positions, zones, a line a window."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dalil.footage.sun import Window

_MEASURED = re.compile(r"\s*([\d.]+)\s*(?:(?:±|\+-|\+/-)\s*([\d.]+)\s*(%)?)?\s*")
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?")
# Where no tolerance is given: what a careful measurement in a single frame rarely beats.
RATIO_TOLERANCE, ANGLE_TOLERANCE_DEG = 0.1, 10.0


def measured(text: str) -> tuple[float, float | None, bool]:
    """(value, tolerance or None, whether it is a percentage) of "2.0±10%"."""
    match = _MEASURED.fullmatch(text)
    if match is None:
        raise ValueError(f"expected a value and its tolerance such as 2.0±10%, found {text!r}")
    try:
        return float(match[1]), float(match[2]) if match[2] else None, bool(match[3])
    except ValueError as error:
        raise ValueError(f"expected a number in {text!r}") from error


def ratio(text: str | None) -> tuple[float, float] | None:
    """The bounds of a shadow's length over height."""
    if text is None:
        return None
    value, tolerance, percent = measured(text)
    if tolerance is None:
        tolerance, percent = RATIO_TOLERANCE * 100, True
    spread = value * tolerance / 100 if percent else tolerance
    return max(0.0, value - spread), value + spread


def angle(text: str | None) -> tuple[float, float] | None:
    """(middle, tolerance) of an azimuth in degrees."""
    if text is None:
        return None
    value, tolerance, percent = measured(text)
    if percent or not 0 <= value <= 360:
        raise ValueError(f"expected degrees such as 330±10, found {text!r}")
    return value, ANGLE_TOLERANCE_DEG if tolerance is None else tolerance


def parse_position(text: str) -> tuple[float, float]:
    """(lat, lon) of "36.1682,36.9846"."""
    parts = text.replace(",", " ").split()
    try:
        lat, lon = (float(p) for p in parts)
    except ValueError as error:
        raise ValueError(f"expected LAT,LON in degrees, found {text!r}") from error
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(f"{lat}, {lon} is no position on Earth")
    return lat, lon


def parse_zone(text: str) -> tzinfo:
    """A zone by name or by its distance from UTC."""
    match = _OFFSET.fullmatch(text.strip())
    if match:
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        if minutes >= 24 * 60:
            raise ValueError(f"{text!r} is no zone")
        return timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes))
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"no time zone {text!r} is known here: give its distance from UTC, such as +02:00") from error


def shown(window: Window, zone: tzinfo) -> str:
    """One line for a person: local times, and how sun and shadow change meanwhile."""
    start, end = (t.astimezone(zone).strftime("%H:%M") for t in (window.start_utc, window.end_utc))
    azimuth, elevation, shadow = window.sun_azimuth_deg, window.elevation_deg, window.shadow_ratio
    return (
        f"{start}-{end}  sun at {azimuth[0]:.1f}° to {azimuth[1]:.1f}°,"
        f" {elevation[0]:.1f}° to {elevation[1]:.1f}° high;"
        f"  shadow {shadow[0]:.2f} to {shadow[1]:.2f} times the height"
    )
