"""Has the target been met: a verdict from the interval, and p values for lists of many units."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

Verdict = Literal["met", "not_met", "not_proven"]
Operator = Literal["ge", "gt"]


def judge(low: float, high: float, target: float, operator: Operator = "ge") -> Verdict:
    """Judge a target from unrounded confidence limits.

    Parameters
    ----------
    low, high : float
        Limits of the interval; NaN (withheld) gives ``not_proven``.
    target : float
        In the unit of the limits.
    operator : {"ge", "gt"}
        The target is "at least" or "more than" `target`.

    Returns
    -------
    {"met", "not_met", "not_proven"}
        đạt: the whole interval satisfies the target; không đạt: none of it does; else chưa đủ bằng chứng.

    Raises
    ------
    ValueError
        For another operator.

    Examples
    --------
    >>> judge(0.753, 0.812, 0.80)
    'not_proven'
    >>> judge(0.80, 0.85, 0.80), judge(0.80, 0.85, 0.80, "gt")
    ('met', 'not_proven')
    >>> judge(0.70, 0.80, 0.80), judge(0.70, 0.80, 0.80, "gt")
    ('not_proven', 'not_met')
    """
    if operator not in ("ge", "gt"):
        raise ValueError(f"unknown operator {operator!r}; use 'ge' (at least) or 'gt' (more than)")
    strict = operator == "gt"
    if low > target or (low == target and not strict):
        return "met"
    if high < target or (high == target and strict):
        return "not_met"
    return "not_proven"


def one_sided_p(estimate: float, se: float, df: float, target: float) -> float:
    """Return the p value of "the rate is above the target" by t = (p - T)/se (Wald).

    Parameters
    ----------
    estimate, se, df : float
        The rate, its standard error and degrees of freedom.
    target : float
        T.

    Returns
    -------
    float
        NaN without a standard error or degrees of freedom.

    Examples
    --------
    >>> round(one_sided_p(0.865, 0.0358, 27, 0.8), 4)
    0.0403
    """
    if not (se > 0 and df > 0):
        return math.nan
    return float(stdtr(df, (target - estimate) / se))


def score_one_sided_p(estimate: float, n_effective: float, df: float, target: float) -> float:
    """Return the p value of "the rate is above the target" that agrees with Wilson's limits.

    It is at most (1-level)/2 exactly when Wilson's lower limit reaches the target, and stays defined where
    the standard error is 0.

    Parameters
    ----------
    estimate : float
        The rate.
    n_effective, df : float
        From the published interval.
    target : float
        T.

    Returns
    -------
    float
        NaN without `n_effective` or `df`, or for a target outside (0, 1).

    Notes
    -----
    t = (p - T)/√(T(1-T)/n_eff).

    Examples
    --------
    >>> round(score_one_sided_p(1.0, 24.7, 28, 0.8), 4)
    0.0096
    """
    if not (n_effective > 0 and df > 0 and 0 < target < 1):
        return math.nan
    return float(stdtr(df, (target - estimate) / math.sqrt(target * (1 - target) / n_effective)))


def adjust(
    p_values: Sequence[float] | NDArray[np.float64], method: Literal["holm", "bh"] = "holm"
) -> NDArray[np.float64]:
    """Adjust p values before publishing a list of achievers.

    Parameters
    ----------
    p_values : sequence of float, shape (m,)
        One-sided p values of the units on the list.
    method : {"holm", "bh"}
        ``holm``: the chance of even one false name stays below the level (Holm 1979). ``bh``: the expected
        share of false names does (Benjamini and Hochberg 1995).

    Returns
    -------
    ndarray, shape (m,)
        In the given order; a unit stays on the list while its value is at most the level.

    Raises
    ------
    ValueError
        For another method or a p value outside [0, 1] (NaN too: leave withheld units out).

    Examples
    --------
    >>> adjust([0.01, 0.04, 0.03]).round(4).tolist()
    [0.03, 0.06, 0.06]
    """
    if method not in ("holm", "bh"):
        raise ValueError(f"unknown method {method!r}; use 'holm' or 'bh'")
    values = np.asarray(p_values, dtype=np.float64)
    bad = ~((values >= 0) & (values <= 1))
    if bad.any():
        raise ValueError(f"p value {int(np.argmax(bad))} is {values[np.argmax(bad)]}; leave withheld units out")
    m = values.size
    order = np.argsort(values, kind="stable")
    if method == "holm":
        ranked = np.maximum.accumulate(values[order] * np.arange(m, 0, -1))
    else:
        ranked = np.minimum.accumulate((values[order] * (m / np.arange(1, m + 1)))[::-1])[::-1]
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(ranked, 1.0)
    return adjusted
