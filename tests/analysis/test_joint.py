"""What joint estimates say of differences, and when they say nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from analysis import MeasureError, SurveyDesign
from analysis.joint import JointEstimate, by_group, by_item, distribution

THREE = JointEstimate(("a", "b", "c"), np.array([0.5, 0.6, 0.8]), np.diag([0.01, 0.02, 0.03]), 12)


def test_a_contrast_is_the_textbook_one() -> None:
    difference = THREE.difference("c", "a")
    assert (difference.estimate, difference.se) == (approx(0.3), approx(math.sqrt(0.04)))
    limits = difference.interval(0.95)
    # qt(.975, 12) = 2.178812829667228
    assert (limits.low, limits.high) == (approx(0.3 - 0.2 * 2.178812829667228), approx(0.3 + 0.2 * 2.178812829667228))
    assert difference.p_value == approx(0.159457503513207, rel=1e-10)  # 2*pt(-1.5, 12)


def test_log_odds_ratio_by_the_delta_method() -> None:
    # se² = .01/(.5·.5)² + .02/(.6·.4)²
    ratio = THREE.log_odds_ratio("b", "a")
    assert ratio.estimate == approx(math.log(1.5))
    assert ratio.se == approx(math.sqrt(0.01 / 0.25**2 + 0.02 / 0.24**2))


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_rate_of_nobody_or_everybody_has_no_log_odds(rate: float) -> None:
    some = JointEstimate(("a", "b"), np.array([0.5, rate]), np.diag([0.01, 0.0]), 5)
    with pytest.raises(MeasureError, match="compare by the difference"):
        some.log_odds_ratio("b", "a")
    if rate == 0:
        with pytest.raises(MeasureError, match="compare by the difference"):
            some.log_ratio("b", "a")


def test_names_and_lengths_that_do_not_fit_are_refused() -> None:
    with pytest.raises(MeasureError, match="there is no 'd'"):
        THREE.difference("d", "a")
    with pytest.raises(MeasureError, match="3 coefficients"):
        THREE.contrast([1, -1])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_shares_sum_to_one_and_their_sum_has_no_variance(seed: int) -> None:
    g = np.random.default_rng(seed)
    n = int(g.integers(6, 60))
    design = SurveyDesign.declare(psu=g.integers(0, 6, n), weights=g.uniform(0.5, 5, n))
    shares = distribution(design, [str(code) for code in g.integers(1, 4, n)])
    everything = shares.contrast(np.ones(len(shares.names)))
    assert everything.estimate == approx(1)
    assert everything.se == approx(0, abs=1e-8)
    assert (np.linalg.eigvalsh(shares.covariance) >= -1e-12).all()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_each_item_and_group_has_the_variance_of_its_own_estimate(seed: int) -> None:
    g = np.random.default_rng(seed)
    n = int(g.integers(20, 80))
    psu = np.arange(n) % 8
    design = SurveyDesign.declare(psu=psu, strata=psu % 3, weights=g.uniform(0.5, 5, n), psu_population=[9] * n)
    y = np.where(g.random((n, 3)) < 0.1, np.nan, g.random((n, 3)) < 0.7)
    items = by_item(design, y, ["x", "y", "z"])
    for place in range(3):
        assert items.covariance[place, place] == approx(design.proportion(y[:, place]).variance, rel=1e-9, abs=1e-15)
    sex = np.where(g.random(n) < 0.5, "F", "M")
    groups = by_group(design, y[:, 0], sex, order=["F", "M"])
    women = design.proportion(y[:, 0], sex == "F")
    assert groups.covariance[0, 0] == approx(women.variance, rel=1e-9, abs=1e-15, nan_ok=True)


def test_a_group_without_an_answer_has_no_estimate_and_spoils_no_other() -> None:
    design = SurveyDesign.declare(psu=[1, 2, 3, 4])
    groups = by_group(design, [1, 0, 1, math.nan], ["F", "F", "F", "M"])
    assert math.isnan(groups.estimates[1])
    assert groups.covariance[0, 0] == approx(design.proportion([1, 0, 1, math.nan]).variance)
