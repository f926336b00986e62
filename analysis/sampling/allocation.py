"""How many communes to draw in each stratum, and how many people to invite in each commune."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.sampling.rounding import round_by_largest_remainder


def allocate(
    sizes: Sequence[int] | NDArray[np.integer],
    share: float | Fraction | str,
    *,
    minimum: int = 2,
    rule: Literal["total", "each_stratum"] = "total",
) -> NDArray[np.int64]:
    """Share out a sample of communes among strata, in exact arithmetic.

    Parameters
    ----------
    sizes : sequence of int, shape (L,)
        N_h, the communes of each stratum; 0 is allowed and gets 0.
    share : float, Fraction or str
        The part to draw, in (0, 1]; 0.3, "0.3" and Fraction(3, 10) are the same.
    minimum : int
        At least so many in each stratum, or all of a smaller one.
    rule : {"total", "each_stratum"}
        ``total``: the share holds for the whole, ⌊share·N + 1/2⌋ communes, by largest remainders; the minima
        win if they alone need more. ``each_stratum``: the share holds in every stratum, ⌈share·N_h⌉.

    Returns
    -------
    ndarray of int, shape (L,)
        n_h, at most N_h.

    Raises
    ------
    ValueError
        For a share outside (0, 1], a negative or broken size, a negative minimum, or another rule.

    Examples
    --------
    >>> districts = [20, 16, 14, 13, 12, 11, 10, 9, 9, 8, 7, 6, 5, 3, 2]
    >>> allocate(districts, 0.3).tolist(), int(allocate(districts, 0.3).sum())
    ([6, 5, 4, 4, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2], 44)
    >>> allocate(districts, 0.3, rule="each_stratum").tolist()
    [6, 5, 5, 4, 4, 4, 3, 3, 3, 3, 3, 2, 2, 2, 2]
    """
    part, counts = _read_share(share), _read_sizes(sizes)
    if minimum < 0:
        raise ValueError(f"minimum is {minimum}; it cannot be below 0")
    floors = [min(minimum, size) for size in counts]
    exact = [part * size for size in counts]
    if rule == "each_stratum":
        return np.array([max(math.ceil(e), f) for e, f in zip(exact, floors, strict=True)], dtype=np.int64)
    if rule != "total":
        raise ValueError(f"unknown rule {rule!r}; use 'total' or 'each_stratum'")
    return round_by_largest_remainder(exact, math.floor(sum(exact) + Fraction(1, 2)), minimum=floors, maximum=counts)


def allocate_proportionally(sizes: Sequence[float] | NDArray[np.float64], total: float) -> NDArray[np.float64]:
    """Share out a sample in proportion to the sizes of the strata, in real numbers.

    Parameters
    ----------
    sizes : array_like, shape (L,)
        M_h, the people (or communes) of each stratum.
    total : float
        n, the sample to share out.

    Returns
    -------
    ndarray, shape (L,)
        n·M_h/ΣM (Cochran 1977, ch. 5). `allocate_whole` makes whole numbers of it.

    Raises
    ------
    ValueError
        For no sizes, a negative or missing one, all of them 0, or a total that is not above 0.

    Examples
    --------
    >>> allocate_proportionally([100, 300], 20).tolist()
    [5.0, 15.0]
    """
    return _in_proportion(_read_measure(sizes, "size"), total)


def allocate_neyman(
    sizes: Sequence[float] | NDArray[np.float64],
    deviations: Sequence[float] | NDArray[np.float64],
    total: float,
    *,
    costs: Sequence[float] | NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Share out a sample so that the estimate for the whole is the most precise, in real numbers.

    Parameters
    ----------
    sizes : array_like, shape (L,)
        M_h, the people of each stratum.
    deviations : array_like, shape (L,)
        S_h, the standard deviation in each stratum; √(p(1-p)) for a rate.
    total : float
        n, the sample to share out.
    costs : array_like, shape (L,), optional
        c_h, the cost of one unit in each stratum; equal by default.

    Returns
    -------
    ndarray, shape (L,)
        n·M_h·S_h/√c_h over its sum (Neyman 1934; Cochran 1977, sec. 5.5). It may ask for more than a stratum
        holds: `allocate_whole` with a maximum mends that in the optimal way.

    Raises
    ------
    ValueError
        For lists of different length, a negative or missing number, a cost of 0, or nothing to share out by.

    Examples
    --------
    >>> allocate_neyman([100, 300], [0.3, 0.1], 20).tolist()
    [10.0, 10.0]
    """
    measure = _read_measure(sizes, "size") * _read_measure(deviations, "deviation", len(sizes))
    if costs is not None:
        prices = _read_measure(costs, "cost", len(sizes))
        if (prices == 0).any():
            raise ValueError(f"cost {int(np.argmin(prices))} is 0; give what one unit costs")
        measure = measure / np.sqrt(prices)
    return _in_proportion(measure, total)


