"""Rates, means, totals and ratios of domains, the published interval and the verdict."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from analysis.csv_table import CsvTable
from analysis.design import SurveyDesign
from analysis.estimate import Estimate
from analysis.intervals import interval, korn_graubard, t_quantile
from analysis.joint import by_group
from analysis.policy import published_interval
from analysis.verdict import judge, one_sided_p
from analysis.verify.cases import Case, as_list
from analysis.verify.comparison import IGNORED, Accepted

NO_VARIANCE = 1e-9
"""A standard error below this is 0 up to rounding."""


def read_answers(case: Case, table: CsvTable) -> NDArray[np.float64]:
    """Read the variable: 1 and 0 where codes of success are given, as it stands otherwise."""
    return read_response(table, case.estimand["variable"], case.estimand.get("success"))


def read_response(table: CsvTable, name: str, success: Any) -> NDArray[np.float64]:
    """Read a column: 1 and 0 where codes of success are given, numbers or words, as it stands otherwise."""
    codes = as_list(success)
    if not codes:
        return table.numbers(name)
    labels = table.labels(name)
    chosen = np.any([table.matching({name: str(code)}) for code in codes], axis=0)
    return np.where(labels == "", np.nan, chosen.astype(np.float64))


def compute_rates(case: Case) -> list[dict[str, Any]]:
    """Estimate a rate, mean or total in the domain of each result."""
    table = case.table()
    design, y = case.declare(table), read_answers(case, table)
    kind = case.estimand["type"]
    estimators: dict[str, Callable[..., Estimate]] = {
        "prop": design.proportion,
        "mean": design.mean,
        "total": design.total,
    }
    return [
        describe_estimate(
            estimators[kind](y, table.matching(dict(expected.get("domain") or {}))), expected, rate=kind == "prop"
        )
        for expected in case.results
    ]


def describe_estimate(ours: Estimate, expected: dict[str, Any], *, rate: bool) -> dict[str, Any]:
    """Give an estimate the keys of a result of type prop, mean or total."""
    level = expected.get("level") or 0.95
    settled = ours.se > NO_VARIANCE
    return {
        "domain": expected.get("domain"),
        "level": level,
        "r_error": expected.get("r_error"),  # what another program complained of, not a figure
        "ci_error": expected.get("ci_error"),
        "n": ours.n,
        "n_psu": ours.n_psu,
        "n_strata": ours.n_strata,
        "df_domain": counted_df(ours),
        "df_design": ours.df_design,
        "estimate": ours.estimate,
        "se": ours.se,
        "sum_w": ours.sum_weights,
        "deff_wor": ours.deff_without_replacement if settled else IGNORED,
        "deff_wr": ours.deff_with_replacement if settled else IGNORED,
        "n_eff": ours.n_effective if settled else IGNORED,
        "ci": {
            name: _limits(ours, name, given, level, rate=rate) for name, given in (expected.get("ci") or {}).items()
        },
        "test_target": _test_target(ours, expected.get("test_target")),
    }


def counted_df(ours: Estimate) -> int:
    """Return PSUs less strata of the domain, which R uses however they were taken."""
    return ours.n_psu - ours.n_strata


def _limits(ours: Estimate, key: str, given: Any, level: float, *, rate: bool) -> Any:
    name = key.removesuffix("_dfdesign")
    df = math.inf if name == "normal" else ours.df_design if key.endswith("_dfdesign") else counted_df(ours)
    method = {"t": "mean", "normal": "mean"}.get(name, name)
    if None in as_list(given):
        return IGNORED  # the other program found no interval: of its two limits neither is one
    if rate and not ours.se > NO_VARIANCE and method != "mean":
        return IGNORED  # README: zero width, NaN or a numerical boundary, none of it to copy
    limits = interval(ours.estimate, ours.se, df, method=method, level=level, n=ours.n)  # type: ignore[arg-type]  # a key of the cases
    low: Any = limits.low
    high: Any = limits.high
    if name == "likelihood":  # README: R interpolates its profile, coarsely where it is wide
        coarse = 0.04 if ours.n < 30 or df < 5 else 1e-3
        low, high = Accepted(low, abs=coarse), Accepted(high, abs=coarse)
    if name == "asin":
        low, high = _unfolded(ours, df, level, low, high)
    return [low, high]


def _unfolded(ours: Estimate, df: float, level: float, low: float, high: float) -> tuple[Any, Any]:
    """Accept beside our limits, held between 0 and 1, those whose angle passed a right angle and came back."""
    angle = math.asin(math.sqrt(ours.estimate))
    width = t_quantile(level, df) * ours.se / (2 * math.sqrt(ours.estimate * (1 - ours.estimate)))
    folded = [math.sin(angle + sign * width) ** 2 for sign in (-1, 1)]
    return Accepted(low, others=(folded[0],)), Accepted(high, others=(folded[1],))


def _test_target(ours: Estimate, expected: dict[str, Any] | None) -> Any:
    if expected is None or not ours.se > NO_VARIANCE:
        return IGNORED
    p, target = ours.estimate, expected["target"]
    t = (p - target) / ours.se
    slope = 1 / (p * (1 - p)) if 0 < p < 1 else math.nan
    t_logit = (math.log(p / (1 - p)) - math.log(target / (1 - target))) / (ours.se * slope) if 0 < p < 1 else math.nan
    df = counted_df(ours)
    greater = one_sided_p(p, ours.se, df, target)
    return {
        "target": target,
        "t": t,
        "p_greater": greater,
        "p_less": float(stdtr(df, t)),
        "t_logit": t_logit,
        "p_greater_logit": float(stdtr(df, -t_logit)),
        "p_less_logit": float(stdtr(df, t_logit)),
    }


def read_groups(table: CsvTable, by: list[str]) -> list[str]:
    """Read the group of each row; crossed variables are joined by a point, '' where one is missing."""
    columns = [table.labels(name).tolist() for name in by]
    return [".".join(labels) if all(labels) else "" for labels in zip(*columns, strict=True)]


def order_of(case: Case) -> list[str] | None:
    """The groups in the order of the case, whose program may sort by another alphabet; None where it does not say."""
    levels = as_list(case.results[0].get("levels")) if case.results else []
    return [str(level) for level in levels] or None


def compute_ratios(case: Case) -> list[dict[str, Any]]:
    """Estimate a ratio, of everyone or by group."""
    table = case.table()
    design, estimand = case.declare(table), case.estimand
    y, x = table.numbers(estimand["numerator"]), table.numbers(estimand["denominator"])
    if not estimand.get("by"):
        return [_describe_ratio(design, y, x, expected) for expected in case.results]
    by = as_list(estimand["by"])
    groups = by_group(design, y, read_groups(table, by), denominator=x, order=order_of(case))
    return [
        {
            "levels": list(groups.names),
            "estimate": groups.estimates,
            "se": groups.se,
            "vcov": groups.covariance.tolist(),
            "df_design": groups.df,
        }
        for _expected in case.results
    ]


def _describe_ratio(
    design: SurveyDesign, y: NDArray[np.float64], x: NDArray[np.float64], expected: dict[str, Any]
) -> dict[str, Any]:
    ours = design.ratio(y, x)
    limits = interval(ours.estimate, ours.se, ours.df_design, method="mean", level=expected.get("level") or 0.95)
    found = describe_estimate(ours, expected | {"ci": {}}, rate=False)
    return found | {"ci": {"t": [limits.low, limits.high]}}


def compute_published_intervals(case: Case) -> list[dict[str, Any]]:
    """Apply the policy of publication to each input."""
    return [_publish(expected) for expected in case.results]


def _publish(expected: dict[str, Any]) -> dict[str, Any]:
    given = expected["input"]
    p, n, level = given["p"], given["n"], given["level"]
    variance = math.nan if given["variance"] is None else given["variance"]
    ours = _make_estimate(p, n, variance, given["df"], math.nan)
    above = _make_estimate(0.5, n, 1.0, given["df_pooled"], given["deff_pooled"])
    got = published_interval(ours, above, level=level, minimum_n=0)
    published = published_interval(ours, above, level=level)
    marked = "flag_few_psu" if "few_psu" in published.marks else "ok"
    return {
        "input": given,
        "uses": "pooled" if "model_assisted" in got.marks or not variance > 0 else "direct",
        "n_eff": got.n_effective,
        "t": t_quantile(level, got.df),
        "wilson": [got.low, got.high],
        "korn_graubard_capped": list(korn_graubard(p, got.n_effective, got.df, n, level)),
        "publish": "suppress" if published.withheld else marked,
    }


def _make_estimate(p: float, n: float, variance: float, df: int, deff: float) -> Estimate:
    return Estimate(
        n=int(n), total=n, n_psu=df + 1, n_strata=1, estimate=p, se=math.sqrt(variance), variance=variance, df=df,
        df_design=df, deff_with_replacement=deff, deff_without_replacement=math.nan, n_effective=math.nan,
        sum_weights=n, lonely_strata=0,
    )  # fmt: skip


def compute_decisions(case: Case) -> list[dict[str, Any]]:
    """Judge each input against its target."""
    return [_decide(expected["input"]) for expected in case.results]


def _decide(given: dict[str, Any]) -> dict[str, Any]:
    p, se, df, target = (given[key] for key in ("estimate", "se", "df", "target"))
    limits = interval(p, se, df, level=given["level"])
    return {
        "input": given,
        "wilson": [limits.low, limits.high],
        "decision": judge(limits.low, limits.high, target),
        "t": (p - target) / se,
        "p_one_sided_greater": one_sided_p(p, se, df, target),
        "score_t": (p - target) / math.sqrt(target * (1 - target) / (p * (1 - p) / se**2)),
        "naive": "met" if p >= target else "not_met",
    }


ESTIMANDS = {
    "prop": compute_rates,
    "mean": compute_rates,
    "total": compute_rates,
    "ratio": compute_ratios,
    "interval_policy": compute_published_intervals,
    "decision_vs_target": compute_decisions,
}
