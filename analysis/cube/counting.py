"""The one pass over the responses: add each answer to its cell."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from analysis.cube.batch import Codes

MANY = 100_000
"""From so many responses on, the items are counted side by side on the machine's cores."""


CACHED = 8192
"""Responses whose weights fit the processor's cache."""


def stack_powers(weights: NDArray[np.float64], sign: float) -> NDArray[np.float64]:
    """Return what each response adds to its cells: the sign times 1, w and w².

    Parameters
    ----------
    weights : ndarray, shape (n,)
    sign : float
        1 to add, -1 to take back.

    Returns
    -------
    ndarray, shape (n, 3)

    Examples
    --------
    >>> stack_powers(np.array([2.0, 3.0]), -1.0).tolist()
    [[-1.0, -2.0, -4.0], [-1.0, -3.0, -9.0]]
    """
    powers = np.empty((len(weights), 3))
    for start in range(0, len(weights), CACHED):
        part = weights[start : start + CACHED]
        powers[start : start + CACHED] = sign * np.column_stack([np.ones_like(part), part, part * part])
    return powers


def add_counts(
    table: NDArray[np.float64],
    group: NDArray[np.intp],
    columns: Sequence[Codes],
    values: NDArray[np.float64] | None,
    sign: float,
) -> None:
    """Add n answers to each of J items into a table, in place.

    Parameters
    ----------
    table : ndarray, shape (J, p, L, a, c), contiguous
    group : ndarray of int, shape (n,)
        PSU and combination of each response, 0 to pL - 1.
    columns : sequence of ndarray of int, length J, each shape (n,)
        Answers as codes 0 to a - 1.
    values : ndarray, shape (n, 3), or None
        What a response adds to its cells; None: `sign` to the first, where c = 1.
    sign : float
        1 to add, -1 to take back.

    Examples
    --------
    >>> table = np.zeros((1, 2, 1, 3, 1))  # one item with two answers, two PSUs
    >>> add_counts(table, np.array([0, 0, 1]), [np.array([2, 2, 0])], None, 1.0)
    >>> table[0, :, 0, :, 0].tolist()
    [[0.0, 0.0, 2.0], [1.0, 0.0, 0.0]]
    """
    cells, n = table[0].size // table.shape[-1], len(group)
    kind = np.intp if values is None else np.int32  # what counting and sparse products take without a copy
    first = (group * table.shape[-2]).astype(kind)
    flat = [part.reshape(cells, table.shape[-1]) for part in table]
    if n * 8 < cells:
        for part, codes in zip(flat, columns, strict=True):
            _add_few(part, first + codes, values, sign)
    elif n < MANY:
        _add_many(flat, first, columns, values, sign)
    else:
        shares = os.cpu_count() or 1
        with ThreadPoolExecutor(shares) as cores:
            jobs = [
                cores.submit(_add_many, flat[share::shares], first, columns[share::shares], values, sign)
                for share in range(shares)
            ]
        for job in jobs:
            job.result()


def _add_few(
    cells: NDArray[np.float64], place: NDArray[np.integer], values: NDArray[np.float64] | None, sign: float
) -> None:
    if values is None:
        np.add.at(cells.reshape(-1), place, sign)
        return
    for number in range(values.shape[1]):
        np.add.at(cells.reshape(-1), place * values.shape[1] + number, values[:, number])


def _add_many(
    tables: Sequence[NDArray[np.float64]],
    first: NDArray[np.integer],
    columns: Sequence[Codes],
    values: NDArray[np.float64] | None,
    sign: float,
) -> None:
    place = np.empty_like(first)  # one for all items: fresh memory costs as much as the counting
    if values is None:
        for cells, codes in zip(tables, columns, strict=True):
            np.add(first, codes, out=place)
            cells[:, 0] += sign * np.bincount(place, minlength=len(cells))
        return
    n = len(first)
    ones, starts = np.broadcast_to(np.float64(1), (n,)), np.arange(n + 1, dtype=np.int32)
    for cells, codes in zip(tables, columns, strict=True):
        np.add(first, codes, out=place)
        # a sparse product adds the three values of a response in one visit to its cell
        cells[...] += csc_array((ones, place, starts), shape=(len(cells), n)) @ values


def add_moments(
    table: NDArray[np.float64],
    group: NDArray[np.intp],
    y: NDArray[np.float64],
    x: NDArray[np.float64],
    w: NDArray[np.float64] | None,
    sign: float,
) -> None:
    """Add to each cell what a pooled measure y/x needs, in place.

    Parameters
    ----------
    table : ndarray, shape (p, combinations, 9), contiguous
        The sums of 1, x, w, wy, wx, wy, (wy)², wx·wy, (wx)² over the respondents with x > 0.
    group : ndarray of int, shape (n,)
        The cell of each respondent.
    y, x : ndarray, shape (n,)
        Numerator and denominator.
    w : ndarray, shape (n,), or None
        None: all weigh 1.
    sign : float
        1 to add, -1 to take back.

    Examples
    --------
    >>> table = np.zeros((1, 1, 9))
    >>> add_moments(table, np.zeros(2, dtype=np.intp), np.array([1.0, 2.0]), np.array([2.0, 2.0]), None, 1.0)
    >>> table[0, 0].tolist()
    [2.0, 4.0, 2.0, 3.0, 4.0, 3.0, 5.0, 6.0, 8.0]
    """
    p, combinations, moments = table.shape
    valid = (x > 0) & ~np.isnan(y)
    y, x, group = y[valid], x[valid], group[valid]
    flat = table.reshape(p * combinations, moments)

    def add(values: NDArray[np.float64] | None, *places: int) -> None:
        flat[:, places] += sign * np.bincount(group, weights=values, minlength=len(flat))[:, None]

    if w is None:  # all weigh 1: three of the nine are the same as others
        add(None, 0, 2)
        add(x, 1, 4)
        add(y, 3, 5)
        add(y * y, 6)
        add(x * y, 7)
        add(x * x, 8)
        return
    w = w[valid]
    wy, wx = w * y, w * x
    for number, values in enumerate((None, x, w, wy, wx, wy, wy * wy, wx * wy, wx * wx)):
        add(values, number)
