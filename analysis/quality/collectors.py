"""Compare each collector with the rest: time taken, straight lines, gaps, satisfaction."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import MeasureError
from analysis.indices.answers import FIVE_LEVELS, AnswerScale
from analysis.indices.satisfaction import count_satisfied
from analysis.labels import Labels, check_length, number_labels
from analysis.quality.flags import Flag
from analysis.quality.outlier_tests import (
    Direction,
    compare_ranked,
    compare_shares,
    normal_p,
    rank_with_ties,
    robust_z,
)
from analysis.quality.patterns import missing_shares
from analysis.reliability.straight_lines import mark_straight_lines
from analysis.verdict import adjust

Column = NDArray[np.float64]
Kind = Literal["share", "ranks", "median"]


@dataclass(frozen=True, eq=False, slots=True)
class CollectorMeasure:
    """A figure of each respondent by which collectors are compared.

    Attributes
    ----------
    code : str
        Names the flag.
    values : ndarray, shape (n,)
        One value a respondent, NaN where it has none; 0 and 1 for ``share``.
    kind : {"share", "ranks", "median"}
        ``share``: Fisher's exact test of the shares. ``ranks``: Mann and Whitney's test by the normal distribution.
        ``median``: the robust z of the collector's median among the collectors' medians, for few responses a collector
        and many collectors.
    direction : {"low", "high", "both"}
        What is worth a look: a figure below the rest, above, or both.
    """

    code: str
    values: Column
    kind: Kind
    direction: Direction = "both"


@dataclass(frozen=True, slots=True)
class CollectorComparison:
    """One collector against the rest by one measure.

    Attributes
    ----------
    code : str
    collector : hashable
    n, n_rest : int
        Responses with a value.
    value, rest_value : float
        The collector's figure and that of the rest: a share, or a median.
    p_value : float
    p_adjusted : float
        After Benjamini and Hochberg over all comparisons of the call.
    """

    code: str
    collector: Hashable
    n: int
    n_rest: int
    value: float
    rest_value: float
    p_value: float
    p_adjusted: float


def measure_responses(
    items: ArrayLike, seconds: ArrayLike | None = None, scale: AnswerScale = FIVE_LEVELS
) -> list[CollectorMeasure]:
    """Return the usual measures: ``fast``, ``straight_lines``, ``missing`` and ``satisfied``.

    Parameters
    ----------
    items : array_like, shape (n, k)
        Answers to a block of satisfaction items, NaN where missing, at least two.
    seconds : array_like, shape (n,), optional
        Time of the response; NaN where not measured.
    scale : AnswerScale
        Its `not_counted` codes are answers in judging gaps and straight lines, but not satisfied or dissatisfied.

    Returns
    -------
    list of CollectorMeasure
        ``fast`` only with `seconds`.

    Raises
    ------
    MeasureError
        ``off_scale``, ``too_few_items``, ``not_finite``, ``wrong_length``.

    Examples
    --------
    >>> [measure.code for measure in measure_responses([[4, 4], [5, 3]], [60, 90])]
    ['fast', 'straight_lines', 'missing', 'satisfied']
    """
    gaps = missing_shares(items)
    counts = count_satisfied(items, scale)
    satisfied = np.full(len(gaps), math.nan)
    np.divide(counts.numerator, counts.denominator, out=satisfied, where=counts.denominator > 0)
    measures = [
        CollectorMeasure("straight_lines", mark_straight_lines(items), "share", "high"),
        CollectorMeasure("missing", gaps, "ranks", "high"),
        CollectorMeasure("satisfied", satisfied, "ranks", "both"),
    ]
    if seconds is not None:
        times = np.asarray(seconds, dtype=np.float64)
        check_length(len(times) if times.ndim == 1 else -1, len(gaps), "seconds")
        measures.insert(0, CollectorMeasure("fast", times, "ranks", "low"))
    return measures


def compare_collectors(
    collectors: Labels,
    measures: Sequence[CollectorMeasure],
    *,
    areas: Labels | None = None,
    minimum_caseload: int = 20,
) -> list[CollectorComparison]:
    """Compare each collector with the respondents of all others.

    Parameters
    ----------
    collectors : sequence of hashable, shape (n,)
        Who brought in each response.
    measures : sequence of CollectorMeasure
    areas : sequence of hashable, shape (n,), optional
        Where each response is from; the rest are then the others' respondents in the areas where the collector worked,
        so that a collector is not taken for the commune. Without such others a comparison is left out. Not for
        ``median``.
    minimum_caseload : int
        Collectors with fewer responses of a measure are neither compared nor, for ``median``, part of the reference.

    Returns
    -------
    list of CollectorComparison
        By adjusted p value, the smallest first.

    Raises
    ------
    MeasureError
        ``wrong_length``, ``not_finite``, ``not_binary`` for a share of other values than 0 and 1.
    DesignError
        ``missing_label``.
    ValueError
        For `minimum_caseload` below 2, or an unknown kind or direction.

    Notes
    -----
    The tests suppose that respondents would be alike whoever asked. A collector with a difficult commune differs
    honestly, so a flag is a reason to look, by telephone or a second visit, and no verdict. Benjamini and Hochberg
    (1995) keep the expected share of false flags below the level.

    Examples
    --------
    >>> measure = CollectorMeasure("straight_lines", np.array([1.0] * 20 + [0, 1] * 40), "share", "high")
    >>> found = compare_collectors(["a"] * 20 + ["b"] * 40 + ["c"] * 40, [measure])
    >>> found[0].collector, found[0].value, found[0].rest_value, round(found[0].p_adjusted, 5)
    ('a', 1.0, 0.5, 2e-05)
    """
    if minimum_caseload < 2:
        raise ValueError(f"minimum_caseload is {minimum_caseload}; use 2 or more")
    numbers, count = number_labels(collectors, "collector")
    names = list(dict.fromkeys(collectors.tolist() if isinstance(collectors, np.ndarray) else collectors))
    places: NDArray[np.intp] | None = None
    if areas is not None:
        places = number_labels(areas, "area")[0]
        check_length(len(places), len(numbers), "areas")
    found: list[CollectorComparison] = []
    for measure in measures:
        values = _read_measure(measure, len(numbers))
        caseload = np.bincount(numbers[~np.isnan(values)], minlength=count)
        large = [collector for collector in range(count) if caseload[collector] >= minimum_caseload]
        if measure.kind == "median":
            compared = _compare_medians(measure, values, numbers, large)
        else:
            compared = _compare_with_rest(measure, values, numbers, large, places)
        found += [replace(comparison, collector=names[place]) for place, comparison in compared]
    adjusted = adjust([comparison.p_value for comparison in found], "bh")
    judged = [replace(one, p_adjusted=float(p)) for one, p in zip(found, adjusted, strict=True)]
    return sorted(judged, key=lambda one: (one.p_adjusted, one.p_value))


def flag_collectors(comparisons: Sequence[CollectorComparison], level: float = 0.05) -> list[Flag]:
    """Flag the comparisons whose adjusted p value is at most the level.

    Parameters
    ----------
    comparisons : sequence of CollectorComparison
        All of one call of `compare_collectors`.
    level : float
        The share of false flags to put up with, in (0, 1).

    Returns
    -------
    list of Flag
        `share` is the collector's figure, `reference` that of the rest (``rest_of_collectors``).

    Raises
    ------
    ValueError
        For a level outside (0, 1).

    Examples
    --------
    >>> one = CollectorComparison("missing", "a", 30, 400, 0.4, 0.02, 0.0001, 0.003)
    >>> flag_collectors([one])
    [Flag(code='missing', subject='a', share=0.4, compared_with='rest_of_collectors', reference=0.02)]
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it must lie between 0 and 1, such as 0.05")
    return [
        Flag(one.code, str(one.collector), one.value, "rest_of_collectors", one.rest_value)
        for one in comparisons
        if one.p_adjusted <= level
    ]


