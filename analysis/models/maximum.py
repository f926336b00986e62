"""The maximum of a weighted log likelihood by Newton's method, and how to tell that there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import MeasureError
from analysis.models.columns import Matrix

STEPS = 100
SMALLEST_GAIN = 1e-18
HALVINGS = 40
RUNNING = 1e-3


@dataclass(frozen=True, eq=False, slots=True)
class Slope:
    """A log likelihood at one place.

    Attributes
    ----------
    height : float
        The log likelihood, minus infinity where the parameters are impossible.
    gradient : ndarray, shape (p,)
    information : ndarray, shape (p, p)
        Minus the second derivatives.
    """

    height: float
    gradient: Matrix
    information: Matrix


def climb(look: Callable[[Matrix], Slope], start: Matrix, reach: Matrix, names: Sequence[str]) -> Matrix:
    """Return the parameters that maximise a concave log likelihood.

    Parameters
    ----------
    look : function
        From parameters, shape (p,), to a `Slope`; weights of mean 1, so that heights count in responses.
    start : ndarray, shape (p,)
    reach : ndarray, shape (p,)
        The largest absolute value of each parameter's column: how far the parameter moves a prediction.
    names : sequence of str
        Of the p parameters.

    Returns
    -------
    ndarray, shape (p,)
        Where a further step would gain less than 1e-18.

    Raises
    ------
    MeasureError
        ``separation`` where the likelihood keeps rising as parameters run to infinity, naming them (Albert and
        Anderson 1984): near its limit it gains nothing any more, but the steps stay long.

    Examples
    --------
    >>> def look(b):
    ...     return Slope(-float((b[0] - 3) ** 2), -2 * (b - 3), np.array([[2.0]]))
    >>> climb(look, np.zeros(1), np.ones(1), ["x"]).tolist()
    [3.0]
    """
    place, step = start, np.full_like(start, np.inf)
    slope = look(place)
    for _ in range(STEPS):
        try:
            latest = solve_scaled(slope.information, slope.gradient)
        except np.linalg.LinAlgError:
            break
        if not np.isfinite(latest).all():
            break
        step = latest
        gain = float(step @ slope.gradient)
        place, slope = _advance(look, place, slope, step)
        if abs(gain) <= SMALLEST_GAIN:
            break
    running = [name for name, moved in zip(names, np.abs(step) * reach, strict=True) if moved > RUNNING]
    if running:
        raise MeasureError(
            "separation",
            f"{', '.join(running)}: a group in which everybody answers alike has no finite coefficient; "
            "merge its level with another or leave the term out",
        )
    return place


def _advance(look: Callable[[Matrix], Slope], place: Matrix, slope: Slope, step: Matrix) -> tuple[Matrix, Slope]:
    """Take the step, halved until it does not lead down."""
    lowest = slope.height - 1e-12 * abs(slope.height)
    for halving in range(HALVINGS):
        there = place + step / 2**halving
        found = look(there)
        if found.height >= lowest:
            return there, found
    return place, slope


def solve_scaled(information: Matrix, right: Matrix) -> Matrix:
    """Solve a symmetric positive definite system, scaled to unit diagonal so that units of columns do not matter.

    Parameters
    ----------
    information : ndarray, shape (p, p)
    right : ndarray, shape (p,) or (p, k)

    Returns
    -------
    ndarray, the shape of `right`
        information⁻¹ right.

    Raises
    ------
    numpy.linalg.LinAlgError
        If it is singular.

    Examples
    --------
    >>> solve_scaled(np.array([[4.0, 0.0], [0.0, 1e6]]), np.array([8.0, 1e6])).tolist()
    [2.0, 1.0]
    """
    diagonal = np.diag(information)
    if not (diagonal > 0).all():
        raise np.linalg.LinAlgError("a parameter has no information left")
    scale = np.sqrt(diagonal)
    solved: Matrix = (np.linalg.solve(information / np.outer(scale, scale), (right.T / scale).T).T / scale).T
    return solved
