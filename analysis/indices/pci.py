"""Scores in the manner of PCI: indicators calibrated between the provinces' extremes, then a weighted total.

A province's own survey gives these scores only against the extremes of all provinces in a reference year, which are
parameters here; without the hard data it is a score of the survey part alone.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import MeasureError
from analysis.indices.linear_scores import (
    UNDEFINED,
    LinearForm,
    LinearScores,
    calibrate,
    gather_scores,
    refuse_empty,
    refuse_repeats,
    refuse_strangers,
)

TOTAL = "total"

PCI_WEIGHTS = (0.05, 0.05, 0.20, 0.05, 0.10, 0.05, 0.05, 0.20, 0.20, 0.05)
"""Of the ten sub-indices in their order (entry costs, land, transparency, time costs, informal charges, policy bias,
proactivity, business support, labour, legal institutions), until 2020; later years may differ."""

SURVEY_SHARE = 0.6
"""Part of the survey in a sub-index that has hard data too."""


@dataclass(frozen=True, slots=True)
class PciIndicator:
    """One figure of a sub-index.

    Attributes
    ----------
    code : str
    source : {"survey", "hard"}
        Asked of firms, or taken from official data.
    negative : bool
        High values are bad.
    """

    code: str
    source: Literal["survey", "hard"] = "survey"
    negative: bool = False


@dataclass(frozen=True, slots=True)
class PciSubIndex:
    """A sub-index, from 1 to 10 points.

    Attributes
    ----------
    code : str
    weight : float
        Its part in the total, 0 or more; those of all sub-indices add up to 1.
    indicators : tuple of PciIndicator
    """

    code: str
    weight: float
    indicators: tuple[PciIndicator, ...]


def find_bounds(provinces: ArrayLike) -> list[tuple[float, float]]:
    """Return the lowest and highest value of each indicator among the provinces.

    Parameters
    ----------
    provinces : array_like, shape (p, j)
        Values of p provinces in one year, NaN where missing.

    Returns
    -------
    list of tuple of float, length j

    Raises
    ------
    MeasureError
        ``wrong_length``; ``bad_bounds`` for an indicator with fewer than two different values.

    Examples
    --------
    >>> find_bounds([[3, 0.2], [7, 0.6], [5, float("nan")]])
    [(3.0, 7.0), (0.2, 0.6)]
    """
    matrix = np.asarray(provinces, dtype=np.float64)
    if matrix.ndim != 2:
        raise MeasureError("wrong_length", f"provinces must have shape (p, j); got {matrix.shape}")
    bounds = []
    for column, values in enumerate(matrix.T):
        known = values[np.isfinite(values)]
        if len(np.unique(known)) < 2:
            raise MeasureError("bad_bounds", f"indicator {column} has no two different values; it cannot be calibrated")
        bounds.append((float(known.min()), float(known.max())))
    return bounds


def score_pci(
    sub_indices: Sequence[PciSubIndex],
    bounds: Mapping[str, tuple[float, float]],
    values: Mapping[str, float],
    *,
    survey_share: float = SURVEY_SHARE,
    clip: bool = False,
) -> LinearScores:
    """Compute the sub-indices and ``total`` from estimated indicators.

    Parameters
    ----------
    sub_indices : sequence of PciSubIndex
    bounds : mapping of str to (float, float)
        The lowest and highest value of each indicator among all provinces in the reference year.
    values : mapping of str to float
        One province's value of each indicator by code; absent or NaN: missing.
    survey_share : float
        The part of the survey in a sub-index with both sources, between 0 and 1.
    clip : bool
        Count a value beyond the reference year's extremes at the extreme instead of refusing it.

    Returns
    -------
    LinearScores
        The sub-indices, then ``total``, from 10 to 100.

    Raises
    ------
    MeasureError
        ``no_items``, ``code_twice``, ``unknown_indicator``, ``no_bounds``, ``bad_bounds``, ``outside_bounds``,
        ``not_finite``, ``bad_weight``.
    ValueError
        For `survey_share` outside [0, 1].

    Notes
    -----
    An indicator scores 9(x - min)/(max - min) + 1, or 11 minus that where high values are bad. A sub-index is the mean
    of its indicators; with both sources 0.6 times the mean of the survey's and 0.4 times that of the hard data's (PCI
    handbook 2016); with one source at hand, the mean of that one. The total is 10 Σ weight·sub-index. The bounds count
    as known: the standard errors leave out that the extremes come from surveys too.

    Examples
    --------
    >>> land = PciSubIndex("land", 1.0, (PciIndicator("2.1"), PciIndicator("2.2", "hard", negative=True)))
    >>> scores = score_pci([land], {"2.1": (0.4, 0.8), "2.2": (5, 25)}, {"2.1": 0.6, "2.2": 10})
    >>> round(scores.value("land"), 4), round(scores.value("total"), 4)
    (6.4, 64.0)
    """
    if not 0 <= survey_share <= 1:
        raise ValueError(f"survey_share is {survey_share}; it must lie between 0 and 1")
    refuse_empty((part.indicators for part in sub_indices), "a sub-index")
    structure = [indicator.code for part in sub_indices for indicator in part.indicators]
    refuse_repeats(structure, "indicator")
    refuse_repeats([TOTAL, *(part.code for part in sub_indices)], "score")
    refuse_strangers(values, structure)
    weights = [part.weight for part in sub_indices]
    if not all(weight >= 0 for weight in weights) or not math.isclose(sum(weights), 1, abs_tol=1e-9):
        raise MeasureError(
            "bad_weight", f"the weights add up to {sum(weights)}; they must be 0 or more and add up to 1"
        )
    forms: dict[str, LinearForm] = {}
    clipped: list[str] = []
    for part in sub_indices:
        means = []
        for source in ("survey", "hard"):
            indicators = [i for i in part.indicators if i.source == source]
            means.append(_average(indicators, bounds, values, clip, clipped))
        forms[part.code] = _join_sources(means[0], means[1], survey_share)
    forms[TOTAL] = LinearForm.combine([forms[part.code] for part in sub_indices], [10 * weight for weight in weights])
    return gather_scores(forms, values, structure, clipped)


def _average(
    indicators: list[PciIndicator],
    bounds: Mapping[str, tuple[float, float]],
    values: Mapping[str, float],
    clip: bool,
    clipped: list[str],
) -> LinearForm | None:
    """Average the calibrated indicators of one source that have a value; None without any."""
    forms = []
    for indicator in indicators:
        value = values.get(indicator.code, math.nan)
        if math.isnan(value):
            continue
        if indicator.code not in bounds:
            raise MeasureError("no_bounds", f"indicator {indicator.code} has no bounds; give the provinces' extremes")
        form, outside = calibrate(
            indicator.code, value, bounds[indicator.code], (1.0, 10.0), negative=indicator.negative, clip=clip
        )
        forms.append(form)
        clipped.extend([indicator.code] if outside else [])
    return LinearForm.combine(forms, [1 / len(forms)] * len(forms)) if forms else None


def _join_sources(survey: LinearForm | None, hard: LinearForm | None, survey_share: float) -> LinearForm:
    if survey is not None and hard is not None:
        return LinearForm.combine([survey, hard], [survey_share, 1 - survey_share])
    return survey or hard or UNDEFINED
