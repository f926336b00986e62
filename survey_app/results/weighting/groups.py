"""Responses put together that no weighting step tells apart: those of a place, or those of it that answered alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from survey_app.instruments.scales import missing_values
from survey_app.instruments.schema import Instrument, SingleItem
from survey_app.results.design import SampleDesign

ITEM = "item:"
NO_ANSWER = "(no answer)"
"""Label of those who did not answer the question, or whose answer is none."""

MANY = 10_000_000
"""Combinations of place and answers up to which they are counted in one array."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Groups:
    """g groups of responses.

    Attributes
    ----------
    codes : tuple of str
        The drawn places, in the order of the frame.
    place : ndarray of int, shape (g,)
        The place of each group.
    count : ndarray of int, shape (g,)
        Its responses, at least one.
    labels : dict of str to list of str
        For each question that a step looks at, the answer of each group.
    of_row : ndarray of int, shape (n,)
        The group of each response.
    """

    codes: tuple[str, ...]
    place: NDArray[np.intp]
    count: NDArray[np.intp]
    labels: dict[str, list[str]]
    of_row: NDArray[np.intp]

    @property
    def answered(self) -> Floats:
        """Responses of each place."""
        return np.bincount(self.place, self.count, minlength=len(self.codes)).astype(np.float64)

    def spread(self, weights: Floats) -> Floats:
        """A value of each group, once for each of its responses, in the order of the groups."""
        return np.repeat(weights, self.count)

    def gather(self, values: Floats) -> Floats:
        """The opposite of `spread` for values that are the same within a group."""
        return values[np.cumsum(self.count) - self.count]


def group_responses(design: SampleDesign, instrument: Instrument, table: pa.Table, items: Sequence[str]) -> Groups:
    """Group the responses of an extract by place and by the answers to single-choice questions.

    Parameters
    ----------
    items : sequence of str
        Keys of the questions.
    """
    codes = tuple(design.places)
    known = {code: number for number, code in enumerate(codes)}
    columns = [_code(table.column("commune"), known)]
    levels: list[list[str]] = []
    for key in items:
        item = instrument.item(key)
        assert isinstance(item, SingleItem)
        valid = [NO_ANSWER, *valid_levels(item)]
        levels.append(valid)
        columns.append(_code(table.column(key), {level: number for number, level in enumerate(valid)}, default=0))
    number = columns[0]
    for column, valid in zip(columns[1:], levels, strict=True):
        number = number * len(valid) + column
    counts = np.bincount(number) if number.max(initial=0) < MANY else None
    if counts is not None:
        found = np.flatnonzero(counts)
        count, of_row = counts[found], (np.cumsum(counts > 0) - 1)[number]
    else:
        found, of_row, count = np.unique(number, return_inverse=True, return_counts=True)
    labels: dict[str, list[str]] = {}
    for key, valid in reversed(list(zip(items, levels, strict=True))):
        found, digit = np.divmod(found, len(valid))
        labels[ITEM + key] = [valid[place] for place in digit.tolist()]
    return Groups(codes, found.astype(np.intp), count.astype(np.intp), labels, of_row.reshape(-1).astype(np.intp))


def valid_levels(item: SingleItem) -> list[str]:
    """The options of a question that are answers."""
    outside = missing_values(item.options)
    return [str(option.value) for option in item.options if option.value not in outside]


def _code(column: Any, known: dict[str, int], default: int | None = None) -> NDArray[np.int64]:
    encoded = column.combine_chunks().dictionary_encode() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    values = encoded.dictionary.to_pylist()
    places = [known[value] if default is None else known.get(value, default) for value in values]
    translate = np.array([*places, default or 0], dtype=np.int64)
    indices = encoded.indices.fill_null(len(values)).to_numpy(zero_copy_only=False)
    return translate[indices.astype(np.intp)]
