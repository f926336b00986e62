"""Figures of which only a published percentage is known."""

from __future__ import annotations

import math

import pytest
from scipy.stats import t as student

from analysis.counted import (
    are_whole_counts,
    counted_estimate,
    design_effect_of_clusters,
    largest_design_effect,
)
from analysis.policy import published_interval
from analysis.published import publish


def test_a_simple_random_sample_has_wilsons_interval_of_its_textbook() -> None:
    # Newcombe (1998, table I): 81 of 263 gives 0.2553 to 0.3662 by Wilson's score method; he uses the normal quantile,
    # Student's with 262 degrees of freedom is 0.5% wider.
    found = published_interval(counted_estimate(81 / 263, 263), None)
    assert found.low == pytest.approx(0.2553, abs=0.0005)
    assert found.high == pytest.approx(0.3662, abs=0.0005)


def test_the_design_effect_divides_the_sample() -> None:
    plain, clustered = counted_estimate(0.8, 1600), counted_estimate(0.8, 1600, design_effect=4)
    assert plain.se == pytest.approx(0.01)
    assert clustered.se == pytest.approx(0.02)
    assert clustered.n_effective == 400


def test_units_give_the_degrees_of_freedom() -> None:
    assert counted_estimate(0.8, 907, units=47).df == 46
    assert counted_estimate(0.8, 907).df == 906
    assert published_interval(counted_estimate(0.8, 907, units=47), None).n_effective == 907


def test_everybody_satisfied_still_has_a_lower_limit_that_knows_the_design_effect() -> None:
    one = counted_estimate(1.0, 100, design_effect=2, units=30)
    found = published_interval(one, one)
    t = student.ppf(0.975, 29)
    assert found.low == pytest.approx(1 / (1 + t**2 / 50))
    assert found.high == 1.0


@pytest.mark.parametrize(("rate", "n"), [(0.8313, 907), (0.8271, 1485), (0.7604, 1382)])
def test_the_verdict_turns_exactly_at_the_largest_design_effect(rate: float, n: int) -> None:
    limit = largest_design_effect(rate, n, 46, 0.8)
    held = {
        share: publish(
            (one := counted_estimate(rate, n, design_effect=limit * share, units=47)), one, target=0.8
        ).verdict
        for share in (0.999, 1.001)
    }
    assert held == {0.999: "met" if rate > 0.8 else "not_met", 1.001: "not_proven"}


def test_nothing_holds_without_degrees_of_freedom() -> None:
    assert largest_design_effect(0.9, 500, 0, 0.8) == 0.0


def test_percentages_that_no_whole_forms_give_are_known() -> None:
    # 754 of 907 are 83.13%; the rest, 153, would have to hold 15.47% (140.3) and 1.40% (12.7) of 907.
    assert not are_whole_counts([83.13, 15.47, 1.40], 907, 2)
    assert are_whole_counts([754 / 9.07, 140 / 9.07, 13 / 9.07], 907, 12)
    assert are_whole_counts([33.3, 33.3, 33.3], 3, 1)
    assert not are_whole_counts([33.3, 33.3, 33.3], 4, 1)


def test_nonsense_is_refused() -> None:
    for rate, n, effect, units in ((1.1, 10, 1, None), (0.5, 0, 1, None), (0.5, 10, 0.5, None), (0.5, 10, 1, 0)):
        with pytest.raises(ValueError, match="no survey"):
            counted_estimate(rate, n, design_effect=effect, units=units)
    with pytest.raises(ValueError, match="cluster"):
        design_effect_of_clusters(0.5, 0.1)
    with pytest.raises(ValueError, match="target"):
        largest_design_effect(0.5, 10, 5, 1.0)
    assert math.isclose(design_effect_of_clusters(1, 0.9), 1.0)
