"""Workbooks (.xlsx) in: bytes become sheets of text, whatever program wrote them and whoever broke them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import openpyxl
from flask_babel import gettext as _
from openpyxl.utils import get_column_letter

from survey_app.characters import refused_characters, with_plain_line_ends
from survey_app.errors import UserError

from .losses import Remarks
from .sheets import BLANK, Row, Sheet, heading, sheet_name, without_refused

MAX_BYTES = 5_000_000
MAX_UNPACKED, MAX_SHEETS_UNPACKED = 40_000_000, 12_000_000
MAX_SHEETS, MAX_ROWS, MAX_COLUMNS = 100, 5_000, 500
#: Cells in all, most of them blank, and cells with something in them.
MAX_CELLS, MAX_FILLED = 400_000, 60_000
#: What a file begins with that is no .xlsx: the old format of Excel, and any format under a password.
_OLD_EXCEL, _ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "EncryptedPackage".encode("utf-16-le")


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
        return _Reader(data, remarks).sheets()
    except WorkbookRefused:
        raise
    except MemoryError as error:
        raise _too_large() from error
    except Exception as error:  # a damaged part can break the library anywhere
        raise _unreadable(data) from error


def _unreadable(data: bytes) -> WorkbookRefused:
    if data.startswith(_OLD_EXCEL) and _ENCRYPTED in data:
        told = _("Tệp có mật khẩu. Xin mở bằng Excel hay LibreOffice, bỏ mật khẩu, rồi lưu lại kiểu .xlsx.")
    elif data.startswith(_OLD_EXCEL):
        told = _("Tệp thuộc kiểu Excel cũ (.xls). Xin mở bằng Excel hay LibreOffice rồi lưu lại kiểu .xlsx.")
    elif b"opendocument.spreadsheet" in data[:200]:
        told = _("Tệp thuộc kiểu LibreOffice (.ods). Xin mở bằng LibreOffice rồi lưu lại kiểu .xlsx.")
    elif (
        re.search(rb"[,;\t]", data[:2000]) and b"\0" not in data[:2000] and not data.startswith((b"PK", b"%PDF", b"{"))
    ):
        told = _(
            "Tệp là văn bản (.csv), chỉ có một bảng. Xin mở bằng Excel hay LibreOffice, đặt các câu hỏi ở trang "
            "«survey», các lựa chọn ở trang «choices», rồi lưu kiểu .xlsx."
        )
    else:
        told = _(
            "Tệp không phải là sổ tính Excel (.xlsx), hoặc đã hỏng, hoặc có mật khẩu. Xin mở bằng Excel hay "
            "LibreOffice, bỏ mật khẩu nếu có, rồi lưu lại kiểu .xlsx."
        )
    return WorkbookRefused(told)


def _too_large() -> WorkbookRefused:
    return WorkbookRefused(
        _("Tệp quá lớn so với một bộ phiếu. Xin xóa ảnh, trang tính thừa và các dòng trống có kẻ khung.")
    )


def _check_package(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise _too_large()
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except Exception as error:  # the directory of a damaged package can hold anything
        raise _unreadable(data) from error
    sheets = [part.file_size for part in parts if part.filename.endswith((".xml", ".rels"))]
    if sum(part.file_size for part in parts) > MAX_UNPACKED or sum(sheets) > MAX_SHEETS_UNPACKED:
        raise _too_large()


def _has_formulas(data: bytes) -> bool:
    package = zipfile.ZipFile(io.BytesIO(data))
    sheets = (name for name in package.namelist() if "worksheets" in name)
    return any(re.search(rb"<(\w+:)?f[ />]", package.read(name)) for name in sheets)


class _Reader:
    """The sheets of one workbook, with what formulas came to when it was last saved."""

    def __init__(self, data: bytes, remarks: Remarks) -> None:
        self.remarks = remarks
        self._written = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        self._computed = None
        if _has_formulas(data):
            self._computed = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        self._cells = self._filled = 0

    def sheets(self) -> dict[str, Sheet]:
        """Every sheet under its name in one spelling."""
        sheets: dict[str, Sheet] = {}
        if len(self._written.worksheets) > MAX_SHEETS:
            raise _too_large()
        for worksheet in self._written.worksheets:
            name = sheet_name(worksheet.title)
            if name in sheets:
                self.remarks.add("X02", worksheet.title, None, name=worksheet.title)
                continue
            sheets[name] = self._sheet(name, worksheet)
        return sheets

    def _rows(self, worksheet: Any) -> Iterator[tuple[Any, ...]]:
        """The cells of every row, whatever size the file claims for itself; refuses cells that lie far outside."""
        worksheet.reset_dimensions()
        for number, row in enumerate(worksheet.iter_rows(), start=1):
            self._cells += len(row)
            self._filled += sum(cell.value is not None for cell in row)
            far = row if number > MAX_ROWS else row[MAX_COLUMNS:]
            too_many = self._cells > MAX_CELLS or self._filled > MAX_FILLED
            if too_many or any(cell.value is not None for cell in far):
                raise WorkbookRefused(
                    _("Trang tính «%(name)s» có quá nhiều dòng hoặc cột.", name=worksheet.title[:40])
                    + " "
                    + _("Xin xóa những dòng, cột thừa ở xa.")
                )
            if number <= MAX_ROWS:
                yield row[:MAX_COLUMNS]

    def _with_values(self, worksheet: Any) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
        if self._computed is None:
            yield from ((row, row) for row in self._rows(worksheet))
        else:
            yield from zip(self._rows(worksheet), self._rows(self._computed[worksheet.title]), strict=False)

    def _sheet(self, name: str, worksheet: Any) -> Sheet:
        sheet = Sheet(name)
        columns: dict[int, str] = {}
        for number, (row, values) in enumerate(self._with_values(worksheet), start=1):
            texts = {
                place: text
                for place, (cell, value) in enumerate(zip(row, values, strict=False))
                if cell.value is not None and (text := self._text(cell, value, name, number))
            }
            if not sheet.headings:
                for place, text in texts.items():
                    one_spelling = heading(text)
                    if one_spelling in sheet.headings:
                        self.remarks.add("X03", name, number, name=text)
                    else:
                        sheet.headings[one_spelling] = text
                        columns[place] = one_spelling
                continue
            for place in sorted(texts.keys() - columns.keys()):
                cell_name = f"{get_column_letter(place + 1)}{number}"
                self.remarks.add("X04", name, number, value=texts[place], cell=cell_name)
            cells = {columns[place]: text for place, text in texts.items() if place in columns}
            if cells:
                sheet.rows.append(Row(number, cells))
        return sheet

    def _text(self, cell: Any, computed: Any, sheet: str, row: int) -> str:
        """What is written in the cell, as text; of a formula what it came to when the file was last saved."""
        value = cell.value
        if cell.data_type in ("e", "f") or computed.data_type == "e":
            place = f"{get_column_letter(cell.column)}{row}"
            if cell.data_type == "e" or computed.data_type == "e" or computed.value is None:
                told = value if cell.data_type == "f" and computed.value is None else computed.value or value
                self.remarks.add("X05", sheet, row, cell=place, value=told)
                return ""
            self.remarks.add("X51", sheet, row, cell=place, value=computed.value)
            value = computed.value
        if isinstance(value, str):
            return self._plain(value, sheet, row, cell.column)
        return _written(value)

    def _plain(self, text: str, sheet: str, row: int, column: int) -> str:
        text = with_plain_line_ends(text.replace("_x000D_", "\n") if "_x000D_" in text else text).strip(BLANK)
        hidden = refused_characters(text)
        if hidden:
            names = ", ".join(sorted({name for _place, name in hidden}))
            self.remarks.add("X66", sheet, row, cell=f"{get_column_letter(column)}{row}", value=names)
            text = without_refused(text).strip(BLANK)
        return text


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        value = value.date()
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
