"""Importance against performance: which criterion to work on first (Martilla and James 1977)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from analysis.models.correlation import correlate
from analysis.models.drivers import find_drivers
from analysis.policy import published_interval

if TYPE_CHECKING:
    from analysis.design import SurveyDesign

Quadrant = Literal["concentrate_here", "keep_up", "low_priority", "possible_overkill"]
Importance = Literal["share", "correlation"]


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure and its limits.

    Attributes
    ----------
    value : float
    low, high : float
        NaN where none can be given.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PlacedCriterion:
    """A criterion and its quadrant.

    Attributes
    ----------
    name : str
    importance, performance : Measured
    quadrant : str
        ``concentrate_here`` (important, weak), ``keep_up`` (important, strong), ``low_priority`` (unimportant, weak)
        or ``possible_overkill`` (unimportant, strong); a figure on the cut counts as above it.
    importance_certain, performance_certain : bool
        Whether the whole interval lies on that side of the cut; False without limits.
    """

    name: str
    importance: Measured
    performance: Measured
    quadrant: Quadrant
    importance_certain: bool
    performance_certain: bool

    @property
    def certain(self) -> bool:
        """Whether neither interval crosses its cut."""
        return self.importance_certain and self.performance_certain


@dataclass(frozen=True, slots=True)
class QuadrantChart:
    """Criteria and where the axes are cut.

    Attributes
    ----------
    criteria : tuple of PlacedCriterion
        In the order given.
    importance_cut, performance_cut : float
        In the units of the figures.
    """

    criteria: tuple[PlacedCriterion, ...]
    importance_cut: float
    performance_cut: float


def place_criteria(
    importance: Mapping[str, Measured],
    performance: Mapping[str, Measured],
    *,
    importance_cut: float | None = None,
    performance_cut: float | None = None,
) -> QuadrantChart:
    """Place criteria in the four quadrants.

    Parameters
    ----------
    importance, performance : mapping of str to Measured
        The same criteria in both; any unit.
    importance_cut, performance_cut : float, optional
        Where each axis is cut, such as the target for performance; None: at the mean of the criteria.

    Returns
    -------
    QuadrantChart

    Raises
    ------
    ValueError
        For no criteria, different ones, or a figure or cut that is not finite.

    Notes
    -----
    A cut counts as fixed: that a mean of the criteria is itself estimated is not in the marks.

    Examples
    --------
    >>> chart = place_criteria(
    ...     {"staff": Measured(0.5, 0.4, 0.6), "fees": Measured(0.2, 0.1, 0.36)},
    ...     {"staff": Measured(0.72, 0.68, 0.76), "fees": Measured(0.88, 0.85, 0.9)}, performance_cut=0.8)
    >>> [(criterion.name, criterion.quadrant, criterion.certain) for criterion in chart.criteria]
    [('staff', 'concentrate_here', True), ('fees', 'possible_overkill', False)]
    """
    if not importance or set(importance) != set(performance):
        raise ValueError("give importance and performance of the same criteria, at least one")
    cuts = [
        float(np.mean([measured.value for measured in axis.values()])) if cut is None else cut
        for axis, cut in ((importance, importance_cut), (performance, performance_cut))
    ]
    figures = [measured.value for axis in (importance, performance) for measured in axis.values()]
    if not np.isfinite([*figures, *cuts]).all():
        raise ValueError("every importance, performance and cut must be a finite number; leave the criterion out")
    placed = [_place(name, importance[name], performance[name], *cuts) for name in importance]
    return QuadrantChart(tuple(placed), *cuts)


def _place(
    name: str, importance: Measured, performance: Measured, importance_cut: float, performance_cut: float
) -> PlacedCriterion:
    important, strong = importance.value >= importance_cut, performance.value >= performance_cut
    names: dict[tuple[bool, bool], Quadrant] = {
        (True, False): "concentrate_here",
        (True, True): "keep_up",
        (False, False): "low_priority",
        (False, True): "possible_overkill",
    }
    return PlacedCriterion(
        name,
        importance,
        performance,
        names[important, strong],
        _lies_beyond(importance, importance_cut),
        _lies_beyond(performance, performance_cut),
    )


def _lies_beyond(measured: Measured, cut: float) -> bool:
    return measured.low >= cut if measured.value >= cut else measured.high < cut


def compare_importance_and_performance(
    design: SurveyDesign,
    overall: ArrayLike,
    answers: Mapping[str, ArrayLike],
    rates: Mapping[str, ArrayLike],
    *,
    domain: ArrayLike | None = None,
    importance: Importance = "share",
    target: float | None = None,
    level: float = 0.95,
) -> QuadrantChart:
    """Estimate importance and performance of criteria and place them.

    Parameters
    ----------
    design : SurveyDesign
        Over n responses.
    overall : array_like of float, shape (n,)
        The overall answer, NaN where missing.
    answers : mapping of str to array_like of float, each shape (n,)
        Answers to the criteria, whose bearing on `overall` is their importance.
    rates : mapping of str to array_like, each shape (n,)
        The same criteria as 1 satisfied, 0 not, NaN no answer, whose rate is their performance.
    domain : array_like of bool, shape (n,), optional
    importance : {"share", "correlation"}
        The share of R² (`find_drivers`) or the correlation with the overall answer (`correlate`).
    target : float, optional
        The rate at which performance is cut, such as 0.8; None: the mean of the rates.
    level : float

    Returns
    -------
    QuadrantChart

    Raises
    ------
    MeasureError
        As `find_drivers`, `correlate` and `SurveyDesign.proportion`.
    ValueError
        For different criteria in `answers` and `rates`, or another `importance`.

    Examples
    --------
    >>> from analysis.design import SurveyDesign
    >>> design = SurveyDesign.declare(psu=list("aabbccddee"))
    >>> answers = {"staff": [1, 2, 3, 3, 3, 4, 5, 4, 3, 2], "fees": [4, 5, 3, 4, 5, 4, 4, 5, 4, 4]}
    >>> rates = {name: [int(value >= 4) for value in values] for name, values in answers.items()}
    >>> chart = compare_importance_and_performance(
    ...     design, [1, 2, 2, 3, 4, 4, 5, 5, 3, 3], answers, rates, target=0.8)
    >>> [(criterion.name, criterion.quadrant, criterion.certain) for criterion in chart.criteria]
    [('staff', 'concentrate_here', False), ('fees', 'possible_overkill', False)]
    """
    if importance not in get_args(Importance):
        raise ValueError(f"unknown importance {importance!r}; use one of {', '.join(get_args(Importance))}")
    if set(answers) != set(rates):
        raise ValueError("give answers and rates of the same criteria")
    if importance == "share":
        found = {
            driver.name: driver for driver in find_drivers(design, overall, answers, domain=domain, level=level).drivers
        }
        weight = {name: Measured(found[name].share, found[name].share_low, found[name].share_high) for name in answers}
    else:
        pairs = {
            name: correlate(design, values, overall, domain=domain, level=level) for name, values in answers.items()
        }
        weight = {name: Measured(pair.estimate, pair.low, pair.high) for name, pair in pairs.items()}
    performance: dict[str, Measured] = {}
    for name in answers:
        estimate = design.proportion(rates[name], domain)
        published = published_interval(estimate, None, level=level)
        performance[name] = Measured(estimate.estimate, published.low, published.high)
    return place_criteria(weight, performance, performance_cut=target)
