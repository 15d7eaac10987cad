"""Learns the weights of `claims.reader.sifting` from the MUC-4 training texts (public domain).

    pip install scikit-learn
    python bench/train_sifting.py ../shared [--cache FILE]

Texts are in order of date and stories repeat, so the folds are stretches of the order: no story is learned from and
scored at once. The last step and the bounds are set on what the folds predict for texts that they have not seen; prints
the score there. Writes src/dalil/claims/languages/en/sifting.tsv.gz.
"""

import argparse
import gzip
import itertools
import json
import pickle
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from dalil.claims.reader.proposals import parts_of, proposals_of
from dalil.claims.reader.reading import prepared
from dalil.claims.reader.sifting import (
    FAMILIES,
    LABELS,
    ROLES,
    SHARED,
    UNIT,
    families_of,
    filler_context,
    stack_features,
    text_features,
)
from dalil.claims.text.pasted import find_header

OUT = Path(__file__).parents[1] / "src/dalil/claims/languages/en/sifting.tsv.gz"
FOLDS = 4
C_TEXT, C_FILLER, C_SHARE, C_STACK = 0.02, 0.1, 0.05, 0.03  # tried on the folds: 0.003 to 0.5
LEAST_TEXT, LEAST_FILLER = 3, 4  # times that a feature must be seen
RELEVANT = 0.12  # texts less likely than this to tell of any act teach nothing on fillers
SMALL_TEXT, SMALL_FILLER = 0.004, 0.02  # weights below are left out; no change of the score on the folds
KEEP = 4  # every fourth wrong filler is learned from, with fourfold weight
TRIED = (0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.32, 0.4, 0.5)


class Columns:
    """Names of features and their columns."""

    def __init__(self, rows, least):
        seen = Counter(f for row in rows for f in row)
        self.at = {f: k for k, f in enumerate(f for f, n in seen.items() if n >= least)}

    def matrix(self, rows):
        ends, index, data = [0], [], []
        for row in rows:
            for f, x in row.items():
                k = self.at.get(f)
                if k is not None:
                    index.append(k)
                    data.append(x)
            ends.append(len(index))
        shape = (len(ends) - 1, len(self.at))
        return sp.csr_matrix((np.array(data, np.float64), np.array(index, np.int32), ends), shape=shape)


def prepare(path):
    """What is learned from of every text: plain values, so that they can be kept in a file."""
    out = []
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        header = find_header(row["text"])
        told = prepared(row["text"], "en", header.published, None, header)
        found = proposals_of(told.lines, parts_of(told.drafts), told.skipped)
        out.append(
            {
                "id": row["id"],
                "text": text_features(told.lines, told.drafts, told.events),
                "stack": (_light(told.events), len(told.lines)),
                "words": list(found),
                "spots": [[(line.number, i, j) for line, i, j in p.spots] for p in found.values()],
                "features": [frozenset(map(sys.intern, p.features)) for p in found.values()],
            }
        )
    return out


def _light(events):
    return [(e.type, e.score, e.drafts[0].line.number) for e in events]


class _Shown:
    """An event as `stack_features` looks at it."""

    def __init__(self, told):
        self.type, self.score, number = told
        line = type("Line", (), {"number": number})
        self.drafts = [type("Draft", (), {"line": line})]


def folds(n):
    cuts = np.linspace(0, n, FOLDS + 1).astype(int)
    return [(np.r_[0:a, b:n], np.r_[a:b]) for a, b in itertools.pairwise(cuts)]


def fit(x, y, c, iterations=120, thin=False):
    """A model; where `thin`, of every right row and of every KEEP-th wrong one, which then weighs as many."""
    model = LogisticRegression(C=c, max_iter=iterations, tol=1e-7)
    if not thin:
        return model.fit(x, y)
    kept = np.flatnonzero(y | (np.arange(len(y)) % KEEP == 0))
    return model.fit(x[kept], y[kept], np.where(y[kept], 1.0, KEEP))


