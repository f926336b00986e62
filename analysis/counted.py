"""Figures of which only counts or percentages are known: a published table, without the answers behind it.

What the table does not tell has to be assumed and said: the design effect, and of how many primary units it is known.
"""

from __future__ import annotations

import math

from analysis.estimate import Estimate
from analysis.intervals import t_quantile


def design_effect_of_clusters(mean_size: float, correlation: float) -> float:
    """Return the design effect of people drawn in clusters, 1 + (m - 1)ρ (Kish 1965, sec. 5.4).

    Parameters
    ----------
    mean_size : float
        m, the mean number of people drawn in a cluster, at least 1.
    correlation : float
        ρ, the intraclass correlation, 0 to 1.

    Returns
    -------
    float
        At least 1.

    Raises
    ------
    ValueError
        For a size below 1 or a correlation outside [0, 1].

    Examples
    --------
    >>> design_effect_of_clusters(21, 0.03)
    1.6
    """
    if not mean_size >= 1 or not 0 <= correlation <= 1:
        raise ValueError(f"a cluster holds at least 1, correlations run from 0 to 1; got {mean_size}, {correlation}")
    return 1 + (mean_size - 1) * correlation


def counted_estimate(
    rate: float, n: int, *, design_effect: float = 1.0, units: int | None = None, probability: bool = True
) -> Estimate:
    """Return the estimate that a published rate of n people stands for.

    Parameters
    ----------
    rate : float
        0 to 1.
    n : int
        People, at least 1; each counts as one answer.
    design_effect : float
        Against simple random sampling with replacement, at least 1.
    units : int, optional
        Primary sampling units drawn; None: people were drawn directly.
    probability : bool
        Whether the sample was drawn at random.

    Returns
    -------
    Estimate
        Variance ``design_effect · p(1-p)/n``, without finite population correction, with ``units - 1`` (else
        ``n - 1``) degrees of freedom. A rate pooled over several answers of each person has at most this variance:
        the mean of a person's 0 and 1 varies no more than one answer does.

    Raises
    ------
    ValueError
        For a rate outside [0, 1], fewer than 1 person or unit, or a design effect below 1.

    Examples
    --------
    >>> found = counted_estimate(0.8, 400, design_effect=1.6, units=30)
    >>> round(found.se, 5), found.df, found.n_effective
    (0.0253, 29, 250.0)
    """
    if not 0 <= rate <= 1 or n < 1 or not design_effect >= 1 or (units is not None and units < 1):
        raise ValueError(f"no survey has a rate of {rate} of {n} people, design effect {design_effect}, {units} units")
    variance = rate * (1 - rate) * design_effect / n
    df = max((units if units is not None else n) - 1, 0)
    return Estimate(
        n=n,
        total=n,
        n_psu=units if units is not None else n,
        n_strata=1,
        estimate=rate,
        se=math.sqrt(variance),
        variance=variance,
        df=df,
        df_design=df,
        deff_with_replacement=design_effect,
        deff_without_replacement=design_effect,
        n_effective=n / design_effect,
        sum_weights=float(n),
        lonely_strata=0,
        probability=probability,
    )


def largest_design_effect(rate: float, n: int, df: float, target: float, level: float = 0.95) -> float:
    """Return the design effect up to which the target counts as met, or as not met.

    Parameters
    ----------
    rate, n : float, int
        As in `counted_estimate`.
    df : float
        Degrees of freedom.
    target : float
        T, between 0 and 1.
    level : float
        Confidence level.

    Returns
    -------
    float
        Below 1 where not even a simple random sample proves anything; 0 without degrees of freedom.

    Raises
    ------
    ValueError
        For a level outside (0, 1) or a target outside it.

    Notes
    -----
    Wilson's limits exclude T exactly when |p - T| ≥ t√(T(1-T)·deff/n), so deff = n(p - T)²/(t²T(1-T)).

    Examples
    --------
    >>> round(largest_design_effect(0.8271, 1485, 46, 0.8), 2)
    1.68
    """
    if not 0 < target < 1:
        raise ValueError(f"target is {target}; it must lie between 0 and 1")
    quantile = t_quantile(level, df)
    if math.isnan(quantile):
        return 0.0
    return n * (rate - target) ** 2 / (quantile**2 * target * (1 - target))


def are_whole_counts(shares: list[float], n: int, decimals: int) -> bool:
    """Say whether some whole numbers of n people give the published percentages.

    Parameters
    ----------
    shares : list of float
        Percentages as published, that together make 100.
    n : int
        People.
    decimals : int
        To how many decimals they were published.

    Returns
    -------
    bool
        False: the percentages are no counts of these people; they rest on something else, such as all answers given.

    Examples
    --------
    >>> are_whole_counts([83.25, 15.5, 1.25], 400, 2), are_whole_counts([83.13, 15.47, 1.40], 907, 2)
    (True, False)
    """
    half = 0.5 * 10**-decimals + 1e-9
    counts = [
        range(max(math.ceil((share - half) * n / 100), 0), math.floor((share + half) * n / 100) + 1) for share in shares
    ]
    low, high = sum(one.start for one in counts), sum(one.stop - 1 for one in counts)
    return all(counts) and low <= n <= high
