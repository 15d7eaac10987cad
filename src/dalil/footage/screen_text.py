"""Text seen in the picture, as tesseract reads it off the stills: to search by, a hint of credit and place, no claim.

Tesseract is a program of its own, started for each still with the picture on its stdin, no shell and a time limit;
it is no part of dalil, and where it is missing one line says how to get it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from rapidfuzz.fuzz import ratio

from dalil.claims.folding import words
from dalil.records import Footage, Still

from .screen_hints import credits_in, places_in

# Words that tesseract is less sure of are left out, and so is a line without one longer word: on 26 stills of thirteen
# clips this left two lines in all, and captions drawn at 14 to 36 pixels in both scripts were read whole.
MIN_CONFIDENCE, MIN_LETTERS = 70.0, 4
# Two lines whose folded words are so much alike are one caption, read twice.
SAME_LINE = 80.0
MOST_LINES, LONGEST_LINE = 200, 300
SECONDS_A_READING = 20
LANGUAGES = {"ara": "Arabic", "eng": "English"}
PACKAGES = "tesseract-ocr tesseract-ocr-ara tesseract-ocr-eng"
# What is brighter (or darker) than everything this many pixels around it is taken for writing.
STROKE = 31
# (bright writing or dark, scale): strokes of small writing want to be larger, those of large Arabic do not.
READINGS = ((True, 2), (True, 1), (False, 2))


@dataclass(frozen=True, slots=True)
class ScreenText:
    """One line that was read off a still at `offset_s`; `confidence` is tesseract's own, 0 to 100.

    `credits` are media and monitors that the line names, `places` names that a gazetteer knows: hints for a person.
    """

    object: str
    offset_s: float
    text: str
    confidence: float
    credits: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The program as it is installed here."""

    program: str
    languages: tuple[str, ...]


@cache
def tesseract() -> Tesseract | None:
    """The program with those of LANGUAGES that are installed; None where there is no such program."""
    program = shutil.which("tesseract")
    if program is None:
        return None
    try:
        listed = subprocess.run(
            [program, "--list-langs"], capture_output=True, timeout=SECONDS_A_READING, env=environment(), check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    installed = listed.stdout.decode("utf-8", "replace").split()
    return Tesseract(program, tuple(language for language in LANGUAGES if language in installed))


def environment() -> dict[str, str]:
    """One thread a reading, so that the machine stays usable; nothing of the caller's but where programs are."""
    kept = {name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX", "SYSTEMROOT") if name in os.environ}
    return {**kept, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}


def read_screen(
    footage: Footage, derived: Path, *, country: str | None = None
) -> tuple[tuple[ScreenText, ...], tuple[str, ...]]:
    """The lines seen on the recording's stills, each once, in order of offset; and what kept any from being read."""
    if not footage.stills:
        return (), ()
    here = tesseract()
    if here is None or not here.languages:
        lacks = "tesseract is not installed" if here is None else "tesseract has neither Arabic nor English"
        return (), (f"on-screen text was not read: {lacks}. On Debian: apt install {PACKAGES}; then dalil rebuild",)
    problems = []
    if missing := [name for language, name in LANGUAGES.items() if language not in here.languages]:
        problems.append(f"on-screen text was read without {missing[0]}: tesseract has no such language here")
    lines: list[ScreenText] = []
    for still in footage.stills:
        try:
            lines += read_still(here, still, derived, footage.object)
        except subprocess.TimeoutExpired:
            problems.append(f"on-screen text at {still.offset_s:.1f} s was not read in {SECONDS_A_READING} s")
        except (OSError, cv2.error) as error:
            problems.append(f"on-screen text at {still.offset_s:.1f} s was not read ({type(error).__name__})")
    found = (replace(x, credits=credits_in(x.text), places=places_in(x.text, country)) for x in once(lines))
    return tuple(found), tuple(problems)


def read_still(here: Tesseract, still: Still, derived: Path, object: str) -> Iterator[ScreenText]:
    """Every line of one still, as often as a reading finds it."""
    picture = cv2.imdecode(np.frombuffer((derived / still.file).read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise OSError(f"{still.file} is no picture")
    for bright, scale in READINGS:
        page = writing(picture, bright=bright, scale=scale)
        for text, confidence in lines_of(run(here, page)):
            yield ScreenText(object, still.offset_s, text, confidence)


def writing(picture: np.ndarray, *, bright: bool, scale: int) -> np.ndarray:
    """Black on white what stands out from the picture by being brighter or darker than what is around it.

    Tesseract's own thresholds are made for paper and find writing over pictures only by luck.
    """
    large = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    level = large.max(axis=2) if bright else large.min(axis=2)
    kernel = np.ones((STROKE * scale // 2 * 2 + 1,) * 2, np.uint8)
    out = cv2.morphologyEx(level, cv2.MORPH_TOPHAT if bright else cv2.MORPH_BLACKHAT, kernel)
    return cv2.threshold(out, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1]


def run(here: Tesseract, page: np.ndarray) -> str:
    """Tesseract's table of words; TimeoutExpired where it takes too long, nothing where it fails."""
    command = [here.program, "stdin", "stdout", "-l", "+".join(here.languages), "--psm", "11", "tsv"]
    png = cv2.imencode(".png", page)[1].tobytes()
    done = subprocess.run(
        command, input=png, capture_output=True, timeout=SECONDS_A_READING, env=environment(), check=False
    )
    if done.returncode:
        raise OSError("tesseract failed")
    return done.stdout.decode("utf-8", "replace")


def lines_of(table: str) -> Iterator[tuple[str, float]]:
    """(line, mean confidence) of the words that are sure enough, for lines that hold a longer word."""
    lines: dict[tuple[str, ...], list[tuple[str, float]]] = {}
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) != 12:
            continue
        text = "".join(c for c in cells[11] if c.isprintable() and c not in "\u200e\u200f").strip()
        if text and float(cells[10]) >= MIN_CONFIDENCE:
            lines.setdefault(tuple(cells[1:5]), []).append((text, float(cells[10])))
    for found in lines.values():
        text = " ".join(word for word, _ in found)[:LONGEST_LINE]
        if any(len(word.text) >= MIN_LETTERS and word.text.isalpha() for word in words(text)):
            yield text, round(sum(confidence for _, confidence in found) / len(found), 1)


def once(lines: list[ScreenText]) -> list[ScreenText]:
    """Each caption once: at the first still that shows it, in the words of the longest sure reading."""
    kept: list[tuple[str, ScreenText]] = []
    for line in lines:
        folded = " ".join(word.text for word in words(line.text))
        for number, (other, before) in enumerate(kept):
            if ratio(folded, other) >= SAME_LINE or f" {folded} " in f" {other} " or f" {other} " in f" {folded} ":
                if (len(folded), line.confidence) > (len(other), before.confidence):
                    kept[number] = (folded, replace(line, offset_s=before.offset_s))
                break
        else:
            if len(kept) < MOST_LINES:
                kept.append((folded, line))
    return [line for _, line in kept]
