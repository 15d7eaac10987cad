"""What is counted for all rows at once is what counting row by row gives; clusters hold every incident of a window."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dalil.web import columns, points
from dalil.web.columns import NONE, Words

codes = st.lists(st.tuples(st.integers(NONE, 2), st.integers(NONE, 3)), max_size=30)


@given(codes)
def test_a_table_of_two_columns_says_what_each_choice_leaves(rows):
    one = Words(("a", "b", "c"), np.array([r[0] for r in rows], np.int16))
    other = Words(("p", "q", "r", "s"), np.array([r[1] for r in rows], np.int16))
    table = columns.crossed(one, other)
    assert table.shape == (3, 4)
    for code in range(3):
        chosen = np.flatnonzero(one.codes == code)
        assert columns.frequent(other, table[code], 9) == columns.counted(other, chosen, 9)
        assert sum(table[code]) == sum(r == (code, c) for r in rows for c in range(4))


@settings(max_examples=50)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=60), st.sampled_from((0, 10**9)))
def test_cells_are_grouped_alike_whether_counted_or_sorted(cells, apart):
    found = points.grouped(np.array([*cells, max(cells) + apart], np.int64))
    wanted = np.unique([*cells, max(cells) + apart], return_index=True, return_inverse=True, return_counts=True)[1:]
    assert all(np.array_equal(one, other) for one, other in zip(found, wanted, strict=True))


def test_an_id_is_found_by_its_parts_alone():
    keys = columns.keys_of(("2016-11-05-kafr-1", "2016-11-06-naha-22", "x"))
    assert keys.with_word("kafr").tolist() == [True, False, False]
    assert keys.with_word("2016-11").tolist() == [True, True, False]
    assert not keys.with_word("12016").any() and not keys.with_word("كفر").any()  # not across two of them
    assert keys.at([2, 0]) == ["x", "2016-11-05-kafr-1"] and keys.at(slice(1, 9)) == ["2016-11-06-naha-22", "x"]
    assert len(columns.keys_of(())) == 0 and not columns.keys_of(()).with_word("x").any()
