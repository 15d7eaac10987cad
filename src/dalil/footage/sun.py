"""Where the sun stands, and when it fits a shadow: Meeus, Astronomical Algorithms, chapters 12, 13, 25.

Good to 0.01 degrees between 1950 and 2050 (held against pvlib in the tests). Angles are degrees; azimuths count from
north through east; elevations include refraction of a standard atmosphere where they are called apparent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

import numpy as np

EPOCH_2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time during which the sun fits what was asked, with what it does at its two ends."""

    start_utc: datetime
    end_utc: datetime
    sun_azimuth_deg: tuple[float, float]
    elevation_deg: tuple[float, float]
    shadow_ratio: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a shadow in a picture shows: bounds, inclusive; None where it was not measured.

    `shadow_ratio` is length over height; `shadow_azimuth_deg` the way the shadow points, as (middle, tolerance).
    """

    shadow_ratio: tuple[float, float] | None = None
    shadow_azimuth_deg: tuple[float, float] | None = None
    sun_azimuth_deg: tuple[float, float] | None = None


def sun_position(times_utc: list[datetime], lat: float, lon: float) -> tuple[np.ndarray, np.ndarray]:
    """(azimuth, geometric elevation) of the sun's centre at each time, seen from a place."""
    days = np.array([(t - EPOCH_2000).total_seconds() / 86_400 for t in times_utc])
    century = days / 36_525
    mean_longitude = 280.46646 + century * (36_000.76983 + century * 0.0003032)
    anomaly = np.radians(357.52911 + century * (35_999.05029 - century * 0.0001537))
    centre = (
        (1.914602 - century * (0.004817 + century * 0.000014)) * np.sin(anomaly)
        + (0.019993 - century * 0.000101) * np.sin(2 * anomaly)
        + 0.000289 * np.sin(3 * anomaly)
    )
    node = np.radians(125.04 - 1_934.136 * century)
    nutation = -0.00478 * np.sin(node)
    longitude = np.radians(mean_longitude + centre - 0.00569 + nutation)
    obliquity_deg = 23.4392911 - century * (0.0130042 + century * 1.64e-7) + 0.00256 * np.cos(node)
    obliquity = np.radians(obliquity_deg)
    right_ascension = np.arctan2(np.cos(obliquity) * np.sin(longitude), np.cos(longitude))
    declination = np.arcsin(np.sin(obliquity) * np.sin(longitude))
    sidereal = 280.46061837 + 360.98564736629 * days + 0.000387933 * century**2 + nutation * np.cos(obliquity)
    hour_angle = np.radians(sidereal + lon) - right_ascension
    north = np.radians(lat)
    elevation = np.arcsin(
        np.sin(north) * np.sin(declination) + np.cos(north) * np.cos(declination) * np.cos(hour_angle)
    )
    azimuth = np.arctan2(np.sin(hour_angle), np.cos(hour_angle) * np.sin(north) - np.tan(declination) * np.cos(north))
    # the parallax of the sun, 8.8 seconds of arc at the horizon
    elevation_deg = np.degrees(elevation) - 0.00244 * np.cos(elevation)
    return (np.degrees(azimuth) + 180) % 360, elevation_deg


def refraction_deg(elevation_deg: np.ndarray) -> np.ndarray:
    """How much the air lifts the sun (Saemundsson, Meeus 16.4) at 10 degrees C, 1010 hPa; 0 well below the horizon."""
    seen = np.maximum(elevation_deg, -1.0)
    lift = 1.02 / np.tan(np.radians(seen + 10.3 / (seen + 5.11))) / 60
    return np.where(elevation_deg > -1.0, lift, 0.0)


def shadow_ratios(apparent_deg: np.ndarray) -> np.ndarray:
    """Length of a shadow over the height of what throws it, on level ground; infinite where the sun is down."""
    up = apparent_deg > 0.0
    return np.where(up, 1 / np.tan(np.radians(np.where(up, apparent_deg, 1.0))), np.inf)


def minutes_of(day: date, zone: tzinfo) -> list[datetime]:
    """Every minute of a local day, in UTC; a day on which clocks change has 23 or 25 hours."""
    start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=zone).astimezone(UTC)
    return [start + timedelta(minutes=n) for n in range(int((end - start).total_seconds() // 60))]


def fitting_windows(day: date, zone: tzinfo, lat: float, lon: float, wanted: Wanted) -> list[Window]:
    """The stretches of a local day, to the minute, in which the sun is up and all that was measured fits."""
    times = minutes_of(day, zone)
    azimuth, elevation = sun_position(times, lat, lon)
    apparent = elevation + refraction_deg(elevation)
    ratios = shadow_ratios(apparent)
    fits = apparent > 0
    if wanted.shadow_ratio is not None:
        low, high = wanted.shadow_ratio
        fits &= (ratios >= low) & (ratios <= high)
    if wanted.shadow_azimuth_deg is not None:
        fits &= _within((azimuth + 180) % 360, *wanted.shadow_azimuth_deg)
    if wanted.sun_azimuth_deg is not None:
        fits &= _within(azimuth, *wanted.sun_azimuth_deg)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], fits.astype(np.int8), [0]))))
    return [
        Window(times[a], times[b - 1], *(_ends(column, a, b) for column in (azimuth, apparent, ratios)))
        for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    ]


def _within(angles: np.ndarray, middle: float, tolerance: float) -> np.ndarray:
    return np.abs((angles - middle + 180) % 360 - 180) <= tolerance


def _ends(column: np.ndarray, a: int, b: int) -> tuple[float, float]:
    return round(float(column[a]), 2), round(float(column[b - 1]), 2)


def day_plot(day: date, zone: tzinfo, lat: float, lon: float, windows: list[Window]) -> str:
    """The day as an SVG picture: the sun's apparent elevation by local time, the fitting times filled in."""
    times = minutes_of(day, zone)[::5]
    _, elevation = sun_position(times, lat, lon)
    apparent = elevation + refraction_deg(elevation)
    left, top, width, height = 40, 20, 720, 200

    def x_of(time: datetime) -> float:
        return left + width * (time - times[0]).total_seconds() / 86_400

    def y_of(degrees: float) -> float:
        return top + height * (1 - max(0.0, min(90.0, degrees)) / 90)

    line = " ".join(f"{x_of(t):.1f},{y_of(float(e)):.1f}" for t, e in zip(times, apparent, strict=True))
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 260" role="img"'
        ' font-family="sans-serif" font-size="11">'
    ]
    parts.append(f"<title>Elevation of the sun on {day.isoformat()} at {lat:.4f}, {lon:.4f}</title>")
    for window in windows:
        start, end = x_of(window.start_utc), x_of(window.end_utc)
        shown = f'x="{start:.1f}" y="{top}" width="{max(1.5, end - start):.1f}" height="{height}"'
        parts.append(f'<rect {shown} fill="#e8b04a" fill-opacity="0.6"/>')
    for degrees in (0, 30, 60, 90):
        y = y_of(degrees)
        parts.append(
            f'<path d="M{left} {y:.1f}H{left + width}" stroke="#bbb"/><text x="8" y="{y + 4:.1f}">{degrees}°</text>'
        )
    for hour in range(0, 24, 3):
        x = left + width * hour / 24
        parts.append(f'<text x="{x:.1f}" y="{top + height + 16}" text-anchor="middle">{hour:02d}:00</text>')
    parts.append(f'<polyline points="{line}" fill="none" stroke="#222" stroke-width="2"/></svg>')
    return "\n".join(parts) + "\n"
