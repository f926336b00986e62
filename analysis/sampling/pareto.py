"""Pareto πps: a draw of fixed size with unequal probabilities and permanent random numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.errors import DesignError
from analysis.sampling.inclusion import read_sample_size
from analysis.sampling.permanent_random_numbers import (
    permanent_random_number,
    refuse_repeated,
    shift_random_number,
)


def draw_pareto(
    codes: Sequence[str], seed: str, probabilities: Sequence[float] | NDArray[np.float64], *, shift: float = 0.0
) -> list[str]:
    """Draw codes with given inclusion probabilities by Pareto sampling.

    Parameters
    ----------
    codes : sequence of str, length N
        The frozen frame of one stratum, each code once.
    seed : str
        As in `permanent_random_number`.
    probabilities : array_like, shape (N,)
        The wanted inclusion probabilities π, in [0, 1], with a whole sum n; see `proportional_probabilities`.
    shift : float
        As in `shift_random_number`, to keep or rotate communes between waves.

    Returns
    -------
    list of str
        n codes, in the order of `codes`; the same set whatever that order is.

    Raises
    ------
    DesignError
        ``bad_probability`` with its row, ``fractional_sample_size``, ``wrong_length``.
    ValueError
        For a repeated code or a shift outside [0, 1).

    Notes
    -----
    The n smallest [u/(1-u)]/[π/(1-π)] are drawn, units with π = 1 before all others (Rosén 1997). The inclusion
    probabilities are π up to an error that vanishes as the sample grows.

    Examples
    --------
    >>> draw_pareto(["D15C01", "D15C02", "D15C03"], "public-2026-W1", [0.5, 0.5, 1.0])
    ['D15C01', 'D15C03']
    """
    refuse_repeated(codes)
    n = read_sample_size(probabilities)
    if len(probabilities) != len(codes):
        raise DesignError("wrong_length", f"{len(probabilities)} probabilities for {len(codes)} codes; give one each")

    def rank(unit: int) -> tuple[float, str]:
        code, probability = codes[unit], float(probabilities[unit])
        number = shift_random_number(permanent_random_number(seed, code), shift)
        if probability >= 1:
            return -1.0, code
        if probability <= 0:
            return np.inf, code
        return number / (1 - number) * (1 - probability) / probability, code

    return [codes[unit] for unit in sorted(sorted(range(len(codes)), key=rank)[:n])]
