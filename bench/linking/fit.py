"""Fits the weights of likeness on one half of the labelled pairs and tells how they do on the other.

    python bench/linking/fit.py [--write]

The model is a sum: one weight for each case of weights.toml, by logistic regression with a pull (L2) towards the
values of by_hand.toml, since some cases are seen only a few times; what no labelled pair shows is not
fitted. How strong the pull is comes from five-fold cross-validation on the fitting half.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
from pairs import Pair, read_pairs, read_rows

from dalil.incidents import likeness

WEIGHTS = Path(likeness.__file__).with_name("weights.toml")
SLIGHT = 0.1
PULLS = (0.03, 0.1, 0.3, 1.0, 3.0)


def cases(pair: Pair) -> list[str]:
    """The cases of the pair's evidence."""
    return [f.case for f in likeness.findings(pair.ucdp.profile, pair.airwars.profile)]


def design(pairs: list[Pair], names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """How often each case stands in each pair, and which are the same."""
    table = np.zeros((len(pairs), len(names)))
    for n, pair in enumerate(pairs):
        for case in cases(pair):
            if case in names:
                table[n, names.index(case)] += 1
    return table, np.array([pair.same for pair in pairs], float)


def fit(table: np.ndarray, same: np.ndarray, prior: np.ndarray, pull: float) -> np.ndarray:
    """Weights and, last, the offset; a weight that would change the sign that it was given by hand stays at a tenth."""
    free = np.ones(len(prior) + 1, bool)
    while True:
        found = newton(table, same, prior, pull, free)
        wrong = free[:-1] & (found[:-1] * prior < 0)
        if not wrong.any():
            return found
        free[:-1] &= ~wrong


def newton(table: np.ndarray, same: np.ndarray, prior: np.ndarray, pull: float, free: np.ndarray) -> np.ndarray:
    """Newton's method on the penalised likelihood, over the free weights; the others are slight."""
    whole = np.hstack([table, np.ones((len(table), 1))])
    wide, given = whole[:, free], whole[:, ~free] @ np.append(np.sign(prior) * SLIGHT, 0.0)[~free]
    start = np.append(prior, -4.0)[free]
    found, penalty = start.copy(), np.diag(np.append(np.full(len(prior), pull), 0.01)[free])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(wide @ found + given, -30, 30)))
        slope = wide.T @ (same - chance) - penalty @ (found - start)
        bend = (wide * (chance * (1 - chance))[:, None]).T @ wide + penalty
        step = np.linalg.solve(bend, slope)
        found += step
        if np.abs(step).max() < 1e-8:
            break
    whole = np.append(np.sign(prior) * SLIGHT, 0.0)
    whole[free] = found
    return whole


def loss(table: np.ndarray, same: np.ndarray, found: np.ndarray) -> float:
    """Mean log-loss."""
    total = np.clip(table @ found[:-1] + found[-1], -30, 30)
    return float(np.mean(np.log1p(np.exp(np.where(same == 1, -total, total)))))


def best_pull(table: np.ndarray, same: np.ndarray, prior: np.ndarray) -> float:
    """The pull with the least loss in five folds."""
    fold = np.arange(len(same)) % 5

    def held(pull: float) -> float:
        parts = [(fold != f, fold == f) for f in range(5)]
        return float(np.mean([loss(table[b], same[b], fit(table[a], same[a], prior, pull)) for a, b in parts]))

    return min(PULLS, key=held)


def main() -> None:
    """The fitted weights on stdout as JSON; with --write, in weights.toml."""
    pairs = read_pairs(read_rows())
    fitting, kept = [p for p in pairs if not p.held_out], [p for p in pairs if p.held_out]
    stood = tomllib.loads(Path(__file__).with_name("by_hand.toml").read_text("utf-8"))
    names = sorted({c for p in fitting for c in cases(p)} & stood.keys())
    prior = np.array([stood[name] for name in names])
    table, same = design(fitting, names)
    pull = best_pull(table, same, prior)
    found = fit(table, same, prior, pull)
    print(f"pull {pull}, offset {found[-1]:.2f}", file=sys.stderr)
    print(f"loss: fitted half {loss(table, same, found):.3f}, held-out {loss(*design(kept, names), found):.3f}, "
          f"held-out before {loss(*design(kept, names), np.append(prior, -4.0)):.3f}", file=sys.stderr)  # fmt: skip
    fitted = {name: round(float(value), 2) for name, value in zip(names, found[:-1], strict=True)}
    counts = dict(zip(names, table.sum(axis=0).astype(int).tolist(), strict=True))
    print(json.dumps({"offset": round(float(found[-1]), 2), "weights": fitted, "seen": counts}, indent=1))
    if "--write" in sys.argv:
        text = WEIGHTS.read_text("utf-8")
        for name, value in fitted.items():
            text = re.sub(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.M)
        WEIGHTS.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
