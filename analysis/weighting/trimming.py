"""Trimming: the few largest weights cut off, what was cut given to the others."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.errors import DesignError
from analysis.labels import Numbers, read_positive
from analysis.weighting.calibrated import CalibratedDesign
from analysis.weighting.margins import Columns, Margins, Matrix
from analysis.weighting.raking import rake

UPPER_TIMES_MEAN = 3.0
ROUNDING = 1 + 1e-12
"""From the second round on, a weight this close to a limit lies on it."""


@dataclass(frozen=True, eq=False, slots=True)
class TrimmedWeights:
    """Weights after trimming, with the same sum.

    Attributes
    ----------
    weights : ndarray, shape (n,)
    lower, upper : float
        The limits.
    trimmed : ndarray of bool, shape (n,)
        The rows that were outside the limits at some time.
    removed : float
        Sum of the weights taken off above `upper`, less what was put on below `lower`.
    rounds : int
        Times weights were cut; 0: all lay within the limits.
    """

    weights: Matrix
    lower: float
    upper: float
    trimmed: NDArray[np.bool_]
    removed: float
    rounds: int


@dataclass(frozen=True, eq=False, slots=True)
class TrimmedDesign:
    """A design trimmed and raked once more.

    Attributes
    ----------
    trimming : TrimmedWeights
    raked : CalibratedDesign
        Its ``design`` is the one to use.
    above_limit : int
        Rows that the last raking lifted above the limit again.
    """

    trimming: TrimmedWeights
    raked: CalibratedDesign
    above_limit: int


def trim_weights(
    weights: Numbers, *, lower: float = 0.0, upper: float = math.inf, strict: bool = False
) -> TrimmedWeights:
    """Clip weights to limits and give what was removed to the rows that were within, in equal parts.

    Parameters
    ----------
    weights : sequence of float, shape (n,)
    lower, upper : float
        Limits, in the unit of the weights.
    strict : bool
        Repeat until no weight lies outside: the parts given may have lifted some above `upper`.

    Returns
    -------
    TrimmedWeights

    Raises
    ------
    DesignError
        ``bad_weight`` with the row; ``trimming_impossible`` if no row is left to take what was removed.
    ValueError
        Unless 0 <= lower < upper.

    References
    ----------
    Potter FJ (1990) A study of procedures to identify and trim extreme sampling weights, Proc Surv Res Meth, Am Stat
    Assoc, 225-230. The rule is that of R's ``trimWeights``.

    Notes
    -----
    With `strict`, a later round gives to all rows that can still take: also to those once lifted to `lower`.

    Examples
    --------
    >>> trim_weights([1, 2, 3, 10], upper=4).weights.tolist()
    [3.0, 4.0, 5.0, 4.0]
    >>> trim_weights([1, 2, 3, 10], upper=4, strict=True).weights.tolist()
    [4.0, 4.0, 4.0, 4.0]
    """
    before = read_positive(weights, len(weights), "weight", "bad_weight")
    if not 0 <= lower < upper:
        raise ValueError(f"limits are {lower} and {upper}; they must be 0 <= lower < upper")
    after, trimmed, removed, rounds = before.copy(), np.zeros(len(before), dtype=np.bool_), 0.0, 0
    slack = 1.0
    while True:
        outside = (after < lower / slack) | (after > upper * slack)
        if not outside.any() or (rounds and not strict):
            return TrimmedWeights(after, lower, upper, trimmed, removed, rounds)
        clipped = np.clip(after, lower, upper)
        surplus = float((after - clipped).sum())
        takers = ~outside if rounds == 0 else (clipped < upper if surplus > 0 else clipped > lower)
        if not takers.any():
            raise DesignError(
                "trimming_impossible", f"no weight is left between {lower:g} and {upper:g}; widen the limits"
            )
        after = np.where(takers, clipped + surplus / takers.sum(), clipped)
        trimmed |= outside
        removed, rounds, slack = removed + surplus, rounds + 1, ROUNDING


def trim_and_rake(
    design: SurveyDesign, columns: Columns, margins: Margins, *, upper_times_mean: float = UPPER_TIMES_MEAN
) -> TrimmedDesign:
    """Trim weights at a multiple of their mean and rake once more: the platform's rule.

    Parameters
    ----------
    design : SurveyDesign
        Its weights are usually raked to the same margins already.
    columns, margins
        As in `analysis.weighting.raking.rake`, with its errors and those of `trim_weights`.
    upper_times_mean : float
        The limit over the mean weight, above 1.

    Returns
    -------
    TrimmedDesign

    Raises
    ------
    DesignError
        As `trim_weights` and `rake`.
    ValueError
        For `upper_times_mean` of 1 or less.

    Examples
    --------
    >>> design = SurveyDesign.declare(psu=None, weights=[1.0] * 9 + [11.0])
    >>> done = trim_and_rake(design, {"sex": ["F", "M"] * 5}, {"sex": {"F": 10, "M": 10}})
    >>> int(done.trimming.trimmed.sum()), done.above_limit, round(float(done.raked.design.weights[9]), 2)
    (1, 0, 4.91)
    """
    if not upper_times_mean > 1:
        raise ValueError(f"upper_times_mean is {upper_times_mean}; it must be above 1, such as 3")
    limit = upper_times_mean * float(design.weights.mean())
    trimming = trim_weights(design.weights, upper=limit)
    # trimmed weights no longer meet what earlier ones were calibrated to, so the earlier residuals go
    residual = design.residual if trimming.rounds == 0 else None
    raked = rake(design.with_weights(trimming.weights, residual), columns, margins)
    return TrimmedDesign(trimming, raked, int((raked.design.weights > limit).sum()))
