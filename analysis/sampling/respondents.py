"""Which people of a commune's list to invite: positions that anyone with the seed and the list can work out."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.sampling.permanent_random_numbers import permanent_random_number


def select_respondents(
    seed: str, commune: str, list_size: int, m: int, *, method: Literal["simple", "systematic"] = "simple"
) -> NDArray[np.int64]:
    """Return the positions to invite in the frozen list of a commune, counted from 0.

    Parameters
    ----------
    seed, commune : str
        The published seed and the commune's code.
    list_size : int
        M, people on the list. Its order must be fixed before the seed is.
    m : int
        How many to invite, at most M.
    method : {"simple", "systematic"}
        ``simple``: the m positions with the smallest random number of ``seed|commune|position``, a simple random
        sample. ``systematic``: ⌊start + j·M/m⌋ for j = 0..m-1, with `systematic_start`; it spreads over the
        order of the list, say over the months of service.

    Returns
    -------
    ndarray of int, shape (m,)
        Ascending. Each person stands for M/m.

    Raises
    ------
    ValueError
        For an empty list, m outside 1 to M, or another method.

    Examples
    --------
    >>> select_respondents("public-2026-W1", "D01C03", 312, 40)[:6].tolist()
    [16, 27, 39, 40, 48, 62]
    >>> select_respondents("public-2026-W1", "D01C03", 312, 40, method="systematic")[:6].tolist()
    [4, 12, 19, 27, 35, 43]
    """
    _refuse_count(list_size, m)
    if method == "systematic":
        start, step = systematic_start(seed, commune, list_size, m), list_size / m
        return np.array([math.floor(start + turn * step) for turn in range(m)], dtype=np.int64)
    if method != "simple":
        raise ValueError(f"unknown method {method!r}; use 'simple' or 'systematic'")
    numbers = [permanent_random_number(seed, f"{commune}|{position}") for position in range(list_size)]
    smallest = np.argsort(numbers, kind="stable")[:m]
    return np.sort(smallest).astype(np.int64)


def systematic_start(seed: str, commune: str, list_size: int, m: int) -> float:
    """Return where a systematic selection of m out of M people begins.

    Parameters
    ----------
    seed, commune, list_size, m
        As in `select_respondents`.

    Returns
    -------
    float
        u("commune|start")·M/m with u of `permanent_random_number`, in [0, M/m).

    Raises
    ------
    ValueError
        For an empty list or m outside 1 to M.

    Examples
    --------
    >>> round(systematic_start("public-2026-W1", "D01C03", 312, 40), 6)
    4.216987
    """
    _refuse_count(list_size, m)
    return permanent_random_number(seed, f"{commune}|start") * (list_size / m)


def _refuse_count(list_size: int, m: int) -> None:
    if not (1 <= m <= list_size and int(m) == m and int(list_size) == list_size):
        raise ValueError(f"m is {m}; it must be a whole number from 1 to the {list_size} people on the list")
