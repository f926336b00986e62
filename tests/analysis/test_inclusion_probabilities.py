"""How likely units, and pairs of units, are to be drawn."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.sampling import (
    conditional_poisson_joint_probabilities,
    equal_joint_probabilities,
    equal_probabilities,
    proportional_probabilities,
    sampford_joint_probabilities,
)

LISTS = st.lists(st.integers(1, 900), min_size=2, max_size=15)


def test_probabilities_in_proportion_to_size_take_out_certainties_in_turn() -> None:
    # n = 3 of 10, 20, 30, 140, 100: 3·140/300 = 1.4 -> 1; then 2·100/160 = 1.25 -> 1; then 1/6, 2/6, 3/6.
    got = proportional_probabilities([10, 20, 30, 140, 100], 3)
    assert got.tolist() == pytest.approx([1 / 6, 1 / 3, 1 / 2, 1, 1], abs=1e-15)


@given(LISTS, st.data(), st.sampled_from([0.0, 0.5, 1.0, 1.6]))
def test_inclusion_probabilities_sum_to_n(sizes: list[int], data: Any, power: float) -> None:
    n = data.draw(st.integers(0, len(sizes)))
    got = proportional_probabilities(sizes, n, power=power)
    assert got.sum() == pytest.approx(n, abs=1e-9)
    assert ((got >= 0) & (got <= 1)).all()
    chance = got < 1
    if n and chance.any():
        relative = got[chance] / np.asarray(sizes, float)[chance] ** power
        assert relative == pytest.approx(np.full(relative.size, relative[0]), rel=1e-9)


def test_a_census_takes_everyone_for_certain() -> None:
    assert (proportional_probabilities([0.7, 0.7, 0.7], 3) == 1).all()
    assert (equal_probabilities(3, 3) == 1).all()


def test_power_zero_gives_equal_probabilities() -> None:
    assert proportional_probabilities([1, 5, 9, 20], 2, power=0).tolist() == equal_probabilities(4, 2).tolist()


def enumerate_pairs(population: int, n: int, weigh: Callable[[tuple[int, ...]], float]) -> np.ndarray:
    """Sum the probabilities of all samples that hold k and l: the definition."""
    joint, total = np.zeros((population, population)), 0.0
    for sample in combinations(range(population), n):
        weight = weigh(sample)
        total += weight
        joint[np.ix_(sample, sample)] += weight
    return joint / total


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_conditional_poisson_agrees_with_a_list_of_all_samples(n: int) -> None:
    odds = np.array([0.3, 1.0, 2.2, 0.05, 4.0, 0.9, 0.9])
    truth = enumerate_pairs(7, n, lambda sample: float(odds[list(sample)].prod()))
    assert conditional_poisson_joint_probabilities(np.diag(truth)) == pytest.approx(truth, abs=1e-11)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_sampford_agrees_with_a_list_of_all_samples(n: int) -> None:
    pi = proportional_probabilities([3, 4, 5, 6, 7, 8], n)
    odds = pi / (1 - pi)

    def weigh(sample: tuple[int, ...]) -> float:
        # Sampford: one unit drawn with π, the others with odds, kept if all differ.
        return sum(pi[first] * odds[[unit for unit in sample if unit != first]].prod() for first in sample)

    truth = enumerate_pairs(6, n, weigh)
    assert np.diag(truth) == pytest.approx(pi, abs=1e-12)  # Sampford's theorem
    assert sampford_joint_probabilities(pi) == pytest.approx(truth, abs=1e-12)


@given(st.lists(st.floats(0.05, 20), min_size=3, max_size=9), st.data())
def test_rows_of_joint_probabilities_sum_to_n_times_pi(sizes: list[float], data: Any) -> None:
    n = data.draw(st.integers(1, len(sizes) - 1))
    pi = proportional_probabilities(sizes, n)
    for joint in (conditional_poisson_joint_probabilities(pi), sampford_joint_probabilities(pi)):
        assert joint.sum(axis=1) == pytest.approx(n * pi, abs=1e-8)
        assert joint == pytest.approx(joint.T, abs=0)
        assert (joint >= 0).all()
        off = ~np.eye(len(sizes), dtype=bool)
        assert (joint[off] <= np.outer(pi, pi)[off] + 1e-9).all()  # so Yates-Grundy-Sen is not negative


def test_equal_probabilities_make_both_designs_simple_random_sampling() -> None:
    simple = equal_joint_probabilities(9, 4)
    assert simple[0, 1] == pytest.approx(4 * 3 / (9 * 8))
    assert conditional_poisson_joint_probabilities([4 / 9] * 9) == pytest.approx(simple, abs=1e-12)
    assert sampford_joint_probabilities([4 / 9] * 9) == pytest.approx(simple, abs=1e-12)


def test_a_certain_unit_is_drawn_with_another_as_often_as_that_one_is() -> None:
    pi = [1.0, 0.5, 0.7, 0.8, 0.0]
    for joint in (conditional_poisson_joint_probabilities(pi), sampford_joint_probabilities(pi)):
        assert joint[0].tolist() == pi
        assert joint[4].tolist() == [0.0] * 5
        assert joint[1:4, 1:4].sum(axis=1) == pytest.approx([2 * p for p in pi[1:4]])
