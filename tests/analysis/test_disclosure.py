"""Local suppression reaches k-anonymity, hides nothing without need, and says when it cannot."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure import HIDDEN, Unreachable, class_sizes, rows_at_risk, suppress_cells


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    rows = draw(st.integers(1, 60))
    keys = draw(st.integers(1, 4))
    levels = [draw(st.integers(1, 5)) for _ in range(keys)]
    table = [[draw(st.integers(0, level)) for level in levels] for _ in range(rows)]
    shown = [[draw(st.integers(0, 2))] for _ in range(rows)]
    return np.array(table), np.array(shown), draw(st.integers(1, 6))


@settings(max_examples=300, deadline=None)
@given(tables())
def test_every_combination_shown_is_shown_by_at_least_k_rows(case: tuple[np.ndarray, np.ndarray, int]) -> None:
    table, shown, k = case
    sizes = Counter(shown[:, 0].tolist())
    if min(sizes.values()) < k:
        with pytest.raises(Unreachable) as told:
            suppress_cells(table, k, shown=shown)
        assert told.value.rows.tolist() == [sizes[group] < k for group in shown[:, 0].tolist()]
        return
    found = suppress_cells(table, k, shown=shown)
    released = np.where(found.hidden, HIDDEN, table)
    combinations = Counter(map(tuple, np.column_stack([shown, released]).tolist()))
    assert min(combinations.values()) >= k
    assert rows_at_risk(table, found, shown) == 0
    assert (released[~found.hidden] == table[~found.hidden]).all()


@settings(max_examples=100, deadline=None)
@given(tables())
def test_nothing_is_hidden_where_everybody_is_among_k_already(case: tuple[np.ndarray, np.ndarray, int]) -> None:
    table, shown, k = case
    table, shown = np.repeat(table, k, axis=0), np.repeat(shown, k, axis=0)
    found = suppress_cells(table, k, shown=shown)
    assert not found.hidden.any()
    assert found.at_risk == 0


def test_one_cell_a_row_is_enough_where_one_key_tells_two_rows_apart() -> None:
    """By hand: 4 rows of (1, 1), one of (1, 2), one of (1, 3); the last two are alike once the second key is hidden."""
    found = suppress_cells([[1, 1]] * 4 + [[1, 2], [1, 3]], 2)
    assert found.cells == [0, 2]
    assert (found.at_risk, found.rows) == (2, 2)


def test_a_dear_key_is_hidden_last() -> None:
    keys = [[1, 2], [1, 3], [2, 2], [2, 3]]  # either key, hidden in all rows, makes two pairs
    assert suppress_cells(keys, 2, costs=[1, 5]).cells == [4, 0]
    assert suppress_cells(keys, 2, costs=[5, 1]).cells == [0, 4]


def test_who_stands_alone_takes_others_along() -> None:
    """One row differs in both keys from four that are alike: to hide it alone would show it."""
    found = suppress_cells([[1, 1]] * 4 + [[2, 2]], 2)
    assert found.cells == [2, 2]
    assert found.hidden[4].all()


def test_groups_smaller_than_k_are_told() -> None:
    with pytest.raises(Unreachable) as told:
        suppress_cells([[1], [1], [1]], 2, shown=[[1], [1], [2]])
    assert told.value.rows.tolist() == [False, False, True]


def test_class_sizes_count_rows_alike_in_every_key() -> None:
    assert class_sizes([[1, 5], [1, 5], [1, 6], [2, 5]]).tolist() == [2, 2, 1, 1]
    assert class_sizes(np.zeros((0, 2))).tolist() == []


@pytest.mark.parametrize("k", [0, -1])
def test_k_is_at_least_one(k: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        suppress_cells([[1]], k)
