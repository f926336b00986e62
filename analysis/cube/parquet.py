"""Responses in Parquet files to a cube, some rows at a time: memory holds one part of a file, not the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.cube.batch import Batch, Codes
from analysis.cube.cube import CubePlan, PsuCube
from analysis.cube.frame import PsuFrame
from analysis.cube.levels import place_levels
from analysis.cube.pooling import Pooled, check_pooled, pool_answers
from analysis.errors import MeasureError, TableError, check_columns

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 250_000
"""Responses read at a time."""


def reduce_parquet(
    paths: Path | Sequence[Path],
    frame: PsuFrame,
    plan: CubePlan,
    *,
    psu: str = "psu",
    weights: str | None = None,
    columns: Mapping[str, str] | None = None,
    pooled: Pooled | None = None,
) -> PsuCube:
    """Count the responses of Parquet files, one row a response.

    Parameters
    ----------
    paths : Path or sequence of Path
    frame : PsuFrame
        Its names are the labels in the column `psu`.
    plan : CubePlan
        Levels are found by their value or, in a column of text, by their text; null, NaN and '' are no answer.
    psu : str
        The column with the label of each response's PSU.
    weights : str, optional
        The column with each response's weight; None: the weight of the PSU in `frame`.
    columns : dict of str to str, optional
        The column of an item or key that is not called as in the plan.
    pooled : dict of str to sequence of CubeMeasure, optional
        The rates that each pooled measure of the plan pools.

    Returns
    -------
    PsuCube

    Raises
    ------
    DesignError
        ``unreadable_file``, ``unknown_column``, ``missing_label``, ``unknown_psu``, ``unknown_level``, ``bad_weight``
        (with the row of the file), and those of `check_pooled`.

    Examples
    --------
    >>> import tempfile
    >>> import pyarrow as pa
    >>> import pyarrow.parquet as pq
    >>> responses = pa.table({"commune": ["x1", "x1", "x2"], "q01": [5, 4, None]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pq.write_table(responses, Path(folder) / "responses.parquet")
    ...     cube = reduce_parquet(
    ...         Path(folder) / "responses.parquet", PsuFrame.declare(psu=["x1", "x2"]),
    ...         CubePlan.of({"q01": [1, 2, 3, 4, 5]}), psu="commune")
    >>> cube.rows.tolist(), cube.count("q01").sum(axis=(0, 1)).tolist()
    ([2.0, 1.0], [1.0, 0.0, 0.0, 0.0, 1.0, 1.0])
    """
    check_pooled(plan, pooled or {})
    cube = PsuCube(frame, plan)
    reader = _Reader(cube, psu, weights, dict(columns or {}), pooled or {})
    for path in [paths] if isinstance(paths, Path) else paths:
        for batch in _read_ahead(reader.read(path)):
            cube.add(batch)
    return cube


def _read_ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Yield batches while the next one is read in another thread."""
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = thread.submit(next, batches, None)
            yield batch


class _Reader:
    """Reads the columns that a cube counts, as codes."""

    def __init__(
        self, cube: PsuCube, psu: str, weights: str | None, columns: Mapping[str, str], pooled: Pooled
    ) -> None:
        self.cube, self.psu, self.weights, self.pooled = cube, psu, weights, pooled
        keys = dict.fromkeys(key for keys in cube.margins for key in keys)
        self.column_of = {name: columns.get(name, name) for name in (*cube.plan.items, *keys)}
        self.keys = {key: cube.plan.keys[key] for key in keys}
        self.psus = {name: place for place, name in enumerate(cube.frame.names)}

    def read(self, path: Path) -> Iterator[Batch]:
        """Yield the responses of a file in parts."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        names = list(dict.fromkeys([self.psu, *([self.weights] if self.weights else []), *self.column_of.values()]))
        try:
            schema = pq.read_schema(path)
            check_columns(names, schema.names, path)
            texts = [name for name in names if _is_text(schema.field(name).type)]
            row = 0
            with pq.ParquetFile(path, read_dictionary=texts) as file:
                for part in file.iter_batches(ROWS, columns=names):
                    yield self._code(part, row)
                    row += len(part)
        except (OSError, pa.ArrowException) as error:
            raise TableError("unreadable_file", f"{path} cannot be read as Parquet: {error}") from error

    def _code(self, part: pa.RecordBatch, row: int) -> Batch:
        answers = {name: self._code_levels(part, name, levels, row) for name, levels in self.cube.plan.items.items()}
        return Batch(
            psu=self._code_psu(part.column(self.psu), row),
            answers=answers,
            keys={key: self._code_levels(part, key, levels, row) for key, levels in self.keys.items()},
            counts={name: pool_answers(self.cube.plan, rates, answers) for name, rates in self.pooled.items()},
            weights=_read_weights(part.column(self.weights), row) if self.weights else None,
        )

    def _code_psu(self, column: pa.Array, row: int) -> Codes:
        def place(labels: list[Any]) -> NDArray[np.int32]:
            return np.array([self.psus.get(str(label), -1) for label in labels], dtype=np.int32)

        codes = _look_up(column, place, missing=-2)
        if len(codes) and codes.min() < 0:
            at = int(np.argmax(codes < 0))
            label = column[at].as_py()
            if label is None or label == "":
                raise TableError("missing_label", "psu is missing; give every response its psu", row + at)
            raise TableError("unknown_psu", f"the frame has no PSU {label!r}; add it or leave it out", row + at)
        return codes

    def _code_levels(self, part: pa.RecordBatch, name: str, levels: Sequence[Any], row: int) -> Codes:
        column = part.column(self.column_of[name])
        small = _code_small(column, levels)
        codes = small if small is not None else _look_up(column, partial(place_levels, levels=levels), missing=0)
        if len(codes) and codes.min() < 0:
            at = int(np.argmax(codes < 0))
            known = ", ".join(str(level) for level in levels)
            raise MeasureError(
                "unknown_level", f"{name} holds {column[at].as_py()!r}; its levels are {known}", row + at
            )
        return codes


def _look_up(column: pa.Array, place: Callable[[list[Any]], NDArray[Any]], *, missing: int) -> Codes:
    """Code a column by its different values; `missing` stands for null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    codes = np.append(place(column.dictionary.to_pylist()), missing)
    return codes[pc.fill_null(column.indices.cast(pa.int32()), len(codes) - 1).to_numpy()]


def _code_small(column: pa.Array, levels: Sequence[Any]) -> NDArray[np.int8] | None:
    """Code a column of small whole numbers by a table of all numbers of its kind; None for any other column."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_integer(column.type) or len(levels) > np.iinfo(np.int8).max:
        return None
    if column.type not in {pa.int8(), pa.uint8()}:
        try:
            column = column.cast(pa.int16())
        except pa.ArrowInvalid:
            return None
    kind = np.iinfo(column.type.to_pandas_dtype())
    codes = np.full(2**kind.bits, -1, dtype=np.int8)
    for number in {number for level in levels if (number := _whole(level)) is not None}:
        if kind.min <= number <= kind.max:
            codes[number % 2**kind.bits] = place_levels([number], levels)[0]
    start, unsigned = column.offset * kind.bits // 8, f"uint{kind.bits}"
    values = np.frombuffer(column.buffers()[1], dtype=unsigned, count=len(column), offset=start)
    found: NDArray[np.int8] = codes[values]
    if column.null_count:
        found *= pc.is_valid(column).to_numpy(zero_copy_only=False)
    return found


def _whole(level: Any) -> int | None:
    """Return the whole number a level may stand for."""
    try:
        return int(level)
    except (TypeError, ValueError, OverflowError):
        return None


def _read_weights(column: pa.Array, row: int) -> NDArray[np.float64]:
    import pyarrow as pa

    weights = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    good = np.isfinite(weights) & (weights > 0)
    if not good.all():
        at = int(np.argmin(good))
        raise TableError("bad_weight", f"weight is {weights[at]}; it must be a finite number above 0", row + at)
    return weights


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return pa.types.is_string(kind) or pa.types.is_large_string(kind)
