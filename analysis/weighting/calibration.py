"""Calibration: the weights nearest to those before that meet known totals (Deville and Särndal 1992)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from analysis.design import SurveyDesign
from analysis.labels import Numbers, check_length, read_positive
from analysis.weighting.calibrated import CalibratedDesign, CalibratedWeights, Projection, attach, refuse
from analysis.weighting.distances import Distance, DistanceName, find_distance
from analysis.weighting.margins import Auxiliaries, Columns, Margins, Matrix, read_margins

TOLERANCE = 1e-11
MAXIMUM_ITERATIONS = 100
CONTRADICTION = 1e-9
"""Relative gap above which no weights at all, not even negative ones, can meet the totals."""
RIDGE = 1e-12
"""Keeps Newton's system solvable where a truncated distance has no slope."""
HALVINGS = 60


def calibrate_weights(
    base: Numbers,
    auxiliaries: ArrayLike,
    totals: Numbers,
    *,
    distance: DistanceName = "linear",
    bounds: tuple[float, float] | None = None,
    maximum_iterations: int = MAXIMUM_ITERATIONS,
) -> CalibratedWeights:
    """Find the weights nearest to `base` for which Σ w x equals the totals.

    Parameters
    ----------
    base : sequence of float, shape (n,)
        The weights before, above 0.
    auxiliaries : array_like, shape (n, p)
        x; columns that follow from others do no harm.
    totals : sequence of float, shape (p,)
        Σ x over the population.
    distance, bounds
        As in `analysis.weighting.distances.find_distance`.
    maximum_iterations : int
        Newton steps.

    Returns
    -------
    CalibratedWeights
        w = d F(x'λ). Weights of distance ``linear`` may be negative.

    Raises
    ------
    DesignError
        ``calibration_failed``, naming the total furthest from being met: the bounds are too narrow, or the totals
        contradict each other. ``bad_weight``, ``not_finite``, ``bad_total``, ``wrong_length``.
    ValueError
        What `find_distance` raises.

    References
    ----------
    Deville JC, Särndal CE (1992) Calibration estimators in survey sampling, JASA 87:376-382: weights sec. 2, residuals
    for the variance sec. 3.

    Examples
    --------
    >>> x = [[1, 2.0], [1, 4.0], [1, 9.0]]
    >>> calibrate_weights([10, 10, 10], x, [30, 165]).g.round(4).tolist()
    [0.8269, 0.9423, 1.2308]
    >>> calibrate_weights([10, 10, 10], x, [30, 165], distance="logit", bounds=(0.5, 2)).weights.sum().round(6).item()
    30.0
    """
    weights = read_positive(base, len(base), "weight", "bad_weight")
    read = Auxiliaries.of_matrix(auxiliaries, totals)
    check_length(read.matrix.shape[0], len(weights), "auxiliaries")
    return _solve(find_distance(distance, bounds), weights, read, maximum_iterations)


def calibrate(
    design: SurveyDesign,
    columns: Columns,
    margins: Margins,
    *,
    numeric: Mapping[str, tuple[Numbers, float]] | None = None,
    distance: DistanceName = "linear",
    bounds: tuple[float, float] | None = None,
    maximum_iterations: int = MAXIMUM_ITERATIONS,
) -> CalibratedDesign:
    """Calibrate a design to margins of categorical variables and totals of numeric ones.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses.
    columns : mapping of str to label column, each shape (n,)
    margins : mapping of str to mapping of level to float
        People of every level of each variable; may be empty if `numeric` is not.
    numeric : mapping of str to (values of shape (n,), total), optional
    distance, bounds, maximum_iterations
        As in `calibrate_weights`, with its errors, those of `read_margins`, and ``negative_weights``.

    Returns
    -------
    CalibratedDesign
        Its ``design`` computes variances from calibration residuals.

    Examples
    --------
    >>> design = SurveyDesign.declare(psu=None, weights=[10.0] * 4)
    >>> done = calibrate(
    ...     design, {"sex": ["F", "F", "M", "M"]}, {"sex": {"F": 24, "M": 16}},
    ...     numeric={"age": ([20, 40, 30, 60], 1400)})
    >>> [(reached.variable, round(reached.after, 6)) for reached in done.report.margins]
    [('sex', 24.0), ('sex', 16.0), ('age', 1400.0)]
    """
    auxiliaries = Auxiliaries.of_margins(read_margins(len(design), columns, margins), numeric)
    solved = _solve(find_distance(distance, bounds), design.weights, auxiliaries, maximum_iterations)
    return attach(design, solved, auxiliaries, distance)


def _solve(distance: Distance, base: Matrix, auxiliaries: Auxiliaries, maximum_iterations: int) -> CalibratedWeights:
    """Minimise the convex dual Σ d G(x'λ) - t'λ by Newton steps, shortened until it falls."""
    x, scale = auxiliaries.matrix, auxiliaries.scale(base)
    projection = Projection.fit(auxiliaries, base)
    basis = projection.basis
    target = basis.T @ auxiliaries.totals
    nearest = auxiliaries.sum_columns(base * (x @ (basis @ target)))
    if _find_gap(nearest, auxiliaries.totals, scale) > CONTRADICTION:
        refuse(auxiliaries, nearest, base, 0, "the totals contradict each other, correct them")

    def dual(at: Matrix) -> float:
        return float(base @ distance.integral(x @ (basis @ at)) - target @ at)

    multiplier = np.zeros(basis.shape[1])
    iteration = 0
    with np.errstate(over="ignore", invalid="ignore"):
        while True:
            u = x @ (basis @ multiplier)
            g = distance.factor(u)
            reached = auxiliaries.sum_columns(base * g)
            if _find_gap(reached, auxiliaries.totals, scale) <= TOLERANCE:
                return CalibratedWeights(base * g, g, iteration, projection.residual)
            if iteration == maximum_iterations:
                break
            iteration += 1
            curvature = x.T @ x.multiply((base * distance.slope(u))[:, None])
            gradient = target - basis.T @ reached
            step = np.linalg.solve(basis.T @ (curvature @ basis) + RIDGE * np.eye(len(gradient)), gradient)
            multiplier = multiplier + _find_length(dual, multiplier, step, float(gradient @ step)) * step
    return refuse(auxiliaries, reached, base, iteration, "widen the bounds, merge small levels, or correct the totals")


def _find_gap(reached: Matrix, totals: Matrix, scale: Matrix) -> float:
    return float(np.max(np.abs(reached - totals) / np.where(scale > 0, scale, 1.0)))


def _find_length(dual: Callable[[Matrix], float], at: Matrix, step: Matrix, promise: float) -> float:
    """Halve the step until the dual falls by a part of what its slope promises, up to rounding."""
    now = dual(at)
    rounding = 1e-12 * (1 + abs(now))
    length = 1.0
    for _ in range(HALVINGS):
        if dual(at + length * step) <= now - 1e-4 * length * promise + rounding:
            return length
        length /= 2
    return length
