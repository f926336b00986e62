"""Where R's ``svyolr`` stops, which may be short of the maximum.

``svyolr`` maximises by ``optim``'s BFGS with its defaults, which ends once two descents, the second from a fresh
start, gain less than 1.5e-8 of the log likelihood. With thousands of responses that may be a tenth of a standard error
short of the maximum that `fit_proportional_odds` finds; run with ``control = list(reltol = 1e-16)`` it goes there. Its
second derivatives are differences of gradients 0.001 apart. Reference results hold R's figures, so both habits have to
be reproduced before it can be said that the two programs have the same model, likelihood, scores and variance.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit, xlog1py, xlogy

from analysis.models.columns import Matrix
from analysis.models.proportional_odds import OrderedResponse, prepare_likelihood

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from analysis.design import SurveyDesign

GAIN = float(np.sqrt(np.finfo(np.float64).eps))
SETTLED = 1e-8
DESCENTS = 100
FITS = 25
SHRINK = 0.2
ENOUGH_OF_SLOPE = 1e-4
INDISTINCT = 10.0
DIFFERENCE = 1e-3


def stop_early(
    design: SurveyDesign,
    y: ArrayLike,
    terms: Mapping[str, ArrayLike],
    levels: Mapping[str, Sequence[Hashable]] | None = None,
) -> tuple[Matrix, Matrix]:
    """Return the parameters at which R's ``svyolr`` stops, and their covariance by design.

    Parameters
    ----------
    design, y, terms, levels
        As in `fit_proportional_odds`.

    Returns
    -------
    parameters : ndarray, shape (p + q,)
        Slopes, then thresholds.
    covariance : ndarray, shape (p + q, p + q)

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=list("aabbccdd"))
    >>> parameters, covariance = stop_early(design, [1, 2, 2, 3, 3, 1, 1, 3], {"sex": list("FMFMFMFM")})
    >>> parameters.round(2).tolist()
    [1.1, 0.0, 1.1]
    """
    ordered = prepare_likelihood(design, y, terms, levels=levels)
    rows, likelihood = ordered.matrix.rows, ordered.likelihood
    thresholds, mean_weight = likelihood.thresholds, likelihood.mean_weight

    def height(place: Matrix) -> float:
        with np.errstate(over="ignore"):
            there = _from_logs(place, thresholds)
        return -mean_weight * likelihood.look(there).height if np.isfinite(there).all() else np.inf

    def gradient(place: Matrix) -> Matrix:
        there = likelihood.look(_from_logs(place, thresholds))
        return -mean_weight * (there.gradient @ _jacobian(place, thresholds))

    place = _descend(height, gradient, _start(ordered, design.weights))
    curvature = np.column_stack([_difference(gradient, place, number) for number in range(len(place))])
    jacobian = _jacobian(place, thresholds)
    spread = jacobian @ np.linalg.pinv((curvature + curvature.T) / 2) @ jacobian.T
    parameters = _from_logs(place, thresholds)
    influence = np.zeros((len(rows), len(place)))
    influence[rows] = likelihood.scores(parameters) @ spread
    return parameters, design.covariance(influence, rows)


def _start(ordered: OrderedResponse, weights: Matrix) -> Matrix:
    """Take slopes from a logistic regression on the upper half of the answers, and evenly spread thresholds."""
    rows, q = ordered.matrix.rows, ordered.likelihood.thresholds
    x = np.column_stack([np.ones(int(rows.sum())), ordered.matrix.values[rows]])
    upper_half = (ordered.codes[rows] >= (q + 1) // 2).astype(np.float64)
    coefficients = _reweight(x, upper_half, weights[rows] / weights[rows].mean())
    even = logit(np.arange(1, q + 1) / (q + 1)) / 1.7
    cuts = even - coefficients[0] - even[(q + 1) // 2 - 1]
    return np.concatenate([coefficients[1:], cuts[:1], np.log(np.diff(cuts))])


def _reweight(x: Matrix, y: Matrix, weights: Matrix) -> Matrix:
    """Fit a logistic regression as R's ``glm.fit`` does, ending like it when the deviance settles to 1e-8."""
    fitted = (weights * y + 0.5) / (weights + 1)
    log_odds, deviance, coefficients = logit(fitted), np.inf, np.zeros(x.shape[1])
    for _ in range(FITS):
        spread = fitted * (1 - fitted)
        root = np.sqrt(weights * spread)
        working = log_odds + (y - fitted) / spread
        coefficients = np.linalg.lstsq(x * root[:, None], working * root)[0]
        log_odds = x @ coefficients
        fitted = expit(log_odds)
        before, deviance = deviance, -2 * float(weights @ (xlogy(y, fitted) + xlog1py(1 - y, -fitted)))
        if abs(deviance - before) < SETTLED * (abs(deviance) + 0.1):
            break
    return coefficients


