"""Learns the weights of `claims.reader.sifting` from the MUC-4 training texts (public domain).

    pip install scikit-learn
    python bench/train_sifting.py ../shared [--cache FILE] [--held-out]

The folds are drawn by lot: texts to come are from the same days as those learned from, and stories repeat (the texts of
the development set are as like to the nearest training text as training texts are to each other, and less like where
folds are stretches of the order). Words are sorted into kinds, and texts put in their places, by neighbours and words
alone, without a look at any answer. What is wrong and looks right teaches most: a first pass over every EIGHTH wrong
proposal finds these, a second learns from them. The last step and all bounds are set on what the folds predict for
texts that they have not seen. With --held-out, the program itself then reads each fold's texts by the weights that the
other folds gave, and is scored.
Writes src/dalil/claims/languages/en/sifting.tsv.gz and sifting.npz; the same texts and reader give the same file.
"""

import argparse
import gzip
import json
import pickle
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import svds
from sklearn.cluster import MiniBatchKMeans
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from dalil import records
from dalil.claims.reader import sifting, wires
from dalil.claims.reader.company import company_of, scene_of, state_of
from dalil.claims.reader.likeness import LIKE, NARROW, counts
from dalil.claims.reader.proposals import parts_of, proposals_of
from dalil.claims.reader.reading import prepared, read_text
from dalil.claims.reader.sifting import (
    FAMILIES,
    LABELS,
    ROLES,
    SHARED,
    UNIT,
    families_of,
    filler_context,
    known_weapon,
    likeliest_family,
    stack_features,
    text_features,
)
from dalil.claims.text.pasted import find_header

OUT = Path(__file__).parents[1] / "src/dalil/claims/languages/en/sifting.tsv.gz"
ROOM = OUT.parent / "sifting.npz"
FOLDS = 5
DRAWN = 11  # the lot by which texts are put in folds
THREADS = 2
C_TEXT, C_FIRST, C_FILLER, C_SHARE, C_STACK = 10.0, 0.1, 0.2, 0.05, 0.03  # tried on the folds: 0.003 to 0.5
AXES, BEND, C_LIKE = 100, 0.7, 1.0  # of the room in which texts lie; 60 to 150 axes are as good
ROUGH, FINE = 20, 40  # rounds of fitting the first pass and the second
LEAST_TEXT, LEAST_FILLER = 3, 3  # times that a feature must be seen
RELEVANT = 0.1  # texts less likely than this to tell of any act teach nothing on fillers
SMALL_FILLER = 0.02  # weights below are left out; no change of the score on the folds
LEVEL, LOWEST, HIGHEST = 5.0, 0.4, 2.0  # a filler's feature weighs log(rows / rows with it) / LEVEL between the others
EIGHTH = 8  # every eighth wrong filler is learned from, with eightfold weight ...
HARD = 0.004  # ... and every one to which the first pass gives this chance, with its own
GRAINS = (60, 250)  # kinds of words
DIMENSIONS, NEIGHBOURS, SEEN = 60, 1500, 4  # of the words' neighbourhoods; times that a word of a kind must be seen
TRIED = (0.02, 0.05, 0.08, 0.1, 0.12, 0.15, 0.18, 0.2, 0.22, 0.25, 0.28, 0.32, 0.36, 0.4, 0.45, 0.5)
START = 0.2
ROUNDS = 2  # times that each bound is tried with the others as they stand


class Columns:
    """Names of features and their columns."""

    def __init__(self, rows, least):
        seen = Counter(f for row in rows for f in row)
        self.at = {f: k for k, f in enumerate(sorted(f for f, n in seen.items() if n >= least))}

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
        made = sp.csr_matrix((np.array(data, np.float32), np.array(index, np.int32), ends), shape=shape)
        made.sort_indices()  # sets come in another order in every run
        return made


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
                "lines": [[sys.intern(w) for w in line.w] for line in told.lines],
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
    lot = np.random.RandomState(DRAWN).permutation(n) % FOLDS
    return [(np.flatnonzero(lot != k), np.flatnonzero(lot == k)) for k in range(FOLDS)]


