"""Ratios in domains, their linearised values, and what follows from them.

A rate, a mean and a pooled index are all R = Y/X. Its linearised value is z_k = w_k 1_k (y_k - R x_k)/X
(Binder 1983; Lumley 2004, sec. 3): 0 for a respondent outside the domain or without an answer, who
stays in the design with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from analysis.errors import MeasureError
from analysis.estimate import Estimate
from analysis.measures import Matrix, Measures
from analysis.stages import Rules, Stage
from analysis.variance import PsuTotals, find_df, sum_inner, sum_variance

if TYPE_CHECKING:
    from analysis.design import SurveyDesign

ROUNDING = 1e-12
"""A standard error below this share of the root mean square answer is rounding, and counts as 0."""


def estimate_ratios(design: SurveyDesign, measures: Measures, domains: ArrayLike | None) -> list[list[Estimate]]:
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

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=None, weights=[10.0, 10.0, 20.0])
    >>> domains = np.array([[True, True], [True, True], [True, False]])  # everyone, and the first two
    >>> found = estimate_ratios(design, Measures.of_rates(design, [1, 0, 1]), domains)
    >>> [[one.estimate for one in domain] for domain in found]
    [[0.75], [0.5]]
    """
    return [_estimate_domain(design, measures, np.flatnonzero(mask)) for mask in read_domains(design, domains).T]


def read_domains(design: SurveyDesign, domains: ArrayLike | None) -> NDArray[np.bool_]:
    """Return d domains as flags.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses.
    domains : array_like of bool, shape (n, d), or None
        None: everyone.

    Returns
    -------
    ndarray of bool, shape (n, d)

    Raises
    ------
    MeasureError
        ``bad_domain``.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> read_domains(SurveyDesign.declare(psu=["a", "b"]), None).tolist()
    [[True], [True]]
    """
    n = len(design)
    masks = np.ones((n, 1), dtype=np.bool_) if domains is None else np.asarray(domains)
    if masks.dtype != np.bool_ or masks.ndim != 2 or len(masks) != n:
        raise MeasureError("bad_domain", f"domains must be True or False, one row a response, {n} in all")
    return masks


def _estimate_domain(design: SurveyDesign, measures: Measures, rows: NDArray[np.intp]) -> list[Estimate]:
    weighted_y, weighted_x = measures.weighted_y[rows], measures.weighted_x[rows]
    y, x = weighted_y.sum(axis=0), weighted_x.sum(axis=0)
    square = measures.weighted_square[rows].sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = y / x
        z = np.where(x > 0, (weighted_y - estimate * weighted_x) / x, 0.0)
        one_answer = np.maximum(square - 2 * estimate * y + estimate**2 * x, 0.0) / x
        totals, variance = find_variance(design, measures, rows, z)
        variance = np.where(x > 0, variance, np.nan)
        variance[np.sqrt(variance) <= ROUNDING * np.sqrt(square / x)] = 0.0
    return describe(
        estimate, variance, one_answer,
        n=measures.valid[rows].sum(axis=0), total=measures.denominator[rows].sum(axis=0),
        sum_weights=design.weights[rows] @ measures.valid[rows], population=x,
        totals=totals, stage=design.stages[0], rules=design.rules, df_design=design.degrees_of_freedom(),
    )  # fmt: skip


def estimate_total(design: SurveyDesign, measures: Measures, domains: ArrayLike | None) -> Estimate:
    """Estimate the population total of one measure in one domain.

    Parameters
    ----------
    design, measures, domains
        As in `estimate_ratios`, k = d = 1.

    Returns
    -------
    Estimate
        In the unit of the measure.

    Raises
    ------
    MeasureError
        ``bad_domain``.

    Notes
    -----
    z_k = w_k 1_k y_k. The design effects compare with W times the mean of a simple random sample, W = Σw of the
    domain.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=None, weights=[10.0, 10.0, 20.0])
    >>> total = estimate_total(design, Measures.of_rates(design, [1, 0, 1]), None)
    >>> total.estimate, round(total.variance, 6)  # 3/2 times the squared deviations of 10, 0 and 20 from 10
    (30.0, 300.0)
    """
    mask = read_domains(design, domains)[:, 0]
    rows = np.flatnonzero(mask)
    z, w = measures.weighted_y[rows], design.weights[rows] @ measures.valid[rows]
    total, square = z.sum(axis=0), measures.weighted_square[rows].sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        one_answer = np.maximum(square / w - (total / w) ** 2, 0.0) * w**2
        totals, variance = find_variance(design, measures, rows, z)
    n = measures.valid[rows].sum(axis=0)
    return describe(
        total, np.where(n > 0, variance, np.nan), one_answer,
        n=n, total=n, sum_weights=w, population=w, totals=totals, stage=design.stages[0], rules=design.rules,
        df_design=design.degrees_of_freedom(),
    )[0]  # fmt: skip


