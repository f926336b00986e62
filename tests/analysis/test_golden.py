"""Every case of tests/golden, by the type of its estimand; a type nobody reads is a failure."""

import math
from typing import Any

import numpy as np
import pytest
from golden_cases import as_list, declare, load_cases, load_columns, read_measure, read_numbers, select
from pytest import approx  # noqa: PT013
from scipy.stats import t

from analysis import (
    Estimate,
    SurveyDesign,
    allocate,
    draw_smallest,
    interval,
    judge,
    one_sided_p,
    permanent_random_number,
    published_interval,
    score_one_sided_p,
)
from analysis.intervals import korn_graubard, wilson

CASES = load_cases()


def near(value: float, case: dict[str, Any], absolute: float = 0.0) -> Any:
    """The value within the case's tolerance; what R could not compute is NaN with us."""
    tolerance = case["tolerance"]
    return approx(
        math.nan if value is None else value,
        rel=tolerance["rel"],
        abs=max(tolerance["abs"], absolute),
        nan_ok=True,
    )


def check_figures(ours: Estimate, theirs: dict[str, Any], case: dict[str, Any]) -> None:
    exact = {"n": "n", "n_psu": "n_psu", "n_strata": "n_strata", "df_domain": "df", "df_design": "df_design"}
    close = {"estimate": "estimate", "se": "se", "sum_w": "sum_weights"}
    unless_zero = {
        "deff_wor": "deff_without_replacement",
        "deff_wr": "deff_with_replacement",
        "n_eff": "n_effective",
    }
    for key, name in exact.items():
        if key in theirs:
            assert getattr(ours, name) == theirs[key], key
    for key, name in close.items():
        if key in theirs:
            assert getattr(ours, name) == near(theirs[key], case), key
    if theirs.get("se") is not None and theirs["se"] > 1e-9:
        for key, name in unless_zero.items():
            if key in theirs:
                assert getattr(ours, name) == near(theirs[key], case), key
    if "test_target" in theirs and ours.se > 1e-9:
        target = theirs["test_target"]
        p_greater = one_sided_p(ours.estimate, ours.se, ours.df, target["target"])
        assert p_greater == near(target["p_greater"], case)


def find_likelihood_tolerance(n: int, df: float) -> float:
    """README: R interpolates its profile, coarsely where few answers or PSUs make the interval wide."""
    return 0.04 if n < 30 or df < 5 else 1e-3


def clamp_folded_angle(limits: list[float], ours: Estimate, df: float, level: float) -> list[float]:
    """R lets the angle of asin pass 0 or 90 degrees, and the limit comes back; ours stays at 0 or 1."""
    angle = math.asin(math.sqrt(ours.estimate))
    width = t.isf((1 - level) / 2, df) * ours.se / (2 * math.sqrt(ours.estimate * (1 - ours.estimate)))
    assert [math.sin(angle - width) ** 2, math.sin(angle + width) ** 2] == approx(limits, rel=1e-6)
    low = 0.0 if angle < width else limits[0]
    return [low, 1.0 if angle + width > math.pi / 2 else limits[1]]


def check_intervals(ours: Estimate, theirs: dict[str, Any], case: dict[str, Any]) -> None:
    level = theirs.get("level", 0.95)
    for key, given in theirs.get("ci", {}).items():
        name, limits = key.removesuffix("_dfdesign"), given
        df: float = ours.df_design if key.endswith("_dfdesign") else ours.df
        if name == "normal":
            df = math.inf
        method: Any = {"t": "mean", "normal": "mean"}.get(name, name)
        got = interval(ours.estimate, ours.se, df, method=method, level=level, n=ours.n)
        if ours.se < 1e-9 and method != "mean":  # README: R gives zero width or nonsense, we give none
            assert math.isnan(got.low)
            assert math.isnan(got.high)
            continue
        if None in limits:  # R could not compute it; where no df is left, neither can we
            assert df > 0 or math.isnan(got.low)
            continue
        if name == "asin":
            limits = clamp_folded_angle(limits, ours, df, level)
        absolute = find_likelihood_tolerance(ours.n, df) if name == "likelihood" else 0.0
        assert got.low == near(limits[0], case, absolute), key
        assert got.high == near(limits[1], case, absolute), key


def check_prop(case: dict[str, Any]) -> None:
    design, y = declare(case), read_measure(case)
    for theirs in case["results"]:
        ours = design.proportion(y, select(case, theirs["domain"]))
        if "r_error" in theirs:  # R stops where nobody answered; we return an empty estimate
            assert math.isnan(ours.estimate)
        check_figures(ours, theirs, case)
        check_intervals(ours, theirs, case)


def check_mean(case: dict[str, Any]) -> None:
    design, y = declare(case), read_measure(case)
    for theirs in case["results"]:
        ours = design.mean(y, select(case, theirs["domain"]))
        check_figures(ours, theirs, case)
        check_intervals(ours, theirs, case)


