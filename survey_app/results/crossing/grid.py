"""Estimates of any measures in the cells of one facet, or of two crossed, with their totals.

Responses are counted once by primary unit, cell and answer; the estimates come from those counts as every other figure
does. A response without a value of a facet, or outside the filters, is in no cell and in no total, so that a table adds
up; it stays in the design.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from analysis.cube import Batch, CubePlan, PsuCube, estimate_table, tally
from analysis.estimate import Estimate
from survey_app.results.answers import Answers, count_answers
from survey_app.results.composites import count_asked, estimate_index
from survey_app.results.crossing.coded import CodedResponses
from survey_app.results.crossing.facets import Facet
from survey_app.results.crossing.measures import Shown
from survey_app.results.cube import NOT_ASKED, SurveyCube

INSIDE = "(inside)"
"""The key of the responses that a table is about; no question can have this name."""

TOTAL = ""


@dataclass(frozen=True, eq=False)
class Grid:
    """One measure in every cell, ``[row][column]``; totals of rows in the last column, of columns in the last row.

    Attributes
    ----------
    rows, columns : list of str
        Values of the facets, the last of each TOTAL; without a second facet the only column is the total.
    """

    rows: list[str]
    columns: list[str]
    estimates: list[list[Estimate]]
    answers: list[list[Answers]]


def estimate_grid(
    coded: CodedResponses,
    measures: Sequence[Shown],
    row: Facet,
    column: Facet | None = None,
    inside: NDArray[np.bool_] | None = None,
) -> list[Grid]:
    """Estimate measures in the cells of one or two facets.

    Parameters
    ----------
    inside : ndarray of bool, shape (n,), optional
        The responses that pass the filters.
    """
    facets = [row] if column is None else [row, column]
    codes = {facet.by: coded.facet(facet.by) for facet in facets}
    among = np.ones(len(coded), dtype=bool) if inside is None else inside.copy()
    for values in codes.values():
        among &= values > 0
    rows, columns = [*row.levels, TOTAL], [*(column.levels if column else ()), TOTAL]
    counted = [one for one in measures if one.measure.counted is not None]
    others = [one for one in measures if one.measure.counted is None]
    found: dict[str, Grid] = {}
    if counted:
        found |= _count(coded, counted, facets, codes, among, rows, columns)
    for one in others:
        found[one.measure.key] = _compose(coded, one, facets, codes, among, rows, columns)
    return [found[one.measure.key] for one in measures]


def _count(
    coded: CodedResponses,
    measures: Sequence[Shown],
    facets: Sequence[Facet],
    codes: dict[str, NDArray[np.int16]],
    among: NDArray[np.bool_],
    rows: list[str],
    columns: list[str],
) -> dict[str, Grid]:
    counts = _recount(coded, measures, facets, codes, among)
    by = [facet.by for facet in facets]
    estimates: dict[tuple[str, ...], tuple[list[Estimate], list[Answers]]] = {}
    for names in _margins(by):
        table = estimate_table(counts.cube, [one.measure.counted for one in measures if one.measure.counted], names)
        answers = [_answers(counts, one, names) for one in measures]
        for number, domain in enumerate(table.domains):
            place = tuple(domain[names.index(name)] if name in names else TOTAL for name in by)
            estimates[place] = table.estimates[number], [column[number] for column in answers]
    cells = [[(one,) if len(by) == 1 else (one, other) for other in columns] for one in rows]
    return {
        one.measure.key: Grid(
            rows,
            columns,
            [[estimates[cell][0][number] for cell in line] for line in cells],
            [[estimates[cell][1][number] for cell in line] for line in cells],
        )
        for number, one in enumerate(measures)
    }


def _margins(by: Sequence[str]) -> list[tuple[str, ...]]:
    """The cells and every total, each among the responses that the table is about."""
    if len(by) == 1:
        return [(by[0], INSIDE), (INSIDE,)]
    return [(*by, INSIDE), (by[0], INSIDE), (by[1], INSIDE), (INSIDE,)]


def _recount(
    coded: CodedResponses,
    measures: Sequence[Shown],
    facets: Sequence[Facet],
    codes: dict[str, NDArray[np.int16]],
    among: NDArray[np.bool_],
) -> SurveyCube:
    """The responses counted by the facets and by whether the table is about them."""
    kept = coded.counts.cube
    answers, levels = {}, {}
    for one in measures:
        for key in one.measure.items:
            name = f"{key}={one.option}" if one.option else key
            answers[name], levels[name] = coded.answers(key, one.option)
    pooled = [
        one.measure.counted.name for one in measures if one.measure.counted and one.measure.counted.values is None
    ]
    keys = {facet.by: codes[facet.by] for facet in facets if facet.by not in kept.frame.places}
    shown = {facet.by: list(facet.levels) for facet in facets if facet.by in keys}
    plan = CubePlan.of(levels, shown | {INSIDE: ["yes"]}, [(*shown, INSIDE)], pooled)
    cube = PsuCube(kept.frame, plan)
    weights = coded.counts.weighting.of_row if kept.row_weights else None
    if weights is not None:
        cube.give_row_weights()
    within = {name: np.where(among, values, 0) for name, values in keys.items()} | {INSIDE: among.astype(np.int16)}
    cube.add(Batch(coded.psu, answers, within, {name: coded.pool(name) for name in pooled}, weights))
    return replace(coded.counts, cube=cube)


def _answers(counts: SurveyCube, one: Shown, by: tuple[str, ...]) -> list[Answers]:
    """How many answers were asked for in each domain, and the sides of a rate of satisfied answers."""
    if one.measure.kind in ("index", "section", "item") and one.measure.counts_answers:
        return count_answers(counts, [one.measure], by)[0]
    asked = 0.0
    for key in one.measure.items:
        name = f"{key}={one.option}" if one.option else key
        levels = [str(level) for level in counts.cube.plan.items[name]]
        table = tally(counts.cube, [name], by)[:, 0, :, 0]  # (D, answers)
        asked = asked + table.sum(axis=1) - table[:, 1 + levels.index(str(NOT_ASKED))]
    return [Answers(round(float(number)), None) for number in np.asarray(asked)]


def _compose(
    coded: CodedResponses,
    one: Shown,
    facets: Sequence[Facet],
    codes: dict[str, NDArray[np.int16]],
    among: NDArray[np.bool_],
    rows: list[str],
    columns: list[str],
) -> Grid:
    """An index that counts do not give, from the responses themselves."""
    index = one.measure.index
    assert index is not None
    masks = _Masks(among, [codes[facet.by] for facet in facets], len(rows), len(columns))
    responses = replace(coded.responses, parts=cast(list[Any], masks))
    responses.__dict__["design"] = coded.responses.design  # declared once for all tables
    estimates, asked = estimate_index(responses, index), count_asked(responses, index)
    wide = len(columns)
    return Grid(
        rows,
        columns,
        [estimates[start : start + wide] for start in range(0, len(estimates), wide)],
        [[Answers(number, None) for number in asked[start : start + wide]] for start in range(0, len(asked), wide)],
    )


@dataclass(frozen=True, eq=False)
class _Masks:
    """The responses of each cell, row by row, made only when a cell's turn comes."""

    among: NDArray[np.bool_]
    codes: list[NDArray[np.int16]]
    rows: int
    columns: int

    def __iter__(self) -> Iterator[NDArray[np.bool_]]:
        for row in range(1, self.rows + 1):
            line = self.among if row == self.rows else self.among & (self.codes[0] == row)
            for column in range(1, self.columns + 1):
                yield line if column == self.columns else line & (self.codes[1] == column)
