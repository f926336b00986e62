"""What unequal weights cost: Kish's design effect, the effective sample size and a summary of a set of weights."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analysis.errors import DesignError
from analysis.labels import Numbers, read_positive


@dataclass(frozen=True, slots=True)
class WeightSummary:
    """The figures shown beside a set of weights.

    Attributes
    ----------
    n : int
        Weights.
    total : float
        Their sum: the people they stand for.
    minimum, maximum : float
    cv : float
        Coefficient of variation, the standard deviation with divisor n over the mean.
    kish_deff : float
        1 + cv², as in `kish_deff`.
    n_effective : float
        n over the design effect.
    """

    n: int
    total: float
    minimum: float
    maximum: float
    cv: float
    kish_deff: float
    n_effective: float


def kish_deff(weights: Numbers) -> float:
    """Return Kish's design effect of weighting, n Σw²/(Σw)² = 1 + cv².

    The factor by which unequal weights raise the variance of a mean when they have nothing to do with what is measured.

    Parameters
    ----------
    weights : sequence of float, shape (n,)
        In any unit: only their proportions count.

    Returns
    -------
    float
        1 for equal weights, more for all others.

    Raises
    ------
    DesignError
        ``no_weights``; ``bad_weight`` with the row of one that is not finite and above 0.

    References
    ----------
    Kish L (1965) Survey Sampling, sec. 11.7; Kish L (1992) Weighting for unequal Pi, J Off Stat 8:183-200.

    Examples
    --------
    >>> kish_deff([1, 1, 2, 4])
    1.375
    """
    return summarize_weights(weights).kish_deff


def effective_sample_size(weights: Numbers) -> float:
    """Return n over Kish's design effect, (Σw)²/Σw².

    Parameters
    ----------
    weights
        As in `kish_deff`.

    Returns
    -------
    float
        Respondents, at most n.

    Raises
    ------
    DesignError
        As `kish_deff`.

    Examples
    --------
    >>> round(effective_sample_size([1, 1, 2, 4]), 3)
    2.909
    """
    return summarize_weights(weights).n_effective


def summarize_weights(weights: Numbers) -> WeightSummary:
    """Summarize a set of weights.

    Parameters
    ----------
    weights
        As in `kish_deff`.

    Returns
    -------
    WeightSummary

    Raises
    ------
    DesignError
        ``no_weights``; ``bad_weight`` with the row.

    Examples
    --------
    >>> summary = summarize_weights([1, 1, 2, 4])
    >>> summary.n, summary.total, summary.maximum, round(summary.cv, 4)
    (4, 8.0, 4.0, 0.6124)
    """
    n = len(weights)
    if n == 0:
        raise DesignError("no_weights", "there is no weight; give at least one response")
    w = read_positive(weights, n, "weight", "bad_weight")
    relative = w / w.mean()
    deff = float(np.mean(relative**2))
    return WeightSummary(
        n=n,
        total=float(w.sum()),
        minimum=float(w.min()),
        maximum=float(w.max()),
        cv=math.sqrt(max(float(np.mean((relative - 1) ** 2)), 0.0)),
        kish_deff=deff,
        n_effective=n / deff,
    )
