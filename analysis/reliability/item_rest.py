"""How each item goes with the rest of its block: item-rest correlation, and alpha without the item."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.reliability.alpha import alpha_of_covariance
from analysis.reliability.item_covariance import Missing, estimate_item_covariance


@dataclass(frozen=True, eq=False, slots=True)
class ItemRest:
    """Figures of k items, each array of shape (k,).

    Attributes
    ----------
    correlation : ndarray
        Correlation of the item with the sum of the other items; NaN where one of the two does not vary.
    alpha_if_deleted : ndarray
        Alpha of the other items; NaN where only one is left or their total does not vary.
    alpha : float
        Alpha of all items.
    n : int
        Respondents used.
    """

    correlation: NDArray[np.float64]
    alpha_if_deleted: NDArray[np.float64]
    alpha: float
    n: int


def correlate_with_rest(
    items: ArrayLike, weights: ArrayLike | None = None, *, missing: Missing = "listwise"
) -> ItemRest:
    """Correlate each item with the sum of the others, and compute alpha without it.

    Parameters
    ----------
    items : array_like, shape (n, k)
        Answers as numbers, NaN where missing; k at least 2.
    weights : array_like, shape (n,), optional
    missing : {"listwise", "pairwise"}
        As in `estimate_item_covariance`.

    Returns
    -------
    ItemRest

    Raises
    ------
    MeasureError
        As in `estimate_item_covariance`.

    Notes
    -----
    Both follow from the covariances: cov(x_i, rest) = Σ_{j≠i} s_ij and var(rest) = ΣΣ s - 2 Σ_j s_ij + s_ii
    (Nunnally and Bernstein 1994, chapter 8, the corrected item-total correlation).

    Examples
    --------
    >>> rest = correlate_with_rest([[1, 2, 1], [3, 3, 2], [4, 5, 5], [5, 4, 5]])
    >>> rest.correlation.round(3).tolist(), rest.alpha_if_deleted.round(3).tolist()
    ([0.901, 0.908, 0.971], [0.916, 0.951, 0.889])
    """
    covariance = estimate_item_covariance(items, weights, missing=missing)
    matrix, k = covariance.matrix, len(covariance.matrix)
    variances, row_sums = np.diag(matrix), matrix.sum(axis=1)
    product = variances * (matrix.sum() - 2 * row_sums + variances)
    correlation = np.full(k, math.nan)
    np.divide(row_sums - variances, np.sqrt(np.maximum(product, 0)), out=correlation, where=product > 0)
    others = [np.delete(np.delete(matrix, item, axis=0), item, axis=1) for item in range(k)]
    deleted = np.array([alpha_of_covariance(other) if k > 2 else math.nan for other in others])
    return ItemRest(correlation, deleted, alpha_of_covariance(matrix), covariance.n)
