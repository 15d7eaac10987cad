"""What a line on the screen may hint at: a medium or monitor by name, a place that a gazetteer knows."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from dalil.atlas import find_places
from dalil.claims.folding import words

CREDITED = ("medium", "monitor", "rescuer")
# Shorter names are read into noise too easily.
MIN_PLACE = 4


@cache
def names() -> dict[str, str]:
    """Each folded name or abbreviation of a medium, monitor or rescuer of the actor lists, with its usual name."""
    found: dict[str, str] = {}
    for file in sorted(files("dalil.claims").joinpath("actors").iterdir(), key=lambda f: f.name):
        rows = [r.split("\t") for r in file.read_text("utf-8").splitlines() if not r.startswith("#")]
        if not rows or rows[0][:2] != ["id", "kind"]:
            continue
        for row in rows[1:]:
            _, kind, _, english, arabic, short = (*row, "", "", "", "")[:6]
            written = [name for column in (english, arabic, short) for name in column.split("|") if name]
            if kind in CREDITED and written:
                for name in written:
                    found.setdefault(folded(name), written[0])
    found.pop("", None)
    return found


def folded(text: str) -> str:
    """The words of `text` as they are searched."""
    return " ".join(word.text for word in words(text))


def credits_in(text: str) -> tuple[str, ...]:
    """The usual names of media, monitors and rescuers whose name stands in the line, whole words alone."""
    line = f" {folded(text)} "
    return tuple(dict.fromkeys(usual for name, usual in names().items() if f" {name} " in line))


def places_in(text: str, country: str | None) -> tuple[str, ...]:
    """Names in the line that a gazetteer knows as places; what is taken for one only by its surroundings is not."""
    found = find_places(text, country=country)
    return tuple(dict.fromkeys(m.name for m in found if m.known and m.role != "actor" and len(m.name) >= MIN_PLACE))
