"""How alike a queried name and a known place are: visible measures, weights from weights.toml, a score in 0-1.

The weights were fitted by bench/tune_locate.py on spellings held out of gazetteers; the file says which.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from rapidfuzz.distance import Indel, JaroWinkler

from dalil.atlas.keys import Key, coarse

MEASURES = ("sounds", "bones", "plain", "prefix", "same_sounds", "same_bones", "coarse", "words", "cosine")


@dataclass(frozen=True, slots=True)
class Weights:
    """The fitted weights: `name` in the order of MEASURES, and those of a place."""

    bias: float
    name: tuple[float, ...]
    division: float
    population: float
    spellings: float
    admin: float


@cache
def weights() -> Weights:
    """The weights file, read once."""
    data = tomllib.loads((resources.files("dalil.atlas") / "weights.toml").read_text("utf-8"))
    name = tuple(float(data["name"][m]) for m in MEASURES)
    return Weights(float(data["name"]["bias"]), name, **{k: float(v) for k, v in data["place"].items()})


def measures(query: Key, name: Key, cosine: float) -> tuple[float, ...]:
    """The comparisons of two keys, each 0-1, in the order of MEASURES."""
    same_script = query.script == name.script
    sounds = Indel.normalized_similarity(query.sounds, name.sounds)
    return (
        sounds,
        Indel.normalized_similarity(query.bones, name.bones),
        Indel.normalized_similarity(query.plain, name.plain) if same_script else sounds,
        JaroWinkler.similarity(query.sounds, name.sounds),
        1.0 if query.sounds == name.sounds else 0.0,
        1.0 if query.bones == name.bones else 0.0,
        Indel.normalized_similarity(coarse(query.bones), coarse(name.bones)),
        1.0 if query.plain.count(" ") == name.plain.count(" ") else 0.0,
        cosine,
    )


def likeness(query: Key, name: Key, cosine: float) -> float:
    """The weighted sum of the measures: a logit."""
    w = weights()
    return w.bias + sum(a * b for a, b in zip(w.name, measures(query, name, cosine), strict=True))


def place_bonus(*, division: bool, population: int, spellings: int, in_admin: bool | None) -> float:
    """What a place itself adds to the logit, whatever its name: small beside the name, but it parts namesakes."""
    w = weights()
    bonus = w.division * division + w.population * math.log10(population + 1) + w.spellings * math.log(spellings)
    return bonus + (w.admin if in_admin else 0.0)


def probability(logit: float) -> float:
    """A logit as a score in 0-1."""
    return 1.0 / (1.0 + math.exp(-logit)) if logit > -30 else 0.0
