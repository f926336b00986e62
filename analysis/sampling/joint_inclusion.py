"""The probability that two communes are both drawn, for three designs of fixed size.

Both unequal designs draw a sample s of n units with a probability proportional to

    Π_{k in s} p_k/(1-p_k) · Σ_{k in s} c_k

where the sum is left out for conditional Poisson sampling, and p = π, c = 1 - π for Sampford's design. Sums over
samples are coefficients of polynomials. They are built by multiplying in one unit after another, scaled as the
probabilities of independent trials (p, 1-p), so that every step adds positive numbers and nothing overflows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.errors import DesignError
from analysis.sampling.inclusion import read_probabilities, read_sample_size

Floats = NDArray[np.float64]

_BLOCK = 64
_ROUNDS = 2000
_PRECISION = 1e-13


def equal_joint_probabilities(population: int, n: int) -> Floats:
    """Return the joint inclusion probabilities of simple random sampling without replacement.

    Parameters
    ----------
    population, n : int
        N units, of which n are drawn.

    Returns
    -------
    ndarray, shape (N, N)
        n(n-1)/(N(N-1)) for two different units; n/N on the diagonal.

    Raises
    ------
    ValueError
        For N below 1 or n outside 1 to N.

    Notes
    -----
    Cochran (1977, ch. 2).

    Examples
    --------
    >>> equal_joint_probabilities(3, 2).round(3).tolist()
    [[0.667, 0.333, 0.333], [0.333, 0.667, 0.333], [0.333, 0.333, 0.667]]
    """
    if not 1 <= n <= population:
        raise ValueError(f"n is {n}; it must lie between 1 and the {population} units there are")
    both = n * (n - 1) / (population * (population - 1)) if population > 1 else 1.0
    joint = np.full((population, population), both)
    np.fill_diagonal(joint, n / population)
    return joint


def conditional_poisson_joint_probabilities(probabilities: Sequence[float] | Floats) -> Floats:
    """Return the joint inclusion probabilities of conditional Poisson sampling, the design of maximum entropy.

    Parameters
    ----------
    probabilities : array_like, shape (N,)
        Inclusion probabilities π in [0, 1] that sum to a whole number n.

    Returns
    -------
    ndarray, shape (N, N)
        π_kl, with π on the diagonal. Each row sums to n·π_k.

    Raises
    ------
    DesignError
        ``bad_probability``, ``fractional_sample_size``; ``no_convergence`` for probabilities so near to 0 and 1
        that the trial probabilities cannot be found.

    Notes
    -----
    The trial probabilities p are those of Chen, Dempster and Liu (1994): drawn independently and kept only if n
    came up, they give π. They are found by moving each log-odds by logit π - logit ψ(p), ψ being the inclusion
    probabilities that p gives. Takes of the order of N²·n steps. See Hájek (1981); Tillé (2006, ch. 5).

    Examples
    --------
    >>> conditional_poisson_joint_probabilities([0.4, 0.6, 1.0]).round(3).tolist()
    [[0.4, 0.0, 0.4], [0.0, 0.6, 0.6], [0.4, 0.6, 1.0]]
    """
    return _with_certainties(probabilities, _conditional_poisson)


def sampford_joint_probabilities(probabilities: Sequence[float] | Floats) -> Floats:
    """Return the joint inclusion probabilities of Sampford's design.

    Parameters
    ----------
    probabilities : array_like, shape (N,)
        Inclusion probabilities π in [0, 1] that sum to a whole number n.

    Returns
    -------
    ndarray, shape (N, N)
        π_kl, with π on the diagonal. Each row sums to n·π_k.

    Raises
    ------
    DesignError
        ``bad_probability``, ``fractional_sample_size``.

    Notes
    -----
    Sampford (1967): a sample has a probability proportional to Π π_k/(1-π_k) · Σ (1-π_k). Takes of the order of
    N²·n steps.

    Examples
    --------
    >>> sampford_joint_probabilities([0.4, 0.7, 0.9]).round(3).tolist()
    [[0.4, 0.1, 0.3], [0.1, 0.7, 0.6], [0.3, 0.6, 0.9]]
    """
    return _with_certainties(probabilities, _sampford)


def _with_certainties(probabilities: Sequence[float] | Floats, compute: Callable[[Floats, int], Floats]) -> Floats:
    """Compute over the units that chance decides about; one that is always drawn is drawn with l as often as l is."""
    pi = read_probabilities(probabilities)
    joint = np.minimum.outer(pi, pi)
    chance = np.flatnonzero((pi > 0) & (pi < 1))
    n = read_sample_size(pi) - int((pi == 1).sum())
    if chance.size:
        part = compute(pi[chance], n) if n > 1 else np.zeros((chance.size, chance.size))
        np.fill_diagonal(part, pi[chance])
        joint[np.ix_(chance, chance)] = part
    return joint


def _conditional_poisson(pi: Floats, n: int) -> Floats:
    return _scale(_pair_weights(_find_trial_probabilities(pi, n), None, n), n)


def _sampford(pi: Floats, n: int) -> Floats:
    return _scale(_pair_weights(pi, 1 - pi, n), n)


def _scale(weights: Floats, n: int) -> Floats:
    """Scale so that the pairs of a sample of n, counted in both orders, are n(n-1)."""
    scaled: Floats = weights * (n * (n - 1) / weights.sum())
    return (scaled + scaled.T) / 2


def _find_trial_probabilities(pi: Floats, n: int) -> Floats:
    """Find the p whose independent trials, kept only if n came up, give the inclusion probabilities `pi`."""
    target = np.log(pi) - np.log1p(-pi)
    log_odds, step, last = target, 1.0, np.inf
    for _ in range(_ROUNDS):
        p = 0.5 + np.tanh(log_odds / 2) / 2
        chances = p * _sums_without_each(p[np.newaxis], None, n - 1)[0]
        chances *= n / chances.sum()
        error = np.abs(chances - pi).max()
        if error < _PRECISION:
            return p
        if not error < last:
            # The Jacobian is a Laplacian over its diagonal, of eigenvalues up to 2: half a step always converges.
            step = 0.5
        last = error
        chances = np.minimum(chances, 1 - 1e-16)
        log_odds = log_odds + step * (target - np.log(chances) + np.log1p(-chances))
    raise DesignError(
        "no_convergence",
        "no design of maximum entropy was found for these probabilities; take those near 1 as certain (1)",
    )


def _pair_weights(p: Floats, c: Floats | None, n: int) -> Floats:
    """Sum the weights of the samples of n that hold k and l, for each pair; 0 on the diagonal, shape (N, N)."""
    units = p.size
    weights = np.empty((units, units))
    for first in range(0, units, _BLOCK):
        rows = np.arange(first, min(first + _BLOCK, units))
        others = np.tile(p, (rows.size, 1))
        others[np.arange(rows.size), rows] = 0.0
        # A unit with p = 0 leaves every product as it is: row k runs over all units but k.
        plain = None if c is None else np.add.outer(c[rows], c)
        sums = _sums_without_each(others, c, n - 2, plain)
        weights[rows] = p[rows, np.newaxis] * p * sums
    np.fill_diagonal(weights, 0.0)
    return weights


def _sums_without_each(p: Floats, c: Floats | None, size: int, plain: Floats | None = None) -> Floats:
    """Sum the weights of the sets of `size` units without l, for each l and each row of `p`, shape (B, N).

    The weight of a set is Π p Π (1-p), times Σ c + `plain` where c is given.
    """
    before, before_c = _grow(p, c, size)
    after, after_c = (part[::-1] for part in _grow(p[:, ::-1], None if c is None else c[::-1], size))
    before, before_c = before[:-1], before_c[:-1]
    after, after_c = after[1:, :, ::-1], after_c[1:, :, ::-1]
    sums: Floats = np.einsum("lba,lba->bl", before, after)
    if c is None or plain is None:
        return sums
    sums_c: Floats = np.einsum("lba,lba->bl", before_c, after) + np.einsum("lba,lba->bl", before, after_c)
    return plain * sums + sums_c


def _grow(p: Floats, c: Floats | None, size: int) -> tuple[Floats, Floats]:
    """Sum over the sets of 0..`size` of the first j units, j = 0..N: plainly, and times Σ c; shape (N+1, B, size+1)."""
    rows, units = p.shape
    sums = np.zeros((units + 1, rows, size + 1))
    sums[0, :, 0] = 1.0
    sums_c = np.zeros_like(sums) if c is not None else sums
    for j in range(units):
        drawn, left = p[:, j, np.newaxis], 1 - p[:, j, np.newaxis]
        sums[j + 1] = left * sums[j]
        sums[j + 1, :, 1:] += drawn * sums[j, :, :-1]
        if c is not None:
            sums_c[j + 1] = left * sums_c[j]
            sums_c[j + 1, :, 1:] += drawn * (sums_c[j, :, :-1] + c[j] * sums[j, :, :-1])
    return sums, sums_c
