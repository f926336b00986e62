"""Maximum likelihood estimate of a factor model in which each item belongs to one factor and factors correlate."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import cho_factor, cho_solve

from analysis.errors import MeasureError
from analysis.labels import number_labels

Matrix = NDArray[np.float64]

LOWEST_UNIQUENESS = 0.005
"""The bound of R's ``factanal``: an item keeps at least this share of variance of its own."""


@dataclass(frozen=True, eq=False, slots=True)
class FactorModel:
    """A fitted model of k items and m factors; items and factors have variance 1.

    Attributes
    ----------
    loadings : ndarray, shape (k,)
        Of each item on its own factor.
    factor_of_item : ndarray of int, shape (k,)
        Factors numbered in order of first appearance.
    factor_names : tuple
        The labels given, shape (m,).
    factor_correlation : ndarray, shape (m, m)
    uniquenesses : ndarray, shape (k,)
        Share of each item's variance that its factor does not explain.
    implied : ndarray, shape (k, k)
        The correlations of the items according to the model.
    discrepancy : float
        ln|Σ| - ln|S| + tr(S Σ⁻¹) - k at its minimum, 0 or more.
    marks : tuple of str
        What makes the solution improper: ``heywood`` (an item has no variance of its own left),
        ``correlation_above_one`` (two factors cannot be told apart), ``not_converged``.
    """

    loadings: NDArray[np.float64]
    factor_of_item: NDArray[np.intp]
    factor_names: tuple[Hashable, ...]
    factor_correlation: Matrix
    uniquenesses: NDArray[np.float64]
    implied: Matrix
    discrepancy: float
    marks: tuple[str, ...]


def estimate_factor_model(correlation: ArrayLike, factor_of_item: Sequence[Hashable]) -> FactorModel:
    """Fit Σ = ΛΦΛ' + Ψ to a correlation matrix by maximum likelihood.

    Parameters
    ----------
    correlation : array_like, shape (k, k)
        Correlations of the items; of a covariance matrix only the correlations matter, as the model has no scale.
    factor_of_item : sequence of hashable, shape (k,)
        The factor of each item; the same label throughout is the one-factor model.

    Returns
    -------
    FactorModel

    Raises
    ------
    MeasureError
        ``not_positive_definite`` (repeated items, or pairwise correlations that contradict each other),
        ``not_identified`` (one factor with fewer than 3 items, or a factor with 1), ``wrong_length``.

    Notes
    -----
    Minimises F = ln|Σ| - ln|S| + tr(SΣ⁻¹) - k (Jöreskog 1969; Bollen 1989, eq. 4.67) with its gradient
    tr(Σ⁻¹(Σ-S)Σ⁻¹ ∂Σ) and, for the curvature, its expectation tr(Σ⁻¹ ∂Σ Σ⁻¹ ∂Σ), in `scipy.optimize`. The parameters
    are the loadings, the correlations of the factors and ln(ψ - 0.005), so no uniqueness falls below the bound of
    ``factanal``. `statsmodels.multivariate.factor.Factor` fits one factor only (several it rotates, and no item can be
    assigned), and gives the loadings without a test; one estimator for both serves better.

    Examples
    --------
    >>> r = np.array([[1, 0.56, 0.48], [0.56, 1, 0.42], [0.48, 0.42, 1]])
    >>> estimate_factor_model(r, ["quality"] * 3).loadings.round(4).tolist()
    [0.8, 0.7, 0.6]
    """
    from scipy.optimize import minimize

    matrix = _read_correlation(correlation)
    k = len(matrix)
    if len(factor_of_item) != k:
        raise MeasureError("wrong_length", f"factor_of_item must name one factor an item, {k}")
    factors, m = number_labels(list(factor_of_item), "the factor of an item")
    sizes = np.bincount(factors)
    if sizes.min() < 2 or (m == 1 and k < 3):
        raise MeasureError("not_identified", "give one factor at least 3 items, and each of several factors at least 2")
    likelihood = _Likelihood(matrix, factors, m)
    found = minimize(
        likelihood.discrepancy,
        likelihood.start(),
        jac=likelihood.gradient,
        hess=likelihood.curvature,
        method="trust-exact",
        options={"gtol": 1e-9, "maxiter": 500},
    )
    loadings, uniquenesses, phi = likelihood.unpack(found.x)
    # The sign of a factor is free: most of its items load positively.
    signs = np.where(np.bincount(factors, weights=loadings, minlength=m) < 0, -1.0, 1.0)
    marks = [
        name
        for name, true in (
            ("heywood", bool((uniquenesses < LOWEST_UNIQUENESS + 1e-4).any())),
            ("correlation_above_one", bool((np.abs(phi[np.triu_indices(m, 1)]) > 1).any())),
            ("not_converged", bool(np.abs(likelihood.gradient(found.x)).max() > 1e-5)),
        )
        if true
    ]
    return FactorModel(
        loadings=loadings * signs[factors],
        factor_of_item=factors,
        factor_names=tuple(dict.fromkeys(factor_of_item)),
        factor_correlation=phi * np.outer(signs, signs),
        uniquenesses=uniquenesses,
        implied=likelihood.imply(found.x),
        discrepancy=max(float(found.fun), 0.0),
        marks=tuple(marks),
    )


