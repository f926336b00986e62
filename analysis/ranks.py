"""What can be said of the order of many estimates: an interval for the rank of each, all of them true together."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS, FEWEST_DRAWS, MOST_DIFFERENCES = 10_000, 2_000, 12_000_000
PAIRS_AT_ONCE = 2_000_000
"""Pairs times draws held at once: enough to be fast, few enough to stay small."""


@dataclass(frozen=True, eq=False, slots=True)
class Ranks:
    """The ranks of k estimates, 1 for the highest.

    Attributes
    ----------
    low, high : ndarray of int, shape (k,)
        The best and the worst rank that the sample leaves possible.
    above : ndarray of bool, shape (k, k)
        ``[i, j]``: i is proven to lie above j.
    critical : float
        The standardised difference beyond which a pair is proven.
    level : float
        Confidence that all the intervals hold at once.
    ties : list of list of int
        The largest runs of estimates, from the highest on, among which no pair is proven to differ.
    """

    low: NDArray[np.intp]
    high: NDArray[np.intp]
    above: NDArray[np.bool_]
    critical: float
    level: float
    ties: list[list[int]]


def rank_shares(
    shares: Sequence[float],
    n_effective: Sequence[float],
    df: Sequence[float],
    *,
    level: float = 0.95,
    correlation: NDArray[np.float64] | None = None,
    draws: int | None = None,
) -> Ranks:
    """Say which ranks of k rates a sample leaves possible.

    Parameters
    ----------
    shares, n_effective, df : sequence of float, length k
        Rates between 0 and 1, with the effective sample sizes and the degrees of freedom of their published intervals.
    level : float
        The chance that every interval holds.
    correlation : ndarray, shape (k, k), optional
        Of the estimates; None: they come from different primary units.
    draws : int, optional
        None: 10,000, fewer for more than fifty units.

    Returns
    -------
    Ranks

    Raises
    ------
    ValueError
        A rate outside [0, 1], or an effective size or degrees of freedom not above 0.

    Notes
    -----
    On the scale a = arcsin √p the estimate of a unit has the standard error s = 1/(2√n_eff) whatever p is, p = 0 and 1
    included. Errors e_i = s_i t_i are drawn, t_i Student's with the unit's degrees of freedom, and c is the `level`
    quantile of the largest |e_i - e_j|/s_ij over all pairs, s_ij² = s_i² + s_j² - 2ρ_ij s_i s_j. A pair with
    |a_i - a_j| > c s_ij is proven to differ; with Λ_i of the units proven above i and Υ_i below it, the rank of i lies
    between 1 + Λ_i and k - Υ_i, for all i at once with the chance `level` (Klein, Wright and Wieczorek 2020; the
    critical value of the largest difference as in Mogstad, Romano, Shaikh and Wilhelm 2024). Percentile intervals of
    drawn ranks (Goldstein and Spiegelhalter 1996) hold for one unit at a time and are too short where units are nearly
    equal. The seed is the SHA-256 of the figures, so that the same figures give the same ranks.

    Examples
    --------
    >>> ranks = rank_shares([0.90, 0.88, 0.70], [400, 400, 400], [30, 30, 30])
    >>> ranks.low.tolist(), ranks.high.tolist(), ranks.ties
    ([1, 1, 3], [2, 2, 3], [[0, 1]])
    """
    p, size, freedom = (np.asarray(column, dtype=np.float64) for column in (shares, n_effective, df))
    if not ((p >= 0) & (p <= 1)).all() or not (size > 0).all() or not (freedom > 0).all():
        raise ValueError("ranks need rates between 0 and 1, with effective sizes and degrees of freedom above 0")
    k = len(p)
    if k < 2:
        one = np.ones(k, dtype=np.intp)
        return Ranks(one, one, np.zeros((k, k), dtype=np.bool_), math.nan, level, [])
    place, error = np.arcsin(np.sqrt(p)), 1 / (2 * np.sqrt(size))
    together = np.eye(k) if correlation is None else np.asarray(correlation, dtype=np.float64)
    i, j = np.triu_indices(k, 1)
    variance = error[i] ** 2 + error[j] ** 2 - 2 * together[i, j] * error[i] * error[j]
    draws = draws or max(min(DRAWS, MOST_DIFFERENCES // len(i)), FEWEST_DRAWS)
    apart = np.sqrt(np.maximum(variance, 1e-12 * (error[i] ** 2 + error[j] ** 2)))
    critical = _find_critical(error, freedom, together, (i, j, apart), level, draws, _find_seed(p, size, freedom))
    difference = place[i] - place[j]
    above = np.zeros((k, k), dtype=np.bool_)
    above[i, j], above[j, i] = difference > critical * apart, -difference > critical * apart
    runs = _find_runs(np.argsort(-p, kind="stable"), ~(above | above.T))
    return Ranks(1 + above.sum(axis=0), k - above.sum(axis=1), above, critical, level, runs)


def _find_seed(*columns: NDArray[np.float64]) -> int:
    digest = hashlib.sha256(b"".join(np.round(column, 12).astype("<f8").tobytes() for column in columns))
    return int.from_bytes(digest.digest()[:8], "big")


def _find_critical(
    error: NDArray[np.float64],
    freedom: NDArray[np.float64],
    correlation: NDArray[np.float64],
    pairs: tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]],
    level: float,
    draws: int,
    seed: int,
) -> float:
    """Return the quantile of the largest standardised difference of two errors."""
    chance = np.random.default_rng(seed)
    k, (i, j, apart) = len(error), pairs
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    finite = np.isfinite(freedom)
    largest = np.empty(draws)
    size = max(PAIRS_AT_ONCE // len(i), 1)
    for start in range(0, draws, size):
        rows = min(size, draws - start)
        drawn = chance.standard_normal((rows, k)) @ root.T
        spread = np.ones((rows, k))
        if finite.any():
            spread[:, finite] = chance.chisquare(freedom[finite], (rows, int(finite.sum()))) / freedom[finite]
        errors = error * drawn / np.sqrt(spread)
        largest[start : start + rows] = (np.abs(errors[:, i] - errors[:, j]) / apart).max(axis=1)
    return float(np.quantile(largest, level))


def _find_runs(order: NDArray[np.intp], same: NDArray[np.bool_]) -> list[list[int]]:
    """Return runs of the order in which every pair is the same, none inside another, of two or more."""
    runs: list[tuple[int, int]] = []
    for first in range(len(order)):
        last = first
        while last + 1 < len(order) and same[order[last + 1], order[first : last + 1]].all():
            last += 1
        if last > first and (not runs or last > runs[-1][1]):
            runs.append((first, last))
    return [order[first : last + 1].tolist() for first, last in runs]
