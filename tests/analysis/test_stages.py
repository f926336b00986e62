"""Three stages, calibrated residuals and samples that nobody drew, against R 4.2.2 with survey 4.1-1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from pytest import approx

from analysis import DesignError, SurveyDesign, published_interval
from analysis.joint import by_group
from analysis.published import publish
from analysis.quantiles import QuantileRule, quantiles

# svydesign(ids=~psu+ssu+id, strata=~st, weights=~w, fpc=~N+M+K); person 13 of 4 communes, one response in some villages
STRATA = list("nnnnnnnnsssss")
PSU = list("aaaabbbbcccdd")
SSU = [1, 1, 2, 2, 1, 1, 1, 2, 1, 1, 2, 1, 2]
WEIGHTS = [5.0, 5, 6, 6, 4, 4, 4, 9, 7, 7, 3, 8, 8]
COMMUNES = [9] * 8 + [5] * 5
VILLAGES = [4, 4, 4, 4, 3, 3, 3, 3, 6, 6, 6, 2, 2]
PEOPLE = [30, 30, 25, 25, 40, 40, 40, 12, 22, 22, 31, 9, 18]
Y = [1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]
V = [3.5, 2, 4, 5, 1, 4.5, math.nan, 2, 5, 3, 2.5, 4, 1]
SEX = list("FMFMFMFMFMFMF")


def declare(**changes: Any) -> SurveyDesign:
    given: dict[str, Any] = {
        "psu": PSU, "ssu": SSU, "strata": STRATA, "weights": WEIGHTS, "psu_population": COMMUNES,
        "ssu_population": VILLAGES, "element_population": PEOPLE,
    }  # fmt: skip
    return SurveyDesign.declare(**given | changes)


def test_three_stages_agree_with_r() -> None:
    design = declare()
    assert design.proportion(Y).se == approx(0.140681058636097, rel=1e-12)
    assert design.total(Y).se == approx(13.213349030151, rel=1e-12)
    assert (design.mean(V).estimate, design.mean(V).se) == (approx(3.125), approx(0.45368965440522, rel=1e-12))
    women = design.proportion(Y, [sex == "F" for sex in SEX])
    assert (women.estimate, women.se) == (approx(0.594594594594595), approx(0.209015063947892, rel=1e-12))


def test_the_covariance_of_domains_agrees_with_r() -> None:
    # vcov(svyby(~y, ~sex, d, svymean, covmat=TRUE))
    ours = by_group(declare(), Y, SEX).covariance
    expected = np.array([[0.04368729695714118, 0.00994219580498166], [0.00994219580498166, 0.01789317030549463]])
    assert ours == approx(expected, rel=1e-10)


def test_two_stages_of_three_leave_the_third_out() -> None:
    # svydesign(ids=~psu+ssu, fpc=~N+M)
    design = SurveyDesign.declare_stages(
        units=[PSU, SSU], populations=[COMMUNES, VILLAGES], strata=STRATA, weights=WEIGHTS
    )
    assert design.proportion(Y).se == approx(0.126423754946985, rel=1e-12)


def test_the_covariance_of_one_column_is_the_variance_of_its_total() -> None:
    design = declare()
    assert design.covariance(np.array(Y, dtype=float))[0, 0] == approx(design.total(Y).variance, rel=1e-13)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("hf2", [2, 3.25, 5]), ("hf4", [2, 3, 4.98333333333333]), ("hf5", [2, 3.29166666666667, 5]),
        ("hf6", [2, 3.35, 5]), ("hf7", [2, 3.25, 4.9375]), ("hf8", [2, 3.30882352941176, 5]),
        ("hf9", [2, 3.30434782608696, 5]), ("math", [2, 3, 5]), ("school", [2, 3.25, 5]),
    ],
)  # fmt: skip
def test_quantile_rules_agree_with_r(rule: QuantileRule, expected: list[float]) -> None:
    # svyquantile(~v, d, c(.25, .5, .9), na.rm=TRUE, qrule=rule)
    assert [q.estimate for q in quantiles(declare(), V, [0.25, 0.5, 0.9], rule=rule)] == approx(expected, rel=1e-12)


def test_quantiles_refuse_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="write the median as"):
        quantiles(declare(), V, [50])
    with pytest.raises(ValueError, match="unknown rule"):
        quantiles(declare(), V, [0.5], rule="hf3")
    assert math.isnan(quantiles(declare(), [math.nan] * 13, [0.5])[0].estimate)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"psu": None}, "contradiction"),
        ({"ssu": None, "element_population": None}, "contradiction"),
        ({"ssu": [None, *SSU[1:]]}, "missing_label"),
        ({"ssu_population": [1] * 13}, "more_sampled_than_population"),
        ({"element_population": [1] * 13}, "more_sampled_than_population"),
        ({"ssu_population": [4, 5, *VILLAGES[2:]]}, "population_not_constant"),
    ],
)
def test_stages_that_cannot_be_true_are_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(DesignError) as refused:
        declare(**changes)
    assert refused.value.code == code


def test_a_sample_nobody_drew_has_figures_but_no_interval_and_no_verdict() -> None:
    design = SurveyDesign.declare(psu=None, weights=[1.0] * 200, probability=False)
    estimate = design.proportion([1] * 190 + [0] * 10)
    published = published_interval(estimate, None)
    assert (estimate.estimate, published.marks, published.withheld) == (0.95, ("non_probability",), None)
    assert math.isnan(published.low)
    figure = publish(estimate, None, target=0.8).as_json()
    assert (figure["verdict"], figure["ci"], figure["marks"]) == (None, None, ["non_probability"])
    assert np.isnan(by_group(design, [1] * 190 + [0] * 10, ["F", "M"] * 100).se).all()
    assert math.isnan(quantiles(design, list(range(200)), [0.5])[0].low)


def test_residuals_of_calibration_replace_the_influence_values() -> None:
    design = declare().with_weights(WEIGHTS, residual=lambda influence: influence * 0.5)
    assert design.proportion(Y).se == approx(0.140681058636097 / 2, rel=1e-12)
    assert design.covariance(np.array(Y, dtype=float))[0, 0] == approx(13.213349030151**2 / 4, rel=1e-12)
    assert design.total(Y).se == approx(13.213349030151 / 2, rel=1e-12)
