"""How alike a queried name and the known names are: visible measures, weights from weights.toml, a score in 0-1.

The weights were fitted by bench/fit_locate.py on spellings held out of gazetteers; the file says which.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from operator import itemgetter

import numpy as np
from rapidfuzz.distance import Indel, LCSseq
from rapidfuzz.process import cdist

from dalil.atlas.index import Gazetteer
from dalil.atlas.keys import Key, coarse

# Each measure compares two names and is 0-1:
#   sounds, bones, plain, coarse   how alike the levels of the keys are (indel); plain within one script, else sounds
#   frame   how alike the frames are (keys.py): which vowels stand, and Ukrainian against Russian, make no difference
#   same_bones, same_plain, same_letters, same_frame   whether a level is the same
#   within     how much of the shorter sounds stands in the longer: Arabic leaves short vowels out
#   words, articles   whether both have as many words, as many articles
#   cosine     the index's own likeness
#   letters    how alike the Arabic letters are, where the script or an exact romanisation tells them; else sounds
#   main       how alike the sounds and bones of the place's main name are (in Latin, or this script)
#   crowd      among hamlets of one name, how many spellings one has: the one weight that may be negative, since a new
#              spelling belongs to the place that has few. Partly the test's doing: the one asked for has just lost it
MEASURES = (
    "sounds", "bones", "plain", "same_bones", "same_plain", "coarse", "within", "words", "articles",
    "cosine", "letters", "same_letters", "main", "frame", "same_frame", "crowd",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weights:
    """One fitted set: `name` in the order of MEASURES, and what a place itself adds."""

    bias: float
    name: np.ndarray
    division: float
    population: float
    admin: float


@cache
def weights(script: str) -> Weights:
    """The set for queries in a script: Arabic leaves short vowels out, so that its measures weigh otherwise."""
    data = tomllib.loads((resources.files("dalil.atlas") / "weights.toml").read_text("utf-8"))
    chosen = {k: float(v) for k, v in data["arabic" if script == "ar" else "other"].items()}
    name = np.array([chosen.pop(m) for m in MEASURES])
    return Weights(chosen["bias"], name, chosen["division"], chosen["population"], chosen["admin"])


def measured(
    key: Key, gazetteer: Gazetteer, rows: np.ndarray, cosines: np.ndarray, spellings: np.ndarray | None = None
) -> np.ndarray:
    """The measures of `key` against the names in `rows`: one row a name, one column a measure.

    `spellings` (how many names each place has) is given only where a name is hidden from its place.
    """
    take = itemgetter(*rows.tolist(), 0)  # the last one only makes it a tuple where there is one row; cut off again

    def column(values: list[str]) -> tuple[str, ...]:
        return take(values)[:-1]

    owners = gazetteer.owners[rows]
    heard, letters = column(gazetteer.sounds), column(gazetteer.letters)
    alike = _each(key.sounds, heard, Indel.normalized_similarity)
    same_script = gazetteer.scripts[rows] == ord(key.script[0])
    plain = np.where(same_script, _each(key.plain, column(gazetteer.plain), Indel.normalized_similarity), alike)
    bones = _each(key.bones, column(gazetteer.bones), Indel.normalized_similarity)
    shorter = np.fromiter(map(len, heard), np.float64, len(heard)).clip(1, max(1, len(key.sounds)))
    written, told = alike, np.zeros(len(rows), bool)
    if key.letters:
        told = np.fromiter(map(bool, letters), bool, len(letters))
        written = np.where(told, _each(key.letters, letters, Indel.normalized_similarity), alike)
    main = np.maximum(_main(key, gazetteer, owners, ord("l")), _main(key, gazetteer, owners, ord(key.script[0])))
    same_bones = bones == 1.0
    crowd = _crowd(gazetteer) if spellings is None else _crowding(gazetteer, spellings)
    frames = _each(key.frame, column(gazetteer.frames), Indel.normalized_similarity)
    values = {
        "sounds": alike,
        "bones": bones,
        "plain": plain,
        "same_bones": same_bones,
        "same_plain": same_script & (plain == 1.0),
        "coarse": _each(coarse(key.bones), column(gazetteer.coarse), Indel.normalized_similarity),
        "within": _each(key.sounds, heard, LCSseq.similarity) / shorter,
        "words": gazetteer.words[rows] == key.plain.count(" "),
        "articles": gazetteer.articles[rows] == key.articles,
        "cosine": cosines,
        "letters": written,
        "same_letters": told & (written == 1.0),
        "main": main,
        "frame": frames,
        "same_frame": frames == 1.0,
        "crowd": crowd[owners] * same_bones,
    }
    return np.column_stack([values[name] for name in MEASURES])


def may_reach(
    floor: float, key: Key, gazetteer: Gazetteer, rows: np.ndarray, cosines: np.ndarray, inside: np.ndarray | bool
) -> bool:
    """False where no name in `rows` can score `floor` and none has the very sounds of `key`.

    Three measures are taken and the others put at their best: most names in reports are like no name of a gazetteer,
    and cost no more than this. `inside` is which names lie in the province that is named.
    """
    w = weights(key.script)
    take = itemgetter(*rows.tolist(), 0)
    alike = _each(key.sounds, take(gazetteer.sounds)[:-1], Indel.normalized_similarity)
    if alike.max() == 1.0:
        return True
    bones = _each(key.bones, take(gazetteer.bones)[:-1], Indel.normalized_similarity)
    told = {"sounds": alike, "bones": bones, "cosine": cosines}
    best = w.bias + sum(max(0.0, float(w.name[n])) for n, name in enumerate(MEASURES) if name not in told)
    for name, values in told.items():
        best = best + w.name[MEASURES.index(name)] * values
    best += bonuses(gazetteer, key.script)[gazetteer.owners[rows]] + w.admin * inside
    return probability(float(best.max())) >= floor - 0.001  # scores are rounded


def _main(key: Key, gazetteer: Gazetteer, owners: np.ndarray, script: int) -> np.ndarray:
    """How alike `key` and each place's first name in a script are, by sounds and bones."""
    take = itemgetter(*gazetteer.main_rows(script)[owners].tolist(), 0)
    sounds = _each(key.sounds, take(gazetteer.sounds)[:-1], Indel.normalized_similarity)
    return 0.5 * sounds + 0.5 * _each(key.bones, take(gazetteer.bones)[:-1], Indel.normalized_similarity)


