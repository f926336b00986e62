"""Declaring a design, and its variance by hand."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from pytest import approx

from analysis import DesignError, MeasureError, SurveyDesign

NAN = math.nan
FIVE: dict[str, Any] = {
    "psu": ["a", "a", "b", "c", "c"],
    "strata": ["north", "north", "north", "south", "south"],
}


@pytest.mark.parametrize(
    ("changes", "code", "row"),
    [
        ({"psu": ["a", "a", None, "c", "c"]}, "missing_label", 2),
        ({"strata": ["north", "", "north", "south", "south"]}, "missing_label", 1),
        ({"psu": np.array([1.0, 1.0, 2.0, NAN, 3.0])}, "missing_label", 3),
        ({"weights": [1, 1, 0, 1, 1]}, "bad_weight", 2),
        ({"weights": [1, 1, 1, -2, 1]}, "bad_weight", 3),
        ({"weights": [1, NAN, 1, 1, 1]}, "bad_weight", 1),
        ({"weights": [1, 1, 1, 1, math.inf]}, "bad_weight", 4),
        ({"weights": [1, 1]}, "wrong_length", None),
        ({"strata": ["north"]}, "wrong_length", None),
        ({"psu": ["a", "a", "b", "a", "c"]}, "psu_in_two_strata", 3),
        ({"psu_population": [9, 9, 8, 5, 5]}, "population_not_constant", 2),
        ({"psu_population": [1, 1, 1, 5, 5]}, "more_sampled_than_population", 0),
        ({"psu_population": [0, 0, 0, 5, 5]}, "bad_population", 0),
        (
            {"psu_population": [9] * 5, "element_population": [7, 7, 4, 1, 1]},
            "more_sampled_than_population",
            3,
        ),
        ({"psu_population": [9] * 5, "element_population": [7, 6, 4, 9, 9]}, "population_not_constant", 1),
        ({"element_population": [7] * 5, "two_stage": False}, "contradiction", None),
        ({"lonely_psu": "ignore"}, "unknown_rule", None),
        ({"lonely_psu": "fail"}, "lonely_psu", 3),
        ({"psu": None, "strata": None}, "size_unknown", None),
    ],
)
def test_a_design_that_cannot_be_true_is_refused_with_its_row(
    changes: dict[str, Any], code: str, row: int | None
) -> None:
    with pytest.raises(DesignError) as caught:
        SurveyDesign.declare(**(FIVE | changes))
    assert (caught.value.code, caught.value.row) == (code, row)
    if row is not None:
        assert str(caught.value).startswith(f"row {row}: ")


@pytest.mark.parametrize(
    ("call", "code", "row"),
    [
        (lambda d: d.proportion([0, 1, 2, 1, 1]), "not_binary", 2),
        (lambda d: d.mean([0, 1, 2, math.inf, 1]), "not_finite", 3),
        (lambda d: d.mean([0, 1]), "wrong_length", None),
        (lambda d: d.ratio([1] * 5, [2, 2, -1, 2, 2]), "negative_denominator", 2),
        (lambda d: d.ratio([1] * 5, [2, 2, 2, 2, 0]), "answers_without_base", 4),
        (lambda d: d.ratios(np.ones((5, 2)), np.ones((5, 3))), "wrong_length", None),
        (lambda d: d.mean([0.0] * 5, [1, 0, 1, 0, 1]), "bad_domain", None),
        (lambda d: d.mean([0.0] * 5, [True]), "bad_domain", None),
    ],
)
def test_measures_that_do_not_fit_are_refused(call: Any, code: str, row: int | None) -> None:
    with pytest.raises(MeasureError) as caught:
        call(SurveyDesign.declare(**FIVE))
    assert (caught.value.code, caught.value.row) == (code, row)


def test_two_stage_variance_by_hand() -> None:
    # One district of N = 4 communes, n = 2 drawn (f = 1/2), weights 2, answers (1, 0) and (1, 1):
    # p = 3/4, X = 8.
    # z = 2(y - 3/4)/8: 1/16, -3/16 | 1/16, 1/16; commune totals -2/16, 2/16.
    # First stage  (1 - 1/2)·2/1·((2/16)² + (2/16)²) = 8/256.
    # Second stage 1/2·[2/1·((2/16)² + (2/16)²) + 0] = 8/256, lists of 4 (f = 1/2): half of it.
    given: dict[str, Any] = {"psu": ["a", "a", "b", "b"], "weights": [2] * 4, "psu_population": [4] * 4}
    y = [1, 0, 1, 1]
    assert SurveyDesign.declare(**given, two_stage=False).proportion(y).variance == approx(8 / 256)
    assert SurveyDesign.declare(**given).proportion(y).variance == approx(16 / 256)
    lists = SurveyDesign.declare(**given, element_population=[4] * 4)
    assert lists.proportion(y).variance == approx(12 / 256)


def test_a_lone_response_on_its_list_shows_its_own_square_unless_the_rule_says_nothing() -> None:
    # Communes (1, 0) and (0): p = 1/3, X = 3, z = 2/9, -1/9 | -1/9; totals 1/9, -1/9; f = 1/2.
    # First stage 1/2·2·(2/81) = 2/81; second 1/2·[2·((1.5/9)²·2) + (1/9)²] = (4.5 + 0.5)/81.
    given: dict[str, Any] = {"psu": ["a", "a", "b"], "psu_population": [4] * 3}
    assert SurveyDesign.declare(**given).proportion([1, 0, 0]).variance == approx(7 / 81)
    assert SurveyDesign.declare(**given, lonely_psu="remove").proportion([1, 0, 0]).variance == approx(6.5 / 81)


@pytest.mark.parametrize(("rule", "rate", "total"), [("adjust", 0.043759765625, 0.8525), ("remove", 0.041484375, 0.27)])
def test_lone_responses_agree_with_r(rule: Any, rate: float, total: float) -> None:
    # R 4.2.2, survey 4.1-1: svydesign(ids=~psu+id, strata=~st, weights=~w, fpc=~N+M);
    # SE(svymean(~y))^2, SE(svytotal(~y))^2
    design = SurveyDesign.declare(
        psu=["a", "a", "b", "c"], psu_population=[10] * 4, element_population=[20, 20, 30, 40], lonely_psu=rule
    )
    assert design.proportion([1, 0, 1, 1]).variance == approx(rate, rel=1e-12)
    assert design.total([1, 0, 1, 1]).variance == approx(total, rel=1e-12)
    assert design.covariance([1, 0, 1, 1])[0, 0] == approx(total, rel=1e-12)


def test_the_pooled_index_takes_answers_as_its_units() -> None:
    # 3 of 4 and 1 of 2 answers satisfied: p = 4/6; simple variance of 6 answers p(1-p)/5.
    # z = (y - 2/3·x)/6: (3 - 8/3)/6 = 1/18, (1 - 4/3)/6 = -1/18; V = 2/1·2·(1/18)² = 4/324.
    ours = SurveyDesign.declare(psu=["a", "b"]).ratio([3, 1], [4, 2])
    assert (ours.n, ours.total, ours.estimate) == (2, 6.0, approx(2 / 3))
    assert ours.variance == approx(4 / 324)
    assert ours.deff_with_replacement == approx((4 / 324) / (2 / 3 * 1 / 3 / 5))
    assert ours.n_effective == approx((2 / 9) / (4 / 324))


def test_respondents_without_answers_are_not_counted() -> None:
    ours = SurveyDesign.declare(psu=["a", "b", "c", "d"]).ratio([3, 1, 0, NAN], [4, 2, 0, 3])
    assert (ours.n, ours.n_psu, ours.df, ours.df_design) == (2, 2, 1, 3)


def test_a_lone_commune_is_counted_and_its_rule_obeyed() -> None:
    # north has communes a, b; south only c. Totals of z, weights 1, y = 1,0,1,1,1: p = 0.8, X = 5.
    # a -0.12, b 0.04, c 0.08. Without corrections: north 2·(0.08² + 0.08²) = 0.0256; c squared 0.0064.
    y = [1, 0, 1, 1, 1]
    given = {
        rule: SurveyDesign.declare(**FIVE, lonely_psu=rule).proportion(y)
        for rule in ("adjust", "certainty", "remove", "average")
    }
    assert {estimate.lonely_strata for estimate in given.values()} == {1}
    assert given["adjust"].variance == approx(0.0256 + 0.0064)
    assert given["remove"].variance == given["certainty"].variance == approx(0.0256)
    assert given["average"].variance == approx(0.0256 * 2)


def test_a_stratum_taken_whole_is_not_lonely() -> None:
    design = SurveyDesign.declare(**FIVE, psu_population=[2, 2, 2, 1, 1], two_stage=False, lonely_psu="fail")
    ours = design.proportion([1, 0, 1, 0, 1])
    assert (ours.lonely_strata, ours.variance) == (0, 0.0)


def test_lonely_strata_outside_the_domain_are_not_counted() -> None:
    ours = SurveyDesign.declare(**FIVE).proportion([1, 0, 1, 0, 1], [True, True, True, False, False])
    assert ours.lonely_strata == 0


def test_average_without_another_stratum_is_not_a_number() -> None:
    ours = SurveyDesign.declare(psu=["a", "a"], lonely_psu="average").proportion([1, 0])
    assert ours.n == 2
    assert math.isnan(ours.se)


def test_everybody_satisfied_has_variance_exactly_zero() -> None:
    weights = np.random.default_rng(3).uniform(0.1, 9, 60)
    design = SurveyDesign.declare(psu=[row // 6 for row in range(60)], weights=weights, psu_population=[40] * 60)
    ours = design.proportion(np.ones(60))
    assert (ours.estimate, ours.variance, ours.se) == (1.0, 0.0, 0.0)
    assert math.isnan(ours.deff_with_replacement)
    assert math.isnan(ours.n_effective)


def test_a_survey_without_a_response_yet_has_empty_estimates() -> None:
    ours = SurveyDesign.declare(psu=[], strata=[], weights=[]).proportion([])
    assert (ours.n, ours.df, ours.df_design) == (0, 0, 0)
    assert math.isnan(ours.estimate)


def test_a_design_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        SurveyDesign.declare(**FIVE).weights = np.ones(5)


def test_numpy_text_and_numbers_serve_as_labels() -> None:
    y = [1, 0, 1, 0, 1]
    lists = SurveyDesign.declare(**FIVE, weights=[2] * 5)
    arrays = SurveyDesign.declare(psu=np.array([7, 7, 8, 9, 9]), strata=np.array(FIVE["strata"]), weights=np.full(5, 2))
    assert arrays.proportion(y) == lists.proportion(y)


def test_a_lone_commune_or_person_of_the_domain_alone_is_adjusted_on_request_as_r_does() -> None:
    # R 4.2.2, survey 4.1-1, the second stage with lists of 10^12, survey.adjust.domain.lonely TRUE and FALSE.
    domain, y = [bool(int(bit)) for bit in "1001111000"], [1, 0, 1, 1, 0, 0, 1, 0, 1, 1]
    for asked, variance, lonely in ((True, 0.066972897376467916, 1), (False, 0.060643325617217997, 0)):
        design = SurveyDesign.declare(
            psu=list("aaabbbccdd"),
            strata=list("nnnnnnssss"),
            weights=[2.5] * 6 + [2] * 4,
            psu_population=[5] * 6 + [4] * 4,
            adjust_domain_lonely=asked,
        )
        ours = design.proportion(y, domain)
        assert (ours.variance, ours.lonely_strata) == (approx(variance, rel=1e-9), lonely)


def test_a_commune_with_one_response_adds_nothing_within_even_when_adjusted() -> None:
    given: dict[str, Any] = {"psu": ["a", "a", "b"], "psu_population": [4] * 3}
    adjusted = SurveyDesign.declare(**given, adjust_domain_lonely=True).proportion([1, 0, 0])
    assert adjusted.variance == SurveyDesign.declare(**given).proportion([1, 0, 0]).variance
