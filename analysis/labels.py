"""Turn the labels of PSUs and strata, and numbers given per row, into checked arrays."""

import math
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.errors import DesignError

Labels = Sequence[Hashable] | NDArray[Any]
Numbers = Sequence[float] | NDArray[Any]


def number_labels(labels: Labels, name: str) -> tuple[NDArray[np.intp], int]:
    """Number labels 0, 1, 2, ... in order of first appearance.

    Parameters
    ----------
    labels : sequence of hashable or ndarray, shape (n,)
        Any labels; None, NaN and the empty text count as missing.
    name : str
        What the labels are, for the message.

    Returns
    -------
    numbers : ndarray of int, shape (n,)
    count : int
        How many different labels there are.

    Raises
    ------
    DesignError
        ``missing_label``, with the row.

    Examples
    --------
    >>> number_labels(["b", "a", "b"], "psu")
    (array([0, 1, 0]), 2)
    """
    values = labels.tolist() if isinstance(labels, np.ndarray) else labels
    numbers: dict[Hashable, int] = {}
    coded = np.empty(len(values), dtype=np.intp)
    for row, label in enumerate(values):
        if label is None or label == "" or (isinstance(label, float) and math.isnan(label)):
            raise DesignError("missing_label", f"{name} is missing; give every response its {name}", row)
        coded[row] = numbers.setdefault(label, len(numbers))
    return coded, len(numbers)


def read_positive(values: Numbers, n: int, name: str, code: str, *, endless: bool = False) -> NDArray[np.float64]:
    """Read a column of numbers that must be finite and above 0.

    Parameters
    ----------
    values : sequence of float or ndarray, shape (n,)
    n : int
        Rows of the design.
    name, code : str
        What the values are, and the code of the error.
    endless : bool
        Whether infinity will do: a population so large, or drawn from so, that nothing is taken away from it.

    Returns
    -------
    ndarray of float, shape (n,)

    Raises
    ------
    DesignError
        `code` with the row of the first bad value, or ``wrong_length``.

    Examples
    --------
    >>> read_positive([2, 0.5], 2, "weight", "bad_weight").tolist()
    [2.0, 0.5]
    >>> read_positive([2, 0], 2, "weight", "bad_weight")
    Traceback (most recent call last):
    analysis.errors.DesignError: row 1: weight is 0.0; it must be a finite number above 0
    """
    array = np.asarray(values, dtype=np.float64)
    check_length(len(array) if array.ndim == 1 else -1, n, name)
    bad = ~((np.isfinite(array) | (endless & np.isposinf(array))) & (array > 0))
    if bad.any():
        row = int(np.argmax(bad))
        held = "missing" if np.isnan(array[row]) else f"{array[row]}"
        raise DesignError(code, f"{name} is {held}; it must be a finite number above 0", row)
    return array


def check_length(length: int, n: int, name: str) -> None:
    """Refuse a column that has not one value a row of the design.

    Parameters
    ----------
    length : int
        Rows of the column; -1 for what is no single column.
    n : int
        Rows of the design.
    name : str
        What the column is, for the message.

    Raises
    ------
    DesignError
        ``wrong_length``.

    Examples
    --------
    >>> check_length(3, 4, "weight")
    Traceback (most recent call last):
    analysis.errors.DesignError: weight must hold one value a response, 4 in all, in one column
    """
    if length != n:
        raise DesignError("wrong_length", f"{name} must hold one value a response, {n} in all, in one column")


def take_constant(
    values: NDArray[np.float64], group: NDArray[np.intp], count: int, name: str, code: str
) -> NDArray[np.float64]:
    """Reduce a per-row column that must be constant within groups to one value a group.

    Parameters
    ----------
    values : ndarray, shape (n,)
    group : ndarray of int, shape (n,)
        Group number of each row, 0 to ``count - 1``, each present.
    count : int
        Number of groups.
    name, code : str
        What must be constant where, and the code of the error.

    Returns
    -------
    ndarray, shape (count,)

    Raises
    ------
    DesignError
        `code` with the first row that differs from an earlier row of its group.

    Examples
    --------
    >>> take_constant(np.array([9.0, 9.0, 7.0]), np.array([0, 0, 1]), 2, "psu_population", "population_not_constant")
    array([9., 7.])
    """
    first = np.zeros(count, dtype=np.intp)
    first[group[::-1]] = np.arange(len(group))[::-1]
    taken = values[first]
    differs = values != taken[group]
    if differs.any():
        row = int(np.argmax(differs))
        raise DesignError(code, f"{name} differs from row {int(first[group[row]])}; make the two rows agree", row)
    return taken
