"""Estimates from a cube: rates, means and pooled ratios, of everyone and by any key, with their variances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.cube.cube import PsuCube
from analysis.cube.domains import Layout, Part, count_rows, gather_moments
from analysis.cube.measure import CubeMeasure
from analysis.errors import DesignError
from analysis.estimate import Estimate
from analysis.linearization import ROUNDING, describe
from analysis.stages import Stage
from analysis.variance import PsuTotals, sum_variance

CANCELLED = 1e-13
"""A sum of squares below this share of its terms is what their rounding left: all answers are the same."""


@dataclass(frozen=True, eq=False)
class CubeTable:
    """Estimates by domain and measure.

    Attributes
    ----------
    by : tuple of str
    domains : list of tuple of str
        The level of each domain for each of `by`, the first varying slowest; one empty tuple for everyone.
    estimates : list of list of Estimate
        ``[domain][measure]``.
    rows : ndarray of int, shape (D,)
        Responses of each domain, with an answer or without.
    """

    by: tuple[str, ...]
    domains: list[tuple[str, ...]]
    estimates: list[list[Estimate]]
    rows: NDArray[np.int64]


def estimate_table(cube: PsuCube, measures: Sequence[CubeMeasure], by: Sequence[str] = ()) -> CubeTable:
    """Estimate k measures in every domain of a breakdown, as `SurveyDesign.ratios` would from the responses.

    Parameters
    ----------
    cube : PsuCube
    measures : sequence of CubeMeasure, length k
    by : sequence of str
        Places of the cube's frame and keys of its plan, such as ``("district", "sex")``; none: everyone.

    Returns
    -------
    CubeTable

    Raises
    ------
    DesignError
        ``not_in_cube``, ``unknown_measure``, ``unknown_level``, ``lonely_psu``, ``more_sampled_than_population``.

    Notes
    -----
    With M the sums of one PSU and domain, z_hi = (Σwy - R Σwx)/X and
    Σ_k z_hik² = (Σw²y² - 2R Σw²xy + R² Σw²x²)/X², from which the two-stage variance follows (Cochran 1977, ch. 10).

    Examples
    --------
    >>> from analysis.cube import Batch, CubePlan, PsuFrame
    >>> frame = PsuFrame.declare(psu=["x1", "x2", "x3"], psu_population=[8, 8, 8])
    >>> cube = PsuCube(frame, CubePlan.of({"q01": [1, 2, 3, 4, 5]}))
    >>> cube.add(Batch(np.array([0, 0, 1, 1, 2]), {"q01": np.array([4, 5, 2, 5, 5])}))
    >>> table = estimate_table(cube, [CubeMeasure.rate("q01", [4, 5], [1, 2, 3, 4, 5])])
    >>> round(table.estimates[0][0].estimate, 3), table.estimates[0][0].df
    (0.8, 2)
    """
    layout = Layout.of(cube, tuple(by))
    whole = cube.frame.first_stage(cube.rows > 0)
    df_design = len(whole.group_of_unit) - len(whole.count)
    k, found = len(measures), dict[int, list[Estimate]]()
    for part in layout.parts(cube.frame.stratum):
        answering = part.psus[cube.rows[part.psus] > 0]
        moments = gather_moments(cube, measures, layout, Part(answering, part.places))  # (9, k, p', D')
        columns = moments.transpose(0, 2, 3, 1).reshape(len(moments), len(answering), moments.shape[3] * k)
        estimates = _estimate(cube, columns, answering, df_design)
        for place, number in enumerate(layout.numbers(part).tolist()):
            found[number] = estimates[place * k : (place + 1) * k]
    return CubeTable(
        tuple(by), layout.domains, [found[number] for number in range(len(layout.domains))], count_rows(cube, layout)
    )


def _estimate(
    cube: PsuCube, moments: NDArray[np.float64], answering: NDArray[np.intp], df_design: int
) -> list[Estimate]:
    """Estimate from the moments of some PSUs, whole strata of them, by column, shape (9, p', columns)."""
    stage = cube.frame.first_stage(answering)
    n, x, w, wy, wx, square, w2yy, w2xy, w2xx = moments
    total_x = wx.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = wy.sum(axis=0) / total_x
        sums = np.where(total_x > 0, (wy - estimate * wx) / total_x, 0.0)
        scale = (w2yy + estimate**2 * w2xx) / total_x**2
        squares = (w2yy - 2 * estimate * w2xy + estimate**2 * w2xx) / total_x**2
        squares = np.where(squares > CANCELLED * scale, squares, 0.0)
        inner = _sum_within(cube, sums, squares, n, answering)
        totals = PsuTotals.of(stage, sums, inner, n)
        mean_square = square.sum(axis=0) / total_x
        one_answer = np.maximum(mean_square - estimate**2, 0.0)
        variance = np.where(total_x > 0, sum_variance(stage, cube.frame.rules, totals), np.nan)
        variance[np.sqrt(variance) <= ROUNDING * np.sqrt(mean_square)] = 0.0
    return describe(
        estimate, variance, one_answer,
        n=n.sum(axis=0), total=x.sum(axis=0), sum_weights=w.sum(axis=0), population=total_x,
        totals=totals, stage=stage, rules=cube.frame.rules, df_design=df_design,
    )  # fmt: skip


def _sum_within(
    cube: PsuCube,
    sums: NDArray[np.float64],
    squares: NDArray[np.float64],
    n: NDArray[np.float64],
    answering: NDArray[np.intp],
) -> NDArray[np.float64] | None:
    """Return what the responses within each PSU add to the variance, before f_h, shape (p, columns)."""
    frame = cube.frame
    if not frame.two_stage or not np.isfinite(frame.population).any():
        return None
    m = cube.rows[answering]
    second = Stage(np.zeros(0, dtype=np.intp), m, m / frame.list_size[answering])
    if (second.fraction > 1).any():
        raise DesignError("more_sampled_than_population", "a PSU has more responses than its element_population")
    spread = squares - sums**2 / m[:, None]
    spread = np.where(spread > CANCELLED * squares, spread, 0.0)
    if frame.rules.keeps_lone_units:
        alone = np.broadcast_to(m[:, None] == 1, spread.shape)
        if frame.rules.adjust_domain_lonely:
            alone = alone | (n == 1)
        spread = np.where(alone, sums**2, spread)
    within: NDArray[np.float64] = second.factor(keep_lone=frame.rules.keeps_lone_units)[:, None] * spread
    return within


def tally(cube: PsuCube, items: Sequence[str], by: Sequence[str] = ()) -> NDArray[np.float64]:
    """Return answers and their weight by domain, for items with equally many answers.

    Parameters
    ----------
    cube : PsuCube
    items : sequence of str, length J
    by : sequence of str
        As in `estimate_table`; the domains come in the same order.

    Returns
    -------
    ndarray, shape (D, J, a, 2)
        ``[domain, item, answer]``: the number of responses and Σw; answer 0 is none, the others are the item's levels.

    Raises
    ------
    DesignError
        ``not_in_cube``, ``unknown_measure``.

    Examples
    --------
    >>> from analysis.cube import Batch, CubePlan, PsuFrame
    >>> cube = PsuCube(PsuFrame.declare(psu=["x1"], weights=[2.5]), CubePlan.of({"q01": ["no", "yes"]}))
    >>> cube.add(Batch(np.array([0, 0, 0]), {"q01": np.array([2, 2, 0])}))
    >>> tally(cube, ["q01"])[0, 0].tolist()
    [[1.0, 2.5], [0.0, 0.0], [2.0, 5.0]]
    """
    layout = Layout.of(cube, tuple(by))
    unknown = [name for name in items if name not in cube.plan.items]
    if unknown:
        raise DesignError("unknown_measure", f"the cube has no item {unknown[0]!r}")
    (width,) = {1 + len(cube.plan.items[name]) for name in items}
    table = layout.margin.answers[width][[cube.plan.widths[width].index(name) for name in items]]
    weighted = table[..., 1] if cube.row_weights else table[..., 0] * cube.frame.weight[:, None, None]
    sums = [layout.total(values) for values in (table[..., 0], weighted)]  # each (J, D, a)
    return np.stack(sums, axis=-1).transpose(1, 0, 2, 3)
