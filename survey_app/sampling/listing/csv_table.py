"""CSV as offices save it: UTF-8 or UTF-16; commas, semicolons or tabs."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

from flask_babel import gettext as _

from survey_app.errors import UserError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FIRST_BYTES = 4096
#: More than any cell of ours may hold, so that a quotation mark left open is found before it swallows the file.
_LONGEST_CELL = 40_000
_SEPARATORS = ",;\t"


def csv_lines(path: Path) -> tuple[Iterator[tuple[int, list[str]]], Callable[[], float]]:
    """The lines of a CSV file with their numbers, and a function that tells which share of the file was read.

    Raises
    ------
    UserError
        While reading: not UTF-8 or UTF-16, or not CSV at some line.
    """
    raw = path.open("rb")
    size = max(path.stat().st_size, 1)
    start = raw.peek(_FIRST_BYTES)[:_FIRST_BYTES]
    return _lines(raw, _encoding(start)), lambda: min(raw.tell() / size, 1.0) if not raw.closed else 1.0


def _encoding(start: bytes) -> str:
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    if len(start) >= 4 and start[1::2].count(0) > len(start) / 4:
        return "utf-16-le"
    return "utf-8"


def _lines(raw: io.BufferedReader, encoding: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = None
    with raw, io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="") as text:
        try:
            first = text.readline(_LONGEST_CELL)
            text.seek(0)
            reader = csv.reader(text, delimiter=_separator(first), strict=True)
            for cells in reader:
                yield reader.line_num, cells
        except UnicodeError as error:
            raise UserError(
                _(
                    "Không đọc được chữ trong tệp: tệp không phải mã UTF-8, có thể là VNI, TCVN3 hay Windows-1258. "
                    "Xin mở tệp bằng bảng tính, đổi sang phông Unicode, chọn Lưu thành dạng „CSV UTF-8” hoặc .xlsx, "
                    "rồi gửi lại."
                )
            ) from error
        except csv.Error as error:
            raise UserError(
                _(
                    "Dòng %(line)s không đúng dạng CSV, có thể thiếu một dấu ngoặc kép. Xin mở tệp bằng bảng tính "
                    "rồi lưu lại dạng CSV UTF-8.",
                    line=reader.line_num if reader else 1,
                )
            ) from error


def _separator(first: str) -> str:
    """The separator that stands most often in the first line, outside quotation marks."""
    bare = "".join(first.split('"')[::2])
    return max(_SEPARATORS, key=bare.count)
