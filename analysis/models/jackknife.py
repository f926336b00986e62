"""The jackknife over primary sampling units within strata, for statistics of weighted covariances."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.models.columns import Matrix

if TYPE_CHECKING:
    from analysis.design import SurveyDesign

BLOCK = 256


def jackknife_covariances(
    design: SurveyDesign, values: Matrix, rows: NDArray[np.bool_], statistic: Callable[[Matrix], Matrix]
) -> tuple[Matrix, Matrix]:
    """Return a statistic of the weighted covariance matrix and its jackknife covariance.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses in P PSUs.
    values : ndarray, shape (n, q)
        Columns whose covariances count; finite in `rows`.
    rows : ndarray of bool, shape (n,)
        The domain.
    statistic : function
        From several covariance matrices, shape (m, q, q), to k figures of each, shape (m, k).

    Returns
    -------
    estimate : ndarray, shape (k,)
    covariance : ndarray, shape (k, k)
        NaN where the rows are no probability sample.

    Notes
    -----
    Each replicate leaves one PSU out, its stratum's others weighing n_h/(n_h - 1) times as much;
    V = Σ_h (n_h-1)/n_h Σ_i (θ_(hi) - θ)(θ_(hi) - θ)' (Shao and Tu 1995, ch. 6). No finite population correction is
    made, and calibrated weights are not calibrated anew: both are on the safe side as a rule. The only PSU of a stratum
    is left out without a substitute and counts with its whole square under the rule ``adjust``, not at all under
    ``certainty`` and ``remove``, and with the mean of the other strata under ``average``.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=[1, 2, 3, 4])
    >>> estimate, covariance = jackknife_covariances(
    ...     design, np.array([[1.0], [2.0], [3.0], [6.0]]), np.ones(4, dtype=bool), lambda s: s[:, 0])
    >>> estimate.tolist(), covariance.round(4).tolist()
    ([3.5], [[7.713]])
    """
    moments, factor = _leave_out(design, _extend(design, values, rows), rows)
    mean = moments[:, :1, 1:] / moments[:, :1, :1]
    covariances = moments[:, 1:, 1:] / moments[:, :1, :1] - np.swapaxes(mean, 1, 2) * mean
    blocks = np.array_split(covariances, len(covariances) // BLOCK + 1)  # all at once may not fit into memory
    figures = np.concatenate([statistic(block) for block in blocks])
    deviation = (figures[1:] - figures[0]) * np.sqrt(factor)[:, None]
    covariance = deviation[factor > 0].T @ deviation[factor > 0]
    if not design.rules.probability:
        covariance = np.full_like(covariance, np.nan)
    return figures[0], covariance


def _extend(design: SurveyDesign, values: Matrix, rows: NDArray[np.bool_]) -> Matrix:
    """Return a column of ones and the values less their means, which saves digits; 0 outside the domain."""
    centre = np.average(values[rows], axis=0, weights=design.weights[rows])
    inside = np.column_stack([np.ones(len(rows)), values - centre])
    return np.where(rows[:, None], inside, 0.0)


def _leave_out(design: SurveyDesign, values: Matrix, rows: NDArray[np.bool_]) -> tuple[Matrix, Matrix]:
    """Return Σw zz' of the whole and without each PSU, (P + 1, q, q), and the factor of each PSU, (P,)."""
    stratum, psus = design.stratum_of_psu, len(design.stratum_of_psu)
    place = np.flatnonzero(rows)
    incidence = csr_array((design.weights[place], (design.psu[place], np.arange(len(place)))), shape=(psus, len(place)))
    inside = values[place]
    each = np.stack([incidence @ (inside * column[:, None]) for column in inside.T], axis=1)
    count = np.bincount(stratum).astype(np.float64)
    in_stratum = np.zeros((len(count), *each.shape[1:]))
    np.add.at(in_stratum, stratum, each)
    total, alone = each.sum(axis=0), count == 1
    growth = np.where(alone, 1.0, count / np.maximum(count - 1, 1))[stratum]
    others = in_stratum[stratum]
    replicates = total - others + (others - each) * growth[:, None, None]
    factor = np.where(alone, float(design.rules.lonely_psu == "adjust"), (count - 1) / count)
    if design.rules.lonely_psu == "average" and alone.any():
        factor = factor * len(count) / np.sum(~alone) if not alone.all() else np.full_like(factor, np.nan)
    return np.concatenate([total[None], replicates]), factor[stratum]