def unseen(x, y, c, owner=None, mask=None, thin=False):
    """For every row the chance that a model gives which saw no row of its fold; `owner` is the text of each row."""
    owner = np.arange(x.shape[0]) if owner is None else owner
    out = np.zeros(x.shape[0])
    for train, test in folds(owner.max() + 1):
        a, b = np.isin(owner, train), np.isin(owner, test)
        if mask is not None:
            a &= mask
        out[b] = fit(x[a], y[a], c, thin=thin).predict_proba(x[b])[:, 1]
    return out


def kinds_of(templates):
    return {t["incident_type"].split(" / ")[0] for t in templates}


def spots_overlap(a, b):
    return any(x == y and i < n and m < j for x, i, j in a for y, m, n in b)


def ranked(doc, chances, least=0.1):
    """Wordings and chances above `least`, none sharing words with a likelier one, likeliest first."""
    kept = []
    for k in sorted((k for k in range(len(chances)) if chances[k] > least), key=lambda k: -chances[k]):
        if not any(spots_overlap(doc["spots"][k], doc["spots"][o]) for o in kept):
            kept.append(k)
    return kept


def predicted(doc, chances, kept, roles, share, bounds):
    chosen = families_of(chances, bounds)
    out = {t: {"incident_type": t, **{r: [] for r in ROLES}} for t in chosen}
    for r in ROLES if chosen else ():
        for k in kept[r]:
            if roles[r][k] <= bounds[r]:
                break
            chance = {t: share[t][k] if t in share else chances[t] for t in chosen}
            mine = [t for t in chosen if chance[t] > bounds["share"]] or [max(chosen, key=chance.__getitem__)]
            for t in chosen if len(chosen) == 1 else mine:
                out[t][r].append([doc["words"][k]])
    return list(out.values())


def tune(evaluate, bounds):
    for name in bounds:
        bounds[name] = max(TRIED, key=lambda x: evaluate({**bounds, name: x}))
    return bounds


def main():
    """The weights are written; prints the score on unseen folds."""
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("shared", type=Path)
    ap.add_argument("--cache", type=Path)
    a = ap.parse_args()
    sys.path.insert(0, str(a.shared / "tools"))
    import score_muc4

    gold = score_muc4.load_gold(a.shared / "data/muc4/gold_train.json")
    if a.cache and a.cache.is_file():
        docs = pickle.loads(a.cache.read_bytes())
    else:
        docs = prepare(a.shared / "data/muc4/docs_train.jsonl")
        if a.cache:
            a.cache.write_bytes(pickle.dumps(docs, -1))
    learn(docs, gold, score_muc4)


