"""Intervals of ranks against Tukey's studentized range from R, pairs worked by hand, and how often they are right."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.ranks import rank_shares

#: R 4.2: qtukey(0.95, k, df = Inf)/sqrt(2)
TUKEY = {2: 1.959964, 3: 2.343701, 5: 2.727774, 15: 3.391230}


@pytest.mark.parametrize("k", TUKEY)
def test_the_critical_difference_is_tukeys_where_all_units_are_equally_sure(k: int) -> None:
    ranks = rank_shares([0.5] * k, [100.0] * k, [math.inf] * k, draws=60_000)
    assert ranks.critical == pytest.approx(TUKEY[k], abs=0.025)


def test_with_two_units_it_is_the_t_test_of_their_difference() -> None:
    """arcsin √0.9 − arcsin √0.8 = 0.141897; with n = 200 and 200 its standard error is 0.05, so t = 2.838 > 1.96."""
    proven = rank_shares([0.8, 0.9], [200, 200], [math.inf] * 2)
    assert (proven.low.tolist(), proven.high.tolist()) == ([2, 1], [2, 1])
    assert proven.ties == []
    open_ = rank_shares([0.8, 0.9], [90, 90], [math.inf] * 2)  # t = 0.141897/0.0745 = 1.904 < 1.96
    assert (open_.low.tolist(), open_.high.tolist()) == ([1, 1], [2, 2])
    assert open_.ties == [[1, 0]]


def test_few_degrees_of_freedom_prove_less() -> None:
    """The same t = 2.838 is not beyond 4.30, Student's value for two degrees of freedom, once both are unsure."""
    assert rank_shares([0.8, 0.9], [200, 200], [2, 2]).high.tolist() == [2, 2]


def test_estimates_of_the_same_people_are_compared_with_their_correlation() -> None:
    alone = rank_shares([0.80, 0.88], [150, 150], [math.inf] * 2)
    paired = rank_shares([0.80, 0.88], [150, 150], [math.inf] * 2, correlation=np.array([[1.0, 0.8], [0.8, 1.0]]))
    assert not alone.above.any()
    assert paired.above.tolist() == [[False, False], [True, False]]


def test_the_same_figures_give_the_same_ranks_and_everybody_agreeing_is_no_obstacle() -> None:
    first, again = (rank_shares([1.0, 1.0, 0.2], [40, 12, 60], [9, 3, 20]) for _ in range(2))
    assert first.critical == again.critical
    assert first.low.tolist() == [1, 1, 3]
    assert first.ties == [[0, 1]]


@pytest.mark.parametrize("k", [0, 1])
def test_one_unit_has_no_rivals(k: int) -> None:
    ranks = rank_shares([0.5] * k, [10] * k, [5] * k)
    assert ranks.low.tolist() == ranks.high.tolist() == [1] * k


def test_a_unit_without_an_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="degrees of freedom"):
        rank_shares([0.5, 0.5], [10, 10], [5, 0])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(5, 900), st.floats(3, 60)), min_size=2, max_size=12))
def test_ranks_are_consistent(units: list[tuple[float, float, float]]) -> None:
    shares, sizes, freedom = zip(*units, strict=True)
    ranks = rank_shares(shares, sizes, freedom, draws=500)
    k = len(units)
    assert (ranks.low >= 1).all()
    assert (ranks.high <= k).all()
    point = np.array([1 + sum(other > share for other in shares) for share in shares])
    assert (ranks.low <= point).all()
    assert (ranks.high >= point).all()
    for run in ranks.ties:
        assert not ranks.above[np.ix_(run, run)].any()


def test_all_intervals_hold_together_in_ninety_five_of_a_hundred_surveys() -> None:
    """True rates from 70% to 90%, 200 answers each: the share of surveys in which every true rank is covered."""
    chance, truth = np.random.default_rng(7), np.linspace(0.7, 0.9, 8)
    rank = 8 - np.arange(8)
    held = 0
    for _number in range(400):
        found = rank_shares((chance.binomial(200, truth) / 200).tolist(), [200] * 8, [math.inf] * 8, draws=1000)
        held += bool(((found.low <= rank) & (rank <= found.high)).all())
    assert held / 400 >= 0.93  # 0.95 less two standard errors
