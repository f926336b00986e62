"""The primary sampling units a cube counts in, with everything their variance needs beside the counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.errors import DesignError
from analysis.labels import Labels, Numbers, check_length, number_labels, read_positive, take_constant
from analysis.stages import DfRule, LonelyPsu, Rules, Stage


@dataclass(frozen=True, eq=False, slots=True)
class PsuFrame:
    """p PSUs in L strata, two-stage at most; build it with `declare`.

    Attributes
    ----------
    names : tuple of str, length p
    stratum : ndarray of int, shape (p,)
    strata : int
        L.
    population : ndarray, shape (p,)
        N_h of the PSU's stratum; infinity where the first stage counts as drawn with replacement.
    list_size : ndarray, shape (p,)
        M_hi; infinity where the second stage counts as drawn with replacement.
    weight : ndarray, shape (p,)
        The weight of a response of the PSU, where all of one PSU weigh the same.
    places : dict of str to tuple of str
        Larger places each PSU lies in, such as its district: domains that need no further key.
    two_stage : bool
    rules : Rules
    """

    names: tuple[str, ...]
    stratum: NDArray[np.intp]
    strata: int
    population: NDArray[np.float64]
    list_size: NDArray[np.float64]
    weight: NDArray[np.float64]
    places: Mapping[str, tuple[str, ...]]
    two_stage: bool
    rules: Rules

    @classmethod
    def declare(
        cls,
        *,
        psu: Sequence[str],
        strata: Labels | None = None,
        psu_population: Numbers | None = None,
        element_population: Numbers | None = None,
        weights: Numbers | None = None,
        places: Mapping[str, Sequence[str]] | None = None,
        two_stage: bool = True,
        lonely_psu: LonelyPsu = "adjust",
        adjust_domain_lonely: bool = False,
        probability: bool = True,
        df_rule: DfRule = "counted",
    ) -> PsuFrame:
        """Declare the drawn PSUs.

        Parameters
        ----------
        psu : sequence of str, shape (p,)
            Each once.
        strata, psu_population, element_population : sequence, shape (p,), optional
            As in `SurveyDesign.declare`, one value a PSU; infinity where a stage counts as drawn with replacement.
        weights : sequence of float, shape (p,), optional
            The weight of a response of each PSU; None: 1.
        places : mapping of str to sequence of str, each shape (p,), optional
            Places that hold whole PSUs: ``{"district": [...]}``.
        two_stage, lonely_psu, adjust_domain_lonely, probability, df_rule
            As in `SurveyDesign.declare`.

        Raises
        ------
        DesignError
            ``missing_label``, ``psu_twice``, ``bad_weight``, ``bad_population``, ``population_not_constant``,
            ``wrong_length``, ``unknown_rule``.

        Examples
        --------
        >>> PsuFrame.declare(psu=["x1", "x2"], psu_population=[9, 9]).population.tolist()
        [9.0, 9.0]
        """
        p = len(psu)
        _number, different = number_labels(psu, "psu")
        if different != p:
            raise DesignError("psu_twice", "a PSU stands twice in the frame; keep one")
        stratum, count = (np.zeros(p, dtype=np.intp), min(p, 1)) if strata is None else number_labels(strata, "stratum")
        check_length(len(stratum), p, "strata")
        sizes = _read_sizes(psu_population, p, "psu_population")
        take_constant(sizes, stratum, count, "psu_population of this stratum", "population_not_constant")
        for name, labels in (places or {}).items():
            check_length(len(labels), p, name)
        return cls(
            names=tuple(str(name) for name in psu),
            stratum=stratum,
            strata=count,
            population=sizes,
            list_size=_read_sizes(element_population, p, "element_population"),
            weight=np.ones(p) if weights is None else read_positive(weights, p, "weight", "bad_weight"),
            places={name: tuple(str(label) for label in labels) for name, labels in (places or {}).items()},
            two_stage=two_stage,
            rules=Rules(lonely_psu, adjust_domain_lonely, probability, df_rule),
        )

    def __len__(self) -> int:
        return len(self.names)

    def with_weights(self, weights: Numbers) -> PsuFrame:
        """Return the frame with other weights.

        Parameters
        ----------
        weights : sequence of float, shape (p,)
            Of a response of each PSU.

        Raises
        ------
        DesignError
            ``bad_weight``, ``wrong_length``.
        """
        return replace(self, weight=read_positive(weights, len(self), "weight", "bad_weight"))

    def first_stage(self, answering: NDArray[np.bool_] | NDArray[np.intp]) -> Stage:
        """Return the first stage as the file shows it: PSUs with at least one response, and their strata.

        Parameters
        ----------
        answering : ndarray of bool, shape (p,), or of int
            The PSUs with responses, of whole strata.

        Returns
        -------
        Stage

        Raises
        ------
        DesignError
            ``more_sampled_than_population``, ``lonely_psu`` where the rule is ``fail``.
        """
        present, stratum = np.unique(self.stratum[answering], return_inverse=True)
        count = np.bincount(stratum, minlength=len(present)).astype(np.float64)
        population = np.ones(len(present))
        population[stratum] = self.population[answering]
        if (count > population).any():
            raise DesignError("more_sampled_than_population", "a stratum has more PSUs than its psu_population")
        fraction = count / population
        if self.rules.lonely_psu == "fail" and ((count == 1) & (fraction < 1)).any():
            raise DesignError("lonely_psu", "a stratum has one PSU; merge strata or choose another rule for lonely_psu")
        return Stage(stratum.astype(np.intp), count, fraction)


def _read_sizes(sizes: Numbers | None, p: int, name: str) -> NDArray[np.float64]:
    return np.full(p, np.inf) if sizes is None else read_positive(sizes, p, name, "bad_population", endless=True)
