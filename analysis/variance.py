"""The variance of a sum of linearised values in a sample of up to three stages.

V = Σ_h (1-f_h) n_h/(n_h-1) Σ_i (z_hi - z̄_h)² + Σ_h f_h Σ_i (1-f_hi) m_hi/(m_hi-1) Σ_k (z_hik - z̄_hi)², and one such
term more for a third stage (Cochran 1977, ch. 5, 10 and 11; Lumley 2004, sec. 3). n_h and m_hi are those of the whole
file, not of the domain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.measures import Matrix
from analysis.stages import Rules, Stage


@dataclass(frozen=True, eq=False, slots=True)
class PsuTotals:
    """Linearised values of k measures summed over p PSUs, and who takes part, in L strata.

    Attributes
    ----------
    sums : ndarray, shape (p, k)
        z_hi.
    inner : ndarray, shape (p, k), or None
        What the stages within each PSU add, before the factor f_h: for two stages
        (1-f_hi) m_hi/(m_hi-1) Σ_k (z_hik - z̄_hi)². None where they add nothing.
    n_psu, n_strata : ndarray of int, shape (k,)
        PSUs and strata with a valid row.
    psus_present : ndarray, shape (L, k)
        PSUs with a valid row in each stratum.
    inside : ndarray, shape (p, k)
        What was drawn within each PSU and has a valid row: responses, or units of the second of three stages.
    """

    sums: Matrix
    inner: Matrix | None
    n_psu: NDArray[np.intp]
    n_strata: NDArray[np.intp]
    psus_present: Matrix
    inside: Matrix

    @classmethod
    def of(cls, stage: Stage, sums: Matrix, inner: Matrix | None, inside: Matrix) -> PsuTotals:
        """Count the PSUs and strata that take part.

        Parameters
        ----------
        stage : Stage
            The first one.
        sums : ndarray, shape (p, k)
        inner : ndarray, shape (p, k), or None
        inside : ndarray, shape (p, k)
            All three as in the attributes.
        """
        present = _add_up(stage, (inside > 0).astype(np.float64))
        return cls(sums, inner, (inside > 0).sum(axis=0), (present > 0).sum(axis=0), present, inside)

    def find_lonely(self, stage: Stage, rules: Rules) -> NDArray[np.bool_]:
        """Tell which strata the rule for a lone PSU treats.

        Parameters
        ----------
        stage : Stage
            The first one.
        rules : Rules

        Returns
        -------
        ndarray of bool, shape (L, k)
        """
        alone = np.broadcast_to(stage.count[:, None] == 1, self.psus_present.shape)
        if rules.adjust_domain_lonely:
            alone = alone | (self.psus_present == 1)
        lonely: NDArray[np.bool_] = alone & (stage.fraction[:, None] < 1) & (self.psus_present > 0)
        return lonely


def _add_up(stage: Stage, values: Matrix) -> Matrix:
    """Sum values of the units, shape (u, k), over their groups, shape (g, k)."""
    u = len(stage.group_of_unit)
    groups = csr_array((np.ones(u), (stage.group_of_unit, np.arange(u))), shape=(len(stage.count), u))
    total: Matrix = groups @ values
    return total


def sum_variance(stage: Stage, rules: Rules, totals: PsuTotals) -> Matrix:
    """Return the variance of each measure from the first stage and what lies within.

    Parameters
    ----------
    stage : Stage
        The first one.
    rules : Rules
    totals : PsuTotals
        Of k measures.

    Returns
    -------
    ndarray, shape (k,)
        NaN under ``average`` when every stratum of the domain is lonely: there is nothing to average.

    Examples
    --------
    >>> stage = Stage(np.zeros(2, dtype=np.intp), np.array([2.0]), np.array([0.5]))  # 2 of 4 PSUs
    >>> totals = PsuTotals.of(stage, np.array([[1.0], [3.0]]), np.array([[4.0], [2.0]]), np.ones((2, 1)))
    >>> sum_variance(stage, Rules(), totals).tolist()  # 0.5·2·(1 + 1) between, 0.5·(4 + 2) within
    [5.0]
    """
    lonely = totals.find_lonely(stage, rules)
    centre = _add_up(stage, totals.sums) / stage.count[:, None]
    if rules.lonely_psu == "adjust":
        centre = np.where(lonely, totals.sums.sum(axis=0) / max(len(totals.sums), 1), centre)
    spread = _add_up(stage, (totals.sums - centre[stage.group_of_unit]) ** 2)
    between = stage.factor(keep_lone=True)[:, None] * spread
    if rules.lonely_psu == "average":
        others = totals.n_strata - lonely.sum(axis=0)
        between = np.where(lonely, 0.0, between) * (totals.n_strata / others)
    variance: Matrix = between.sum(axis=0)
    if totals.inner is not None:
        variance = variance + stage.fraction[stage.group_of_unit] @ totals.inner
    return variance


def find_df(stage: Stage, rules: Rules, totals: PsuTotals, variance: Matrix) -> Matrix | NDArray[np.intp]:
    """Return the degrees of freedom of the variance of each measure.

    Parameters
    ----------
    stage : Stage
        The first one.
    rules : Rules
    totals : PsuTotals
        Of k measures.
    variance : ndarray, shape (k,)
        Of the same, as `sum_variance` gives it.

    Returns
    -------
    ndarray, shape (k,)

    Notes
    -----
    PSUs less strata, those with a valid row; under the rule ``satterthwaite`` only as long as no stratum was taken
    whole. PSUs that were all taken do not vary by the draw, so their number says nothing: such strata contribute V₂,
    what the responses within them show, with d₂ = Σ (responses - 1), the others V₁ with d₁ = PSUs - strata, and the
    two are put together as (V₁ + V₂)²/(V₁²/d₁ + V₂²/d₂) (Satterthwaite 1946; decision 0025).

    Examples
    --------
    >>> stage = Stage(np.array([0, 0, 0, 1, 1]), np.array([3.0, 2.0]), np.array([1.0, 0.5]))  # 3 of 3, 2 of 4
    >>> inner = np.array([[1.0], [1.0], [1.0], [0.0], [0.0]])
    >>> totals = PsuTotals.of(stage, np.array([[0.0], [1.0], [2.0], [1.0], [2.0]]), inner, np.full((5, 1), 11.0))
    >>> variance = sum_variance(stage, Rules(), totals)  # 0.5 between two of four PSUs, 3 within those all taken
    >>> df = find_df(stage, Rules(df_rule="satterthwaite"), totals, variance)
    >>> variance.tolist(), df.round(2).tolist()  # not 5 - 2
    ([3.5], [22.27])
    """
    counted: NDArray[np.intp] = totals.n_psu - totals.n_strata
    whole = stage.fraction >= 1
    if rules.df_rule == "counted" or totals.inner is None or not whole.any():
        return counted
    taken = whole[stage.group_of_unit].astype(np.float64)
    within = taken @ totals.inner
    between = np.maximum(variance - within, 0.0)
    d_within = taken @ np.maximum(totals.inside - 1, 0.0)
    present = totals.psus_present[~whole]
    d_between = np.maximum(present - 1, 0.0).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        both = variance**2 / (between**2 / np.maximum(d_between, 1) + within**2 / np.maximum(d_within, 1))
    alone = np.where((present > 0).any(axis=0), d_between, d_within)
    df: Matrix = np.where((within > 0) & (variance > 0), both, np.where(d_within > 0, alone, counted))
    return df


def sum_inner(
    stages: Sequence[Stage],
    unit_of_row: Sequence[NDArray[np.intp]],
    rules: Rules,
    rows: NDArray[np.intp],
    z: Matrix,
    valid: Matrix,
) -> Matrix | None:
    """Return what the stages within each PSU add to the variance, before the factor f_h.

    Parameters
    ----------
    stages : sequence of Stage
    unit_of_row : sequence of ndarray of int, each shape (n,)
    rules : Rules
    rows : ndarray of int, shape (r,)
        The rows of the domain; all others have value 0.
    z, valid : ndarray, shape (r, k)
        Linearised values, and 1 where the row counts.

    Returns
    -------
    ndarray, shape (p, k), or None
        See `PsuTotals.inner`.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=list("aabb"), psu_population=[4] * 4, element_population=[10] * 4)
    >>> z = np.array([[0.0], [1.0], [2.0], [2.0]])
    >>> inner = sum_inner(design.stages, design.unit_of_row, design.rules, np.arange(4), z, np.ones((4, 1)))
    >>> inner.round(6).tolist()  # (1 - 2/10)·2·(0.25 + 0.25), and nothing where both say the same
    [[0.8], [0.0]]
    """
    if len(stages) == 1 or not stages[0].fraction.any():
        return None
    inner: Matrix | None = None
    for stage, units in zip(stages[:0:-1], unit_of_row[:0:-1], strict=True):
        inner = _add_stage(stage, rules, units[rows], z, valid, inner, sum_rows=len(stage.group_of_unit) < len(units))
    return inner


def _add_stage(
    stage: Stage,
    rules: Rules,
    unit: NDArray[np.intp],
    z: Matrix,
    valid: Matrix,
    deeper: Matrix | None,
    *,
    sum_rows: bool,
) -> Matrix:
    """Return the variance within the groups of one stage, those within its units included, shape (g, k)."""
    if sum_rows:
        present, place = np.unique(unit, return_inverse=True)
        incidence = csr_array((np.ones(len(unit)), (place, np.arange(len(unit)))), shape=(len(present), len(unit)))
        z, valid = incidence @ z, incidence @ valid
    else:
        present = unit
    group = stage.group_of_unit[present]
    g = len(stage.count)
    groups = csr_array((np.ones(len(group)), (group, np.arange(len(group)))), shape=(g, len(group)))
    sums = groups @ z
    mean = sums / stage.count[:, None]
    absent = stage.count - np.bincount(group, minlength=g)
    spread = groups @ (z - mean[group]) ** 2 + absent[:, None] * mean**2
    if rules.keeps_lone_units:
        alone = np.broadcast_to(stage.count[:, None] == 1, spread.shape)
        if rules.adjust_domain_lonely:
            alone = alone | (groups @ (valid > 0).astype(np.float64) == 1)
        spread = np.where(alone, sums**2, spread)
    total: Matrix = stage.factor(keep_lone=rules.keeps_lone_units)[:, None] * spread
    return total if deeper is None else total + stage.fraction[:, None] * _add_up(stage, deeper)


def sum_covariance(
    stages: Sequence[Stage],
    unit_of_row: Sequence[NDArray[np.intp]],
    rules: Rules,
    z: Matrix,
    rows: NDArray[np.bool_] | None = None,
) -> Matrix:
    """Return the covariance of the totals of k columns of weighted values.

    Parameters
    ----------
    stages : sequence of Stage
    unit_of_row : sequence of ndarray of int, each shape (n,)
    rules : Rules
    z : ndarray, shape (n, k)
        One value a row of the whole file, 0 for a row that takes no part.
    rows : ndarray of bool, shape (n,), optional
        The rows that take part: the rules for lone PSUs look at these, as `sum_variance` does. None: all.

    Returns
    -------
    ndarray, shape (k, k)

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=list("aabb"), psu_population=[4] * 4, element_population=[10] * 4)
    >>> z = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 0.0], [2.0, 1.0]])
    >>> sum_covariance(design.stages, design.unit_of_row, design.rules, z).round(6).tolist()
    [[4.9, -0.4], [-0.4, 0.8]]
    """
    k = z.shape[1]
    covariance = np.zeros((k, k))
    above = np.ones(len(stages[0].count))
    for level, (stage, units) in enumerate(zip(stages, unit_of_row, strict=True)):
        if not above.any():
            break
        totals, group = _sum_units(stage, units, z)
        groups = csr_array((np.ones(len(group)), (group, np.arange(len(group)))), shape=(len(above), len(group)))
        centre = (groups @ totals) / stage.count[:, None]
        present = stage.count if rows is None else _count_present(stage, units, rows)
        alone = stage.count == 1
        if rules.adjust_domain_lonely:
            alone = alone | (present == 1)
        lone = alone & (stage.fraction < 1) & (present > 0)
        if rules.keeps_lone_units:
            centre[lone] = totals.mean(axis=0) if level == 0 else 0.0
        factor = above * stage.factor(keep_lone=rules.keeps_lone_units)
        if level == 0 and rules.lonely_psu == "average" and lone.any():
            strata, others = np.sum(present > 0), np.sum((present > 0) & ~lone)
            factor = np.where(lone, 0.0, factor) * (strata / others if others else np.nan)
        deviation = (totals - centre[group]) * np.sqrt(factor)[group, None]
        covariance += deviation.T @ deviation
        above = (above * stage.fraction)[stage.group_of_unit]
    return covariance


def _count_present(stage: Stage, units: NDArray[np.intp], rows: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Count the units of each group with one of the rows, shape (g,)."""
    taking_part = np.unique(units[rows])
    return np.bincount(stage.group_of_unit[taking_part], minlength=len(stage.count)).astype(np.float64)


def _sum_units(stage: Stage, units: NDArray[np.intp], z: Matrix) -> tuple[Matrix, NDArray[np.intp]]:
    """Return the total of each unit and its group; where each row is its own unit, the rows as they stand."""
    u, n = len(stage.group_of_unit), len(units)
    if u == n:
        return z, stage.group_of_unit[units]
    return csr_array((np.ones(n), (units, np.arange(n))), shape=(u, n)) @ z, stage.group_of_unit
