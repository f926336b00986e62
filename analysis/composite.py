"""One figure made of several ratios, with everything an `Estimate` carries: mean of rates, scores of an index.

`joint` gives the covariance of ratios; a composite that is published needs also respondents, primary sampling units and
degrees of freedom. Both rest on the same linearised values: z = Σ_j b_j z_j with b the slopes of the composite.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.estimate import Estimate
from analysis.linearization import ROUNDING, describe, find_variance, read_domains
from analysis.measures import Matrix, Measures

if TYPE_CHECKING:
    from analysis.design import SurveyDesign

Combination = Callable[[Matrix], tuple[float, Matrix]]
"""From k ratios, NaN where nobody answered, to the composite and its slope in each of them, shape (k,)."""


def estimate_composite(
    design: SurveyDesign,
    measures: Measures,
    combine: Combination,
    domain: ArrayLike | None = None,
    *,
    rate: bool = False,
) -> Estimate:
    """Estimate a smooth function of k ratios, each on its own valid rows, in one domain.

    Parameters
    ----------
    design : SurveyDesign
    measures : Measures
        k measures.
    combine : function
        From k ratios to the composite and its slopes.
    domain : array_like of bool, shape (n,), optional
    rate : bool
        The composite lies between 0 and 1; only then has it design effects, compared with `total` answers drawn one by
        one.

    Returns
    -------
    Estimate
        ``n`` counts the respondents with an answer to any of the k, ``total`` the answers.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=["a", "b", "c"])
    >>> both = Measures.of_rates(design, [[1, 1], [0, float("nan")], [1, 0]])
    >>> found = estimate_composite(design, both, mean_of_ratios, rate=True)
    >>> round(found.estimate, 3), found.n, found.total
    (0.583, 3, 5.0)
    """
    masks = read_domains(design, None if domain is None else np.asarray(domain).reshape(-1, 1))
    rows = np.flatnonzero(masks[:, 0])
    weighted_y, weighted_x = measures.weighted_y[rows], measures.weighted_x[rows]
    x = weighted_x.sum(axis=0)
    answered = x > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(answered, weighted_y.sum(axis=0) / x, np.nan)
        z = np.where(answered, (weighted_y - ratios * weighted_x) / x, 0.0)
    value, slopes = combine(ratios)
    used = answered & np.isfinite(slopes)
    column = _one_column(measures, answered, rows)
    totals, variance = find_variance(design, column, rows, z[:, used] @ slopes[used, None])
    variance = variance if np.isfinite(value) else np.full(1, np.nan)
    variance[np.sqrt(variance) <= ROUNDING * abs(value)] = 0.0
    n = column.valid[rows].sum(axis=0)
    return describe(
        np.array([value]), variance, np.array([value * (1 - value) if rate else np.nan]),
        n=n, total=column.denominator[rows].sum(axis=0), sum_weights=design.weights[rows] @ column.valid[rows],
        population=column.weighted_x[rows].sum(axis=0), totals=totals, stage=design.stages[0], rules=design.rules,
        df_design=design.degrees_of_freedom(),
    )[0]  # fmt: skip


def mean_of_ratios(ratios: Matrix) -> tuple[float, Matrix]:
    """Return the plain mean of the ratios that have a value, with its slopes.

    Parameters
    ----------
    ratios : ndarray, shape (k,)
        NaN where nobody answered.

    Returns
    -------
    mean : float
    slopes : ndarray, shape (k,)

    Examples
    --------
    >>> mean_of_ratios(np.array([0.5, 1.0, np.nan]))
    (0.75, array([0.5, 0.5, 0. ]))
    """
    known = np.isfinite(ratios)
    count = int(known.sum())
    if count == 0:
        return np.nan, np.zeros(len(ratios))
    return float(ratios[known].mean()), known / count


def _one_column(measures: Measures, answered: NDArray[np.bool_], rows: NDArray[np.intp]) -> Measures:
    """Who of the rows answered any of the measures, and how many answers they gave; 0 in all other rows."""
    valid, denominator, weighted, nothing = (np.zeros((len(measures.valid), 1)) for _column in range(4))
    valid[rows, 0] = measures.valid[rows][:, answered].max(axis=1, initial=0.0)
    denominator[rows, 0] = measures.denominator[rows][:, answered].sum(axis=1)
    weighted[rows, 0] = measures.weighted_x[rows][:, answered].sum(axis=1)
    return Measures(valid, denominator, nothing, weighted, nothing)
