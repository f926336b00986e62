"""Rows that look alike by their keys."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Codes = NDArray[np.int64]


def number_classes(keys: ArrayLike) -> Codes:
    """Number the combinations of keys.

    Parameters
    ----------
    keys : array_like of int, shape (n, q)
        One column a key, its values as numbers.

    Returns
    -------
    ndarray of int, shape (n,)
        The same number for rows that are the same in every key; from 0 without gaps.

    Examples
    --------
    >>> number_classes([[1, 2], [1, 2], [1, 3]]).tolist()
    [0, 0, 1]
    """
    table = np.asarray(keys, dtype=np.int64)
    number = np.zeros(len(table), dtype=np.int64)
    for column in table.T:
        digits = column - column.min(initial=0)
        width = int(digits.max(initial=0)) + 1
        number = np.unique(number * width + digits, return_inverse=True)[1].astype(np.int64)
    return number


def class_sizes(keys: ArrayLike) -> Codes:
    """Count the rows that look like each row.

    Parameters
    ----------
    keys : array_like of int, shape (n, q)

    Returns
    -------
    ndarray of int, shape (n,)
        How many rows, itself included, are the same in every key.

    Examples
    --------
    >>> class_sizes([[1, 2], [1, 2], [1, 3]]).tolist()
    [2, 2, 1]
    """
    number = number_classes(keys)
    counted: Codes = np.bincount(number)[number] if len(number) else number
    return counted


def count_below(keys: ArrayLike, k: int) -> int:
    """Count the rows that fewer than k rows look like: the rows at risk.

    Parameters
    ----------
    keys : array_like of int, shape (n, q)
    k : int

    Returns
    -------
    int

    Examples
    --------
    >>> count_below([[1, 2], [1, 2], [1, 3]], 2)
    1
    """
    return int((class_sizes(keys) < k).sum())
