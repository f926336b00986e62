"""Population totals to meet, and the columns of the sample that have to meet them."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, hstack

from analysis.errors import DesignError
from analysis.labels import Labels, Numbers, check_length, number_labels

Columns = Mapping[str, Labels]
"""Variable → its label in each row."""
Margins = Mapping[str, Mapping[Any, float]]
"""Variable → level → total in the population."""
Matrix = NDArray[np.float64]

AGREEMENT = 1e-9
"""Relative difference up to which the sums of two margins count as equal."""


@dataclass(frozen=True, eq=False, slots=True)
class Margin:
    """One variable: the level of each row and the total of each level.

    Attributes
    ----------
    variable : str
    levels : tuple
    codes : ndarray of int, shape (n,)
        Place of the row's level in `levels`.
    totals : ndarray, shape (l,)
        Above 0.
    """

    variable: str
    levels: tuple[Hashable, ...]
    codes: NDArray[np.intp]
    totals: Matrix

    def sum_levels(self, weights: Matrix) -> Matrix:
        """Return the sum of the weights in each level.

        Parameters
        ----------
        weights : ndarray, shape (n,)

        Returns
        -------
        ndarray, shape (l,)
        """
        return np.bincount(self.codes, weights, minlength=len(self.levels)).astype(np.float64)


@dataclass(frozen=True, eq=False, slots=True)
class Auxiliaries:
    """Auxiliary variables of the sample and their population totals.

    Attributes
    ----------
    matrix : csr_array, shape (n, p)
        One column a level, 1 for its rows, and one a numeric variable.
    totals : ndarray, shape (p,)
    names : tuple of (str, hashable), p of them
        Variable and level; None for the level of a numeric one.
    """

    matrix: csr_array
    totals: Matrix
    names: tuple[tuple[str, Hashable], ...]

    @classmethod
    def of_margins(
        cls, margins: Sequence[Margin], numeric: Mapping[str, tuple[Numbers, float]] | None = None
    ) -> Auxiliaries:
        """Put margins and numeric columns side by side.

        Parameters
        ----------
        margins : sequence of Margin
            Over the same n rows.
        numeric : mapping of str to (sequence of float, float), optional
            Values, shape (n,), and population total of each numeric variable.

        Raises
        ------
        DesignError
            ``no_margins``, ``wrong_length``, ``not_finite`` with the row, ``bad_total``.
        """
        blocks: list[csr_array] = []
        totals: list[float] = []
        names: list[tuple[str, Hashable]] = []
        for margin in margins:
            n = len(margin.codes)
            shape = (n, len(margin.levels))
            blocks.append(csr_array((np.ones(n), (np.arange(n), margin.codes)), shape=shape))
            totals.extend(margin.totals.tolist())
            names.extend((margin.variable, level) for level in margin.levels)
        for variable, (values, total) in (numeric or {}).items():
            column = np.asarray(values, dtype=np.float64)
            check_length(
                len(column) if column.ndim == 1 else -1, blocks[0].shape[0] if blocks else len(column), variable
            )
            if not np.isfinite(column).all():
                row = int(np.argmax(~np.isfinite(column)))
                raise DesignError("not_finite", f"{variable} is {column[row]}; give every response a number", row)
            if not math.isfinite(total):
                raise DesignError("bad_total", f"the total of {variable} is {total}; it must be a finite number")
            blocks.append(csr_array(column[:, None]))
            totals.append(float(total))
            names.append((variable, None))
        if not blocks:
            raise DesignError("no_margins", "there is no margin; give at least one variable with its totals")
        return cls(csr_array(hstack(blocks, format="csr")), np.array(totals), tuple(names))

    @classmethod
    def of_matrix(cls, matrix: ArrayLike, totals: Numbers) -> Auxiliaries:
        """Take numeric columns as they are.

        Parameters
        ----------
        matrix : array_like, shape (n, p)
        totals : sequence of float, shape (p,)

        Raises
        ------
        DesignError
            ``wrong_length``, ``not_finite``, ``bad_total``, ``no_margins``.

        Examples
        --------
        >>> x = Auxiliaries.of_matrix([[1, 20], [1, 40]], [10, 300])
        >>> x.sum_columns(np.array([4.0, 6.0])).tolist(), x.name(1)
        ([10.0, 320.0], 'column 2')
        """
        columns = np.asarray(matrix, dtype=np.float64)
        if columns.ndim != 2 or columns.shape[1] != len(totals):
            raise DesignError("wrong_length", f"the matrix must have one column a total, {len(totals)} in all")
        return cls.of_margins(
            [],
            {f"column {place + 1}": (column, float(total)) for place, (column, total)
             in enumerate(zip(columns.T, totals, strict=True))},
        )  # fmt: skip

    def sum_columns(self, weights: Matrix) -> Matrix:
        """Return Σ w x of each column.

        Parameters
        ----------
        weights : ndarray, shape (n,)

        Returns
        -------
        ndarray, shape (p,)
            In the unit of each total.
        """
        total: Matrix = self.matrix.T @ weights
        return total

    def scale(self, weights: Matrix) -> Matrix:
        """Return what a difference from each total is measured against: the total or Σ w|x|, if larger.

        Parameters
        ----------
        weights : ndarray, shape (n,)

        Returns
        -------
        ndarray, shape (p,)
            In the unit of each total.
        """
        return np.maximum(np.abs(self.totals), abs(self.matrix).T @ np.abs(weights))

    def name(self, place: int) -> str:
        """Name a column: ``sex = F``, or ``income`` for a numeric one.

        Parameters
        ----------
        place : int
            From 0.

        Returns
        -------
        str
        """
        variable, level = self.names[place]
        return variable if level is None else f"{variable} = {level}"


def read_margins(n: int, columns: Columns, margins: Margins) -> list[Margin]:
    """Check population margins against the rows that have to meet them.

    Parameters
    ----------
    n : int
        Rows.
    columns : mapping of str to label column, each shape (n,)
        May hold more variables than `margins`.
    margins : mapping of str to mapping of level to float
        The total of every level of each variable, in people.

    Returns
    -------
    list of Margin

    Raises
    ------
    DesignError
        ``unknown_variable``, ``bad_total``, ``empty_level`` (a level nobody has), ``margins_disagree`` (two variables
        with different sums); with the row ``unknown_level``, ``missing_label``, ``wrong_length``.

    Examples
    --------
    >>> margin, = read_margins(3, {"sex": ["F", "M", "F"]}, {"sex": {"F": 60, "M": 40}})
    >>> margin.levels, margin.codes.tolist()
    (('F', 'M'), [0, 1, 0])
    """
    read: list[Margin] = []
    for variable, totals in margins.items():
        if variable not in columns:
            raise DesignError(
                "unknown_variable", f"there is no column {variable!r}; there are: {', '.join(map(str, columns))}"
            )
        codes, levels = number_levels(columns[variable], variable, list(totals))
        check_length(len(codes), n, variable)
        for level, total in totals.items():
            if not (math.isfinite(total) and total > 0):
                raise DesignError("bad_total", f"the total of {variable} = {level} is {total}; it must be above 0")
        empty = np.flatnonzero(np.bincount(codes, minlength=len(levels)) == 0)
        if len(empty):
            raise DesignError(
                "empty_level",
                f"no response has {variable} = {levels[empty[0]]}; merge the level with another one, its total too",
            )
        read.append(Margin(variable, levels, codes, np.array([float(totals[level]) for level in levels])))
    for margin in read[1:]:
        first, other = read[0].totals.sum(), margin.totals.sum()
        if abs(first - other) > AGREEMENT * max(first, other):
            raise DesignError(
                "margins_disagree",
                f"the totals of {read[0].variable} add up to {first:.10g}, those of {margin.variable} to {other:.10g}; "
                "make them describe the same people",
            )
    return read


def number_levels(
    labels: Labels, name: str, levels: Sequence[Hashable] | None = None
) -> tuple[NDArray[np.intp], tuple[Hashable, ...]]:
    """Return the place of each row's label among the levels, and the levels.

    Parameters
    ----------
    labels : sequence of hashable, shape (n,)
    name : str
        What the labels are, for messages.
    levels : sequence of hashable, optional
        All levels there may be, in order; None: those of the labels, in order of first appearance.

    Returns
    -------
    places : ndarray of int, shape (n,)
    levels : tuple

    Raises
    ------
    DesignError
        ``missing_label``, ``unknown_level``, with the row.

    Examples
    --------
    >>> number_levels(["b", "a", "b"], "class", ["a", "b", "c"])
    (array([1, 0, 1]), ('a', 'b', 'c'))
    """
    numbers, count = number_labels(labels, name)
    values = labels.tolist() if isinstance(labels, np.ndarray) else labels
    first = np.zeros(count, dtype=np.intp)
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    found = [values[row] for row in first.tolist()]
    if levels is None:
        return numbers, tuple(found)
    place_of = {level: place for place, level in enumerate(levels)}
    for label, row in zip(found, first, strict=True):
        if label not in place_of:
            raise DesignError(
                "unknown_level", f"{name} is {label!r}, which has no total; add it or correct the answer", int(row)
            )
    places = np.array([place_of[label] for label in found], dtype=np.intp)
    return places[numbers], tuple(levels)
