"""Covariances of a block of items, with or without weights, from complete rows or pair by pair."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import MeasureError

Missing = Literal["listwise", "pairwise"]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class ItemCovariance:
    """Covariances of k items and what they rest on.

    Attributes
    ----------
    matrix : ndarray, shape (k, k)
        In squared units of the answers.
    n : int
        Respondents used: those who answered every item (``listwise``) or any item (``pairwise``).
    pair_counts : ndarray of int, shape (k, k)
        Respondents behind each covariance.
    missing : {"listwise", "pairwise"}
    """

    matrix: Matrix
    n: int
    pair_counts: NDArray[np.int64]
    missing: Missing

    @property
    def correlation(self) -> Matrix:
        """The correlations, shape (k, k).

        Raises
        ------
        MeasureError
            ``no_variance`` for an item everybody answers alike.
        """
        variances = np.diag(self.matrix)
        if not (variances > 0).all():
            item = int(np.argmin(variances > 0))
            raise MeasureError("no_variance", f"everybody gives item {item} the same answer; leave the item out")
        correlation: Matrix = self.matrix / np.sqrt(np.outer(variances, variances))
        return correlation


def estimate_item_covariance(
    items: ArrayLike, weights: ArrayLike | None = None, *, missing: Missing = "listwise"
) -> ItemCovariance:
    """Estimate the covariances of a block of items.

    Parameters
    ----------
    items : array_like, shape (n, k)
        Answers as numbers, NaN where missing; k at least 2.
    weights : array_like, shape (n,), optional
        Sampling weights, 0 or more; None: all 1.
    missing : {"listwise", "pairwise"}
        ``listwise``: only respondents who answered every item. ``pairwise``: each covariance from those who
        answered both items, each with its own means.

    Returns
    -------
    ItemCovariance

    Raises
    ------
    MeasureError
        ``too_few_items``, ``not_finite``, ``wrong_length``, ``bad_weight``, ``too_few_respondents`` (a pair of
        items with fewer than two respondents), ``unknown_rule``.

    Notes
    -----
    s_ij = n/(n-1) · Σ w (x_i - x̄_i)(x_j - x̄_j)/Σ w: R's ``cov`` without weights, `survey`'s ``svyvar`` with them.

    Examples
    --------
    >>> estimate_item_covariance([[1, 2], [2, 4], [3, 6], [4, float("nan")]]).matrix.tolist()
    [[1.0, 2.0], [2.0, 4.0]]
    """
    if missing not in get_args(Missing):
        raise MeasureError("unknown_rule", f"missing must be one of {', '.join(get_args(Missing))}")
    answers = read_items(items)
    weight = read_weights(weights, len(answers))
    used = (np.isnan(answers).sum(axis=1) <= (0 if missing == "listwise" else answers.shape[1] - 1)) & (weight > 0)
    answers, weight = answers[used], weight[used]
    valid = (~np.isnan(answers)).astype(np.float64)
    counts = np.rint(valid.T @ valid).astype(np.int64)
    if counts.min() < 2:
        raise MeasureError(
            "too_few_respondents",
            f"only {counts.min()} respondents answered these items together; at least 2 are needed",
        )
    weighted_valid = weight[:, None] * valid
    # Sums of squares of raw answers would lose digits, so items are centred first; at one answer before the mean, so
    # that an item everybody answers alike has a variance of exactly 0.
    moved = np.where(valid > 0, answers - answers[valid.argmax(axis=0), np.arange(answers.shape[1])], 0.0)
    centred = valid * (moved - (weighted_valid * moved).sum(axis=0) / weighted_valid.sum(axis=0))
    weighted = weight[:, None] * centred
    pair_weights, sums = weighted_valid.T @ valid, weighted.T @ valid
    matrix = (weighted.T @ centred - sums * sums.T / pair_weights) / pair_weights * (counts / (counts - 1))
    return ItemCovariance((matrix + matrix.T) / 2, len(answers), counts, missing)


def read_items(items: ArrayLike) -> Matrix:
    """Read answers as a matrix of at least two items.

    Parameters
    ----------
    items : array_like, shape (n, k)
        NaN or None where missing.

    Returns
    -------
    ndarray of float, shape (n, k)

    Raises
    ------
    MeasureError
        ``too_few_items``; ``not_finite`` with the row.

    Examples
    --------
    >>> read_items([[4, None], [5, 3]]).tolist()
    [[4.0, nan], [5.0, 3.0]]
    """
    answers = np.asarray(items, dtype=np.float64)
    if answers.ndim != 2 or answers.shape[1] < 2:
        raise MeasureError("too_few_items", f"items must have shape (n, k) with k at least 2; got {answers.shape}")
    infinite = np.isinf(answers).any(axis=1)
    if infinite.any():
        raise MeasureError("not_finite", "an answer is infinite; a missing answer is NaN", int(np.argmax(infinite)))
    return answers


def read_weights(weights: ArrayLike | None, n: int) -> NDArray[np.float64]:
    """Read weights of 0 or more.

    Parameters
    ----------
    weights : array_like, shape (n,), or None
        None: all 1.
    n : int
        Respondents.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    MeasureError
        ``wrong_length``; ``bad_weight`` with the row.

    Examples
    --------
    >>> read_weights(None, 2).tolist()
    [1.0, 1.0]
    """
    if weights is None:
        return np.ones(n)
    weight = np.asarray(weights, dtype=np.float64)
    if weight.shape != (n,):
        raise MeasureError("wrong_length", f"weights must have one value a respondent, {n}; got shape {weight.shape}")
    bad = ~(np.isfinite(weight) & (weight >= 0))
    if bad.any():
        raise MeasureError("bad_weight", "a weight must be a number, 0 or more", int(np.argmax(bad)))
    return weight
