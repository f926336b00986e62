"""Workbooks (.xlsx) in and out: bytes become sheets of text, tables become bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl  # type: ignore[import-untyped, unused-ignore]
from flask_babel import gettext as _
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped, unused-ignore]
from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped, unused-ignore]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped, unused-ignore]

from survey_app.errors import UserError

from .layout import COLUMNS, LANGUAGES
from .losses import Remarks
from .sheets import Row, Sheet, heading, sheet_name

MAX_BYTES = 5_000_000
MAX_UNPACKED = 40_000_000
MAX_ROWS, MAX_COLUMNS = 10_000, 200
_WIDE = 60

Table = Sequence[Mapping[str, str]]


class WorkbookRefused(UserError):
    """The file cannot be read as a workbook with a questionnaire at all."""


def read_workbook(data: bytes, remarks: Remarks) -> dict[str, Sheet]:
    """The sheets by their names in one spelling; what could not be read of a cell goes to ``remarks``.

    Raises
    ------
    WorkbookRefused
        No .xlsx file, a protected or damaged one, or one larger than any questionnaire.
    """
    _check_package(data)
    try:
        found = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        values = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets: dict[str, Sheet] = {}
        for worksheet in found.worksheets:
            name = sheet_name(worksheet.title)
            if name in sheets:
                remarks.add("X02", worksheet.title, None, name=worksheet.title)
                continue
            computed = _rows(values[worksheet.title])
            sheets[name] = _sheet(name, zip(_rows(worksheet), computed, strict=False), remarks)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, EOFError, ParseError) as error:
        raise _unreadable() from error
    except zipfile.BadZipFile as error:
        raise _unreadable() from error
    return sheets


def _unreadable() -> WorkbookRefused:
    return WorkbookRefused(
        _(
            "Tệp không phải là sổ tính Excel (.xlsx), hoặc đã hỏng, hoặc có mật khẩu. Xin mở bằng Excel hay "
            "LibreOffice, bỏ mật khẩu nếu có, rồi lưu lại kiểu .xlsx."
        )
    )


def _check_package(data: bytes) -> None:
    try:
        unpacked = sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(data)).infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise _unreadable() from error
    if len(data) > MAX_BYTES or unpacked > MAX_UNPACKED:
        raise WorkbookRefused(
            _("Tệp quá lớn so với một bộ phiếu. Xin xóa ảnh, trang tính thừa và các dòng trống có kẻ khung.")
        )


def _rows(worksheet: Any) -> Iterator[tuple[Any, ...]]:
    """The cells of every row, without what lies far outside; the size a file claims for itself is not believed."""
    worksheet.reset_dimensions()
    for number, row in enumerate(worksheet.iter_rows(max_col=MAX_COLUMNS + 1), start=1):
        if number > MAX_ROWS:
            if any(cell.value is not None for cell in row):
                raise WorkbookRefused(
                    _("Trang tính «%(name)s» có quá nhiều dòng hoặc cột.", name=worksheet.title[:40])
                    + " "
                    + _("Xin xóa những dòng, cột thừa ở xa.")
                )
            continue
        yield row


def _sheet(name: str, rows: Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]], remarks: Remarks) -> Sheet:
    sheet = Sheet(name)
    columns: dict[int, str] = {}
    for number, (row, computed) in enumerate(rows, start=1):
        texts = {
            place: text
            for place, (cell, value) in enumerate(zip(row, computed, strict=False))
            if (text := _text(cell, value, name, number, remarks))
        }
        if not sheet.headings:
            for place, text in texts.items():
                one_spelling = heading(text)
                if one_spelling in sheet.headings:
                    remarks.add("X03", name, number, name=text)
                else:
                    sheet.headings[one_spelling] = text
                    columns[place] = one_spelling
            continue
        for place in texts.keys() - columns.keys():
            remarks.add("X04", name, number, value=texts[place], cell=f"{get_column_letter(place + 1)}{number}")
        cells = {columns[place]: text for place, text in texts.items() if place in columns}
        if cells:
            sheet.rows.append(Row(number, cells))
    return sheet


def _text(cell: Any, computed: Any, sheet: str, row: int, remarks: Remarks) -> str:
    """What is written in the cell, as text; of a formula what it came to when the file was last saved."""
    value = cell.value
    if value is None:
        return ""
    place = f"{get_column_letter(cell.column)}{row}"
    if cell.data_type == "e" or computed.data_type == "e":
        remarks.add("X05", sheet, row, cell=place, value=str(computed.value or value))
        return ""
    if cell.data_type == "f":
        if computed.value is None:
            remarks.add("X05", sheet, row, cell=place, value=str(value))
            return ""
        remarks.add("X51", sheet, row, cell=place, value=str(computed.value))
        value = computed.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        value = value.date()
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value).replace("\r\n", "\n").replace("\r", "\n").strip()


def write_workbook(tables: Mapping[str, Table]) -> bytes:
    """A workbook with a sheet for each table, its columns in the order of the layout; every cell is text."""
    book = openpyxl.Workbook(write_only=True)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        used = {column for row in rows for column, text in row.items() if text}
        columns = [column for column in COLUMNS[name] if column in used or not column.startswith("hailong_")]
        sheet.freeze_panes = "A2"
        for place, column in enumerate(columns, start=1):
            widest = max([len(column), *(len(row.get(column, "")) for row in rows)])
            sheet.column_dimensions[get_column_letter(place)].width = min(widest + 2, _WIDE)
        sheet.append([_cell(sheet, _shown(column), bold=True) for column in columns])
        for row in rows:
            sheet.append([_cell(sheet, row.get(column, "")) for column in columns])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    if not text:
        return None
    cell = WriteOnlyCell(sheet)
    cell.value = text
    cell.data_type = "s"  # text, also what begins like a formula
    cell.number_format = "@"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = Font(bold=True)
    return cell


def _shown(column: str) -> str:
    name, mark, code = column.partition("::")
    return f"{name}::{LANGUAGES[code]}" if mark else column
