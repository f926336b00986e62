"""McDonald's omega: the share of a total score's variance that one common factor explains."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.reliability.factor_model import FactorModel, estimate_factor_model
from analysis.reliability.item_covariance import Missing, estimate_item_covariance


@dataclass(frozen=True, eq=False, slots=True)
class Omega:
    """McDonald's omega total of k items.

    Attributes
    ----------
    omega : float
        Between 0 and 1.
    n, k : int
        Respondents used and items.
    model : FactorModel
        The one-factor model behind it; its `marks` say if the solution is improper.
    """

    omega: float
    n: int
    k: int
    model: FactorModel


def mcdonald_omega(items: ArrayLike, weights: ArrayLike | None = None, *, missing: Missing = "listwise") -> Omega:
    """Compute omega total of a block of items from the one-factor model.

    Parameters
    ----------
    items : array_like, shape (n, k)
        Answers as numbers, NaN where missing; k at least 3.
    weights : array_like, shape (n,), optional
        Sampling weights.
    missing : {"listwise", "pairwise"}
        As in `estimate_item_covariance`.

    Returns
    -------
    Omega

    Raises
    ------
    MeasureError
        As in `estimate_item_covariance` and `estimate_factor_model`; ``no_variance``.

    Notes
    -----
    omega = (Σλ)²/((Σλ)² + Σψ), with loadings and unique variances on the scale of the answers (McDonald 1999, chapter
    6). Unlike alpha it does not suppose that all items load alike; with equal loadings the two agree.

    Examples
    --------
    >>> omega = mcdonald_omega([[1, 2, 1], [3, 3, 2], [4, 5, 5], [5, 4, 5], [2, 2, 3], [4, 4, 3]])
    >>> round(omega.omega, 3), omega.k
    (0.934, 3)
    """
    covariance = estimate_item_covariance(items, weights, missing=missing)
    k = len(covariance.matrix)
    model = estimate_factor_model(covariance.correlation, ["common"] * k)
    deviations = np.sqrt(np.diag(covariance.matrix))
    common = float(deviations @ model.loadings) ** 2
    unique = float(deviations**2 @ model.uniquenesses)
    return Omega(common / (common + unique), covariance.n, k, model)
