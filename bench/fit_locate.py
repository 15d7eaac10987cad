"""Fits atlas/weights.toml on spellings held out of gazetteer files, and tells how well each country does unseen.

    python bench/fit_locate.py SY.txt PS.txt UA.txt [--write]

For each file a sample of alternative names is taken; each is hidden from its place and then asked for, half of the time
with the province named. The weights of names and places maximise the likelihood of the right place among those that the
index proposes (softmax); a scale and a bias then make the score the share of candidates that are right. The table shows
every file under weights fitted on the others only.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np

from dalil.atlas import rank
from dalil.atlas.admin import admin_of
from dalil.atlas.index import Gazetteer, build
from dalil.atlas.keys import key_of
from dalil.atlas.search import proposed
from dalil.atlas.store import read_geonames

PLACE = ("division", "population", "admin")
SCRIPTS = ("arabic", "other")
WEIGHTS = Path(rank.__file__).with_name("weights.toml")


class Case:
    """One hidden name: the measures of every proposed row, whose rows they are, and which place is right."""

    def __init__(self, gazetteer: Gazetteer, row: int, with_admin: bool):
        self.script = "arabic" if gazetteer.scripts[row] == ord("a") else "other"
        self.with_admin = with_admin
        self.gold = int(gazetteer.owners[row])
        key = key_of(gazetteer.names[row])
        division = None
        if with_admin and (names := admin_of(gazetteer).names(self.gold)):
            division = admin_of(gazetteer).division(names[0])
        rows, cosines = proposed(gazetteer, key, division)
        rows, cosines = rows[rows != row], cosines[rows != row]
        self.owners = gazetteer.owners[rows]
        spellings = np.diff(gazetteer.first_name)
        spellings[self.gold] -= 1
        names = rank.measured(key, gazetteer, rows, cosines, spellings)
        place = np.column_stack(
            [
                [gazetteer.features[p].startswith("A.") for p in self.owners],
                np.log10(gazetteer.population[self.owners] + 1.0),
                division.places[self.owners] if division is not None else np.zeros(len(rows)),
            ]
        )
        self.measures = np.hstack([names, place])

    def by_place(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """One row a place, by its best name under the weights: (measures, places)."""
        scores = self.measures @ weights
        order = np.argsort(-scores, kind="stable")
        _, first = np.unique(self.owners[order], return_index=True)
        kept = order[np.sort(first)]
        return self.measures[kept], self.owners[kept]


def sample(file: Path, count: int, seed: int) -> list[Case]:
    """Hidden names of one file, each with its case."""
    gazetteer = build(file.stem, list(read_geonames(file)))
    chosen = random.Random(seed)
    places = [p for p in range(len(gazetteer.ids)) if len(gazetteer.names_of(p)) > 1]
    rows = [chosen.choice(list(gazetteer.names_of(p))[1:]) for p in chosen.sample(places, min(count, len(places)))]
    return [Case(gazetteer, r, chosen.random() < 0.5) for r in rows if len(gazetteer.names[r]) > 2]


def fit(cases: list[Case], start: np.ndarray, rounds: int = 3, steps: int = 150, decay: float = 2e-3) -> np.ndarray:
    """The weights that make the right places likeliest, by Adam; measures never count against a name."""
    weights = start.copy()
    free = len(rank.MEASURES)
    for _ in range(rounds):
        data = [
            (m, int(np.flatnonzero(p == c.gold)[0])) for c in cases for m, p in [c.by_place(weights)] if c.gold in p
        ]
        lengths = np.array([len(m) for m, _ in data])
        flat, starts = np.vstack([m for m, _ in data]), np.r_[0, np.cumsum(lengths)[:-1]]
        gold = starts + np.array([g for _, g in data])
        moment, spread = np.zeros_like(weights), np.zeros_like(weights)
        for step in range(1, steps + 1):
            scores = flat @ weights
            scores -= np.repeat(np.maximum.reduceat(scores, starts), lengths)
            share = np.exp(scores)
            share /= np.repeat(np.add.reduceat(share, starts), lengths)
            gradient = (flat.T @ share - flat[gold].sum(0)) / len(data) + decay * weights
            moment = 0.9 * moment + 0.1 * gradient
            spread = 0.99 * spread + 0.01 * gradient**2
            weights -= 0.1 * (moment / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.99**step)) + 1e-8)
            weights[: free - 1] = np.maximum(weights[: free - 1], 0)  # all but the last, "crowd"
    return weights


def calibrate(cases: list[Case], weights: np.ndarray) -> tuple[float, float]:
    """(scale, bias) that make the logistic of the score the share of candidates that are right."""
    scores, right = [], []
    for case in cases:
        measures, places = case.by_place(weights)
        top = measures[:20] @ weights
        scores.append(top)
        right.append(places[:20] == case.gold)
    x, y = np.concatenate(scores), np.concatenate(right).astype(float)
    middle, width = float(x.mean()), float(x.std())
    z = (x - middle) / width
    scale, bias = 0.0, 0.0
    for _ in range(4000):
        p = 1 / (1 + np.exp(-(scale * z + bias)))
        scale -= 1.0 * float(((p - y) * z).mean())
        bias -= 1.0 * float((p - y).mean())
    return scale / width, bias - scale * middle / width


def recall(cases: list[Case], weights: np.ndarray) -> str:
    """recall@1 / @5 by script and by whether the province was named."""
    out = []
    for script in SCRIPTS:
        for with_admin in (False, True):
            some = [c for c in cases if c.script == script and c.with_admin == with_admin]
            if not some:
                continue
            ranked = [list(c.by_place(weights)[1][:5]) for c in some]
            one = np.mean([r[:1] == [c.gold] for r, c in zip(ranked, some, strict=True)])
            five = np.mean([c.gold in r for r, c in zip(ranked, some, strict=True)])
            out.append(f"{script}{' +province' if with_admin else ''}: {one:.3f}/{five:.3f} (n={len(some)})")
    return "  ".join(out)


def section(script: str, weights: np.ndarray, scale: float, bias: float) -> list[str]:
    """One set of weights as lines of the file."""
    rows = zip((*rank.MEASURES, *PLACE), scale * weights, strict=True)
    # a larger town is never less likely: the hidden spellings cannot tell, most places of the files have no population
    return [f"[{script}]", f"bias = {bias:.4f}"] + [
        f"{name} = {max(w, 0.05) if name == 'population' else w:.4f}" for name, w in rows
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--count", type=int, default=1500)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    samples = {f.stem: sample(f, given.count, n) for n, f in enumerate(given.files)}
    lines = [
        "# How much each comparison counts in the likeness of a name and a place (logistic; measures: rank.py).",
        f"# source: fitted by bench/fit_locate.py on up to {given.count} hidden spellings each of {', '.join(samples)}",
    ]
    for script in SCRIPTS:
        w = rank.weights("ar" if script == "arabic" else "la")
        start = np.r_[w.name, w.division, w.population, w.admin]
        cases = {name: [c for c in some if c.script == script] for name, some in samples.items()}
        for name, held in cases.items():
            others = [c for other, some in cases.items() if other != name for c in some]
            print(f"{name} as it stands:  {recall(held, start)}")
            if others:
                print(f"{name} kept out:      {recall(held, fit(others, start))}")
        every = [c for some in cases.values() for c in some]
        weights = fit(every, start)
        scale, bias = calibrate(every, weights)
        for name, some in cases.items():
            print(f"{name} fitted on all: {recall(some, weights)}")
        lines += section(script, weights, scale, bias)
    print("\n".join(lines))
    if given.write:
        WEIGHTS.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