def rare(x, least=0.0, most=np.inf, level=1.0, more=0.0):
    """How rare each column is: the logarithm of all rows over those that have it."""
    seen = np.asarray((x != 0).sum(0)).ravel()
    return np.clip(np.log(x.shape[0] / np.maximum(seen, 1)) / level + more, least, most)


def normed(x):
    """The rows brought to the same length."""
    return (sp.diags(1 / (np.sqrt(np.asarray(x.multiply(x).sum(1)).ravel()) + 1e-9)) @ x).tocsr()


class Room:
    """The texts by their places on the axes of most of what varies, and a kernel machine for each act and fold."""

    def __init__(self, x, told):
        x = normed(x).astype(float)
        _, strength, v = svds(x, AXES, v0=np.ones(min(x.shape)))
        self.axes = (v.T * strength ** (BEND - 1)).astype(np.float16)
        places = x @ self.axes.astype(float)
        self.texts = (places / (np.linalg.norm(places, axis=1, keepdims=True) + 1e-9)).astype(np.float16)
        near = np.exp(NARROW * (self.texts.astype(float) @ self.texts.astype(float).T - 1))
        parts = [*folds(len(near)), (np.arange(len(near)), np.arange(0))]
        self.by = np.zeros((len(parts), len(near), len(LIKE)), np.float32)
        self.bias = np.zeros((len(parts), len(LIKE)), np.float32)
        self.leanings = np.zeros((len(near), len(LIKE)))
        for k, (train, test) in enumerate(parts):
            for n, act in enumerate(LIKE):
                model = SVC(C=C_LIKE, kernel="precomputed").fit(near[np.ix_(train, train)], told[act][train])
                self.by[k, train[model.support_], n] = model.dual_coef_[0]
                self.bias[k, n] = model.intercept_[0]
            self.leanings[test] = near[test] @ self.by[k] + self.bias[k]

    def arrays(self, k):
        return {"axes": self.axes, "texts": self.texts, "by": self.by[k], "bias": self.bias[k]}


def kin_of(docs):
    """Each word's coarse and fine kind: words whose neighbours, two on each side, are alike."""
    seen = Counter(w for d in docs for line in d["lines"] for w in line)
    common = sorted((w for w, n in seen.items() if n >= SEEN), key=lambda w: (-seen[w], w))
    at = {w: k for k, w in enumerate(common)}
    pairs = Counter()
    for line in (line for d in docs for line in d["lines"]):
        for k, w in enumerate(line):
            for side, o in enumerate((-2, -1, 1, 2)):
                other = at.get(line[k + o], NEIGHBOURS) if 0 <= k + o < len(line) else NEIGHBOURS
                if w in at and other < NEIGHBOURS:
                    pairs[at[w], side * NEIGHBOURS + other] += 1
    i, j, n = np.array([(i, j, n) for (i, j), n in sorted(pairs.items())]).T
    table = sp.csr_matrix((n.astype(float), (i, j)), shape=(len(common), 4 * NEIGHBOURS))
    by_word, by_side = (np.asarray(table.sum(axis)).ravel() + 1 for axis in (1, 0))
    smooth = by_side**0.75
    told = np.log(n / by_word[i] / smooth[j] * smooth.sum())
    shape = sp.csr_matrix((np.maximum(told, 0), (i, j)), shape=table.shape)
    u, strength, _ = svds(shape, DIMENSIONS, v0=np.ones(min(shape.shape)))
    u = u * np.sqrt(strength)
    u /= np.linalg.norm(u, axis=1, keepdims=True) + 1e-9
    kinds = [MiniBatchKMeans(g, random_state=0, n_init=1, max_iter=30).fit(u).labels_ for g in GRAINS]
    return {w: (str(kinds[0][k]), str(kinds[1][k])) for w, k in at.items()}


