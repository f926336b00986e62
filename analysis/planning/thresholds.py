"""How many satisfied answers out of n prove that a target is met, and how many prove that it is missed."""

from __future__ import annotations

import math
from collections.abc import Callable

from analysis.intervals import wilson
from analysis.verdict import judge


def smallest_count_that_meets(
    n: int, target: float, *, level: float = 0.95, deff: float = 1.0, df: float = math.inf
) -> int | None:
    """Return the smallest count of satisfied answers whose Wilson lower limit reaches the target.

    Parameters
    ----------
    n : int
        Answers.
    target : float
        Share between 0 and 1; met means at least the target.
    level : float
        Confidence level of the interval.
    deff : float
        Design effect: the interval is that of n/deff answers.
    df : float
        Degrees of freedom of the t quantile; infinity for the normal one.

    Returns
    -------
    int or None
        None if not even n of n prove it.

    Raises
    ------
    ValueError
        For n below 1, a target or level outside (0, 1), or a deff or df that is not above 0.

    Notes
    -----
    The interval is `analysis.intervals.wilson` (Wilson 1927) of k/n with n_eff = n/deff.

    Examples
    --------
    >>> smallest_count_that_meets(400, 0.8), smallest_count_that_meets(10, 0.8)
    (336, None)
    """
    _refuse_plan(n, target, deff, df)
    return _search(lambda k: _judge(k, n, target, level, deff, df) == "met", n)


def largest_count_that_misses(
    n: int, target: float, *, level: float = 0.95, deff: float = 1.0, df: float = math.inf
) -> int | None:
    """Return the largest count of satisfied answers whose Wilson upper limit lies below the target.

    Parameters
    ----------
    n, target, level, deff, df
        As in `smallest_count_that_meets`.

    Returns
    -------
    int or None
        None if not even 0 of n prove it.

    Raises
    ------
    ValueError
        As `smallest_count_that_meets`.

    Examples
    --------
    >>> largest_count_that_misses(400, 0.8)
    304
    """
    _refuse_plan(n, target, deff, df)
    above = _search(lambda k: _judge(k, n, target, level, deff, df) != "not_met", n)
    last = n if above is None else above - 1
    return last if last >= 0 else None


def smallest_exact_count(n: int, target: float, *, alpha: float = 0.025) -> int | None:
    """Return the smallest count that an exact binomial test takes for proof of more than the target.

    Parameters
    ----------
    n : int
        Answers of a simple random sample.
    target : float
        Share between 0 and 1.
    alpha : float
        One-sided level.

    Returns
    -------
    int or None
        The smallest k with P(X ≥ k) ≤ alpha where X is binomial (n, target); None if n of n are not enough.

    Raises
    ------
    ValueError
        For n below 1, or a target or alpha outside (0, 1).

    Notes
    -----
    The lower limit of Clopper and Pearson (1934) at level 1 - 2·alpha reaches the target from this count on.

    Examples
    --------
    >>> smallest_exact_count(20, 0.8), smallest_exact_count(10, 0.8)
    (20, None)
    """
    from scipy.special import bdtrc

    _refuse_plan(n, target, 1.0, math.inf)
    if not 0 < alpha < 1:
        raise ValueError(f"alpha is {alpha}; it must lie between 0 and 1, such as 0.025")
    return _search(lambda k: k > 0 and float(bdtrc(k - 1, n, target)) <= alpha, n)


def _judge(k: int, n: int, target: float, level: float, deff: float, df: float) -> str:
    low, high = wilson(k / n, n / deff, df, level)
    return judge(low, high, target)


def _search(holds: Callable[[int], bool], n: int) -> int | None:
    """Return the smallest k in 0..n for which a condition that stays true once true holds."""
    low, high = 0, n + 1
    while low < high:
        middle = (low + high) // 2
        if middle == n + 1 or holds(middle):
            high = middle
        else:
            low = middle + 1
    return None if low > n else low


def _refuse_plan(n: int, target: float, deff: float, df: float) -> None:
    if not (n >= 1 and int(n) == n):
        raise ValueError(f"n is {n}; give a whole number of answers, at least 1")
    if not 0 < target < 1:
        raise ValueError(f"target is {target}; it must lie between 0 and 1, such as 0.8")
    if not (0 < deff < math.inf and df > 0):
        raise ValueError(f"deff is {deff} and df is {df}; both must be above 0")
