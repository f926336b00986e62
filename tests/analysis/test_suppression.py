"""What is withheld in a table cannot be computed from what is shown: audited by linear programming."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from analysis.suppression import choose_withheld, find_bounds

MINIMUM = 10
TABLES = st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(
    lambda shape: st.lists(
        st.lists(st.one_of(st.integers(0, 14), st.integers(0, 90)), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    )
)


def with_totals(inner: NDArray[np.int64]) -> NDArray[np.int64]:
    rows = np.column_stack([inner, inner.sum(axis=1)])
    return np.vstack([rows, rows.sum(axis=0)])


def audit(inner: NDArray[np.int64], withheld: NDArray[np.bool_]) -> dict[tuple[int, int], tuple[float, float]]:
    """The least and the most people each withheld cell can hold for a reader of the rest, by linear programming."""
    table = with_totals(inner)
    rows, columns = table.shape
    unknown = {(int(i), int(j)): place for place, (i, j) in enumerate(np.argwhere(withheld))}
    equations, constants = [], []
    for line in [[(i, j) for j in range(columns)] for i in range(rows)] + [
        [(i, j) for i in range(rows)] for j in range(columns)
    ]:
        left, known = np.zeros(len(unknown)), 0.0
        for cell, sign in zip(line, [1.0] * (len(line) - 1) + [-1.0], strict=True):
            if cell in unknown:
                left[unknown[cell]] += sign
            else:
                known += sign * table[cell]
        equations.append(left)
        constants.append(-known)
    found = {}
    for cell, place in unknown.items():
        ends = []
        for sign in (1.0, -1.0):
            goal = np.zeros(len(unknown))
            goal[place] = sign
            solved = linprog(goal, A_eq=np.array(equations), b_eq=constants, bounds=(1, None), method="highs")
            ends.append(np.inf if solved.status == 3 else sign * solved.fun)
        found[cell] = (ends[0], abs(ends[1]))
    return found


@settings(max_examples=70, deadline=None)
@given(TABLES)
def test_no_withheld_cell_can_be_computed_from_the_shown_ones(rows: list[list[int]]) -> None:
    inner = np.array(rows)
    withheld, table = choose_withheld(inner, minimum=MINIMUM), with_totals(inner)
    assert withheld[(table > 0) & (table < MINIMUM)].all()
    assert not withheld[table == 0].any()
    for cell, (least, most) in audit(inner, withheld).items():
        assert most - least >= 1 - 1e-6, (cell, least, most)
    for line, hidden in [*zip(table, withheld, strict=True), *zip(table.T, withheld.T, strict=True)]:
        if hidden.any() and not hidden[-1]:
            assert line[-1] - line[:-1][~hidden[:-1]].sum() >= MINIMUM


@settings(max_examples=30, deadline=None)
@given(TABLES, st.randoms(use_true_random=False))
def test_the_audit_of_one_step_agrees_with_linear_programming(rows: list[list[int]], chance: object) -> None:
    """The bounds of any pattern, protected or not, are those that linear programming finds."""
    inner = np.array(rows)
    table = with_totals(inner)
    withheld = (table > 0) & (np.array([chance.random() for _ in range(table.size)]).reshape(table.shape) < 0.4)  # type: ignore[attr-defined]
    bounds = audit(inner, withheld)
    for cell, more, fewer in find_bounds(inner, withheld):
        least, most = bounds[cell]
        assert more == (most > table[cell] + 0.5), cell
        assert fewer == (least < table[cell] - 0.5), cell


def test_one_small_cell_takes_three_others_with_it_the_cheapest() -> None:
    withheld = choose_withheld([[4, 30, 40], [25, 28, 60], [33, 35, 50]])
    assert [tuple(cell) for cell in np.argwhere(withheld)] == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_a_table_with_enough_people_everywhere_is_shown_whole() -> None:
    assert not choose_withheld([[10, 11], [12, 0]]).any()


def test_two_people_in_two_withheld_cells_of_a_row_are_not_given_away_by_their_sum() -> None:
    """1 + 1: a reader who knows that a withheld cell holds somebody would know both."""
    assert choose_withheld([[1, 1, 40], [30, 30, 30]])[0, :3].all()


def test_a_total_of_too_few_is_withheld_and_so_is_what_gives_it_away() -> None:
    withheld = choose_withheld([[2, 3], [40, 50]])
    assert withheld[0].all()
    assert withheld[1, 2] or withheld[2, 2]


def test_a_single_row_hides_in_nothing_and_is_withheld_whole() -> None:
    assert choose_withheld([[5, 50]]).sum() >= 4


@pytest.mark.parametrize("bad", [[1, 2], [[-1, 2], [3, 4]]])
def test_something_that_is_no_table_is_refused(bad: object) -> None:
    with pytest.raises(ValueError, match="table"):
        choose_withheld(bad)  # type: ignore[arg-type]


def test_a_large_table_takes_less_than_a_second() -> None:
    counts = np.random.default_rng(1).poisson(9, (145, 6))
    start = time.perf_counter()
    withheld = choose_withheld(counts)
    assert time.perf_counter() - start < 1
    assert withheld[:-1, :-1].mean() > 0.4
