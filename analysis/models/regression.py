"""Linear and logistic regression with variances by design.

Coefficients maximise the weighted likelihood; their covariance is that of the weighted scores between two inverses of
the information matrix, the scores being summed over the design as any total is (Binder 1983; Lumley 2004, sec. 3).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from analysis.errors import MeasureError
from analysis.models.columns import Matrix, read_domain, read_numbers
from analysis.models.fitted import FittedModel
from analysis.models.formula import ModelMatrix, build_model_matrix
from analysis.models.maximum import Slope, climb, solve_scaled

if TYPE_CHECKING:
    from analysis.design import SurveyDesign

Levels = Mapping[str, Sequence[Hashable]]


ROUNDING = 1e-12
"""Residuals below this share of the largest answer are rounding."""


def fit_linear(
    design: SurveyDesign,
    y: ArrayLike,
    terms: Mapping[str, ArrayLike],
    *,
    domain: ArrayLike | None = None,
    levels: Levels | None = None,
) -> FittedModel:
    """Fit a linear regression.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses.
    y : array_like of float, shape (n,)
        The response, NaN where missing.
    terms : mapping of str to array_like, each shape (n,)
        As in `build_model_matrix`; a row with a missing term is outside the domain but stays in the design.
    domain : array_like of bool, shape (n,), optional
    levels : mapping, optional
        Order of the levels of a term.

    Returns
    -------
    FittedModel
        In the unit of `y`.

    Raises
    ------
    MeasureError
        As `build_model_matrix`; ``not_a_number``, ``bad_domain``.

    Notes
    -----
    Influence u_i = (X'WX)⁻¹ x_i (y_i - x_i'b); df = PSUs - strata + 1 - p among the rows used.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=list("aabbccdd"))
    >>> fit = fit_linear(design, [3, 5, 4, 5, 2, 5, 3, 4], {"sex": list("FMFMFMFM")})
    >>> fit.names, fit.coefficients.round(3).tolist(), fit.se.round(3).tolist(), fit.df
    (('(Intercept)', 'sexM'), [3.0, 1.75], [0.408, 0.479], 2)
    """
    response, matrix = _prepare(design, y, terms, domain, levels)
    information = _weigh_squares(matrix.values, design.weights)
    coefficients = np.zeros(len(matrix.names))
    for _ in range(2):  # the second time takes out the rounding of the first
        residual = response - matrix.values @ coefficients
        coefficients = coefficients + solve_scaled(information, matrix.values.T @ (design.weights * residual))
    residual = response - matrix.values @ coefficients
    scale = ROUNDING * np.abs(response).max(initial=0.0)
    if np.abs(residual).max(initial=0.0) <= scale:  # the terms tell every answer: what is left is rounding
        reach = np.abs(matrix.values).max(axis=0, initial=0.0)
        coefficients, residual = np.where(np.abs(coefficients) * reach <= scale, 0.0, coefficients), residual * 0.0
    return _finish(design, matrix, coefficients, information, residual)


def fit_logit(
    design: SurveyDesign,
    y: ArrayLike,
    terms: Mapping[str, ArrayLike],
    *,
    domain: ArrayLike | None = None,
    levels: Levels | None = None,
) -> FittedModel:
    """Fit a logistic regression of a rate; the dispersion plays no part (R's quasibinomial).

    Parameters
    ----------
    design, terms, domain, levels
        As in `fit_linear`.
    y : array_like of float, shape (n,)
        0, 1, or a share between; NaN where missing.

    Returns
    -------
    FittedModel
        On the scale of log odds; exp of a coefficient is an odds ratio.

    Raises
    ------
    MeasureError
        As `fit_linear`; ``not_a_share``; ``constant_response`` where everybody answers alike; ``separation``,
        naming the columns, where some group of them does, so that no finite coefficient fits best (Albert and
        Anderson 1984).

    Notes
    -----
    Newton's method, here the same as iteratively reweighted least squares. Influence u_i = (X'WVX)⁻¹ x_i (y_i - p_i),
    V = p(1-p).

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=list("aabbccdd"))
    >>> fit = fit_logit(design, [0, 1, 1, 1, 0, 1, 0, 0], {"sex": list("FMFMFMFM")})
    >>> fit.coefficients.round(4).tolist()  # log odds of 1 in 4; of 3 in 4 less those
    [-1.0986, 2.1972]
    """
    response, matrix = _prepare(design, y, terms, domain, levels)
    given = response[matrix.rows]
    if ((given < 0) | (given > 1)).any():
        row = int(np.argmax(matrix.rows & ((response < 0) | (response > 1))))
        raise MeasureError("not_a_share", f"y is {response[row]}; a logistic model takes 0 to 1", row)
    if (given == given[0]).all() and given[0] in {0.0, 1.0}:
        raise MeasureError("constant_response", "every answer is the same; there is nothing to explain")
    coefficients = _find_logit(design, response, matrix)
    fitted = expit(matrix.values @ coefficients)
    information = _weigh_squares(matrix.values, design.weights * fitted * (1 - fitted))
    return _finish(design, matrix, coefficients, information, response - fitted)


def _find_logit(design: SurveyDesign, response: Matrix, matrix: ModelMatrix) -> Matrix:
    weights = np.where(matrix.rows, design.weights, 0.0) / design.weights[matrix.rows].mean()
    x = matrix.values

    def look(coefficients: Matrix) -> Slope:
        log_odds = x @ coefficients
        fitted = expit(log_odds)
        height = float(weights @ (response * log_odds - np.logaddexp(0, log_odds)))
        return Slope(height, x.T @ (weights * (response - fitted)), _weigh_squares(x, weights * fitted * (1 - fitted)))

    start = np.zeros(x.shape[1])
    start[0] = logit(weights @ response / weights.sum())
    return climb(look, start, np.abs(x).max(axis=0), matrix.names)


def _prepare(
    design: SurveyDesign,
    y: ArrayLike,
    terms: Mapping[str, ArrayLike],
    domain: ArrayLike | None,
    levels: Levels | None,
) -> tuple[Matrix, ModelMatrix]:
    """Read the response, 0 where not used, and the model matrix of the rows that have one."""
    n = len(design.weights)
    response = read_numbers(y, n, "y")
    matrix = build_model_matrix(terms, read_domain(domain, n) & ~np.isnan(response), levels)
    return np.where(matrix.rows, response, 0.0), matrix


def _finish(
    design: SurveyDesign, matrix: ModelMatrix, coefficients: Matrix, information: Matrix, residual: Matrix
) -> FittedModel:
    influence = solve_scaled(information, (matrix.values * residual[:, None]).T).T
    df = design.degrees_of_freedom(matrix.rows) + 1 - len(coefficients)
    covariance = design.covariance(influence, matrix.rows)
    return FittedModel(matrix.names, coefficients, covariance, df, int(matrix.rows.sum()))


def _weigh_squares(values: Matrix, weights: Matrix) -> Matrix:
    return values.T @ (weights[:, None] * values)
