"""Estimates with their covariance: groups, contrasts, waves, distributions, composites."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from analysis.errors import MeasureError
from analysis.joint import Contrast, JointEstimate, by_group, by_item, distribution
from analysis.verify.cases import Case, as_list
from analysis.verify.estimands.rates import order_of, read_answers, read_groups, read_response


def estimate_groups(case: Case) -> JointEstimate:
    """Estimate the variable in each level of ``by``; without it, by wave."""
    table = case.table()
    by = as_list(case.estimand.get("by")) or ["wave"]
    groups = read_groups(table, by)
    return by_group(case.declare(table), read_answers(case, table), groups, order=order_of(case))


def _matrix(ours: JointEstimate) -> dict[str, Any]:
    return {"estimate": ours.estimates, "se": ours.se, "vcov": ours.covariance.tolist(), "df_design": ours.df}


def compute_groups(case: Case) -> list[dict[str, Any]]:
    """Estimate all levels with their covariance."""
    ours = estimate_groups(case)
    return [_matrix(ours) | {"levels": list(ours.names)} for _expected in case.results]


def compute_differences(case: Case) -> list[dict[str, Any]]:
    """Compare levels; a result names its contrast ``later - earlier``."""
    ours = estimate_groups(case)
    found = []
    for expected in case.results:
        later, earlier = next(
            (later, earlier)
            for later in ours.names
            for earlier in ours.names
            if f"{later} - {earlier}" == expected["contrast"]
        )
        found.append({"contrast": expected["contrast"]} | _contrast(ours.difference(later, earlier)))
    return found


def _contrast(ours: Contrast) -> dict[str, Any]:
    limits = ours.interval()
    return {
        "estimate": ours.estimate,
        "se": ours.se,
        "t": ours.t,
        "df": ours.df,
        "p_value": ours.p_value,
        "ci": {"t": [limits.low, limits.high]},
    }


def compute_change(case: Case) -> list[dict[str, Any]]:
    """Compare the last of two waves with the first."""
    ours = estimate_groups(case)
    found = _contrast(ours.difference(1, 0)) | {
        "vcov": ours.covariance.tolist(),
        "correlation": ours.correlation[0, 1],
        "se_if_independent": float(np.sqrt(np.trace(ours.covariance))),
    }
    return [found for _expected in case.results]


def compute_nonlinear_change(case: Case) -> list[dict[str, Any]]:
    """Compare two waves on the scale of log odds and of log rates."""
    ours = estimate_groups(case)
    found: dict[str, Any] = {}
    for name, compare in (("log_odds_ratio", ours.log_odds_ratio), ("log_relative_rate", ours.log_ratio)):
        try:
            contrast = compare(1, 0)
        except MeasureError:  # a rate of 0 or 1 has no logarithm
            contrast = Contrast(math.nan, math.nan, ours.df)
        found |= {name: contrast.estimate, f"se_{name}": contrast.se}
    return [found for _expected in case.results]


def compute_distribution(case: Case) -> list[dict[str, Any]]:
    """Estimate the share of every answer."""
    table = case.table()
    ours = distribution(case.declare(table), table.labels(case.estimand["variable"]), order=order_of(case))
    return [_matrix(ours) | {"levels": list(ours.names)} for _expected in case.results]


def _items(case: Case, *, listwise: bool) -> tuple[JointEstimate, int]:
    table = case.table()
    names = as_list(case.estimand["variables"])
    answers = np.column_stack([read_response(table, name, case.estimand["success"]) for name in names])
    complete = ~np.isnan(answers).any(axis=1)
    ours = by_item(case.declare(table), answers, names, domain=complete if listwise else None)
    return ours, int(complete.sum())


def compute_composite(case: Case) -> list[dict[str, Any]]:
    """Average the items' rates with their joint covariance."""
    ours, _n = _items(case, listwise=False)
    mean = ours.mean()
    found = {
        "item_estimates": ours.estimates,
        "vcov": ours.covariance.tolist(),
        "estimate": mean.estimate,
        "se": mean.se,
        "df_design": ours.df,
    }
    return [found for _expected in case.results]


def compute_listwise(case: Case) -> list[dict[str, Any]]:
    """Estimate items among the respondents who answered every one."""
    ours, n = _items(case, listwise=True)
    return [_matrix(ours) | {"n": n} for _expected in case.results]


ESTIMANDS = {
    "prop_by_with_covariance": compute_groups,
    "difference_of_domain_proportions": compute_differences,
    "change_between_waves": compute_change,
    "change_between_waves_mean": compute_change,
    "change_between_waves_nonlinear": compute_nonlinear_change,
    "category_distribution": compute_distribution,
    "composite_mean_of_item_rates": compute_composite,
    "prop_vector_listwise": compute_listwise,
}
