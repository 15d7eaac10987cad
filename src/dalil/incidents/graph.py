"""Which accounts are one incident, as a function of the pairs between them alone: no order of arrival plays a part.

Two accounts that the evidence calls the same are joined if everything that would then stand together fits: each
account of one side with each of the other at least "possibly same" (complete link, so that a chain of likenesses
never joins what differs end to end), on average well (average link), no two events of one text, and nothing that a
person called different. What a person called the same is joined whatever the evidence says, unless that would join
what a person called different. Best joins first; ties go to the accounts that stand first in the log.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Pair(NamedTuple):
    """What the evidence says of two accounts: `same`, else possibly; `score` in thousandths."""

    same: bool
    score: int


@dataclass(frozen=True, slots=True)
class Component:
    """Accounts by number, with the pairs and judgements between them; pairs are (lower, higher) number.

    `texts` tells which text each account stands in. `judged` verdicts are "same", "different", "unsure".
    """

    texts: Mapping[int, str]
    pairs: Mapping[tuple[int, int], Pair]
    judged: Mapping[tuple[int, int], str]
    join_at: int


def clusters(component: Component) -> tuple[tuple[int, ...], ...]:
    """The incidents of the component, each as its accounts in order, in the order of their first accounts."""
    groups = Groups(component)
    for pair, verdict in sorted(component.judged.items()):
        if verdict == "same":
            groups.join(*pair, by_hand=True)
    agglomerate(component, groups)
    return groups.found()


def is_edge(pair: tuple[int, int], found: Pair | None, judged: Mapping[tuple[int, int], str]) -> bool:
    """Whether the two may be joined directly: a person says so, or the evidence does and no person doubts it."""
    verdict = judged.get(pair)
    return verdict == "same" or (verdict is None and found is not None and found.same)


class Groups:
    """Which accounts stand together so far, and which may not."""

    def __init__(self, component: Component):
        self.home = {number: number for number in component.texts}
        self.members = {number: [number] for number in component.texts}
        self.texts = {number: {text} for number, text in component.texts.items()}
        self.apart: dict[int, set[int]] = {number: set() for number in component.texts}
        for (left, right), verdict in component.judged.items():
            if verdict == "different":
                self.apart[left].add(right)
                self.apart[right].add(left)

    def may_join(self, one: int, other: int, *, by_hand: bool = False) -> bool:
        """Whether nothing forbids that the groups of the two accounts become one."""
        a, b = self.home[one], self.home[other]
        if a == b:
            return True
        if any(self.home[n] == b for n in self.apart[a]):
            return False
        return by_hand or self.texts[a].isdisjoint(self.texts[b])

    def join(self, one: int, other: int, *, by_hand: bool = False) -> bool:
        """The groups of the two accounts are one, if they may be."""
        if not self.may_join(one, other, by_hand=by_hand):
            return False
        a, b = sorted((self.home[one], self.home[other]))
        if a != b:
            for number in self.members[b]:
                self.home[number] = a
            self.members[a] += self.members.pop(b)
            self.texts[a] |= self.texts.pop(b)
            self.apart[a] |= self.apart.pop(b)
        return True

    def found(self) -> tuple[tuple[int, ...], ...]:
        """The groups as they stand."""
        return tuple(sorted(tuple(sorted(group)) for group in self.members.values()))


class Bond(NamedTuple):
    """Everything between two facets: how many pairs of accounts stand, the sum of their scores, whether one is same."""

    count: int
    total: int
    same: bool


def agglomerate(component: Component, groups: Groups) -> None:
    """Facets (accounts that all fit each other) are joined, best average first; a join also joins their groups.

    Without judgements a group is one facet. What a person joined is one group of several facets, and a further
    account need only fit the facet that it is like.
    """
    size = dict.fromkeys(component.texts, 1)
    bonds: dict[int, dict[int, Bond]] = {number: {} for number in component.texts}
    for (left, right), pair in component.pairs.items():
        if component.judged.get((left, right)) != "different":
            bond = Bond(1, pair.score, is_edge((left, right), pair, component.judged))
            bonds[left][right] = bonds[right][left] = bond
    queue = [c for a in bonds for b in bonds[a] if a < b for c in candidate(a, b, size, bonds, component.join_at)]
    heapq.heapify(queue)
    while queue:
        _, a, b, size_a, size_b = heapq.heappop(queue)
        if size.get(a) != size_a or size.get(b) != size_b or not groups.join(a, b):
            continue
        merge_bonds(a, b, size, bonds)
        for other in bonds[a]:
            for found in candidate(min(a, other), max(a, other), size, bonds, component.join_at):
                heapq.heappush(queue, found)


def candidate(
    a: int, b: int, size: Mapping[int, int], bonds: Mapping[int, Mapping[int, Bond]], join_at: int
) -> Iterable[tuple[float, int, int, int, int]]:
    """The join of two facets as an entry of the queue, best average first; nothing where they do not fit."""
    bond = bonds[a][b]
    complete = bond.count == size[a] * size[b]
    if complete and bond.same and bond.total >= join_at * bond.count:
        yield -bond.total / bond.count, a, b, size[a], size[b]


def merge_bonds(a: int, b: int, size: dict[int, int], bonds: dict[int, dict[int, Bond]]) -> None:
    """Facet `b` is part of facet `a`: its bonds are added up."""
    size[a] += size.pop(b)
    del bonds[a][b], bonds[b][a]
    for other, bond in bonds.pop(b).items():
        del bonds[other][b]
        old = bonds[a].get(other)
        both = Bond(old.count + bond.count, old.total + bond.total, old.same or bond.same) if old else bond
        bonds[a][other] = bonds[other][a] = both
