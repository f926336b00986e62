"""Cronbach's alpha: how far the answers to a block of items move together."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.reliability.item_covariance import Missing, estimate_item_covariance, read_items, read_weights


@dataclass(frozen=True, slots=True)
class Alpha:
    """Cronbach's alpha of k items; NaN where everybody has the same total.

    Attributes
    ----------
    alpha : float
        At most 1; negative if items run against each other.
    n, k : int
        Respondents used and items.
    missing : {"listwise", "pairwise"}
    """

    alpha: float
    n: int
    k: int
    missing: Missing


def cronbach_alpha(items: ArrayLike, weights: ArrayLike | None = None, *, missing: Missing = "listwise") -> Alpha:
    """Compute Cronbach's alpha of a block of items.

    Parameters
    ----------
    items : array_like, shape (n, k)
        Answers as numbers, NaN where missing, all scored in the same direction; k at least 2.
    weights : array_like, shape (n,), optional
        Sampling weights; None: all 1.
    missing : {"listwise", "pairwise"}
        As in `estimate_item_covariance`.

    Returns
    -------
    Alpha

    Raises
    ------
    MeasureError
        As in `estimate_item_covariance`.

    Notes
    -----
    alpha = k/(k-1)·(1 - Σ var(x_i)/var(Σ x_i)) (Cronbach 1951). Weighted and listwise it is ``svycralpha`` of R's
    `survey`; unweighted and pairwise, ``raw_alpha`` of `psych`.

    Examples
    --------
    >>> round(cronbach_alpha([[1, 2, 1], [3, 3, 2], [4, 5, 5], [5, 4, 5]]).alpha, 4)
    0.9479
    """
    covariance = estimate_item_covariance(items, weights, missing=missing)
    return Alpha(alpha_of_covariance(covariance.matrix), covariance.n, len(covariance.matrix), missing)


def alpha_of_covariance(matrix: NDArray[np.float64]) -> float:
    """Return Cronbach's alpha from a covariance matrix.

    Parameters
    ----------
    matrix : ndarray, shape (k, k)
        k at least 2.

    Returns
    -------
    float
        At most 1; NaN if the total does not vary.

    Notes
    -----
    k/(k-1)·(1 - Σ variances/variance of the sum) (Cronbach 1951).

    Examples
    --------
    >>> round(alpha_of_covariance(np.array([[1.0, 0.5], [0.5, 1.0]])), 4)
    0.6667
    """
    k, total, items = len(matrix), float(matrix.sum()), float(np.trace(matrix))
    # Items that cancel each other exactly leave a total variance of rounding errors.
    return k / (k - 1) * (1 - items / total) if total > 1e-12 * items else math.nan


def linearise_alpha(items: ArrayLike, weights: ArrayLike | None = None) -> NDArray[np.float64]:
    """Linearise alpha of the complete rows, for its standard error from a survey design.

    Parameters
    ----------
    items : array_like, shape (n, k)
    weights : array_like, shape (n,), optional
        The design's weights.

    Returns
    -------
    ndarray, shape (n,)
        The unweighted influence u of each row, 0 for a row with a missing answer, NaN if the total does not vary:
        ``design.covariance(u[:, None])[0, 0]`` is the variance of alpha.

    Raises
    ------
    MeasureError
        As in `estimate_item_covariance`.

    Notes
    -----
    With A the sum of the item variances and B the variance of the total T, the derivative of k/(k-1)·(1 - A/B) gives
    u = k/(k-1)·[A (T - T̄)²/B² - Σ (x_i - x̄_i)²/B]/Σ w (Binder 1983).

    Examples
    --------
    >>> u = linearise_alpha([[1, 2, 1], [3, 3, 2], [4, 5, 5], [5, 4, 5]])
    >>> u.round(4).tolist(), bool(abs(u.sum()) < 1e-12)
    ([0.0182, -0.0084, 0.0003, -0.0101], True)
    """
    answers = read_items(items)
    weight = read_weights(weights, len(answers))
    estimate_item_covariance(answers, weight)  # refuses what has no variance to linearise
    complete = ~np.isnan(answers).any(axis=1)
    rows, w = answers[complete], weight[complete] / weight[complete].sum()
    centred = rows - w @ rows
    squares, square_of_total = (centred**2).sum(axis=1), centred.sum(axis=1) ** 2
    items_variance, total_variance = w @ squares, w @ square_of_total
    influence = np.zeros(len(answers))
    if not total_variance > 1e-12 * items_variance:
        return np.full(len(answers), math.nan)
    k = rows.shape[1]
    shares = items_variance * square_of_total / total_variance**2 - squares / total_variance
    influence[complete] = k / (k - 1) * shares / weight[complete].sum()
    return influence
