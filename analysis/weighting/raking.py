"""Raking: weights fitted to several margins in turn until all are met."""

from __future__ import annotations

import numpy as np

from analysis.design import SurveyDesign
from analysis.labels import Numbers, read_positive
from analysis.weighting.calibrated import CalibratedDesign, CalibratedWeights, Projection, attach, refuse
from analysis.weighting.margins import Auxiliaries, Columns, Margin, Margins, Matrix, read_margins

TOLERANCE = 1e-11
MAXIMUM_ITERATIONS = 1000


def rake_weights(
    base: Numbers, columns: Columns, margins: Margins, *, maximum_iterations: int = MAXIMUM_ITERATIONS
) -> CalibratedWeights:
    """Fit weights to margins by iterative proportional fitting.

    Parameters
    ----------
    base : sequence of float, shape (n,)
        The weights before.
    columns : mapping of str to label column, each shape (n,)
    margins : mapping of str to mapping of level to float
        People of every level of each variable, all margins with the same sum.
    maximum_iterations : int
        Rounds over all margins.

    Returns
    -------
    CalibratedWeights
        The weights `calibrate_weights` gives with distance ``raking``; residuals by the same rule.

    Raises
    ------
    DesignError
        ``calibration_failed``, naming the margin furthest from its total; ``bad_weight`` and what `read_margins`
        raises.

    References
    ----------
    Deming WE, Stephan FF (1940) On a least squares adjustment of a sampled frequency table when the expected marginal
    totals are known, Ann Math Stat 11:427-444. Residuals: Deville JC, Särndal CE, Sautory O (1993) Generalized raking
    procedures in survey sampling, JASA 88:1013-1020.

    Notes
    -----
    R's ``rake`` subtracts the means of each margin in turn instead of regressing on all of them together; standard
    errors differ by up to a few percent.

    Examples
    --------
    >>> columns = {"sex": ["F", "F", "M", "M"], "age": ["old", "young", "old", "young"]}
    >>> margins = {"sex": {"F": 60, "M": 40}, "age": {"old": 30, "young": 70}}
    >>> rake_weights([1, 1, 1, 1], columns, margins).weights.round(6).tolist()
    [18.0, 42.0, 12.0, 28.0]
    """
    weights = read_positive(base, len(base), "weight", "bad_weight")
    return _fit(weights, read_margins(len(weights), columns, margins), maximum_iterations)


def rake(
    design: SurveyDesign, columns: Columns, margins: Margins, *, maximum_iterations: int = MAXIMUM_ITERATIONS
) -> CalibratedDesign:
    """Rake a design.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses, with the weights before.
    columns, margins, maximum_iterations
        As in `rake_weights`.

    Returns
    -------
    CalibratedDesign

    Raises
    ------
    DesignError
        As `rake_weights`.

    Examples
    --------
    >>> design = SurveyDesign.declare(psu=None, weights=[1, 1, 1, 1])
    >>> columns = {"sex": ["F", "F", "M", "M"], "age": ["old", "young", "old", "young"]}
    >>> done = rake(design, columns, {"sex": {"F": 60, "M": 40}, "age": {"old": 30, "young": 70}})
    >>> round(done.design.proportion([1, 0, 0, 1]).estimate, 6), round(done.report.after.kish_deff, 4)
    (0.46, 1.2064)
    """
    read = read_margins(len(design), columns, margins)
    return attach(design, _fit(design.weights, read, maximum_iterations), read, "rake")


def _fit(base: Matrix, margins: list[Margin], maximum_iterations: int) -> CalibratedWeights:
    auxiliaries = Auxiliaries.of_margins(margins)
    g = np.ones(len(base))
    for iteration in range(1, maximum_iterations + 1):
        for margin in margins:
            g *= (margin.totals / margin.sum_levels(base * g))[margin.codes]
        weights = base * g
        gap = max(float(np.max(np.abs(margin.sum_levels(weights) / margin.totals - 1))) for margin in margins)
        if gap <= TOLERANCE:
            return CalibratedWeights(weights, g, iteration, Projection.fit(auxiliaries, base).residual)
    return refuse(
        auxiliaries,
        auxiliaries.sum_columns(base * g),
        base,
        maximum_iterations,
        "merge small levels, or drop a margin that contradicts the others",
    )
