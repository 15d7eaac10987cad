"""Positions that a text states itself: decimal degrees with or without letters, degrees with minutes and seconds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dalil.records import Quote

NUMBER = r"(\d{1,3}(?:[.٫]\d{1,8})?)"
PARTS = rf"{NUMBER}\s*°?\s*(?:(\d{{1,2}}(?:\.\d+)?)\s*[′'’]\s*)?(?:(\d{{1,2}}(?:\.\d+)?)\s*[″\"”]\s*)?"
# 36.168273 N, 36.984502 E · 36°10′06″N 36°59′04″E · the same with Arabic letters
LETTERED = re.compile(rf"(?<![\d.]){PARTS}([NSشج])\s*[,،;]?\s*{PARTS}([EWقغ])(?![^\W\d_])")
# 31.351944, 34.287500: without letters only with at least four decimals each, so that no pair of counts is taken
BARE = re.compile(r"(?<![\d.])(-?\d{1,2}\.\d{4,8})\s*[,،]\s*(-?\d{1,3}\.\d{4,8})(?!\d|\.\d)")
# What every such position holds, looked for first: a letter of a direction before a figure; four decimals.
DIRECTION, DECIMALS = re.compile(r"[NSشج]\s*[,،;]?\s*\d"), re.compile(r"\.\d{4}")


@dataclass(frozen=True, slots=True)
class Point:
    """A position in degrees, north and east positive, with the words that state it."""

    lat: float
    lon: float
    quote: Quote


def find_points(text: str) -> list[Point]:
    """Every position that the text states, in text order; impossible ones are left out."""
    found = list(_lettered(text)) if DIRECTION.search(text) else []
    if DECIMALS.search(text):
        found = sorted((*found, *_bare(text)), key=lambda p: p.quote.start)
    return [p for p in found if abs(p.lat) <= 90 and abs(p.lon) <= 180]


def _lettered(text: str) -> Iterator[Point]:
    for m in LETTERED.finditer(text):
        lat, lon = _degrees(m[1], m[2], m[3]), _degrees(m[5], m[6], m[7])
        quote = Quote(m.start(), m.end(), m[0])
        yield Point(-lat if m[4] in "Sج" else lat, -lon if m[8] in "Wغ" else lon, quote)


def _bare(text: str) -> Iterator[Point]:
    for m in BARE.finditer(text):
        yield Point(float(m[1]), float(m[2]), Quote(m.start(), m.end(), m[0]))


def _degrees(degrees: str, minutes: str | None, seconds: str | None) -> float:
    return float(degrees.replace("٫", ".")) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
