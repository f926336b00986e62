"""The two-stage variance of a sum of linearised values, from totals per PSU.

V = Σ_h (1-f_h) n_h/(n_h-1) Σ_i (z_hi - z̄_h)² + Σ_h f_h Σ_i (1-f_hi) m_hi/(m_hi-1) Σ_k (z_hik - z̄_hi)²
(Cochran 1977, ch. 5, 10 and 11; Lumley 2004, sec. 3), n_h and m_hi being those of the whole file, not of
the domain.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.measures import Matrix

if TYPE_CHECKING:
    from analysis.design import SurveyDesign


@dataclass(frozen=True, eq=False, slots=True)
class PsuTotals:
    """Linearised values of k measures summed over p PSUs, and who takes part, in L strata.

    Attributes
    ----------
    sums : ndarray, shape (p, k)
        z_hi.
    within : ndarray, shape (p, k), or None
        Σ_k (z_hik - z̄_hi)² over the m_hi rows of the PSU; None where no second stage is asked for.
    n_psu, n_strata : ndarray of int, shape (k,)
        PSUs and strata with a valid row.
    psus_present : ndarray, shape (L, k)
        PSUs with a valid row in each stratum.
    strata : csr_array, shape (L, p)
        1 where the PSU lies in the stratum.
    """

    sums: Matrix
    within: Matrix | None
    n_psu: NDArray[np.intp]
    n_strata: NDArray[np.intp]
    psus_present: Matrix
    strata: csr_array

    @classmethod
    def of(cls, design: "SurveyDesign", sums: Matrix, within: Matrix | None, valid: Matrix) -> "PsuTotals":
        """Count PSUs and strata from `valid`, the valid rows of each PSU, shape (p, k)."""
        p = len(design.stratum_of_psu)
        strata = csr_array((np.ones(p), (design.stratum_of_psu, np.arange(p))), shape=(len(design.psu_count), p))
        present = strata @ (valid > 0).astype(np.float64)
        return cls(sums, within, (valid > 0).sum(axis=0), (present > 0).sum(axis=0), present, strata)

    def find_lonely(self, design: "SurveyDesign") -> NDArray[np.bool_]:
        """Tell which strata the rule for a lone PSU treats, by measure, shape (L, k)."""
        alone = np.broadcast_to(design.psu_count[:, None] == 1, self.psus_present.shape)
        if design.adjust_domain_lonely:
            alone = alone | (self.psus_present == 1)
        lonely: NDArray[np.bool_] = alone & (design.psu_fraction[:, None] < 1) & (self.psus_present > 0)
        return lonely

    def lonely_strata(self, design: "SurveyDesign") -> NDArray[np.intp]:
        """Count the strata of `find_lonely`, shape (k,)."""
        count: NDArray[np.intp] = self.find_lonely(design).sum(axis=0)
        return count


def sum_variance(design: "SurveyDesign", totals: PsuTotals) -> Matrix:
    """Return the variance of each measure, shape (k,).

    NaN under ``average`` when every stratum of the domain is lonely: there is nothing to average.
    """
    lonely = totals.find_lonely(design)
    centre = (totals.strata @ totals.sums) / design.psu_count[:, None]
    if design.lonely_psu == "adjust":
        centre = np.where(lonely, 0.0, centre)
    spread = totals.strata @ (totals.sums - centre[design.stratum_of_psu]) ** 2
    factor = (1 - design.psu_fraction) * design.psu_count / np.maximum(design.psu_count - 1, 1)
    between = factor[:, None] * spread
    if design.lonely_psu == "average":
        others = totals.n_strata - lonely.sum(axis=0)
        between = np.where(lonely, 0.0, between) * (totals.n_strata / others)
    variance: Matrix = between.sum(axis=0)
    if totals.within is not None:
        variance = variance + _weigh_second_stage(design) @ totals.within
    return variance


def _weigh_second_stage(design: "SurveyDesign") -> Matrix:
    """Return f_h (1-f_hi) m_hi/(m_hi-1) of each PSU, 0 for one with a single row, shape (p,)."""
    m = design.element_count
    spread = np.where(m > 1, m / np.maximum(m - 1, 1), 0.0)
    factor: Matrix = design.psu_fraction[design.stratum_of_psu] * (1 - design.element_fraction) * spread
    return factor
