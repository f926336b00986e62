"""Post-stratification: weights scaled within cells so that each cell has its known number of people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from analysis.design import SurveyDesign
from analysis.labels import Labels, Numbers, read_positive
from analysis.weighting.calibrated import CalibratedDesign, CalibratedWeights, attach
from analysis.weighting.margins import Margin, Matrix, read_margins


def poststratify_weights(
    base: Numbers, cells: Labels, totals: Mapping[Any, float], *, variable: str = "cell"
) -> CalibratedWeights:
    """Scale weights so that they add up to the population of each cell.

    Parameters
    ----------
    base : sequence of float, shape (n,)
        The weights before.
    cells : sequence of hashable, shape (n,)
        The cell of each row, such as ``("F", "18-29")``.
    totals : mapping of cell to float
        People of every cell.
    variable : str
        What the cells are, for messages and the report.

    Returns
    -------
    CalibratedWeights
        g = N_c / Σ d of the cell; residuals are deviations from the cell's mean weighted by d.

    Raises
    ------
    DesignError
        ``bad_weight``, ``bad_total``, ``empty_level``, ``unknown_level``, ``missing_label``, ``wrong_length``.

    References
    ----------
    Holt D, Smith TMF (1979) Post stratification, J R Stat Soc A 142:33-46; Särndal CE, Swensson B, Wretman J (1992)
    Model Assisted Survey Sampling, sec. 7.6.

    Examples
    --------
    >>> poststratify_weights([2, 2, 4], ["F", "F", "M"], {"F": 10, "M": 6}).weights.tolist()
    [5.0, 5.0, 6.0]
    """
    return _scale_cells(
        read_positive(base, len(base), "weight", "bad_weight"), _read_cells(base, cells, totals, variable)
    )


def poststratify(
    design: SurveyDesign, cells: Labels, totals: Mapping[Any, float], *, variable: str = "cell"
) -> CalibratedDesign:
    """Post-stratify a design.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses, with the weights before.
    cells, totals, variable
        As in `poststratify_weights`.

    Returns
    -------
    CalibratedDesign

    Raises
    ------
    DesignError
        As `poststratify_weights`.

    Examples
    --------
    >>> design = SurveyDesign.declare(psu=None, weights=[2, 2, 4, 4])
    >>> done = poststratify(design, ["F", "F", "M", "M"], {"F": 10, "M": 6})
    >>> done.design.proportion([1, 0, 1, 1]).estimate, done.report.g_maximum
    (0.6875, 2.5)
    """
    margin = _read_cells(design.weights, cells, totals, variable)
    return attach(design, _scale_cells(design.weights, margin), [margin], "poststratify")


def _read_cells(base: Numbers, cells: Labels, totals: Mapping[Any, float], variable: str) -> Margin:
    return read_margins(len(base), {variable: cells}, {variable: totals})[0]


def _scale_cells(base: Matrix, margin: Margin) -> CalibratedWeights:
    n = len(base)
    sums = margin.sum_levels(base)
    g = (margin.totals / sums)[margin.codes]
    incidence = csr_array((np.ones(n), (margin.codes, np.arange(n))), shape=(len(margin.levels), n))

    def residual(influence: Matrix) -> Matrix:
        means = (incidence @ (base[:, None] * influence)) / sums[:, None]
        deviation: Matrix = influence - means[margin.codes]
        return deviation

    return CalibratedWeights(base * g, g, 1, residual)
