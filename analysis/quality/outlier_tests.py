"""Tests of one collector against the rest: exact for shares, by ranks for amounts, robust z for medians."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

Direction = Literal["low", "high", "both"]


def compare_shares(marked: int, n: int, marked_rest: int, n_rest: int, direction: Direction = "both") -> float:
    """Return the exact p value that a share differs from that of the rest (Fisher 1935).

    Parameters
    ----------
    marked, n : int
        Marked respondents and respondents of the collector.
    marked_rest, n_rest : int
        Of the others.
    direction : {"low", "high", "both"}
        Whether a lower share, a higher one or both count as different.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        For counts that cannot be, or another direction.

    Examples
    --------
    >>> round(compare_shares(3, 4, 1, 4, "high"), 4)
    0.2429
    """
    from scipy.stats import fisher_exact

    alternatives = {"low": "less", "high": "greater", "both": "two-sided"}
    if direction not in alternatives:
        raise ValueError(f"unknown direction {direction!r}; use low, high or both")
    table = [[marked, n - marked], [marked_rest, n_rest - marked_rest]]
    return float(fisher_exact(table, alternative=alternatives[direction])[1])


def compare_ranks(values: ArrayLike, inside: NDArray[np.bool_], direction: Direction = "both") -> float:
    """Return the p value that some values rank lower or higher than the rest (Mann and Whitney 1947).

    Parameters
    ----------
    values : array_like, shape (n,)
        Without NaN.
    inside : ndarray of bool, shape (n,)
        The collector's respondents.
    direction : {"low", "high", "both"}

    Returns
    -------
    float
        By the normal distribution, corrected for ties and continuity; 1 where all values are equal or a side is empty.

    Examples
    --------
    >>> round(compare_ranks([1, 2, 3, 7, 8, 9], np.array([True] * 3 + [False] * 3), "low"), 4)
    0.0404
    """
    return compare_ranked(*rank_with_ties(values), inside, direction)


def rank_with_ties(values: ArrayLike) -> tuple[NDArray[np.float64], float]:
    """Return mid-ranks and what their ties take from the variance of a rank sum.

    Parameters
    ----------
    values : array_like, shape (n,)
        Without NaN.

    Returns
    -------
    ranks : ndarray, shape (n,)
        From 1.
    ties : float
        Σ (t³ - t) over groups of t equal values.

    Examples
    --------
    >>> ranks, ties = rank_with_ties([7, 9, 7])
    >>> ranks.tolist(), ties
    ([1.5, 3.0, 1.5], 6.0)
    """
    _, position, counts = np.unique(np.asarray(values, dtype=np.float64), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: NDArray[np.float64] = (last - (counts - 1) / 2)[position]
    ties = counts.astype(np.float64)
    return ranks, float((ties**3 - ties).sum())


def compare_ranked(
    ranks: NDArray[np.float64], ties: float, inside: NDArray[np.bool_], direction: Direction = "both"
) -> float:
    """Return the p value of `compare_ranks` from ranks already made, once for all collectors.

    Parameters
    ----------
    ranks, ties
        From `rank_with_ties`.
    inside, direction
        As in `compare_ranks`.

    Returns
    -------
    float
        As `compare_ranks`.

    Notes
    -----
    The rank sum R of n among N has mean n(N+1)/2 and variance n(N-n)/12·[N + 1 - ties/(N(N-1))].

    Examples
    --------
    >>> round(compare_ranked(np.arange(1.0, 7.0), 0.0, np.array([True] * 3 + [False] * 3)), 4)
    0.0809
    """
    total, n = len(ranks), int(inside.sum())
    rest = total - n
    if n == 0 or rest == 0:
        return 1.0
    variance = n * rest / 12 * (total + 1 - ties / (total * (total - 1)))
    if not variance > 0:
        return 1.0
    excess = float(ranks[inside].sum()) - n * (total + 1) / 2
    if direction == "both":
        return min(2 * float(ndtr(-(abs(excess) - 0.5) / math.sqrt(variance))), 1.0)
    towards = excess if direction == "high" else -excess
    return float(ndtr(-(towards - 0.5) / math.sqrt(variance)))


def robust_z(values: ArrayLike) -> NDArray[np.float64]:
    """Return how many robust standard deviations each value lies from the median.

    Parameters
    ----------
    values : array_like, shape (c,)
        One figure a collector, without NaN.

    Returns
    -------
    ndarray, shape (c,)

    Notes
    -----
    0.6745(x - median)/MAD (Iglewicz and Hoaglin 1993); where more than half of the values are equal, and MAD is 0, the
    mean absolute deviation times 1.2533 is the unit; 0 throughout where all are equal.

    Examples
    --------
    >>> robust_z([10, 11, 12, 13, 40]).round(3).tolist()
    [-1.349, -0.674, 0.0, 0.674, 18.886]
    """
    array = np.asarray(values, dtype=np.float64)
    if array.size == 0:
        return array
    deviations = array - np.median(array)
    spread = float(np.median(np.abs(deviations))) / 0.6744897501960817
    if spread == 0:
        spread = float(np.mean(np.abs(deviations))) * math.sqrt(math.pi / 2)
    return deviations / spread if spread > 0 else np.zeros_like(array)


def normal_p(z: float, direction: Direction = "both") -> float:
    """Return the p value of a standard normal figure.

    Parameters
    ----------
    z : float
    direction : {"low", "high", "both"}
        Whether a low figure, a high one or both count as different.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> round(normal_p(1.96), 3), round(normal_p(1.96, "high"), 3), round(normal_p(1.96, "low"), 3)
    (0.05, 0.025, 0.975)
    """
    if direction == "both":
        return 2 * float(ndtr(-abs(z)))
    return float(ndtr(-z if direction == "high" else z))