def fit(x, y, c, mild=None, rounds=None):
    """The weights and the bias of a model of all rows but the mild ones, of which every EIGHTH weighs eightfold.

    With `rounds`, the dual form is fitted, which is quicker where rows and columns are many.
    """
    if not y.any():
        return np.zeros(x.shape[1]), -9.0
    mild = np.zeros(len(y), bool) if mild is None else mild
    kept = np.flatnonzero(~mild | (np.arange(len(y)) % EIGHTH == 0))
    model = LogisticRegression(
        C=c, solver="liblinear", dual=bool(rounds), intercept_scaling=10.0, max_iter=rounds or 200, random_state=1
    )
    model.fit(x[kept], y[kept], np.where(mild[kept], EIGHTH, 1.0))
    return model.coef_[0], float(model.intercept_[0])


class Crossed:
    """A model of all rows, one for each fold without it, and what the latter say of the rows of their fold."""

    def __init__(self, x, y, c, owner=None, mask=None, mild=None, rounds=None):
        owner = np.arange(x.shape[0]) if owner is None else owner
        mask = np.ones(x.shape[0], bool) if mask is None else mask
        parts = [(np.isin(owner, train) & mask, np.isin(owner, test)) for train, test in folds(owner.max() + 1)]
        mild = np.zeros(len(y), bool) if mild is None else mild
        self.models = [fit(x[a], y[a], c, mild[a], rounds) for a in (*(a for a, _ in parts), mask)]
        self.chances = np.zeros(x.shape[0])
        for (by, bias), (_, b) in zip(self.models, parts, strict=False):
            self.chances[b] = 1 / (1 + np.exp(-np.clip(x[b] @ by + bias, -30, 30)))


def crossed(tasks):
    """The models of each named task, in THREADS threads."""
    with ThreadPoolExecutor(THREADS) as pool:
        return dict(zip(tasks, pool.map(lambda t: Crossed(*t), tasks.values()), strict=True))


def kinds_of(templates):
    return {t["incident_type"].split(" / ")[0] for t in templates}


def spots_overlap(a, b):
    return any(x == y and i < n and m < j for x, i, j in a for y, m, n in b)


def ranked(doc, chances, role, least=0.02):
    """Wordings and chances above `least`, none sharing words with a likelier one, likeliest first."""
    kept = []
    for k in sorted((k for k in range(len(chances)) if chances[k] > least), key=lambda k: -chances[k]):
        if role == "Weapon" and not known_weapon(doc["features"][k]):
            continue
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


class Tally:
    """The score of predictions, each text's counted once."""

    def __init__(self, gold, score_muc4):
        self.gold, self.scorer, self.known = gold, score_muc4, {}

    def of(self, doc, found):
        key = (doc, repr(found))
        if key not in self.known:
            pairs, _ = self.scorer.best_pairing(found, self.gold[doc])
            hits = np.array([x for pair in pairs for x in pair.values()]).reshape(-1, 2).sum(0)
            told = [sum(1 + sum(len(t[r]) for r in ROLES) for t in side) for side in (found, self.gold[doc])]
            self.known[key] = np.array([hits[0], told[0], hits[1], told[1]])
        return self.known[key]

    def f1(self, found):
        right, told, caught, due = sum(self.of(d, x) for d, x in found.items())
        return 2 * right * caught / max(right * due + caught * told, 1e-9)


def tune(evaluate, bounds):
    """The bounds, each the best of TRIED with the others as they stand; an earlier one where two are as good."""
    for name in list(bounds) * ROUNDS:
        bounds[name] = max(TRIED, key=lambda x: evaluate({**bounds, name: x}))
    return bounds