def learn(docs, gold, score_muc4):
    texts = Columns([d["text"] for d in docs], LEAST_TEXT)
    x = texts.matrix([d["text"] for d in docs])
    print("texts", x.shape, flush=True)
    told = {t: np.array([t in kinds_of(gold[d["id"]]) for d in docs]) for t in FAMILIES}
    told["any"] = np.array([bool(gold[d["id"]]) for d in docs])
    first = {t: unseen(x, told[t], C_TEXT) for t in LABELS}
    rows = [
        f"text\t{f}\t{cells}" for f, cells in _weighed(texts, [fit(x, told[t], C_TEXT) for t in LABELS], SMALL_TEXT)
    ]

    owner = np.array([n for n, d in enumerate(docs) for _ in d["words"]])
    fillers = [
        {**dict.fromkeys(f, 1.0), **filler_context({t: first[t][n] for t in LABELS}, _Spots(s))}
        for n, d in enumerate(docs)
        for f, s in zip(d["features"], d["spots"], strict=True)
    ]
    columns = Columns(fillers, LEAST_FILLER)
    z = columns.matrix(fillers)
    del fillers
    right, shared = _labels(docs, gold, len(owner))
    mask = first["any"][owner] > RELEVANT
    roles = {r: unseen(z, right[r], C_FILLER, owner, mask, thin=True) for r in ROLES}
    print("fillers", z.shape, flush=True)
    any_role = np.logical_or.reduce([right[r] for r in ROLES])
    share = {t: unseen(z, shared[t], C_SHARE, owner, any_role) for t in SHARED}
    models = [fit(z[mask], right[r][mask], C_FILLER, thin=True) for r in ROLES]
    models += [fit(z[any_role], shared[t][any_role], C_SHARE) for t in SHARED]
    rows += [f"filler\t{f}\t{cells}" for f, cells in _weighed(columns, models, SMALL_FILLER)]

    starts = np.searchsorted(owner, np.arange(len(docs) + 1))
    cut = [slice(starts[n], starts[n + 1]) for n in range(len(docs))]
    stack = np.array(
        [
            stack_features(
                {t: first[t][n] for t in LABELS},
                list(zip(*(roles[r][cut[n]] for r in ROLES), strict=True)),
                [_Shown(e) for e in d["stack"][0]],
                d["stack"][1],
            )
            for n, d in enumerate(docs)
        ]
    )
    scaler = StandardScaler().fit(stack)
    scaled = scaler.transform(stack)
    last = {t: unseen(scaled, told[t], C_STACK) for t in LABELS}
    for t in LABELS:
        m = fit(scaled, told[t], C_STACK, 500)
        values = [*scaler.mean_, *scaler.scale_, *m.coef_[0], m.intercept_[0]]
        rows.append("\t".join(["stack", t, *(f"{v:.4g}" for v in values)]))

    kept = [{r: ranked(d, roles[r][cut[n]]) for r in ROLES} for n, d in enumerate(docs)]

    def result(bounds):
        found = {}
        for n, d in enumerate(docs):
            parts = {r: roles[r][cut[n]] for r in ROLES}
            mine = {t: share[t][cut[n]] for t in SHARED}
            found[d["id"]] = predicted(d, {t: last[t][n] for t in LABELS}, kept[n], parts, mine, bounds)
        return score_muc4.score(found, gold)

    bounds = dict.fromkeys((*LABELS, *ROLES, "share"), 0.22)
    bounds = tune(lambda b: result(b)["micro"]["f1"], bounds)
    print(bounds)
    for slot, v in result(bounds).items():
        print(f"{slot:14s} P {v['p']:5.1f}  R {v['r']:5.1f}  F1 {v['f1']:5.1f}")
    rows += [f"bound\t{name}\t{value}" for name, value in bounds.items()]
    OUT.write_bytes(gzip.compress("\n".join(rows).encode(), 9, mtime=0))
    print(len(rows), "rows,", OUT.stat().st_size, "bytes")


class _Spots:
    """A proposal as `filler_context` looks at it."""

    def __init__(self, spots):
        self.spots = spots


def _labels(docs, gold, n):
    right = {r: np.zeros(n, bool) for r in ROLES}
    shared = {t: np.zeros(n, bool) for t in SHARED}
    k = 0
    for d in docs:
        named = {r: {m for t in gold[d["id"]] for e in t[r] for m in e} for r in ROLES}
        kinds: dict[str, set[str]] = {}
        for t in gold[d["id"]]:
            for m in (m for r in ROLES for e in t[r] for m in e):
                kinds.setdefault(m, set()).add(t["incident_type"].split(" / ")[0])
        for w in d["words"]:
            for r in ROLES:
                right[r][k] = w in named[r]
            for t in SHARED:
                shared[t][k] = t in kinds.get(w, ())
            k += 1
    return right, shared


def _weighed(columns, models, small):
    """Each feature with its weights as thousandths, those left out that weigh little everywhere; the bias first."""
    table = np.stack([m.coef_[0] for m in models], 1)
    bias = table[columns.at["bias"]] + np.array([m.intercept_[0] for m in models])
    table[columns.at["bias"]] = bias
    for name, k in columns.at.items():
        if np.abs(table[k]).max() >= small:
            yield name, "\t".join(str(v) if (v := round(float(x) * UNIT)) else "" for x in table[k])


if __name__ == "__main__":
    main()
