"""Missing answers, lone PSUs and constant answers in tests and models, against R 4.2.2 with survey 4.1-1."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pytest import approx

from analysis import SurveyDesign
from analysis.joint import by_group, by_item, distribution
from analysis.models import assess_association, compare_groups, fit_linear
from analysis.quantiles import quantiles

NAN = math.nan


def test_communes_without_an_answer_count_in_the_degrees_of_freedom_of_a_table() -> None:
    # svychisq(~y+g, svydesign(ids=~psu, weights=~w)): the file's 5 communes, not the 4 with answers
    y = [0, 1, 1, 0, 1, 1, 0, 1, NAN, NAN]
    found = assess_association(SurveyDesign.declare(psu=list("aabbccddee")), y, list("FM") * 5).second_order
    assert (found.df_numerator, found.df_denominator) == (1, 4)
    assert (found.statistic, found.p_value) == (approx(0.271515151515151), approx(0.629833950620844))


def test_the_average_rule_counts_the_strata_with_answers() -> None:
    # SE(svymean(~factor(y), subset(d, !is.na(y)))), survey.lonely.psu="average"
    design = SurveyDesign.declare(psu=list("aabbccddee"), strata=list("1111223344"), lonely_psu="average")
    shares = distribution(design, ["1", "0", "1", "1", "0", "1", "", "", "", ""])
    assert shares.se == approx(0.235702260395516, rel=1e-12)


def test_a_stratum_with_answers_in_one_commune_is_adjusted_in_covariances_and_models_too() -> None:
    # survey.adjust.domain.lonely=TRUE: SE(svymean(~y, subset(d, !is.na(y)))) and SE(svyglm(y~z, d))
    design = SurveyDesign.declare(psu=list("aabbccdd"), strata=list("11112222"), adjust_domain_lonely=True)
    y = np.array([1, 0, 1, 1, 0, 1, NAN, NAN])
    rate = by_item(design, y[:, None], ["y"], domain=~np.isnan(y))
    assert rate.se == approx([0.184256932797522], rel=1e-12)
    assert design.proportion(y).se == approx(0.184256932797522, rel=1e-12)
    model = fit_linear(design, y, {"z": [1, 2, 3, 5, 2, 1, 4, 4]})
    assert model.se == approx([0.0975477879516291, 0.0975477879516293], rel=1e-9)


def test_waves_and_ages_that_are_numbers_come_by_size() -> None:
    design = SurveyDesign.declare(psu=list("aabbcc"))
    waves = by_group(design, [0, 1, 1, 1, 0, 1], ["9", "10", "9", "10", "9", "10"])
    assert waves.names == ("9", "10")
    assert waves.difference(1, 0).estimate == approx(2 / 3)


def test_quantiles_take_the_communes_with_a_value() -> None:
    design = SurveyDesign.declare(psu=list("aabbccdd"))
    y = [1, 2, 3, 4, 5, 6, NAN, NAN]
    with_all = quantiles(design, y, [0.5])[0]
    with_three = quantiles(SurveyDesign.declare(psu=list("aabbcc")), y[:6], [0.5])[0]
    # the fourth commune has no value: its zeros move the variance by n/(n-1), not the degrees of freedom
    assert (with_all.low, with_all.high) == (with_three.low, with_three.high)


@pytest.mark.parametrize("answer", [0.1, 3.0])
def test_answers_that_are_all_alike_differ_in_nothing_and_prove_nothing(answer: float) -> None:
    chance = np.random.default_rng(1)
    design = SurveyDesign.declare(psu=chance.integers(0, 12, 60), weights=chance.uniform(1, 5, 60))
    found = compare_groups(design, np.full(60, answer), list("FM") * 30)
    assert (found.difference, found.se) == (0.0, 0.0)
    assert math.isnan(found.p_value)
