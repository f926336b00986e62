"""A table that an office exported, CSV or Excel, as headings and numbered rows of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from flask_babel import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from survey_app.csv_reader import read_rows
from survey_app.errors import UserError

MAXIMUM_ROWS = 500_000
MAXIMUM_COLUMNS = 200
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class TableFile:
    """The headings of a table, and its rows as they are asked for.

    Attributes
    ----------
    headings : list of str
        As written in the first row that is not blank.
    rows : iterator of (int, dict of str to str)
        Line number in the file and the cells by heading; "" holds a complaint about the row.
    """

    headings: list[str]
    rows: Iterator[tuple[int, dict[str, str]]]


def open_table(path: Path) -> TableFile:
    """Open a CSV (UTF-8) or XLSX file; the first sheet of a workbook counts.

    Raises
    ------
    UserError
        Another kind of file, a protected or damaged one, no headings, doubled headings, too many columns.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(_ZIP):
        return _open_workbook(path)
    if start.startswith(_OLD_EXCEL):
        raise UserError(
            _("Tệp có mật khẩu hoặc là Excel kiểu cũ (.xls). Xin mở tệp rồi lưu lại kiểu .xlsx, không mật khẩu.")
        )
    file = path.open("rb")
    rows = read_rows(file, required=())
    first = next(rows, None)
    if first is None:
        raise UserError(_("Tệp không có dòng nào sau dòng tên cột."))
    headings = [name for name in first[1] if name]
    return TableFile(headings, _chained(first, rows))


def _chained(
    first: tuple[int, dict[str, str]], rest: Iterator[tuple[int, dict[str, str]]]
) -> Iterator[tuple[int, dict[str, str]]]:
    yield first
    yield from rest


def _open_workbook(path: Path) -> TableFile:
    try:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    except (CalamineError, IndexError, OSError) as error:
        raise UserError(
            _("Không mở được sổ tính này. Xin mở bằng Excel hay LibreOffice rồi lưu lại kiểu .xlsx.")
        ) from error
    lines = enumerate(sheet.iter_rows(), start=1)
    for _number, cells in lines:
        headings = [cell_text(cell) for cell in cells]
        if any(headings):
            break
    else:
        raise UserError(_("Trang tính đầu tiên trống. Dòng đầu phải ghi tên các cột."))
    while headings and not headings[-1]:
        headings.pop()
    _check_headings(headings)
    return TableFile([name for name in headings if name], _sheet_rows(lines, headings))


def _check_headings(headings: list[str]) -> None:
    if len(headings) > MAXIMUM_COLUMNS:
        raise UserError(
            _(
                "Tệp có %(count)s cột, quá %(limit)s cột. Xin kiểm tra lại tệp.",
                count=len(headings),
                limit=MAXIMUM_COLUMNS,
            )
        )
    doubled = sorted({name for name in headings if name and headings.count(name) > 1})
    if doubled:
        raise UserError(_("Tên cột bị lặp: %(names)s. Xin giữ mỗi cột một lần.", names=", ".join(doubled[:10])))


def _sheet_rows(
    lines: Iterable[tuple[int, Sequence[object]]], headings: list[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    for line, cells in lines:
        row = {name: cell_text(cell) for name, cell in zip(headings, cells, strict=False) if name}
        if any(row.values()):
            yield line, row


def cell_text(value: object) -> str:
    """A cell as an official would read it: 5 and not 5.0, an ISO date, no spaces around."""
    if isinstance(value, str):
        return " ".join(value.split())
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)
