"""Satisfaction indices as columns of respondents: pooled satisfied share, mean score, all items satisfied.

The estimate and its interval come from a `SurveyDesign`, which takes these columns.
"""

import math
from collections.abc import Collection
from typing import Literal, TypeVar, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.indices.answers import FIVE_LEVELS, AnswerScale, Column, PooledColumns

AllSatisfiedRule = Literal["answered", "complete", "decided"]
Score = TypeVar("Score", float, NDArray[np.float64])


def count_satisfied(answers: ArrayLike, scale: AnswerScale = FIVE_LEVELS) -> PooledColumns:
    """Count each respondent's satisfied answers and answers, for the pooled satisfaction index.

    Parameters
    ----------
    answers : array_like, shape (n, k)
        Answers to the items of an index or of one of its factors, NaN where missing.
    scale : AnswerScale

    Returns
    -------
    PooledColumns
        Their ratio is Σ satisfied/Σ answers over respondents and items: the index of SIPAS.

    Raises
    ------
    MeasureError
        ``off_scale``, ``wrong_length``.

    Examples
    --------
    >>> counts = count_satisfied([[5, 3, 0], [4, 4, float("nan")]])
    >>> counts.numerator.tolist(), counts.denominator.tolist()
    ([1.0, 2.0], [2.0, 2.0])
    """
    return count_codes(answers, scale.satisfied, scale)


def count_codes(answers: ArrayLike, codes: Collection[int], scale: AnswerScale = FIVE_LEVELS) -> PooledColumns:
    """Count each respondent's answers with given codes, such as the levels "neutral" (3) or "dissatisfied" (1, 2).

    Parameters
    ----------
    answers, scale
        As in `count_satisfied`.
    codes : collection of int
        On the scale.

    Returns
    -------
    PooledColumns
        Counts over codes that part the scale add up to the number of answers.

    Raises
    ------
    MeasureError
        As `count_satisfied`.
    ValueError
        For a code off the scale.

    Examples
    --------
    >>> count_codes([[5, 3, 2], [1, 4, 3]], {1, 2}).numerator.tolist()
    [1.0, 1.0]
    """
    strange = set(codes) - set(range(scale.lowest, scale.highest + 1))
    if strange:
        raise ValueError(f"code {min(strange)} is not on the scale, {scale.lowest} to {scale.highest}")
    matrix = scale.read(answers)
    counted = np.isin(matrix, list(codes)).sum(axis=1)
    return PooledColumns(counted.astype(np.float64), (~np.isnan(matrix)).sum(axis=1).astype(np.float64))


def sum_scores(answers: ArrayLike, scale: AnswerScale = FIVE_LEVELS) -> PooledColumns:
    """Add up each respondent's answers, for the mean score over all answers, Σ v·n_v/Σ n_v.

    Parameters
    ----------
    answers, scale
        As in `count_satisfied`.

    Returns
    -------
    PooledColumns
        Sum of points, and number of answers.

    Raises
    ------
    MeasureError
        As `count_satisfied`.

    Examples
    --------
    >>> scores = sum_scores([[5, 3, 0], [4, 4, 4]])
    >>> scores.numerator.tolist(), scores.denominator.tolist()
    ([8.0, 12.0], [2.0, 3.0])
    """
    matrix = scale.read(answers)
    return PooledColumns(np.nansum(matrix, axis=1), (~np.isnan(matrix)).sum(axis=1).astype(np.float64))


def mean_score(answers: ArrayLike, scale: AnswerScale = FIVE_LEVELS, *, minimum_answered: int = 1) -> Column:
    """Average each respondent's answers, for ``design.mean``.

    Parameters
    ----------
    answers : array_like, shape (n, k)
    scale : AnswerScale
    minimum_answered : int
        Whoever answered fewer items (at least 1) has no score.

    Returns
    -------
    ndarray, shape (n,)
        In points of the scale, NaN for no score. Every respondent weighs the same, however many items he answered;
        in `sum_scores` every answer does.

    Raises
    ------
    MeasureError
        ``off_scale``, ``wrong_length``.
    ValueError
        For `minimum_answered` below 1.

    Examples
    --------
    >>> mean_score([[5, 3, 0], [4, 4, 4], [0, 0, 0]]).tolist()
    [4.0, 4.0, nan]
    """
    if minimum_answered < 1:
        raise ValueError(f"minimum_answered is {minimum_answered}; a score needs at least 1 answer")
    scores = sum_scores(answers, scale)
    column = np.full(len(scores.numerator), math.nan)
    enough = scores.denominator >= minimum_answered
    column[enough] = scores.numerator[enough] / scores.denominator[enough]
    return column


def rescale_to_100(score: Score, scale: AnswerScale = FIVE_LEVELS) -> Score:
    """Rescale points to 0-100: (x - lowest)/(highest - lowest)·100.

    Parameters
    ----------
    score : float or ndarray
        Points of respondents, an estimate or its limits; a standard error is multiplied by 100/(highest - lowest) only.
    scale : AnswerScale

    Returns
    -------
    float or ndarray
        As `score`.

    Examples
    --------
    >>> rescale_to_100(4.04)
    76.0
    """
    return (score - scale.lowest) / (scale.highest - scale.lowest) * 100


def rescale_to_highest(score: Score, scale: AnswerScale = FIVE_LEVELS) -> Score:
    """Rescale points to a percentage of the highest: x/highest·100, as hospitals publish their score.

    A score at the bottom of a scale from 1 to 5 gives 20, not 0: never beside a figure of `rescale_to_100`.

    Parameters
    ----------
    score : float or ndarray
        In points of the scale.
    scale : AnswerScale

    Returns
    -------
    float or ndarray
        Percent.

    Examples
    --------
    >>> round(rescale_to_highest(4.04), 1)
    80.8
    """
    return score / scale.highest * 100


def all_satisfied(
    answers: ArrayLike, scale: AnswerScale = FIVE_LEVELS, *, rule: AllSatisfiedRule = "answered"
) -> Column:
    """Mark the respondents who are satisfied with every item, for ``design.proportion``.

    Parameters
    ----------
    answers : array_like, shape (n, k)
    scale : AnswerScale
    rule : {"answered", "complete", "decided"}
        What missing answers do. ``answered``: only the answers given count. ``complete``: whoever left one out is
        missing. ``decided``: whoever left one out is 0 if an answer given is not satisfied, missing otherwise.

    Returns
    -------
    ndarray, shape (n,)
        1, 0, or NaN; NaN for whoever answered nothing, whatever the rule.

    Raises
    ------
    MeasureError
        ``off_scale``, ``wrong_length``.
    ValueError
        For another rule.

    Notes
    -----
    ``answered`` leans upwards, as fewer answers are more easily all satisfied. ``decided`` leans downwards: of those
    with a gap it keeps only the dissatisfied.

    Examples
    --------
    >>> answers = [[5, 4], [5, 0], [3, 0]]
    >>> all_satisfied(answers).tolist(), all_satisfied(answers, rule="decided").tolist()
    ([1.0, 1.0, 0.0], [1.0, nan, 0.0])
    """
    if rule not in get_args(AllSatisfiedRule):
        raise ValueError(f"unknown rule {rule!r}; use one of {', '.join(get_args(AllSatisfiedRule))}")
    counts = count_satisfied(answers, scale)
    everything = counts.denominator == np.asarray(answers).shape[1]
    satisfied = (counts.numerator == counts.denominator).astype(np.float64)
    known = counts.denominator > 0
    if rule == "complete":
        known &= everything
    elif rule == "decided":
        known &= everything | (satisfied == 0)
    return np.where(known, satisfied, math.nan)
