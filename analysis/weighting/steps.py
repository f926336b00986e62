"""A chain of weighting steps kept as data: each can be shown, stored as JSON, undone and run again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np

from analysis.design import Residual, SurveyDesign
from analysis.errors import DesignError
from analysis.labels import Labels, Numbers
from analysis.weighting.kish import WeightSummary, summarize_weights
from analysis.weighting.margins import Matrix
from analysis.weighting.step_kinds import STEP_KINDS, Outcome, Report, WeightedRows


@dataclass(frozen=True, slots=True)
class WeightingStep:
    """One step, as plain data.

    Attributes
    ----------
    name : str
        ``base``, ``nonresponse``, ``poststratify``, ``rake``, ``calibrate`` or ``trim``.
    parameters : mapping
        Only text, numbers, truth values, lists and mappings with text keys:

        - ``base``: ``psu_population``, ``psu_sample``, ``element_population``, ``element_sample``, each the name of a
          column; or ``probabilities``, a list of such names;
        - ``nonresponse``: ``variables``, a list of names; ``invited``, a table with one row a cell, neighbours next to
          each other: its levels, the people invited and, for a weighted factor, the sum of their base weights;
          optionally ``minimum_invited``, ``maximum_factor``;
        - ``poststratify``: ``variables``; ``totals``, a table with the levels and then the people of each cell;
        - ``rake``: ``margins``, variable → level → people;
        - ``calibrate``: ``margins``; optionally ``numeric``, column → total, ``distance``, ``bounds``;
        - ``trim``: ``upper_times_mean``; optionally ``lower_times_mean``, ``strict``.
    """

    name: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, eq=False, slots=True)
class StepResult:
    """What one step made.

    Attributes
    ----------
    step : WeightingStep
    weights : ndarray, shape (n,)
    summary : WeightSummary
    report : ResponseAdjustment, CalibrationReport, TrimmedWeights or None
    residual : function or None
        Calibration residuals that hold after the step, for `SurveyDesign.with_weights`.
    """

    step: WeightingStep
    weights: Matrix
    summary: WeightSummary
    report: Report
    residual: Residual | None


@dataclass(frozen=True, eq=False, slots=True)
class WeightingChain:
    """Steps applied one after another to n responses.

    Attributes
    ----------
    columns : mapping of str to column, each shape (n,)
        The labels and numbers the steps name.
    results : tuple of StepResult

    Examples
    --------
    >>> chain = WeightingChain({"pi": [0.1, 0.1, 0.05, 0.05], "sex": ["F", "M", "F", "M"]})
    >>> chain = chain.apply(WeightingStep("base", {"probabilities": ["pi"]}))
    >>> chain = chain.apply(WeightingStep("rake", {"margins": {"sex": {"F": 45, "M": 30}}}))
    >>> [(one.step.name, round(one.summary.total, 6)) for one in chain.results]
    [('base', 60.0), ('rake', 75.0)]
    >>> chain.undo().weights.tolist()
    [10.0, 10.0, 20.0, 20.0]
    """

    columns: Mapping[str, Labels | Numbers]
    results: tuple[StepResult, ...] = ()

    @property
    def steps(self) -> tuple[WeightingStep, ...]:
        """The steps so far."""
        return tuple(result.step for result in self.results)

    @property
    def weights(self) -> Matrix:
        """The weights after the last step, shape (n,).

        Raises
        ------
        DesignError
            ``no_weights`` before the first.
        """
        if not self.results:
            raise DesignError("no_weights", "no step was applied yet; begin with 'base'")
        return self.results[-1].weights

    def apply(self, step: WeightingStep) -> WeightingChain:
        """Return the chain with one step more.

        Parameters
        ----------
        step : WeightingStep

        Raises
        ------
        DesignError
            ``unknown_step``, ``missing_parameter``, ``unknown_parameter``, ``unknown_variable``; ``step_order`` unless
            ``base`` comes first and only there; and what the step itself raises.
        """
        if step.name not in STEP_KINDS:
            raise DesignError("unknown_step", f"there is no step {step.name!r}; use one of {', '.join(STEP_KINDS)}")
        if (step.name == "base") != (not self.results):
            raise DesignError("step_order", "the chain begins with the step 'base', which stands nowhere else")
        compute = STEP_KINDS[step.name]
        _check_parameters(step, compute)
        last = self.results[-1] if self.results else None
        rows = WeightedRows(self.columns, last.weights if last else np.empty(0), last.residual if last else None)
        weights, report, residual = compute(rows, **step.parameters)
        result = StepResult(step, weights, summarize_weights(weights), report, residual)
        return WeightingChain(self.columns, (*self.results, result))

    def undo(self) -> WeightingChain:
        """Return the chain without its last step; the same chain if it has none."""
        return WeightingChain(self.columns, self.results[:-1])

    def weigh(self, design: SurveyDesign) -> SurveyDesign:
        """Return a design over the same responses with the weights of the chain and its calibration residuals.

        Parameters
        ----------
        design : SurveyDesign
            Over n responses.

        Returns
        -------
        SurveyDesign

        Raises
        ------
        DesignError
            ``no_weights``, ``wrong_length``.
        """
        return design.with_weights(self.weights, self.results[-1].residual if self.results else None)


def run_steps(columns: Mapping[str, Labels | Numbers], steps: Sequence[WeightingStep]) -> WeightingChain:
    """Run steps one after another.

    Parameters
    ----------
    columns : mapping of str to column, each shape (n,)
        The labels and numbers the steps name.
    steps : sequence of WeightingStep

    Returns
    -------
    WeightingChain

    Raises
    ------
    DesignError
        As `WeightingChain.apply`.

    Examples
    --------
    >>> run_steps({"pi": [0.5, 0.25]}, [WeightingStep("base", {"probabilities": ["pi"]})]).weights.tolist()
    [2.0, 4.0]
    """
    chain = WeightingChain(columns)
    for step in steps:
        chain = chain.apply(step)
    return chain


def _check_parameters(step: WeightingStep, compute: Callable[..., Outcome]) -> None:
    """Raise unless the step has all parameters it needs and no other."""
    known = {name: parameter for name, parameter in signature(compute).parameters.items() if name != "rows"}
    unknown = sorted(set(step.parameters) - set(known))
    if unknown:
        raise DesignError(
            "unknown_parameter", f"step {step.name!r} has no {unknown[0]!r}; it takes {', '.join(sorted(known))}"
        )
    missing = sorted(name for name, one in known.items() if one.default is one.empty and name not in step.parameters)
    if missing:
        raise DesignError("missing_parameter", f"step {step.name!r} needs {', '.join(missing)}")
