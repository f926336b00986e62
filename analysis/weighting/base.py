"""Base weights: one over the probability with which a person was invited."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.errors import DesignError
from analysis.labels import Numbers, read_positive


def two_stage_weights(
    *, psu_population: Numbers, psu_sample: Numbers, element_population: Numbers, element_sample: Numbers
) -> NDArray[np.float64]:
    """Return (N_h/n_h)(M_i/m_i) for communes and people drawn with equal probabilities.

    Parameters
    ----------
    psu_population, psu_sample : sequence of float, shape (n,)
        N_h, the PSUs of the row's stratum, and n_h, those drawn.
    element_population, element_sample : sequence of float, shape (n,)
        M_i, the people on the list of the row's PSU, and m_i, those invited (not those who answered).

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    DesignError
        ``bad_population``, ``bad_sample`` (not finite and above 0), ``more_sampled_than_population``,
        ``wrong_length``, with the row.

    References
    ----------
    Horvitz DG, Thompson DJ (1952) JASA 47:663-685; Cochran WG (1977) Sampling Techniques, ch. 10 and 11.

    Examples
    --------
    >>> two_stage_weights(psu_population=[20], psu_sample=[5], element_population=[300], element_sample=[40])
    array([30.])
    """
    return _raise_stage(psu_population, psu_sample, "psu") * _raise_stage(element_population, element_sample, "element")


def inverse_probability_weights(*probabilities: Numbers) -> NDArray[np.float64]:
    """Return one over the product of the inclusion probabilities of all stages, as for PPS sampling.

    Parameters
    ----------
    probabilities : sequences of float, each shape (n,)
        π of the row's unit at each stage, given the unit above it.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    DesignError
        ``bad_probability`` with the row of one outside (0, 1]; ``no_probability``, ``wrong_length``.

    Notes
    -----
    w = 1/Π π, with which Σwy is unbiased for the population total (Horvitz and Thompson 1952).

    Examples
    --------
    >>> inverse_probability_weights([0.5, 0.25], [0.1, 0.1])
    array([20., 40.])
    """
    if not probabilities:
        raise DesignError("no_probability", "give the inclusion probabilities of at least one stage")
    n = len(probabilities[0])
    product = np.ones(n)
    for stage in probabilities:
        chance = read_positive(stage, n, "inclusion probability", "bad_probability")
        if (chance > 1).any():
            row = int(np.argmax(chance > 1))
            raise DesignError("bad_probability", f"inclusion probability is {chance[row]}; it is at most 1", row)
        product *= chance
    return 1 / product


def _raise_stage(population: Numbers, sample: Numbers, unit: str) -> NDArray[np.float64]:
    """Return population over sample of one stage."""
    n = len(population)
    size = read_positive(population, n, f"{unit}_population", "bad_population")
    drawn = read_positive(sample, n, f"{unit}_sample", "bad_sample")
    if (drawn > size).any():
        row = int(np.argmax(drawn > size))
        raise DesignError(
            "more_sampled_than_population",
            f"{unit}_sample is {drawn[row]:g} but {unit}_population {size[row]:g}; correct one of them",
            row,
        )
    return size / drawn
