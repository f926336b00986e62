"""Drivers of satisfaction and quadrants: R survey 4.1-1, calculations by hand, and what must hold anyway."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx
from simulated_survey import PSUS, draw, simulate

from analysis.design import SurveyDesign
from analysis.errors import MeasureError
from analysis.models import (
    Measured,
    compare_importance_and_performance,
    correlate,
    find_drivers,
    place_criteria,
)
from analysis.models.jackknife import jackknife_covariances
from analysis.models.shares import EXACT_LIMIT, average_over_orders, weigh_relatively

X = simulate()
CRITERIA = {name: X[name] for name in ("staff", "fees", "age")}
DESIGN = SurveyDesign.declare(psu=X["psu"], strata=X["stratum"], weights=X["weight"])
SEVERAL = X["stratum"] != "hills"
WITHOUT_LONE = SurveyDesign.declare(psu=X["psu"][SEVERAL], strata=X["stratum"][SEVERAL], weights=X["weight"][SEVERAL])


def without_lone(name: str) -> np.ndarray:
    return X[name][SEVERAL]


def test_the_lone_stratum_is_the_one_left_out() -> None:
    assert [name for name, psus in PSUS.items() if psus == 1] == ["hills"]


def test_a_correlation_is_that_of_r() -> None:
    # svycontrast(svymean(~a + b + aa + bb + ab, subset(des, !is.na(score))),
    #             quote((ab - a * b) / sqrt((aa - a^2) * (bb - b^2)))) with a = staff, b = score, aa = staff^2, ...
    found = correlate(DESIGN, X["staff"], X["score"])

    assert (found.estimate, found.se, found.df) == approx((0.88423525524, 0.015338834634, 10), rel=1e-9)
    width = 2.2281388520 * 0.015338834634 / (1 - 0.88423525524**2)  # qt(0.975, 10)
    assert (found.low, found.high) == approx([math.tanh(math.atanh(0.88423525524) + side * width) for side in (-1, 1)])


def test_standardised_coefficients_are_those_of_r() -> None:
    # svycontrast of the same moments and those of c = fees, with r_ab the correlation as above:
    # bquote((.(r_ab) - .(r_bc) * .(r_ac)) / (1 - .(r_ac)^2)), and with a and c exchanged
    found = find_drivers(DESIGN, X["score"], {"fees": X["fees"], "staff": X["staff"]})

    staff, fees = found.drivers
    assert (staff.name, staff.coefficient, fees.name, fees.coefficient) == (
        "staff", approx(0.88325254906, rel=1e-9), "fees", approx(-0.01431011337, rel=1e-9),
    )  # fmt: skip
    width = 2.3060041352  # qt(0.975, 10 - 2)
    assert (staff.coefficient_high - staff.coefficient) / width == approx(0.015534177245, rel=1e-9)
    assert (fees.coefficient - fees.coefficient_low) / width == approx(0.026468447134, rel=1e-9)


@pytest.mark.parametrize(
    ("method", "shares", "se"),
    [
        (
            "average_over_orders",
            [0.92404851656, 0.0042356262214, 0.071715857218],
            [0.02798107826, 0.007961950389, 0.029519061589],
        ),
        (
            "relative_weights",
            [0.92375061764, 0.0043963805668, 0.071853001789],
            [0.028066570571, 0.0081555216262, 0.029530958865],
        ),
    ],
)
def test_shares_and_their_jackknife_are_those_of_r(method, shares, se) -> None:
    # withReplicates(as.svrepdesign(subset(des, !is.na(score)), type = "JKn", mse = TRUE), shares) without the stratum
    # hills; shares() averages over the 6 orders of entry, or takes squared loadings times squared coefficients of
    # the symmetric square root of the correlation matrix, from cov.wt(..., method = "ML")
    criteria = {name: without_lone(name) for name in ("staff", "fees", "age")}

    found = find_drivers(WITHOUT_LONE, without_lone("score"), criteria, method=method)

    by_name = {driver.name: driver for driver in found.drivers}
    ours = [by_name[name] for name in ("staff", "fees", "age")]
    assert [driver.share for driver in ours] == approx(shares, rel=1e-9)
    assert found.df == 10
    quantile = 2.2281388520
    assert (ours[0].share - ours[0].share_low) / quantile == approx(se[0], rel=1e-8)
    assert (ours[1].share_high - ours[1].share) / quantile == approx(se[1], rel=1e-8)
    assert (ours[2].share - ours[2].share_low) / quantile == approx(se[2], rel=1e-8)
    assert found.r_squared == approx(0.7827942777, rel=1e-9)
    assert (found.r_squared_high - found.r_squared) / quantile == approx(0.030841271304, rel=1e-8)
    assert ours[1].share_low == 0.0  # no share is below nothing


def test_two_criteria_are_shared_out_as_by_hand() -> None:
    # r(x1, y) = 0.6, r(x2, y) = 0.3, r(x1, x2) = 0.5: R² = (0.36 + 0.09 - 2·0.6·0.3·0.5)/(1 - 0.25) = 0.36;
    # x1 gains 0.36 if first and 0.36 - 0.09 if last, x2 gains 0.09 if first and 0.36 - 0.36 if last
    correlation = np.array([[1, 0.5, 0.6], [0.5, 1, 0.3], [0.6, 0.3, 1]])

    assert average_over_orders(correlation) == approx([(0.36 + 0.27) / 2, (0.09 + 0.0) / 2], abs=1e-14)


def make_covariance(p: int, seed: int) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(3 * p + 4, p + 1)) @ np.diag(np.arange(1, p + 2))
    values[:, -1] += values[:, 0] - 0.3 * values[:, p // 2]
    return np.cov(values, rowvar=False)


def explain(covariance: np.ndarray, subset: list[int]) -> float:
    y = covariance[-1, -1]
    inside = covariance[np.ix_(subset, subset)]
    return float(covariance[-1, subset] @ np.linalg.solve(inside, covariance[subset, -1]) / y) if subset else 0.0


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 5), st.integers(0, 10**6))
def test_shares_are_the_mean_gain_over_all_orders(p: int, seed: int) -> None:
    covariance = make_covariance(p, seed)
    gains = np.zeros(p)
    orders = list(permutations(range(p)))
    for order in orders:
        for place, predictor in enumerate(order):
            before = list(order[:place])
            gains[predictor] += explain(covariance, [*before, predictor]) - explain(covariance, before)

    assert average_over_orders(covariance) == approx(gains / len(orders), abs=1e-11)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, EXACT_LIMIT), st.integers(0, 10**6))
def test_parts_sum_to_r_squared_whatever_the_order_of_criteria(p: int, seed: int) -> None:
    covariance = make_covariance(p, seed)
    turned = [*np.random.default_rng(seed).permutation(p).tolist(), p]

    for split in (average_over_orders, weigh_relatively):
        parts = split(covariance)
        assert parts.sum() == approx(explain(covariance, list(range(p))), abs=1e-10)
        assert (parts >= -1e-12).all()
        assert split(covariance[np.ix_(turned, turned)]) == approx(parts[turned[:-1]], abs=1e-10)


def test_uncorrelated_criteria_have_the_squares_of_their_correlations_by_both_methods() -> None:
    covariance = np.eye(5)
    covariance[-1, :4] = covariance[:4, -1] = [0.5, 0.3, -0.4, 0.0]

    assert average_over_orders(covariance) == approx([0.25, 0.09, 0.16, 0.0], abs=1e-12)
    assert weigh_relatively(covariance) == approx([0.25, 0.09, 0.16, 0.0], abs=1e-12)


def test_a_stack_of_matrices_is_split_one_by_one() -> None:
    stack = np.stack([make_covariance(4, seed) for seed in range(3)])

    assert average_over_orders(stack) == approx(np.stack([average_over_orders(matrix) for matrix in stack]), abs=1e-12)


def test_the_jackknife_of_a_mean_square_is_the_hand_calculation() -> None:
    # values 1, 2, 3, 6: the variance with divisor n is 3.5; without each in turn 26/9, 38/9, 14/3 and 2/3;
    # V = 3/4 Σ (deviation from 3.5)²
    design = SurveyDesign.declare(psu=[1, 2, 3, 4])

    estimate, covariance = jackknife_covariances(
        design, np.array([[1.0], [2.0], [3.0], [6.0]]), np.ones(4, dtype=bool), lambda matrices: matrices[:, 0]
    )

    left_out = np.array([26 / 9, 38 / 9, 14 / 3, 2 / 3])
    assert estimate == approx([3.5])
    assert covariance[0, 0] == approx(0.75 * np.sum((left_out - 3.5) ** 2))


def test_a_lone_psu_widens_the_shares_only_if_the_rule_says_so() -> None:
    widths = {}
    for rule in ("adjust", "average", "certainty", "remove"):
        design = SurveyDesign.declare(psu=X["psu"], strata=X["stratum"], weights=X["weight"], lonely_psu=rule)
        first = find_drivers(design, X["score"], CRITERIA).drivers[0]
        widths[rule] = first.share - first.share_low

    assert widths["adjust"] > widths["certainty"]
    assert widths["remove"] == widths["certainty"]
    assert widths["average"] == approx(widths["certainty"] * math.sqrt(5 / 4), rel=1e-9)  # 4 of 5 strata are not alone


def test_drivers_are_sorted_and_say_who_was_left_out() -> None:
    fees = np.where(X["woman"] == 1, X["fees"], np.nan)

    found = find_drivers(DESIGN, X["score"], CRITERIA | {"fees": fees}, domain=X["age"] < 60)

    complete = (X["age"] < 60) & (X["woman"] == 1) & ~np.isnan(X["score"])
    assert found.n == complete.sum()
    assert found.n_incomplete == (X["age"] < 60).sum() - complete.sum()
    contributions = [driver.contribution for driver in found.drivers]
    assert contributions == sorted(contributions, reverse=True)
    assert sum(contributions) == approx(found.r_squared, rel=1e-10)
    assert sum(driver.share for driver in found.drivers) == approx(1, rel=1e-10)


def test_more_criteria_than_can_be_ordered_get_relative_weights() -> None:
    many = {f"q{k}": X["staff"] + 3 * draw(100 + k, len(X["psu"])) for k in range(EXACT_LIMIT + 1)}

    found = find_drivers(DESIGN, X["score"], many)

    assert found.method == "relative_weights"
    with pytest.raises(ValueError, match="13 predictors"):
        find_drivers(DESIGN, X["score"], many, method="average_over_orders")
    fewer = dict(list(many.items())[:EXACT_LIMIT])
    exact = {driver.name: driver.share for driver in find_drivers(DESIGN, X["score"], fewer).drivers}
    close = find_drivers(DESIGN, X["score"], fewer, method="relative_weights").drivers
    assert [driver.share for driver in close] == approx([exact[driver.name] for driver in close], abs=0.01)


@pytest.mark.parametrize(
    ("overall", "criteria", "code"),
    [
        (X["score"], CRITERIA | {"both": X["staff"] + X["fees"]}, "collinear"),
        (X["score"], CRITERIA | {"same": np.ones(len(X["psu"]))}, "collinear"),
        (np.ones(len(X["psu"])), CRITERIA, "constant_response"),
        (X["score"], {"trade": X["trade"]}, "not_a_number"),
        (X["score"], {"age": X["age"][1:]}, "wrong_length"),
    ],
)
def test_criteria_that_cannot_be_used_are_named(overall, criteria, code: str) -> None:
    with pytest.raises(MeasureError) as error:
        find_drivers(DESIGN, overall, criteria)
    assert error.value.code == code


def test_no_criteria_and_unknown_methods_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        find_drivers(DESIGN, X["score"], {})
    with pytest.raises(ValueError, match="unknown method 'best'"):
        find_drivers(DESIGN, X["score"], CRITERIA, method="best")


def test_without_a_drawn_sample_drivers_have_no_limits() -> None:
    design = SurveyDesign.declare(psu=X["psu"], weights=X["weight"], probability=False)

    first = find_drivers(design, X["score"], CRITERIA).drivers[0]
    pair = correlate(design, X["staff"], X["score"])

    assert first.share > 0.8
    assert math.isnan(first.share_low)
    assert math.isnan(first.coefficient_high)
    assert math.isnan(first.p_value)
    assert math.isnan(pair.low)


def test_a_perfect_correlation_is_its_own_interval() -> None:
    found = correlate(DESIGN, X["age"], 3 - 2 * X["age"])

    assert (found.estimate, found.low, found.high) == approx((-1.0, -1.0, -1.0))


def test_a_constant_has_no_correlation() -> None:
    with pytest.raises(MeasureError, match="y has one value only"):
        correlate(DESIGN, X["age"], np.ones(len(X["psu"])))


def test_criteria_fall_into_the_quadrants_of_martilla_and_james() -> None:
    importance = {"a": 0.4, "b": 0.4, "c": 0.1, "d": 0.1}
    performance = {"a": 0.7, "b": 0.9, "c": 0.7, "d": 0.9}

    chart = place_criteria(
        {name: Measured(value, value - 0.05, value + 0.05) for name, value in importance.items()},
        {name: Measured(value, value - 0.05, value + 0.05) for name, value in performance.items()},
    )

    assert (chart.importance_cut, chart.performance_cut) == approx((0.25, 0.8))
    assert [criterion.quadrant for criterion in chart.criteria] == [
        "concentrate_here",
        "keep_up",
        "low_priority",
        "possible_overkill",
    ]
    assert all(criterion.certain for criterion in chart.criteria)


@pytest.mark.parametrize(
    ("performance", "quadrant", "certain"),
    [
        (Measured(0.80, 0.80, 0.84), "keep_up", True),
        (Measured(0.80, 0.79, 0.84), "keep_up", False),
        (Measured(0.79, 0.70, 0.80), "concentrate_here", False),
        (Measured(0.79, 0.70, 0.799), "concentrate_here", True),
        (Measured(0.79, math.nan, math.nan), "concentrate_here", False),
    ],
)
def test_an_interval_that_reaches_the_cut_makes_the_quadrant_uncertain(performance, quadrant, certain) -> None:
    chart = place_criteria(
        {"staff": Measured(0.5, 0.4, 0.6)}, {"staff": performance}, importance_cut=0.3, performance_cut=0.8
    )

    criterion = chart.criteria[0]
    assert (criterion.quadrant, criterion.performance_certain, criterion.certain) == (quadrant, certain, certain)
    assert criterion.importance_certain


def test_quadrants_need_the_same_finite_criteria() -> None:
    one = Measured(0.5, 0.4, 0.6)
    with pytest.raises(ValueError, match="the same criteria"):
        place_criteria({"a": one}, {"b": one})
    with pytest.raises(ValueError, match="finite"):
        place_criteria({"a": one}, {"a": Measured(math.nan, 0, 1)})


@pytest.mark.parametrize("importance", ["share", "correlation"])
def test_the_chart_of_a_survey_joins_drivers_and_rates(importance) -> None:
    answers = {"staff": X["staff"], "fees": X["fees"]}
    rates = {name: (values >= 4).astype(float) for name, values in answers.items()}

    chart = compare_importance_and_performance(DESIGN, X["score"], answers, rates, importance=importance, target=0.8)

    staff = chart.criteria[0]
    assert staff.name == "staff"
    assert chart.performance_cut == 0.8
    assert staff.performance.value == approx(DESIGN.proportion(rates["staff"]).estimate)
    assert staff.performance.low < staff.performance.value < staff.performance.high
    expected = (
        find_drivers(DESIGN, X["score"], answers).drivers[0].share
        if importance == "share"
        else correlate(DESIGN, X["staff"], X["score"]).estimate
    )
    assert staff.importance.value == approx(expected)
    assert staff.quadrant == "concentrate_here"
    assert staff.importance_certain


def test_the_chart_needs_rates_of_the_same_criteria() -> None:
    with pytest.raises(ValueError, match="answers and rates of the same criteria"):
        compare_importance_and_performance(DESIGN, X["score"], {"staff": X["staff"]}, {"fees": X["fees"]})
    with pytest.raises(ValueError, match="unknown importance"):
        compare_importance_and_performance(
            DESIGN, X["score"], {"staff": X["staff"]}, {"staff": X["staff"]}, importance="size"
        )
