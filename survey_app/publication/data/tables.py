"""The responses as plain tables: CSV row by row and Parquet, each in portions of bounded size."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from survey_app.publication.data.columns import Column
from survey_app.publication.data.figures import BOM
from survey_app.publication.data.microdata import Cells, Microdata

PORTION = 5000
SIMULATED = {"vi": "dữ liệu mô phỏng", "en": "simulated data"}


def portions(rows: int) -> Iterator[slice]:
    """Rows in portions, one after the other."""
    for start in range(0, rows, PORTION):
        yield slice(start, min(start + PORTION, rows))


def write_csv(microdata: Microdata, path: Path) -> None:
    """One row a response, UTF-8 with BOM; simulated data says so in a column of its own."""
    note = ["note"] if microdata.simulated else []
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(BOM.decode())
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([*(column.name for column in microdata.columns), *note])
        for rows in portions(len(microdata)):
            columns = [_plain_cells(cells, rows) for cells in microdata.cells]
            if note:
                columns.append([SIMULATED["vi"]] * (rows.stop - rows.start))
            writer.writerows(zip(*columns, strict=True))


def _plain_cells(cells: Cells, rows: slice) -> list[Any]:
    return [_plain(value) for value in cells.texts(rows)] if cells.values.dtype.kind == "f" else cells.texts(rows)


def _plain(value: Any) -> Any:
    """Whole numbers without a point; what is endless as R and Python read it."""
    if not isinstance(value, float):
        return value
    if math.isinf(value):
        return "Inf"
    return int(value) if value.is_integer() else value


def write_parquet(microdata: Microdata, path: Path) -> None:
    """The same columns with their types; codes of whole numbers as such."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(column.name, _arrow_type(column, cells)) for column, cells in _pairs(microdata)])
    if microdata.simulated:
        schema = schema.with_metadata({"note": SIMULATED["vi"]})
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        for rows in portions(len(microdata)):
            arrays = [
                pa.array([None if one == "" else one for one in cells.texts(rows)], schema.field(number).type)
                for number, cells in enumerate(microdata.cells)
            ]
            file.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _pairs(microdata: Microdata) -> Iterator[tuple[Column, Cells]]:
    return ((cells.column, cells) for cells in microdata.cells)


def _arrow_type(column: Column, cells: Cells) -> Any:
    import pyarrow as pa

    if column.categories:
        return pa.int16() if column.numeric else pa.string()
    kind = np.asarray(cells.values).dtype.kind
    return {"i": pa.int64(), "f": pa.float64()}.get(kind, pa.string())
