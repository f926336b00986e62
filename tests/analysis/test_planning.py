"""Sample sizes, thresholds, power and simple intervals."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.intervals import wilson
from analysis.planning import (
    binomial_interval,
    count_invited,
    exact_test,
    expected_margin,
    largest_count_that_misses,
    sample_size_for_change,
    sample_size_for_margin,
    sample_size_to_prove,
    sample_sizes_by_domain,
    score_test,
    smallest_count_that_meets,
    smallest_exact_count,
    tabulate_verdict_chances,
    verdict_chances,
)
from analysis.verdict import judge
from analysis.verify.cases import Case
from analysis.verify.comparison import compare
from analysis.verify.estimands.planning import ESTIMANDS

CASES = Path(__file__).parent.parent / "golden" / "cases"
RATES = st.floats(0.02, 0.98)


def read_cases(kinds: set[str]) -> list[Case]:
    return [
        Case.read(path)
        for path in sorted(CASES.glob("*.json"))
        if json.loads(path.read_text("utf-8"))["estimand"]["type"] in kinds
    ]


# Sample sizes


def test_the_size_for_a_margin_has_the_design_effect_inside_the_correction() -> None:
    # R: z<-qnorm(.975); n0<-z^2*.16/.0009; n0*1.6/(1+(n0*1.6-1)/76000)
    size = sample_size_for_margin(0.03, p=0.8, population=76000, deff=1.6, response_rate=0.85)
    assert size.n_design == pytest.approx(1077.20834963, rel=1e-11)
    assert (size.n, size.invited) == (1078, 1269)  # 1078/0.85 = 1268.2


@given(st.floats(0.001, 0.4), RATES, st.integers(1, 100_000), st.floats(0.5, 5))
def test_no_more_answers_are_asked_for_than_there_are_people(
    margin: float, p: float, population: int, deff: float
) -> None:
    assert sample_size_for_margin(margin, p=p, population=population, deff=deff).n_design <= population * (1 + 1e-12)


def test_each_domain_has_its_own_size_and_a_small_one_needs_less() -> None:
    sizes = sample_sizes_by_domain({"D01": 9661, "D15": 727, "all": None}, 0.05, p=0.8, deff=1.5)
    assert sizes["D15"].n < sizes["D01"].n < sizes["all"].n
    assert sizes["D01"] == sample_size_for_margin(0.05, p=0.8, population=9661, deff=1.5)


@given(st.integers(1, 5000), st.integers(1, 100))
def test_the_invited_bring_the_answers_and_one_less_would_not(n: int, percent: int) -> None:
    invited = count_invited(n, percent / 100)
    assert invited * percent >= 100 * n > (invited - 1) * percent


def test_seven_answers_at_a_response_rate_of_70_percent_are_ten_invited() -> None:
    assert count_invited(7, 0.7) == 10  # 7/0.7 = 10.000000000000002


@pytest.mark.parametrize(("rate", "n"), [(0.85, 753), (0.84, 1194), (0.83, 2152)])
def test_answers_that_prove_80_percent(rate: float, n: int) -> None:
    # The figures of docs: deff 1.6, power 80%.
    assert sample_size_to_prove(0.8, rate, deff=1.6).n == n


@given(st.floats(0.05, 0.9), st.floats(0.02, 0.09), st.sampled_from([0.6, 0.8, 0.9]))
def test_the_size_to_prove_a_target_has_the_power_asked_for(target: float, gap: float, power: float) -> None:
    size = sample_size_to_prove(target, target + gap, power=power)
    chances = verdict_chances(target + gap, target, size.n, method="normal")
    assert chances.met == pytest.approx(power, abs=0.02)
    fewer = verdict_chances(target + gap, target, max(size.n - 1, 1), method="normal")
    assert fewer.met < power + 1e-12 <= chances.met + 2e-12


def test_a_size_to_prove_that_a_target_is_missed() -> None:
    size = sample_size_to_prove(0.8, 0.75, power=0.8)
    assert verdict_chances(0.75, 0.8, size.n, method="normal").not_met == pytest.approx(0.8, abs=0.005)


def test_the_same_communes_in_both_waves_need_fewer_answers() -> None:
    # (1.959964 + 0.841621)² · (0.16 + 0.1344) / 0.04² = 1444.19, by hand
    alone = sample_size_for_change(0.80, 0.84)
    assert alone.n_exact == pytest.approx(1444.19, abs=0.01)
    assert sample_size_for_change(0.80, 0.84, correlation=0.3).n < alone.n


# Thresholds


def test_thresholds_agree_with_r() -> None:
    # R: w <- function(k) prop.test(k, 150, correct=FALSE)$conf.int; k <- 0:150
    # min(k[lo >= .8]); max(k[hi < .8]); min(k[1 - pbinom(k-1, 150, .8) <= .025])
    assert smallest_count_that_meets(150, 0.8) == 130
    assert largest_count_that_misses(150, 0.8) == 110
    assert smallest_exact_count(150, 0.8) == 130


@given(st.integers(1, 300), RATES, st.floats(1, 4), st.sampled_from([3.0, 28.0, math.inf]))
def test_a_threshold_divides_the_verdicts(n: int, target: float, deff: float, df: float) -> None:
    def verdict(k: int) -> str:
        return judge(*wilson(k / n, n / deff, df), target)

    least = smallest_count_that_meets(n, target, deff=deff, df=df)
    most = largest_count_that_misses(n, target, deff=deff, df=df)
    verdicts = [verdict(k) for k in range(n + 1)]
    assert verdicts.count("met") == (0 if least is None else n + 1 - least)
    assert verdicts.count("not_met") == (0 if most is None else most + 1)
    if least is not None:
        assert verdicts[least] == "met"
    if most is not None:
        assert verdicts[most] == "not_met"


# Power


def test_normal_chances_agree_with_r() -> None:
    # R: s0<-sqrt(.16*1.6/1320); sp<-sqrt(.84*.16*1.6/1320); pnorm((.84-.8-qt(.975,43)*s0)/sp), and at .78
    assert verdict_chances(0.84, 0.8, 1320, deff=1.6, df=43, method="normal").met == pytest.approx(0.824725326705)
    assert verdict_chances(0.78, 0.8, 1320, deff=1.6, df=43, method="normal").not_met == pytest.approx(0.287539950898)


def test_exact_chances_agree_with_r() -> None:
    # R: 1-pbinom(129, 150, .88); pbinom(110, 150, .72), with the thresholds above
    assert verdict_chances(0.88, 0.8, 150, method="exact").met == pytest.approx(0.741309586688)
    assert verdict_chances(0.72, 0.8, 150, method="exact").not_met == pytest.approx(0.671385709579)


def test_estimated_chances_agree_with_an_integral_in_r() -> None:
    # R: f <- function(x) {ne <- pmin(240/1.6*5/x, 240); p <- .88
    #      pnorm((p-.8-qt(.975,5)*sqrt(.16/ne))/sqrt(p*(1-p)*1.6/240))*dchisq(x,5)}; integrate(f,0,Inf,rel.tol=1e-8)
    got = verdict_chances(0.88, 0.8, 240, deff=1.6, df=5)
    assert got.met == pytest.approx(0.464250142106, abs=1e-4)


@pytest.mark.parametrize(
    ("communes", "answers", "deff", "rate"),
    [(44, 30, 1.6, 0.84), (6, 40, 1.6, 0.88), (6, 40, 1.0, 0.88), (10, 50, 2.5, 0.84)],
)
def test_estimated_chances_are_those_of_simulated_surveys(
    communes: int, answers: int, deff: float, rate: float
) -> None:
    random = np.random.default_rng(20261121)
    likeness = (deff - 1) / (answers - 1)
    chance = np.full((10_000, communes), rate)
    if likeness:
        chance = random.beta(*(p * (1 - likeness) / likeness for p in (rate, 1 - rate)), size=chance.shape)
    shares = random.binomial(answers, chance) / answers
    variance = shares.var(axis=1, ddof=1) / communes
    p, n = shares.mean(axis=1), communes * answers
    n_effective = np.minimum(p * (1 - p) / variance, n)
    low = np.array([wilson(*one, communes - 1)[0] for one in zip(p, n_effective, strict=True)])
    expected = verdict_chances(rate, 0.8, n, deff=deff, df=communes - 1).met
    assert np.mean(low >= 0.8) == pytest.approx(expected, abs=0.035)


@given(RATES, RATES, st.integers(1, 3000), st.floats(1, 3), st.sampled_from(["estimated", "normal", "exact"]))
def test_the_chances_of_the_verdicts_sum_to_one(rate: float, target: float, n: int, deff: float, method: Any) -> None:
    got = verdict_chances(rate, target, n, deff=deff, df=20, method=method)
    assert got.met + got.not_met + got.not_proven == pytest.approx(1)
    assert min(got.met, got.not_met, got.not_proven) >= -1e-12


def test_a_rate_at_the_target_is_seldom_called_met_and_a_higher_one_more_often() -> None:
    rows = tabulate_verdict_chances([0.80, 0.82, 0.84, 0.86], 0.8, 1320, deff=1.6, df=29)
    assert rows[0].met < 0.03
    assert sorted(row.met for row in rows) == [row.met for row in rows]
    assert [row.true_rate for row in rows] == [0.80, 0.82, 0.84, 0.86]


def test_the_expected_margin_is_half_the_interval() -> None:
    # R: t<-qt(.975,43); (t/(2*825)*sqrt(4*825*.16+t^2))/(1+t^2/825)
    assert expected_margin(0.8, 1320, 1.6, 43) == pytest.approx(0.0280545398778, rel=1e-10)


# Simple intervals and tests


def test_simple_intervals_agree_with_r() -> None:
    # R: prop.test(131, 150, correct=FALSE)$conf.int; binom.test(131, 150)$conf.int; qbeta(c(.025,.975), 131.5, 19.5)
    assert binomial_interval(131, 150) == pytest.approx((0.810633512418, 0.917388705121))
    assert binomial_interval(131, 150, method="clopper_pearson") == pytest.approx((0.809279386244, 0.921985474570))
    assert binomial_interval(131, 150, method="jeffreys") == pytest.approx((0.813129396226, 0.919306660196))


def test_the_exact_test_agrees_with_r() -> None:
    # R: binom.test(131, 150, .8, "greater"), "less" and both
    got = exact_test(131, 150, 0.8)
    assert (got.p_greater, got.p_less, got.p_two_sided) == pytest.approx(
        (0.0127531009176, 0.993110880042, 0.0243381614966)
    )


@given(st.integers(1, 200), st.data(), RATES)
def test_the_score_test_rejects_exactly_when_wilson_excludes_the_target(n: int, data: Any, target: float) -> None:
    count = data.draw(st.integers(0, n))
    low, high = binomial_interval(count, n)
    test = score_test(count, n, target)
    if abs(test.p_two_sided - 0.05) > 1e-9:
        assert (test.p_two_sided < 0.05) == (not low <= target <= high)
        assert (test.p_greater < 0.025) == (judge(low, high, target) == "met")


# Errors


@pytest.mark.parametrize(
    "call",
    [
        lambda: sample_size_for_margin(0),
        lambda: sample_size_for_margin(0.5),
        lambda: sample_size_for_margin(float("nan")),
        lambda: sample_size_for_margin(0.03, p=0),
        lambda: sample_size_for_margin(0.03, confidence=1),
        lambda: sample_size_for_margin(0.03, deff=0),
        lambda: sample_size_for_margin(0.03, population=0),
        lambda: sample_size_for_margin(0.03, response_rate=0),
        lambda: sample_size_for_margin(0.03, response_rate=1.2),
        lambda: sample_size_to_prove(0.8, 0.8),
        lambda: sample_size_to_prove(0.8, 1.0),
        lambda: sample_size_to_prove(0.8, 0.85, power=1.0),
        lambda: sample_size_to_prove(0.8, 0.85, power=0.001),
        lambda: sample_size_for_change(0.8, 0.8),
        lambda: sample_size_for_change(0.8, 0.84, correlation=1.0),
        lambda: sample_size_for_change(0.8, 0.84, power=0.01),
        lambda: smallest_count_that_meets(0, 0.8),
        lambda: smallest_count_that_meets(10, 1.0),
        lambda: largest_count_that_misses(10, 0.8, deff=0),
        lambda: smallest_exact_count(10, 0.8, alpha=0),
        lambda: verdict_chances(0, 0.8, 10),
        lambda: verdict_chances(0.8, 1.8, 10),
        lambda: verdict_chances(0.8, 0.8, 0),
        lambda: verdict_chances(0.8, 0.8, 10, deff=0.5),
        lambda: verdict_chances(0.8, 0.8, 10, df=0),
        lambda: verdict_chances(0.8, 0.8, 10, method="wald"),
        lambda: expected_margin(1.2, 10),
        lambda: binomial_interval(3, 2),
        lambda: binomial_interval(0, 0),
        lambda: binomial_interval(1, 2, level=1.0),
        lambda: binomial_interval(1, 2, method="wald"),
        lambda: exact_test(1, 2, 0.0),
        lambda: score_test(-1, 2, 0.5),
    ],
)
def test_nonsense_is_refused(call: Any) -> None:
    with pytest.raises(ValueError, match=r"must|give|use one of|no sample size|no change|any sample"):
        call()


# The reference cases


@pytest.mark.parametrize("case", read_cases(set(ESTIMANDS)), ids=lambda case: case.name)
def test_reference_cases_are_reproduced(case: Case) -> None:
    got = ESTIMANDS[case.estimand["type"]](case)
    assert [str(failure) for failure in compare(case.results, got, case.tolerance)] == []


@pytest.mark.parametrize(
    ("kind", "figure"),
    [
        ("decision_thresholds", "max_k_not_met_wilson95"),
        ("sample_size_for_margin", "n_required"),
        ("sample_size_to_prove_target", "n"),
        ("sample_size_change_two_waves", "n_raw"),
        ("simple_binomial_intervals_and_tests", "estimate"),
    ],
)
def test_a_wrong_figure_in_a_reference_case_is_noticed(kind: str, figure: str) -> None:
    for case in read_cases({kind}):
        wrong = json.loads(json.dumps(case.results))
        wrong[0][figure] += 1
        assert list(compare(wrong, ESTIMANDS[kind](replace(case, results=wrong)), case.tolerance))
