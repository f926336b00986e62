"""How well a factor model reproduces the correlations: chi-square, CFI, TLI, RMSEA with its interval, SRMR."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtr, chdtrc, chndtr

from analysis.reliability.factor_model import FactorModel, estimate_factor_model
from analysis.reliability.item_covariance import Missing, estimate_item_covariance


@dataclass(frozen=True, eq=False, slots=True)
class FactorFit:
    """Fit of a factor model; NaN where an index is not defined (df of 0).

    Attributes
    ----------
    model : FactorModel
    n : float
        Independent answers the test counts with.
    chi_square, df, p_value : float, int, float
        (n-1)·F against the unrestricted covariance matrix.
    baseline_chi_square, baseline_df : float, int
        The same for the model of unrelated items.
    cfi, tli : float
        Comparative fit index and Tucker-Lewis index.
    rmsea, rmsea_low, rmsea_high : float
        Root mean square error of approximation with its 90% interval.
    srmr : float
        Standardised root mean square residual.
    """

    model: FactorModel
    n: float
    chi_square: float
    df: int
    p_value: float
    baseline_chi_square: float
    baseline_df: int
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmr: float


def fit_factors(
    items: ArrayLike,
    factor_of_item: Sequence[Hashable],
    weights: ArrayLike | None = None,
    *,
    missing: Missing = "listwise",
    n: float | None = None,
) -> FactorFit:
    """Fit a confirmatory factor model to answers and judge the fit.

    Parameters
    ----------
    items : array_like, shape (n, k)
        Answers as numbers, NaN where missing.
    factor_of_item : sequence of hashable, shape (k,)
        The factor of each item; one label throughout for one factor.
    weights : array_like, shape (n,), optional
        Sampling weights.
    missing : {"listwise", "pairwise"}
        As in `estimate_item_covariance`.
    n : float, optional
        Independent answers for chi-square and what rests on it; None: the respondents used.

    Returns
    -------
    FactorFit

    Raises
    ------
    MeasureError
        As in `estimate_item_covariance` and `estimate_factor_model`; ``no_variance``.

    Notes
    -----
    Chi-square counts answers as independent and normal. Answers of one commune resemble each other and answers on five
    levels are not normal, so chi-square is too large and RMSEA somewhat; give a smaller `n` (respondents over the
    design effect), compare models on the same data, and look at CFI, SRMR and the loadings first.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> items = rng.normal(size=(500, 1)) + rng.normal(size=(500, 4))
    >>> fit = fit_factors(items, ["service"] * 4)
    >>> fit.df, round(fit.chi_square, 3), round(fit.cfi, 3)
    (2, 1.359, 1.0)
    """
    covariance = estimate_item_covariance(items, weights, missing=missing)
    correlation = covariance.correlation
    return assess_fit(estimate_factor_model(correlation, factor_of_item), correlation, covariance.n if n is None else n)


def assess_fit(model: FactorModel, correlation: ArrayLike, n: float) -> FactorFit:
    """Compute the fit indices of an estimated model.

    Parameters
    ----------
    model : FactorModel
    correlation : array_like, shape (k, k)
        The correlations it was estimated from.
    n : float
        Independent answers, above 1.

    Returns
    -------
    FactorFit

    Raises
    ------
    ValueError
        For n of 1 or less.

    Notes
    -----
    chi² = (n-1)F (Bollen 1989, p. 263); `lavaan` takes n·F. With d = max(chi² - df, 0) and d0 of the baseline:
    CFI = 1 - d/max(d0, d) (Bentler 1990); TLI = (chi0²/df0 - chi²/df)/(chi0²/df0 - 1) (Tucker and Lewis 1973); RMSEA =
    √(d/(df(n-1))) (Steiger 1990), its limits from the noncentralities that put chi² at the 95th and 5th percentile
    (Browne and Cudeck 1993). SRMR is the root mean square of the k(k+1)/2 residual correlations (Hu and Bentler 1999).

    Examples
    --------
    >>> r = np.array([[1, 0.56, 0.48, 0.4], [0.56, 1, 0.42, 0.35], [0.48, 0.42, 1, 0.3], [0.4, 0.35, 0.3, 1]])
    >>> fit = assess_fit(estimate_factor_model(r, ["quality"] * 4), r, 200)
    >>> round(fit.chi_square, 6), fit.rmsea, round(fit.srmr, 6)
    (0.0, 0.0, 0.0)
    """
    if not n > 1:
        raise ValueError(f"n is {n}; a model needs more than one answer")
    matrix = np.asarray(correlation, dtype=np.float64)
    deviations = np.sqrt(np.diag(matrix))
    matrix = matrix / np.outer(deviations, deviations)
    k, m = len(matrix), len(model.factor_correlation)
    df = k * (k + 1) // 2 - 2 * k - m * (m - 1) // 2
    chi_square = (n - 1) * model.discrepancy
    baseline_df = k * (k - 1) // 2
    baseline = -(n - 1) * float(np.linalg.slogdet(matrix)[1])
    excess, baseline_excess = max(chi_square - df, 0.0), max(baseline - baseline_df, 0.0)
    worst = max(excess, baseline_excess)
    tested = df > 0
    baseline_ratio = baseline / baseline_df
    low, high = _noncentrality_limits(chi_square, df) if tested else (math.nan, math.nan)
    residual = (matrix - model.implied)[np.tril_indices(k)]
    return FactorFit(
        model=model,
        n=n,
        chi_square=chi_square,
        df=df,
        p_value=float(chdtrc(df, chi_square)) if tested else math.nan,
        baseline_chi_square=baseline,
        baseline_df=baseline_df,
        cfi=1 - excess / worst if worst > 0 else 1.0,
        tli=(baseline_ratio - chi_square / df) / (baseline_ratio - 1) if tested and baseline_ratio != 1 else math.nan,
        rmsea=math.sqrt(excess / (df * (n - 1))) if tested else math.nan,
        rmsea_low=math.sqrt(low / (df * (n - 1))) if tested else math.nan,
        rmsea_high=math.sqrt(high / (df * (n - 1))) if tested else math.nan,
        srmr=float(np.sqrt(np.mean(residual**2))),
    )


def _noncentrality_limits(chi_square: float, df: int) -> tuple[float, float]:
    """Return the noncentralities that put chi-square at its 95th and 5th percentile, 0 where none does."""
    from scipy.optimize import brentq

    limits = []
    for percentile in (0.95, 0.05):
        if chdtr(df, chi_square) <= percentile:
            limits.append(0.0)
            continue
        upper = chi_square + 10.0
        while chndtr(chi_square, df, upper) > percentile:
            upper *= 2
        limits.append(float(brentq(lambda x, at=percentile: chndtr(chi_square, df, x) - at, 1e-12, upper, xtol=1e-10)))
    return limits[0], limits[1]