def main():
    """The weights are written; prints the score on unseen folds."""
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("shared", type=Path)
    ap.add_argument("--cache", type=Path, help="keep what is learned from in this file, or take it from there")
    ap.add_argument("--held-out", action="store_true", help="score the program on texts that its weights have not seen")
    a = ap.parse_args()
    sys.path.insert(0, str(a.shared / "tools"))
    import score_muc4

    gold = score_muc4.load_gold(a.shared / "data/muc4/gold_train.json")
    texts = a.shared / "data/muc4/docs_train.jsonl"
    if a.cache and a.cache.is_file():
        docs = pickle.loads(a.cache.read_bytes())
    else:
        docs = prepare(texts)
        if a.cache:
            a.cache.write_bytes(pickle.dumps(docs, -1))
    tables = learn(docs, gold, score_muc4)
    table, room = tables[-1]
    OUT.write_bytes(gzip.compress(table.encode(), 9, mtime=0))
    np.savez_compressed(ROOM, **room)
    print(table.count("\n") + 1, "rows,", OUT.stat().st_size + ROOM.stat().st_size, "bytes")
    if a.held_out:
        print("the program on texts not seen:")
        show(score_muc4.score(held_out(texts, tables, score_muc4), gold))


def show(result):
    for slot, v in result.items():
        print(f"{slot:14s} P {v['p']:5.1f}  R {v['r']:5.1f}  F1 {v['f1']:5.1f}", flush=True)


def held_out(path, tables, score_muc4):
    """The templates that the program gives for every text by the weights that did not see its fold."""
    texts = [json.loads(x) for x in path.read_text("utf-8").splitlines()]
    found = {}
    for (table, room), (_, test) in zip(tables, folds(len(texts)), strict=False):
        learned = sifting.parse(table, room, "en")
        wires.weights = lambda tag, learned=learned: learned
        for k in test:
            claims = records.builtins(read_text(texts[k]["text"]).claims)
            out = [t for c in claims if (t := score_muc4.from_claim(c))]
            found[texts[k]["id"]] = [t for i, t in enumerate(out) if t not in out[:i]]
    return found


def learn(docs, gold, score_muc4):
    """The tables of weights: one for each fold without it, and that of all."""
    texts = Columns([d["text"] for d in docs], LEAST_TEXT)
    x = texts.matrix([d["text"] for d in docs])
    rarity = np.round(rare(x, more=0.5) * UNIT) / UNIT
    x = (x @ sp.diags(rarity)).tocsr()
    print("texts", x.shape, flush=True)
    told = {t: np.array([t in kinds_of(gold[d["id"]]) for d in docs]) for t in FAMILIES}
    told["any"] = np.array([bool(gold[d["id"]]) for d in docs])
    by_text = crossed({t: (normed(x), told[t], C_TEXT) for t in LABELS})
    room = Room(x[:, [counts(name) for name in texts.at]], told)
    first = [{t: by_text[t].chances[n] for t in LABELS} for n in range(len(docs))]

    kin = kin_of(docs)
    owner = np.array([n for n, d in enumerate(docs) for _ in d["words"]])
    columns, z = _fillers(docs, first, kin)
    scale = rare(z, LOWEST, HIGHEST, LEVEL)
    z = (z @ sp.diags(scale)).tocsr()
    print("fillers", z.shape, flush=True)
    right, shared = _labels(docs, gold, len(owner))
    mask = by_text["any"].chances[owner] > RELEVANT
    any_role = np.logical_or.reduce([right[r] for r in ROLES])
    rough = crossed({r: (z, right[r], C_FIRST, owner, mask, ~right[r], ROUGH) for r in ROLES})
    mild = {r: ~right[r] & (rough[r].chances < HARD) for r in ROLES}
    by_filler = crossed(
        {r: (z, right[r], C_FILLER, owner, mask, mild[r], FINE) for r in ROLES}
        | {t: (z, shared[t], C_SHARE, owner, any_role, None, FINE) for t in SHARED}
    )
    starts = np.searchsorted(owner, np.arange(len(docs) + 1))
    parts = [{t: m.chances[starts[n] : starts[n + 1]] for t, m in by_filler.items()} for n in range(len(docs))]
    stack = np.array(
        [
            stack_features(
                first[n],
                list(room.leanings[n]),
                list(zip(*(parts[n][r] for r in ROLES), strict=True)),
                [_Shown(e) for e in d["stack"][0]],
                d["stack"][1],
            )
            for n, d in enumerate(docs)
        ]
    )
    scaler = StandardScaler().fit(stack)
    scaled = scaler.transform(stack)
    by_stack = crossed({t: (scaled, told[t], C_STACK) for t in LABELS})
    last = [{t: by_stack[t].chances[n] for t in LABELS} for n in range(len(docs))]
    bounds = bounds_of(docs, gold, last, parts, score_muc4)
    tables = []
    for k in range(FOLDS + 1):
        rows = [f"text\t{x}" for x in _weighed(texts, [(by_text[t].models[k][0], 0.0) for t in LABELS], 0.0, rarity)]
        rows.append("\t".join(["start", "text", *(f"{by_text[t].models[k][1]:.5g}" for t in LABELS)]))
        rows += [f"kin\t{w}\t{a}\t{b}" for w, (a, b) in kin.items()]
        rows += [f"filler\t{x}" for x in _weighed(columns, _scaled(by_filler, k, scale), SMALL_FILLER)]
        for t in LABELS:
            by, bias = by_stack[t].models[k]
            rows.append("\t".join(["stack", t, *(f"{v:.4g}" for v in (*scaler.mean_, *scaler.scale_, *by, bias))]))
        table = "\n".join(rows + [f"bound\t{name}\t{value}" for name, value in bounds.items()])
        tables.append((table, room.arrays(k)))
    return tables


