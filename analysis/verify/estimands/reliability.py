"""Golden cases of reliability: Cronbach's alpha."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from analysis.reliability.alpha import cronbach_alpha
from analysis.verify.cases import Case, as_list


def compute_cronbach_alpha(case: Case) -> list[dict[str, Any]]:
    """Compute alpha weighted and unweighted, from complete rows and pair by pair."""
    table = case.table()
    items = np.column_stack([table.numbers(name) for name in as_list(case.estimand["variables"])])
    weighted = cronbach_alpha(items, case.declare(table).weights)
    unweighted = cronbach_alpha(items)
    figures = {
        "n": unweighted.n,
        "k": unweighted.k,
        "alpha_weighted_svycralpha": weighted.alpha,
        "alpha_weighted_plain": weighted.alpha,
        "alpha_unweighted": unweighted.alpha,
        "alpha_unweighted_psych_listwise": unweighted.alpha,
        "alpha_unweighted_psych_pairwise": cronbach_alpha(items, missing="pairwise").alpha,
    }
    return [figures for _ in case.results]


ESTIMANDS: dict[str, Callable[[Case], list[dict[str, Any]]]] = {"cronbach_alpha": compute_cronbach_alpha}
"""Estimand type → function."""
