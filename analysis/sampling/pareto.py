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

#: Units times sample size up to which inclusion probabilities are worked out.
EXACT = 1_000_000
NODES = 200
#: Numbers in a table at once, 64 MB.
AT_ONCE = 8_000_000


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
    probabilities are π up to an error that vanishes as the sample grows; `pareto_inclusion_probabilities` has them.

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


def pareto_inclusion_probabilities(probabilities: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance with which a Pareto draw takes each unit, which is close to the one wanted but not the same.

    Parameters
    ----------
    probabilities : array_like, shape (N,)
        λ, the probabilities wanted, in [0, 1]; they sum to n, a whole number.

    Returns
    -------
    ndarray, shape (N,)
        π, summing to n. Certain units stay certain. Beyond `EXACT` terms (N·n) λ itself: the
        two come together as n grows, by less than 0.0001 for a hundred drawn.

    Raises
    ------
    DesignError
        ``bad_probability`` with its row, ``fractional_sample_size``.

    Notes
    -----
    With θ = λ/(1-λ), the rank of unit k lies below s/(1-s) with chance p_k(s) = sθ_k/(1-s+sθ_k), so that
    π_k = ∫₀¹ P(at most n-1 of the others lie below) p_k'(s) ds (Aires 1999). The chance inside is a sum of
    independent indicators, worked out from both ends of the frame; the integral by Gauss and Legendre.

    References
    ----------
    Aires N (1999) Methodology and Computing in Applied Probability 1:457-469; Rosén B (1997) JSPI 62:159-191.

    Examples
    --------
    >>> pareto_inclusion_probabilities([0.8, 0.5, 0.4, 0.3]).round(4).tolist()
    [0.8118, 0.5056, 0.3935, 0.2891]
    """
    wanted = np.asarray(probabilities, dtype=np.float64)
    free = (wanted > 0) & (wanted < 1)
    left, count = wanted[free], read_sample_size(wanted) - int((wanted >= 1).sum())
    if not left.size or count == 0 or left.size * count > EXACT or np.ptp(left) == 0:
        return wanted.copy()
    nodes, node_weights = np.polynomial.legendre.leggauss(NODES)
    theta, total = left / (1 - left), np.zeros(left.size)
    for part in np.array_split(np.arange(NODES), max(1, left.size * count * NODES // AT_ONCE)):
        s = ((nodes[part] + 1) / 2)[:, None]
        below = s * theta / (1 - s + s * theta)
        density = theta / (1 - s + s * theta) ** 2
        before, after = _count_below(below, count), _count_below(below[:, ::-1], count)[::-1]
        # P(a of those before and at most count-1-a of those after), summed over a
        others = (before[:-1] * np.cumsum(after[1:], axis=2)[:, :, ::-1]).sum(axis=2)
        total += (node_weights[part][:, None] / 2 * density * others.T).sum(axis=0)
    found = wanted.copy()
    found[free] = total
    found[free] *= count / found[free].sum()
    return found


def _count_below(chances: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """P(exactly a of the first k are below), a < count: shape (N + 1, nodes, count)."""
    table = np.zeros((chances.shape[1] + 1, chances.shape[0], count))
    table[0, :, 0] = 1
    for k in range(chances.shape[1]):
        chance = chances[:, k, None]
        table[k + 1] = table[k] * (1 - chance)
        table[k + 1, :, 1:] += table[k, :, :-1] * chance
    return table
