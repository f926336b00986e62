"""XLSForms as other people write them: every habit once, each form as the table its author sees.

A line without bars names a sheet, the lines with bars are its rows. ``·`` is a cell that holds only a space.
"""

from __future__ import annotations

from tests.instruments.foreign_questions import QUESTIONS
from tests.instruments.foreign_sheets import SHEETS
from tests.instruments.xlsforms import workbook

FORMS = {**SHEETS, **QUESTIONS}
Rows = list[list[str | None]]


def sheets_of(text: str) -> dict[str, Rows]:
    """The sheets of a form written as a table."""
    sheets: dict[str, Rows] = {}
    rows: Rows = []
    for line in filter(None, (line.strip() for line in text.split("\n"))):
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            rows.append([" " if cell == "·" else cell or None for cell in cells])
        else:
            rows = sheets.setdefault(line, [])
    return sheets


def made(text: str) -> bytes:
    """The workbook of a form written as a table."""
    return workbook(sheets_of(text))
