"""The Merkle tree of RFC 6962 section 2.1 over the log's lines, as pure functions.

`leaves` are always leaf *hashes*. The checking of proofs follows RFC 9162 sections 2.1.3.2 and 2.1.4.2, which
spell out the algorithms for the same tree. Nothing here knows what a line means.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
HASH_BYTES = 32


def leaf_hash(line: bytes) -> bytes:
    """SHA-256(0x00 || line): RFC 6962 section 2.1."""
    return sha256(b"\x00" + line).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right): RFC 6962 section 2.1."""
    return sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (k in RFC 6962 section 2.1)."""
    return 1 << (size - 1).bit_length() - 1


def root(leaves: Sequence[bytes]) -> bytes:
    """MTH(D[n]) of RFC 6962 section 2.1."""
    return Frontier.empty().extended(leaves).root()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree of `size` leaves: the roots of its full subtrees, largest first.

    There is one for every 1 in the binary form of `size`; they are all that is needed to append and to get the root.
    """

    size: int
    hashes: tuple[bytes, ...]

    @classmethod
    def empty(cls) -> Frontier:
        """The edge of a tree without leaves."""
        return cls(0, ())

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> Frontier:
        """The edge that `to_bytes` wrote; ValueError if `data` cannot belong to a tree of that size."""
        if size < 0 or len(data) != size.bit_count() * HASH_BYTES:
            raise ValueError(f"expected {size.bit_count()} hashes for {size} leaves, found {len(data)} bytes")
        return cls(size, tuple(data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)))

    def to_bytes(self) -> bytes:
        """The hashes one after another."""
        return b"".join(self.hashes)

    def extended(self, leaves: Iterable[bytes]) -> Frontier:
        """The edge after these leaf hashes; each costs two hashes on average.

        Level by level from the leaves up: what stood alone at the edge of a level is paired with what is new there.
        """
        fresh, stack, rest = list(leaves), list(self.hashes), self.size
        size, edge = self.size + len(fresh), []
        while fresh or stack:
            if rest & 1:
                fresh.insert(0, stack.pop())
            if len(fresh) & 1:
                edge.append(fresh.pop())
            pairs = iter(fresh)
            fresh = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
            rest >>= 1
        return Frontier(size, tuple(reversed(edge)))

    def root(self) -> bytes:
        """MTH of the whole tree."""
        if not self.hashes:
            return EMPTY_ROOT
        result = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            result = node_hash(left, result)
        return result


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """PATH(m, D[n]) of RFC 6962 section 2.1.1: the sibling hashes from the leaf up."""
    if not 0 <= index < len(leaves):
        raise ValueError(f"no leaf {index} in a tree of {len(leaves)}")
    if len(leaves) == 1:
        return ()
    k = _split(len(leaves))
    if index < k:
        return (*inclusion_proof(leaves[:k], index), root(leaves[k:]))
    return (*inclusion_proof(leaves[k:], index - k), root(leaves[:k]))


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """PROOF(m, D[n]) of RFC 6962 section 2.1.2: shows that the first `old_size` leaves are still the same."""
    if not 0 < old_size <= len(leaves):
        raise ValueError(f"no proof from {old_size} leaves to {len(leaves)}")
    return _subproof(leaves, old_size, True)


def _subproof(leaves: Sequence[bytes], m: int, whole: bool) -> tuple[bytes, ...]:
    if m == len(leaves):
        return () if whole else (root(leaves),)
    k = _split(len(leaves))
    if m <= k:
        return (*_subproof(leaves[:k], m, whole), root(leaves[k:]))
    return (*_subproof(leaves[k:], m - k, False), root(leaves[:k]))


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes) -> bool:
    """Whether `proof` shows `leaf` at `index` of the tree with that size and root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    fn, sn, result = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            result = node_hash(sibling, result)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            result = node_hash(result, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and result == expected_root


def consistent(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the new tree begins with the old one (RFC 9162 section 2.1.4.2)."""
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node_hash(new, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and old == old_root and new == new_root
