"""Tests of association in a two-way table from a complex sample."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import helmert
from scipy.special import chdtrc, fdtrc

from analysis.errors import MeasureError
from analysis.models.columns import (
    Matrix,
    find_present,
    number_categories,
    read_column,
    read_domain,
)

if TYPE_CHECKING:
    from analysis.design import SurveyDesign


@dataclass(frozen=True, slots=True)
class TableTest:
    """A test statistic, its reference distribution and its p value.

    Attributes
    ----------
    statistic : float
    df_numerator : float
        Of F, or of chi-square.
    df_denominator : float
        Of F; infinity for chi-square.
    p_value : float
        NaN where the design leaves no degrees of freedom.
    """

    statistic: float
    df_numerator: float
    df_denominator: float
    p_value: float


@dataclass(frozen=True, eq=False, slots=True)
class AssociationTest:
    """A two-way table of r rows and c columns and four tests that its variables are independent.

    Attributes
    ----------
    row_levels, column_levels : tuple of str
    table : ndarray, shape (r, c)
        Estimated population counts: sums of weights.
    n : int
        Rows of the file with both answers.
    pearson : float
        Pearson's X² of the estimated shares with `n` answers; it has no chi-square distribution by itself.
    mean_deff : float
        Mean generalised design effect, tr(Δ)/((r-1)(c-1)).
    second_order : TableTest
        X²/tr(Δ) by F with d = tr(Δ)²/tr(Δ²) and dν degrees of freedom, ν = PSUs - strata (Rao and Scott 1984; Thomas
        and Rao 1987 for F): the one to publish.
    first_order : TableTest
        X²/mean deff by chi-square with (r-1)(c-1).
    wald : TableTest
        Wald's statistic over k = (r-1)(c-1) by F with k and ν (Koch, Freeman and Freeman 1975).
    adjusted_wald : TableTest
        Wald's statistic times (ν-k+1)/(kν) by F with k and ν-k+1 (Fellegi 1980).
    """

    row_levels: tuple[str, ...]
    column_levels: tuple[str, ...]
    table: Matrix
    n: int
    pearson: float
    mean_deff: float
    second_order: TableTest
    first_order: TableTest
    wald: TableTest
    adjusted_wald: TableTest


def assess_association(
    design: SurveyDesign,
    row: ArrayLike,
    column: ArrayLike,
    *,
    domain: ArrayLike | None = None,
    row_levels: Sequence[Hashable] | None = None,
    column_levels: Sequence[Hashable] | None = None,
) -> AssociationTest:
    """Test whether two categorical answers are independent.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses.
    row, column : array_like, shape (n,)
        Categories as numbers or text; NaN, None or '' where missing. A row of the file with one of them missing is
        outside the domain but stays in the design.
    domain : array_like of bool, shape (n,), optional
    row_levels, column_levels : sequence, optional
        Order of the categories in the table; the tests do not depend on it.

    Returns
    -------
    AssociationTest

    Raises
    ------
    MeasureError
        ``no_table`` if either has fewer than two categories; ``sparse_table`` if so many cells are empty that the test
        is not defined; ``bad_domain``, ``wrong_length``, ``unknown_level``.

    Notes
    -----
    Δ = (C'D⁻¹C/n)⁻¹ C'D⁻¹VD⁻¹C, D the diagonal of the cell shares, V their covariance by design, C contrasts
    of the interaction (Rao and Scott 1984, sec. 3). Empty cells have D⁻¹ = 0. Wald's statistic is that of
    N_ij - N_i+ N_+j / N.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=list("aabbccdd"))
    >>> test = assess_association(design, [0, 1, 0, 1, 1, 1, 0, 0], list("FMFMFMFM"))
    >>> test.table.tolist(), round(test.second_order.statistic, 3), round(test.second_order.p_value, 3)
    ([[3.0, 1.0], [1.0, 3.0]], 2.25, 0.231)
    """
    n = len(design.weights)
    row_column, column_column = read_column(row, n, "row"), read_column(column, n, "column")
    used = read_domain(domain, n) & find_present(row_column) & find_present(column_column)
    row_codes, row_labels = number_categories(row_column, used, "row", row_levels)
    column_codes, column_labels = number_categories(column_column, used, "column", column_levels)
    shape = (len(row_labels), len(column_labels))
    if min(shape) < 2:
        raise MeasureError("no_table", f"the table has {shape[0]} rows and {shape[1]} columns; both need two or more")
    cells = np.where(used, row_codes * shape[1] + column_codes, -1)
    inside = (cells[:, None] == np.arange(shape[0] * shape[1])).astype(np.float64)
    degrees = design.degrees_of_freedom(None if domain is None else read_domain(domain, n))
    return _assess(design, inside, row_labels, column_labels, degrees)


def assess_answers(
    design: SurveyDesign, counts: ArrayLike, row_levels: Sequence[str], column_levels: Sequence[str]
) -> AssociationTest:
    """Test the same where a respondent gives several answers, as to the criteria of an index.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses.
    counts : array_like, shape (n, r, c)
        How many answers each respondent gave in each cell of the table; nothing but 0: outside the table.
    row_levels, column_levels : sequence of str, lengths r and c

    Returns
    -------
    AssociationTest
        `n` counts answers.

    Raises
    ------
    MeasureError
        ``wrong_length``, ``no_table``, ``sparse_table``.

    Notes
    -----
    As `assess_association` over one row an answer with the respondent as a stage of the sample: the variance of the
    totals of a primary unit takes the answers of a person together.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=list("aabbccdd"))
    >>> counts = np.zeros((8, 2, 2))
    >>> counts[np.arange(8), [0, 1] * 4, [0, 1, 0, 1, 1, 1, 0, 0]] = 1  # one answer each
    >>> round(assess_answers(design, counts, ["F", "M"], ["no", "yes"]).second_order.p_value, 3)
    0.231
    """
    given = np.asarray(counts, dtype=np.float64)
    shape = (len(row_levels), len(column_levels))
    if given.shape != (len(design.weights), *shape):
        raise MeasureError("wrong_length", f"counts must have the shape {(len(design.weights), *shape)}")
    if min(shape) < 2:
        raise MeasureError("no_table", f"the table has {shape[0]} rows and {shape[1]} columns; both need two or more")
    inside = given.reshape(len(given), -1)
    return _assess(design, inside, tuple(row_levels), tuple(column_levels), design.degrees_of_freedom())


def _assess(
    design: SurveyDesign, inside: Matrix, row_labels: tuple[str, ...], column_labels: tuple[str, ...], degrees: int
) -> AssociationTest:
    """Test a table from what each respondent adds to its cells, shape (n, rc)."""
    table = (design.weights @ inside).reshape(len(row_labels), len(column_labels))
    respondents = round(float(inside.sum()))
    pearson = _find_pearson(table, respondents)
    delta = _find_delta(design, inside, table, respondents)
    trace, k = float(np.trace(delta)), len(delta)
    effective = trace**2 / float(np.trace(delta @ delta))
    wald = _find_wald(design, inside, table)
    left = degrees - k + 1
    chi_square = pearson / (trace / k)
    return AssociationTest(
        row_labels, column_labels, table, respondents, pearson, trace / k,
        second_order=_by_f(pearson / trace, effective, effective * degrees),
        first_order=TableTest(chi_square, k, np.inf, float(chdtrc(k, chi_square))),
        wald=_by_f(wald / k, k, degrees),
        adjusted_wald=_by_f(wald * left / (k * degrees) if degrees > 0 else np.nan, k, left),
    )  # fmt: skip


def _by_f(statistic: float, numerator: float, denominator: float) -> TableTest:
    p = float(fdtrc(numerator, denominator, statistic)) if denominator > 0 else np.nan
    return TableTest(float(statistic), float(numerator), float(denominator), p)


def _find_pearson(table: Matrix, n: int) -> float:
    total = table.sum()
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    return float(np.sum((table - expected) ** 2 / expected) * n / total)


def _find_delta(design: SurveyDesign, inside: Matrix, table: Matrix, n: int) -> Matrix:
    """Return Rao and Scott's matrix of generalised design effects, shape (k, k)."""
    total = table.sum()
    shares = table.ravel() / total
    used = inside.sum(axis=1, keepdims=True)
    covariance = design.covariance((inside - shares * used) / total, used[:, 0] > 0)
    contrasts = np.kron(helmert(table.shape[0]), helmert(table.shape[1])).T
    weighted = np.divide(contrasts, shares[:, None], out=np.zeros_like(contrasts), where=shares[:, None] > 0)
    simple = contrasts.T @ weighted / n
    if np.linalg.matrix_rank(simple) < len(simple):
        raise MeasureError("sparse_table", "too many cells of the table are empty; merge categories")
    delta: Matrix = np.linalg.solve(simple, weighted.T @ covariance @ weighted)
    return delta


def _find_wald(design: SurveyDesign, inside: Matrix, table: Matrix) -> float:
    """Return Wald's statistic of the deviations from independence, NaN where their covariance is singular."""
    r, c = table.shape
    total, rows, columns = table.sum(), table.sum(axis=1), table.sum(axis=0)
    expected = np.outer(rows, columns) / total
    cell = inside.reshape(-1, r, c)
    in_row, in_column, used = cell.sum(axis=2), cell.sum(axis=1), cell.sum(axis=(1, 2))
    influence = (
        cell
        - in_row[:, :, None] * columns / total
        - rows[:, None] * in_column[:, None, :] / total
        + expected / total * used[:, None, None]
    )
    free = (slice(None), slice(1, None), slice(1, None))
    covariance = design.covariance(influence[free].reshape(len(inside), -1), used > 0)
    deviations = (table - expected)[1:, 1:].ravel()
    if not np.isfinite(covariance).all() or np.linalg.matrix_rank(covariance) < len(covariance):
        return float("nan")
    return float(deviations @ np.linalg.solve(covariance, deviations))
