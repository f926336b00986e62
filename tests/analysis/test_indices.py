"""Indices of satisfaction and expectation by hand; PAPI and PCI by their published rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from analysis import SurveyDesign
from analysis.errors import MeasureError
from analysis.indices import (
    PCI_WEIGHTS,
    AnswerScale,
    PapiDimension,
    PapiIndicator,
    PapiSubDimension,
    PciIndicator,
    PciSubIndex,
    all_satisfied,
    compare_with_expectation,
    count_codes,
    count_satisfied,
    find_bounds,
    mean_gap,
    mean_score,
    read_expectation_met,
    rescale_to_100,
    rescale_to_highest,
    score_papi,
    score_pci,
    set_priorities,
    sum_scores,
)

NAN = float("nan")
ANSWERS = arrays(np.float64, (10, 4), elements=st.sampled_from([0, 1, 2, 3, 4, 5, NAN]))


def test_the_pooled_index_counts_answers_and_leaves_out_gaps_and_no_opinion() -> None:
    counts = count_satisfied([[5, 4, 3, 0], [NAN, 1, NAN, NAN], [0, 0, NAN, 0]])
    assert counts.numerator.tolist() == [2, 0, 0]
    assert counts.denominator.tolist() == [3, 1, 0]
    design = SurveyDesign.declare(psu=["a", "b", "c"], weights=[1, 2, 3])
    pooled = design.ratio(counts.numerator, counts.denominator)
    assert pooled.estimate == pytest.approx(2 / (3 + 2))
    assert (pooled.n, pooled.total) == (2, 4)


@given(ANSWERS)
def test_satisfied_neutral_and_dissatisfied_answers_add_up_to_all(answers: np.ndarray) -> None:
    levels = [count_codes(answers, codes) for codes in ((4, 5), (3,), (1, 2))]
    assert_allclose(sum(level.numerator for level in levels), levels[0].denominator)
    assert_allclose(levels[0].numerator, count_satisfied(answers).numerator)


def test_the_mean_score_of_a_respondent_and_that_of_all_answers_differ() -> None:
    answers = [[5, NAN, NAN], [2, 2, 2]]
    assert mean_score(answers).tolist() == [5, 2]
    sums = sum_scores(answers)
    assert sums.numerator.sum() / sums.denominator.sum() == 11 / 4
    assert_allclose(mean_score(answers, minimum_answered=2), [NAN, 2])


def test_scores_are_rescaled_in_two_ways() -> None:
    # PSI 2018: 4.04 of 5 published as 80.8%
    assert rescale_to_highest(4.04) == pytest.approx(80.8)
    assert rescale_to_100(np.array([1.0, 3.0, 5.0])).tolist() == [0, 50, 100]
    assert rescale_to_100(2.5, AnswerScale(0, 10, (8, 9, 10), ())) == 25


def test_the_rules_for_gaps_differ_in_all_satisfied() -> None:
    answers = [[4, 5, 4], [4, 5, NAN], [3, 5, NAN], [3, 4, 4], [0, NAN, NAN]]
    assert_allclose(all_satisfied(answers), [1, 1, 0, 0, NAN])
    assert_allclose(all_satisfied(answers, rule="complete"), [1, NAN, NAN, 0, NAN])
    assert_allclose(all_satisfied(answers, rule="decided"), [1, NAN, 0, 0, NAN])


@given(ANSWERS)
def test_whoever_is_satisfied_with_everything_has_the_full_share(answers: np.ndarray) -> None:
    marks, counts = all_satisfied(answers), count_satisfied(answers)
    known = counts.denominator > 0
    assert_allclose(marks[known], counts.numerator[known] == counts.denominator[known])
    assert np.isnan(marks[~known]).all()


def test_answers_off_the_scale_are_refused_with_their_row() -> None:
    for wrong in (6, -1, 3.5, float("inf")):
        with pytest.raises(MeasureError) as refused:
            count_satisfied([[4, 5], [wrong, 4]])
        assert (refused.value.code, refused.value.row) == ("off_scale", 1)


def test_reading_answers_leaves_the_callers_array_alone() -> None:
    answers = np.array([[0.0, 4.0]])
    count_satisfied(answers)
    assert answers.tolist() == [[0.0, 4.0]]


def test_expectation_may_be_met_by_more_than_a_hundred_percent() -> None:
    assert_allclose(read_expectation_met([80, 130, NAN]), [80, 130, NAN])
    sums = compare_with_expectation([[5, 5, NAN]], [[4, 4, 5]])
    assert 100 * sums.numerator[0] / sums.denominator[0] == 125
    assert_allclose(mean_gap([[5, 3, NAN], [NAN, NAN, NAN]], [[4, 4, 5], [5, 5, 5]]), [0, NAN])
    design = SurveyDesign.declare(psu=["a", "b"])
    assert design.mean(read_expectation_met([90, 120])).estimate == pytest.approx(105)
    for wrong in (-1, 201):
        with pytest.raises(MeasureError, match="percentage"):
            read_expectation_met([wrong])


def test_what_is_wanted_and_lacking_comes_first() -> None:
    satisfied = {"fee": 0.90, "time": 0.60, "staff": 0.85, "seats": 0.65}
    wanted = {"fee": 0.20, "time": 0.80, "staff": 0.70, "seats": 0.30}
    placed = {p.item: p.quadrant for p in set_priorities(satisfied, wanted)}
    assert list(placed) == ["time", "staff", "seats", "fee"]
    assert placed == {"time": "improve_first", "staff": "keep_up", "seats": "improve_later", "fee": "enough"}
    strict = {p.item: p.quadrant for p in set_priorities(satisfied, wanted, satisfied_cut=0.95, wanted_cut=0.25)}
    assert strict["staff"] == strict["seats"] == "improve_first"


def whole_frame(negative: bool = False) -> list[PapiDimension]:
    """Eight dimensions: five of 4 parts and three of 3, two indicators each."""
    return [
        PapiDimension(
            f"{d}",
            tuple(
                PapiSubDimension(
                    f"{d}.{s}",
                    tuple(PapiIndicator(f"{d}.{s}.{i}", 0, 100, negative) for i in (1, 2)),
                )
                for s in range(1, (3 if d in (3, 7, 8) else 4) + 1)
            ),
        )
        for d in range(1, 9)
    ]


def codes_of(frame: list[PapiDimension]) -> list[str]:
    return [i.code for d in frame for s in d.sub_dimensions for i in s.indicators]


def test_papi_runs_from_8_to_80() -> None:
    frame = whole_frame()
    lowest, highest = (score_papi(frame, dict.fromkeys(codes_of(frame), x)) for x in (0.0, 100.0))
    assert (lowest.value("total"), highest.value("total")) == pytest.approx((8, 80))
    assert (lowest.value("3"), highest.value("3")) == pytest.approx((1, 10))
    assert (lowest.value("1.2"), highest.value("1.2")) == pytest.approx((0.25, 2.5))
    assert (lowest.value("7.1"), highest.value("7.1")) == pytest.approx((1 / 3, 10 / 3))
    turned = score_papi(whole_frame(negative=True), dict.fromkeys(codes_of(frame), 100.0))
    assert turned.value("total") == pytest.approx(8)


def test_papi_of_one_sub_dimension_by_hand() -> None:
    # 0.25 + x·2.25: 0.8 → 2.05; 1-4 at 3: 0.25 + 2/3·2.25 = 1.75; negative 0-10 at 2: x → 8, 0.25 + 0.8·2.25 = 2.05
    part = PapiSubDimension(
        "5.1", (PapiIndicator("a"), PapiIndicator("b", 1, 4), PapiIndicator("c", 0, 10, negative=True))
    )
    others = tuple(PapiSubDimension(f"5.{s}", (PapiIndicator(f"o{s}"),)) for s in (2, 3, 4))
    values = {"a": 0.8, "b": 3, "c": 2, "o2": 0, "o3": 1, "o4": 0.5}
    scores = score_papi([PapiDimension("5", (part, *others))], values)
    assert scores.value("5.1") == pytest.approx((2.05 + 1.75 + 2.05) / 3)
    assert scores.value("5") == pytest.approx(1.95 + 0.25 + 2.5 + 1.375)
    assert scores.codes == ("5.1", "5.2", "5.3", "5.4", "5", "total")


def test_a_missing_papi_indicator_leaves_the_mean_to_the_others_and_is_named() -> None:
    frame = whole_frame()
    values = dict.fromkeys(codes_of(frame), 50.0) | {"1.1.1": NAN, "1.1.2": 100.0}
    del values["2.1.1"]
    scores = score_papi(frame, values)
    assert scores.missing == ("1.1.1", "2.1.1")
    assert scores.value("1.1") == pytest.approx(2.5)
    empty = score_papi(frame, values | {"1.1.2": NAN})
    assert np.isnan([empty.value("1.1"), empty.value("1"), empty.value("total")]).all()
    assert empty.value("2") == pytest.approx(5.5)


@given(st.lists(st.floats(0, 100), min_size=58, max_size=58), st.booleans())
def test_papi_scores_are_the_linear_forms_they_say(values: list[float], negative: bool) -> None:
    frame = whole_frame(negative)
    estimates = dict(zip(codes_of(frame), values, strict=True))
    scores = score_papi(frame, estimates)
    x = np.array([estimates[code] for code in scores.indicators])
    assert_allclose(scores.constants + scores.coefficients @ x, scores.values)
    assert 8 - 1e-9 <= scores.value("total") <= 80 + 1e-9
    constant, row = scores.form("total")
    assert constant + row @ x == pytest.approx(scores.value("total"))


def test_the_error_of_a_papi_dimension_is_the_contrast_of_its_indicators() -> None:
    frame = [PapiDimension("1", tuple(PapiSubDimension(f"1.{s}", (PapiIndicator(f"q{s}"),)) for s in (1, 2)))]
    rng = np.random.default_rng(4)
    y = (rng.random((80, 2)) < 0.7).astype(float)
    design = SurveyDesign.declare(psu=list(range(20)) * 4)
    rates = y.mean(axis=0)
    covariance = design.covariance((y - rates) / len(y))
    scores = score_papi(frame, {"q1": rates[0], "q2": rates[1]})
    # The same dimension as a column of respondents: each calibrated answer, added up, and its mean.
    direct = design.mean((0.5 + 4.5 * y).sum(axis=1))
    errors = dict(zip(scores.codes, scores.standard_errors(covariance), strict=True))
    assert scores.value("1") == pytest.approx(direct.estimate)
    assert errors["1"] == pytest.approx(direct.se)
    assert errors["1.1"] == pytest.approx(4.5 * design.proportion(y[:, 0]).se)


def test_values_outside_the_bounds_are_refused_or_clipped_without_error() -> None:
    frame = [PapiDimension("1", (PapiSubDimension("1.1", (PapiIndicator("km", 0, 10, negative=True),)),))]
    with pytest.raises(MeasureError) as refused:
        score_papi(frame, {"km": 12})
    assert refused.value.code == "outside_bounds"
    scores = score_papi(frame, {"km": 12}, clip=True)
    assert scores.clipped == ("km",)
    assert scores.value("1") == pytest.approx(1)
    assert scores.standard_errors([[4.0]]).tolist() == [0, 0, 0]


def whole_pci() -> list[PciSubIndex]:
    return [
        PciSubIndex(
            f"{s}",
            weight,
            (PciIndicator(f"{s}.1"), PciIndicator(f"{s}.2", negative=True), PciIndicator(f"{s}.3", "hard")),
        )
        for s, weight in enumerate(PCI_WEIGHTS, start=1)
    ]


def test_pci_runs_from_10_to_100_with_weights_of_the_handbook() -> None:
    assert sum(PCI_WEIGHTS) == pytest.approx(1)
    bounds = {f"{s}.{i}": (20.0, 60.0) for s in range(1, 11) for i in (1, 2, 3)}
    best = {code: 20.0 if code.endswith(".2") else 60.0 for code in bounds}
    worst = {code: 80.0 - value for code, value in best.items()}
    assert score_pci(whole_pci(), bounds, best).value("total") == pytest.approx(100)
    assert score_pci(whole_pci(), bounds, worst).value("total") == pytest.approx(10)


def test_pci_of_one_sub_index_by_hand() -> None:
    # 1: 9·(50-20)/40 + 1 = 7.75; 2, where high is bad: 11 - (9·(35-20)/40 + 1) = 6.625;
    # survey (7.75 + 6.625)/2 = 7.1875; hard: 9·(30-20)/40 + 1 = 3.25; 0.6·7.1875 + 0.4·3.25 = 5.6125
    part = PciSubIndex("x", 1.0, whole_pci()[0].indicators)
    bounds = dict.fromkeys(("1.1", "1.2", "1.3"), (20.0, 60.0))
    values = {"1.1": 50, "1.2": 35, "1.3": 30}
    scores = score_pci([part], bounds, values)
    assert scores.value("x") == pytest.approx(5.6125)
    assert scores.value("total") == pytest.approx(56.125)
    assert score_pci([part], bounds, values, survey_share=0.5).value("x") == pytest.approx((7.1875 + 3.25) / 2)


def test_a_survey_without_the_hard_data_scores_the_survey_part() -> None:
    part = PciSubIndex("x", 1.0, whole_pci()[0].indicators)
    scores = score_pci([part], {"1.1": (20, 60), "1.2": (20, 60)}, {"1.1": 50, "1.2": 35})
    assert scores.value("x") == pytest.approx(7.1875)
    assert scores.missing == ("1.3",)
    constant, row = scores.form("total")
    assert row == pytest.approx([10 * 9 / 40 / 2, -10 * 9 / 40 / 2])
    assert constant + row @ [50, 35] == pytest.approx(71.875)


@given(arrays(np.float64, (6, 3), elements=st.floats(0, 1000).map(lambda x: round(x, 3))))
def test_the_best_province_of_an_indicator_gets_10_and_the_worst_1(provinces: np.ndarray) -> None:
    if any(len(np.unique(column)) < 2 for column in provinces.T):
        return
    bounds = dict(zip("abc", find_bounds(provinces), strict=True))
    frame = [PciSubIndex(code, 1 / 3, (PciIndicator(code, negative=code == "c"),)) for code in "abc"]
    table = np.array([score_pci(frame, bounds, dict(zip("abc", row, strict=True))).values[:3] for row in provinces])
    assert_allclose(table.min(axis=0), 1, atol=1e-9)
    assert_allclose(table.max(axis=0), 10, atol=1e-9)
    assert (table[:, 2].argmax(), table[:, 0].argmax()) == (
        np.flatnonzero(provinces[:, 2] == provinces[:, 2].min())[0],
        np.flatnonzero(provinces[:, 0] == provinces[:, 0].max())[0],
    )


FRAME = [PapiDimension("1", (PapiSubDimension("1.1", (PapiIndicator("a"),)),))]
INDEX = [PciSubIndex("s", 1.0, (PciIndicator("a"),))]


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("unknown_indicator", lambda: score_papi(FRAME, {"b": 0.5})),
        ("not_finite", lambda: score_papi(FRAME, {"a": float("inf")})),
        ("no_items", lambda: score_papi([], {})),
        ("no_items", lambda: score_papi([PapiDimension("1", ())], {})),
        ("no_items", lambda: score_papi([PapiDimension("1", (PapiSubDimension("1.1", ()),))], {})),
        ("code_twice", lambda: score_papi(FRAME * 2, {"a": 0.5})),
        (
            "bad_bounds",
            lambda: score_papi([PapiDimension("1", (PapiSubDimension("p", (PapiIndicator("a", 1, 1),)),))], {"a": 1}),
        ),
        ("bad_weight", lambda: score_pci([PciSubIndex("s", 0.9, (PciIndicator("a"),))], {"a": (0, 1)}, {"a": 0.5})),
        ("no_bounds", lambda: score_pci(INDEX, {}, {"a": 0.5})),
        ("outside_bounds", lambda: score_pci(INDEX, {"a": (0, 0.4)}, {"a": 0.5})),
        ("no_items", lambda: score_pci([], {}, {})),
        ("bad_bounds", lambda: find_bounds([[1, 2], [1, 3]])),
        ("wrong_length", lambda: score_papi(FRAME, {"a": 0.5}).covariance(np.eye(2))),
        ("wrong_length", lambda: count_satisfied([1, 2, 3])),
        ("wrong_length", lambda: compare_with_expectation([[1, 2]], [[1]])),
        ("different_items", lambda: set_priorities({"a": 0.1}, {"b": 0.1})),
        ("no_items", lambda: set_priorities({}, {})),
        ("not_finite", lambda: set_priorities({"a": NAN}, {"a": 0.1})),
    ],
)
def test_what_cannot_be_scored_is_refused_by_name(code: str, call: Any) -> None:
    with pytest.raises(MeasureError) as refused:
        call()
    assert refused.value.code == code


@pytest.mark.parametrize(
    "call",
    [
        lambda: AnswerScale(5, 1),
        lambda: AnswerScale(1, 5, (6,)),
        lambda: AnswerScale(1, 5, (4, 5), (3,)),
        lambda: count_codes([[1, 2]], [7]),
        lambda: mean_score([[1, 2]], minimum_answered=0),
        lambda: all_satisfied([[1, 2]], rule="some"),
        lambda: read_expectation_met([50], ceiling=90),
        lambda: score_pci(INDEX, {"a": (0, 1)}, {"a": 0.5}, survey_share=1.2),
    ],
)
def test_arguments_out_of_range_are_refused(call: Any) -> None:
    with pytest.raises(ValueError, match=r"\d|rule"):
        call()


def test_a_score_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(KeyError, match=r"1\.1, 1, total"):
        score_papi(FRAME, {"a": 0.5}).value("9")
