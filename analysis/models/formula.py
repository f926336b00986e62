"""The model matrix of plain columns: a slope for each column of numbers, dummies for each column of text."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import MeasureError
from analysis.models.columns import Matrix, Rows, find_present, number_categories, read_column

INTERCEPT = "(Intercept)"
ALIASED = 1e-7
"""A column this close, relative to its length, to a combination of the columns before it adds nothing."""


@dataclass(frozen=True, eq=False, slots=True)
class ModelMatrix:
    """The columns of a model and the rows that can be used.

    Attributes
    ----------
    names : tuple of str
        Of the p columns: ``(Intercept)``, the name of a column of numbers, or name and level of a dummy
        (``sexM``).
    values : ndarray, shape (n, p)
        0 throughout in rows that are not used.
    rows : ndarray of bool, shape (n,)
        Rows asked for in which every column has a value.
    """

    names: tuple[str, ...]
    values: Matrix
    rows: Rows

    def without_intercept(self) -> ModelMatrix:
        """Return the same matrix less its first column, the intercept."""
        return ModelMatrix(self.names[1:], self.values[:, 1:], self.rows)


def build_model_matrix(
    terms: Mapping[str, ArrayLike],
    rows: NDArray[np.bool_],
    levels: Mapping[str, Sequence[Hashable]] | None = None,
) -> ModelMatrix:
    """Build an intercept, one slope for each column of numbers and treatment contrasts for each column of text.

    Parameters
    ----------
    terms : mapping of str to array_like, each shape (n,)
        Columns by name, in the order of the model. Text becomes one dummy for each level but the first.
    rows : ndarray of bool, shape (n,)
        Rows asked for, those with a response; a row with a missing term is left out of them.
    levels : mapping of str to sequence, optional
        Order of a term's levels, the first being the one the others are compared with; else by their characters.
        A column of numbers named here becomes dummies too.

    Returns
    -------
    ModelMatrix

    Raises
    ------
    MeasureError
        ``no_rows``; ``one_level`` for a text with a single level; ``collinear``, naming the columns that are
        combinations of others; ``unknown_level``, ``wrong_length``, ``not_finite``, ``mixed_column``.

    Examples
    --------
    >>> matrix = build_model_matrix({"sex": ["M", "F", "M"], "age": [20, 30, 50]}, np.ones(3, dtype=bool))
    >>> matrix.names, matrix.values.tolist()
    (('(Intercept)', 'sexM', 'age'), [[1.0, 1.0, 20.0], [1.0, 0.0, 30.0], [1.0, 1.0, 50.0]])
    """
    n, orders = len(rows), levels or {}
    columns = {name: read_column(values, n, name) for name, values in terms.items()}
    used = rows.copy()
    for column in columns.values():
        used &= find_present(column)
    if not used.any():
        raise MeasureError("no_rows", "no row has a response and every term; check the domain and missing answers")
    names, values = [INTERCEPT], [np.ones(n)]
    for name, column in columns.items():
        if column.dtype.kind != "U" and name not in orders:
            names.append(name)
            values.append(column)
            continue
        codes, labels = number_categories(column, used, name, orders.get(name))
        if len(labels) < 2:
            raise MeasureError("one_level", f"{name} has the single level {labels[0]!r}; leave it out")
        names += [f"{name}{label}" for label in labels[1:]]
        values += [(codes == code).astype(np.float64) for code in range(1, len(labels))]
    matrix = np.where(used[:, None], np.column_stack(values), 0.0)
    aliased = find_aliased(matrix)
    if aliased:
        listed = ", ".join(names[column] for column in aliased)
        raise MeasureError("collinear", f"{listed}: an exact combination of the terms before; leave one of them out")
    return ModelMatrix(tuple(names), matrix, used)


def find_aliased(matrix: Matrix) -> list[int]:
    """Return the columns that are linear combinations of the columns before them.

    Parameters
    ----------
    matrix : ndarray, shape (n, p)

    Returns
    -------
    list of int
        By Gram and Schmidt's orthogonalisation, done twice against rounding.

    Examples
    --------
    >>> find_aliased(np.array([[1.0, 2.0, 0.0], [1.0, 2.0, 1.0]]))
    [1]
    """
    basis = np.zeros((matrix.shape[0], 0))
    aliased: list[int] = []
    for number, column in enumerate(matrix.T):
        length = np.linalg.norm(column)
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)
        remaining = np.linalg.norm(rest)
        if remaining <= ALIASED * length:
            aliased.append(number)
        else:
            basis = np.column_stack([basis, rest / remaining])
    return aliased
