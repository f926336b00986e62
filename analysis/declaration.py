"""Sizes of a declared design: how many responses, and what part of a population was sampled."""

import numpy as np
from numpy.typing import NDArray

from analysis.errors import DesignError
from analysis.labels import Labels, Numbers, read_positive, take_constant


def count_rows(psu: Labels | None, strata: Labels | None, weights: Numbers | None) -> int:
    """Count the responses by the first column given.

    Parameters
    ----------
    psu, strata, weights : sequence, shape (n,), or None

    Returns
    -------
    int
        n.

    Raises
    ------
    DesignError
        ``size_unknown`` if all are None.

    Examples
    --------
    >>> count_rows(None, ["north", "north", "south"], None)
    3
    """
    for given in (psu, strata, weights):
        if given is not None:
            return len(given)
    raise DesignError("size_unknown", "give psu, strata or weights: they tell how many responses there are")


def find_fraction(
    population: Numbers | None, group: NDArray[np.intp], count: NDArray[np.float64], name: str
) -> NDArray[np.float64]:
    """Return the sampling fraction of each group: units in the file over units in the population.

    Parameters
    ----------
    population : sequence of float, shape (n,), or None
        Units in the population of the row's group; None, or infinity in a group, gives fractions of 0 (drawn with
        replacement).
    group : ndarray of int, shape (n,)
        Group (stratum or PSU) of each row.
    count : ndarray, shape (g,)
        Units of the file in each group.
    name : str
        What the population is, for the message.

    Returns
    -------
    ndarray, shape (g,)

    Raises
    ------
    DesignError
        ``bad_population``, ``population_not_constant`` or ``more_sampled_than_population``, with the row.

    Examples
    --------
    >>> find_fraction([8, 8, 5], np.array([0, 0, 1]), np.array([2.0, 1.0]), "psu_population")
    array([0.25, 0.2 ])
    >>> find_fraction([8, 8, np.inf], np.array([0, 0, 1]), np.array([2.0, 1.0]), "psu_population")
    array([0.25, 0.  ])
    """
    if population is None:
        return np.zeros(len(count))
    given = read_positive(population, len(group), name, "bad_population", endless=True)
    size = take_constant(given, group, len(count), name, "population_not_constant")
    over = (count > size)[group]
    if over.any():
        row = int(np.argmax(over))
        has, holds = given[row], count[group[row]]
        advice = "correct the population or the labels"
        raise DesignError(
            "more_sampled_than_population", f"{name} is {has:g} but the file holds {holds:g}; {advice}", row
        )
    return count / size
