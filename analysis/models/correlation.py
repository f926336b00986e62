"""The correlation of two answers, with an interval by design."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import MeasureError
from analysis.intervals import t_quantile
from analysis.models.columns import read_domain, read_numbers

if TYPE_CHECKING:
    from analysis.design import SurveyDesign


@dataclass(frozen=True, slots=True)
class Correlation:
    """A weighted correlation.

    Attributes
    ----------
    estimate, se : float
    low, high, level : float
        Limits within -1 and 1; NaN without degrees of freedom or a probability sample.
    df : int
        PSUs less strata among the rows used.
    n : int
        Rows with both answers.
    """

    estimate: float
    se: float
    low: float
    high: float
    level: float
    df: int
    n: int


def correlate(
    design: SurveyDesign, x: ArrayLike, y: ArrayLike, *, domain: ArrayLike | None = None, level: float = 0.95
) -> Correlation:
    """Estimate the correlation of two answers.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses.
    x, y : array_like of float, shape (n,)
        NaN where missing; such a row is outside the domain but stays in the design.
    domain : array_like of bool, shape (n,), optional
    level : float

    Returns
    -------
    Correlation
        From -1 to 1.

    Raises
    ------
    MeasureError
        ``no_rows``; ``constant`` if either has one value only; ``not_a_number``, ``bad_domain``, ``wrong_length``.
    ValueError
        For a level outside (0, 1).

    Notes
    -----
    Linearised (Binder 1983): with standardised x and y, u_i = [x_i y_i - r(x_i² + y_i²)/2]/Σw. The interval is
    tanh(atanh r ± t·se/(1-r²)), Fisher's (1921) scale.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=list("aabbccdd"))
    >>> found = correlate(design, [1, 2, 3, 3, 3, 4, 5, 4], [1, 2, 2, 3, 4, 4, 5, 5])
    >>> round(found.estimate, 3), round(found.low, 3), round(found.high, 3)
    (0.905, 0.263, 0.992)
    """
    n = len(design.weights)
    values = np.column_stack([read_numbers(x, n, "x"), read_numbers(y, n, "y")])
    rows = read_domain(domain, n) & ~np.isnan(values).any(axis=1)
    if not rows.any():
        raise MeasureError("no_rows", "no row has both answers; check the domain and missing answers")
    constant = np.ptp(values[rows], axis=0) == 0
    if constant.any():
        raise MeasureError("constant", f"{'x' if constant[0] else 'y'} has one value only; leave it out")
    weights = np.where(rows, design.weights, 0.0)
    total = weights.sum()
    values = np.where(rows[:, None], values, 0.0)
    centred = np.where(rows[:, None], values - weights @ values / total, 0.0)
    standard = centred / np.sqrt(weights @ centred**2 / total)
    product = standard.prod(axis=1)
    r = float(np.clip(weights @ product / total, -1.0, 1.0))
    variance = design.covariance((product - r * (standard**2).sum(axis=1) / 2) / total, rows)
    se, df = math.sqrt(variance[0, 0]), design.degrees_of_freedom(rows)
    quantile = t_quantile(level, df)
    low, high = r, r
    if abs(r) < 1:
        centre, width = math.atanh(r), quantile * se / (1 - r * r)
        low, high = math.tanh(centre - width), math.tanh(centre + width)
    return Correlation(r, se, low, high, level, df, int(rows.sum()))
