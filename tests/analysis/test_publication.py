"""Intervals by name, the published interval, verdicts and lists of achievers."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from analysis import (
    Estimate,
    SurveyDesign,
    adjust,
    interval,
    judge,
    one_sided_p,
    published_interval,
    score_one_sided_p,
)
from analysis.intervals import wilson

RATE = Estimate(
    n=400, total=400.0, n_psu=30, n_strata=10, estimate=0.8, se=0.025, variance=0.000625, df=20, df_design=20,
    deff_with_replacement=1.5, deff_without_replacement=1.6, n_effective=256.0, sum_weights=5000.0,
    lonely_strata=0,
)  # fmt: skip


def vary(**changes: Any) -> Estimate:
    return dataclasses.replace(RATE, **changes)


def test_the_usual_rate_has_its_direct_interval_without_marks() -> None:
    got = published_interval(RATE, None)
    assert (got.n_effective, got.df, got.marks, got.withheld) == (approx(256), 20, (), None)
    assert (got.low, got.high) == wilson(0.8, got.n_effective, 20)


def test_effective_size_never_exceeds_the_answers_given() -> None:
    assert published_interval(vary(variance=0.0001), None).n_effective == 400
    assert published_interval(vary(variance=0.0001, total=900.0), None).n_effective == 900


@pytest.mark.parametrize(
    ("df", "marks"),
    [
        (8, ()),
        (7, ("few_psu",)),
        (3, ("few_psu",)),
        (2, ("model_assisted", "few_psu")),
        (0, ("model_assisted", "few_psu")),
    ],
)
def test_few_communes_are_marked(df: int, marks: tuple[str, ...]) -> None:
    got = published_interval(vary(df=df), RATE)
    assert got.marks == marks
    assert got.df == (20 if df < 3 else df)


def test_model_assisted_takes_the_smaller_effective_size() -> None:
    assert published_interval(vary(df=1, variance=0.000001), RATE).n_effective == approx(400 / 1.5)
    assert published_interval(vary(df=1, variance=0.0016), RATE).n_effective == approx(100)


def test_lonely_stratum_is_marked() -> None:
    assert published_interval(vary(lonely_strata=1), None).marks == ("lonely_psu",)


def test_the_tenth_respondent_opens_the_figure() -> None:
    withheld = published_interval(vary(n=9, total=63.0), RATE)
    assert (withheld.withheld, withheld.marks) == ("too_few", ())
    assert all(math.isnan(v) for v in (withheld.low, withheld.high, withheld.n_effective, withheld.df))
    assert published_interval(vary(n=10, total=63.0), RATE).withheld is None


def test_without_a_reference_design_effect_1_and_own_df_stand_in() -> None:
    everybody = vary(estimate=1.0, variance=0.0, se=0.0, n=42, total=42.0, df=0)
    got = published_interval(everybody, None)
    assert (got.n_effective, got.df, got.high) == (42, 1, 1.0)
    undefined = vary(deff_with_replacement=math.nan, df=0)
    assert published_interval(everybody, undefined).n_effective == 42
    assert published_interval(everybody, undefined).df == 1


def test_design_effect_below_1_is_not_borrowed() -> None:
    everybody = vary(estimate=1.0, variance=0.0, n=42, total=42.0)
    assert published_interval(everybody, vary(deff_with_replacement=0.6)).n_effective == 42


def test_interval_is_undefined_rather_than_of_zero_width() -> None:
    for p, se, df in ((1.0, 0.0, 9), (0.5, 0.0, 9), (0.5, 0.1, 0), (math.nan, math.nan, 9)):
        assert math.isnan(interval(p, se, df).low)


@pytest.mark.parametrize(
    "call",
    [
        lambda: interval(0.5, 0.1, 9, method="wald"),
        lambda: interval(0.5, 0.1, 9, method="beta"),
        lambda: interval(0.5, 0.1, 9, level=95),
        lambda: published_interval(RATE, None, level=1.0),
        lambda: published_interval(vary(estimate=3.7), None),
        lambda: judge(0.1, 0.2, 0.3, "gte"),
        lambda: adjust([0.1], "bonferroni"),
        lambda: adjust([0.1, math.nan]),
        lambda: adjust([1.5]),
    ],
)
def test_nonsense_is_refused(call: Any) -> None:
    with pytest.raises(ValueError, match=r".{15,}"):
        call()


def test_a_withheld_figure_proves_nothing() -> None:
    assert judge(math.nan, math.nan, 0.8) == "not_proven"
    assert math.isnan(one_sided_p(0.9, 0.0, 9, 0.8))
    assert math.isnan(score_one_sided_p(0.9, math.nan, 9, 0.8))


@given(st.floats(0, 1), st.floats(2, 2000), st.integers(1, 60), st.floats(0.05, 0.95))
@settings(max_examples=200, deadline=None)
def test_score_p_value_and_wilson_verdict_agree(p: float, n_effective: float, df: int, target: float) -> None:
    low, high = wilson(p, n_effective, df)
    p_value = score_one_sided_p(p, n_effective, df, target)
    if abs(low - target) > 1e-9 and abs(high - target) > 1e-9:
        assert (judge(low, high, target) == "met") == (p_value < 0.025)
        assert (judge(low, high, target) == "not_met") == (p_value > 0.975)


def test_holm_and_benjamini_hochberg_by_hand() -> None:
    # Sorted 0.005, 0.01, 0.03, 0.04 of m = 4. Holm: ×4, ×3, ×2, ×1, never falling: 0.02, 0.03, 0.06, 0.06.
    # BH: ×4/1, ×4/2, ×4/3, ×4/4, the least from the right: 0.02, 0.02, 0.04, 0.04.
    p = [0.01, 0.04, 0.03, 0.005]
    assert adjust(p).tolist() == approx([0.03, 0.06, 0.06, 0.02])
    assert adjust(p, "bh").tolist() == approx([0.02, 0.04, 0.04, 0.02])
    assert adjust([]).tolist() == []


def test_naming_achievers_by_holm_is_stricter_than_one_by_one() -> None:
    p = np.linspace(0.001, 0.05, 20)
    assert (adjust(p) <= 0.05).sum() < (adjust(p, "bh") <= 0.05).sum() <= (p <= 0.05).sum()


def test_a_district_borrows_from_its_province_end_to_end() -> None:
    # Two communes of ten answers, all satisfied, in a province that is not unanimous.
    psu = [row // 10 for row in range(100)]
    design = SurveyDesign.declare(psu=psu, strata=[p // 2 for p in psu], psu_population=[6] * 100)
    y = np.array([1.0] * 20 + [1, 1, 1, 0] * 20)
    province, district = design.proportion(y), design.proportion(y, np.arange(100) < 20)
    got = published_interval(district, province)
    assert (district.variance, district.df, province.df) == (0.0, 1, 5)
    assert got.n_effective == approx(20 / max(province.deff_with_replacement, 1))
    assert (got.df, got.high, got.marks) == (5, 1.0, ("model_assisted", "few_psu"))


@pytest.mark.parametrize(
    ("low", "high", "at_least", "more_than"),
    [
        (0.80, 0.85, "met", "not_proven"),
        (0.81, 0.85, "met", "met"),
        (0.79, 0.81, "not_proven", "not_proven"),
        (0.70, 0.80, "not_proven", "not_met"),
        (0.70, 0.79, "not_met", "not_met"),
        (0.80, 0.80, "met", "not_met"),
    ],
)
def test_a_limit_on_the_target_is_judged_by_the_operator(
    low: float, high: float, at_least: str, more_than: str
) -> None:
    assert (judge(low, high, 0.8), judge(low, high, 0.8, "gt")) == (at_least, more_than)


def test_limits_at_0_and_1_are_exact() -> None:
    for n_effective in (3.0, 17.3, 941.7):
        assert wilson(0.0, n_effective, 7)[0] == 0.0
        assert wilson(1.0, n_effective, 7)[1] == 1.0
