"""Declare a survey design once; every estimator then takes it.

Two-stage stratified sampling and its simpler relatives: element samples, samples without strata, with or
without finite population corrections. Estimation itself is in `analysis.linearization` and
`analysis.variance`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.declaration import count_rows
from analysis.errors import DesignError, MeasureError
from analysis.estimate import Estimate
from analysis.labels import Labels, Numbers, read_positive
from analysis.linearization import estimate_ratios, estimate_total
from analysis.measures import Measures
from analysis.stages import DfRule, LonelyPsu, Rules, Stage, number_stages
from analysis.variance import sum_covariance

__all__ = ["DesignError", "DfRule", "Estimate", "LonelyPsu", "MeasureError", "SurveyDesign"]

Residual = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Turns influence values into residuals on calibration variables, both shape (n, k)."""


@dataclass(frozen=True, eq=False, slots=True)
class SurveyDesign:
    """A declared design over n responses in p PSUs and L strata; build it with `declare`.

    Attributes
    ----------
    stages : tuple of Stage
        PSUs within strata first, then what lies within each PSU.
    unit_of_row : tuple of ndarray of int, each shape (n,)
        The number of each response's unit at each stage.
    weights : ndarray, shape (n,)
    rules : Rules
        How lone PSUs are treated, and whether the sample is a probability sample.
    residual : function or None
        For calibrated weights: turns influence values, shape (n, k), into residuals on the calibration variables.
    """

    stages: tuple[Stage, ...]
    unit_of_row: tuple[NDArray[np.intp], ...]
    weights: NDArray[np.float64]
    rules: Rules
    residual: Residual | None = None

    @classmethod
    def declare(
        cls,
        *,
        psu: Labels | None,
        ssu: Labels | None = None,
        strata: Labels | None = None,
        weights: Numbers | None = None,
        psu_population: Numbers | None = None,
        ssu_population: Numbers | None = None,
        element_population: Numbers | None = None,
        two_stage: bool = True,
        lonely_psu: LonelyPsu = "adjust",
        adjust_domain_lonely: bool = False,
        probability: bool = True,
        df_rule: DfRule = "counted",
    ) -> SurveyDesign:
        """Check and declare a design; each argument holds one value a response.

        Parameters
        ----------
        psu : sequence of hashable, shape (n,), or None
            The primary sampling unit (commune); None: each response is its own (element sampling, then at
            least one of `strata` and `weights` must tell n).
        ssu : sequence of hashable, optional
            The secondary unit drawn within the PSU (a village, a class) where there are three stages.
        strata : sequence of hashable, optional
            The stratum (district); None: one stratum.
        weights : sequence of float, optional
            Sampling weights; None: all 1.
        psu_population : sequence of float, optional
            N_h, the PSUs in the population of the row's stratum. None, or infinity in a stratum: the first stage
            counts as drawn with replacement, and the PSU totals carry the whole variance.
        ssu_population : sequence of float, optional
            The secondary units in the population of the row's PSU.
        element_population : sequence of float, optional
            M_hi, the people on the list of the row's PSU (of its secondary unit, where there is one). None with
            `psu_population`: the last stage counts as drawn with replacement (f = 0).
        two_stage : bool
            False leaves the variance within PSUs out: R's one-stage cluster design with a correction.
        lonely_psu : {"adjust", "average", "certainty", "remove", "fail"}
            What a stratum with one PSU of N_h > 1 contributes. ``adjust``: (1-f_h) times the squared distance of
            its total from the mean of all PSU totals (conservative); ``average``: the mean of the other strata;
            ``certainty``, ``remove``: nothing; ``fail``: an error. Within a PSU, ``adjust`` gives a response alone
            on its list its own square, the others nothing.
        adjust_domain_lonely : bool
            The same rule for strata of which only one PSU has rows in the domain.
        probability : bool
            False: nobody drew this sample (an open link, an open counter). Figures are computed all the same, but
            nothing is claimed of a population: `analysis.policy` gives them no interval and no verdict.
        df_rule : {"counted", "satterthwaite"}
            Degrees of freedom: PSUs less strata, as R counts; or strata taken whole apart (`variance.find_df`).

        Raises
        ------
        DesignError
            With `code` and `row`: ``missing_label``, ``bad_weight``, ``bad_population``,
            ``psu_in_two_strata``, ``population_not_constant``, ``more_sampled_than_population``,
            ``lonely_psu``, ``wrong_length``, ``unknown_rule``, ``contradiction``, ``size_unknown``.

        Notes
        -----
        A PSU that was drawn but has no response is not in the file, so not in n_h.

        Examples
        --------
        >>> design = SurveyDesign.declare(
        ...     psu=["a", "a", "b", "b"], strata=["north"] * 4, weights=[5.0] * 4, psu_population=[10] * 4)
        >>> round(design.proportion([1, 0, 1, 1]).estimate, 3)
        0.75
        """
        if element_population is not None and not two_stage:
            raise DesignError("contradiction", "element_population needs two_stage=True; leave one of them out")
        if ssu is not None and (psu is None or not two_stage):
            raise DesignError("contradiction", "ssu needs psu and two_stage=True; give them or leave ssu out")
        if ssu is None and ssu_population is not None:
            raise DesignError("contradiction", "ssu_population needs ssu; give it or leave ssu_population out")
        return cls._build(
            units=[labels for labels in (psu, ssu) if labels is not None],
            populations=[psu_population, *([ssu_population] if ssu is not None else []), element_population],
            strata=strata,
            weights=weights,
            rules=Rules(lonely_psu, adjust_domain_lonely, probability, df_rule),
            elements=two_stage and psu is not None,
        )

    @classmethod
    def declare_stages(
        cls,
        *,
        units: Sequence[Labels],
        populations: Sequence[Numbers | None],
        strata: Labels | None = None,
        weights: Numbers | None = None,
        lonely_psu: LonelyPsu = "adjust",
        adjust_domain_lonely: bool = False,
        probability: bool = True,
        df_rule: DfRule = "counted",
    ) -> SurveyDesign:
        """Declare a design by its stages, as R's ``svydesign(ids=~psu+unit, fpc=~N+M)`` does.

        Parameters
        ----------
        units : sequence of label columns
            One a stage, the PSU first, at most three; the last may number the responses themselves. None at all:
            each response is a PSU.
        populations : sequence of number columns
            Units in the population of the row's stratum, PSU, ..., one a stage; a stage without one counts as
            drawn with replacement.
        strata, weights, lonely_psu, adjust_domain_lonely, probability, df_rule
            As in `declare`.

        Raises
        ------
        DesignError
            ``too_many_stages``, and as `declare`.

        Examples
        --------
        >>> design = SurveyDesign.declare_stages(
        ...     units=[["a", "a", "b", "b"], [1, 2, 3, 4]], populations=[[10] * 4, [20, 20, 30, 30]])
        >>> round(design.mean([3.0, 5.0, 4.0, 4.0]).se, 4)
        0.2121
        """
        if len(units) > 3 or len(populations) > 3:
            raise DesignError("too_many_stages", "a design has at most three stages; leave the others out")
        return cls._build(
            units=units,
            populations=populations,
            strata=strata,
            weights=weights,
            rules=Rules(lonely_psu, adjust_domain_lonely, probability, df_rule),
            elements=False,
        )

    @classmethod
    def _build(
        cls,
        *,
        units: Sequence[Labels],
        populations: Sequence[Numbers | None],
        strata: Labels | None,
        weights: Numbers | None,
        rules: Rules,
        elements: bool,
    ) -> SurveyDesign:
        n = count_rows(units[0] if units else None, strata, weights)
        stages, unit_of_row = number_stages(units, populations, strata, n, elements=elements)
        weight = np.ones(n) if weights is None else read_positive(weights, n, "weight", "bad_weight")
        first = stages[0]
        lonely = (first.count == 1) & (first.fraction < 1)
        if rules.lonely_psu == "fail" and lonely.any():
            row = int(np.argmax(lonely[first.group_of_unit[unit_of_row[0]]]))
            raise DesignError(
                "lonely_psu",
                "its stratum has one PSU; merge strata or choose another rule for lonely_psu",
                row,
            )
        return cls(stages, unit_of_row, weight, rules)

    @property
    def psu(self) -> NDArray[np.intp]:
        """The PSU number of each response, shape (n,)."""
        return self.unit_of_row[0]

    @property
    def stratum_of_psu(self) -> NDArray[np.intp]:
        """The stratum number of each PSU, shape (p,)."""
        return self.stages[0].group_of_unit

    def __len__(self) -> int:
        return len(self.weights)

    def with_weights(self, weights: Numbers, residual: Residual | None = None) -> SurveyDesign:
        """Return the same sample with other weights.

        Parameters
        ----------
        weights : sequence of float, shape (n,)
        residual : function, optional
            For calibrated weights: turns unweighted influence values, shape (n, k), into residuals on the
            calibration variables (Deville and Särndal 1992, eq. 3.4); variances are computed from those.

        Raises
        ------
        DesignError
            ``bad_weight``, ``wrong_length``.
        """
        weight = read_positive(weights, len(self), "weight", "bad_weight")
        return SurveyDesign(self.stages, self.unit_of_row, weight, self.rules, residual)

    def degrees_of_freedom(self, rows: ArrayLike | None = None) -> int:
        """Return the PSUs less the strata that have a response among `rows`.

        Parameters
        ----------
        rows : array_like of bool, shape (n,), optional
            None: the PSUs and strata of the whole file.

        Returns
        -------
        int
        """
        first = self.stages[0]
        if rows is None:
            return len(first.group_of_unit) - len(first.count)
        psus = np.unique(self.psu[np.asarray(rows, dtype=np.bool_)])
        return len(psus) - len(np.unique(first.group_of_unit[psus]))

    def covariance(self, influence: ArrayLike, rows: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return the design-based covariance of the estimated totals Σ_i w_i u_ij of k columns.

        Every linearised statistic takes its covariance from here: a mean has u = 1(valid)(y - mean)/Σw, a regression
        u = (x_i residual_i) times the inverse of its information matrix (Binder 1983).

        Parameters
        ----------
        influence : array_like, shape (n, k) or (n,)
            u, unweighted, 0 for a row outside the domain or without an answer.
        rows : array_like of bool, shape (n,), optional
            The rows that take part, for the rules on lone PSUs; None: all.

        Returns
        -------
        ndarray, shape (k, k)
            In products of the units of the columns; NaN where nobody drew the sample.

        Raises
        ------
        MeasureError
            ``wrong_length``, ``not_finite``.

        Examples
        --------
        >>> design = SurveyDesign.declare(psu=["a", "a", "b", "b"], weights=[5.0] * 4)
        >>> design.covariance([1, 0, 1, 1]).round(6).tolist()  # of the estimated number of ones
        [[25.0]]
        """
        u = np.asarray(influence, dtype=np.float64)
        u = u[:, None] if u.ndim == 1 else u
        if u.ndim != 2 or len(u) != len(self):
            raise MeasureError("wrong_length", f"influence must have one row a response, {len(self)}; got {u.shape}")
        if not np.isfinite(u).all():
            row = int(np.argmax(~np.isfinite(u).all(axis=1)))
            raise MeasureError("not_finite", "the value is not finite; a row without an answer has 0", row)
        if not self.rules.probability:
            return np.full((u.shape[1], u.shape[1]), np.nan)
        taking_part = None if rows is None else np.asarray(rows, dtype=np.bool_)
        return sum_covariance(self.stages, self.unit_of_row, self.rules, self.weigh(u), taking_part)

    def weigh(self, influence: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return influence values as in `covariance`, shape (n, k), taken as residuals if calibrated, times weights."""
        u = influence if self.residual is None else self.residual(influence)
        return self.weights[:, None] * u

    def proportion(self, y: ArrayLike, domain: ArrayLike | None = None) -> Estimate:
        """Estimate the rate of 1 among answers 0 and 1.

        Parameters
        ----------
        y : array_like, shape (n,)
            0, 1, or NaN for no answer.
        domain : array_like of bool, shape (n,), optional
            The rows asked about; the others stay in the design with value 0.

        Returns
        -------
        Estimate
            Shares between 0 and 1.

        Raises
        ------
        MeasureError
            ``not_binary``, ``not_finite``, ``wrong_length``, with the row.
        """
        return estimate_ratios(self, Measures.of_rates(self, y), _one_domain(domain))[0][0]

    def mean(self, y: ArrayLike, domain: ArrayLike | None = None) -> Estimate:
        """Estimate a mean, in the unit of `y`; arguments and errors as in `proportion`, any finite values."""
        return estimate_ratios(self, Measures.of_means(self, y), _one_domain(domain))[0][0]

    def total(self, y: ArrayLike, domain: ArrayLike | None = None) -> Estimate:
        """Estimate the population total of `y`, in its unit; arguments and errors as in `mean`.

        Examples
        --------
        >>> design = SurveyDesign.declare(psu=None, weights=[10.0, 10.0, 20.0])
        >>> design.total([1, 0, 1]).estimate
        30.0
        """
        return estimate_total(self, Measures.of_means(self, y), _one_domain(domain))

    def ratio(self, numerator: ArrayLike, denominator: ArrayLike, domain: ArrayLike | None = None) -> Estimate:
        """Estimate a pooled index: satisfied answers over all answers, each respondent giving several.

        Parameters
        ----------
        numerator, denominator : array_like, shape (n,)
            Satisfied answers and answers of each respondent; NaN in either: the row is missing.
        domain : array_like of bool, shape (n,), optional

        Returns
        -------
        Estimate

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
