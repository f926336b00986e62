"""Parameters of a fitted model with their design-based covariance, and what is tested from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from analysis.intervals import t_quantile
from analysis.models.columns import Matrix


@dataclass(frozen=True, eq=False, slots=True)
class FittedModel:
    """p estimated parameters.

    Attributes
    ----------
    names : tuple of str
        Of the parameters: ``(Intercept)``, ``sexM``, ``age``.
    coefficients : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
        Design-based; NaN where the rows are no probability sample.
    df : int
        PSUs less strata among the rows used, less the slopes; below 1 nothing can be tested.
    n : int
        Rows used.
    """

    names: tuple[str, ...]
    coefficients: Matrix
    covariance: Matrix
    df: int
    n: int

    @property
    def se(self) -> Matrix:
        """Standard errors, shape (p,)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def t(self) -> Matrix:
        """Coefficients over standard errors, shape (p,); NaN for 0/0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.coefficients / self.se

    @property
    def p_values(self) -> Matrix:
        """Two-sided p values of t with `df`, shape (p,)."""
        return _find_two_sided_p(self.t, self.df)

    def intervals(self, level: float = 0.95) -> Matrix:
        """Return the intervals coefficient ± t·se.

        Parameters
        ----------
        level : float
            Confidence level.

        Returns
        -------
        ndarray, shape (p, 2)
            Low and high; NaN without degrees of freedom.

        Raises
        ------
        ValueError
            For a level outside (0, 1).

        Examples
        --------
        >>> model = FittedModel(("x",), np.array([2.0]), np.array([[0.25]]), 10, 50)
        >>> model.intervals().round(3).tolist()
        [[0.886, 3.114]]
        """
        width = t_quantile(level, self.df) * self.se
        return np.column_stack([self.coefficients - width, self.coefficients + width])


def _find_two_sided_p(t: Matrix, df: float) -> Matrix:
    """Return the two-sided p values of t statistics, NaN without degrees of freedom, in the shape of `t`.

    Examples
    --------
    >>> _find_two_sided_p(np.array([2.228]), 10).round(3).tolist()
    [0.05]
    """
    p: Matrix = 2 * stdtr(df, -np.abs(t)) if df > 0 else np.full(np.shape(t), np.nan)
    return p