def _fillers(docs, first, kin):
    """The columns of what is weighed of proposals, and the matrix, one row for each proposal of each text."""
    rows = []
    for n, d in enumerate(docs):
        state, act = state_of(d["lines"], "en"), likeliest_family(first[n])
        for words, f, s in zip(d["words"], d["features"], d["spots"], strict=True):
            row = dict.fromkeys(f, 1.0)
            row.update(dict.fromkeys(company_of(kin, ((d["lines"][k], i, j) for k, i, j in s)), 1.0))
            row.update(dict.fromkeys(scene_of(state, act, words), 1.0))
            rows.append({**row, **filler_context(first[n], _Spots(s))})
    columns = Columns(rows, LEAST_FILLER)
    return columns, columns.matrix(rows)


def bounds_of(docs, gold, last, parts, score_muc4):
    """The bounds by which the folds' predictions score best on texts that they have not seen; shows the score."""
    kept = [{r: ranked(d, parts[n][r], r) for r in ROLES} for n, d in enumerate(docs)]

    def found(bounds):
        return {d["id"]: predicted(d, last[n], kept[n], parts[n], parts[n], bounds) for n, d in enumerate(docs)}

    tally = Tally(gold, score_muc4)
    bounds = tune(lambda b: tally.f1(found(b)), dict.fromkeys((*LABELS, *ROLES, "share"), START))
    print(bounds)
    show(score_muc4.score(found(bounds), gold))
    return bounds


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


def _scaled(by_filler, k, scale):
    return [(m.models[k][0] * scale, m.models[k][1]) for m in by_filler.values()]


def _weighed(columns, models, small, rarity=None):
    """Each feature with its weights as thousandths, those left out that weigh little everywhere; the bias with it."""
    table = np.stack([by for by, _ in models], 1)
    table[columns.at["bias"]] += np.array([bias for _, bias in models])
    for name, k in columns.at.items():
        if np.abs(table[k]).max() >= small:
            head = name if rarity is None else f"{name}\t{round(rarity[k] * UNIT)}"
            yield head + "\t" + "\t".join(str(v) if (v := round(float(x) * UNIT)) else "" for x in table[k])


if __name__ == "__main__":
    main()
