"""How far calibrated weights may move from the weights before: the distances of Deville and Särndal (1992).

A calibrated weight is d·F(u), u = x'λ. F(0) = F'(0) = 1 for each distance, so all are alike for small changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Vector = NDArray[np.float64]
DistanceName = Literal["linear", "raking", "logit", "truncated"]


@dataclass(frozen=True, eq=False, slots=True)
class Distance:
    """One distance, as functions of u, each shape (n,).

    Attributes
    ----------
    factor : function
        g = F(u).
    slope : function
        F'(u).
    integral : function
        A function with derivative F: the dual of the distance.
    """

    factor: Callable[[Vector], Vector]
    slope: Callable[[Vector], Vector]
    integral: Callable[[Vector], Vector]


def find_distance(name: DistanceName, bounds: tuple[float, float] | None = None) -> Distance:
    """Return a distance by its name.

    Parameters
    ----------
    name : {"linear", "raking", "logit", "truncated"}
        ``linear``: g = 1 + u, the regression estimator; g may fall below 0. ``raking``: g = exp(u), the limit of
        raking; g > 0, without an upper limit. ``logit``: a logistic curve between the bounds. ``truncated``: 1 + u cut
        off at the bounds.
    bounds : (float, float), optional
        Lowest and highest g, 0 <= low < 1 < high; needed by ``logit`` and ``truncated`` only.

    Returns
    -------
    Distance

    Raises
    ------
    ValueError
        For another name, missing or impossible bounds, or bounds with a distance that has none.

    References
    ----------
    Deville JC, Särndal CE (1992) Calibration estimators in survey sampling, JASA 87:376-382, sec. 2.

    Examples
    --------
    >>> find_distance("logit", (0.5, 2.0)).factor(np.array([-9.0, 0.0, 9.0])).round(3).tolist()
    [0.5, 1.0, 2.0]
    """
    if name not in get_args(DistanceName):
        raise ValueError(f"unknown distance {name!r}; use one of {', '.join(get_args(DistanceName))}")
    if name in {"linear", "raking"}:
        if bounds is not None:
            raise ValueError(f"distance {name!r} has no bounds; use 'truncated' or 'logit'")
        return _linear() if name == "linear" else Distance(np.exp, np.exp, np.exp)
    if bounds is None:
        raise ValueError(f"distance {name!r} needs bounds, such as (0.5, 2)")
    low, high = bounds
    if not (0 <= low < 1 < high < np.inf):
        raise ValueError(f"bounds are ({low}, {high}); they must be 0 <= low < 1 < high")
    return _logit(low, high) if name == "logit" else _truncated(low, high)


def _linear() -> Distance:
    return Distance(lambda u: 1 + u, np.ones_like, lambda u: u + u * u / 2)


def _truncated(low: float, high: float) -> Distance:
    def integral(u: Vector) -> Vector:
        inside = np.clip(u, low - 1, high - 1)
        return inside + inside * inside / 2 + (1 + inside) * (u - inside)

    return Distance(
        lambda u: np.clip(1 + u, low, high),
        lambda u: ((u >= low - 1) & (u <= high - 1)).astype(np.float64),
        integral,
    )


def _logit(low: float, high: float) -> Distance:
    steepness = (high - low) / ((1 - low) * (high - 1))
    offset = np.log((1 - low) / (high - 1))

    def share(u: Vector) -> Vector:
        curve: Vector = expit(steepness * u + offset)
        return curve

    return Distance(
        lambda u: low + (high - low) * share(u),
        lambda u: (high - low) * steepness * share(u) * (1 - share(u)),
        lambda u: low * u + (high - low) / steepness * np.logaddexp(0.0, steepness * u + offset),
    )
