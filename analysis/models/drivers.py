"""What drives overall satisfaction: standardised coefficients, and the share of R² of each criterion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import MeasureError
from analysis.intervals import t_quantile
from analysis.models.columns import Matrix, read_domain, read_numbers
from analysis.models.fitted import FittedModel
from analysis.models.formula import build_model_matrix
from analysis.models.jackknife import jackknife_covariances
from analysis.models.shares import EXACT_LIMIT, average_over_orders, weigh_relatively

if TYPE_CHECKING:
    from analysis.design import SurveyDesign

Method = Literal["auto", "average_over_orders", "relative_weights"]
NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class Driver:
    """One criterion as a driver of overall satisfaction.

    Attributes
    ----------
    name : str
    coefficient : float
        Standardised: standard deviations of the overall answer for one of the criterion, the others held.
    coefficient_low, coefficient_high : float
        Limits by design.
    p_value : float
        Of no effect beside the others, two-sided.
    contribution : float
        The part of R² it accounts for.
    share : float
        `contribution` over R²; shares sum to 1. NaN where nothing is explained.
    share_low, share_high : float
        Limits by the jackknife, held within 0 and 1.
    """

    name: str
    coefficient: float
    coefficient_low: float
    coefficient_high: float
    p_value: float
    contribution: float
    share: float
    share_low: float
    share_high: float


@dataclass(frozen=True, slots=True)
class DriverAnalysis:
    """Drivers from the largest contribution to the smallest, and what they rest on.

    Attributes
    ----------
    drivers : tuple of Driver
    r_squared, r_squared_low, r_squared_high : float
        Of the regression on all of them, with jackknife limits held within 0 and 1.
    n : int
        Respondents with the overall answer and every criterion.
    n_incomplete : int
        Respondents of the domain left out for a missing answer.
    df : int
        PSUs less strata among the rows used, for shares and R²; coefficients have the number of criteria less.
    method : str
        ``average_over_orders`` or ``relative_weights``.
    level : float
    """

    drivers: tuple[Driver, ...]
    r_squared: float
    r_squared_low: float
    r_squared_high: float
    n: int
    n_incomplete: int
    df: int
    method: str
    level: float


def find_drivers(
    design: SurveyDesign,
    overall: ArrayLike,
    criteria: Mapping[str, ArrayLike],
    *,
    domain: ArrayLike | None = None,
    method: Method = "auto",
    level: float = 0.95,
) -> DriverAnalysis:
    """Find how much each criterion accounts for overall satisfaction.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses.
    overall : array_like of float, shape (n,)
        The overall answer, NaN where missing.
    criteria : mapping of str to array_like of float, each shape (n,)
        Answers to the criteria; only rows with all of them count.
    domain : array_like of bool, shape (n,), optional
    method : {"auto", "average_over_orders", "relative_weights"}
        How R² is split; ``auto`` averages over orders up to 12 criteria and takes relative weights beyond.
    level : float
        Of all intervals.

    Returns
    -------
    DriverAnalysis

    Raises
    ------
    MeasureError
        ``constant_response``; ``collinear``, naming criteria that say nothing new; ``no_rows``, ``not_a_number``,
        ``bad_domain``, ``wrong_length``.
    ValueError
        For no criteria, too many to average over orders, an unknown method, or a level outside (0, 1).

    Notes
    -----
    A coefficient's variance counts that its standard deviations are estimated too: with everything standardised,
    u_i = [R⁻¹x_i e_i + b(x_i² - y_i²)/2]/Σw. A share near 0 lies at the edge of what is possible, where its interval
    is rough.
    Averages over orders are those of Lindeman, Merenda and Gold (1980, p. 119 ff.), relative weights Johnson's (2000).

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=list("aabbccdd"))
    >>> found = find_drivers(
    ...     design, [1, 2, 2, 3, 4, 4, 5, 5], {"staff": [1, 2, 3, 3, 3, 4, 5, 4], "fees": [2, 1, 3, 2, 3, 1, 2, 3]})
    >>> [(driver.name, round(driver.share, 2)) for driver in found.drivers], round(found.r_squared, 2), found.n
    ([('staff', 0.97), ('fees', 0.03)], 0.83, 8)
    """
    if method not in get_args(Method):
        raise ValueError(f"unknown method {method!r}; use one of {', '.join(get_args(Method))}")
    if not criteria:
        raise ValueError("no criteria; give at least one")
    n = len(design.weights)
    inside = read_domain(domain, n)
    response = read_numbers(overall, n, "overall")
    numbers = {name: read_numbers(values, n, name) for name, values in criteria.items()}
    matrix = build_model_matrix(numbers, inside & ~np.isnan(response))
    rows, names = matrix.rows, matrix.names[1:]
    if np.ptp(response[rows]) == 0:
        raise MeasureError("constant_response", "every overall answer is the same; there is nothing to explain")
    if method == "auto":
        method = "average_over_orders" if len(names) <= EXACT_LIMIT else "relative_weights"
    split = average_over_orders if method == "average_over_orders" else weigh_relatively
    values = np.column_stack([matrix.values[:, 1:], np.where(rows, response, 0.0)])
    df = design.degrees_of_freedom(rows)
    figures, covariance = jackknife_covariances(design, values, rows, lambda matrices: _share_out(split(matrices)))
    limits = _limit(figures, covariance, t_quantile(level, df))
    p = len(names)
    model = _standardise(design, values, rows, names, df)
    drivers = zip(
        names, model.coefficients.tolist(), *model.intervals(level).T.tolist(), model.p_values.tolist(),
        figures[:p].tolist(), figures[p:-1].tolist(), *limits[:, p:-1].tolist(), strict=True,
    )  # fmt: skip
    ordered = sorted((Driver(*driver) for driver in drivers), key=lambda driver: (-driver.contribution, driver.name))
    low, high = limits[:, -1].tolist()
    used = int(rows.sum())
    return DriverAnalysis(
        tuple(ordered), float(figures[-1]), low, high, used, int(inside.sum()) - used, df, method, level
    )


def _share_out(parts: Matrix) -> Matrix:
    """Return the parts, each over their sum and, last, the sum, shape (..., 2p + 1)."""
    total = parts.sum(axis=-1, keepdims=True)
    shares = np.divide(parts, total, out=np.full_like(parts, np.nan), where=total > NOTHING)
    return np.concatenate([parts, shares, total], axis=-1)


def _limit(figures: Matrix, covariance: Matrix, quantile: float) -> Matrix:
    """Return lower and upper limits of figures that cannot leave 0 to 1, shape (2, k)."""
    width = quantile * np.sqrt(np.diag(covariance))
    return np.clip([figures - width, figures + width], 0.0, 1.0)


def _standardise(
    design: SurveyDesign, values: Matrix, rows: NDArray[np.bool_], names: tuple[str, ...], df: int
) -> FittedModel:
    """Return standardised coefficients with their covariance by design."""
    weights = np.where(rows, design.weights, 0.0)
    total = weights.sum()
    centred = np.where(rows[:, None], values - weights @ values / total, 0.0)
    standard = centred / np.sqrt(weights @ centred**2 / total)
    x, y = standard[:, :-1], standard[:, -1]
    correlation = x.T @ (weights[:, None] * x) / total
    coefficients = np.linalg.solve(correlation, x.T @ (weights * y) / total)
    score = np.linalg.solve(correlation, (x * (y - x @ coefficients)[:, None]).T).T
    influence = (score + coefficients * (x**2 - (y**2)[:, None]) / 2) / total
    covariance = design.covariance(influence, rows)
    return FittedModel(names, coefficients, covariance, df - len(names), int(rows.sum()))
