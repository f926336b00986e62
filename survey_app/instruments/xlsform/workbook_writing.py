"""Workbooks (.xlsx) out: tables become bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from .layout import COLUMNS, LANGUAGES

_WIDE = 60

Table = Sequence[Mapping[str, str]]


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
