"""Patterns in one respondent's answers: straight lines, long runs of one answer, gaps."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.quality.flags import Flag
from analysis.reliability.item_covariance import read_items
from analysis.reliability.straight_lines import mark_straight_lines, straight_line_share


def longest_runs(items: ArrayLike) -> NDArray[np.int64]:
    """Find each respondent's longest run of equal answers to items in a row.

    Parameters
    ----------
    items : array_like, shape (n, k)
        Answers in the order they were asked, NaN where missing; a gap ends a run.

    Returns
    -------
    ndarray of int, shape (n,)
        From 0 (nothing answered) to k.

    Raises
    ------
    MeasureError
        ``too_few_items``, ``not_finite``.

    Notes
    -----
    The long string index (Johnson 2005).

    Examples
    --------
    >>> longest_runs([[4, 4, 4, 2], [4, float("nan"), 4, 4], [1, 2, 3, 4]]).tolist()
    [3, 2, 1]
    """
    answers = read_items(items)
    run = (~np.isnan(answers[:, 0])).astype(np.int64)
    longest = run.copy()
    for item in range(1, answers.shape[1]):
        here = answers[:, item]
        run = np.where(here == answers[:, item - 1], run + 1, ~np.isnan(here))
        np.maximum(longest, run, out=longest)
    return longest


def missing_shares(items: ArrayLike, asked: ArrayLike | None = None) -> NDArray[np.float64]:
    """Return the share of the items asked that each respondent left out.

    Parameters
    ----------
    items : array_like, shape (n, k)
        NaN where missing.
    asked : array_like of bool, shape (n, k), optional
        Whether the item was put to the respondent; None: all were.

    Returns
    -------
    ndarray, shape (n,)
        From 0 to 1, NaN for whoever was asked nothing.

    Raises
    ------
    MeasureError
        ``too_few_items``, ``not_finite``.
    ValueError
        For `asked` of another shape.

    Examples
    --------
    >>> missing_shares([[4, float("nan")], [5, 5]]).tolist()
    [0.5, 0.0]
    """
    answers = read_items(items)
    put = np.ones(answers.shape, dtype=np.bool_) if asked is None else np.asarray(asked, dtype=np.bool_)
    if put.shape != answers.shape:
        raise ValueError(f"asked has shape {put.shape}, items {answers.shape}; they must agree")
    count = put.sum(axis=1)
    left_out = (np.isnan(answers) & put).sum(axis=1)
    return np.where(count > 0, left_out / np.maximum(count, 1), math.nan)


def find_straight_lines(items: ArrayLike, *, minimum_answered: int = 3) -> list[Flag]:
    """Flag the respondents who give the same answer to all items of a block.

    Parameters
    ----------
    items, minimum_answered
        As in `analysis.reliability.mark_straight_lines`.

    Returns
    -------
    list of Flag
        ``straight_line``: `share` is the part of the block answered so, `reference` the share of such respondents
        (``all_respondents``). Where most are content a straight line is common and says little.

    Raises
    ------
    MeasureError, ValueError
        As `analysis.reliability.mark_straight_lines`.

    Examples
    --------
    >>> find_straight_lines([[4, 4, 4], [4, 5, 4], [3, 4, 3], [2, 3, 4]])
    [Flag(code='straight_line', subject='0', share=1.0, compared_with='all_respondents', reference=0.25)]
    """
    marks = mark_straight_lines(items, minimum_answered=minimum_answered)
    common = straight_line_share(items, minimum_answered=minimum_answered)
    answered = 1 - missing_shares(items)
    return [
        Flag("straight_line", str(row), float(answered[row]), "all_respondents", common)
        for row in np.flatnonzero(marks == 1)
    ]


def find_long_runs(items: ArrayLike, *, share: float) -> list[Flag]:
    """Flag the respondents whose longest run of equal answers covers a share of the items or more.

    Parameters
    ----------
    items : array_like, shape (n, k)
        As in `longest_runs`.
    share : float
        In (0, 1]. There is no share that suits every questionnaire: look at the distribution of `longest_runs` and cut
        where it thins out (Johnson 2005).

    Returns
    -------
    list of Flag
        ``long_run``: `share` is run over items, `reference` the median of that (``median_run``).

    Raises
    ------
    MeasureError
        ``too_few_items``, ``not_finite``.
    ValueError
        For a share outside (0, 1].

    Examples
    --------
    >>> [flag.subject for flag in find_long_runs([[4, 4, 4, 2], [5, 4, 4, 3], [1, 2, 3, 4]], share=0.75)]
    ['0']
    """
    if not 0 < share <= 1:
        raise ValueError(f"share is {share}; it must be above 0 and at most 1")
    runs = longest_runs(items) / np.asarray(items).shape[1]
    median = float(np.median(runs)) if len(runs) else math.nan
    return [Flag("long_run", str(row), float(runs[row]), "median_run", median) for row in np.flatnonzero(runs >= share)]
