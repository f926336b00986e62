"""Whole numbers from an allocation in real numbers, by largest remainders and within bounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray


def round_by_largest_remainder(
    shares: Sequence[float | Fraction],
    total: int,
    *,
    minimum: int | Sequence[int] = 0,
    maximum: int | Sequence[int] | None = None,
) -> NDArray[np.int64]:
    """Round shares to whole numbers of a given sum, each within its bounds.

    Parameters
    ----------
    shares : sequence of float or Fraction, shape (L,)
        What each stratum should have; fractions settle ties exactly.
    total : int
        The sum to reach.
    minimum, maximum : int or sequence of int, shape (L,)
        Bounds of each stratum; no maximum by default.

    Returns
    -------
    ndarray of int, shape (L,)
        Each share held within its bounds and rounded down; then one at a time given to the largest gap below its
        share, or taken from the largest gap above it, ties to the earlier stratum. If the bounds forbid the
        total, the bounds win.

    Raises
    ------
    ValueError
        For a negative or missing share, a minimum above its maximum, or bounds of another length.

    Notes
    -----
    Without bounds this is Hamilton's method of apportionment (Balinski and Young 1982).

    Examples
    --------
    >>> round_by_largest_remainder([2.6, 1.7, 0.7], 5).tolist()
    [2, 2, 1]
    >>> round_by_largest_remainder([2.6, 1.7, 0.7], 5, minimum=[2, 0, 0], maximum=[3, 1, 1]).tolist()
    [3, 1, 1]
    """
    for stratum, share in enumerate(shares):
        if not (share >= 0 and share < math.inf):
            raise ValueError(f"share {stratum} is {share}; it must be a number, 0 or more")
    low = _read_bounds(minimum, len(shares))
    high = _read_bounds(max([total, *low]) if maximum is None else maximum, len(shares))
    for stratum, (least, most) in enumerate(zip(low, high, strict=True)):
        if least > most:
            raise ValueError(f"the minimum {least} of stratum {stratum} is above its maximum {most}")
    seats = [math.floor(min(max(x, a), b)) for x, a, b in zip(shares, low, high, strict=True)]
    while sum(seats) < total:
        below = [h for h in range(len(seats)) if seats[h] < high[h]]
        if not below:
            break
        seats[max(below, key=lambda h: (shares[h] - seats[h], -h))] += 1
    while sum(seats) > total:
        above = [h for h in range(len(seats)) if seats[h] > low[h]]
        if not above:
            break
        seats[max(above, key=lambda h: (seats[h] - shares[h], -h))] -= 1
    return np.array(seats, dtype=np.int64)


def allocate_whole(
    shares: Sequence[float] | NDArray[np.float64],
    total: int,
    *,
    minimum: int | Sequence[int] = 0,
    maximum: int | Sequence[int] | None = None,
) -> NDArray[np.int64]:
    """Make whole numbers of an allocation, within a minimum and a maximum.

    Parameters
    ----------
    shares : array_like, shape (L,)
        An allocation in real numbers, of any total.
    total : int
        n, the sample to share out.
    minimum, maximum : int or sequence of int, shape (L,)
        Bounds of each stratum, such as 2 and N_h.

    Returns
    -------
    ndarray of int, shape (L,)
        Strata that would pass a bound get the bound; the rest is shared out among the others in proportion to
        `shares` (for Neyman's allocation the optimum, Cochran 1977, sec. 5.8), rounded by largest remainders.
        It sums to `total` unless the bounds forbid it.

    Raises
    ------
    ValueError
        For shares that are negative or all 0, a minimum above its maximum, or bounds of another length.

    Examples
    --------
    >>> allocate_whole([15.0, 3.0, 2.0], 20, minimum=2, maximum=[10, 50, 50]).tolist()
    [10, 6, 4]
    """
    measure = np.asarray(shares, dtype=np.float64)
    if not measure.size or not ((measure >= 0) & np.isfinite(measure)).all():
        raise ValueError("every share must be a number, 0 or more")
    low = np.array(_read_bounds(minimum, measure.size), dtype=np.float64)
    high = np.array(_read_bounds(max(total, int(low.max())) if maximum is None else maximum, measure.size), np.float64)
    positive = measure > 0
    if not positive.any():
        raise ValueError("all shares are 0; there is nothing to share out by")
    # The sum of the clipped shares is piecewise linear in their common factor, with its corners at the bounds.
    corners = np.unique(np.concatenate([low[positive] / measure[positive], high[positive] / measure[positive]]))
    sums = np.clip(np.outer(corners, measure), low, high).sum(axis=1)
    held = np.clip(np.interp(total, sums, corners) * measure, low, high)
    return round_by_largest_remainder(held.tolist(), total, minimum=minimum, maximum=high.astype(int).tolist())


def _read_bounds(bounds: int | Sequence[int], length: int) -> list[int]:
    values = [bounds] * length if isinstance(bounds, int | np.integer) else [int(bound) for bound in bounds]
    if len(values) != length:
        raise ValueError(f"there are {len(values)} bounds for {length} strata; give one for each")
    if any(bound < 0 for bound in values):
        raise ValueError(f"a bound is {min(values)}; it cannot be below 0")
    return values
