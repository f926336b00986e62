"""Workbooks as other people write them, made in the tests."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl

from survey_app.instruments.xlsform.sheets import Row, Sheet

VI, EN = "label::Tiếng Việt (vi)", "label::English (en)"
YES_NO = [["list_name", "name", VI, EN], ["yes_no", "yes", "Có", "Yes"], ["yes_no", "no", "Không", "No"]]
COMPLETE = {
    "form_title": "Phiếu", "form_id": "phieu", "version": "1", "hailong_title_en": "Form",
    "hailong_sector": "health", "hailong_audience": "citizen", "hailong_minutes": "2",
}  # fmt: skip


def workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    """The sheets, each a list of rows, as the bytes of an .xlsx file."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def form(*rows: list[Any], choices: list[list[Any]] | None = None, settings: dict[str, str] | None = None) -> bytes:
    """A form in both languages with complete settings; ``rows`` have columns as :data:`HEADINGS`."""
    told = {**COMPLETE, **(settings or {})}
    return workbook(
        {
            "survey": [HEADINGS, *rows],
            "choices": choices or YES_NO,
            "settings": [list(told), list(told.values())],
        }
    )


def sheets_of(tables: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[str, Sheet]:
    """The sheets as they are read back from a workbook with these tables, without writing one."""
    return {
        name: Sheet(
            name,
            {heading: heading for row in rows for heading in row},
            [Row(number, {key: text for key, text in row.items() if text}) for number, row in enumerate(rows, start=2)],
        )
        for name, rows in tables.items()
    }


HEADINGS = ["type", "name", VI, EN, "relevant", "constraint", "required"]


def question(
    kind: str, name: str, relevant: str | None = None, constraint: str | None = None, required: str | None = None
) -> list[Any]:
    """A row of :func:`form` with some label."""
    return [kind, name, f"Câu {name}", f"Question {name}", relevant, constraint, required]
