"""Which acts are what a wire report is about, and which of the words that it offers fill their parts.

A filter over what the cascade proposes, by weights that `bench/train_sifting.py` learned from MUC-4's training texts:
it drops and picks, and never makes a value. Used for English texts of capitals only (`wires`).
Every pick can be explained: `reasons` lists the features that weighed most.
"""

from __future__ import annotations

import gzip
import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from dalil.claims.reader.company import Kin, company_of, scene_of, state_of
from dalil.claims.reader.drafts import Draft
from dalil.claims.reader.lexicon import folder
from dalil.claims.reader.likeness import Likeness, leanings, rebuilt
from dalil.claims.reader.marking import Line
from dalil.claims.reader.merging import Event
from dalil.claims.reader.proposals import Proposal, family, parts_of, proposals_of, triggers_of

FAMILIES = ("attack", "bombing", "kidnapping", "arson", "robbery")
LABELS = (*FAMILIES, "any")
ROLES = ("PerpInd", "PerpOrg", "Target", "Victim", "Weapon")  # MUC-4's names of the parts
SHARED = FAMILIES[:4]  # the families between which a filler is shared out
WEIGHTS = "sifting.tsv.gz"
ROOM = "sifting.npz"
TOP = 6  # fillers of a role whose chances say something of the text
UNIT = 1000.0  # weights are kept as thousandths


Last = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...], float]  # means, scales, weights, bias


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned: a column for each label, for each role and each shared family; the last step; words' kin."""

    tag: str
    rarity: dict[str, float]
    text: dict[str, tuple[float, ...]]
    start: tuple[float, ...]
    like: Likeness
    rows: dict[str, int]
    filler: object  # numpy array, one row for each feature
    stack: dict[str, Last]
    bounds: dict[str, float]
    kin: Kin


@dataclass(frozen=True, slots=True)
class Pick:
    """One act that the text is about: its family, its chance, and the fillers of its parts, likeliest first."""

    family: str
    chance: float
    fillers: dict[str, tuple[Proposal, ...]]


@dataclass(frozen=True, slots=True)
class Scored:
    """A text's chances: of each family, and of each proposal in each role."""

    chances: dict[str, float]
    proposals: list[Proposal]
    roles: list[tuple[float, ...]]


@lru_cache(maxsize=2)
def weights(tag: str) -> Weights | None:
    """The learned weights of a language; None where it has none."""
    path = folder(tag).joinpath(WEIGHTS)
    if not path.is_file():
        return None
    import numpy as np

    with folder(tag).joinpath(ROOM).open("rb") as file, np.load(file) as room:
        return parse(gzip.decompress(path.read_bytes()).decode("utf-8"), room, tag)


def parse(table: str, room: Mapping[str, object], tag: str) -> Weights:
    """The weights that a table of `bench/train_sifting.py` and the arrays beside it hold."""
    import numpy as np

    rarity: dict[str, float] = {}
    text: dict[str, tuple[float, ...]] = {}
    start: tuple[float, ...] = ()
    rows: dict[str, int] = {}
    filler: list[list[int]] = []
    stack, bounds = {}, {}
    kin: Kin = {}
    for row in table.splitlines():
        kind, name, *cells = row.split("\t")
        if kind == "filler":
            rows[name] = len(filler)
            filler.append([int(x or 0) for x in cells])
        elif kind == "text":
            rarity[name] = int(cells[0]) / UNIT
            text[name] = tuple(int(x or 0) / UNIT for x in cells[1:])
        elif kind == "start":
            start = tuple(float(x) for x in cells)
        elif kind == "stack":
            values = [float(x) for x in cells]
            n = (len(values) - 1) // 3
            stack[name] = (tuple(values[:n]), tuple(values[n : 2 * n]), tuple(values[2 * n : 3 * n]), values[-1])
        elif kind == "bound":
            bounds[name] = float(cells[0])
        elif kind == "kin":
            kin[name] = (cells[0], cells[1])
    weighed = np.array(filler, dtype=np.float32) / UNIT
    return Weights(tag, rarity, text, start, rebuilt(list(text), room), rows, weighed, stack, bounds, kin)


