"""Quantiles of a measured quantity, such as days waited or a respondent's score, with Woodruff's interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.design import SurveyDesign
from analysis.errors import MeasureError
from analysis.intervals import Method, interval, t_quantile

QuantileRule = Literal["math", "school", "hf1", "hf2", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9"]


@dataclass(frozen=True, slots=True)
class Quantile:
    """One quantile.

    Attributes
    ----------
    probability : float
    estimate : float
        In the unit of the values.
    low, high : float
        Woodruff's limits; NaN where the distribution function has no interval there.
    se : float
        (high - low)/(2t).
    """

    probability: float
    estimate: float
    low: float
    high: float
    se: float


def quantiles(
    design: SurveyDesign,
    y: ArrayLike,
    probabilities: ArrayLike,
    *,
    domain: ArrayLike | None = None,
    rule: QuantileRule = "math",
    method: Method = "mean",
    level: float = 0.95,
) -> list[Quantile]:
    """Estimate quantiles of `y`.

    Parameters
    ----------
    design : SurveyDesign
    y : array_like, shape (n,)
        Values; NaN where missing.
    probabilities : array_like, shape (q,)
        Each in [0, 1].
    domain : array_like of bool, shape (n,), optional
    rule : str
        ``math``, ``hf1``: the smallest value whose distribution function reaches the probability; ``school``,
        ``hf2``: the same, averaged with the next value where it is reached exactly; ``hf4`` to ``hf9``: the linear
        interpolations of Hyndman and Fan (1996, p. 361-363) with weights for counts.
    method : str
        The interval for the distribution function at the estimate, by its name in `analysis.intervals.interval`.
    level : float

    Returns
    -------
    list of Quantile, length q
        In the unit of `y`; NaN where the domain has no value.

    Raises
    ------
    ValueError
        For a probability outside [0, 1] or an unknown rule or method.
    MeasureError
        ``wrong_length``, and as in `SurveyDesign.mean`.

    Notes
    -----
    Woodruff (1952): the interval of F(estimate), with the degrees of freedom of the rows with a value, is turned back
    into values by the same rule.

    Examples
    --------
    >>> design = SurveyDesign.declare(psu=None, weights=[1.0] * 5)
    >>> [q.estimate for q in quantiles(design, [1, 2, 3, 4, 10], [0.5, 0.9])]
    [3.0, 10.0]
    """
    if rule not in get_args(QuantileRule):
        raise ValueError(f"unknown rule {rule!r}; use one of {', '.join(get_args(QuantileRule))}")
    wanted = np.asarray(probabilities, dtype=np.float64).reshape(-1)
    if not ((wanted >= 0) & (wanted <= 1)).all():
        raise ValueError("a probability lies outside [0, 1]; write the median as 0.5")
    values = np.asarray(y, dtype=np.float64)
    if values.shape != (len(design),):
        raise MeasureError("wrong_length", f"y must have one value a response, {len(design)}; got {values.shape}")
    inside = ~np.isnan(values)
    if domain is not None:
        inside &= np.asarray(domain, dtype=np.bool_)
    if not inside.any():
        return [Quantile(float(p), math.nan, math.nan, math.nan, math.nan) for p in wanted]
    order = np.argsort(values[inside], kind="stable")
    x, w = values[inside][order], design.weights[inside][order]
    df = design.degrees_of_freedom(inside)
    found = []
    for p in wanted.tolist():
        estimate = _find_quantile(x, w, p, rule)
        below = design.proportion(np.where(inside, values <= estimate, np.nan), inside)
        se = below.se if design.rules.probability else math.nan
        limits = interval(below.estimate, se, df, method=method, level=level, n=below.n)
        low, high = (
            _find_quantile(x, w, min(max(limit, 0.0), 1.0), rule) if math.isfinite(limit) else math.nan
            for limit in (limits.low, limits.high)
        )
        found.append(Quantile(p, estimate, low, high, (high - low) / (2 * t_quantile(level, df))))
    return found


def _find_quantile(x: NDArray[np.float64], w: NDArray[np.float64], p: float, rule: QuantileRule) -> float:
    """Return the weighted quantile of values in ascending order.

    Parameters
    ----------
    x, w : ndarray, shape (n,)
        Values, ascending, and their weights.
    p : float
        Probability, in [0, 1].
    rule : str
        As in `quantiles`.

    Returns
    -------
    float
        In the unit of `x`.

    Examples
    --------
    >>> x, w = np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4)
    >>> _find_quantile(x, w, 0.5, "math"), _find_quantile(x, w, 0.5, "school"), _find_quantile(x, w, 0.5, "hf7")
    (2.0, 2.5, 2.5)
    """
    cumulated = np.cumsum(w)
    total = cumulated[-1]
    if rule in ("math", "hf1", "school", "hf2"):
        reached = cumulated / total
        near = 1e-12
        place = min(int(np.searchsorted(reached, p - near)), len(x) - 1)
        if rule in ("school", "hf2") and abs(reached[place] - p) <= near and place + 1 < len(x):
            return float((x[place] + x[place + 1]) / 2)
        return float(x[place])
    last = w[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        position = {
            "hf4": cumulated / total,
            "hf5": (cumulated - w / 2) / total,
            "hf6": cumulated / (total + last),
            "hf7": np.concatenate(([0.0], cumulated[:-1])) / (total - last),
            "hf8": (cumulated - w / 3) / (total + last / 3),
            "hf9": (cumulated - w * 3 / 8) / (total + last / 4),
        }[rule]
    return float(x[0]) if len(x) == 1 else float(np.interp(p, position, x))