def check_ratio(case: dict[str, Any]) -> None:
    design, columns, estimand = declare(case), load_columns(case["data"]), case["estimand"]
    y, x = (read_numbers(columns, estimand[part]) for part in ("numerator", "denominator"))
    for theirs in case["results"]:
        if "by" not in estimand:
            ours = design.ratio(y, x)
            check_figures(ours, theirs, case)
            check_intervals(ours, theirs | {"ci": {"t_dfdesign": theirs["ci"]["t"]}}, case)
            continue
        for place, level in enumerate(theirs["levels"]):
            ours = design.ratio(y, x, select(case, {as_list(estimand["by"])[0]: level}))
            figures = {key: theirs[key][place] for key in ("estimate", "se")}
            check_figures(ours, figures, case)
            assert ours.variance == near(theirs["vcov"][place][place], case)


def make_estimate(p: float, n: int, variance: float | None, df: int, deff: float = math.nan) -> Estimate:
    v = math.nan if variance is None else variance
    return Estimate(
        n=n, total=n, n_psu=df + 1, n_strata=1, estimate=p, se=math.sqrt(v), variance=v, df=df, df_design=df,
        deff_with_replacement=deff, deff_without_replacement=math.nan, n_effective=math.nan, sum_weights=n,
        lonely_strata=0,
    )  # fmt: skip


def check_interval_policy(case: dict[str, Any]) -> None:
    for theirs in case["results"]:
        given = theirs["input"]
        p, n, level = given["p"], given["n"], given["level"]
        ours = make_estimate(p, n, given["variance"], given["df"])
        above = make_estimate(0.8, 10_000, 1e-4, given["df_pooled"], given["deff_pooled"])
        got = published_interval(ours, above, level=level, minimum_n=0)
        assert got.n_effective == near(theirs["n_eff"], case)
        assert t.isf((1 - level) / 2, got.df) == near(theirs["t"], case)
        assert [got.low, got.high] == [near(limit, case) for limit in theirs["wilson"]]
        capped = korn_graubard(p, got.n_effective, got.df, n, level)
        assert list(capped) == [near(limit, case) for limit in theirs["korn_graubard_capped"]]
        published = published_interval(ours, above, level=level)
        assert (published.withheld == "too_few") == (theirs["publish"] == "suppress")
        if published.withheld:
            assert math.isnan(published.low)
            assert math.isnan(published.high)
        else:
            assert ("few_psu" in published.marks) == (theirs["publish"] == "flag_few_psu")


def check_decision(case: dict[str, Any]) -> None:
    for theirs in case["results"]:
        given = theirs["input"]
        p, se, df, target = (given[key] for key in ("estimate", "se", "df", "target"))
        limits = interval(p, se, df, level=given["level"])
        assert [limits.low, limits.high] == [near(limit, case) for limit in theirs["wilson"]]
        assert judge(limits.low, limits.high, target) == theirs["decision"]
        assert one_sided_p(p, se, df, target) == near(theirs["p_one_sided_greater"], case)
        score = score_one_sided_p(p, p * (1 - p) / se**2, df, target)
        assert score == near(t.sf(theirs["score_t"], df), case)


def check_allocation(case: dict[str, Any]) -> None:
    for theirs in case["results"]:
        got = allocate(theirs["N"], theirs["fraction"], minimum=theirs["minimum"])
        assert got.tolist() == theirs["n"]
        assert got.sum() == theirs["total"]
        assert (np.array(theirs["N"]) / got).tolist() == near(theirs["weight"], case)


def check_selection(case: dict[str, Any]) -> None:
    seed = case["estimand"]["seed"]
    for theirs in case["results"]:
        assert [permanent_random_number(seed, code) for code in theirs["commune"]] == theirs["u"]
        assert draw_smallest(theirs["commune"], seed, theirs["n"]) == theirs["srswor_selected"]
        backwards = draw_smallest(theirs["commune"][::-1], seed, theirs["n"])
        assert backwards[::-1] == theirs["srswor_selected"]


CHECKS = {
    "prop": check_prop,
    "mean": check_mean,
    "ratio": check_ratio,
    "interval_policy": check_interval_policy,
    "decision_vs_target": check_decision,
    "stratum_allocation_30pct": check_allocation,
    "reproducible_selection_prn": check_selection,
}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_golden_case_is_reproduced(case: dict[str, Any]) -> None:
    kind = case["estimand"]["type"]
    assert kind in CHECKS, f"nobody reads estimand type {kind}"
    CHECKS[kind](case)


def test_golden_folder_holds_every_type_we_read() -> None:
    assert {case["estimand"]["type"] for case in CASES} == set(CHECKS)


def test_wilson_of_a_simple_sample_is_the_textbook_one() -> None:
    # Wilson's own formula with z, by hand: p = 0.5, n = 100 -> (50 + z²/2 ± z·√(25 + z²/4))/(100 + z²)
    z = 1.959963984540054
    middle, half = 50 + z**2 / 2, z * math.sqrt(25 + z**2 / 4)
    expected = ((middle - half) / (100 + z**2), (middle + half) / (100 + z**2))
    assert wilson(0.5, 100, math.inf) == approx(expected, rel=1e-12)


def test_design_without_weights_is_the_simple_formula() -> None:
    # 3 of 4 say yes: p = 0.75, V = p(1-p)/(n-1) = 0.0625
    ours = SurveyDesign.declare(psu=None, weights=[1.0] * 4).proportion([1, 0, 1, 1])
    assert (ours.estimate, ours.variance, ours.df) == (0.75, approx(0.0625, rel=1e-14), 3)
    assert ours.deff_with_replacement == approx(1.0, rel=1e-14)
