"""Replicate weights: the variance of any statistic by computing it again, as a check on linearization.

They carry the first stage of the design only, as if its units were drawn with replacement, or with its finite
population correction; what the stages within a PSU add under such a correction is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.design import SurveyDesign
from analysis.errors import DesignError, MeasureError

Matrix = NDArray[np.float64]
Statistic = Callable[[Matrix], ArrayLike]
"""Computes k figures from weights of shape (n,)."""


@dataclass(frozen=True, eq=False, slots=True)
class ReplicateWeights:
    """r sets of weights, kept as factors of each PSU.

    Attributes
    ----------
    method : str
        ``jackknife_jkn``, ``jackknife_jk1`` or ``bootstrap``.
    base : ndarray, shape (n,)
        The weights of the design.
    psu : ndarray of int, shape (n,)
    factors : ndarray, shape (p, r)
    scales : ndarray, shape (r,)
        What the square of each replicate's deviation counts.
    """

    method: str
    base: Matrix
    psu: NDArray[np.intp]
    factors: Matrix
    scales: Matrix

    def __len__(self) -> int:
        return len(self.scales)

    def weights(self, replicate: int) -> Matrix:
        """Return the weights of one replicate.

        Parameters
        ----------
        replicate : int
            From 0 to r - 1.

        Returns
        -------
        ndarray, shape (n,)
            0 for a PSU that is left out.
        """
        return self.base * self.factors[self.psu, replicate]


@dataclass(frozen=True, eq=False, slots=True)
class ReplicateEstimate:
    """k figures and their covariance from replicates.

    Attributes
    ----------
    estimate : ndarray, shape (k,)
        With the weights of the design.
    covariance : ndarray, shape (k, k)
    """

    estimate: Matrix
    covariance: Matrix

    @property
    def se(self) -> Matrix:
        """Standard errors, shape (k,)."""
        return np.sqrt(np.diag(self.covariance))


def jackknife(
    design: SurveyDesign, *, kind: Literal["jkn", "jk1"] = "jkn", finite_population_correction: bool = False
) -> ReplicateWeights:
    """Leave out one PSU at a time.

    Parameters
    ----------
    design : SurveyDesign
        p PSUs in L strata.
    kind : {"jkn", "jk1"}
        ``jkn``: the other PSUs of the stratum take the weight of the one left out, n_h/(n_h-1). ``jk1``: all others
        do, p/(p-1), as if there were no strata.
    finite_population_correction : bool
        Multiply the squares by 1-f_h. A stratum taken whole then has no replicates.

    Returns
    -------
    ReplicateWeights
        Scales (1-f_h)(n_h-1)/n_h.

    Raises
    ------
    DesignError
        ``lonely_psu`` with the row of a stratum (``jk1``: a design) of a single PSU; ``contradiction`` for ``jk1``
        with a correction in several strata.
    ValueError
        For another `kind`.

    References
    ----------
    Wolter KM (2007) Introduction to Variance Estimation, 2nd ed., ch. 4; Rust KF, Rao JNK (1996) Variance estimation
    for complex surveys using replication techniques, Stat Methods Med Res 5:283-310.

    Examples
    --------
    >>> design = SurveyDesign.declare(psu=["a", "b", "c", "d"], strata=["n", "n", "s", "s"], weights=[10.0] * 4)
    >>> jackknife(design).weights(0).tolist()
    [0.0, 20.0, 10.0, 10.0]
    """
    first = design.stages[0]
    p = len(first.group_of_unit)
    if kind == "jkn":
        group, count, fraction = first.group_of_unit, first.count, first.fraction
    elif kind == "jk1":
        if finite_population_correction and len(first.count) > 1:
            raise DesignError("contradiction", "jk1 knows no strata, so no correction in each; use kind='jkn'")
        group, count, fraction = np.zeros(p, dtype=np.intp), np.array([float(p)]), first.fraction[:1]
    else:
        raise ValueError(f"unknown kind {kind!r}; use 'jkn' or 'jk1'")
    remaining = 1 - fraction if finite_population_correction else np.ones(len(count))
    _refuse_lonely(design, group, (count == 1) & (remaining > 0))
    left_out = np.flatnonzero(remaining[group] > 0)
    share = (count / np.maximum(count - 1, 1))[group]
    factors = np.where(group[:, None] == group[left_out], share[:, None], 1.0)
    factors[left_out, np.arange(len(left_out))] = 0.0
    scales = (remaining[group] / share)[left_out]
    return ReplicateWeights(f"jackknife_{kind}", design.weights, design.psu, factors, scales)


def bootstrap(
    design: SurveyDesign,
    replicates: int,
    *,
    seed: int | np.random.Generator,
    finite_population_correction: bool = False,
) -> ReplicateWeights:
    """Draw n_h - 1 PSUs with replacement in each stratum, again and again, and rescale the weights.

    Parameters
    ----------
    design : SurveyDesign
    replicates : int
        r; the error of a standard error is about 1/√(2r) of it.
    seed : int or numpy Generator
        The same seed gives the same replicates.
    finite_population_correction : bool
        Rescale by √(1-f_h) about the weights of the design.

    Returns
    -------
    ReplicateWeights
        Weights w[1 - √(1-f_h) + √(1-f_h) n_h/(n_h-1) t], t the times the PSU was drawn (f_h = 0 without the
        correction); scales 1/r.

    Raises
    ------
    DesignError
        ``lonely_psu`` with the row of a stratum of a single PSU.
    ValueError
        For fewer than 2 replicates.

    References
    ----------
    Rao JNK, Wu CFJ (1988) Resampling inference with complex survey data, JASA 83:231-241; Rao JNK, Wu CFJ, Yue K (1992)
    Some recent work on resampling methods for complex surveys, Survey Methodology 18:209-217.

    Examples
    --------
    >>> design = SurveyDesign.declare(psu=["a", "b", "c", "d"], strata=["n", "n", "s", "s"], weights=[10.0] * 4)
    >>> sorted(bootstrap(design, 100, seed=1).weights(0).tolist())
    [0.0, 0.0, 20.0, 20.0]
    """
    if replicates < 2:
        raise ValueError(f"replicates is {replicates}; draw at least 2, better 500")
    first = design.stages[0]
    remaining = 1 - first.fraction if finite_population_correction else np.ones(len(first.count))
    _refuse_lonely(design, first.group_of_unit, (first.count == 1) & (remaining > 0))
    generator = np.random.default_rng(seed)
    factors = np.ones((len(first.group_of_unit), replicates))
    for stratum in np.flatnonzero(remaining > 0):
        members = np.flatnonzero(first.group_of_unit == stratum)
        m = len(members)
        times = generator.multinomial(m - 1, np.full(m, 1 / m), size=replicates).T
        factors[members] += np.sqrt(remaining[stratum]) * (m / (m - 1) * times - 1)
    scales = np.full(replicates, 1 / replicates)
    return ReplicateWeights("bootstrap", design.weights, design.psu, factors, scales)


def estimate_by_replicates(replicates: ReplicateWeights, statistic: Statistic) -> ReplicateEstimate:
    """Compute figures with the weights of the design and their covariance from the replicates.

    Parameters
    ----------
    replicates : ReplicateWeights
        r of them.
    statistic : function
        Takes weights, shape (n,), some of them 0, and returns a number or k of them. For calibrated weights it
        calibrates what it is given first.

    Returns
    -------
    ReplicateEstimate
        Deviations are taken from the figures of the whole sample.

    Raises
    ------
    MeasureError
        ``not_finite`` if a replicate has no figure: a domain that lies in one PSU, for instance.

    Notes
    -----
    V = Σ_r s_r (θ_r - θ)(θ_r - θ)' with the scales s_r of the replicates (Wolter 2007, ch. 4).

    Examples
    --------
    >>> import numpy as np
    >>> design = SurveyDesign.declare(psu=["a", "b", "c", "d"], weights=[10.0] * 4)
    >>> y = np.array([1.0, 0.0, 1.0, 1.0])
    >>> found = estimate_by_replicates(jackknife(design), lambda w: w @ y)
    >>> found.estimate.tolist(), found.se.round(6).tolist(), round(design.total(y).se, 6)
    ([30.0], [10.0], 10.0)
    """
    estimate = np.atleast_1d(np.asarray(statistic(replicates.base), dtype=np.float64))
    deviations = np.empty((len(replicates), len(estimate)))
    for replicate in range(len(replicates)):
        deviations[replicate] = np.asarray(statistic(replicates.weights(replicate)), dtype=np.float64) - estimate
    if not np.isfinite(deviations).all():
        replicate = int(np.argmax(~np.isfinite(deviations).all(axis=1)))
        raise MeasureError(
            "not_finite", f"the statistic is not finite in replicate {replicate}; ask about a domain in more PSUs"
        )
    return ReplicateEstimate(estimate, (replicates.scales[:, None] * deviations).T @ deviations)


def _refuse_lonely(design: SurveyDesign, group: NDArray[np.intp], lonely: NDArray[np.bool_]) -> None:
    """Raise ``lonely_psu`` with the first row in a stratum marked lonely."""
    if lonely.any():
        row = int(np.argmax(lonely[group[design.psu]]))
        raise DesignError("lonely_psu", "its stratum has one PSU, which cannot be left out; merge strata", row)
