"""How many more forms a survey needs before its figure can be told from its target."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis.intervals import t_quantile


@dataclass(frozen=True, slots=True)
class FurtherForms:
    """What it takes until the interval lies on one side of the target.

    Attributes
    ----------
    forms : int
        Further respondents, at least one, rounded up to two digits; 0 where the interval does so already.
    n_effective : float
        The effective sample size that is needed.
    times : float
        How many times the present effective sample size that is.
    """

    forms: int
    n_effective: float
    times: float


def further_forms(
    rate: float, n_effective: float, df: float, respondents: int, target: float, *, level: float = 0.95
) -> FurtherForms | None:
    """Say how many more respondents would tell a rate from its target, were the rate to stay what it is.

    Parameters
    ----------
    rate : float
        The estimate, between 0 and 1.
    n_effective, df : float
        What its published interval rests on (`analysis.policy.PublishedInterval`).
    respondents : int
        How many answered.
    target : float
    level : float
        Confidence level.

    Returns
    -------
    FurtherForms or None
        None where the rate is the target: no number of forms tells them apart.

    Raises
    ------
    ValueError
        For a target outside (0, 1), or nobody who answered.

    Notes
    -----
    Wilson's interval inverts the score test (Wilson 1927): p0 lies outside it just when
    (p - p0)² > t² p0(1 - p0)/n_eff. So n_eff must come to t² p0(1 - p0)/(p - p0)². Respondents and effective sample
    size grow alike as long as the design effect stays (Kish 1965, section 8.2), which further forms from further
    communes keep and more forms from the same communes do not: there each adds less. Even when the rate stays, half
    of all samples of that size still end a little short, as the figure then lies on the edge of its interval.

    Examples
    --------
    >>> found = further_forms(0.82, 768, math.inf, 1000, 0.8)  # 1.96² · 0.16 / 0.02² = 1536.6 are needed
    >>> found.forms, round(found.n_effective, 1), round(found.times, 2)
    (1100, 1536.6, 2.0)
    """
    if not 0 < target < 1 or respondents < 1 or not n_effective > 0:
        raise ValueError("give a target between 0 and 1 and a figure that somebody's answers made")
    if rate == target:
        return None
    needed = t_quantile(level, df) ** 2 * target * (1 - target) / (rate - target) ** 2
    times = needed / n_effective
    more = respondents * (times - 1)
    return FurtherForms(_round_up(more) if more > 0 else 0, needed, times)


def _round_up(count: float) -> int:
    """A count rounded up to two digits."""
    step = 10 ** max(math.floor(math.log10(count)) - 1, 0) if count >= 1 else 1
    return math.ceil(count / step - 1e-9) * step
