"""Two waves of a survey: how their estimates move together where they share communes, and the change between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.cube.cube import PsuCube
from analysis.cube.domains import Layout, Part, gather_moments
from analysis.cube.measure import CubeMeasure
from analysis.joint import Contrast


@dataclass(frozen=True, eq=False, slots=True)
class WaveSums:
    """What the PSUs of a wave contribute to its estimates.

    Attributes
    ----------
    names : tuple of str, length p
        PSUs with a response.
    strata : tuple of str, length p
        Known by the same names in both waves where they are the same strata.
    population : ndarray, shape (p,)
        N_h.
    domains : list of tuple of str, length D
        As in `analysis.cube.CubeTable`.
    sums : ndarray, shape (p, D, k)
        z_hi = Σw(y - Rx)/X of each domain and measure.
    """

    names: tuple[str, ...]
    strata: tuple[str, ...]
    population: NDArray[np.float64]
    domains: list[tuple[str, ...]]
    sums: NDArray[np.float64]


def sum_wave(cube: PsuCube, strata: Sequence[str], measures: Sequence[CubeMeasure], by: Sequence[str] = ()) -> WaveSums:
    """Sum the linearised values of k measures by PSU.

    Parameters
    ----------
    cube : PsuCube
    strata : sequence of str
        The name of the stratum of each PSU of the cube's frame.
    measures : sequence of CubeMeasure, length k
    by : sequence of str
        As in `analysis.cube.estimate_table`.

    Returns
    -------
    WaveSums

    Raises
    ------
    DesignError
        ``not_in_cube``, ``unknown_measure``, ``unknown_level``.

    Examples
    --------
    >>> from analysis.cube import Batch, CubePlan, PsuFrame
    >>> cube = PsuCube(PsuFrame.declare(psu=["x1", "x2"]), CubePlan.of({"q": [0, 1]}))
    >>> cube.add(Batch(np.array([0, 0, 1, 1]), {"q": np.array([2, 2, 1, 2])}))
    >>> sum_wave(cube, ["h", "h"], [CubeMeasure.rate("q", [1], [0, 1])]).sums[:, 0, 0].tolist()
    [0.125, -0.125]
    """
    layout = Layout.of(cube, tuple(by))
    answering = np.flatnonzero(cube.rows > 0)
    places = np.arange(layout.of_psu.shape[1], dtype=np.intp)
    part = Part(answering, places)
    _n, _x, _w, wy, wx, *_squares = gather_moments(cube, measures, layout, part)  # each (k, p, D')
    total_y, total_x = wy.sum(axis=1, keepdims=True), wx.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        sums = np.where(total_x > 0, (wy - total_y / total_x * wx) / total_x, 0.0)
    return WaveSums(
        tuple(cube.frame.names[place] for place in answering.tolist()),
        tuple(str(strata[place]) for place in answering.tolist()),
        cube.frame.population[answering],
        layout.domains,
        sums.transpose(1, 2, 0)[:, layout.order, :],
    )


def covariance_of_waves(earlier: WaveSums, later: WaveSums) -> NDArray[np.float64]:
    """Estimate the covariance of the same estimates in two waves whose draws share PSUs.

    Parameters
    ----------
    earlier, later : WaveSums
        Of the same measures; domains are matched by name.

    Returns
    -------
    ndarray, shape (D, k)
        In the order of the domains of `later`; 0 where the waves have no two PSUs of a stratum in common.

    Notes
    -----
    Given two samples of n₁ and n₂ of the same N with m in common, drawn without replacement with equal chances, the
    means have the covariance (m/(n₁n₂) - 1/N)S₁₂ (Tam 1984; Qualité and Tillé 2008), with the values n₁z₁ and n₂z₂
    whose means are the linearised estimates. S₁₂ = ρS₁S₂: the correlation ρ is that of the m PSUs in common, S₁ and S₂
    are of the whole samples, so that no covariance is larger than the two variances allow. Strata count as the same
    where name and N agree; respondents within a PSU are drawn anew, so nothing is added for them.

    Examples
    --------
    >>> one = WaveSums(("a", "b"), ("h", "h"), np.array([8.0, 8.0]), [()], np.array([[[0.1]], [[-0.1]]]))
    >>> covariance_of_waves(one, one).round(4).tolist()  # 2·(1 - 2/8)·0.02, the variance of the estimate itself
    [[0.03]]
    """
    found = np.zeros((len(later.domains), later.sums.shape[2]))
    place_before = {domain: number for number, domain in enumerate(earlier.domains)}
    of_name = {name: number for number, name in enumerate(earlier.names)}
    for stratum in dict.fromkeys(later.strata):
        now = [number for number, name in enumerate(later.strata) if name == stratum]
        before = [number for number, name in enumerate(earlier.strata) if name == stratum]
        pairs = [(of_name[later.names[i]], i) for i in now if of_name.get(later.names[i]) in set(before)]
        if len(pairs) < 2 or earlier.population[before[0]] != later.population[now[0]]:
            continue
        factor = len(pairs) / (len(before) * len(now)) - 1 / later.population[now[0]]
        for number, domain in enumerate(later.domains):
            if domain in place_before:
                u, v = earlier.sums[:, place_before[domain], :], later.sums[:, number, :]
                common = [one for one, _two in pairs], [two for _one, two in pairs]
                alike = _correlation(u[common[0]], v[common[1]])
                spread = np.std(u[before], axis=0, ddof=1) * np.std(v[now], axis=0, ddof=1)
                found[number] += factor * len(before) * len(now) * alike * spread
    return found


def _correlation(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the rows of u and v, column by column; 0 where one of them does not vary."""
    u, v = u - u.mean(axis=0), v - v.mean(axis=0)
    scale = np.sqrt((u * u).sum(axis=0) * (v * v).sum(axis=0))
    return np.divide((u * v).sum(axis=0), scale, out=np.zeros_like(scale), where=scale > 0)


def change_between(
    earlier: tuple[float, float, float], later: tuple[float, float, float], covariance: float = 0.0
) -> Contrast:
    """Return the later estimate less the earlier one.

    Parameters
    ----------
    earlier, later : (float, float, float)
        Estimate, variance and degrees of freedom of each wave.
    covariance : float
        0 for independent samples.

    Returns
    -------
    Contrast
        Degrees of freedom by Satterthwaite for independent samples; else the smaller of the two.

    Examples
    --------
    >>> found = change_between((0.80, 0.0004, 30), (0.86, 0.0004, 30))
    >>> round(found.estimate, 3), round(found.se, 4), round(found.df, 6)
    (0.06, 0.0283, 60.0)
    """
    (before, v1, df1), (after, v2, df2) = earlier, later
    variance = max(v1 + v2 - 2 * covariance, 0.0)
    if covariance:
        df = min(df1, df2)
    else:
        parts = [v * v / df if df > 0 else math.inf for v, df in ((v1, df1), (v2, df2)) if v > 0]
        df = (v1 + v2) ** 2 / sum(parts) if parts else min(df1, df2)
    return Contrast(after - before, math.sqrt(variance), df)
