"""Figures that are sums over several questions a respondent: what each respondent adds above and below the line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from survey_app.instruments.indices import (
    AllSatisfied,
    ExpectationMet,
    Index,
    MeanScore,
    PapiDimension,
    PapiTotal,
    SatisfiedShare,
)
from survey_app.instruments.schema import Instrument, ScaleItem
from survey_app.results.extract import asked_column


def pool_name(key: str, *, index: bool = False) -> str:
    """The name under which the answers of a section or an index are pooled."""
    return f"{'index' if index else 'section'}:{key}"


def is_pooled(index: Index) -> bool:
    """Whether sums a respondent give the index; the others need the covariance of several figures."""
    if isinstance(index, SatisfiedShare):
        return index.pool is None
    return isinstance(index, (MeanScore, AllSatisfied, ExpectationMet))


def index_items(instrument: Instrument, index: Index) -> list[str]:
    """The questions behind an index, each once."""
    if isinstance(index, PapiTotal):
        parts = [one for one in instrument.indices if isinstance(one, PapiDimension) and one.key in index.of]
        return list(dict.fromkeys(key for part in parts for key in index_items(instrument, part)))
    if isinstance(index, PapiDimension):
        indicators = [indicator for part in index.sub_dimensions for indicator in part.indicators]
        return list(dict.fromkeys(indicator.item for indicator in indicators))
    wanted = "number" if isinstance(index, ExpectationMet) else "scale"
    inside = {section.key: [item.key for item in section.items] for section in instrument.sections}
    members = [key for part in index.of for key in inside.get(part, [part])]
    return [key for key in dict.fromkeys(members) if instrument.item(key).type == wanted]


def pooled_items(instrument: Instrument) -> dict[str, list[str]]:
    """The scale questions behind each rate that pools answers: the factors, then the indices."""
    pools = {
        pool_name(section.key): [item.key for item in section.items if item.type == "scale"]
        for section in instrument.sections
        if section.factor
    }
    for index in instrument.indices:
        if isinstance(index, SatisfiedShare) and is_pooled(index):
            pools[pool_name(index.key, index=True)] = index_items(instrument, index)
    return pools


def pool_names(instrument: Instrument) -> list[str]:
    """The names of everything that is pooled."""
    sections = [pool_name(section.key) for section in instrument.sections if section.factor]
    return sections + [pool_name(index.key, index=True) for index in instrument.indices if is_pooled(index)]


def pool_counts(instrument: Instrument, table: pa.Table) -> dict[str, tuple[Any, Any]]:
    """For everything pooled, numerator and denominator of each respondent."""
    counts = {name: _count_satisfied(instrument, table, keys) for name, keys in pooled_items(instrument).items()}
    for index in instrument.indices:
        name, keys = pool_name(index.key, index=True), index_items(instrument, index)
        if isinstance(index, AllSatisfied):
            satisfied, given = _count_satisfied(instrument, table, keys)
            counts[name] = ((given > 0) & (satisfied == given)).astype(float), (given > 0).astype(float)
        elif isinstance(index, MeanScore):
            counts[name] = _add_up([_points(instrument, table, key) for key in keys], len(table))
        elif isinstance(index, ExpectationMet):
            counts[name] = _add_up([valid_values(instrument, table, key) for key in keys], len(table))
    return counts


def valid_values(instrument: Instrument, table: pa.Table, key: str) -> Any:
    """The answers to a scale, number or numbered single-choice question; NaN where there is none that counts."""
    item = instrument.item(key)
    column = table.column(key).to_numpy(zero_copy_only=False)
    if item.type == "single":
        valid = {str(option.value): float(option.value) for option in item.options if option.missing is None}
        return np.array([valid.get(cell, np.nan) for cell in column], dtype=np.float64)
    values = column.astype(np.float64)
    if isinstance(item, ScaleItem):
        return np.where(np.isin(values, instrument.scale_of(item).values), values, np.nan)
    return values


def satisfied_values(instrument: Instrument, table: pa.Table, key: str) -> Any:
    """Of each respondent 1 for a satisfied answer to a scale question, 0 for another, NaN for none."""
    values = valid_values(instrument, table, key)
    satisfied, _dissatisfied = instrument.sides_of(_scale_item(instrument, key))
    return np.where(np.isnan(values), np.nan, np.isin(values, satisfied))


def _count_satisfied(instrument: Instrument, table: pa.Table, keys: list[str]) -> tuple[Any, Any]:
    return _add_up([satisfied_values(instrument, table, key) for key in keys], len(table))


def _points(instrument: Instrument, table: pa.Table, key: str) -> Any:
    """The points given, of a negative statement turned round."""
    values, item = valid_values(instrument, table, key), _scale_item(instrument, key)
    low, high = point_range(instrument, key)
    return values if item.direction is None else low + high - values


def point_range(instrument: Instrument, key: str) -> tuple[int, int]:
    """The lowest and the highest point of a scale question."""
    points = instrument.scale_of(_scale_item(instrument, key)).values
    return min(points), max(points)


def _add_up(columns: list[Any], rows: int) -> tuple[Any, Any]:
    matrix = np.column_stack(columns) if columns else np.full((rows, 1), np.nan)
    return np.nansum(matrix, axis=1), (~np.isnan(matrix)).sum(axis=1).astype(float)


def _scale_item(instrument: Instrument, key: str) -> ScaleItem:
    item = instrument.item(key)
    assert isinstance(item, ScaleItem)
    return item


def asked(instrument: Instrument, table: pa.Table, key: str) -> Any:
    """Who was asked a question, shape (n,)."""
    if instrument.item(key).show_if is None:
        return np.ones(len(table), dtype=bool)
    return table.column(asked_column(key)).to_numpy(zero_copy_only=False).astype(bool)
