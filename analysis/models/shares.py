"""How much of R² each predictor of a linear regression accounts for, from a covariance matrix alone."""

from __future__ import annotations

import math

import numpy as np

from analysis.models.columns import Matrix

EXACT_LIMIT = 12
"""The most predictors whose 2^p subsets are all looked at."""
NOTHING_LEFT = 1e-12


def average_over_orders(covariance: Matrix) -> Matrix:
    """Split R² by Lindeman, Merenda and Gold's measure: the gain of a predictor, averaged over all orders of entry.

    The same as Shapley's value of the game whose worth is R² (Lindeman, Merenda and Gold 1980, p. 119 ff.; Grömping
    2006, sec. 2).

    Parameters
    ----------
    covariance : ndarray, shape (..., p + 1, p + 1)
        Of p predictors and, last, the response; leading axes are separate regressions.

    Returns
    -------
    ndarray, shape (..., p)
        Parts of R², none negative; they sum to R².

    Raises
    ------
    ValueError
        For no predictor or more than `EXACT_LIMIT`.

    Examples
    --------
    Uncorrelated predictors keep the square of their own correlation with the response:

    >>> average_over_orders(np.array([[1, 0, 0.6], [0, 1, 0.3], [0.6, 0.3, 1]])).round(6).tolist()
    [0.36, 0.09]
    """
    p = covariance.shape[-1] - 1
    if not 1 <= p <= EXACT_LIMIT:
        raise ValueError(
            f"{p} predictors; all orders are averaged for 1 to {EXACT_LIMIT}, take relative weights beyond"
        )
    explained = _explain_subsets(covariance)
    subsets = np.arange(2**p)
    sizes = np.array([subset.bit_count() for subset in range(2**p)])
    orders = np.array([math.factorial(k) * math.factorial(p - k - 1) / math.factorial(p) for k in range(p)])
    gains = []
    for predictor in range(p):
        without = subsets[(subsets >> predictor) & 1 == 0]
        gain = explained[..., without | (1 << predictor)] - explained[..., without]
        gains.append(gain @ orders[sizes[without]])
    return np.stack(gains, axis=-1)


def _explain_subsets(covariance: Matrix) -> Matrix:
    """Return R² of every subset of predictors, shape (..., 2^p); bit j of the subset's number is predictor j.

    One predictor after the other is either left out or swept out of the rest, so that half the work is shared by
    every two subsets.
    """
    p = covariance.shape[-1] - 1
    own = np.diagonal(covariance, axis1=-2, axis2=-1)
    rest = covariance[..., None, :, :]
    for predictor in range(p):
        pivot, row, left_out = rest[..., 0, 0], rest[..., 0, 1:], rest[..., 1:, 1:]
        new = pivot > NOTHING_LEFT * own[..., predictor, None]
        scale = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=new)
        swept = left_out - scale[..., None, None] * row[..., :, None] * row[..., None, :]
        rest = np.concatenate([left_out, swept], axis=-3)
    return 1 - rest[..., 0, 0] / own[..., -1, None]


def weigh_relatively(covariance: Matrix) -> Matrix:
    """Split R² by Johnson's relative weights: a close approximation of the average over orders for any p.

    The predictors are replaced by the orthogonal variables nearest to them, whose shares are handed back in
    proportion to squared correlations (Johnson 2000, eq. 8 to 12).

    Parameters
    ----------
    covariance : ndarray, shape (..., p + 1, p + 1)
        As in `average_over_orders`.

    Returns
    -------
    ndarray, shape (..., p)

    Examples
    --------
    >>> weigh_relatively(np.array([[1, 0.5, 0.6], [0.5, 1, 0.3], [0.6, 0.3, 1]])).round(4).tolist()
    [0.315, 0.045]
    """
    deviations = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    correlation = covariance / (deviations[..., :, None] * deviations[..., None, :])
    values, vectors = np.linalg.eigh(correlation[..., :-1, :-1])
    roots = np.sqrt(np.maximum(values, 0.0))
    loadings = (vectors * roots[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    inverse = np.divide(1.0, roots, out=np.zeros_like(roots), where=values > NOTHING_LEFT)
    scores = np.einsum("...ij,...j,...kj,...k->...i", vectors, inverse, vectors, correlation[..., :-1, -1])
    shares: Matrix = np.einsum("...jk,...k->...j", loadings**2, scores**2)
    return shares
