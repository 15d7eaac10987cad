"""What the company that words keep says of a proposal, and what the state and the act say that a wire tells of.

Words that stand among like words are of one kin ("pylons", "posts"; "Colonel", "Judge"): kinds that
`bench/train_sifting.py` finds in the training texts, a coarse and a fine one for each word. By them a proposal whose
words were seldom seen is weighed like its kin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from dalil.claims.reader.lexicon import folder, rows, split

HOMELANDS = "homelands.tsv"
STRANGER = ("u", "u")  # a word that was seldom or never seen

Kin = dict[str, tuple[str, str]]  # a word's coarse and fine kind
Spot = tuple[Sequence[str], int, int]  # a sentence's words, first and end


@lru_cache(maxsize=4)
def homelands(tag: str) -> dict[str, str]:
    """Words that name a state, with the state; none for a language without such a list."""
    path = folder(tag).joinpath(HOMELANDS)
    return {w: row["state"] for row in rows(path) for w in split(row["forms"])} if path.is_file() else {}


def state_of(sentences: Iterable[Sequence[str]], tag: str) -> str:
    """The state that the sentences name most often, the first of equals; "-" for none."""
    known = homelands(tag)
    named = Counter(state for words in sentences for w in words if (state := known.get(w)) is not None)
    return max(named, key=named.__getitem__, default="-")


def company_of(kin: Kin, spots: Iterable[Spot]) -> set[str]:
    """The kinds of a proposal's first and last word and of its neighbours, at all its places."""
    out: set[str] = set()
    for w, i, j in spots:
        n = len(w)
        first, head = kin.get(w[i], STRANGER), kin.get(w[j - 1], STRANGER)
        before = [kin.get(w[i - o], STRANGER) for o in (1, 2) if i >= o]
        after = [kin.get(w[j + o], STRANGER) for o in (0, 1) if j + o < n]
        for grain in (0, 1):
            out.add(f"k{grain}h={head[grain]}")
            out.add(f"k{grain}f={first[grain]}")
            out.update(f"k{grain}p{o}={x[grain]}" for o, x in enumerate(before))
            out.update(f"k{grain}n{o}={x[grain]}" for o, x in enumerate(after))
            if before:
                out.add(f"k{grain}ph={before[0][grain]}_{head[0]}")
        if len(before) == 2:
            out.add(f"kpp={before[1][0]}_{before[0][0]}")
        if len(after) == 2:
            out.add(f"knn={after[0][0]}_{after[1][0]}")
    return out


def scene_of(state: str, act: str, wording: str) -> list[str]:
    """The wording and its last word as they stand with the state and the likeliest act of the text; its form."""
    words = wording.split()
    head = words[-1]
    return [
        f"W={wording}", f"sw={state}_{wording}", f"sh={state}_{head}", f"aw={act}_{wording}", f"ah={act}_{head}",
        f"e3={head[-3:]}", f"e4={head[-4:]}", f"b4={head[:4]}", f"fl={words[0]}_{len(words)}",
    ]  # fmt: skip
