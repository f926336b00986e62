"""Scores in the manner of PAPI: indicators calibrated to theoretical bounds, averaged, then added up.

A survey of a province's own is never a PAPI score; it is a survey on the frame of PAPI.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class PapiIndicator:
    """A question's figure with its theoretical bounds.

    Attributes
    ----------
    code : str
    minimum, maximum : float
        Theoretical, the same every year, in the unit of the estimate (0 and 1, or 0 and 100, for a rate).
    negative : bool
        High values are bad.
    """

    code: str
    minimum: float = 0.0
    maximum: float = 1.0
    negative: bool = False


@dataclass(frozen=True, slots=True)
class PapiSubDimension:
    """A group of indicators whose mean is its score.

    Attributes
    ----------
    code : str
    indicators : tuple of PapiIndicator
    """

    code: str
    indicators: tuple[PapiIndicator, ...]


@dataclass(frozen=True, slots=True)
class PapiDimension:
    """A dimension, from 1 to 10 points: the sum of its m sub-dimensions, each from 1/m to 10/m points.

    Attributes
    ----------
    code : str
    sub_dimensions : tuple of PapiSubDimension
    """

    code: str
    sub_dimensions: tuple[PapiSubDimension, ...]


def score_papi(dimensions: Sequence[PapiDimension], values: Mapping[str, float], *, clip: bool = False) -> LinearScores:
    """Compute the scores of sub-dimensions, dimensions and ``total`` from estimated indicators.

    Parameters
    ----------
    dimensions : sequence of PapiDimension
        Eight for the whole frame: a total from 8 to 80.
    values : mapping of str to float
        The estimate of each indicator by code; absent or NaN: missing.
    clip : bool
        Count a value outside its theoretical bounds at the bound instead of refusing it.

    Returns
    -------
    LinearScores
        In the order: the sub-dimensions of a dimension, the dimension, ...; ``total`` last.

    Raises
    ------
    MeasureError
        ``no_items``, ``code_twice``, ``unknown_indicator``, ``bad_bounds``, ``outside_bounds``, ``not_finite``.

    Notes
    -----
    An indicator in a sub-dimension from lo to hi scores lo + (x - min)/(max - min)·(hi - lo), with min + max - x for x
    where high values are bad. A missing indicator leaves the mean to the others and is named in `missing`; a
    sub-dimension with none leaves its dimension and the total undefined (take it out of the structure instead).
    Source: the construction published at papi.org.vn; bounds are parameters, as the official ones are not all known.

    Examples
    --------
    >>> vote, office = PapiIndicator("1.2.1"), PapiIndicator("3.1.1", minimum=1, maximum=4, negative=True)
    >>> parts = PapiSubDimension("a", (vote,)), PapiSubDimension("b", (office,))
    >>> scores = score_papi([PapiDimension("1", parts)], {"1.2.1": 0.8, "3.1.1": 2.5})
    >>> {code: round(scores.value(code), 4) for code in scores.codes}
    {'a': 4.1, 'b': 2.75, '1': 6.85, 'total': 6.85}
    >>> scores.form("1")[1].tolist()
    [4.5, -1.5]
    """
    refuse_empty((d.sub_dimensions for d in dimensions), "a dimension")
    refuse_empty((part.indicators for d in dimensions for part in d.sub_dimensions), "a sub-dimension")
    structure = [i.code for d in dimensions for part in d.sub_dimensions for i in part.indicators]
    refuse_repeats(structure, "indicator")
    refuse_repeats(
        [TOTAL, *(code for d in dimensions for code in (d.code, *(p.code for p in d.sub_dimensions)))], "score"
    )
    refuse_strangers(values, structure)
    forms: dict[str, LinearForm] = {}
    clipped: list[str] = []
    for dimension in dimensions:
        m = len(dimension.sub_dimensions)
        for part in dimension.sub_dimensions:
            forms[part.code] = _score_sub_dimension(part, values, (1 / m, 10 / m), clip, clipped)
        forms[dimension.code] = LinearForm.combine([forms[part.code] for part in dimension.sub_dimensions], [1.0] * m)
    forms[TOTAL] = LinearForm.combine([forms[d.code] for d in dimensions], [1.0] * len(dimensions))
    return gather_scores(forms, values, structure, clipped)


def _score_sub_dimension(
    part: PapiSubDimension, values: Mapping[str, float], target: tuple[float, float], clip: bool, clipped: list[str]
) -> LinearForm:
    """Average the calibrated indicators that have a value; note the clipped ones."""
    forms = []
    for indicator in part.indicators:
        value = values.get(indicator.code, math.nan)
        if not math.isnan(value):
            form, outside = calibrate(
                indicator.code,
                value,
                (indicator.minimum, indicator.maximum),
                target,
                negative=indicator.negative,
                clip=clip,
            )
            forms.append(form)
            clipped.extend([indicator.code] if outside else [])
    return LinearForm.combine(forms, [1 / len(forms)] * len(forms)) if forms else UNDEFINED