def _crowd(gazetteer: Gazetteer) -> np.ndarray:
    if "crowd" not in gazetteer.cache:
        gazetteer.cache["crowd"] = _crowding(gazetteer, np.diff(gazetteer.first_name))
    return gazetteer.cache["crowd"]


def _crowding(gazetteer: Gazetteer, spellings: np.ndarray) -> np.ndarray:
    """0-1 for each place without population: up to 20 spellings, on a logarithmic scale; 0 for towns and divisions."""
    hamlet = (gazetteer.population == 0) & np.array([not f.startswith("A.") for f in gazetteer.features])
    return hamlet * np.minimum(np.log(np.maximum(spellings, 1)) / np.log(20), 1.0)


def _each(one: str, others: tuple[str, ...], scorer) -> np.ndarray:
    return cdist([one], others, scorer=scorer)[0]


def bonuses(gazetteer: Gazetteer, script: str) -> np.ndarray:
    """What each place adds to the logit whatever its name: small beside the name, but it parts namesakes."""
    key = ("bonuses", script)
    if key not in gazetteer.cache:
        w = weights(script)
        division = np.array([f.startswith("A.") for f in gazetteer.features], float)
        gazetteer.cache[key] = w.division * division + w.population * np.log10(gazetteer.population + 1.0)
    return gazetteer.cache[key]


def probability(logit: float) -> float:
    """A logit as a score in 0-1."""
    return 1.0 / (1.0 + math.exp(-logit)) if logit > -30 else 0.0
