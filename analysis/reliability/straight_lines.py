"""Straight lines: the same answer to every item of a block."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.reliability.item_covariance import read_items, read_weights


def mark_straight_lines(items: ArrayLike, *, minimum_answered: int = 3) -> NDArray[np.float64]:
    """Mark the respondents who give the same answer to all items of a block.

    Parameters
    ----------
    items : array_like, shape (n, k)
        Answers to the items of one block with one scale, NaN where missing.
    minimum_answered : int
        Whoever answered fewer items than this (2 or more) cannot be judged; above k it is k.

    Returns
    -------
    ndarray, shape (n,)
        1 for a straight line among the answers given, 0 for none, NaN if it cannot be judged: the column that
        ``design.proportion`` takes.

    Raises
    ------
    MeasureError
        ``too_few_items``, ``not_finite``.
    ValueError
        For `minimum_answered` below 2.

    Notes
    -----
    A straight line may be an honest answer: whoever is content with everything says "4" throughout. A share well above
    that of other collectors or other blocks says more than one line (Schonlau and Toepoel 2015).

    Examples
    --------
    >>> mark_straight_lines([[4, 4, 4], [4, 5, 4], [3, 3, float("nan")]]).tolist()
    [1.0, 0.0, nan]
    """
    if minimum_answered < 2:
        raise ValueError(f"minimum_answered is {minimum_answered}; one answer alone is no line, use 2 or more")
    answers = read_items(items)
    answered = (~np.isnan(answers)).sum(axis=1)
    highest = np.where(np.isnan(answers), -math.inf, answers).max(axis=1)
    lowest = np.where(np.isnan(answers), math.inf, answers).min(axis=1)
    judged = answered >= min(minimum_answered, answers.shape[1])
    return np.where(judged, (highest == lowest).astype(np.float64), math.nan)


def straight_line_share(items: ArrayLike, weights: ArrayLike | None = None, *, minimum_answered: int = 3) -> float:
    """Return the share of respondents with a straight line.

    Parameters
    ----------
    items, minimum_answered
        As in `mark_straight_lines`.
    weights : array_like, shape (n,), optional
        Sampling weights; None: all 1.

    Returns
    -------
    float
        From 0 to 1; NaN if nobody can be judged.

    Raises
    ------
    MeasureError
        As `mark_straight_lines`; ``wrong_length``, ``bad_weight``.
    ValueError
        For `minimum_answered` below 2.

    Examples
    --------
    >>> straight_line_share([[4, 4, 4], [4, 5, 4], [3, 3, 3], [5, 4, 3]])
    0.5
    """
    marks = mark_straight_lines(items, minimum_answered=minimum_answered)
    weight = read_weights(weights, len(marks))
    judged = ~np.isnan(marks)
    total = float(weight[judged].sum())
    return float(weight[judged] @ marks[judged]) / total if total > 0 else math.nan
