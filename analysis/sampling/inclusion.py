"""The probability with which each commune of a stratum is drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.errors import DesignError


def equal_probabilities(population: int, n: int) -> NDArray[np.float64]:
    """Return n/N for each of N units: simple random sampling without replacement.

    Parameters
    ----------
    population, n : int
        N units, of which n are drawn.

    Returns
    -------
    ndarray, shape (N,)

    Raises
    ------
    ValueError
        For N below 1 or n outside 0 to N.

    Examples
    --------
    >>> equal_probabilities(4, 1).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    _refuse_count(population, n)
    return np.full(population, n / population)


def proportional_probabilities(
    sizes: Sequence[float] | NDArray[np.float64], n: int, *, power: float = 1.0
) -> NDArray[np.float64]:
    """Return inclusion probabilities proportional to size, those that would pass 1 set to 1.

    Parameters
    ----------
    sizes : array_like, shape (N,)
        The size of each unit, above 0, such as the length of its list of service users.
    n : int
        How many units are drawn.
    power : float
        The sizes are raised to it; 1 takes them as they are, 0 gives equal probabilities.

    Returns
    -------
    ndarray, shape (N,)
        Probabilities that sum to n.

    Raises
    ------
    DesignError
        ``bad_size`` with its row: a size that is missing, infinite, 0 or negative.
    ValueError
        For no sizes, or n outside 0 to N.

    Notes
    -----
    π_k = n·x_k/Σx. Units with π_k ≥ 1 are taken for certain, and the rest of the sample is shared out among the
    other units in the same way, until none reaches 1 (Särndal, Swensson and Wretman 1992, sec. 3.6.2).

    Examples
    --------
    >>> proportional_probabilities([10, 20, 30, 140], 2).round(4).tolist()
    [0.1667, 0.3333, 0.5, 1.0]
    """
    values = np.asarray(sizes, dtype=np.float64)
    _refuse_count(values.size, n)
    bad = ~((values > 0) & np.isfinite(values))
    if bad.any():
        row = int(np.argmax(bad))
        raise DesignError(
            "bad_size", f"size {values[row]} cannot be used; give a number above 0 or leave the unit out", row
        )
    # Relative sizes, so that no power overflows.
    relative = (values / values.max()) ** power
    probabilities = np.ones(values.size)
    chance = np.ones(values.size, dtype=np.bool_)
    while chance.any():
        left = n - int((~chance).sum())
        if left == chance.sum():
            break
        shares = left * relative / relative[chance].sum()
        certain = chance & (shares >= 1)
        if not certain.any():
            probabilities[chance] = shares[chance]
            break
        chance &= ~certain
    return probabilities


def read_probabilities(probabilities: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Check that numbers are inclusion probabilities.

    Parameters
    ----------
    probabilities : sequence of float, shape (N,)

    Returns
    -------
    ndarray, shape (N,)

    Raises
    ------
    DesignError
        ``bad_probability``, with the row of one that is missing or outside [0, 1].

    Examples
    --------
    >>> read_probabilities([0.5, 1]).tolist()
    [0.5, 1.0]
    """
    values = np.asarray(probabilities, dtype=np.float64)
    if values.ndim != 1 or not values.size:
        raise DesignError("bad_probability", "give a list of inclusion probabilities, one for each unit")
    bad = ~((values >= 0) & (values <= 1))
    if bad.any():
        row = int(np.argmax(bad))
        raise DesignError("bad_probability", f"{values[row]} is no probability from 0 to 1", row)
    return values


def read_sample_size(probabilities: Sequence[float] | NDArray[np.float64]) -> int:
    """Return the whole number that inclusion probabilities sum to.

    Parameters
    ----------
    probabilities : sequence of float, shape (N,)

    Returns
    -------
    int
        n, the fixed sample size.

    Raises
    ------
    DesignError
        ``fractional_sample_size`` if they sum to none (within 1e-6), and as `read_probabilities`.

    Examples
    --------
    >>> read_sample_size([0.5, 0.5, 1.0])
    2
    """
    total = float(read_probabilities(probabilities).sum())
    if abs(total - round(total)) > 1e-6:
        raise DesignError(
            "fractional_sample_size",
            f"the inclusion probabilities sum to {total:.6g}; a design of fixed size needs a whole number",
        )
    return round(total)


def _refuse_count(population: int, n: int) -> None:
    if population < 1:
        raise ValueError("there are no units to draw from; give at least one")
    if not (0 <= n <= population and int(n) == n):
        raise ValueError(f"n is {n}; it must be a whole number from 0 to the {population} units there are")
