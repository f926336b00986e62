"""Pooled measures of a batch: numerator and denominator of each respondent from the answers to several items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.cube.batch import Codes
from analysis.cube.cube import CubePlan
from analysis.cube.measure import CubeMeasure
from analysis.errors import DesignError

Pooled = Mapping[str, Sequence[CubeMeasure]]
"""For each pooled measure, the rates that it pools."""


def check_pooled(plan: CubePlan, pooled: Pooled) -> None:
    """Refuse pooled measures that are not those of the plan, or that pool something other than rates.

    Parameters
    ----------
    plan : CubePlan
    pooled : mapping of str to sequence of CubeMeasure
        The rates that each pooled measure of the plan pools.

    Raises
    ------
    DesignError
        ``not_in_cube``, ``unknown_measure``, ``unknown_level``, ``not_a_rate``.

    Examples
    --------
    >>> plan = CubePlan.of({"q01": [1, 2, 3]}, pooled=["index"])
    >>> check_pooled(plan, {"index": [CubeMeasure.mean("q01", {1: 1, 2: 2, 3: 3})]})
    Traceback (most recent call last):
    analysis.errors.DesignError: index pools 'q01' with 2; a rate counts 0 or 1
    """
    for name in {*plan.pooled} ^ {*pooled}:
        raise DesignError(
            "not_in_cube", f"pooled measure {name!r} must stand in the plan and be told; it does one only"
        )
    for name, measures in pooled.items():
        for measure in measures:
            if measure.name not in plan.items:
                raise DesignError("unknown_measure", f"{name} pools {measure.name!r}, which is no item of the plan")
            for level, value in (measure.values or {}).items():
                if level not in plan.items[measure.name]:
                    raise DesignError("unknown_level", f"{measure.name} has no answer {level!r} in the plan")
                if value not in {0, 1}:
                    raise DesignError("not_a_rate", f"{name} pools {measure.name!r} with {value}; a rate counts 0 or 1")


def pool_answers(
    plan: CubePlan, measures: Sequence[CubeMeasure], answers: Mapping[str, Codes]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Count the satisfied answers and the answers of each respondent.

    Parameters
    ----------
    plan : CubePlan
    measures : sequence of CubeMeasure
        Rates; the numerator counts answers of value 1, the denominator those of value 0 or 1.
    answers : dict of str to ndarray of int, each shape (n,)
        Codes as in `Batch`.

    Returns
    -------
    numerator, denominator : ndarray, shape (n,)

    Examples
    --------
    >>> plan = CubePlan.of({"q01": [1, 2, 3, 4, 5], "q02": [1, 2, 3, 4, 5]})
    >>> rates = [CubeMeasure.rate(name, [4, 5], [1, 2, 3, 4, 5]) for name in plan.items]
    >>> pool_answers(plan, rates, {"q01": np.array([5, 2, 0]), "q02": np.array([4, 0, 0])})
    (array([2., 0., 0.]), array([2., 1., 0.]))
    """
    n = len(next(iter(answers.values())))
    agreed, answered = np.zeros(n, dtype=np.uint16), np.zeros(n, dtype=np.uint16)
    for measure in measures:
        values = measure.values or {}
        levels = plan.items[measure.name]
        counts = np.array([False, *(level in values for level in levels)], dtype=np.uint16)
        agrees = np.array([False, *(values.get(level) == 1 for level in levels)], dtype=np.uint16)
        answered += counts[answers[measure.name]]
        agreed += agrees[answers[measure.name]]
    return agreed.astype(np.float64), answered.astype(np.float64)
