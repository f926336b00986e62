"""Indices made of several figures: mean of the items' rates, dimensions and total in the manner of PAPI.

Counts do not hold the covariance of two questions, so these are computed from the responses themselves, on the same
design and with the same weights as every other figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from analysis.composite import Combination, estimate_composite, mean_of_ratios
from analysis.design import SurveyDesign
from analysis.estimate import Estimate
from analysis.indices import PapiDimension as Dimension
from analysis.indices import PapiIndicator as Indicator
from analysis.indices import PapiSubDimension as SubDimension
from analysis.indices import score_papi
from analysis.indices.papi import TOTAL
from analysis.measures import Measures
from survey_app.instruments.indices import (
    AllSatisfied,
    Index,
    PapiDimension,
    PapiIndicator,
    PapiTotal,
    SatisfiedShare,
)
from survey_app.instruments.schema import Instrument
from survey_app.results.cube import SurveyCube, option_values
from survey_app.results.pools import asked, index_items, satisfied_values, valid_values
from survey_app.sampling.frame import district_of


@dataclass(frozen=True, eq=False)
class Responses:
    """The responses themselves, with the design of the counts and the part of the breakdown each lies in."""

    counts: SurveyCube
    table: pa.Table
    parts: list[Any]

    @classmethod
    def of(cls, counts: SurveyCube, table: pa.Table, by: str = "", values: Sequence[str] = ()) -> Responses:
        """Split responses by the values of a breakdown; without one there is one part, everyone."""
        if not by:
            return cls(counts, table, [np.ones(len(table), dtype=bool)])
        communes = table.column("commune").to_pylist()
        if by == "district":
            district = {
                code: found.code if (found := district_of(place.unit)) else ""
                for code, place in counts.design.places.items()
            }
            labels = [district[code] for code in communes]
        else:
            labels = communes if by == "commune" else table.column(by).to_pylist()
        column = np.array(["" if label is None else label for label in labels], dtype=object)
        return cls(counts, table, [column == value for value in values])

    @cached_property
    def design(self) -> SurveyDesign:
        """The design that the counts rest on, one row a response."""
        frame = self.counts.cube.frame
        number = {psu: place for place, psu in enumerate(frame.names)}
        places = [self.counts.design.places[code] for code in self.table.column("commune").to_pylist()]
        return SurveyDesign.declare(
            psu=[place.psu for place in places],
            strata=[place.stratum for place in places],
            psu_population=[place.population for place in places],
            element_population=frame.list_size[[number[place.psu] for place in places]],
            weights=self.counts.weighting.of_row,
            lonely_psu="adjust",
            df_rule="satterthwaite",
            probability=self.counts.design.probability,
        )


def estimate_index(responses: Responses, index: Index) -> list[Estimate]:
    """An index in every part."""
    instrument, design = responses.counts.instrument, responses.design
    if isinstance(index, SatisfiedShare):
        columns = [satisfied_values(instrument, responses.table, key) for key in index_items(instrument, index)]
        combine: Combination = mean_of_ratios
    else:
        dimensions = _dimensions(instrument, index)
        indicators = [one for dimension in dimensions for part in dimension.sub_dimensions for one in part.indicators]
        columns = [_indicator_values(instrument, responses.table, indicator) for indicator in indicators]
        combine = _scoring(dimensions)
    measures = Measures.of_means(design, np.column_stack(columns))
    rate = isinstance(index, SatisfiedShare)
    return [estimate_composite(design, measures, combine, part, rate=rate) for part in responses.parts]


def count_asked(responses: Responses, index: Index) -> list[int]:
    """How many answers an index asks for in every part; of „all satisfied” how many respondents."""
    instrument = responses.counts.instrument
    columns = [asked(instrument, responses.table, key) for key in index_items(instrument, index)]
    each = np.sum(columns, axis=0)
    if isinstance(index, AllSatisfied):
        each = each > 0
    return [int(each[part].sum()) for part in responses.parts]


def _dimensions(instrument: Instrument, index: Index) -> list[PapiDimension]:
    """The dimensions an index is the sum of; one dimension is its own."""
    wanted = index.of if isinstance(index, PapiTotal) else (index.key,)
    known = {one.key: one for one in instrument.indices if isinstance(one, PapiDimension)}
    return [known[key] for key in wanted]


def _indicator_values(instrument: Instrument, table: pa.Table, indicator: PapiIndicator) -> Any:
    """Of each respondent the number given, or whether the answer is among the codes."""
    if indicator.codes is None:
        return valid_values(instrument, table, indicator.item)
    item = instrument.item(indicator.item)
    if item.type == "scale":
        values = valid_values(instrument, table, indicator.item)
        return np.where(np.isnan(values), np.nan, np.isin(values, indicator.codes))
    valid = {str(value) for value in option_values(item)}  # type: ignore[arg-type]  # a choice, by Q086
    codes = {str(code) for code in indicator.codes}
    cells = table.column(indicator.item).to_pylist()
    return np.array([float(cell in codes) if cell in valid else np.nan for cell in cells], dtype=np.float64)


def _scoring(dimensions: list[PapiDimension]) -> Combination:
    """The sum of the dimensions' scores, from the figures of their indicators in order.

    A figure outside its theoretical bounds counts at the bound.
    """
    structure, codes = [], []
    for dimension in dimensions:
        parts = []
        for part in dimension.sub_dimensions:
            indicators = []
            for number, one in enumerate(part.indicators):
                codes.append(f"{part.key}.{number}")
                indicators.append(Indicator(codes[-1], one.min, one.max, one.negative is True))
            parts.append(SubDimension(part.key, tuple(indicators)))
        structure.append(Dimension(dimension.key, tuple(parts)))

    def combine(ratios: Any) -> tuple[float, Any]:
        scores = score_papi(structure, dict(zip(codes, ratios.tolist(), strict=True)), clip=True)
        _constant, slopes = scores.form(TOTAL)
        by_code = dict(zip(scores.indicators, slopes.tolist(), strict=True))
        return scores.value(TOTAL), np.array([by_code.get(code, 0.0) for code in codes])

    return combine
