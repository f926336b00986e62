"""Writing one table on one sheet: title, notes, frozen head, filter, formats; rows are counted and hashed as they go.

Text is always written as text, so that a cell beginning with = + - @ never runs as a formula.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

WITHHELD = "◌"
#: Rows of a sheet, with its title and head; a longer table goes on on another sheet.
LARGEST_SHEET = 1_048_000
HEAD_ROW = 2
CHART_LINES = 28
FORMATS = {
    "share": "0.0%",
    "number": "#,##0",
    "points": "#,##0.00",
    "decimal": "0.0000",
}
#: What a browser or a spreadsheet would make of text; we write it as it is.
OPTIONS: dict[str, Any] = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


@dataclass(frozen=True)
class Column:
    """A column: its head, how its cells look, how wide it is."""

    head: str
    form: str = "text"
    width: float = 12


@dataclass(frozen=True)
class Written:
    """A table as it was written: what the first sheet tells of it."""

    sheet: str
    title: str
    rows: int
    sha256: str


class Book:
    """A workbook whose first sheet lists the others, with their rows and checksums."""

    def __init__(self, path: Any, *, title: str, made: str, labels: Sequence[str], streamed: bool = False) -> None:
        import xlsxwriter

        self._book = xlsxwriter.Workbook(path, {**OPTIONS, "constant_memory": streamed})
        moment = datetime.fromisoformat(made).replace(tzinfo=None)
        self._book.set_properties({"title": title, "created": moment, "comments": "; ".join(labels)})
        self._labels = " · ".join(labels)
        self._title = title
        self._contents = self._book.add_worksheet(_("Mục lục"))
        self._charts: Any = None if streamed else self._book.add_worksheet(_("Biểu đồ"))
        self._shown = 0
        self._formats: dict[str, Any] = {
            name: self._book.add_format(
                {
                    "num_format": form,
                    "valign": "top",
                }
            )
            for name, form in FORMATS.items()
        }
        self._head = self._book.add_format(
            {"bold": True, "bg_color": "#F0EEE8", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
        )
        self._large = self._book.add_format({"bold": True, "font_size": 14})
        self._strong = self._book.add_format({"bold": True})
        self._note = self._book.add_format({"italic": True, "font_color": "#52606D"})
        self._names: set[str] = {_("Mục lục").casefold(), _("Biểu đồ").casefold()}
        self.tables: list[Written] = []

    def add_table(
        self, name: str, title: str, note: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]
    ) -> Written:
        """A sheet with a table; what was written."""
        sheet, name = self._sheet(name)
        sheet.write_string(0, 0, title, self._large)
        sheet.write_string(1, 0, " ".join(part for part in (note, self._labels) if part), self._note)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(HEAD_ROW, place, column.head, self._head)
        formats = [self._formats.get(column.form) for column in columns]
        write_string, write_number = sheet.write_string, sheet.write_number
        digest, count = hashlib.sha256(), 0
        for count, row in enumerate(rows, start=1):
            line = HEAD_ROW + count
            for place, value in enumerate(row):
                if type(value) is str:
                    if value:
                        write_string(line, place, value)
                elif type(value) is int:
                    write_number(line, place, value, formats[place])
                elif value is not None:
                    write_number(line, place, float(f"{value:.15g}"), formats[place])
            digest.update(row_as_text(row).encode())
        sheet.freeze_panes(HEAD_ROW + 1, 1)
        sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + max(count, 1), len(columns) - 1)
        _set_paper(sheet, self._labels)
        written = Written(name, title, count, digest.hexdigest())
        self.tables.append(written)
        return written

    def add_chart(self, kind: str) -> Any:
        """A chart of Excel's own, to be put on a sheet."""
        return self._book.add_chart({"type": kind})

    def show_chart(self, chart: Any, title: str, description: str) -> None:
        """Put a chart on the sheet of charts, with the words for people who do not see it."""
        line = 1 + self._shown * CHART_LINES
        self._shown += 1
        self._charts.write_string(line, 0, title, self._strong)
        self._charts.insert_chart(line + 1, 0, chart, {"description": description})

    def close(self, facts: Sequence[tuple[str, Any]]) -> int:
        """Write the first sheet and the file; the number of rows of all tables."""
        sheet = self._contents
        sheet.set_column(0, 0, 46)
        sheet.set_column(1, 1, 60)
        sheet.set_column(2, 2, 12)
        sheet.set_column(3, 3, 68)
        sheet.write_string(0, 0, self._title, self._large)
        line = 1
        if self._labels:
            strong = self._book.add_format({"bold": True, "font_color": "#7A4B00"})
            sheet.write_string(line, 0, self._labels, strong)
            line += 1
        for name, value in facts:
            sheet.write_string(line, 0, name)
            _write_plain(sheet, line, 1, value)
            line += 1
        line += 1
        for place, head in enumerate((_("Trang"), _("Bảng"), _("Số dòng"), _("SHA-256 của các dòng"))):
            sheet.write_string(line, place, head, self._head)
        for table in self.tables:
            line += 1
            sheet.write_url(line, 0, f"internal:'{table.sheet}'!A1", string=table.sheet)
            sheet.write_string(line, 1, table.title)
            sheet.write_number(line, 2, table.rows, self._formats["number"])
            sheet.write_string(line, 3, table.sha256)
        sheet.write_string(
            line + 2,
            0,
            _(
                "SHA-256 tính trên các dòng dữ liệu: số viết với 15 chữ số, ô cách nhau bằng dấu tab, cuối dòng xuống "
                "dòng."
            ),
            self._note,
        )
        sheet.hide_gridlines(2)
        if self._charts is not None:
            self._charts.write_string(0, 0, self._labels, self._note)
            self._charts.hide_gridlines(2)
            _set_paper(self._charts, self._labels, head=False)
        _set_paper(sheet, self._labels, head=False)
        self._book.close()
        return sum(table.rows for table in self.tables)

    def _sheet(self, name: str) -> tuple[Any, str]:
        """A sheet of a name that Excel takes, no longer than 31 characters and not there yet."""
        clean = "".join(" " if character in "[]:*?/\\" else character for character in name).strip("' ")[:28] or "–"
        found, number = clean, 1
        while found.casefold() in self._names:
            number += 1
            found = f"{clean} {number}"[:31]
        self._names.add(found.casefold())
        return self._book.add_worksheet(found), found


def row_as_text(row: Sequence[Any]) -> str:
    """A row as it is hashed: cells with tabs between, numbers with the 15 digits that Excel keeps."""
    return "\t".join([_as_text(value) for value in row]) + "\n"


def _as_text(value: Any) -> str:
    if type(value) is float:
        return f"{value:.15g}"
    return "" if value is None else str(value)


def _write_plain(sheet: Any, line: int, place: int, value: Any) -> None:
    if isinstance(value, int | float):
        sheet.write_number(line, place, value)
    else:
        sheet.write_string(line, place, str(value))


def _set_paper(sheet: Any, labels: str, *, head: bool = True) -> None:
    """A4 lying, as wide as one page, the head on every page, the page's number and what the data is below."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    if head:
        sheet.repeat_rows(HEAD_ROW)
    sheet.set_footer(f"&L{labels.replace('&', '&&')}&R&P/&N")
