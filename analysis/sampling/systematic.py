"""Systematic sampling: along the cumulated probabilities in steps of one, from a given start."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.sampling.inclusion import read_probabilities

_NEAR = 1e-9


def select_systematically(probabilities: Sequence[float] | NDArray[np.float64], start: float) -> NDArray[np.bool_]:
    """Mark the units that a systematic sample with unequal probabilities takes.

    Parameters
    ----------
    probabilities : array_like, shape (N,)
        Inclusion probabilities π in [0, 1], in the order of the frame; the order decides what the sample can be.
    start : float
        u in [0, 1), drawn once for the stratum.

    Returns
    -------
    ndarray of bool, shape (N,)
        As many units as the probabilities sum to, or one of the two whole numbers beside a broken sum.

    Raises
    ------
    DesignError
        ``bad_probability`` with its row.
    ValueError
        For a start outside [0, 1).

    Notes
    -----
    With v the cumulated probabilities, unit k is taken if ⌊v_k - u⌋ > ⌊v_{k-1} - u⌋ (Madow 1949). Sums within
    1e-9 of a whole number count as that number: rounding errors must not lose the last unit.

    Examples
    --------
    >>> select_systematically([0.25, 0.25, 0.5, 0.5, 0.5], 0.3).tolist()
    [False, True, False, True, False]
    """
    if not 0 <= start < 1:
        raise ValueError(f"start is {start}; it must be at least 0 and below 1")
    values = read_probabilities(probabilities)
    cumulated = np.concatenate([[0.0], np.cumsum(values)])
    whole = np.round(cumulated)
    cumulated = np.where(np.abs(cumulated - whole) < _NEAR, whole, cumulated)
    # Floor(v - u) without the subtraction, which would round away a tiny start.
    steps = np.floor(cumulated) - (cumulated % 1.0 < start)
    return np.diff(steps) > 0
