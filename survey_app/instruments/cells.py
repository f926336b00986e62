"""Answers as cells of a CSV file: text in, the value that ``check_answers`` expects out."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask_babel import gettext as _

from .items import DateItem, Item, MultipleItem, NumberItem, RankingItem, SingleItem
from .typed_values import TypedValueError, parse_date, parse_number

#: A spreadsheet may run a cell that starts so; only text items may hold one, as plain text.
FORMULA_SIGNS = ("=", "+", "-", "@")

_CODE = re.compile("[0-9]{1,9}")


class CellError(ValueError):
    """The cell cannot be read as an answer to its item; the message says what to write."""


def parse_cell(item: Item, cell: str) -> object:
    """The value in the cell, ``None`` for a blank one; limits and options are left to ``check_answers``.

    Raises
    ------
    CellError
        When the cell has the wrong form for the item.
    """
    if item.type == "text":
        return cell if cell.strip() else None
    cell = cell.strip()
    if not cell:
        return None
    if cell.startswith(FORMULA_SIGNS) and not _may_be_negative(item, cell):
        raise CellError(
            _(
                "Ô bắt đầu bằng dấu «%(sign)s» bị hiểu là công thức. Xin ghi lại giá trị của câu trả lời.",
                sign=cell[0],
            )
        )
    if isinstance(item, (NumberItem, DateItem)) and any(word.value == cell for word in item.missing or ()):
        return cell
    return _READERS[item.type](item, cell)


def _may_be_negative(item: Item, cell: str) -> bool:
    return isinstance(item, NumberItem) and cell[0] == "-" and (item.min is None or item.min < 0)


def _scale(item: Item, cell: str) -> object:
    if not _CODE.fullmatch(cell):
        raise CellError(_("Ô này cần mã số của mức đã chọn, ví dụ 4."))
    return int(cell)


def _single(item: Item, cell: str) -> object:
    assert isinstance(item, (SingleItem, MultipleItem, RankingItem))
    for option in item.options:
        if str(option.value) == cell:
            return option.value
    values = ", ".join(str(option.value) for option in item.options)
    raise CellError(_("Giá trị «%(value)s» không có trong các mã: %(known)s.", value=cell[:40], known=values))


def _multiple(item: Item, cell: str) -> object:
    return [_single(item, part.strip()) for part in re.split("[;|,]", cell) if part.strip()]


def _ranking(item: Item, cell: str) -> object:
    """The values in their order; an empty place stays, so that the check can ask about it."""
    return [_single(item, part.strip()) if part.strip() else None for part in cell.split(";")]


def _number(item: Item, cell: str) -> object:
    try:
        return parse_number(cell)
    except TypedValueError as error:
        raise CellError(str(error)) from None


def _date(item: Item, cell: str) -> object:
    try:
        return parse_date(cell).isoformat()
    except TypedValueError as error:
        raise CellError(str(error)) from None


_READERS: dict[str, Callable[[Item, str], object]] = {
    "scale": _scale,
    "single": _single,
    "multiple": _multiple,
    "ranking": _ranking,
    "number": _number,
    "date": _date,
}
