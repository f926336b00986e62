"""Confidence intervals of an estimate from a complex sample, by name.

t is the 1-(1-level)/2 quantile of Student's t with the given degrees of freedom, and n_eff = p(1-p)/se².
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from scipy.special import betainccinv, betaincinv, stdtrit, xlog1py, xlogy

Method = Literal["wilson", "logit", "xlogit", "beta", "asin", "mean", "likelihood"]


@dataclass(frozen=True, slots=True)
class Interval:
    """Two limits and how they were found.

    Attributes
    ----------
    low, high : float
        In the unit of the estimate; NaN where the method gives none.
    method : str
        As in `interval`.
    level : float
        Confidence level.
    """

    low: float
    high: float
    method: str
    level: float


def interval(
    estimate: float,
    se: float,
    df: float,
    *,
    method: Method = "wilson",
    level: float = 0.95,
    n: float | None = None,
) -> Interval:
    """Compute a confidence interval.

    Parameters
    ----------
    estimate, se : float
        A rate between 0 and 1 (any mean for ``mean``) and its standard error.
    df : float
        Degrees of freedom; infinity for the normal distribution.
    method : {"wilson", "logit", "xlogit", "beta", "asin", "mean", "likelihood"}
        ``wilson``: Wilson (1927, p. 211) with n_eff for n. ``logit``, ``xlogit``: logit p ± t·se/(p(1-p)),
        back on the scale of p. ``beta``: Korn and Graubard (1998). ``asin``: arcsine of √p. ``mean``:
        p ± t·se (Wald). ``likelihood``: scaled profile likelihood (Rao and Scott 1984).
    level : float
        Confidence level, between 0 and 1.
    n : float, optional
        Answers; needed by ``beta`` and ``likelihood``.

    Returns
    -------
    Interval
        NaN limits where undefined: df of 0, or (save ``mean``) a rate of 0 or 1 or a standard error of 0.
        `analysis.policy.published_interval` says what to publish then.

    Raises
    ------
    ValueError
        For an unknown method, a level outside (0, 1), or a missing `n`.

    Examples
    --------
    >>> limits = interval(0.784, 0.0144, 28)
    >>> round(limits.low, 4), round(limits.high, 4)
    (0.7531, 0.812)
    """
    if method not in get_args(Method):
        raise ValueError(f"unknown method {method!r}; use one of {', '.join(get_args(Method))}")
    if n is None and method in {"beta", "likelihood"}:
        raise ValueError(f"method {method!r} needs n, the number of answers")
    undefined = Interval(math.nan, math.nan, method, level)
    quantile = t_quantile(level, df)
    if math.isnan(quantile) or not math.isfinite(estimate) or not se >= 0:
        return undefined
    if method == "mean":
        return Interval(estimate - quantile * se, estimate + quantile * se, method, level)
    if not 0 < estimate < 1 or se == 0:
        return undefined
    n_effective = estimate * (1 - estimate) / se**2
    match method:
        case "wilson":
            low, high = wilson(estimate, n_effective, df, level)
        case "beta":
            low, high = korn_graubard(estimate, n_effective, df, n or math.nan, level, cap=False)
        case "asin":
            low, high = _asin(estimate, quantile * se)
        case "likelihood":
            low, high = _likelihood(estimate, se, quantile, n or math.nan)
        case _:
            low, high = _logit(estimate, quantile * se)
    return Interval(low, high, method, level)


def t_quantile(level: float, df: float) -> float:
    """Return the two-sided quantile of Student's t.

    Parameters
    ----------
    level : float
        Confidence level, such as 0.95.
    df : float
        Degrees of freedom; infinity gives the normal quantile.

    Returns
    -------
    float
        NaN for `df` of 0 or less.

    Raises
    ------
    ValueError
        For a level outside (0, 1).

    Examples
    --------
    >>> round(t_quantile(0.95, 10), 3), round(t_quantile(0.95, math.inf), 3)
    (2.228, 1.96)
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it must lie between 0 and 1, such as 0.95")
    return -float(stdtrit(df, (1 - level) / 2)) if df > 0 else math.nan


