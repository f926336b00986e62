"""Levels by their text: how a column of a file or an engine finds its place among the levels of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.cube.cube import CubePlan
from analysis.errors import DesignError


def place_levels(values: Sequence[Any], levels: Sequence[Any]) -> NDArray[np.int16]:
    """Find each value among the levels by its value, else by its text.

    Parameters
    ----------
    values : sequence, length v
        Different values of a column; None, NaN and '' are no answer.
    levels : sequence

    Returns
    -------
    ndarray of int, shape (v,)
        0 for no answer, 1 + the place among the levels, -1 for a value that is no level.

    Examples
    --------
    >>> place_levels(["4", 5.0, None, "x"], [1, 2, 3, 4, 5]).tolist()
    [4, 5, 0, -1]
    """
    places = {str(level): place for place, level in enumerate(levels, start=1)}
    places |= {level: place for place, level in enumerate(levels, start=1)}
    found = np.empty(len(values), dtype=np.int16)
    for row, value in enumerate(values):
        missing = value is None or value == "" or value != value  # noqa: PLR0124 - NaN
        found[row] = 0 if missing else places.get(value, places.get(str(value), -1))
    return found


def check_texts(plan: CubePlan) -> None:
    """Refuse levels that their texts cannot tell apart.

    Parameters
    ----------
    plan : CubePlan

    Raises
    ------
    DesignError
        ``same_text`` where two levels of an item or key are written alike, such as 1 and "1", or one is '', which is no
        answer.

    Examples
    --------
    >>> check_texts(CubePlan.of({"q01": [1, "1"]}))
    Traceback (most recent call last):
    analysis.errors.DesignError: two levels of q01 are written alike, or one is empty; rename one
    """
    for name, levels in (*plan.items.items(), *plan.keys.items()):
        if len({"", *map(str, levels)}) <= len(levels):
            raise DesignError("same_text", f"two levels of {name} are written alike, or one is empty; rename one")


def list_margins(plan: CubePlan) -> tuple[tuple[str, ...], ...]:
    """Return the keys of each margin that a cube of the plan keeps, in its order.

    Parameters
    ----------
    plan : CubePlan

    Returns
    -------
    tuple of tuple of str
        One empty tuple where nothing is crossed.

    Examples
    --------
    >>> list_margins(CubePlan.of({"q01": [0, 1]}, {"sex": ["F", "M"], "age": ["old"]}, [["sex", "age"], ["sex"]]))
    (('sex', 'age'), ('sex',))
    >>> list_margins(CubePlan.of({"q01": [0, 1]}))
    ((),)
    """
    return tuple(dict.fromkeys(keys for keys in plan.crossings if keys)) or ((),)
