"""A cross table: one measure by one facet or two, of those who pass the filters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from analysis.published import PROTECTED
from survey_app.results.crossing.cells import ALL, choose_cells, make_row, publish_figure
from survey_app.results.crossing.choice import Choice
from survey_app.results.crossing.coded import CodedResponses
from survey_app.results.crossing.grid import TOTAL, estimate_grid
from survey_app.results.estimates import Row


@dataclass(frozen=True, eq=False)
class CrossTable:
    """Cells as published, ``[row][column]``, the totals last; rows and columns that nobody is in are left out.

    Attributes
    ----------
    outside : int
        Responses that pass the filters but did not answer the question of the rows or the columns.
    among : int
        Responses that pass the filters.
    fingerprint : str
        Of the responses and their weights.
    """

    choice: Choice
    rows: list[tuple[str, dict[str, str]]]
    columns: list[tuple[str, dict[str, str]]]
    cells: list[list[Row]]
    outside: int
    among: int
    probability: bool
    fingerprint: str

    @property
    def total(self) -> Row:
        """The figure of everyone in the table."""
        return self.cells[-1][-1]

    @property
    def withheld(self) -> int:
        """How many cells are withheld, totals not counted."""
        inner = [cell for line in self.cells[:-1] for cell in (line[:-1] if self.choice.column else line)]
        return sum(cell.withheld == PROTECTED for cell in inner)

    @property
    def shown(self) -> list[Row]:
        """The figures of the cells, without totals, that are shown."""
        inner = [cell for line in self.cells[:-1] for cell in (line[:-1] if self.choice.column else line)]
        return [cell for cell in inner if cell.withheld is None]


def cross(coded: CodedResponses, choice: Choice) -> CrossTable:
    """The table of a choice; kept while the responses are the same."""
    return coded.once("table", choice.query, partial(_compute, coded, choice))


def _compute(coded: CodedResponses, choice: Choice) -> CrossTable:
    inside = pass_filters(coded, choice)
    one, row, column = choice.shown, choice.row, choice.column
    (grid,) = estimate_grid(coded, [one], row, column, inside)
    withheld, whole = choose_cells(grid), grid.estimates[-1][-1]
    row_titles = {TOTAL: ALL} | dict(row.levels)
    column_titles = {TOTAL: ALL} | dict(column.levels if column else {})
    counts = np.array([[answers.asked for answers in line] for line in grid.answers])
    rows = [place for place in range(len(grid.rows)) if counts[place].any() or grid.rows[place] == TOTAL]
    columns = [place for place in range(len(grid.columns)) if counts[:, place].any() or grid.columns[place] == TOTAL]
    cells = []
    for place in rows:
        line = []
        for other in columns:
            domain = {row.by: grid.rows[place]} | ({column.by: grid.columns[other]} if column else {})
            names = [row_titles[grid.rows[place]], *([column_titles[grid.columns[other]]] if column else [])]
            title = {code: ", ".join(name[code] for name in names) for code in ALL}
            figure = publish_figure(coded.rule, one, grid.estimates[place][other], whole)
            hidden = bool(withheld[place, other])
            line.append(make_row(one, domain, title, figure, grid.answers[place][other], withheld=hidden))
        cells.append(line)
    among = inside.copy()
    answered = among & (coded.facet(row.by) > 0)
    if column is not None:
        answered &= coded.facet(column.by) > 0
    return CrossTable(
        choice,
        [(grid.rows[place], dict(row_titles[grid.rows[place]])) for place in rows],
        [(grid.columns[place], dict(column_titles[grid.columns[place]])) for place in columns],
        cells,
        int(among.sum() - answered.sum()),
        int(among.sum()),
        coded.counts.design.probability,
        coded.counts.fingerprint,
    )


def pass_filters(coded: CodedResponses, choice: Choice) -> Any:
    """The responses that have one of the values asked for of every facet filtered by, shape (n,)."""
    inside = np.ones(len(coded), dtype=bool)
    wanted: dict[str, list[int]] = {}
    for facet, value in choice.filters:
        wanted.setdefault(facet.by, []).append(1 + list(facet.levels).index(value))
    for by, values in wanted.items():
        inside &= np.isin(coded.facet(by), values)
    return inside
