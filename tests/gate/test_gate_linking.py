"""Links between public codings: the marks that hold on our 295 labelled pairs, by the verdict on each pair alone.

`python bench/linking/score.py` links whole archives of the same rows, which takes minutes; these verdicts bound it.
"""

import sys
from pathlib import Path

import pytest

from dalil.incidents import likeness

BENCH = Path(__file__).parents[2] / "bench" / "linking"

pytestmark = pytest.mark.gate


@pytest.fixture(scope="module")
def judged(shared):
    """(pair, verdict) of every labelled pair."""
    sys.path.insert(0, str(BENCH))
    try:
        import pairs
    finally:
        sys.path.remove(str(BENCH))
    if not all((pairs.DATA / name).exists() for name in pairs.FILES.values()):
        pytest.skip("no rows of public codings beside the checkout")
    found = pairs.read_pairs(pairs.read_rows())
    return [(p, likeness.judge(likeness.weigh(p.ucdp.profile, p.airwars.profile))) for p in found]


def test_near_pairs_that_differ_are_not_joined_without_a_person(judged):
    near = [verdict for pair, verdict in judged if pair.near and not pair.same]
    assert len(near) >= 80 and near.count("same") <= 0.01 * len(near)


@pytest.mark.parametrize("held_out", [False, True])
def test_nine_of_ten_same_pairs_are_linked_or_suggested(judged, held_out):
    same = [verdict for pair, verdict in judged if pair.same and pair.held_out == held_out]
    assert len(same) >= 35 and same.count("different") <= 0.1 * len(same)


def test_most_of_what_is_asked_is_worth_asking(judged):
    asked = [pair.same for pair, verdict in judged if verdict == "possibly_same"]
    assert asked.count(True) >= 0.6 * len(asked)
