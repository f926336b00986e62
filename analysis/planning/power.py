"""What a planned survey can prove: the width of its intervals and the chances of each verdict, before it is held."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrc, chdtri, ndtr

from analysis.intervals import t_quantile, wilson
from analysis.planning.thresholds import largest_count_that_misses, smallest_count_that_meets

PowerMethod = Literal["estimated", "normal", "exact"]

_NODES = 2000


@dataclass(frozen=True, slots=True)
class VerdictChances:
    """The probability of each verdict at a true rate.

    Attributes
    ----------
    true_rate : float
        Share between 0 and 1.
    met, not_met, not_proven : float
        Probabilities that sum to 1.
    """

    true_rate: float
    met: float
    not_met: float
    not_proven: float


def verdict_chances(
    true_rate: float,
    target: float,
    n: int,
    *,
    deff: float = 1.0,
    df: float = math.inf,
    level: float = 0.95,
    method: PowerMethod = "estimated",
) -> VerdictChances:
    """Return the probability of each verdict that a planned survey can reach.

    Parameters
    ----------
    true_rate, target : float
        Shares between 0 and 1.
    n : int
        Answers.
    deff : float
        Design effect to expect, at least 1.
    df : float
        Degrees of freedom: communes less strata. For a district with fewer than 3, give those of the province,
        as `analysis.policy.published_interval` does.
    level : float
        Confidence level of the published interval.
    method : {"estimated", "normal", "exact"}
        ``estimated``: as published, with an effective sample size that the survey must estimate from its
        communes and that is never more than n. ``normal``: the effective sample size is n/deff, known.
        ``exact``: the same, by the binomial distribution of n/deff answers, rounded.

    Returns
    -------
    VerdictChances

    Raises
    ------
    ValueError
        For a rate, target or level outside (0, 1), n below 1, a deff below 1, a df that is not above 0, or another
        method.

    Notes
    -----
    Wilson's lower limit reaches the target T exactly if (p̂ - T)/√(T(1-T)/n_eff) ≥ t. With p̂ normal around the
    true rate p, of variance deff·p(1-p)/n, the probability of "met" is Φ((p - T - t√(T(1-T)/n_eff))/√(deff·p(1-p)/n));
    ``estimated`` is its mean over n_eff = min(n/(deff·χ²/df), n), χ² of df degrees of freedom. In simulated surveys
    of 6 communes with 40 answers each and a design effect of 1.6, true rate 88%, target 80%, 49% were "met";
    ``estimated`` gives 46%, ``normal`` 44%; at 92% 87%, 88% and 95%.

    Examples
    --------
    >>> chances = verdict_chances(0.84, 0.80, 1320, deff=1.6, df=43)
    >>> round(chances.met, 2), round(chances.not_met, 2), round(chances.not_proven, 2)
    (0.82, 0.0, 0.18)
    """
    _refuse_plan(true_rate, target, n, deff, df)
    quantile = t_quantile(level, df)
    if method == "exact":
        met, not_met = _exact_chances(true_rate, target, max(round(n / deff), 1), df, level)
    elif method in get_args(PowerMethod):
        deviations = np.ones(1)
        if method == "estimated" and math.isfinite(df):
            deviations = _deviations(df)
        n_effective = n / deff / deviations
        if method == "estimated":
            n_effective = np.minimum(n_effective, n)
        half = quantile * np.sqrt(target * (1 - target) / n_effective)
        spread = math.sqrt(deff * true_rate * (1 - true_rate) / n)
        met = float(ndtr((true_rate - target - half) / spread).mean())
        not_met = float(ndtr((target - half - true_rate) / spread).mean())
    else:
        raise ValueError(f"unknown method {method!r}; use one of {', '.join(get_args(PowerMethod))}")
    return VerdictChances(true_rate, met, not_met, 1 - met - not_met)


def tabulate_verdict_chances(
    true_rates: Sequence[float],
    target: float,
    n: int,
    *,
    deff: float = 1.0,
    df: float = math.inf,
    level: float = 0.95,
    method: PowerMethod = "estimated",
) -> list[VerdictChances]:
    """Return the chances of each verdict at several true rates.

    Parameters
    ----------
    true_rates : sequence of float
        Each above 0 and below 1.
    target, n, deff, df, level, method
        As in `verdict_chances`.

    Returns
    -------
    list of VerdictChances
        In the order of `true_rates`.

    Raises
    ------
    ValueError
        As `verdict_chances`.

    Examples
    --------
    >>> [round(row.met, 2) for row in tabulate_verdict_chances([0.80, 0.84, 0.88], 0.80, 1320, deff=1.6, df=43)]
    [0.02, 0.82, 1.0]
    """
    return [verdict_chances(rate, target, n, deff=deff, df=df, level=level, method=method) for rate in true_rates]


def expected_margin(p: float, n: int, deff: float = 1.0, df: float = math.inf, *, level: float = 0.95) -> float:
    """Return half the width of the published interval to expect.

    Parameters
    ----------
    p : float
        The rate to expect, from 0 to 1.
    n : int
        Answers.
    deff : float
        Design effect to expect, at least 1.
    df : float
        Degrees of freedom: communes less strata.
    level : float
        Confidence level.

    Returns
    -------
    float
        Half the width of Wilson's interval with n/deff and t: a share, 0.03 for 3 points.

    Raises
    ------
    ValueError
        For p outside [0, 1], n below 1, a deff below 1, a df that is not above 0, or a level outside (0, 1).

    Examples
    --------
    >>> round(expected_margin(0.8, 1320, 1.6, 43), 4)
    0.0281
    """
    if not 0 <= p <= 1:
        raise ValueError(f"p is {p}; it must lie between 0 and 1")
    _refuse_plan(0.5, 0.5, n, deff, df)
    low, high = wilson(p, n / deff, df, level)
    return (high - low) / 2


@lru_cache(maxsize=256)
def _deviations(df: float) -> NDArray[np.float64]:
    """Return the quantiles of χ²/df at the middles of equal parts; a table of many domains asks for few df."""
    found: NDArray[np.float64] = chdtri(df, (np.arange(_NODES) + 0.5) / _NODES) / df
    found.flags.writeable = False
    return found


def _exact_chances(true_rate: float, target: float, n: int, df: float, level: float) -> tuple[float, float]:
    """Return the binomial chances of "met" and "not met" of n independent answers."""
    least = smallest_count_that_meets(n, target, level=level, df=df)
    most = largest_count_that_misses(n, target, level=level, df=df)
    met = 0.0 if least is None else 1.0 if least == 0 else float(bdtrc(least - 1, n, true_rate))
    return met, 0.0 if most is None else float(bdtr(most, n, true_rate))


def _refuse_plan(true_rate: float, target: float, n: int, deff: float, df: float) -> None:
    for name, rate in (("true rate", true_rate), ("target", target)):
        if not 0 < rate < 1:
            raise ValueError(f"{name} is {rate}; it must be above 0 and below 1, such as 0.8")
    if not (n >= 1 and int(n) == n):
        raise ValueError(f"n is {n}; give a whole number of answers, at least 1")
    if not 1 <= deff < math.inf:
        raise ValueError(f"deff is {deff}; it must be at least 1, often 1.2 to 3")
    if not df > 0:
        raise ValueError(f"df is {df}; it must be above 0: communes less strata")
