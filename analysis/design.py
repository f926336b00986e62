"""Declare a survey design once; every estimator then takes it.

Two-stage stratified sampling and its simpler relatives: element samples, samples without strata, with or
without finite population corrections. Estimation itself is in `analysis.linearization` and
`analysis.variance`.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.declaration import count_rows, find_fraction
from analysis.errors import DesignError, MeasureError
from analysis.estimate import Estimate
from analysis.labels import Labels, Numbers, check_length, number_labels, read_positive, take_constant
from analysis.linearization import estimate_ratios
from analysis.measures import Measures

__all__ = ["DesignError", "Estimate", "LonelyPsu", "MeasureError", "SurveyDesign"]

LonelyPsu = Literal["adjust", "average", "certainty", "remove", "fail"]


@dataclass(frozen=True, eq=False, slots=True)
class SurveyDesign:
    """A declared design over n responses in p PSUs and L strata; build it with `declare`.

    Attributes
    ----------
    psu : ndarray of int, shape (n,)
        PSU number of each response.
    stratum_of_psu : ndarray of int, shape (p,)
    weights : ndarray, shape (n,)
    psu_count : ndarray, shape (L,)
        n_h, the PSUs of the file in each stratum.
    psu_fraction : ndarray, shape (L,)
        f_h = n_h/N_h; 0 where the first stage counts as drawn with replacement.
    element_count : ndarray, shape (p,)
        m_hi, the responses of the file in each PSU.
    element_fraction : ndarray, shape (p,)
        f_hi = m_hi/M_hi; 0 where the second stage counts as drawn with replacement.
    two_stage : bool
        Whether the variance within PSUs is added.
    lonely_psu, adjust_domain_lonely
        As in `declare`.
    """

    psu: NDArray[np.intp]
    stratum_of_psu: NDArray[np.intp]
    weights: NDArray[np.float64]
    psu_count: NDArray[np.float64]
    psu_fraction: NDArray[np.float64]
    element_count: NDArray[np.float64]
    element_fraction: NDArray[np.float64]
    two_stage: bool
    lonely_psu: LonelyPsu
    adjust_domain_lonely: bool

    @classmethod
    def declare(
        cls,
        *,
        psu: Labels | None,
        strata: Labels | None = None,
        weights: Numbers | None = None,
        psu_population: Numbers | None = None,
        element_population: Numbers | None = None,
        two_stage: bool = True,
        lonely_psu: LonelyPsu = "adjust",
        adjust_domain_lonely: bool = False,
    ) -> "SurveyDesign":
        """Check and declare a design; each argument holds one value a response.

        Parameters
        ----------
        psu : sequence of hashable, shape (n,), or None
            The primary sampling unit (commune); None: each response is its own (element sampling, then at
            least one of `strata` and `weights` must tell n).
        strata : sequence of hashable, optional
            The stratum (district); None: one stratum.
        weights : sequence of float, optional
            Sampling weights; None: all 1.
        psu_population : sequence of float, optional
            N_h, the PSUs in the population of the row's stratum. None: the first stage counts as drawn with
            replacement, and the PSU totals carry the whole variance.
        element_population : sequence of float, optional
            M_hi, the people on the list of the row's PSU. None with `psu_population`: the second stage
            counts as drawn with replacement (f_hi = 0).
        two_stage : bool
            False leaves the variance within PSUs out: R's one-stage cluster design with a correction.
        lonely_psu : {"adjust", "average", "certainty", "remove", "fail"}
            What a stratum with one PSU of N_h > 1 contributes. ``adjust``: (1-f_h) times the square of its
            total (conservative); ``average``: the mean of the other strata; ``certainty``, ``remove``:
            nothing; ``fail``: an error.
        adjust_domain_lonely : bool
            The same rule for strata of which only one PSU has rows in the domain.

        Raises
        ------
        DesignError
            With `code` and `row`: ``missing_label``, ``bad_weight``, ``bad_population``,
            ``psu_in_two_strata``, ``population_not_constant``, ``more_sampled_than_population``,
            ``lonely_psu``, ``wrong_length``, ``unknown_rule``, ``contradiction``, ``size_unknown``.

        Notes
        -----
        A PSU with a single response has no variance within and contributes 0 to the second stage.
        A PSU that was drawn but has no response is not in the file, so not in n_h.

        Examples
        --------
        >>> design = SurveyDesign.declare(
        ...     psu=["a", "a", "b", "b"], strata=["north"] * 4, weights=[5.0] * 4, psu_population=[10] * 4)
        >>> round(design.proportion([1, 0, 1, 1]).estimate, 3)
        0.75
        """
        if lonely_psu not in get_args(LonelyPsu):
            raise DesignError("unknown_rule", f"lonely_psu must be one of {', '.join(get_args(LonelyPsu))}")
        if element_population is not None and not two_stage:
            raise DesignError("contradiction", "element_population needs two_stage=True; leave one of them out")
        n = count_rows(psu, strata, weights)
        psu_number, psu_total = (np.arange(n, dtype=np.intp), n) if psu is None else number_labels(psu, "psu")
        stratum_number, stratum_total = (
            (np.zeros(n, dtype=np.intp), min(n, 1)) if strata is None else number_labels(strata, "stratum")
        )
        check_length(len(stratum_number), n, "strata")
        stratum_of_psu = take_constant(
            stratum_number.astype(np.float64),
            psu_number,
            psu_total,
            "the stratum of this PSU",
            "psu_in_two_strata",
        ).astype(np.intp)
        weight = np.ones(n) if weights is None else read_positive(weights, n, "weight", "bad_weight")
        psu_count = np.bincount(stratum_of_psu, minlength=stratum_total).astype(np.float64)
        element_count = np.bincount(psu_number, minlength=psu_total).astype(np.float64)
        psu_fraction = find_fraction(psu_population, stratum_number, psu_count, "psu_population of this stratum")
        element_fraction = find_fraction(
            element_population, psu_number, element_count, "element_population of this PSU"
        )
        lonely = (psu_count == 1) & (psu_fraction < 1)
        if lonely_psu == "fail" and lonely.any():
            row = int(np.argmax(lonely[stratum_number]))
            raise DesignError(
                "lonely_psu",
                "its stratum has one PSU; merge strata or choose another rule for lonely_psu",
                row,
            )
        return cls(
            psu_number, stratum_of_psu, weight, psu_count, psu_fraction, element_count, element_fraction,
            two_stage, lonely_psu, adjust_domain_lonely,
        )  # fmt: skip

    def proportion(self, y: ArrayLike, domain: ArrayLike | None = None) -> Estimate:
        """Estimate the rate of 1 among answers 0 and 1.

        Parameters
        ----------
        y : array_like, shape (n,)
            0, 1, or NaN for no answer.
        domain : array_like of bool, shape (n,), optional
            The rows asked about; the others stay in the design with value 0.

        Raises
        ------
        MeasureError
            ``not_binary``, ``not_finite``, ``wrong_length``, with the row.
        """
        return estimate_ratios(self, Measures.of_rates(self, y), _one_domain(domain))[0][0]

    def mean(self, y: ArrayLike, domain: ArrayLike | None = None) -> Estimate:
        """Estimate a mean, in the unit of `y`; arguments and errors as in `proportion`, any finite values."""
        return estimate_ratios(self, Measures.of_means(self, y), _one_domain(domain))[0][0]

    def ratio(self, numerator: ArrayLike, denominator: ArrayLike, domain: ArrayLike | None = None) -> Estimate:
        """Estimate a pooled index: satisfied answers over all answers, each respondent giving several.

        Parameters
        ----------
        numerator, denominator : array_like, shape (n,)
            Satisfied answers and answers of each respondent; NaN in either: the row is missing.
        domain : array_like of bool, shape (n,), optional

        Raises
        ------
        MeasureError
            ``negative_denominator``, ``answers_without_base`` (a numerator where the denominator is 0),
            ``not_finite``, ``wrong_length``.

        Notes
        -----
        The design effect compares with `total` answers drawn one by one, each 0 or 1:
        S² = p(1-p)·total/(total-1). It has no meaning for a numerator that does not count such answers.
        """
        return estimate_ratios(self, Measures.of_ratios(self, numerator, denominator), _one_domain(domain))[0][0]

    def ratios(
        self, numerators: ArrayLike, denominators: ArrayLike | None = None, domains: ArrayLike | None = None
    ) -> list[list[Estimate]]:
        """Estimate k ratios in d domains at once, by the same path as `ratio`.

        Parameters
        ----------
        numerators : array_like, shape (n, k)
        denominators : array_like, shape (n, k), optional
            None: every non-missing numerator is one answer, 0 or 1, as in `proportion`.
        domains : array_like of bool, shape (n, d), optional
            None: one domain, everyone.

        Returns
        -------
        list of list of Estimate
            ``[domain][measure]``.
        """
        measures = (
            Measures.of_rates(self, numerators)
            if denominators is None
            else Measures.of_ratios(self, numerators, denominators)
        )
        return estimate_ratios(self, measures, domains)


def _one_domain(domain: ArrayLike | None) -> NDArray[np.bool_] | None:
    return None if domain is None else np.asarray(domain).reshape(-1, 1)