def describe(
    estimate: Matrix,
    variance: Matrix,
    one_answer: Matrix,
    *,
    n: Matrix,
    total: Matrix,
    sum_weights: Matrix,
    population: Matrix,
    totals: PsuTotals,
    stage: Stage,
    rules: Rules,
    df_design: int,
) -> list[Estimate]:
    """Put k estimates together with what follows from their variances.

    Parameters
    ----------
    estimate, variance : ndarray, shape (k,)
    one_answer : ndarray, shape (k,)
        S², the variance of one answer drawn at random.
    n, total, sum_weights, population : ndarray, shape (k,)
        Respondents, answers, Σw of the respondents, and the people those answers stand for.
    totals : PsuTotals
        Of the k measures.
    stage : Stage
        The first stage of the design.
    rules : Rules
    df_design : int
        Degrees of freedom of the whole design.

    Returns
    -------
    list of Estimate, length k

    Notes
    -----
    deff = V/[S²/(total - 1)] with replacement (Kish 1965, sec. 8.2), over 1 - total/population without; n_eff = S²/V.

    Examples
    --------
    >>> stage, one = Stage(np.zeros(2, dtype=np.intp), np.array([2.0]), np.array([0.0])), np.ones(1)
    >>> totals = PsuTotals.of(stage, np.zeros((2, 1)), None, np.full((2, 1), 50.0))
    >>> (rate,) = describe(
    ...     0.5 * one, 0.01 * one, 0.25 * one, n=100 * one, total=100 * one, sum_weights=1000 * one,
    ...     population=1000 * one, totals=totals, stage=stage, rules=Rules(), df_design=20)
    >>> round(rate.deff_with_replacement, 6), round(rate.deff_without_replacement, 6), round(rate.n_effective, 6)
    (3.96, 4.4, 25.0)
    >>> rate.df, rate.df_design
    (1, 20)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        simple = one_answer / (total - 1)
        deff = np.where((variance > 0) & (total > 1) & (simple > 0), variance / simple, np.nan)
        deff_without = np.where(population > total, deff / (1 - total / population), np.nan)
        n_effective = np.where((variance > 0) & (one_answer > 0), one_answer / variance, np.nan)
    k = len(estimate)
    columns = (
        n.astype(int), total, totals.n_psu, totals.n_strata,
        estimate, np.sqrt(variance), variance, find_df(stage, rules, totals, variance), np.full(k, df_design),
        deff, deff_without, n_effective, sum_weights, totals.find_lonely(stage, rules).sum(axis=0),
        np.full(k, rules.probability),
    )  # fmt: skip
    return [Estimate(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def find_variance(
    design: SurveyDesign, measures: Measures, rows: NDArray[np.intp], z: Matrix
) -> tuple[PsuTotals, Matrix]:
    """Return the totals of k linearised values over PSUs and their variance.

    Parameters
    ----------
    design : SurveyDesign
    measures : Measures
        Only `valid` is read.
    rows : ndarray of int, shape (r,)
        The rows of the domain.
    z : ndarray, shape (r, k)

    Returns
    -------
    totals : PsuTotals
    variance : ndarray, shape (k,)

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=["a", "b", "c"])
    >>> totals, variance = find_variance(
    ...     design, Measures.of_rates(design, [1, 0, 1]), np.arange(3), np.array([[1.0], [0.0], [1.0]]))
    >>> totals.n_psu.tolist(), variance.round(6).tolist()  # 3/2 times the squared deviations of 1, 0 and 1 from 2/3
    ([3], [1.0])
    """
    valid = measures.valid[rows]
    p = len(design.stratum_of_psu)
    if design.residual is not None:  # calibration reaches rows outside the domain
        whole = np.zeros(measures.valid.shape)
        whole[rows] = z / design.weights[rows, None]
        taking_part = np.zeros(measures.valid.shape)
        taking_part[rows] = valid
        z, valid, rows = design.weigh(whole), taking_part, np.arange(len(whole))
    incidence = csr_array((np.ones(len(rows)), (design.psu[rows], np.arange(len(rows)))), shape=(p, len(rows)))
    inner = sum_inner(design.stages, design.unit_of_row, design.rules, rows, z, valid)
    inside = incidence @ valid if len(design.stages) < 3 else _count_units(design, rows, valid)
    totals = PsuTotals.of(design.stages[0], incidence @ z, inner, inside)
    return totals, sum_variance(design.stages[0], design.rules, totals)


def _count_units(design: SurveyDesign, rows: NDArray[np.intp], valid: Matrix) -> Matrix:
    """Count the units of the second stage with a valid row in each PSU, shape (p, k)."""
    second, units = design.stages[1], design.unit_of_row[1][rows]
    shape = (len(second.group_of_unit), len(rows))
    seen = csr_array((np.ones(len(rows)), (units, np.arange(len(rows)))), shape=shape) @ valid > 0
    groups = (second.group_of_unit, np.arange(shape[0]))
    counted: Matrix = csr_array((np.ones(shape[0]), groups), shape=(len(second.count), shape[0])) @ seen.astype(float)
    return counted
