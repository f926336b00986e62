"""Known totals as people give them: a CSV file, or numbers typed one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO

from flask_babel import gettext as _

from survey_app.csv_reader import read_rows
from survey_app.errors import LinesRefused, UserError
from survey_app.instruments.typed_values import TypedValueError, parse_number
from survey_app.results.weighting.plans import Cell

MAXIMUM_CELLS = 2000
TOTAL = "total"
LONG = ("variable", "level", TOTAL)
Totals = dict[Cell, dict[Cell, float]]
"""The variables that are crossed, and the people of each of their cells."""


def read_totals(file: IO[bytes]) -> Totals:
    """Totals from a CSV file of either shape: ``variable,level,total``, or a column a variable and ``total``.

    Raises
    ------
    UserError
        The file cannot be read, or holds no totals.
    LinesRefused
        Every line that is no total, with its reason.
    """
    found: Totals = {}
    refused: list[tuple[int, str]] = []
    for line, row in read_rows(file, required=[TOTAL]):
        names = [name for name in row if name not in (TOTAL, "")]
        variables, cell = (
            ((row["variable"],), (row["level"],))
            if set(names) == set(LONG[:2])
            else (tuple(names), tuple(row[name] for name in names))
        )
        if problem := row.get("") or _check(cell, found.get(variables, {})):
            refused.append((line, problem))
            continue
        try:
            found.setdefault(variables, {})[cell] = float(parse_number(row[TOTAL]))
        except TypedValueError as error:
            refused.append((line, str(error)))
    if refused:
        raise LinesRefused(_("Tệp tổng có dòng chưa đúng nên chưa đọc được. Xin sửa rồi gửi lại."), refused)
    if not found:
        raise UserError(_("Tệp không có tổng nào. Cần cột variable, level, total; hoặc mỗi biến một cột và cột total."))
    if sum(map(len, found.values())) > MAXIMUM_CELLS:
        raise UserError(_("Tệp có quá %(limit)s tổng. Xin gộp bớt mức.", limit=MAXIMUM_CELLS))
    return found


def _check(cell: Cell, before: Mapping[Cell, float]) -> str:
    if not all(cell):
        return _("Thiếu mức của một biến.")
    return _("Mức này đã có tổng ở dòng trên.") if cell in before else ""


def read_typed(typed: Mapping[Cell, str]) -> dict[Cell, float]:
    """Totals typed into a form, one a cell.

    Raises
    ------
    UserError
        A cell is empty or holds no number; the sentence names it.
    """
    found: dict[Cell, float] = {}
    for cell, text in typed.items():
        name = " × ".join(cell)
        if not text.strip():
            raise UserError(_("Thiếu tổng của „%(cell)s”. Xin nhập tổng cho mọi mức.", cell=name))
        try:
            found[cell] = float(parse_number(text))
        except TypedValueError as error:
            raise UserError(f"„{name}”: {error}") from error
    return found


def pick_totals(totals: Totals, variables: Sequence[str]) -> dict[Cell, float] | None:
    """The totals of just these variables, in their order; None where the file has none."""
    for names, cells in totals.items():
        if sorted(names) == sorted(variables):
            places = [names.index(name) for name in variables]
            return {tuple(cell[place] for place in places): total for cell, total in cells.items()}
    return None
