"""How often each collector brought in each answer, counted from the stored JSON once, column by column."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.json as pa_json
from numpy.typing import NDArray

from survey_app.instruments.items import ScaleItem
from survey_app.instruments.schema import Instrument

Codes = NDArray[np.int64]


def scale_answers(instrument: Instrument) -> dict[str, tuple[int, ...]]:
    """The answers of every item on a scale, no opinion too."""
    return {
        item.key: tuple(point.value for point in instrument.scale_of(item).answers)
        for item in instrument.questions()
        if isinstance(item, ScaleItem)
    }


def count_answers(
    answers: Sequence[str], collectors: Codes, strata: Codes, items: Mapping[str, tuple[int, ...]]
) -> dict[str, Codes]:
    """Tables of shape (collectors, strata, answers), one for each item.

    Parameters
    ----------
    answers : sequence of str
        Each response's answers as JSON.
    collectors, strata : ndarray of int, shape (n,)
        Numbers from 0.
    """
    if not answers or not items:
        return {}
    schema = pa.schema([(key, pa.int64()) for key in items])
    text = "\n".join(answers).encode()
    table = pa_json.read_json(
        io.BytesIO(text),
        read_options=pa_json.ReadOptions(block_size=max(1 << 20, max(map(len, answers)) * 5)),
        parse_options=pa_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
    )
    rows, columns = int(collectors.max()) + 1, int(strata.max()) + 1
    place = collectors * columns + strata
    return {key: _count(table.column(key), place, (rows, columns), values) for key, values in items.items()}


def _count(column: pa.ChunkedArray, place: Codes, shape: tuple[int, int], values: tuple[int, ...]) -> Codes:
    known = column.is_valid().to_numpy()
    given = column.fill_null(0).to_numpy()
    order = np.argsort(values)
    code = order[np.searchsorted(np.asarray(values)[order], given).clip(max=len(values) - 1)]
    known &= np.asarray(values)[code] == given
    counts = np.bincount(place[known] * len(values) + code[known], minlength=shape[0] * shape[1] * len(values))
    return counts.reshape(*shape, len(values)).astype(np.int64)
