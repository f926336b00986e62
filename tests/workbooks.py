"""Workbooks as offices save them, and as nobody should: written part by part."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def save_workbook(path: Path, rows: list[list[Any]], formats: dict[str, str] | None = None) -> Path:
    """A workbook by openpyxl; ``formats`` sets the number format of a cell by its address."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for address, form in (formats or {}).items():
        sheet[address].number_format = form
    book.save(path)
    return path


def write_parts(path: Path, sheet: str, **others: str) -> Path:
    """A workbook of one sheet given as XML; other parts by name (``sharedStrings``, ``styles``)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {MAIN} xmlns:r="{_OFFICE}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in others.items():
            archive.writestr(f"xl/{name}.xml", content)
    return path


def sheet_of(*rows: str) -> str:
    """A sheet of rows given as XML of their cells."""
    body = "".join(f'<row r="{number}">{cells}</row>' for number, cells in enumerate(rows, start=1))
    return f"<worksheet {MAIN}><sheetData>{body}</sheetData></worksheet>"


def inline(*texts: str) -> str:
    """Cells that hold their own text."""
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
