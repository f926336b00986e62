"""Weights: from the chance of being invited to known totals, by hand, against R and by what must always hold."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx  # noqa: PT013
from scipy.optimize import linprog

from analysis.csv_table import CsvTable
from analysis.design import SurveyDesign
from analysis.errors import DesignError
from analysis.weighting import (
    CalibratedDesign,
    WeightingChain,
    WeightingStep,
    adjust_for_nonresponse,
    calibrate,
    calibrate_weights,
    effective_sample_size,
    inverse_probability_weights,
    kish_deff,
    poststratify,
    poststratify_weights,
    rake,
    rake_weights,
    run_steps,
    summarize_weights,
    trim_and_rake,
    trim_weights,
    two_stage_weights,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "data"
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


# Known totals


@pytest.fixture(scope="module")
def province() -> tuple[CsvTable, SurveyDesign]:
    table = CsvTable.read(GOLDEN / "syn_b_twowaves.csv")
    table = table.select(table.matching({"wave": "1"}))
    design = SurveyDesign.declare(
        psu=table.labels("commune"),
        strata=table.labels("district"),
        weights=table.numbers("w"),
        psu_population=table.numbers("n_communes"),
        element_population=table.numbers("list_size"),
    )
    return table, design


def read_margin(name: str) -> dict[str, float]:
    table = CsvTable.read(GOLDEN / f"syn_b_margin_{name}.csv")
    return dict(zip(table.labels(name).tolist(), table.numbers("Freq").tolist(), strict=True))


@pytest.mark.parametrize(
    ("column", "named"),
    [
        ("calibrate_linear", {"distance": "linear"}),
        ("calibrate_raking", {"distance": "raking"}),
        ("calibrate_logit_bounds", {"distance": "logit", "bounds": (0.5, 2)}),
        ("calibrate_linear_bounds", {"distance": "truncated", "bounds": (0.7, 1.4)}),
        ("rake_sex_age_region", None),
    ],
)
def test_every_calibrated_weight_is_that_of_r(
    province: tuple[CsvTable, SurveyDesign], column: str, named: dict[str, Any] | None
) -> None:
    table, design = province
    margins = {name: read_margin(name) for name in ("sex", "agegrp", "region")}
    columns = {name: table.labels(name) for name in margins}
    done = rake(design, columns, margins) if named is None else calibrate(design, columns, margins, **named)
    expected = CsvTable.read(GOLDEN / "syn_b_calibrated_weights.csv")
    expected = expected.select(np.isin(expected.labels("id"), table.labels("id")))
    assert expected.labels("id").tolist() == table.labels("id").tolist()
    np.testing.assert_allclose(done.design.weights, expected.numbers(column), rtol=1e-9)
    for reached in done.report.margins:
        assert reached.after == approx(reached.total, rel=1e-10)


def test_postratified_weights_are_those_of_r(province: tuple[CsvTable, SurveyDesign]) -> None:
    table, design = province
    totals = CsvTable.read(GOLDEN / "syn_b_margin_sex_age.csv")
    cells = list(zip(table.labels("sex").tolist(), table.labels("agegrp").tolist(), strict=True))
    keys = zip(totals.labels("sex").tolist(), totals.labels("agegrp").tolist(), strict=True)
    done = poststratify(design, cells, dict(zip(keys, totals.numbers("Freq").tolist(), strict=True)))
    expected = CsvTable.read(GOLDEN / "syn_b_calibrated_weights.csv")
    expected = expected.select(np.isin(expected.labels("id"), table.labels("id")))
    np.testing.assert_allclose(done.design.weights, expected.numbers("poststratify_sex_age"), rtol=1e-10)


# R survey 4.1-1: d <- svydesign(id=~dnum, weights=~pw, data=apiclus1, fpc=~fpc)
# pop <- c(`(Intercept)`=6194, stypeH=755, stypeM=1018, api99=3914069)
# e <- calibrate(d, ~stype+api99, pop, calfun=..., bounds=..., epsilon=1e-12)
# range(weights(e)/weights(d)); svymean(~api00, e); svytotal(~api00, e)
@pytest.mark.parametrize(
    ("named", "g", "mean", "total"),
    [
        ({}, (0.418592462214, 1.83329488317), (665.309071166, 3.4417531164), (4120924.3868, 21318.218803)),
        (
            {"distance": "raking"},
            (0.534231368667, 1.99476124074), (665.393796, 3.43775353983), (4121449.17242, 21293.4454257),
        ),
        (
            {"distance": "logit", "bounds": (0.5, 3)},
            (0.602371447024, 1.99562486212), (665.440950301, 3.43404077738), (4121741.24617, 21270.4485751),
        ),
        (
            {"distance": "truncated", "bounds": (0.3, 1.7)},
            (0.406780113812, 1.7), (665.317449303, 3.44092571156), (4120976.28098, 21313.0938574),
        ),
    ],
)  # fmt: skip
def test_calibration_to_a_margin_and_a_numeric_total_equals_r(
    named: dict[str, Any], g: tuple[float, float], mean: tuple[float, float], total: tuple[float, float]
) -> None:
    done, api00 = calibrate_schools(**named)
    assert (done.report.g_minimum, done.report.g_maximum) == approx(g, rel=1e-9)
    found = done.design.mean(api00)
    assert (found.estimate, found.se) == approx(mean, rel=1e-8)
    found = done.design.total(api00)
    assert (found.estimate, found.se) == approx(total, rel=1e-8)


def read_schools() -> tuple[CsvTable, SurveyDesign]:
    table = CsvTable.read(GOLDEN / "apiclus1.csv")
    design = SurveyDesign.declare(
        psu=table.labels("dnum"), weights=table.numbers("pw"), psu_population=table.numbers("fpc"), two_stage=False
    )
    return table, design


def calibrate_schools(**named: Any) -> tuple[CalibratedDesign, Any]:
    table, design = read_schools()
    margins = {"stype": {"E": 4421, "H": 755, "M": 1018}}
    numeric = {"api99": (table.numbers("api99"), 3914069.0)}
    columns = {"stype": table.labels("stype")}
    return calibrate(design, columns, margins, numeric=numeric, **named), table.numbers("api00")


def test_a_total_that_was_calibrated_to_has_no_error_left() -> None:
    done, _ = calibrate_schools(distance="raking")
    table, design = read_schools()
    assert design.total(table.numbers("api99")).se > 1e5
    assert math.sqrt(done.design.covariance(table.numbers("api99"))[0, 0]) == approx(0, abs=1e-5)


def test_after_two_calibrations_the_totals_of_the_last_have_no_error_left() -> None:
    table, design = read_schools()
    first = poststratify(design, table.labels("stype"), {"E": 4421, "H": 755, "M": 1018})
    numeric = {"all": (np.ones(len(table)), 6194.0), "api99": (table.numbers("api99"), 3914069.0)}
    second = calibrate(first.design, {}, {}, numeric=numeric).design
    assert math.sqrt(second.covariance(table.numbers("api99"))[0, 0]) == approx(0, abs=1e-5)
    assert second.total((table.labels("stype") == "H").astype(float)).se > 1
    # N is known exactly, so se(total) = N se(mean)
    y = table.numbers("api00")
    assert second.total(y).se == approx(6194 * second.mean(y).se, rel=1e-9)
    # R: svymean(~api00, calibrate(postStratify(d, ~stype, ...), ~api99, c(`(Intercept)`=6194, api99=3914069)))
    assert second.mean(y).estimate == approx(665.392222326, rel=1e-9)


@pytest.mark.parametrize(
    "named",
    [
        {"distance": "linear"},
        {"distance": "raking"},
        {"distance": "logit", "bounds": (0.5, 3)},
        {"distance": "truncated", "bounds": (0.5, 3)},
    ],
)
def test_weights_that_meet_the_totals_already_are_left_as_they_are(named: dict[str, Any]) -> None:
    base, x = np.array([1.0, 2, 3, 4]), np.array([[2.0], [5], [1], [7]])
    done = calibrate_weights(base, x, base @ x, **named)
    assert done.g.tolist() == [1, 1, 1, 1]
    assert done.iterations == 0


def test_poststratification_is_linear_calibration_to_the_cells() -> None:
    table, design = read_schools()
    totals = {"E": 4421, "H": 755, "M": 1018}
    one = poststratify(design, table.labels("stype"), totals)
    other = calibrate(design, {"stype": table.labels("stype")}, {"stype": totals})
    np.testing.assert_allclose(one.design.weights, other.design.weights, rtol=1e-12)
    # R: svymean(~api00, postStratify(d, ~stype, data.frame(stype=c("E","H","M"), Freq=c(4421,755,1018))))
    found = one.design.mean(table.numbers("api00"))
    assert (found.estimate, found.se) == approx((642.310788212, 23.9204864451), rel=1e-9)
    assert other.design.mean(table.numbers("api00")).se == approx(found.se, rel=1e-9)


def test_raking_by_hand() -> None:
    # one person a cell, all weights 1: the fit is row total * column total / N
    columns = {"sex": ["F", "F", "M", "M"], "age": ["old", "young", "old", "young"]}
    assert rake_weights([1, 1, 1, 1], columns, MARGINS).weights.tolist() == approx([18, 42, 12, 28])


@settings(deadline=None)
@given(st.lists(st.floats(0.2, 20), min_size=6, max_size=6), st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_raked_margins_meet_their_totals_and_raking_is_exponential_calibration(
    base: list[float], women: float, old: float
) -> None:
    margins = {"sex": {"F": 500 * women, "M": 500 * (1 - women)}, "age": {"old": 500 * old, "young": 500 * (1 - old)}}
    design = SurveyDesign.declare(psu=None, weights=base)
    raked = rake(design, COLUMNS, margins)
    for reached in raked.report.margins:
        assert reached.after == approx(reached.total, rel=1e-9)
    newton = calibrate(design, COLUMNS, margins, distance="raking")
    np.testing.assert_allclose(raked.design.weights, newton.design.weights, rtol=1e-7)
    y = [1, 0, 1, 1, 0, 0]
    assert raked.design.proportion(y).se == approx(newton.design.proportion(y).se, rel=1e-6)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.5, 9), st.floats(-3, 3)), min_size=8, max_size=20),
    st.sampled_from(["logit", "truncated"]),
    st.floats(0.65, 1.7),
)
def test_bounded_distances_meet_the_totals_within_their_bounds_whenever_that_is_possible(
    rows: list[tuple[float, float]], distance: Any, change: float
) -> None:
    base = np.array([one[0] for one in rows])
    x = np.column_stack([np.ones(len(rows)), [one[1] for one in rows]])
    totals = base @ x * [change, 1.0]
    if is_possible(base, x, totals, 0.6 + MARGIN_OF_DOUBT, 1.8 - MARGIN_OF_DOUBT):
        done = calibrate_weights(base, x, totals, distance=distance, bounds=(0.6, 1.8))
        assert done.g.min() >= 0.6 - 1e-12
        assert done.g.max() <= 1.8 + 1e-12
        np.testing.assert_allclose(done.weights @ x, totals, rtol=1e-9, atol=1e-8)
    elif not is_possible(base, x, totals, 0.6 - MARGIN_OF_DOUBT, 1.8 + MARGIN_OF_DOUBT):
        assert code_of(calibrate_weights, base, x, totals, distance=distance, bounds=(0.6, 1.8))[0] == (
            "calibration_failed"
        )


MARGIN_OF_DOUBT = 1e-3


def is_possible(base: Any, x: Any, totals: Any, low: float, high: float) -> bool:
    """Ask a linear program whether any weights within the bounds meet the totals."""
    answer = linprog(np.zeros(len(base)), A_eq=(base[:, None] * x).T, b_eq=totals, bounds=(low, high))
    return answer.status == 0


def test_bounds_too_narrow_fail_and_name_the_margin_furthest_away() -> None:
    design = SurveyDesign.declare(psu=None, weights=[100 / 6] * 6)
    margins = {"sex": {"F": 95, "M": 5}, "age": {"old": 48, "young": 52}}
    for distance in ("logit", "truncated"):
        code, _, message = code_of(calibrate, design, COLUMNS, margins, distance=distance, bounds=(0.7, 1.4))
        assert code == "calibration_failed"
        assert "furthest is sex = " in message


def test_raking_to_margins_that_exclude_each_other_fails_and_names_one() -> None:
    # everybody young is F, so F cannot be fewer than the young
    columns = {"sex": ["F", "F", "M"], "age": ["young", "old", "old"]}
    margins = {"sex": {"F": 10, "M": 90}, "age": {"young": 50, "old": 50}}
    code, _, message = code_of(rake_weights, [1, 1, 1], columns, margins)
    assert code == "calibration_failed"
    assert "sex = " in message or "age = " in message


def test_numeric_totals_that_contradict_each_other_fail() -> None:
    x = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
    code, _, message = code_of(calibrate_weights, [1, 1, 1], x, [6, 13])
    assert code == "calibration_failed"
    assert "contradict" in message
    assert calibrate_weights([1, 1, 1], x, [12, 24]).g.tolist() == approx([1 + 3 / 7, 1 + 6 / 7, 1 + 9 / 7])


def test_a_negative_calibrated_weight_is_refused_for_a_design() -> None:
    x = np.array([1.0, 2.0, 9.0])
    assert calibrate_weights([1, 1, 1], np.column_stack([np.ones(3), x]), [3, 2]).g.min() < 0
    design = SurveyDesign.declare(psu=None, weights=[1, 1, 1])
    numeric = {"all": (np.ones(3), 3.0), "x": (x, 2.0)}
    assert code_of(calibrate, design, {}, {}, numeric=numeric)[:2] == ("negative_weights", 2)


@pytest.mark.parametrize(
    ("columns", "margins", "code", "row"),
    [
        ({"sex": [*SEX[:5], "X"]}, {"sex": {"F": 60, "M": 40}}, "unknown_level", 5),
        ({"sex": [*SEX[:3], "", "M", "M"]}, {"sex": {"F": 60, "M": 40}}, "missing_label", 3),
        ({"sex": SEX[:5]}, {"sex": {"F": 60, "M": 40}}, "wrong_length", None),
        ({"sex": SEX}, {"sex": {"F": 60, "M": 40, "X": 3}}, "empty_level", None),
        ({"sex": SEX}, {"sex": {"F": 60, "M": 0}}, "bad_total", None),
        ({"sex": SEX}, {"sex": {"F": 60, "M": NAN}}, "bad_total", None),
        ({"sex": SEX}, {"age": {"old": 60}}, "unknown_variable", None),
        (COLUMNS, {"sex": {"F": 60, "M": 40}, "age": {"old": 30, "young": 71}}, "margins_disagree", None),
        (COLUMNS, {}, "no_margins", None),
    ],
)
def test_margins_that_do_not_fit_the_sample_are_refused(
    columns: dict[str, Any], margins: dict[str, Any], code: str, row: int | None
) -> None:
    design = SurveyDesign.declare(psu=None, weights=[1] * 6)
    assert code_of(rake, design, columns, margins)[:2] == (code, row)
    assert code_of(calibrate, design, columns, margins)[:2] == (code, row)


@pytest.mark.parametrize(
    ("named", "word"),
    [
        ({"distance": "cosine"}, "unknown distance"),
        ({"distance": "logit"}, "needs bounds"),
        ({"distance": "linear", "bounds": (0.5, 2)}, "has no bounds"),
        ({"distance": "truncated", "bounds": (1.1, 2)}, "low < 1 < high"),
        ({"distance": "logit", "bounds": (0.5, math.inf)}, "low < 1 < high"),
    ],
)
def test_a_distance_without_the_bounds_it_needs_is_refused(named: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        calibrate_weights([1, 1], [[1], [1]], [2], **named)


def test_bad_base_weights_and_columns_are_refused() -> None:
    assert code_of(calibrate_weights, [1, -1], [[1], [1]], [2])[:2] == ("bad_weight", 1)
    assert code_of(calibrate_weights, [1, 1], [[1], [NAN]], [2])[:2] == ("not_finite", 1)
    assert code_of(calibrate_weights, [1, 1, 1], [[1], [1]], [2])[0] == "wrong_length"
    assert code_of(calibrate_weights, [1, 1], [[1], [1]], [2, 3])[0] == "wrong_length"
    assert code_of(calibrate_weights, [1, 1], [[1], [1]], [NAN])[0] == "bad_total"
    assert code_of(poststratify_weights, [1, NAN], ["a", "a"], {"a": 3})[:2] == ("bad_weight", 1)


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


# Steps

ROWS: dict[str, Any] = {
    "communes": [20] * 12, "drawn": [5] * 12, "people": [300] * 6 + [600] * 6, "invited": [40] * 12,
    "sex": SEX * 2, "age": AGE * 2, "income": [float(value) for value in range(12)],
}  # fmt: skip
BASE = WeightingStep(
    "base",
    {"psu_population": "communes", "psu_sample": "drawn", "element_population": "people", "element_sample": "invited"},
)
RESPONSE = WeightingStep("nonresponse", {"variables": ["sex"], "invited": [["F", 9], ["M", 12]], "minimum_invited": 5})
RAKE = WeightingStep("rake", {"margins": MARGINS})
TRIM = WeightingStep("trim", {"upper_times_mean": 1.6})


def test_a_chain_shows_each_step_and_the_weights_it_left() -> None:
    chain = run_steps(ROWS, [BASE, RESPONSE, RAKE, TRIM, RAKE])
    assert [one.step.name for one in chain.results] == ["base", "nonresponse", "rake", "trim", "rake"]
    base = np.array([30.0] * 6 + [60.0] * 6)
    factor = np.where(np.array(ROWS["sex"]) == "F", 9 / 6, 12 / 6)
    raked = rake_weights(base * factor, ROWS, MARGINS).weights
    trimmed = trim_weights(raked, upper=1.6 * raked.mean()).weights
    last = rake_weights(trimmed, ROWS, MARGINS).weights
    for result, weights in zip(chain.results, [base, base * factor, raked, trimmed, last], strict=True):
        np.testing.assert_allclose(result.weights, weights)
        assert result.summary == summarize_weights(result.weights)


def test_undo_takes_the_last_step_back_and_leaves_the_others() -> None:
    whole = run_steps(ROWS, [BASE, RESPONSE, RAKE])
    assert whole.undo().steps == (BASE, RESPONSE)
    assert whole.undo().weights.tolist() == run_steps(ROWS, [BASE, RESPONSE]).weights.tolist()
    assert whole.undo().undo().undo().undo().results == ()
    assert whole.steps == (BASE, RESPONSE, RAKE)


def test_steps_survive_being_stored_as_json() -> None:
    others = [
        WeightingStep(
            "poststratify",
            {"variables": ["sex", "age"],
             "totals": [["F", "old", 9], ["F", "young", 8], ["M", "old", 7], ["M", "young", 6]]},
        ),
        WeightingStep(
            "calibrate",
            {"margins": {"sex": {"F": 400, "M": 300}}, "numeric": {"income": 4000},
             "distance": "logit", "bounds": [0.01, 100]},
        ),
        WeightingStep("trim", {"upper_times_mean": 2, "lower_times_mean": 0.1, "strict": True}),
    ]  # fmt: skip
    steps = [BASE, RESPONSE, *others]
    stored = json.loads(json.dumps([{"name": one.name, "parameters": one.parameters} for one in steps]))
    again = [WeightingStep(**one) for one in stored]
    np.testing.assert_array_equal(run_steps(ROWS, again).weights, run_steps(ROWS, steps).weights)


def test_the_design_of_a_chain_has_the_standard_errors_of_the_calibration_itself() -> None:
    design = SurveyDesign.declare(psu=[1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6], strata=["n"] * 6 + ["s"] * 6)
    y = [1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1]
    chain = run_steps(ROWS, [BASE, RAKE])
    direct = rake(design.with_weights([30.0] * 6 + [60.0] * 6), ROWS, MARGINS).design
    assert chain.weigh(design).proportion(y).se == approx(direct.proportion(y).se, rel=1e-9)
    assert chain.undo().weigh(design).proportion(y).se != approx(direct.proportion(y).se, rel=1e-3)


def test_trimming_ends_the_residuals_of_the_calibration_before_unless_it_cuts_nothing() -> None:
    raked = run_steps(ROWS, [BASE, RAKE])
    cut = raked.apply(WeightingStep("trim", {"upper_times_mean": 1.3}))
    whole = raked.apply(WeightingStep("trim", {"upper_times_mean": 9}))
    assert cut.weights.max() < raked.weights.max()
    assert cut.results[-1].residual is None
    assert whole.results[-1].residual is raked.results[-1].residual is not None


def test_the_weighted_response_factor_takes_the_base_weights_of_those_invited() -> None:
    # F: six answered with base weights 30, 30, 30, 60, 60, 60 = 270 of 400 invited in weight
    step = WeightingStep(
        "nonresponse", {"variables": ["sex"], "invited": [["F", 9, 400.0], ["M", 12, 540.0]], "minimum_invited": 5}
    )
    chain = run_steps(ROWS, [BASE, step])
    factor = np.where(np.array(ROWS["sex"]) == "F", 400 / 270, 540 / 270)
    np.testing.assert_allclose(chain.weights, np.array([30.0] * 6 + [60.0] * 6) * factor)


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([RAKE], "step_order"),
        ([BASE, BASE], "step_order"),
        ([BASE, WeightingStep("smooth", {})], "unknown_step"),
        ([BASE, WeightingStep("trim", {})], "missing_parameter"),
        ([BASE, WeightingStep("trim", {"upper_times_mean": 3, "upper": 9})], "unknown_parameter"),
        ([WeightingStep("base", {"psu_population": "communes"})], "missing_parameter"),
        ([WeightingStep("base", {"probabilities": ["pi"]})], "unknown_variable"),
        ([BASE, WeightingStep("nonresponse", {"variables": ["sex"], "invited": [["F", 5], ["M", 12]]})],
         "more_responded_than_invited"),
        ([BASE, WeightingStep("nonresponse", {"variables": ["sex"], "invited": [["F", 9], ["M"]]})], "bad_table"),
        ([BASE, WeightingStep("nonresponse", {"variables": ["sex"], "invited": [["F", 9]]})], "unknown_level"),
        ([BASE, WeightingStep("poststratify", {"variables": ["sex"], "totals": [["F", 9], ["F", 8]]})], "bad_table"),
    ],
)  # fmt: skip
def test_a_step_that_cannot_be_taken_says_why(steps: list[WeightingStep], code: str) -> None:
    assert code_of(run_steps, ROWS, steps)[0] == code


def test_a_chain_without_steps_has_no_weights() -> None:
    assert code_of(lambda: WeightingChain(ROWS).weights)[0] == "no_weights"
