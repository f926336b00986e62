"""Responses that equal another response, wholly or nearly."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.labels import Labels, check_length, number_labels
from analysis.quality.flags import Flag
from analysis.reliability.item_covariance import read_items

Matrix = NDArray[np.float64]

CELLS_AT_ONCE = 8_000_000
"""Pairs compared at once: some 100 MB."""


def find_exact_duplicates(
    answers: ArrayLike, *, minimum_answered: int | None = None, straight_lines: bool = False
) -> list[Flag]:
    """Flag the responses that equal an earlier response in every answer and every gap.

    Parameters
    ----------
    answers : array_like, shape (n, k)
        Answers as numbers or codes, NaN where missing.
    minimum_answered : int, optional
        Responses with fewer answers are not compared; None: half of k.
    straight_lines : bool
        Whether responses with one answer throughout are compared too: those are equal by honest chance.

    Returns
    -------
    list of Flag
        ``exact_duplicate`` for each response after the first of its kind, in the order of rows: `share` is 1,
        `compared_with` the first such row, `reference` how many responses are of the kind, the first included.

    Raises
    ------
    MeasureError
        ``too_few_items``, ``not_finite``.

    Notes
    -----
    Sorting finds equal rows, n·log n comparisons. The fewer and the more one-sided the items, the more honest pairs are
    equal; leave background questions in and judge the number of responses of a kind, not the pair.

    Examples
    --------
    >>> [(f.subject, f.compared_with) for f in find_exact_duplicates([[1, 4, 2], [3, 4, 5], [1, 4, 2]])]
    [('2', 'row 0')]
    """
    matrix = read_items(answers)
    missing = np.isnan(matrix)
    needed = math.ceil(matrix.shape[1] / 2) if minimum_answered is None else minimum_answered
    compared = (~missing).sum(axis=1) >= max(needed, 1)
    if not straight_lines:
        lowest = np.where(missing, math.inf, matrix).min(axis=1)
        compared &= np.where(missing, -math.inf, matrix).max(axis=1) != lowest
    rows = np.flatnonzero(compared)
    if rows.size == 0:
        return []
    # A gap equals a gap, and -0.0 equals 0.0, only after both are rewritten: bytes are compared.
    filled = np.ascontiguousarray(np.where(missing, math.inf, matrix + 0.0)[rows])
    kinds = filled.view(np.dtype((np.void, filled.dtype.itemsize * filled.shape[1]))).ravel()
    _, first, kind, count = np.unique(kinds, return_index=True, return_inverse=True, return_counts=True)
    originals = first[kind]
    repeats = np.flatnonzero(originals != np.arange(len(rows)))
    return [
        Flag("exact_duplicate", str(rows[i]), 1.0, f"row {rows[originals[i]]}", float(count[kind[i]])) for i in repeats
    ]


@dataclass(frozen=True, eq=False, slots=True)
class PercentMatch:
    """Each respondent's nearest other respondent.

    Attributes
    ----------
    share : ndarray, shape (n,)
        Part of the items both answered that they answered alike, from 0 to 1; NaN if nobody shares enough items.
    nearest : ndarray of int, shape (n,)
        The row of the other; -1 for none.
    mean_share : float
        The mean over all compared pairs: how alike two respondents of a group usually are; NaN for no pair.
    """

    share: NDArray[np.float64]
    nearest: NDArray[np.intp]
    mean_share: float


def match_answers(
    answers: ArrayLike, groups: Labels | None = None, *, minimum_common: int | None = None
) -> PercentMatch:
    """Find for each respondent the highest share of equal answers with another of the group.

    Parameters
    ----------
    answers : array_like, shape (n, k)
        Answers as codes, NaN where missing.
    groups : sequence of hashable, shape (n,), optional
        Pairs within a group are compared, usually those of one collector; None: all with all, n² pairs.
    minimum_common : int, optional
        Pairs with fewer items answered by both are left out; None: half of k.

    Returns
    -------
    PercentMatch

    Raises
    ------
    MeasureError
        ``too_few_items``, ``not_finite``, ``wrong_length``.

    Notes
    -----
    The maximum percent match of Kuriakose and Robbins (2016). Their cut of 0.85 holds for long questionnaires in
    ordinary populations; few items on which most agree, as in satisfaction, pass it honestly (Simmons et al. 2016), so
    compare collectors with each other. Equal answers are counted by a product of 0/1 matrices, block by block.

    Examples
    --------
    >>> match = match_answers([[1, 2, 3, 4], [1, 2, 3, 5], [5, 1, 1, 1]])
    >>> match.share.tolist(), match.nearest.tolist()
    ([0.75, 0.75, 0.0], [1, 0, 0])
    """
    matrix = read_items(answers)
    n, k = matrix.shape
    numbers, count = (np.zeros(n, dtype=np.intp), 1) if groups is None else number_labels(groups, "group")
    check_length(len(numbers), n, "groups")
    common = max(math.ceil(k / 2) if minimum_common is None else minimum_common, 1)
    share, nearest = np.full(n, math.nan), np.full(n, -1, dtype=np.intp)
    total, pairs = 0.0, 0
    order = np.argsort(numbers, kind="stable")
    for rows in np.split(order, np.cumsum(np.bincount(numbers, minlength=count))[:-1]):
        if len(rows) < 2:
            continue
        codes, valid = _indicate_answers(matrix[rows])
        block = max(CELLS_AT_ONCE // len(rows), 1)
        for start in range(0, len(rows), block):
            part = slice(start, start + block)
            both = valid[part] @ valid.T
            with np.errstate(divide="ignore", invalid="ignore"):
                shares = np.where(both >= common, (codes[part] @ codes.T) / both, -1.0)
            here = np.arange(len(shares))
            shares[here, start + here] = -1.0
            compared = shares >= 0
            total, pairs = total + float(shares[compared].sum(dtype=np.float64)), pairs + int(compared.sum())
            best = shares.argmax(axis=1)
            highest = shares[here, best]
            found = highest >= 0
            share[rows[part][found]] = highest[found]
            nearest[rows[part][found]] = rows[best[found]]
    return PercentMatch(share, nearest, total / pairs if pairs else math.nan)


def find_near_duplicates(
    answers: ArrayLike, groups: Labels | None = None, *, share: float = 0.85, minimum_common: int | None = None
) -> list[Flag]:
    """Flag the responses that share an unusual part of their answers with another of the group.

    Parameters
    ----------
    answers, groups, minimum_common
        As in `match_answers`.
    share : float
        Flag from this share on, in (0, 1].

    Returns
    -------
    list of Flag
        ``near_duplicate``, in the order of rows: `share` is the match with the row in `compared_with`, `reference` the
        mean match of all pairs.

    Raises
    ------
    MeasureError
        ``too_few_items``, ``not_finite``, ``wrong_length``.
    ValueError
        For a share outside (0, 1].

    Examples
    --------
    >>> [f.compared_with for f in find_near_duplicates([[1, 2, 3, 4], [1, 2, 3, 5], [5, 1, 1, 1]], share=0.75)]
    ['row 1', 'row 0']
    """
    if not 0 < share <= 1:
        raise ValueError(f"share is {share}; it must be above 0 and at most 1")
    match = match_answers(answers, groups, minimum_common=minimum_common)
    # Shares are quotients in single precision: 17/20 must not fall below 0.85.
    return [
        Flag("near_duplicate", str(row), float(match.share[row]), f"row {match.nearest[row]}", match.mean_share)
        for row in np.flatnonzero(match.share >= share - 1e-6)
    ]


def _indicate_answers(matrix: Matrix) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return a column of 0/1 for each answer given to each item, and one for each item answered."""
    columns = [(values[:, None] == np.unique(values[~np.isnan(values)])).astype(np.float32) for values in matrix.T]
    return np.hstack(columns), (~np.isnan(matrix)).astype(np.float32)
