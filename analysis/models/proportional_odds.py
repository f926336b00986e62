"""The proportional odds model of ordered answers with variances by design (McCullagh 1980; Binder 1983).

logit P(Y ≤ k) = ζ_k - x'β, the parametrisation of statsmodels' ``OrderedModel`` and R's ``svyolr``. ``OrderedModel``
takes no weights and has no derivatives in its thresholds, both of which a variance by design needs; so the weighted
likelihood is maximised here, with the analytic score of each row and the analytic second derivatives.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from analysis.errors import MeasureError
from analysis.models.columns import (
    Matrix,
    find_present,
    number_categories,
    read_column,
    read_domain,
)
from analysis.models.fitted import FittedModel
from analysis.models.formula import ModelMatrix, build_model_matrix
from analysis.models.maximum import Slope, climb, solve_scaled

if TYPE_CHECKING:
    from analysis.design import SurveyDesign


@dataclass(frozen=True, eq=False, slots=True)
class ProportionalOdds:
    """A fitted proportional odds model.

    Attributes
    ----------
    model : FittedModel
        All parameters, the slopes β first and the thresholds ζ (named ``1|2``, ``2|3``, ...) after them, on the scale
        of log odds. A positive slope moves answers up.
    categories : tuple of str
        Of the response, from the lowest.
    """

    model: FittedModel
    categories: tuple[str, ...]

    @property
    def slopes(self) -> Matrix:
        """β, shape (p,)."""
        return self.model.coefficients[: 1 - len(self.categories)]

    @property
    def thresholds(self) -> Matrix:
        """ζ, rising, shape (categories - 1,)."""
        return self.model.coefficients[1 - len(self.categories) :]


def fit_proportional_odds(
    design: SurveyDesign,
    y: ArrayLike,
    terms: Mapping[str, ArrayLike],
    *,
    categories: Sequence[Hashable] | None = None,
    domain: ArrayLike | None = None,
    levels: Mapping[str, Sequence[Hashable]] | None = None,
) -> ProportionalOdds:
    """Fit a proportional odds model to answers on an ordered scale.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses.
    y : array_like, shape (n,)
        Answers: numbers in their order, or text ordered by `categories`; NaN, None or '' where missing.
    terms : mapping of str to array_like, each shape (n,)
        As in `build_model_matrix`; a row with a missing term is outside the domain but stays in the design.
    categories : sequence, optional
        All answers from the lowest; needed for text. One that nobody gave is left out.
    domain : array_like of bool, shape (n,), optional
    levels : mapping, optional
        Order of the levels of a term.

    Returns
    -------
    ProportionalOdds

    Raises
    ------
    MeasureError
        As `build_model_matrix`; ``no_order`` for text without `categories`; ``two_categories`` where fewer than three
        answers occur (use `fit_logit`); ``unknown_level``; ``separation``.

    Notes
    -----
    Influence u_i = I⁻¹ s_i with the score s_i of the row and the weighted information I; df = PSUs - strata - slopes
    among the rows used.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=list("aabbccdd"))
    >>> fit = fit_proportional_odds(design, [1, 2, 2, 3, 3, 1, 1, 3], {"sex": list("FMFMFMFM")})
    >>> fit.model.names, fit.slopes.round(3).tolist(), fit.thresholds.round(3).tolist()
    (('sexM', '1|2', '2|3'), [1.099], [0.0, 1.099])
    """
    ordered = prepare_likelihood(design, y, terms, categories=categories, domain=domain, levels=levels)
    matrix, labels, likelihood = ordered.matrix, ordered.categories, ordered.likelihood
    names = (*matrix.names, *(f"{low}|{high}" for low, high in pairwise(labels)))
    reach = np.concatenate([np.abs(matrix.values).max(axis=0), np.ones(len(labels) - 1)])
    found = climb(likelihood.look, likelihood.start(), reach, names)
    influence = np.zeros((len(matrix.rows), len(names)))
    influence[matrix.rows] = solve_scaled(likelihood.look(found).information, likelihood.scores(found).T).T
    covariance = design.covariance(influence / likelihood.mean_weight, matrix.rows)
    df = design.degrees_of_freedom(matrix.rows) - len(matrix.names)
    return ProportionalOdds(FittedModel(names, found, covariance, df, int(matrix.rows.sum())), labels)


@dataclass(frozen=True, eq=False, slots=True)
class OrderedResponse:
    """What `fit_proportional_odds` maximises.

    Attributes
    ----------
    matrix : ModelMatrix
        Without an intercept: the thresholds take its place.
    codes : ndarray of int, shape (n,)
        The answer of each row from 0; -1 in rows not used.
    categories : tuple of str
    likelihood : OrderedLikelihood
    """

    matrix: ModelMatrix
    codes: NDArray[np.intp]
    categories: tuple[str, ...]
    likelihood: OrderedLikelihood


def prepare_likelihood(
    design: SurveyDesign,
    y: ArrayLike,
    terms: Mapping[str, ArrayLike],
    *,
    categories: Sequence[Hashable] | None = None,
    domain: ArrayLike | None = None,
    levels: Mapping[str, Sequence[Hashable]] | None = None,
) -> OrderedResponse:
    """Read what `fit_proportional_odds` is given.

    Parameters
    ----------
    design, y, terms, categories, domain, levels
        As in `fit_proportional_odds`.

    Returns
    -------
    OrderedResponse

    Raises
    ------
    MeasureError
        ``no_order``, ``two_categories``, ``unknown_level``, and as `build_model_matrix`.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=list("aabbccdd"))
    >>> ordered = prepare_likelihood(design, [1, 2, 2, 3, 3, 1, 1, 3], {"sex": list("FMFMFMFM")})
    >>> ordered.codes.tolist(), ordered.matrix.names
    ([0, 1, 1, 2, 2, 0, 0, 2], ('sexM',))
    >>> ordered.likelihood.start().round(3).tolist()  # no slope; log odds of 3/8 and 5/8
    [0.0, -0.511, 0.511]
    """
    n = len(design.weights)
    answers = read_column(y, n, "y")
    if answers.dtype.kind == "U" and categories is None:
        raise MeasureError("no_order", "y is text; give `categories`, its answers from the lowest to the highest")
    matrix = build_model_matrix(terms, read_domain(domain, n) & find_present(answers), levels).without_intercept()
    codes, labels = number_categories(answers, matrix.rows, "y", categories)
    if len(labels) < 3:
        raise MeasureError("two_categories", f"y has {len(labels)} answers; fewer than 3 have no order, use fit_logit")
    return OrderedResponse(matrix, codes, labels, OrderedLikelihood.of(matrix, codes, len(labels), design.weights))


@dataclass(frozen=True, eq=False, slots=True)
class OrderedLikelihood:
    """The weighted log likelihood of m answers, each a logistic variable known to lie between two thresholds.

    Attributes
    ----------
    upper, lower : ndarray, shape (m, p + q)
        Turn the p slopes and q thresholds into the limits of each answer on the scale of log odds, save that the
        highest answer has no upper and the lowest no lower limit.
    codes : ndarray of int, shape (m,)
    weights : ndarray, shape (m,)
        Of mean 1.
    mean_weight : float
        What they were divided by.
    thresholds : int
        q.
    """

    upper: Matrix
    lower: Matrix
    codes: NDArray[np.intp]
    weights: Matrix
    mean_weight: float
    thresholds: int

    @classmethod
    def of(cls, matrix: ModelMatrix, codes: NDArray[np.intp], answers: int, weights: Matrix) -> OrderedLikelihood:
        """Take the rows in use of a model matrix and the answers there.

        Parameters
        ----------
        matrix : ModelMatrix
            n rows, m of them in use.
        codes : ndarray of int, shape (n,)
            Answers from 0.
        answers : int
            Different ones, q + 1.
        weights : ndarray, shape (n,)
        """
        x, used = matrix.values[matrix.rows], codes[matrix.rows]
        mean_weight = float(weights[matrix.rows].mean())
        order = np.arange(answers - 1)
        return cls(
            np.column_stack([-x, used[:, None] == order]).astype(np.float64),
            np.column_stack([-x, used[:, None] - 1 == order]).astype(np.float64),
            used,
            weights[matrix.rows] / mean_weight,
            mean_weight,
            answers - 1,
        )

    def start(self) -> Matrix:
        """Return where to begin: slopes of 0 and the log odds of the weighted shares.

        Returns
        -------
        ndarray, shape (p + q,)
        """
        shares = np.bincount(self.codes, self.weights) / self.weights.sum()
        start = np.zeros(self.upper.shape[1])
        start[-self.thresholds :] = logit(np.cumsum(shares)[:-1])
        return start

    def look(self, parameters: Matrix) -> Slope:
        """Return the log likelihood, its gradient and information.

        Parameters
        ----------
        parameters : ndarray, shape (p + q,)
            Slopes, then thresholds.

        Returns
        -------
        Slope
            Height -infinity where the thresholds do not rise.
        """
        below_upper, below_lower, chance, pull_up, pull_down = self._pull(parameters)
        if not (chance > 0).all():
            size = len(parameters)
            return Slope(-np.inf, np.zeros(size), np.zeros((size, size)))
        a, b, w = self.upper, self.lower, self.weights[:, None]
        bend_up = (pull_up * (1 - 2 * below_upper) - pull_up**2)[:, None]
        bend_down = (-pull_down * (1 - 2 * below_lower) - pull_down**2)[:, None]
        across = a.T @ (w * (pull_up * pull_down)[:, None] * b)
        curvature = a.T @ (w * bend_up * a) + b.T @ (w * bend_down * b) + across + across.T
        gradient = a.T @ (self.weights * pull_up) - b.T @ (self.weights * pull_down)
        return Slope(float(self.weights @ np.log(chance)), gradient, -curvature)

    def scores(self, parameters: Matrix) -> Matrix:
        """Return the derivative of each row's own log likelihood, unweighted.

        Parameters
        ----------
        parameters : ndarray, shape (p + q,)
            As in `look`.

        Returns
        -------
        ndarray, shape (m, p + q)
        """
        _, _, _, pull_up, pull_down = self._pull(parameters)
        return self.upper * pull_up[:, None] - self.lower * pull_down[:, None]

    def _pull(self, parameters: Matrix) -> tuple[Matrix, Matrix, Matrix, Matrix, Matrix]:
        """Return F(upper), F(lower), the chance between, and both densities over that chance, each shape (m,)."""
        upper = np.where(self.codes == self.thresholds, np.inf, self.upper @ parameters)
        lower = np.where(self.codes == 0, -np.inf, self.lower @ parameters)
        # in the upper tail 1 - F keeps the digits that F has lost
        chance = np.where(lower > 0, expit(-lower) - expit(-upper), expit(upper) - expit(lower))
        divisor = np.where(chance > 0, chance, 1.0)
        return (
            expit(upper),
            expit(lower),
            chance,
            expit(upper) * expit(-upper) / divisor,
            expit(lower) * expit(-lower) / divisor,
        )