def text_features(lines: list[Line], drafts: list[Draft], events: list[Event]) -> dict[str, float]:
    """What the whole text says of its subject: its words, its opening, its acts and how they are told."""
    out: dict[str, float] = {"bias": 1.0}
    for line in lines:
        w = line.w
        out.update((f"u={x}", 1.0) for x in w if x[0].isalpha())
        out.update((f"b={a}_{b}", 1.0) for a, b in itertools.pairwise(w) if a[0].isalnum() and b[0].isalnum())
        found = triggers_of(line)
        out.update((f"t={t.family}:{t.frame}:{t.voice}", 1.0) for t in found)
        if line.number < 4:
            out.update((f"e={x}", 1.0) for x in w)
            out.update((f"et={t.family}:{t.frame}:{t.voice}", 1.0) for t in found)
    told = Counter()
    for d in drafts:
        m = d.mentions
        parts = "".join(f"{any(x):d}" for x in zip(*((y.victims, y.agents, y.targets) for y in m), strict=True))
        told[f"D:{family(d.type)}:{d.status}"] += 1
        told[f"D:{family(d.type)}:{d.status}:{parts}{d.when is not None:d}"] += 1
    for name, n in told.items():
        out[name] = 1.5
        if n > 1:
            out[name + ">1"] = 1.5
    out.update((f"EV:{k}:{min(n, 3)}", 1.5) for k, n in Counter(family(e.type) for e in events).items())
    out.update((f"E1:{family(e.type)}:{e.drafts[0].line.number < 3:d}", 1.5) for e in events[:2])
    n = len(lines)
    out[f"len:{n < 5:d}{n < 10:d}{n < 20:d}"] = 1.0
    return out


def logit(p: float) -> float:
    return max(-5.0, min(5.0, math.log((p + 1e-4) / (1 - p + 1e-4))))


def _chance(x: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, x))))


def filler_context(chances: dict[str, float], one: Proposal) -> dict[str, float]:
    """What is weighed of a proposal beside its words: the text's chances, and how often the wording stands in it."""
    return {**text_context(chances), often(one): 1.0, "bias": 1.0}


def text_context(chances: dict[str, float]) -> dict[str, float]:
    """What is weighed alike of all proposals of a text."""
    return {f"P{t}": logit(chances[t]) / 2 for t in ("attack", "bombing", "kidnapping", "any")}


def often(one: Proposal) -> str:
    """How often the wording stands in the text."""
    return f"occ{min(len(one.spots), 4)}"


def stack_features(
    chances: dict[str, float], like: list[float], roles: list[tuple[float, ...]], events: list[Event], n: int
) -> list[float]:
    """What the last step looks at: the text's chances and likeness, the likeliest fillers, the cascade's events."""
    out = [*(logit(chances[t]) for t in LABELS), *like]
    for column in range(len(ROLES)):
        best = sorted((row[column] for row in roles), reverse=True)[:TOP] + [0.0] * TOP
        out += [logit(best[0]), best[0], best[1], sum(best[:TOP])]
    for t in SHARED:
        mine = [e for e in events if family(e.type) == t]
        first = min((e.drafts[0].line.number for e in mine), default=20)
        out += [float(bool(mine)), max((e.score for e in mine), default=0.0) / 10, first / 10]
    return [*out, n / 20, math.log(n + 1)]


def likeliest_family(chances: dict[str, float]) -> str:
    """The family of the highest chance."""
    return max(FAMILIES, key=chances.__getitem__)


def first_chances(learned: Weights, features: dict[str, float]) -> tuple[dict[str, float], list[float]]:
    """The text's chances by its words, each weighed by its rarity, and how it leans by likeness to training texts."""
    weighed = {name: x * r for name, x in features.items() if (r := learned.rarity.get(name)) is not None}
    length = math.sqrt(sum(x * x for x in weighed.values())) or 1.0
    sums = [0.0] * len(LABELS)
    for name, value in weighed.items():
        for k, x in enumerate(learned.text[name]):
            sums[k] += x * value
    chances = {t: _chance(b + x / length) for t, b, x in zip(LABELS, learned.start, sums, strict=True)}
    return chances, leanings(learned.like, weighed)


def scored(learned: Weights, lines: list[Line], drafts: list[Draft], events: list[Event], skipped: set[int]) -> Scored:
    """The chances of the text's acts and of every proposal."""
    first, like = first_chances(learned, text_features(lines, drafts, events))
    found = [*proposals_of(lines, parts_of(drafts), skipped).values()]
    state, act = state_of((line.w for line in lines), learned.tag), likeliest_family(first)
    for one in found:
        one.features |= company_of(learned.kin, ((line.w, i, j) for line, i, j in one.spots))
        one.features.update(scene_of(state, act, one.words))
    roles = _roles(learned, found, first)
    row = stack_features(first, like, roles, events, len(lines))
    chances = {}
    for t in LABELS:
        means, scales, by, bias = learned.stack[t]
        total = sum((x - m) / s * b for x, m, s, b in zip(row, means, scales, by, strict=True))
        chances[t] = _chance(bias + total)
    return Scored(chances, found, roles)


