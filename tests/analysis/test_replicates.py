"""Replicate weights against linearised variances, which they must meet, and against R."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from analysis.csv_table import CsvTable
from analysis.design import SurveyDesign
from analysis.errors import DesignError
from analysis.weighting import bootstrap, estimate_by_replicates, jackknife, rake, rake_weights
from analysis.weighting.replicates import Statistic

GOLDEN = Path(__file__).parents[1] / "golden" / "data"


@pytest.fixture(scope="module")
def province() -> tuple[CsvTable, dict[str, Any]]:
    table = CsvTable.read(GOLDEN / "syn_b_twowaves.csv")
    table = table.select(table.matching({"wave": "1"}))
    columns = {"psu": table.labels("commune"), "strata": table.labels("district"), "weights": table.numbers("w")}
    return table, columns


def mean_of(y: Any) -> Statistic:
    valid = ~np.isnan(y)
    return lambda w: (w[valid] @ y[valid]) / w[valid].sum()


def code_of(call: Any, *arguments: Any, **named: Any) -> tuple[str, int | None]:
    with pytest.raises(DesignError) as caught:
        call(*arguments, **named)
    return caught.value.code, caught.value.row


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(2, 5), min_size=1, max_size=4),
    st.integers(0, 10**6),
    st.booleans(),
)
def test_jackknife_of_a_total_is_exactly_the_linearised_variance(sizes: list[int], seed: int, corrected: bool) -> None:
    generator = np.random.default_rng(seed)
    psu_stratum = np.repeat(np.arange(len(sizes)), sizes)
    psu = np.repeat(np.arange(len(psu_stratum)), generator.integers(1, 5, len(psu_stratum)))
    strata = psu_stratum[psu]
    design = SurveyDesign.declare(
        psu=psu,
        strata=strata,
        weights=generator.uniform(1, 9, len(psu)),
        psu_population=7 + strata if corrected else None,
        two_stage=False,
    )
    y = generator.normal(3, 2, (len(psu), 2))
    found = estimate_by_replicates(jackknife(design, finite_population_correction=corrected), lambda w: w @ y)
    np.testing.assert_allclose(found.covariance, design.covariance(y), rtol=1e-9, atol=1e-9)


def test_jackknife_of_a_rate_is_close_to_the_linearised_one(province: tuple[CsvTable, dict[str, Any]]) -> None:
    table, columns = province
    design = SurveyDesign.declare(**columns)
    y = table.successes("q01", [4, 5])
    found = estimate_by_replicates(jackknife(design), mean_of(y))
    assert found.estimate[0] == approx(design.proportion(y).estimate, rel=1e-12)
    assert found.se[0] == approx(design.proportion(y).se, rel=0.02)


# R survey 4.1-1, mse=TRUE; f <- function(r) c(SE(svyratio(~api.stu, ~enroll, r)), SE(svymean(~api00, r)))
# s <- svydesign(id=~1, strata=~stype, weights=~pw, data=apistrat, fpc=~fpc); f(as.svrepdesign(s, type="JKn", mse=TRUE))
# c <- svydesign(id=~dnum, weights=~pw, data=apiclus1, fpc=~fpc); f(as.svrepdesign(c, type="JK1", mse=TRUE))
@pytest.mark.parametrize(
    ("file", "corrected", "ratio_se", "mean_se"),
    [
        ("apistrat", True, 0.00777250905056, 9.40894080278),
        ("apistrat", False, 0.00798609768379, 9.53613229693),
        ("apiclus1", True, 0.00951936348156, 26.3348576685),
        ("apiclus1", False, 0.00961510202994, 26.5997137221),
    ],
)
def test_jackknife_of_a_ratio_equals_r(file: str, corrected: bool, ratio_se: float, mean_se: float) -> None:
    table = CsvTable.read(GOLDEN / f"{file}.csv")
    stratified = file == "apistrat"
    design = SurveyDesign.declare(
        psu=None if stratified else table.labels("dnum"),
        strata=table.labels("stype") if stratified else None,
        weights=table.numbers("pw"),
        psu_population=table.numbers("fpc"),
        two_stage=False,
    )
    students, enrolled, api = (table.numbers(name) for name in ("api_stu", "enroll", "api00"))
    replicates = jackknife(design, kind="jkn" if stratified else "jk1", finite_population_correction=corrected)
    found = estimate_by_replicates(replicates, lambda w: [w @ students / (w @ enrolled), w @ api / w.sum()])
    assert found.se.tolist() == approx([ratio_se, mean_se], rel=1e-9)


def test_jk1_knows_no_strata() -> None:
    columns: dict[str, Any] = {"psu": [1, 2, 3, 4], "weights": [2.0, 3, 4, 5]}
    y = np.array([1.0, 2, 4, 8])
    stratified = SurveyDesign.declare(strata=["a", "a", "b", "b"], **columns)
    found = estimate_by_replicates(jackknife(stratified, kind="jk1"), lambda w: w @ y)
    assert found.covariance[0, 0] == approx(SurveyDesign.declare(**columns).covariance(y)[0, 0])
    assert found.covariance[0, 0] != approx(stratified.covariance(y)[0, 0], rel=0.1)


@pytest.mark.parametrize("corrected", [False, True])
def test_many_bootstrap_replicates_come_close_to_the_linearised_variance(
    province: tuple[CsvTable, dict[str, Any]], corrected: bool
) -> None:
    table, columns = province
    populations = {"psu_population": table.numbers("n_communes"), "two_stage": False} if corrected else {}
    design = SurveyDesign.declare(**columns, **populations)
    y = table.successes("q01", [4, 5])
    replicates = bootstrap(design, 4000, seed=20261120, finite_population_correction=corrected)
    found = estimate_by_replicates(replicates, mean_of(y))
    assert found.se[0] == approx(design.proportion(y).se, rel=0.04)
    assert replicates.factors.min() >= 0
    assert replicates.factors.mean() == approx(1, abs=0.01)


def test_each_bootstrap_replicate_keeps_the_number_of_psus_of_a_stratum() -> None:
    design = SurveyDesign.declare(psu=list(range(7)), strata=["a"] * 3 + ["b"] * 4)
    factors = bootstrap(design, 50, seed=3).factors
    np.testing.assert_allclose(factors[:3].sum(axis=0), 3)
    np.testing.assert_allclose(factors[3:].sum(axis=0), 4)


def test_the_same_seed_gives_the_same_bootstrap() -> None:
    design = SurveyDesign.declare(psu=list(range(9)), strata=["a"] * 4 + ["b"] * 5)
    first, again, other = (bootstrap(design, 20, seed=seed).factors for seed in (5, 5, 6))
    assert (first == again).all()
    assert (first != other).any()
    assert (bootstrap(design, 20, seed=np.random.default_rng(5)).factors == first).all()


def test_jackknife_of_raked_weights_agrees_with_the_calibration_residuals(
    province: tuple[CsvTable, dict[str, Any]],
) -> None:
    table, columns = province
    design = SurveyDesign.declare(**columns)
    labels = {"sex": table.labels("sex"), "region": table.labels("region")}
    margins = {"sex": {"F": 40492, "M": 40281}, "region": {"centre": 25522, "north": 41969, "south": 13282}}
    y = np.nan_to_num(table.successes("q07", [4, 5]))
    keep = design.weights > 0

    def raked_total(w: Any) -> Any:
        keep = w > 0
        sample = {name: column[keep] for name, column in labels.items()}
        return rake_weights(w[keep], sample, margins).weights @ y[keep]

    assert keep.all()
    found = estimate_by_replicates(jackknife(design), raked_total)
    raked = rake(design, labels, margins).design.total(y)
    assert found.estimate[0] == approx(raked.estimate, rel=1e-8)
    assert found.se[0] == approx(raked.se, rel=0.05)
    assert raked.se < 0.5 * design.total(y).se


@pytest.mark.parametrize("make", [jackknife, lambda design, **named: bootstrap(design, 10, seed=1, **named)])
def test_a_stratum_of_one_psu_is_refused_unless_it_was_taken_whole(make: Any) -> None:
    columns: dict[str, Any] = {"psu": [1, 1, 2, 3], "strata": ["a", "a", "a", "b"]}
    assert code_of(make, SurveyDesign.declare(**columns)) == ("lonely_psu", 3)
    partly = SurveyDesign.declare(**columns, psu_population=[5, 5, 5, 2])
    assert code_of(make, partly, finite_population_correction=True) == ("lonely_psu", 3)
    whole = SurveyDesign.declare(**columns, psu_population=[5, 5, 5, 1], two_stage=False)
    replicates = make(whole, finite_population_correction=True)
    y = np.array([1.0, 0, 1, 1])
    assert (replicates.factors[2] == 1).all()
    if replicates.method == "jackknife_jkn":
        assert len(replicates) == 2
        assert estimate_by_replicates(replicates, lambda w: w @ y).covariance == approx(whole.covariance(y))


def test_jackknife_and_bootstrap_refuse_what_makes_no_sense() -> None:
    two = SurveyDesign.declare(psu=[1, 2, 3, 4], strata=["a", "a", "b", "b"], psu_population=[9] * 4)
    assert code_of(jackknife, two, kind="jk1", finite_population_correction=True)[0] == "contradiction"
    assert code_of(jackknife, SurveyDesign.declare(psu=[1, 1]), kind="jk1") == ("lonely_psu", 0)
    with pytest.raises(ValueError, match="unknown kind"):
        jackknife(two, kind="jk2")
    with pytest.raises(ValueError, match="at least 2"):
        bootstrap(two, 1, seed=1)


def test_a_figure_that_vanishes_when_a_psu_is_left_out_is_told() -> None:
    design = SurveyDesign.declare(psu=[1, 2, 3])
    domain = np.array([True, False, False])
    with np.errstate(invalid="ignore"), pytest.raises(DesignError) as caught:
        estimate_by_replicates(jackknife(design), lambda w: np.float64(w[domain].sum()) / w[domain].sum())
    assert caught.value.code == "not_finite"
    assert "replicate 0" in str(caught.value)
