"""What each kind of weighting step does: a function from the rows as weighted so far to their new weights."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.design import Residual, SurveyDesign
from analysis.errors import DesignError
from analysis.labels import Labels, Numbers
from analysis.weighting.base import inverse_probability_weights, two_stage_weights
from analysis.weighting.calibrated import CalibratedDesign, CalibrationReport
from analysis.weighting.calibration import calibrate
from analysis.weighting.distances import DistanceName
from analysis.weighting.margins import Margins, Matrix, number_levels
from analysis.weighting.nonresponse import MAXIMUM_FACTOR, MINIMUM_INVITED, ResponseAdjustment, adjust_for_nonresponse
from analysis.weighting.poststratification import poststratify
from analysis.weighting.raking import rake
from analysis.weighting.trimming import TrimmedWeights, trim_weights

Report = ResponseAdjustment | CalibrationReport | TrimmedWeights | None
Outcome = tuple[Matrix, Report, Residual | None]
"""Weights, report, and the calibration residuals that hold after the step."""


@dataclass(frozen=True, eq=False, slots=True)
class WeightedRows:
    """Responses as a step finds them.

    Attributes
    ----------
    columns : mapping of str to column, each shape (n,)
    weights : ndarray, shape (n,)
        Empty before the first step.
    residual : function or None
    """

    columns: Mapping[str, Labels | Numbers]
    weights: Matrix
    residual: Residual | None

    def column(self, name: str) -> Any:
        """Return a column by its name.

        Parameters
        ----------
        name : str

        Returns
        -------
        column, shape (n,)

        Raises
        ------
        DesignError
            ``unknown_variable``.
        """
        if name not in self.columns:
            raise DesignError("unknown_variable", f"there is no column {name!r}; there are: {', '.join(self.columns)}")
        return self.columns[name]

    def cells(self, variables: Sequence[str]) -> list[tuple[Hashable, ...]]:
        """Return the labels of several variables together.

        Parameters
        ----------
        variables : sequence of str

        Returns
        -------
        list of tuple, length n

        Raises
        ------
        DesignError
            ``unknown_variable``; ``missing_label`` with the row.
        """
        columns = [self.column(name) for name in variables]
        for name, column in zip(variables, columns, strict=True):
            number_levels(column, name)
        return list(zip(*(np.asarray(column).tolist() for column in columns), strict=True))


def _base(
    rows: WeightedRows,
    *,
    probabilities: Sequence[str] = (),
    psu_population: str | None = None,
    psu_sample: str | None = None,
    element_population: str | None = None,
    element_sample: str | None = None,
) -> Outcome:
    sizes = (psu_population, psu_sample, element_population, element_sample)
    given = [rows.column(name) for name in sizes if name is not None]
    if probabilities and not given:
        return inverse_probability_weights(*(rows.column(name) for name in probabilities)), None, None
    if probabilities or len(given) < len(sizes):
        raise DesignError(
            "missing_parameter",
            "step 'base' needs psu_population, psu_sample, element_population and element_sample, or probabilities",
        )
    weights = two_stage_weights(
        psu_population=given[0], psu_sample=given[1], element_population=given[2], element_sample=given[3]
    )
    return weights, None, None


def _nonresponse(
    rows: WeightedRows,
    *,
    variables: Sequence[str],
    invited: Sequence[Sequence[Any]],
    minimum_invited: float = MINIMUM_INVITED,
    maximum_factor: float = MAXIMUM_FACTOR,
) -> Outcome:
    table = _read_table(invited, len(variables), "invited", (1, 2))
    order = list(table)
    number, _ = number_levels(rows.cells(variables), "the response cell", order)
    responded = np.bincount(number, minlength=len(order))
    asked = np.array([figures[0] for figures in table.values()])
    # one row a respondent, then one a cell for all who did not answer
    absent = asked - responded
    if (absent < 0).any():
        cell = order[int(np.argmax(absent < 0))]
        raise DesignError("more_responded_than_invited", f"more responded than were invited in {cell}; correct one")
    base = None
    if all(len(figures) == 2 for figures in table.values()):
        carried = np.bincount(number, rows.weights, minlength=len(order))
        rest = np.array([figures[1] for figures in table.values()]) - carried
        base = np.concatenate([rows.weights, np.where(absent > 0, rest / np.maximum(absent, 1), 1.0)])
    adjustment = adjust_for_nonresponse(
        [order[place] for place in number] + order,
        np.concatenate([np.ones(len(number)), absent]),
        np.concatenate([np.ones(len(number)), np.zeros(len(order))]),
        base=base,
        order=order,
        minimum_invited=minimum_invited,
        maximum_factor=maximum_factor,
    )
    factor = adjustment.factor[: len(number)]
    return rows.weights * factor, ResponseAdjustment(factor, adjustment.classes), None


def _poststratify(rows: WeightedRows, *, variables: Sequence[str], totals: Sequence[Sequence[Any]]) -> Outcome:
    cells = {levels: figures[0] for levels, figures in _read_table(totals, len(variables), "totals", (1,)).items()}
    return _take(poststratify(_design(rows), rows.cells(variables), cells, variable=" × ".join(variables)))


def _rake(rows: WeightedRows, *, margins: Margins) -> Outcome:
    return _take(rake(_design(rows), rows.columns, margins))


def _calibrate(
    rows: WeightedRows,
    *,
    margins: Margins,
    numeric: Mapping[str, float] | None = None,
    distance: DistanceName = "linear",
    bounds: Sequence[float] | None = None,
) -> Outcome:
    values = {name: (rows.column(name), total) for name, total in (numeric or {}).items()}
    limits = None if bounds is None else (float(bounds[0]), float(bounds[1]))
    return _take(calibrate(_design(rows), rows.columns, margins, numeric=values, distance=distance, bounds=limits))


def _trim(
    rows: WeightedRows, *, upper_times_mean: float, lower_times_mean: float = 0.0, strict: bool = False
) -> Outcome:
    mean = float(rows.weights.mean())
    trimmed = trim_weights(rows.weights, lower=lower_times_mean * mean, upper=upper_times_mean * mean, strict=strict)
    residual = rows.residual if trimmed.rounds == 0 else None
    return trimmed.weights, trimmed, residual


STEP_KINDS: dict[str, Callable[..., Outcome]] = {
    "base": _base,
    "nonresponse": _nonresponse,
    "poststratify": _poststratify,
    "rake": _rake,
    "calibrate": _calibrate,
    "trim": _trim,
}
"""Name of a step → what computes it."""


def _design(rows: WeightedRows) -> SurveyDesign:
    """Return a design that carries the weights so far: calibration itself needs neither strata nor PSUs."""
    plain = SurveyDesign.declare(psu=None, weights=rows.weights)
    return plain.with_weights(rows.weights, rows.residual)


def _take(calibrated: CalibratedDesign) -> Outcome:
    return calibrated.design.weights, calibrated.report, calibrated.design.residual


def _read_table(
    table_rows: Sequence[Sequence[Any]], levels: int, name: str, figures: tuple[int, ...]
) -> dict[tuple[Hashable, ...], tuple[float, ...]]:
    """Read rows of `levels` labels and then numbers, as many in each as one of `figures` says."""
    table = {tuple(row[:levels]): tuple(float(value) for value in row[levels:]) for row in table_rows}
    widths = {len(numbers) for numbers in table.values()}
    if len(widths) != 1 or not widths <= set(figures) or len(table) < len(table_rows):
        raise DesignError("bad_table", f"{name} must hold each cell once: {levels} labels and then its numbers")
    return table