def allocate_by_power(
    sizes: Sequence[float] | NDArray[np.float64],
    total: float,
    *,
    power: float = 0.5,
    variations: Sequence[float] | NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Share out a sample between "in proportion" and "the same everywhere", in real numbers.

    Parameters
    ----------
    sizes : array_like, shape (L,)
        M_h, the people (or another measure of importance) of each stratum.
    total : float
        n, the sample to share out.
    power : float
        q from 0 (equal samples: districts equally precise) to 1 (in proportion: the province most precise).
    variations : array_like, shape (L,), optional
        The coefficient of variation in each stratum; equal by default.

    Returns
    -------
    ndarray, shape (L,)
        n·M_h^q·CV_h over its sum (Bankier 1988).

    Raises
    ------
    ValueError
        For a power outside [0, 1], and as `allocate_neyman`.

    Examples
    --------
    >>> allocate_by_power([100, 400], 30).tolist()
    [10.0, 20.0]
    """
    if not 0 <= power <= 1:
        raise ValueError(f"power is {power}; it must lie between 0 and 1, such as 0.5")
    measure = _read_measure(sizes, "size") ** power
    if variations is not None:
        measure = measure * _read_measure(variations, "variation", len(sizes))
    return _in_proportion(measure, total)


def allocate_respondents(
    list_sizes: Sequence[int] | NDArray[np.integer],
    total: int,
    *,
    minimum: int = 20,
    maximum: int = 60,
    within_lists: bool = True,
) -> NDArray[np.int64]:
    """Share out the people to invite among the drawn communes, in proportion to their lists.

    Parameters
    ----------
    list_sizes : sequence of int, shape (c,)
        M_i, the people on the list of each drawn commune.
    total : int
        How many to invite in all.
    minimum, maximum : int
        At least and at most so many in a commune; a shorter list is taken whole.
    within_lists : bool
        False plans beyond the lists, for communes whose lists are only guessed.

    Returns
    -------
    ndarray of int, shape (c,)
        m_i, as `round_by_largest_remainder` makes them of the shares total·M_i/ΣM; the bounds win over the total.
        Equal parts of the lists keep the weights within a stratum equal.

    Raises
    ------
    ValueError
        For a broken or negative list size, no lists at all, or a minimum above the maximum.

    Examples
    --------
    >>> allocate_respondents([808, 407, 222, 15], 100).tolist()
    [45, 20, 20, 15]
    """
    lists = _read_sizes(list_sizes)
    if not sum(lists):
        raise ValueError("the lists are empty; there is nobody to invite")
    return round_by_largest_remainder(
        [Fraction(total * size, sum(lists)) for size in lists],
        total,
        minimum=[min(minimum, size) if within_lists else minimum for size in lists],
        maximum=[min(maximum, size) if within_lists else maximum for size in lists],
    )


def _in_proportion(measure: NDArray[np.float64], total: float) -> NDArray[np.float64]:
    if not 0 < total < math.inf:
        raise ValueError(f"total is {total}; it must be above 0")
    if not measure.sum() > 0:
        raise ValueError("all strata measure 0; there is nothing to share out by")
    shares: NDArray[np.float64] = total * measure / measure.sum()
    return shares


def _read_measure(
    values: Sequence[float] | NDArray[np.float64], name: str, length: int | None = None
) -> NDArray[np.float64]:
    """Return numbers of 0 or more as an array, of the wanted length."""
    measure = np.asarray(values, dtype=np.float64)
    if measure.ndim != 1 or not measure.size or (length is not None and measure.size != length):
        raise ValueError(f"there are {measure.size} values of {name}; give one for each stratum")
    bad = ~((measure >= 0) & np.isfinite(measure))
    if bad.any():
        raise ValueError(f"{name} {int(np.argmax(bad))} is {measure[np.argmax(bad)]}; it must be a number, 0 or more")
    return measure


def _read_share(share: float | Fraction | str) -> Fraction:
    """Read 0.3 as three tenths, not as the double nearest to it."""
    try:
        part = share if isinstance(share, Fraction) else Fraction(str(share))
    except ValueError:
        part = Fraction(0)
    if not 0 < part <= 1:
        raise ValueError(f"share is {share}; it must be above 0 and at most 1, such as 0.3")
    return part


def _read_sizes(sizes: Sequence[int] | NDArray[np.integer]) -> list[int]:
    for stratum, size in enumerate(sizes):
        if not (size >= 0 and int(size) == size):
            raise ValueError(f"size {stratum} is {size}; a stratum holds a whole number of communes, 0 or more")
    return [int(size) for size in sizes]
