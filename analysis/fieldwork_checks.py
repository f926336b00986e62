"""Checks of fieldwork: does one collector bring in one answer far more, or less, often than the others do?

The comparison knows that collectors differ honestly: each has a commune and a way of asking. How much they differ is
estimated from the others, and only what goes beyond it is unusual. A finding is a reason to look, and no verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, gammaln

from analysis.verdict import adjust

Counts = NDArray[np.int64]
Column = NDArray[np.float64]

MINIMUM_ANSWERS = 20
#: With fewer others nobody can tell which of them differs.
_FEWEST_OTHERS = 3
_LARGEST_INTRACLASS = 0.999
#: Interviewers' correlations are seldom above this in surveys face to face (West and Blom 2017), so it stands for what
#: few collectors cannot show.
_USUAL_INTRACLASS = 0.08
#: The correlation is taken at its upper limit of one minus this level: an estimate from few collectors may be too low.
_DOUBT = 0.05


@dataclass(frozen=True, slots=True)
class ShareComparison:
    """A collector's most frequent answer to an item, against the others in the same strata.

    Attributes
    ----------
    collector : int
        Row of the tables.
    item : str
    answer : int
        Column of the answer that the collector brought in most often.
    n, n_rest : int
        Answers of the collector, and of the others.
    share, rest_share : float
        Share of that answer; of the others as if they had worked in the strata where the collector did.
    intraclass : float
        How alike the answers of one collector may be among the others: 0 where collectors do not matter.
    p_value : float
        Two-sided, and corrected for choosing the most frequent of several answers.
    p_adjusted : float
        After Benjamini and Hochberg (1995) over all comparisons of the call.
    """

    collector: int
    item: str
    answer: int
    n: int
    n_rest: int
    share: float
    rest_share: float
    intraclass: float
    p_value: float
    p_adjusted: float


def compare_top_answers(
    tables: Mapping[str, NDArray[np.integer]], *, minimum: int = MINIMUM_ANSWERS
) -> list[ShareComparison]:
    """Compare each collector's most frequent answer to each item with what the others brought in.

    Parameters
    ----------
    tables : mapping of str to ndarray, shape (collectors, strata, answers)
        How often each answer was given, for each item; the same collectors and strata in all.
    minimum : int
        Collectors with fewer answers to an item are not compared. A stratum where the others have fewer, or are fewer
        than three collectors, takes the share of all strata instead.

    Returns
    -------
    list of ShareComparison
        One for each collector and item that can be compared, the smallest adjusted p value first; none for an item
        with fewer than four collectors.

    Raises
    ------
    ValueError
        For a table that is not three-dimensional, holds a negative count, or has other collectors or strata than the
        first; for `minimum` below 2.

    Notes
    -----
    The number of such answers is taken as beta-binomial. Its mean is the share of the others in the collector's strata,
    its intraclass correlation the sum of that between the other collectors and of the uncertainty of the others' share.
    The former is the upper 95% limit of the moment estimate (Kleinman 1973, with the chi-squared limit of its sum of
    squares), but no more than 0.08, or twice the estimate. The p value is twice the smaller tail, times the number of
    answers among which the most frequent was picked. Several collectors who all do the same widen what counts as
    honest, so the test then finds less, not more.

    Examples
    --------
    >>> table = np.array([[[30, 10]], [[24, 16]], [[26, 14]], [[22, 18]], [[1, 59]]])
    >>> found = compare_top_answers({"q1": table})
    >>> found[0].collector, found[0].answer, round(found[0].share, 3), found[0].p_adjusted < 0.001
    (4, 1, 0.983, True)
    """
    if minimum < 2:
        raise ValueError(f"minimum is {minimum}; use 2 or more")
    shapes = {np.shape(table)[:2] for table in tables.values()}
    if len(shapes) > 1:
        raise ValueError("the tables have different collectors or strata")
    found = [row for item, table in tables.items() for row in _compare_item(item, _read_table(item, table), minimum)]
    adjusted = adjust([row[-1] for row in found], "bh")
    judged = [ShareComparison(*row, p_adjusted=float(p)) for row, p in zip(found, adjusted, strict=True)]
    return sorted(judged, key=lambda one: (one.p_adjusted, one.p_value, one.collector, one.item))


_Row = tuple[int, str, int, int, int, float, float, float, float]


def _read_table(item: str, table: NDArray[np.integer]) -> Counts:
    counts = np.asarray(table, dtype=np.int64)
    if counts.ndim != 3:
        raise ValueError(f"the table of {item!r} must have the shape (collectors, strata, answers)")
    if (counts < 0).any():
        raise ValueError(f"the table of {item!r} holds a negative count")
    return counts


def _compare_item(item: str, table: Counts, minimum: int) -> Iterator[_Row]:
    here = table.sum(axis=2)
    own = here.sum(axis=1)
    totals = table.sum(axis=1)
    answers = int((totals.sum(axis=0) > 0).sum())
    compared = np.flatnonzero((own >= minimum) & (own.sum() - own >= minimum))
    if (own > 0).sum() <= _FEWEST_OTHERS:
        return
    top = totals.argmax(axis=1)
    for answer in np.unique(top[compared]):
        chosen = compared[top[compared] == answer]
        means, intraclass, between = _predict(table[:, :, answer], here, chosen, minimum)
        n, x = own[chosen], totals[chosen, answer]
        p_values = np.minimum(beta_binomial_p(x, n, means, intraclass) * answers, 1.0)
        yield from zip(
            chosen.tolist(),
            [item] * len(chosen),
            [int(answer)] * len(chosen),
            n.tolist(),
            (own.sum() - n).tolist(),
            (x / n).tolist(),
            means.tolist(),
            between.tolist(),
            p_values.tolist(),
            strict=True,
        )


def _predict(hits: Counts, here: Counts, chosen: NDArray[np.intp], minimum: int) -> tuple[Column, Column, Column]:
    """For each chosen collector by the others alone: mean, intraclass correlation to test with, that of the others."""
    own = here.sum(axis=1)
    rest_n, rest_x = here.sum(axis=0) - here[chosen], hits.sum(axis=0) - hits[chosen]
    all_n, all_x = rest_n.sum(axis=1, keepdims=True), rest_x.sum(axis=1, keepdims=True)
    worked = here > 0
    enough = (rest_n >= minimum) & (worked.sum(axis=0) - worked[chosen] >= _FEWEST_OTHERS)
    # half an answer of either kind keeps the share of an answer that nobody else gave above 0
    shares = np.where(enough, (rest_x + 0.5) / (rest_n + 1), (all_x + 0.5) / (all_n + 1))
    base = np.where(enough, rest_n, all_n)
    weights = here[chosen] / own[chosen, None]
    means = (weights * shares).sum(axis=1)
    squares = (here**2).sum(axis=0) - here[chosen] ** 2
    alike = np.where(enough, squares / np.maximum(rest_n, 1), squares.sum(axis=1, keepdims=True) / all_n)
    between = _between_others(hits, here, chosen, shares, base)
    uncertain = (weights**2 * (1 + (alike - 1).clip(0) * between[:, None]) / base).sum(axis=1)
    return means, np.minimum(between + uncertain, _LARGEST_INTRACLASS), between


def _between_others(hits: Counts, here: Counts, chosen: NDArray[np.intp], shares: Column, base: Counts) -> Column:
    """The highest likely intraclass correlation among the others of each chosen collector, by moments."""
    own = here.sum(axis=1)
    n = np.maximum(own, 1)
    expected = (here / n[:, None]) @ shares.T  # (collectors, chosen)
    chi = hits.sum(axis=1)[:, None] / n[:, None] - expected
    chi *= chi
    chi /= expected * (1 - expected)
    statistic = own @ chi - own[chosen] * chi[chosen, np.arange(len(chosen))]
    squares = here**2 / n[:, None]
    reach = own.sum() - own[chosen] - ((squares.sum(axis=0) - squares[chosen]) / base).sum(axis=1)
    strata = (here[chosen] > 0).sum(axis=1) if here.shape[1] > 1 else 1
    freedom = np.maximum((own > 0).sum() - 1 - strata, 0).astype(np.float64)
    room = reach - freedom
    known = (freedom >= 1) & (room > 0)
    lowest = chdtri(np.where(known, freedom, 1), 1 - _DOUBT)
    likely = np.where(known, (statistic - freedom) / np.where(known, room, 1), 0.0)
    high = np.where(known, (statistic * freedom / lowest - freedom) / np.where(known, room, 1), 1.0)
    return np.minimum(high.clip(0), np.maximum(2 * likely, _USUAL_INTRACLASS)).clip(0, _LARGEST_INTRACLASS)


def beta_binomial_p(x: Counts, n: Counts, mean: Column, intraclass: Column) -> Column:
    """Return two-sided p values of counts that are beta-binomial: twice the smaller tail, at most 1.

    Parameters
    ----------
    x, n : ndarray of int, shape (m,)
        Counts, and of how many.
    mean, intraclass : ndarray, shape (m,)
        Mean share and intraclass correlation, both inside (0, 1).

    Returns
    -------
    ndarray, shape (m,)

    Examples
    --------
    >>> beta_binomial_p(np.array([9]), np.array([10]), np.array([0.5]), np.array([1e-9])).round(4).tolist()
    [0.0215]
    """
    if len(x) == 0:
        return np.zeros(0)
    a, b = mean * (1 - intraclass) / intraclass, (1 - mean) * (1 - intraclass) / intraclass
    above = x > mean * n
    start, stop = np.where(above, x, 0), np.where(above, n, x)
    length = stop - start + 1
    row = np.repeat(np.arange(len(x)), length)
    first = np.concatenate([[0], np.cumsum(length)[:-1]])
    k = np.arange(length.sum()) - first[row] + start[row]
    front = gammaln(n + 1) - gammaln(n + a + b) + gammaln(a + b) - gammaln(a) - gammaln(b)
    other = n[row] - k
    mass = np.exp(front[row] + (gammaln(k + a[row]) - gammaln(k + 1)) + (gammaln(other + b[row]) - gammaln(other + 1)))
    tail = np.add.reduceat(mass, first)
    edge = mass[np.where(above, first, first + length - 1)]
    return np.minimum(2 * np.minimum(tail, 1 - tail + edge), 1.0).clip(0)
