"""CSV files from offices: UTF-8 with or without a BOM, a header, and a line number for every complaint."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import IO

from flask_babel import gettext as _

from survey_app.characters import is_clean
from survey_app.errors import UserError

MAXIMUM_COLUMNS = 500
MAXIMUM_CELL = 20_000


def read_rows(
    file: IO[bytes], *, required: Sequence[str], known: Sequence[str] | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file as dictionaries with their line number; the header is line 1.

    The header is read and checked at once; rows are read as they are asked for, so a long file takes no memory.

    Parameters
    ----------
    required : sequence of str
        Columns that must be there.
    known : sequence of str, optional
        When given, any other column is refused by name.

    Raises
    ------
    UserError
        Not UTF-8, empty, a missing, unknown, doubled or hidden column, too many columns, a cell too long.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="strict", newline="")
    csv.field_size_limit(MAXIMUM_CELL * 10)
    reader = csv.reader(text, delimiter=_delimiter(text), strict=True)
    header = [name.strip() for name in (_next_row(reader) or [])]
    _check_header(header, required, known)
    return _rows(text, reader, header)


def check_readable(file: IO[bytes], *, required: Sequence[str], known: Sequence[str] | None = None) -> None:
    """Read a file to its end and go back to its beginning; one that breaks half-way is refused before any line counts.

    Raises
    ------
    UserError
        As `read_rows`, for a fault anywhere in the file.
    """
    for _line in read_rows(file, required=required, known=known):
        pass
    file.seek(0)


def _delimiter(text: io.TextIOWrapper) -> str:
    """Comma, or semicolon where the office's spreadsheet writes semicolons (Vietnamese regional settings)."""
    try:
        first = text.readline(MAXIMUM_CELL)
        text.seek(0)
    except UnicodeDecodeError as error:
        raise _not_utf8() from error
    return ";" if first.count(";") > first.count(",") else ","


def _next_row(reader: Iterator[list[str]]) -> list[str] | None:
    try:
        return next(reader, None)
    except UnicodeDecodeError as error:
        raise _not_utf8() from error
    except csv.Error as error:
        line = getattr(reader, "line_num", 0)
        raise UserError(
            _(
                "Dòng %(line)s không đúng dạng CSV. Xin mở tệp bằng bảng tính rồi lưu lại dạng CSV UTF-8.",
                line=line,
            )
        ) from error


def _not_utf8() -> UserError:
    return UserError(
        _("Tệp không phải mã UTF-8. Xin mở tệp bằng bảng tính, chọn Lưu thành, dạng „CSV UTF-8”, rồi gửi lại.")
    )


def _check_header(header: list[str], required: Sequence[str], known: Sequence[str] | None) -> None:
    if not any(header):
        raise UserError(_("Tệp trống. Dòng đầu phải ghi tên các cột: %(names)s.", names=", ".join(required)))
    if len(header) > MAXIMUM_COLUMNS:
        raise UserError(
            _(
                "Tệp có %(count)s cột, quá %(limit)s cột. Xin kiểm tra lại tệp.",
                count=len(header),
                limit=MAXIMUM_COLUMNS,
            )
        )
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise UserError(_("Tên cột bị lặp: %(names)s. Xin giữ mỗi cột một lần.", names=_shown(doubled)))
    missing = [name for name in required if name not in header]
    if missing:
        raise UserError(_("Tệp thiếu cột: %(names)s. Xin thêm cột vào dòng đầu.", names=", ".join(missing)))
    if known is not None:
        unknown = [name for name in header if name not in known]
        if unknown:
            raise UserError(
                _("Tệp có cột không dùng được: %(names)s. Xin xóa hoặc sửa tên cột.", names=_shown(unknown))
            )


def _shown(names: list[str]) -> str:
    """At most ten names, shortened, with hidden characters made visible."""
    some = [name[:40] if is_clean(name) else ascii(name[:40]) for name in names[:10]]
    return ", ".join(some) + (" …" if len(names) > 10 else "")


def _rows(
    text: io.TextIOWrapper, reader: Iterator[list[str]], header: list[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    while (cells := _next_row(reader)) is not None:
        line: int = reader.line_num  # type: ignore[attr-defined]  # a csv.reader, in no stub
        if not any(cell.strip() for cell in cells):
            continue
        row = dict.fromkeys(header, "")
        row.update(zip(header, (cell.strip() for cell in cells), strict=False))
        if len(cells) != len(header):
            row[""] = _("Dòng có %(found)s ô, dòng đầu có %(expected)s cột.", found=len(cells), expected=len(header))
        elif any(len(cell) > MAXIMUM_CELL for cell in cells):
            row[""] = _("Có ô dài quá %(limit)s ký tự.", limit=MAXIMUM_CELL)
        yield line, row
    text.detach()  # the file stays open for whoever opened it