def wilson(p: float, n_effective: float, df: float, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's limits of a rate with an effective sample size and t.

    Parameters
    ----------
    p : float
        The rate, 0 to 1.
    n_effective : float
        Above 0.
    df, level : float
        As in `t_quantile`.

    Returns
    -------
    low, high : float
        Shares from 0 to 1; NaN without degrees of freedom.

    Raises
    ------
    ValueError
        For a level outside (0, 1).

    Notes
    -----
    With c = t²/n_eff: [(p + c/2) ± t/(2 n_eff) √(4 n_eff p(1-p) + t²)]/(1+c) (Wilson 1927), as ``svyciprop`` of survey
    4.5 with n_eff and t. Defined at p = 0 and 1.

    Examples
    --------
    >>> [round(limit, 4) for limit in wilson(1.0, 42 / 1.7, 28)]
    [0.8548, 1.0]
    """
    quantile = t_quantile(level, df)
    c = quantile**2 / n_effective
    half = quantile / (2 * n_effective) * math.sqrt(4 * n_effective * p * (1 - p) + quantile**2)
    low, high = ((p + c / 2 + sign * half) / (1 + c) for sign in (-1, 1))
    return (0.0 if p == 0 else low), (1.0 if p == 1 else high)


def korn_graubard(
    p: float, n_effective: float, df: float, n: float, level: float = 0.95, *, cap: bool = True
) -> tuple[float, float]:
    """Return Clopper and Pearson's limits of a rate with a sample size corrected for the design.

    Parameters
    ----------
    p, n_effective, df, level : float
        As in `wilson`.
    n : float
        Answers, above 1.
    cap : bool
        Whether the corrected size n* may not pass `n`.

    Returns
    -------
    low, high : float
        Shares from 0 to 1.

    Raises
    ------
    ValueError
        For a level outside (0, 1).

    Notes
    -----
    n* = n_eff (t with n-1 df / t with `df`)²; the limits are the Beta(n*p, n*(1-p)+1) and Beta(n*p+1, n*(1-p))
    quantiles (Korn and Graubard 1998).

    Examples
    --------
    >>> [round(limit, 4) for limit in korn_graubard(0.8, 10, 9, 10)]  # 8 of 10 as a simple random sample
    [0.4439, 0.9748]
    >>> [round(limit, 4) for limit in korn_graubard(0.8, 10, 4, 10)]  # with 4 df, n* is 6.64
    [0.353, 0.9888]
    """
    ratio = t_quantile(level, n - 1) / t_quantile(level, df)
    size = n_effective * ratio**2
    if cap and not size < n:
        size = n
    tail = (1 - level) / 2
    low = 0.0 if p == 0 else float(betaincinv(size * p, size * (1 - p) + 1, tail))
    high = 1.0 if p == 1 else float(betainccinv(size * p + 1, size * (1 - p), tail))
    return low, high


def _logit(p: float, half: float) -> tuple[float, float]:
    centre, width = math.log(p / (1 - p)), half / (p * (1 - p))
    low, high = (0.5 + math.tanh((centre + sign * width) / 2) / 2 for sign in (-1, 1))
    return low, high


def _asin(p: float, half: float) -> tuple[float, float]:
    """Return sin²(asin √p ± half/(2√(p(1-p)))), the angle held between 0 and a right angle."""
    centre, width = math.asin(math.sqrt(p)), half / (2 * math.sqrt(p * (1 - p)))
    return math.sin(max(centre - width, 0.0)) ** 2, math.sin(min(centre + width, math.pi / 2)) ** 2


def _likelihood(p: float, se: float, quantile: float, n: float) -> tuple[float, float]:
    """Solve 2n[p log(p/p0) + (1-p) log((1-p)/(1-p0))] = t²λ for p0 on both sides of p.

    λ = se²/(p(1-p)/n)·n/(n-1), the design effect (Rao and Scott 1984).
    """
    if not n > 1:
        return math.nan, math.nan
    from scipy.optimize import brentq

    bound = quantile**2 * se**2 * n / (2 * p * (1 - p) * (n - 1))
    best = xlogy(p, p) + xlog1py(1 - p, -p)

    def excess(p0: float) -> float:
        return float(best - xlogy(p, p0) - xlog1py(1 - p, -p0) - bound)

    tiny = 1e-15
    low = float(brentq(excess, tiny, p, xtol=1e-14)) if excess(tiny) > 0 else 0.0
    high = float(brentq(excess, p, 1 - tiny, xtol=1e-14)) if excess(1 - tiny) > 0 else 1.0
    return low, high