def _sums(learned: Weights, one: Proposal, extra: dict[str, float], columns: slice):
    at = learned.rows
    index = [k for f in one.features if (k := at.get(f)) is not None]
    total = learned.filler[index, columns].sum(axis=0)
    for name, value in extra.items():
        if (k := at.get(name)) is not None:
            total = total + learned.filler[k, columns] * value
    return total


def _roles(learned: Weights, found: list[Proposal], chances: dict[str, float]) -> list[tuple[float, ...]]:
    """Every proposal's chances in all roles, summed up in one go: there are some two hundred in a wire."""
    import numpy as np

    if not found:
        return []
    at = learned.rows
    base = sum(learned.filler[k] * x for name, x in text_context(chances).items() if (k := at.get(name)) is not None)
    index: list[int] = []
    starts: list[int] = []
    for one in found:
        starts.append(len(index))
        index.append(at["bias"])
        index += [k for f in (often(one), *one.features) if (k := at.get(f)) is not None]
    total = np.add.reduceat(learned.filler[index], starts)[:, : len(ROLES)] + base[: len(ROLES)]
    return [tuple(row) for row in (1 / (1 + np.exp(-np.clip(total, -30, 30)))).tolist()]


def _overlap(a: Proposal, b: Proposal) -> bool:
    return any(x is y and i < n and m < j for x, i, j in a.spots for y, m, n in b.spots)


def known_weapon(features: Iterable[str]) -> bool:
    """Whether one of the words is a weapon's by the lexicon."""
    return any(f.startswith(("Hweapon:", "Mweapon:")) for f in features)


def likeliest(found: Scored, role: int, bound: float) -> list[Proposal]:
    """The proposals above the bound in a role, likeliest first, none sharing words with a likelier one.

    A weapon is named by a word that the lexicon knows for one.
    """
    order = sorted(((p[role], -k) for k, p in enumerate(found.roles) if p[role] > bound), reverse=True)
    kept: list[Proposal] = []
    for _, k in order:
        one = found.proposals[-k]
        if ROLES[role] == "Weapon" and not known_weapon(one.features):
            continue
        if not any(_overlap(one, other) for other in kept):
            kept.append(one)
    return kept


def families_of(chances: dict[str, float], bounds: dict[str, float]) -> list[str]:
    """The families that the text is about; the likeliest one where only "any" passes its bound."""
    chosen = [t for t in FAMILIES if chances[t] > bounds[t]]
    if not chosen and chances["any"] > bounds["any"]:
        chosen = [likeliest_family(chances)]
    return chosen


def picks(
    learned: Weights, lines: list[Line], drafts: list[Draft], events: list[Event], skipped: set[int]
) -> list[Pick]:
    """The acts that the text is about, with their fillers."""
    found = scored(learned, lines, drafts, events, skipped)
    chosen = families_of(found.chances, learned.bounds)
    out: dict[str, dict[str, list[Proposal]]] = {t: {r: [] for r in ROLES} for t in chosen}
    for n, role in enumerate(ROLES):
        for one in likeliest(found, n, learned.bounds[role]) if chosen else ():
            for t in shared_out(learned, one, found.chances, chosen):
                out[t][role].append(one)
    return [Pick(t, found.chances[t], {r: tuple(x) for r, x in out[t].items()}) for t in chosen]


def shared_out(learned: Weights, one: Proposal, chances: dict[str, float], chosen: list[str]) -> list[str]:
    """To which of the chosen families a filler belongs: all that pass the bound, else the likeliest."""
    if len(chosen) == 1:
        return chosen
    total = _sums(learned, one, filler_context(chances, one), slice(len(ROLES), None))
    chance = {t: chances[t] for t in chosen}
    chance.update((t, _chance(float(x))) for t, x in zip(SHARED, total, strict=True) if t in chance)
    return [t for t in chosen if chance[t] > learned.bounds["share"]] or [max(chosen, key=chance.__getitem__)]


def reasons(learned: Weights, one: Proposal, role: str, most: int = 5) -> list[tuple[str, float]]:
    """The features that weighed most for or against a proposal in a role."""
    column = ROLES.index(role)
    told = [(f, float(learned.filler[k, column])) for f in one.features if (k := learned.rows.get(f)) is not None]
    return sorted(told, key=lambda x: -abs(x[1]))[:most]
