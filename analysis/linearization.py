"""Ratios in domains, their linearised values, and what follows from them.

A rate, a mean and a pooled index are all R = Y/X. Its linearised value is z_k = w_k 1_k (y_k - R x_k)/X
(Binder 1983; Lumley 2004, sec. 3): 0 for a respondent outside the domain or without an answer, who
stays in the design with it.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from analysis.errors import MeasureError
from analysis.estimate import Estimate
from analysis.measures import Matrix, Measures
from analysis.variance import PsuTotals, sum_variance

if TYPE_CHECKING:
    from analysis.design import SurveyDesign

ROUNDING = 1e-12
"""A standard error below this share of the root mean square answer is rounding, and counts as 0."""


def estimate_ratios(design: "SurveyDesign", measures: Measures, domains: ArrayLike | None) -> list[list[Estimate]]:
    """Estimate every measure in every domain.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses.
    measures : Measures
        k measures.
    domains : array_like of bool, shape (n, d), or None
        None: everyone.

    Returns
    -------
    list of list of Estimate
        ``[domain][measure]``.

    Raises
    ------
    MeasureError
        ``bad_domain`` if the domains are not bool or not n rows.
    """
    n = len(design.weights)
    masks = np.ones((n, 1), dtype=np.bool_) if domains is None else np.asarray(domains)
    if masks.dtype != np.bool_ or masks.ndim != 2 or len(masks) != n:
        raise MeasureError("bad_domain", f"domains must be True or False, one row a response, {n} in all")
    return [_estimate_domain(design, measures, np.flatnonzero(mask)) for mask in masks.T]


def _estimate_domain(design: "SurveyDesign", measures: Measures, rows: NDArray[np.intp]) -> list[Estimate]:
    weighted_y, weighted_x = measures.weighted_y[rows], measures.weighted_x[rows]
    valid = measures.valid[rows]
    y, x = weighted_y.sum(axis=0), weighted_x.sum(axis=0)
    square = measures.weighted_square[rows].sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = y / x
        z = np.where(x > 0, (weighted_y - estimate * weighted_x) / x, 0.0)
        one_answer = np.maximum(square - 2 * estimate * y + estimate**2 * x, 0.0) / x
        totals = _total_by_psu(design, rows, z, valid)
        variance = np.where(x > 0, sum_variance(design, totals), np.nan)
        variance[np.sqrt(variance) <= ROUNDING * np.sqrt(square / x)] = 0.0
        total = measures.denominator[rows].sum(axis=0)
        simple = one_answer / (total - 1)
        deff = np.where((variance > 0) & (total > 1) & (simple > 0), variance / simple, np.nan)
        deff_without = np.where(x > total, deff / (1 - total / x), np.nan)
        n_effective = np.where((variance > 0) & (one_answer > 0), one_answer / variance, np.nan)
    df_design = len(design.element_count) - len(design.psu_count)
    columns = (
        valid.sum(axis=0).astype(int), total, totals.n_psu, totals.n_strata,
        estimate, np.sqrt(variance), variance, totals.n_psu - totals.n_strata, np.full(len(x), df_design),
        deff, deff_without, n_effective, design.weights[rows] @ valid, totals.lonely_strata(design),
    )  # fmt: skip
    return [Estimate(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _total_by_psu(design: "SurveyDesign", rows: NDArray[np.intp], z: Matrix, valid: Matrix) -> PsuTotals:
    """Sum z, its squared deviations within the PSU and the valid rows over each PSU, (p, k)."""
    psu = design.psu[rows]
    shape = (len(design.element_count), len(rows))
    incidence = csr_array((np.ones(len(rows)), (psu, np.arange(len(rows)))), shape=shape)
    sums = incidence @ z
    within = None
    if design.two_stage and design.psu_fraction.any():
        mean = sums / design.element_count[:, None]
        outside = design.element_count - np.bincount(psu, minlength=shape[0])
        within = incidence @ (z - mean[psu]) ** 2 + outside[:, None] * mean**2
        if design.adjust_domain_lonely and design.lonely_psu == "adjust":
            within = np.where(incidence @ valid == 1, sums**2, within)
    return PsuTotals.of(design, sums, within, incidence @ valid)
