"""A table that an office exported, CSV or Excel, as headings and numbered rows of text."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flask_babel import gettext as _

from survey_app.characters import is_clean
from survey_app.errors import UserError
from survey_app.sampling.listing.csv_table import csv_lines
from survey_app.sampling.listing.workbook import workbook_lines

MAXIMUM_ROWS = 500_000
MAXIMUM_COLUMNS = 100
MAXIMUM_HEADING = 200
#: A heading with so many digits is a telephone, a dossier number or a code: the names of the columns are missing.
DIGITS_OF_DATA = 5
SHOWN_ROWS = 5
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class TableFile:
    """The headings of a table, and its rows as they are asked for.

    Attributes
    ----------
    headings : list of str
        As written in the first row that is not blank; "" for a column without one.
    rows : iterator of (int, list of str)
        Line number in the file and the cells, at least as many as headings; blank rows are left out.
    share_read : callable
        Which share of the file was read, from 0 to 1.
    """

    headings: list[str]
    rows: Iterator[Row]
    share_read: Callable[[], float]


def open_table(path: Path) -> TableFile:
    """Open a CSV or XLSX file; the first sheet of a workbook counts.

    Raises
    ------
    UserError
        Another kind of file, a protected or damaged one, no headings, doubled headings, too many columns.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(_OLD_EXCEL):
        raise UserError(
            _("Tệp có mật khẩu hoặc là Excel kiểu cũ (.xls). Xin mở tệp rồi lưu lại kiểu .xlsx, không mật khẩu.")
        )
    lines, share_read = workbook_lines(path) if start.startswith(_ZIP) else csv_lines(path)
    headings = _headings(lines)
    return TableFile(headings, _filled(lines, len(headings)), share_read)


def first_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    """The headings of a table and its first rows, to look at.

    Raises
    ------
    UserError
        As `open_table`; or there is no row below the headings.
    """
    table = open_table(path)
    shown = []
    for _line, cells in table.rows:
        shown.append([cell[:MAXIMUM_HEADING] if is_clean(cell) else ascii(cell[:40]) for cell in cells])
        if len(shown) == SHOWN_ROWS:
            break
    if not shown:
        raise no_rows()
    return table.headings, shown


def no_rows() -> UserError:
    """The complaint about a table that has only headings."""
    return UserError(_("Tệp không có dòng nào sau dòng tên cột."))


def _headings(lines: Iterator[Row]) -> list[str]:
    for _line, cells in lines:
        headings = [" ".join(unicodedata.normalize("NFC", cell).split()) for cell in cells]
        if any(headings):
            break
    else:
        raise UserError(_("Tệp trống. Dòng đầu phải ghi tên các cột."))
    while not headings[-1]:
        headings.pop()
    if len(headings) > MAXIMUM_COLUMNS:
        raise UserError(
            _(
                "Tệp có %(count)s cột, quá %(limit)s cột. Xin kiểm tra lại tệp.",
                count=len(headings),
                limit=MAXIMUM_COLUMNS,
            )
        )
    if any(sum(letter.isdigit() for letter in name) >= DIGITS_OF_DATA for name in headings):  # and never repeat them
        raise UserError(
            _("Dòng đầu của tệp giống một dòng dữ liệu. Xin thêm một dòng tên cột ở trên cùng rồi gửi lại tệp.")
        )
    if any(len(name) > MAXIMUM_HEADING or not is_clean(name) for name in headings):
        raise UserError(_("Dòng đầu của tệp có tên cột quá dài hoặc có ký tự ẩn. Xin gõ lại tên các cột."))
    doubled = sorted({name for name in headings if name and headings.count(name) > 1})
    if doubled:
        raise UserError(_("Tên cột bị lặp: %(names)s. Xin giữ mỗi cột một lần.", names=", ".join(doubled[:10])))
    return headings


def _filled(lines: Iterator[Row], width: int) -> Iterator[Row]:
    for line, cells in lines:
        if len(cells) < width:
            cells.extend([""] * (width - len(cells)))
        if cells[0].strip() or any(map(str.strip, cells)):
            yield line, cells
