"""Expectation: how much of it is met, how far satisfaction lags behind, and what to improve first."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import MeasureError
from analysis.indices.answers import FIVE_LEVELS, AnswerScale, Column, Matrix, PooledColumns

Quadrant = Literal["improve_first", "keep_up", "improve_later", "enough"]


def read_expectation_met(percent: ArrayLike, *, ceiling: float = 200.0) -> Column:
    """Read the percentage of their expectation that respondents say was met, for ``design.mean``.

    Parameters
    ----------
    percent : array_like, shape (n,)
        0 or more; more than 100 is better than expected; NaN where missing.
    ceiling : float
        The highest percentage to believe, 100 or more.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    MeasureError
        ``wrong_length``, ``off_scale`` with the row of a value below 0 or above the ceiling.
    ValueError
        For a ceiling below 100.

    Examples
    --------
    >>> read_expectation_met([80, 120, float("nan")]).tolist()
    [80.0, 120.0, nan]
    """
    if not ceiling >= 100:
        raise ValueError(f"ceiling is {ceiling}; expectations may be met by more than 100 percent")
    column = np.asarray(percent, dtype=np.float64)
    if column.ndim != 1:
        raise MeasureError("wrong_length", f"percent must have shape (n,); got {column.shape}")
    bad = (column < 0) | (column > ceiling)
    if bad.any():
        message = f"a percentage lies outside 0 to {ceiling:g}; mend it, leave it missing or raise the ceiling"
        raise MeasureError("off_scale", message, int(np.argmax(bad)))
    return column


def compare_with_expectation(
    satisfaction: ArrayLike, expectation: ArrayLike, scale: AnswerScale = FIVE_LEVELS
) -> PooledColumns:
    """Set satisfaction against expectation over the items where a respondent gave both.

    Parameters
    ----------
    satisfaction, expectation : array_like, shape (n, k)
        Two answers to each item on the same scale, NaN where missing.
    scale : AnswerScale

    Returns
    -------
    PooledColumns
        Sums of points of satisfaction and of expectation; 100 times their ratio is the percentage of the expectation
        met, which passes 100 where the service exceeds it.

    Raises
    ------
    MeasureError
        ``off_scale``; ``wrong_length`` for two shapes.

    Examples
    --------
    >>> sums = compare_with_expectation([[4, 3, 5]], [[5, 4, float("nan")]])
    >>> sums.numerator.tolist(), sums.denominator.tolist()
    ([7.0], [9.0])
    """
    got, wanted = _read_pairs(satisfaction, expectation, scale)
    return PooledColumns(np.nansum(got, axis=1), np.nansum(wanted, axis=1))


def mean_gap(satisfaction: ArrayLike, expectation: ArrayLike, scale: AnswerScale = FIVE_LEVELS) -> Column:
    """Average satisfaction minus expectation over the items where a respondent gave both, for ``design.mean``.

    Parameters
    ----------
    satisfaction, expectation, scale
        As in `compare_with_expectation`.

    Returns
    -------
    ndarray, shape (n,)
        Points of the scale, negative where expectation is not met (the gap score of Parasuraman, Zeithaml and Berry
        1988); NaN for whoever gave no item both answers.

    Raises
    ------
    MeasureError
        As `compare_with_expectation`.

    Examples
    --------
    >>> mean_gap([[4, 3, 5]], [[5, 4, float("nan")]]).tolist()
    [-1.0]
    """
    got, wanted = _read_pairs(satisfaction, expectation, scale)
    both = (~np.isnan(got)).sum(axis=1)
    return np.where(both > 0, np.nansum(got - wanted, axis=1) / np.maximum(both, 1), math.nan)


@dataclass(frozen=True, slots=True)
class Priority:
    """Where one item stands between what people get and what they want.

    Attributes
    ----------
    item : str
    satisfied, wanted : float
        Its rates.
    quadrant : {"improve_first", "keep_up", "improve_later", "enough"}
        Little satisfied and much wanted; much of both; little of both; much satisfied and little wanted.
    """

    item: str
    satisfied: float
    wanted: float
    quadrant: Quadrant


def set_priorities(
    satisfied: Mapping[str, float],
    wanted: Mapping[str, float],
    *,
    satisfied_cut: float | None = None,
    wanted_cut: float | None = None,
) -> list[Priority]:
    """Sort items into four fields by satisfaction and expectation, the most urgent first.

    Parameters
    ----------
    satisfied, wanted : mapping of str to float
        Rates of the same items: satisfied, and wishing the item improved.
    satisfied_cut, wanted_cut : float, optional
        What parts little from much; None: the mean of the items. A rate equal to the cut is much.

    Returns
    -------
    list of Priority
        ``improve_first`` before the others, then by the largest difference wanted - satisfied.

    Raises
    ------
    MeasureError
        ``different_items``, ``not_finite``, ``no_items``.

    Notes
    -----
    Importance-performance analysis (Martilla and James 1977). Rates are estimates: a place near a cut is no finding.

    Examples
    --------
    >>> [p.quadrant for p in set_priorities({"fee": 0.9, "time": 0.6}, {"fee": 0.3, "time": 0.8})]
    ['improve_first', 'enough']
    """
    if set(satisfied) != set(wanted):
        item = min(set(satisfied) ^ set(wanted))
        raise MeasureError("different_items", f"item {item!r} has only one of the two rates; give both or neither")
    if not satisfied:
        raise MeasureError("no_items", "give at least one item")
    for item in satisfied:
        if not (math.isfinite(satisfied[item]) and math.isfinite(wanted[item])):
            raise MeasureError("not_finite", f"item {item!r} has no rate; leave it out")
    low = sum(satisfied.values()) / len(satisfied) if satisfied_cut is None else satisfied_cut
    high = sum(wanted.values()) / len(wanted) if wanted_cut is None else wanted_cut
    names: dict[tuple[bool, bool], Quadrant] = {
        (False, True): "improve_first",
        (True, True): "keep_up",
        (False, False): "improve_later",
        (True, False): "enough",
    }
    placed = [
        Priority(item, satisfied[item], wanted[item], names[satisfied[item] >= low, wanted[item] >= high])
        for item in satisfied
    ]
    return sorted(placed, key=lambda p: (p.quadrant != "improve_first", p.satisfied - p.wanted, p.item))


def _read_pairs(satisfaction: ArrayLike, expectation: ArrayLike, scale: AnswerScale) -> tuple[Matrix, Matrix]:
    """Read both answers and blank each where the other is missing."""
    got, wanted = scale.read(satisfaction), scale.read(expectation)
    if got.shape != wanted.shape:
        raise MeasureError("wrong_length", f"satisfaction has shape {got.shape}, expectation {wanted.shape}")
    missing = np.isnan(got) | np.isnan(wanted)
    got[missing] = wanted[missing] = np.nan
    return got, wanted
