"""The tree is RFC 6962's."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dalil.archive import merkle

# The leaves and roots that the Certificate Transparency reference implementation is tested with
# (github.com/google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc).
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def by_the_definition(lines: list[bytes]) -> bytes:
    """MTH as RFC 6962 section 2.1 words it, over the lines themselves."""
    n = len(lines)
    if n == 0:
        return sha256(b"").digest()
    if n == 1:
        return sha256(b"\0" + lines[0]).digest()
    k = 1
    while k * 2 < n:
        k *= 2
    return sha256(b"\1" + by_the_definition(lines[:k]) + by_the_definition(lines[k:])).digest()


def hashes(lines: list[bytes]) -> list[bytes]:
    return [merkle.leaf_hash(line) for line in lines]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size):
    assert merkle.root(hashes(LEAVES[:size])).hex() == ROOTS[size]


def test_roots_are_those_of_another_implementation():
    pymerkle = pytest.importorskip("pymerkle", reason="pymerkle is not installed")
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for size in range(1, 100):
        tree.append_entry(b"line %d" % size)
        lines = [b"line %d" % n for n in range(1, size + 1)]
        assert (tree.get_root if hasattr(tree, "get_root") else tree.get_state)() == merkle.root(hashes(lines))


trees = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


@given(trees, st.data())
def test_growing_in_steps_gives_the_root_of_the_definition(lines, data):
    cut = data.draw(st.integers(0, len(lines)))
    edge = merkle.Frontier.empty().extended(hashes(lines[:cut]))
    edge = merkle.Frontier.from_bytes(edge.size, edge.to_bytes()).extended(hashes(lines[cut:]))
    assert edge.size == len(lines)
    assert edge.root() == by_the_definition(lines)


@given(trees, st.data())
def test_inclusion_proofs_hold_and_break_with_any_change(lines, data):
    leaves = hashes(lines)
    index = data.draw(st.integers(0, len(lines) - 1))
    proof, root = merkle.inclusion_proof(leaves, index), merkle.root(leaves)
    assert merkle.included(leaves[index], index, len(leaves), proof, root)
    assert not merkle.included(merkle.leaf_hash(b"never a line"), index, len(leaves), proof, root)
    assert not merkle.included(leaves[index], index, len(leaves), (*proof, root), root)
    assert not merkle.included(leaves[index], len(leaves), len(leaves), proof, root)
    if proof:
        assert not merkle.included(leaves[index], index, len(leaves), proof[:-1], root)
        assert not merkle.included(leaves[index], index, len(leaves), (root, *proof[1:]), root)


@given(trees, st.data())
def test_consistency_proofs_hold_and_show_a_rewritten_past(lines, data):
    leaves = hashes(lines)
    old = data.draw(st.integers(1, len(lines)))
    proof, root = merkle.consistency_proof(leaves, old), merkle.root(leaves)
    assert merkle.consistent(old, merkle.root(leaves[:old]), len(leaves), root, proof)
    changed = data.draw(st.integers(0, old - 1))
    rewritten = [*leaves[:changed], merkle.leaf_hash(b"never a line"), *leaves[changed + 1 :]]
    assert not merkle.consistent(old, merkle.root(rewritten[:old]), len(leaves), root, proof)
    assert not merkle.consistent(old, merkle.root(leaves[:old]), len(leaves), merkle.root(rewritten), proof)
    assert not merkle.consistent(old, merkle.root(leaves[:old]), len(leaves), root, (*proof, root))


def test_what_is_no_edge_is_refused():
    with pytest.raises(ValueError, match="expected 2 hashes for 3 leaves"):
        merkle.Frontier.from_bytes(3, bytes(32))
    with pytest.raises(ValueError, match="no leaf 3"):
        merkle.inclusion_proof(hashes(LEAVES[:3]), 3)
    with pytest.raises(ValueError, match="no proof"):
        merkle.consistency_proof(hashes(LEAVES[:3]), 4)
