"""Intervals and tests of a rate from a simple random sample, where no design is to be reckoned with.

For a survey of communes use `analysis.intervals` and `analysis.verdict`: these would be too narrow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from scipy.special import ndtr

SimpleMethod = Literal["normal", "wilson", "jeffreys", "agresti_coull", "clopper_pearson"]


@dataclass(frozen=True, slots=True)
class RateTest:
    """p values of a rate against a target.

    Attributes
    ----------
    statistic : float
        z of the score test; NaN for the exact test, which has none.
    p_greater : float
        Against the alternative that the true rate is above the target.
    p_less : float
        That it is below.
    p_two_sided : float
        That it is another.
    """

    statistic: float
    p_greater: float
    p_less: float
    p_two_sided: float


def binomial_interval(
    count: int, n: int, *, method: SimpleMethod = "wilson", level: float = 0.95
) -> tuple[float, float]:
    """Return a confidence interval of a rate from independent answers.

    Parameters
    ----------
    count, n : int
        Satisfied answers and all answers.
    method : {"normal", "wilson", "jeffreys", "agresti_coull", "clopper_pearson"}
        ``normal``: p ± z√(p(1-p)/n) (Wald). ``wilson``: Wilson (1927). ``jeffreys``: quantiles of Beta(count + ½,
        n - count + ½) (Brown, Cai and DasGupta 2001). ``agresti_coull``: Wald with z²/2 answers added on both
        sides (Agresti and Coull 1998). ``clopper_pearson``: exact (Clopper and Pearson 1934). As in statsmodels
        ``proportion_confint``.
    level : float
        Confidence level.

    Returns
    -------
    tuple of float
        Lower and upper limit, within [0, 1].

    Raises
    ------
    ValueError
        For n below 1, a count outside 0 to n, a level outside (0, 1), or another method.

    Examples
    --------
    >>> [round(limit, 4) for limit in binomial_interval(56, 142)]
    [0.3178, 0.4765]
    """
    _refuse_count(count, n)
    if method not in get_args(SimpleMethod):
        raise ValueError(f"unknown method {method!r}; use one of {', '.join(get_args(SimpleMethod))}")
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it must lie between 0 and 1, such as 0.95")
    from statsmodels.stats.proportion import proportion_confint

    name = "beta" if method == "clopper_pearson" else method
    low, high = proportion_confint(count, n, alpha=1 - level, method=name)
    return max(float(low), 0.0), min(float(high), 1.0)


def exact_test(count: int, n: int, target: float) -> RateTest:
    """Return the exact binomial test of a rate against a target (Clopper and Pearson 1934).

    Parameters
    ----------
    count, n : int
        Satisfied answers and all answers.
    target : float
        Share between 0 and 1.

    Returns
    -------
    RateTest
        p values from 0 to 1; no statistic (NaN).

    Raises
    ------
    ValueError
        For n below 1, a count outside 0 to n, or a target outside (0, 1).

    Examples
    --------
    >>> round(exact_test(3, 3, 0.8).p_greater, 3)
    0.512
    """
    _refuse_count(count, n)
    _refuse_target(target)
    from scipy.stats import binomtest

    sides = ("greater", "less", "two-sided")
    values = [float(binomtest(count, n, target, alternative=side).pvalue) for side in sides]
    return RateTest(math.nan, *values)


def score_test(count: int, n: int, target: float) -> RateTest:
    """Return the score test of a rate against a target, which agrees with Wilson's interval.

    Parameters
    ----------
    count, n, target
        As in `exact_test`.

    Returns
    -------
    RateTest
        With z as statistic.

    Raises
    ------
    ValueError
        As `exact_test`.

    Notes
    -----
    z = (p - T)/√(T(1-T)/n), normal under T (Wilson 1927).

    Examples
    --------
    >>> round(score_test(3, 3, 0.8).statistic, 4)
    0.866
    """
    _refuse_count(count, n)
    _refuse_target(target)
    z = (count / n - target) / math.sqrt(target * (1 - target) / n)
    return RateTest(z, float(ndtr(-z)), float(ndtr(z)), min(2 * float(ndtr(-abs(z))), 1.0))


def _refuse_count(count: int, n: int) -> None:
    if not (n >= 1 and int(n) == n):
        raise ValueError(f"n is {n}; give a whole number of answers, at least 1")
    if not (0 <= count <= n and int(count) == count):
        raise ValueError(f"count is {count}; it must be a whole number from 0 to the {n} answers")


def _refuse_target(target: float) -> None:
    if not 0 < target < 1:
        raise ValueError(f"target is {target}; it must lie between 0 and 1, such as 0.8")