class _Likelihood:
    """The discrepancy of one correlation matrix as a function of the free parameters."""

    def __init__(self, correlation: Matrix, factors: NDArray[np.intp], m: int) -> None:
        self.correlation, self.factors, self.m, self.k = correlation, factors, m, len(correlation)
        self.pairs = np.triu_indices(m, 1)
        self.log_determinant = float(np.linalg.slogdet(correlation)[1])

    def start(self) -> NDArray[np.float64]:
        """Start at each item's root mean correlation with its factor's items, and moderately correlated factors."""
        same = (self.factors[:, None] == self.factors) & ~np.eye(self.k, dtype=bool)
        mean = np.where(same, self.correlation, 0).sum(axis=1) / same.sum(axis=1)
        loadings = np.sign(mean) * np.sqrt(np.clip(np.abs(mean), 0.05, 0.8))
        loadings[loadings == 0] = 0.3
        logs = np.log(1 - loadings**2 - LOWEST_UNIQUENESS)
        return np.concatenate([loadings, logs, np.full(len(self.pairs[0]), 0.3)])

    def unpack(self, point: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], Matrix]:
        """Return loadings, uniquenesses and factor correlations."""
        phi = np.eye(self.m)
        phi[self.pairs] = point[2 * self.k :]
        phi.T[self.pairs] = point[2 * self.k :]
        return point[: self.k], LOWEST_UNIQUENESS + np.exp(point[self.k : 2 * self.k]), phi

    def imply(self, point: NDArray[np.float64]) -> Matrix:
        """Return Σ."""
        loadings, uniquenesses, phi = self.unpack(point)
        implied: Matrix = np.outer(loadings, loadings) * phi[np.ix_(self.factors, self.factors)]
        implied[np.diag_indices(self.k)] += uniquenesses
        return implied

    def discrepancy(self, point: NDArray[np.float64]) -> float:
        """Return F, infinite where Σ is no covariance matrix."""
        try:
            factor = cho_factor(self.imply(point), lower=True)
        except (np.linalg.LinAlgError, ValueError):
            return math.inf
        log_determinant = 2 * float(np.log(np.diag(factor[0])).sum())
        trace = float(np.trace(cho_solve(factor, self.correlation)))
        return log_determinant - self.log_determinant + trace - self.k

    def gradient(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return ∂F, tr(Σ⁻¹(Σ-S)Σ⁻¹ ∂Σ) for each parameter."""
        implied = self.imply(point)
        inverse = np.linalg.inv(implied)
        weight = inverse @ (implied - self.correlation) @ inverse
        return np.einsum("ab,pab->p", weight, self._derivatives(point))

    def curvature(self, point: NDArray[np.float64]) -> Matrix:
        """Return the expectation of ∂²F, tr(Σ⁻¹ ∂Σ Σ⁻¹ ∂Σ) for each pair of parameters."""
        product = np.linalg.inv(self.imply(point)) @ self._derivatives(point)
        count = len(point)
        curvature: Matrix = product.reshape(count, -1) @ product.transpose(0, 2, 1).reshape(count, -1).T
        return curvature

    def _derivatives(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return ∂Σ by each parameter, shape (parameters, k, k)."""
        loadings, uniquenesses, phi = self.unpack(point)
        k, items = self.k, np.arange(self.k)
        by = np.zeros((len(point), k, k))
        # ∂Σ/∂λ_i has row and column i equal to the loadings times the correlations of their factors with i's.
        spread = loadings * phi[np.ix_(self.factors, self.factors)]
        by[items, items, :] += spread
        by[items, :, items] += spread
        by[k + items, items, items] = uniquenesses - LOWEST_UNIQUENESS
        for number, (one, other) in enumerate(zip(*self.pairs, strict=True)):
            product = np.outer(np.where(self.factors == one, loadings, 0), np.where(self.factors == other, loadings, 0))
            by[2 * k + number] = product + product.T
        return by


def _read_correlation(correlation: ArrayLike) -> Matrix:
    """Check the shape, rescale to correlations, refuse a singular matrix."""
    matrix = np.asarray(correlation, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not np.allclose(matrix, matrix.T):
        raise MeasureError("wrong_length", f"correlation must be symmetric, shape (k, k); got shape {matrix.shape}")
    variances = np.diag(matrix)
    if not (variances > 0).all() or not np.isfinite(matrix).all():
        raise MeasureError("not_positive_definite", "an item has no variance; leave it out")
    scaled: Matrix = matrix / np.sqrt(np.outer(variances, variances))
    if np.linalg.eigvalsh(scaled)[0] < 1e-8:
        raise MeasureError(
            "not_positive_definite",
            "the items repeat each other or their correlations contradict each other; use complete rows, leave one out",
        )
    return scaled