def _read_measure(measure: CollectorMeasure, n: int) -> Column:
    if measure.kind not in ("share", "ranks", "median") or measure.direction not in ("low", "high", "both"):
        raise ValueError(f"measure {measure.code!r} has kind {measure.kind!r} and direction {measure.direction!r}")
    values = np.asarray(measure.values, dtype=np.float64)
    check_length(len(values) if values.ndim == 1 else -1, n, f"measure {measure.code!r}")
    if np.isinf(values).any():
        raise MeasureError("not_finite", f"measure {measure.code!r} is infinite", int(np.argmax(np.isinf(values))))
    strange = ~(np.isnan(values) | (values == 0) | (values == 1))
    if measure.kind == "share" and strange.any():
        raise MeasureError("not_binary", f"measure {measure.code!r} takes 0, 1 or NaN", int(np.argmax(strange)))
    return values


def _compare_with_rest(
    measure: CollectorMeasure,
    values: Column,
    numbers: NDArray[np.intp],
    large: list[int],
    places: NDArray[np.intp] | None,
) -> list[tuple[int, CollectorComparison]]:
    """Test each collector against the others' respondents, in the same areas if `places` are given."""
    known = ~np.isnan(values)
    values, numbers = values[known], numbers[known]
    places = places[known] if places is not None else None
    # Ranked once for all collectors unless each has a rest of its own.
    ranking = rank_with_ties(values) if measure.kind == "ranks" and places is None else None
    comparisons = []
    for collector in large:
        inside, here = numbers == collector, values
        if places is not None:
            near = np.isin(places, places[inside])
            inside, here = inside[near], values[near]
        own, rest = here[inside], here[~inside]
        if len(rest) == 0:
            continue
        if measure.kind == "share":
            p = compare_shares(int(own.sum()), len(own), int(rest.sum()), len(rest), measure.direction)
            figures = float(own.mean()), float(rest.mean())
        else:
            p = compare_ranked(*(ranking or rank_with_ties(here)), inside, measure.direction)
            figures = float(np.median(own)), float(np.median(rest))
        comparison = CollectorComparison(measure.code, collector, len(own), len(rest), *figures, p, math.nan)
        comparisons.append((collector, comparison))
    return comparisons


def _compare_medians(
    measure: CollectorMeasure, values: Column, numbers: NDArray[np.intp], large: list[int]
) -> list[tuple[int, CollectorComparison]]:
    """Place each collector's median among the medians of all collectors with a caseload."""
    if not large:
        return []
    known = ~np.isnan(values)
    sizes = [int((known & (numbers == collector)).sum()) for collector in large]
    medians = np.array([np.median(values[known & (numbers == collector)]) for collector in large])
    middle, everyone = float(np.median(medians)), sum(sizes)
    comparisons = []
    for collector, n, own, z in zip(large, sizes, medians.tolist(), robust_z(medians).tolist(), strict=True):
        p = normal_p(z, measure.direction)
        comparisons.append(
            (collector, CollectorComparison(measure.code, collector, n, everyone - n, own, middle, p, math.nan))
        )
    return comparisons
