"""Weights that meet known totals: post-stratified, raked and calibrated, against R and by what must hold."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx
from scipy.optimize import linprog

from analysis.csv_table import CsvTable
from analysis.design import SurveyDesign
from analysis.errors import DesignError
from analysis.weighting import (
    CalibratedDesign,
    calibrate,
    calibrate_weights,
    poststratify,
    poststratify_weights,
    rake,
    rake_weights,
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
    assert done.g.tolist() == approx([1, 1, 1, 1], rel=1e-12)
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
    st.lists(
        st.tuples(st.floats(0.5, 9), st.floats(-3, 3).map(lambda value: round(value, 6))), min_size=8, max_size=20
    ),
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
