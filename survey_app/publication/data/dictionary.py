"""The data dictionary: every column of phieu.csv and every value it may hold, one a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from survey_app.plain_text import harmless_cell
from survey_app.publication.data.columns import Column
from survey_app.publication.data.figures import BOM
from survey_app.publication.data.statistical_files import Coding, spss_missing, stata_letters

HEADER = (
    "cot", "loai", "cau_hoi", "tieu_chi", "nhan_vi", "nhan_en",
    "ma", "y_nghia_vi", "y_nghia_en", "ly_do_khong_tinh", "ma_spss", "ma_stata",
)  # fmt: skip


def write_dictionary(columns: Sequence[Column]) -> bytes:
    """The dictionary as CSV, UTF-8 with BOM; a column without codes has one row."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(HEADER)
    for column in columns:
        start = (
            column.name, column.kind, column.item, column.criterion,
            harmless_cell(column.label["vi"]), harmless_cell(column.label["en"]),
        )  # fmt: skip
        for row in _rows(column):
            writer.writerow((*start, *row))
    return BOM + buffer.getvalue().encode()


def _rows(column: Column) -> Iterator[tuple[Any, ...]]:
    if not column.categories:
        yield ("",) * 6
        return
    coding = Coding.of(column)
    numbers = spss_missing(column, coding)[0] if coding else ()
    letters = stata_letters(column)
    for place, one in enumerate(column.categories):
        spss = int(numbers[place]) if numbers else one.code
        stata = f".{letters[one.code]}" if one.code in letters else int(coding.numbers[place]) if coding else one.code
        words = harmless_cell(one.label["vi"]), harmless_cell(one.label["en"])
        yield one.code, *words, one.missing or "", spss, stata
