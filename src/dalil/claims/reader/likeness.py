"""How like a wire is to the training texts that tell of an act, and to those that tell of none.

Every text has a place in a room of some hundred axes, along which words vary that stand in the same texts
(`bench/train_sifting.py` finds them, without a look at any answer). Near which training texts it lies speaks for an act
or against it: a kernel machine's weights, one for each training text and act. Beside the weights of single words this
sees which words come together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LIKE = ("attack", "bombing", "kidnapping", "arson", "any")  # robberies are too few
NARROW = 4.0  # how fast likeness falls off with the angle between two texts


@dataclass(frozen=True, slots=True)
class Likeness:
    """The axes of the room (a row for each word), the training texts' places in it, their weights for each act."""

    rows: dict[str, int]
    axes: object
    texts: object
    by: object
    bias: object


def counts(name: str) -> bool:
    """Whether a feature of the text places it: all do but pairs of words."""
    return not name.startswith("b=")


def rebuilt(names: list[str], arrays: Mapping[str, object]) -> Likeness:
    """The room as `bench/train_sifting.py` kept it; `names` are the features of a text in the order of its axes."""
    import numpy as np

    rows = {name: k for k, name in enumerate(n for n in names if counts(n))}
    axes, texts, by, bias = (np.asarray(arrays[x], dtype=np.float32) for x in ("axes", "texts", "by", "bias"))
    return Likeness(rows, axes, texts, by, bias)


def leanings(room: Likeness, weighed: Mapping[str, float]) -> list[float]:
    """For each act of LIKE how far the text leans towards it; `weighed` holds its features by their rarity."""
    import numpy as np

    found = [(k, x) for name, x in weighed.items() if (k := room.rows.get(name)) is not None]
    if not found:
        return [0.0] * len(LIKE)
    place = np.array([x for _, x in found], dtype=np.float32) @ room.axes[[k for k, _ in found]]
    place /= np.linalg.norm(place) + 1e-9
    return [float(x) for x in np.exp(NARROW * (room.texts @ place - 1)) @ room.by + room.bias]
