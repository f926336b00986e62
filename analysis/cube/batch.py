"""Responses on their way into a cube: coded columns, one small number a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.errors import MeasureError

Codes = NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """n responses as codes.

    Attributes
    ----------
    psu : ndarray of int, shape (n,)
        Place of the response's PSU in the frame.
    answers : dict of str to ndarray of int, each shape (n,)
        For each item, 0 where there is no answer, else 1 + the place of the answer among the item's levels.
    keys : dict of str to ndarray of int, each shape (n,)
        For each key of a breakdown, coded in the same way.
    counts : dict of str to (ndarray, ndarray), each shape (n,)
        For each pooled measure, numerator and denominator of each respondent.
    weights : ndarray, shape (n,), or None
        None: the weight of the PSU.
    """

    psu: Codes
    answers: Mapping[str, Codes]
    keys: Mapping[str, Codes] = field(default_factory=dict)
    counts: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = field(default_factory=dict)
    weights: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.psu)


def encode(values: Sequence[Any] | NDArray[Any], levels: Sequence[Any], name: str) -> Codes:
    """Turn values into codes.

    Parameters
    ----------
    values : sequence or ndarray, shape (n,)
        None, NaN and '' are no answer.
    levels : sequence
        The values there may be.
    name : str
        What the values are, for messages.

    Returns
    -------
    ndarray of int, shape (n,)
        0 for no answer, else 1 + the place of the value among `levels`.

    Raises
    ------
    MeasureError
        ``unknown_level`` with the row of a value that is no level.

    Examples
    --------
    >>> encode([4.0, float("nan"), 1.0], [1, 2, 3, 4, 5], "q01").tolist()
    [4, 0, 1]
    >>> encode(["F", "", "M"], ["F", "M"], "sex").tolist()
    [1, 0, 2]
    """
    column = np.asarray(values)
    if column.dtype.kind in "iuf" and all(isinstance(level, int | float | np.number) for level in levels):
        codes = _encode_numbers(column, np.asarray(levels, dtype=np.float64))
    else:
        places = {level: place for place, level in enumerate(levels, start=1)} | {"": 0, None: 0}
        codes = np.array(
            [0 if cell != cell else places.get(cell, -1) for cell in column.tolist()],  # noqa: PLR0124 - NaN
            dtype=np.int16,
        )
    if (codes < 0).any():
        row = int(np.argmax(codes < 0))
        known = ", ".join(str(level) for level in levels)
        raise MeasureError("unknown_level", f"{name} holds {column.tolist()[row]!r}; its levels are {known}", row)
    return codes


def _encode_numbers(column: NDArray[Any], levels: NDArray[np.float64]) -> Codes:
    order = np.argsort(levels)
    place = np.searchsorted(levels[order], column)
    place = np.minimum(place, len(levels) - 1)
    found = levels[order][place] == column
    codes = np.where(found, order[place] + 1, -1).astype(np.int16)
    if column.dtype.kind == "f":
        codes[np.isnan(column)] = 0
    return codes
