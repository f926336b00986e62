"""Columns handed to a model: numbers or categories, and which rows can be used."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import MeasureError

if TYPE_CHECKING:
    pass

Matrix = NDArray[np.float64]
Rows = NDArray[np.bool_]


def read_column(values: ArrayLike, n: int, name: str) -> NDArray[Any]:
    """Return a column as floats with NaN where missing, or as text with '' where missing.

    Parameters
    ----------
    values : array_like, shape (n,)
        Numbers, truth values (as 0 and 1) or text; None, NaN and '' are missing.
    n : int
        Rows of the design.
    name : str
        Of the column, for messages.

    Returns
    -------
    ndarray of float or of str, shape (n,)

    Raises
    ------
    MeasureError
        ``wrong_length``, ``not_finite`` with the row, or ``mixed_column`` for text and numbers together.

    Examples
    --------
    >>> read_column([1, None, 3], 3, "age").tolist(), read_column(["F", None], 2, "sex").tolist()
    ([1.0, nan, 3.0], ['F', ''])
    """
    array = np.asarray(values)
    if array.ndim != 1 or len(array) != n:
        raise MeasureError("wrong_length", f"{name} must hold one value a response, {n}; got shape {array.shape}")
    if array.dtype.kind == "O":
        array = _settle_objects(array, name)
    if array.dtype.kind == "U":
        return np.where(array == "nan", "", array)  # numpy writes a float NaN among texts so
    numbers = array.astype(np.float64)
    if np.isinf(numbers).any():
        row = int(np.argmax(np.isinf(numbers)))
        raise MeasureError("not_finite", f"{name} is infinite; a missing value is NaN", row)
    return numbers


def _settle_objects(array: NDArray[Any], name: str) -> NDArray[Any]:
    """Decide whether a column of Python objects holds text or numbers."""
    texts = np.array([isinstance(value, str) for value in array])
    absent = np.array([_is_absent(value) for value in array])
    if (texts & ~absent).any():
        mixed = ~texts & ~absent
        if mixed.any():
            row = int(np.argmax(mixed))
            raise MeasureError("mixed_column", f"{name} holds {array[row]!r} among texts; use one kind", row)
        return np.where(absent, "", array).astype(np.str_)
    try:
        return np.array([np.nan if gone else float(value) for gone, value in zip(absent, array, strict=True)])
    except (TypeError, ValueError) as error:
        raise MeasureError("mixed_column", f"{name} holds neither numbers nor text; convert it first") from error


def _is_absent(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def find_present(column: NDArray[Any]) -> Rows:
    """Mark the rows of a column that hold a value.

    Parameters
    ----------
    column : ndarray, shape (n,)
        From `read_column`.

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    >>> find_present(np.array(["F", "", "M"])).tolist()
    [True, False, True]
    """
    present: Rows = column != "" if column.dtype.kind == "U" else ~np.isnan(column)
    return present


def number_categories(
    column: NDArray[Any], rows: Rows, name: str, levels: Sequence[Hashable] | None = None
) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Number the categories of a column: numbers by size, text by its characters, or as `levels` orders them.

    Parameters
    ----------
    column : ndarray, shape (n,)
        From `read_column`.
    rows : ndarray of bool, shape (n,)
        Rows in use; categories found only elsewhere do not count.
    name : str
        Of the column, for messages.
    levels : sequence, optional
        All categories in their order; one that no row in use holds is left out.

    Returns
    -------
    codes : ndarray of int, shape (n,)
        0, 1, ...; -1 outside `rows`.
    labels : tuple of str
        What each code stands for; a whole number without decimals.

    Raises
    ------
    MeasureError
        ``unknown_level`` with the row if `levels` lacks a category.

    Examples
    --------
    >>> codes, labels = number_categories(np.array(["b", "a", "b"]), np.array([True, True, False]), "x")
    >>> codes.tolist(), labels
    ([1, 0, -1], ('a', 'b'))
    """
    found, inverse = np.unique(column[rows], return_inverse=True)
    labels = [_write_label(value) for value in found]
    order = list(range(len(labels)))
    if levels is not None:
        wanted = [_write_label(level) for level in levels]
        unknown = [number for number, label in enumerate(labels) if label not in wanted]
        if unknown:
            row = int(np.argmax(rows & (column == found[unknown[0]])))
            raise MeasureError("unknown_level", f"{name} is {labels[unknown[0]]!r}, which `levels` does not name", row)
        order = [labels.index(label) for label in wanted if label in labels]
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    codes = np.full(len(column), -1, dtype=np.intp)
    codes[rows] = place[inverse]
    return codes, tuple(labels[number] for number in order)


def _write_label(value: Any) -> str:
    whole = isinstance(value, float | np.floating) and float(value).is_integer()
    return str(int(value)) if whole else str(value)


def read_domain(domain: ArrayLike | None, n: int) -> Rows:
    """Return the rows of a domain as truth values.

    Parameters
    ----------
    domain : array_like of bool, shape (n,), or None
        None: everyone.
    n : int
        Rows of the design.

    Returns
    -------
    ndarray of bool, shape (n,)

    Raises
    ------
    MeasureError
        ``bad_domain`` if it is not one truth value a row.

    Examples
    --------
    >>> read_domain(None, 2).tolist()
    [True, True]
    """
    if domain is None:
        return np.ones(n, dtype=np.bool_)
    rows = np.asarray(domain)
    if rows.dtype != np.bool_ or rows.shape != (n,):
        raise MeasureError("bad_domain", f"domain must be True or False, one a response, {n} in all")
    return rows


def read_numbers(values: ArrayLike, n: int, name: str) -> Matrix:
    """Return a column of numbers, NaN where missing; text is refused.

    Parameters
    ----------
    values, n, name
        As in `read_column`.

    Returns
    -------
    ndarray of float, shape (n,)

    Raises
    ------
    MeasureError
        ``not_a_number`` with the row, and as `read_column`.

    Examples
    --------
    >>> read_numbers([1, None], 2, "score").tolist()
    [1.0, nan]
    """
    column = read_column(values, n, name)
    if column.dtype.kind == "U":
        row = int(np.argmax(column != ""))
        raise MeasureError("not_a_number", f"{name} is {column[row]!r}; give it as numbers", row)
    return column