def _from_logs(place: Matrix, thresholds: int) -> Matrix:
    """Turn a first threshold and logs of the distances between thresholds into thresholds."""
    slopes, logs = place[:-thresholds], place[-thresholds:]
    return np.concatenate([slopes, np.cumsum([logs[0], *np.exp(logs[1:])])])


def _jacobian(place: Matrix, thresholds: int) -> Matrix:
    """Return the derivatives of `_from_logs`, shape (p + q, p + q)."""
    jacobian = np.eye(len(place))
    distances = np.concatenate([[1.0], np.exp(place[-thresholds:][1:])])
    jacobian[-thresholds:, -thresholds:] = np.tril(np.ones((thresholds, thresholds))) * distances
    return jacobian


def _difference(gradient: Callable[[Matrix], Matrix], place: Matrix, number: int) -> Matrix:
    step = np.zeros_like(place)
    step[number] = DIFFERENCE
    return (gradient(place + step) - gradient(place - step)) / (2 * DIFFERENCE)


def _descend(height: Callable[[Matrix], float], gradient: Callable[[Matrix], Matrix], start: Matrix) -> Matrix:
    """Return where the variable metric method stops that R's ``optim(method = "BFGS")`` uses, with R's defaults.

    Parameters
    ----------
    height, gradient : function
        Of parameters, shape (p,).
    start : ndarray, shape (p,)

    Notes
    -----
    Nash (1990), algorithm 21: Broyden, Fletcher, Goldfarb and Shanno's update of the inverse curvature; steps cut to a
    fifth until they gain 1e-4 of what the slope promises; a fresh start from steepest descent after a step that gains
    too little, one that leads up, or 2p updates; the end when a fresh start gains too little as well.

    Examples
    --------
    >>> _descend(lambda b: float(b[0] ** 2), lambda b: 2 * b, np.array([3.0])).round(6).tolist()
    [0.0]
    """
    place, lowest, slope = start, height(start), gradient(start)
    inverse, updates, since_fresh = np.eye(len(start)), 1, 0
    while updates < DESCENTS:
        direction = -inverse @ slope
        promise = float(direction @ slope)
        progress = False
        if promise < 0:
            there, found, distinct = _shorten(height, place, lowest, direction, promise)
            progress = distinct and abs(found - lowest) > GAIN * (abs(lowest) + GAIN)
            taken, place, lowest = there - place, there, found
        if progress:
            turned, slope = -slope, gradient(place)
            turned = turned + slope
            updates, since_fresh = updates + 1, since_fresh + 1
            bend = float(taken @ turned)
            if bend > 0 and since_fresh <= 2 * len(place):
                inverse = _update(inverse, taken, turned, bend)
                continue
        elif since_fresh == 0:
            break
        inverse, since_fresh = np.eye(len(place)), 0
    return place


def _shorten(
    height: Callable[[Matrix], float], place: Matrix, lowest: float, direction: Matrix, promise: float
) -> tuple[Matrix, float, bool]:
    """Return the first shortened step that gains enough, its height, and whether it differs from staying."""
    length, found = 1.0, lowest
    while True:
        there = place + length * direction
        if (INDISTINCT + place == INDISTINCT + there).all():
            return there, found, False
        found = height(there)
        if np.isfinite(found) and found <= lowest + promise * length * ENOUGH_OF_SLOPE:
            return there, found, True
        length *= SHRINK


def _update(inverse: Matrix, taken: Matrix, turned: Matrix, bend: float) -> Matrix:
    """Return Broyden, Fletcher, Goldfarb and Shanno's next inverse curvature."""
    pulled = inverse @ turned
    across = np.outer(taken, pulled)
    updated: Matrix = inverse + ((1 + turned @ pulled / bend) * np.outer(taken, taken) - across - across.T) / bend
    return updated
