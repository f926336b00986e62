"""Weights that meet population totals, what a calibration did, and the design that follows from it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from analysis.design import Residual, SurveyDesign
from analysis.errors import DesignError
from analysis.weighting.kish import WeightSummary, summarize_weights
from analysis.weighting.margins import Auxiliaries, Margin, Matrix

COLLINEAR = 1e-12
"""Share of the largest eigenvalue below which a combination of auxiliaries counts as one already there."""


@dataclass(frozen=True, eq=False, slots=True)
class CalibratedWeights:
    """Weights that meet totals.

    Attributes
    ----------
    weights, g : ndarray, shape (n,)
        The weights, and their ratio to the weights before.
    iterations : int
    residual : function
        Turns influence values, shape (n, k), into their residuals on the auxiliaries, fitted with the weights before.
    """

    weights: Matrix
    g: Matrix
    iterations: int
    residual: Residual


@dataclass(frozen=True, slots=True)
class MarginReached:
    """One total: what it should be, and what the weights gave before and after.

    Attributes
    ----------
    variable : str
    level : hashable
        None for a numeric variable.
    total, before, after : float
    """

    variable: str
    level: Hashable
    total: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """What a calibration did to the weights.

    Attributes
    ----------
    method : str
        ``poststratify``, ``rake`` or the name of a distance.
    iterations : int
    g_minimum, g_maximum : float
    before, after : WeightSummary
        With Kish's design effect.
    margins : tuple of MarginReached
    """

    method: str
    iterations: int
    g_minimum: float
    g_maximum: float
    before: WeightSummary
    after: WeightSummary
    margins: tuple[MarginReached, ...]


@dataclass(frozen=True, eq=False, slots=True)
class CalibratedDesign:
    """The same sample with calibrated weights, and the report.

    Attributes
    ----------
    design : SurveyDesign
        Its variances are those of calibration residuals.
    g : ndarray, shape (n,)
    report : CalibrationReport
    """

    design: SurveyDesign
    g: Matrix
    report: CalibrationReport


@dataclass(frozen=True, eq=False, slots=True)
class Projection:
    """The weighted least squares fit on auxiliaries.

    Attributes
    ----------
    auxiliaries : Auxiliaries
    weights : ndarray, shape (n,)
        d, the weights before calibration.
    basis : ndarray, shape (p, r)
        Turns the columns into r columns with X'dX = 1, leaving out those that others already hold.

    Examples
    --------
    >>> sex = Auxiliaries.of_matrix([[1, 0], [1, 0], [0, 1]], [10, 5])
    >>> projection = Projection.fit(sex, np.array([1.0, 3.0, 2.0]))
    >>> abs(projection.residual(np.array([[4.0], [8.0], [5.0]]))).round(9).ravel().tolist()
    [3.0, 1.0, 0.0]
    """

    auxiliaries: Auxiliaries
    weights: Matrix
    basis: Matrix

    @classmethod
    def fit(cls, auxiliaries: Auxiliaries, weights: Matrix) -> Projection:
        """Prepare the fit.

        Parameters
        ----------
        auxiliaries : Auxiliaries
            n rows, p columns.
        weights : ndarray, shape (n,)
            d.
        """
        x = auxiliaries.matrix
        gram = (x.T @ x.multiply(weights[:, None])).toarray()
        size = np.sqrt(np.diag(gram))
        size[size == 0] = 1.0
        values, vectors = np.linalg.eigh(gram / np.outer(size, size))
        kept = values > COLLINEAR * values.max(initial=0.0)
        return cls(auxiliaries, weights, vectors[:, kept] / np.sqrt(values[kept]) / size[:, None])

    def residual(self, influence: Matrix) -> Matrix:
        """Return influence values less their fit on the auxiliaries.

        Parameters
        ----------
        influence : ndarray, shape (n, k)
            u, unweighted.

        Returns
        -------
        ndarray, shape (n, k)
            e = u - x'B with B = (X'dX)⁻ X'du.
        """
        x = self.auxiliaries.matrix
        moments = x.T @ (self.weights[:, None] * influence)
        fitted: Matrix = x @ (self.basis @ (self.basis.T @ moments))
        return np.subtract(influence, fitted, out=fitted)


def attach(
    design: SurveyDesign, calibrated: CalibratedWeights, margins: Auxiliaries | Sequence[Margin], method: str
) -> CalibratedDesign:
    """Give a design its calibrated weights and their residuals, and report.

    Parameters
    ----------
    design : SurveyDesign
        With the weights before. If these were calibrated too, the residuals of both calibrations are taken: first on
        the new totals, then on the old ones.
    calibrated : CalibratedWeights
    margins : Auxiliaries or sequence of Margin
        What was to be met.
    method : str
        For the report.

    Returns
    -------
    CalibratedDesign

    Raises
    ------
    DesignError
        ``negative_weights`` with the row.

    Examples
    --------
    >>> design = SurveyDesign.declare(psu=None, weights=[2.0, 2.0])
    >>> g = np.array([1.5, 1.0])
    >>> everybody = Auxiliaries.of_matrix([[1.0], [1.0]], [5.0])
    >>> done = attach(design, CalibratedWeights(g * 2, g, 1, lambda influence: influence), everybody, "by hand")
    >>> done.report.margins[0].before, done.report.margins[0].after
    (4.0, 5.0)
    """
    if not (calibrated.weights > 0).all():
        row = int(np.argmax(~(calibrated.weights > 0)))
        raise DesignError(
            "negative_weights",
            f"its calibrated weight is {calibrated.weights[row]:.4g}; use distance 'raking', or bounds above 0",
            row,
        )
    earlier, later = design.residual, calibrated.residual
    residual = later if earlier is None else lambda influence: earlier(later(influence))
    report = CalibrationReport(
        method=method,
        iterations=calibrated.iterations,
        g_minimum=float(calibrated.g.min()),
        g_maximum=float(calibrated.g.max()),
        before=summarize_weights(design.weights),
        after=summarize_weights(calibrated.weights),
        margins=_compare_totals(margins, design.weights, calibrated.weights),
    )
    return CalibratedDesign(design.with_weights(calibrated.weights, residual), calibrated.g, report)


def refuse(auxiliaries: Auxiliaries, reached: Matrix, weights: Matrix, iterations: int, advice: str) -> NoReturn:
    """Refuse a calibration that failed, naming the total that is furthest from being met.

    Parameters
    ----------
    auxiliaries : Auxiliaries
    reached : ndarray, shape (p,)
        The sums where the iteration stopped.
    weights : ndarray, shape (n,)
        The weights before.
    iterations : int
    advice : str
        What to do.

    Raises
    ------
    DesignError
        ``calibration_failed``.

    Examples
    --------
    >>> totals = Auxiliaries.of_matrix([[1, 20], [1, 40]], [10, 300])
    >>> refuse(totals, np.array([10.0, 320.0]), np.array([4.0, 6.0]), 50, "mend it")
    Traceback (most recent call last):
    analysis.errors.DesignError: the totals were not met after 50 iterations; furthest is column 2: 320 of 300; mend it
    """
    gap = np.abs(reached - auxiliaries.totals) / auxiliaries.scale(weights)
    worst = int(np.argmax(np.where(np.isfinite(gap), gap, np.inf)))
    raise DesignError(
        "calibration_failed",
        f"the totals were not met after {iterations} iterations; furthest is {auxiliaries.name(worst)}: "
        f"{reached[worst]:.10g} of {auxiliaries.totals[worst]:.10g}; {advice}",
    )


def _compare_totals(
    margins: Auxiliaries | Sequence[Margin], before: Matrix, after: Matrix
) -> tuple[MarginReached, ...]:
    auxiliaries = margins if isinstance(margins, Auxiliaries) else Auxiliaries.of_margins(margins)
    figures = zip(
        auxiliaries.totals.tolist(),
        auxiliaries.sum_columns(before).tolist(),
        auxiliaries.sum_columns(after).tolist(),
        strict=True,
    )
    return tuple(
        MarginReached(variable, level, *values)
        for (variable, level), values in zip(auxiliaries.names, figures, strict=True)
    )
