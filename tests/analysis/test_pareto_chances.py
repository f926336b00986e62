"""The chances with which a Pareto draw takes each unit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from analysis.sampling import pareto_inclusion_probabilities, proportional_probabilities


def test_the_chances_of_a_pareto_draw_are_worked_out_and_not_those_wanted() -> None:
    """Two units: P(R1 < R2) by another integral; five: frequencies of a million draws from another generator."""
    wanted = np.array([0.3, 0.7])
    theta = wanted / (1 - wanted)
    first, _error = quad(lambda t: theta[0] / (1 + t * theta[0]) ** 2 / (1 + t * theta[1]), 0, np.inf)
    assert pareto_inclusion_probabilities(wanted) == pytest.approx([first, 1 - first], abs=1e-9)
    wanted = proportional_probabilities(np.array([150.0, 900, 300, 700, 500, 9000]), 3)
    numbers = np.random.default_rng(7).random((1_000_000, 5))
    ranks = numbers / (1 - numbers) * (1 - wanted[:5]) / wanted[:5]
    drawn = np.bincount(np.argsort(ranks, axis=1)[:, :2].ravel(), minlength=5) / 1_000_000
    found = pareto_inclusion_probabilities(wanted)
    assert found[5] == 1
    assert np.abs(found[:5] - drawn).max() < 0.002 < np.abs(wanted[:5] - drawn).max()
    assert found.sum() == pytest.approx(3)


def test_in_a_large_draw_the_chances_are_those_wanted() -> None:
    sizes = np.random.default_rng(7).integers(150, 901, 400).astype(float)
    wanted = proportional_probabilities(sizes, 40)
    found = pareto_inclusion_probabilities(wanted)
    assert 0 < np.abs(found / wanted - 1).max() < 1e-4
    assert pareto_inclusion_probabilities(np.array([0.0, 1.0, 0.5, 0.5])).tolist() == [0.0, 1.0, 0.5, 0.5]
