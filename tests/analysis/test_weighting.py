"""Base weights, non-response, trimming and Kish's design effect: by hand, against R and by what must hold."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from analysis.design import SurveyDesign
from analysis.errors import DesignError
from analysis.weighting import (
    adjust_for_nonresponse,
    effective_sample_size,
    inverse_probability_weights,
    kish_deff,
    rake,
    summarize_weights,
    trim_and_rake,
    trim_weights,
    two_stage_weights,
)

NAN = math.nan
SEX = ["F", "F", "F", "M", "M", "M"]
AGE = ["old", "young", "young", "old", "old", "young"]
COLUMNS = {"sex": SEX, "age": AGE}
MARGINS = {"sex": {"F": 60, "M": 40}, "age": {"old": 30, "young": 70}}


def code_of(call: Any, *arguments: Any, **named: Any) -> tuple[str, int | None, str]:
    with pytest.raises(DesignError) as caught:
        call(*arguments, **named)
    return caught.value.code, caught.value.row, str(caught.value)


# Base weights


def test_base_weight_is_communes_over_drawn_times_list_over_invited() -> None:
    weights = two_stage_weights(
        psu_population=[20, 12], psu_sample=[6, 3], element_population=[238, 761], element_sample=[48, 48]
    )
    assert weights.tolist() == approx([20 / 6 * 238 / 48, 12 / 3 * 761 / 48])


def test_pps_base_weight_is_one_over_the_product_of_the_probabilities() -> None:
    assert inverse_probability_weights([0.25, 1.0], [0.1, 0.5]).tolist() == approx([40, 2])


@pytest.mark.parametrize(
    ("sizes", "code", "row"),
    [
        ({"psu_sample": [6, 13]}, "more_sampled_than_population", 1),
        ({"element_sample": [300, 48]}, "more_sampled_than_population", 0),
        ({"psu_population": [20, NAN]}, "bad_population", 1),
        ({"element_sample": [48, 0]}, "bad_sample", 1),
        ({"element_sample": [48]}, "wrong_length", None),
    ],
)
def test_impossible_sizes_are_refused_with_their_row(sizes: dict[str, Any], code: str, row: int | None) -> None:
    given_sizes = {
        "psu_population": [20, 12], "psu_sample": [6, 3], "element_population": [238, 761], "element_sample": [48, 48],
    }  # fmt: skip
    assert code_of(two_stage_weights, **(given_sizes | sizes))[:2] == (code, row)


def test_a_probability_above_one_or_none_at_all_is_refused() -> None:
    assert code_of(inverse_probability_weights, [0.5, 1.2])[:2] == ("bad_probability", 1)
    assert code_of(inverse_probability_weights, [0.5, 0.0])[:2] == ("bad_probability", 1)
    assert code_of(inverse_probability_weights)[0] == "no_probability"


# Non-response


def test_nonresponse_factor_is_invited_over_responded_in_the_cell() -> None:
    result = adjust_for_nonresponse(["a", "b", "a"], [26, 40, 22], [24, 30, 8])
    assert result.factor.tolist() == approx([48 / 32, 40 / 30, 48 / 32])
    assert result.merged == ()


def test_weighted_factor_counts_people_with_their_base_weights() -> None:
    result = adjust_for_nonresponse(["F", "F"], [26, 30], [24, 15], base=[10.0, 40.0])
    assert result.factor.tolist() == approx([(260 + 1200) / (240 + 600)] * 2)


def test_a_cell_with_few_invited_joins_the_neighbour_with_the_nearer_response_rate() -> None:
    # rates: 18-29 0.5, 30-44 0.8 (12 invited), 45-59 0.75, 60+ 0.9
    ages = ["18-29", "30-44", "45-59", "60+"]
    result = adjust_for_nonresponse(ages, [40, 10, 40, 50], [20, 8, 30, 45])
    assert [one.cells for one in result.classes] == [("18-29",), ("30-44", "45-59"), ("60+",)]
    assert result.factor.tolist() == approx([2, 50 / 38, 50 / 38, 50 / 45])
    assert [one.cells for one in result.merged] == [("30-44", "45-59")]


def test_a_cell_with_a_large_factor_is_merged_too_and_the_order_says_who_is_near() -> None:
    invited, responded = [60, 60, 60], [20, 50, 45]
    first = adjust_for_nonresponse(["a", "b", "c"], invited, responded)
    other = adjust_for_nonresponse(["a", "b", "c"], invited, responded, order=["a", "c", "b"])
    assert [one.cells for one in first.classes] == [("a", "b"), ("c",)]
    assert [one.cells for one in other.classes] == [("a", "c"), ("b",)]


def test_the_last_class_is_kept_and_says_that_it_breaks_a_limit() -> None:
    result = adjust_for_nonresponse(["a", "b"], [9, 8], [3, 0])
    (only,) = result.classes
    assert (only.cells, only.within_limits, only.merged) == (("a", "b"), False, True)
    assert result.factor.tolist() == approx([17 / 3] * 2)


@pytest.mark.parametrize(
    ("invited", "responded", "named", "code", "row"),
    [
        ([5, 5], [5, 6], {}, "more_responded_than_invited", 1),
        ([5, -1], [5, 0], {}, "bad_count", 1),
        ([5, 5], [5, NAN], {}, "bad_count", 1),
        ([5], [5, 5], {}, "wrong_length", None),
        ([5, 5], [0, 0], {}, "nobody_responded", None),
        ([50, 50], [40, 0], {"minimum_invited": 0, "maximum_factor": math.inf}, "nobody_responded", None),
        ([5, 5], [5, 5], {"base": [1, 0]}, "bad_weight", 1),
        ([5, 5], [5, 5], {"order": ["a"]}, "unknown_level", 1),
    ],
)
def test_impossible_response_counts_are_refused(
    invited: list[float], responded: list[float], named: dict[str, Any], code: str, row: int | None
) -> None:
    assert code_of(adjust_for_nonresponse, ["a", "b"], invited, responded, **named)[:2] == (code, row)


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.floats(0.5, 50)), min_size=1, max_size=9).filter(
        lambda rows: any(min(one[:2]) > 0 for one in rows)
    )
)
def test_respondents_carry_the_weight_of_all_who_were_invited(rows: list[tuple[int, int, float]]) -> None:
    invited = np.array([max(one[:2]) for one in rows])
    responded = np.array([min(one[:2]) for one in rows])
    base = np.array([one[2] for one in rows])
    result = adjust_for_nonresponse(list(range(len(rows))), invited, responded, base=base)
    assert float(base * responded @ result.factor) == approx(float(base @ invited))
    assert [cell for one in result.classes for cell in one.cells] == list(range(len(rows)))
    assert all(one.within_limits for one in result.classes) or len(result.classes) == 1


# Trimming


# R survey 4.1-1: weights(trimWeights(svydesign(ids=~1, weights=~w, data=data.frame(w)), upper=, lower=, strict=))
@pytest.mark.parametrize(
    ("weights", "limits", "once", "strict"),
    [
        (
            [10, 7.9, 1, 1.5, 1.9, 0.1], {"lower": 0.5, "upper": 8},
            [8, 8.3, 1.4, 1.9, 2.3, 0.5], [8, 8, 1.475, 1.975, 2.375, 0.575],
        ),
        (
            [0.1, 0.1, 0.1, 0.1, 1, 1.2, 3], {"lower": 0.75},
            [0.75, 0.75, 0.75, 0.75, 2 / 15, 1 / 3, 32 / 15], [0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 1.1],
        ),
        ([10, 1, 1, 1.5, 1.9, 0.1], {"lower": 0.9, "upper": 4}, [4, 2.3, 2.3, 2.8, 3.2, 0.9], None),
    ],
)  # fmt: skip
def test_trimmed_weights_are_those_of_r(
    weights: list[float], limits: dict[str, float], once: list[float], strict: list[float] | None
) -> None:
    assert trim_weights(weights, **limits).weights.tolist() == approx(once)
    if strict is not None:
        assert trim_weights(weights, **limits, strict=True).weights.tolist() == approx(strict)


def test_trimming_reports_rows_and_the_amount_removed() -> None:
    done = trim_weights([1, 2, 3, 10], upper=4)
    assert (done.trimmed.tolist(), done.removed, done.rounds) == ([False, False, False, True], 6, 1)
    untouched = trim_weights([1, 2, 3], upper=4)
    assert (untouched.weights.tolist(), untouched.removed, untouched.rounds) == ([1, 2, 3], 0, 0)


@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=30), st.floats(1.05, 4), st.floats(0, 0.95))
def test_trimming_keeps_the_sum_and_strict_trimming_the_limits(weights: list[float], high: float, low: float) -> None:
    mean = sum(weights) / len(weights)
    lower, upper = low * mean, high * mean
    if all(not lower <= w <= upper for w in weights):
        assert code_of(trim_weights, weights, lower=lower, upper=upper)[0] == "trimming_impossible"
        return
    once = trim_weights(weights, lower=lower, upper=upper)
    assert once.weights.sum() == approx(sum(weights))
    strict = trim_weights(weights, lower=lower, upper=upper, strict=True)
    assert strict.weights.sum() == approx(sum(weights))
    assert strict.weights.max() <= upper * (1 + 1e-9)
    assert strict.weights.min() >= lower * (1 - 1e-9)


def test_limits_that_no_weight_lies_between_are_refused() -> None:
    assert code_of(trim_weights, [1, 1, 9, 9], lower=2, upper=4)[0] == "trimming_impossible"
    with pytest.raises(ValueError, match="lower < upper"):
        trim_weights([1, 2], lower=3, upper=2)
    assert code_of(trim_weights, [1, NAN], upper=2)[:2] == ("bad_weight", 1)


def test_trimming_at_three_times_the_mean_and_raking_again_meets_the_margins() -> None:
    weights = [1.0] * 10 + [20.0] + [1.0] * 19
    columns = {"sex": SEX * 5, "age": AGE * 5}
    raked = rake(SurveyDesign.declare(psu=None, weights=weights), columns, MARGINS)
    mean = raked.design.weights.mean()
    assert raked.design.weights[10] > 3 * mean
    done = trim_and_rake(raked.design, columns, MARGINS)
    assert np.flatnonzero(done.trimming.trimmed).tolist() == [10]
    assert done.trimming.weights[10] == approx(3 * mean)
    for reached in done.raked.report.margins:
        assert reached.after == approx(reached.total)
    assert done.raked.report.after.kish_deff < raked.report.after.kish_deff
    assert done.above_limit == int((done.raked.design.weights > 3 * mean).sum())
    with pytest.raises(ValueError, match="above 1"):
        trim_and_rake(raked.design, columns, MARGINS, upper_times_mean=1)


def test_trimming_nothing_changes_neither_weights_nor_standard_errors() -> None:
    raked = rake(SurveyDesign.declare(psu=None, weights=[1.0, 2, 1, 2, 1, 2]), COLUMNS, MARGINS)
    again = trim_and_rake(raked.design, COLUMNS, MARGINS).raked
    y = [1, 0, 1, 1, 0, 0]
    np.testing.assert_allclose(again.design.weights, raked.design.weights, rtol=1e-9)
    assert again.design.proportion(y).se == approx(raked.design.proportion(y).se, rel=1e-9)


# Kish


def test_kish_design_effect_is_one_plus_the_squared_coefficient_of_variation() -> None:
    # Σw = 8, Σw² = 22: 4 * 22 / 64
    assert kish_deff([1, 1, 2, 4]) == approx(1.375)
    assert effective_sample_size([1, 1, 2, 4]) == approx(64 / 22)
    summary = summarize_weights([1, 1, 2, 4])
    assert 1 + summary.cv**2 == approx(1.375)
    assert (summary.n, summary.total, summary.minimum, summary.maximum) == (4, 8, 1, 4)


@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=40), st.floats(0.001, 1e3))
def test_kish_design_effect_is_at_least_one_and_free_of_the_unit(weights: list[float], unit: float) -> None:
    assert kish_deff(weights) >= 1 - 1e-12
    assert kish_deff([unit * w for w in weights]) == approx(kish_deff(weights))


def test_no_weights_and_bad_weights_have_no_design_effect() -> None:
    assert code_of(kish_deff, [])[0] == "no_weights"
    assert code_of(kish_deff, [1, 0])[:2] == ("bad_weight", 1)
