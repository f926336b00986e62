"""Estimates as they are published: a figure in every cell, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analysis.estimate import Estimate
from analysis.published import PROTECTED, PublishedFigure, judge_list, publish, publish_mean
from analysis.suppression import choose_withheld, choose_withheld_parts
from survey_app.results.answers import Answers
from survey_app.results.crossing.coded import CodedResponses, Rule
from survey_app.results.crossing.facets import Facet
from survey_app.results.crossing.grid import TOTAL, Grid, estimate_grid
from survey_app.results.crossing.measures import OPTION, Shown
from survey_app.results.estimates import Row

NOBODY = "nobody"
"""There is no one in the cell, so there is no figure."""

MINIMUM = 10
ALL = {"vi": "Tất cả", "en": "All"}


def choose_cells(grid: Grid) -> NDArray[np.bool_]:
    """Which cells of a grid to withhold, totals included, shape (rows, columns)."""
    counts = np.array([[estimate.n for estimate in line] for line in grid.estimates], dtype=np.int64)
    if len(grid.columns) == 1:
        return choose_withheld_parts(counts[:-1, 0], minimum=MINIMUM)[:, None]
    return choose_withheld(counts[:-1, :-1], minimum=MINIMUM)


def publish_figure(rule: Rule, one: Shown, estimate: Estimate, reference: Estimate | None) -> PublishedFigure:
    """A figure with its interval; a share of satisfied answers is judged against the target."""
    if one.measure.unit != "share":
        return publish_mean(estimate, level=rule.level, minimum_n=MINIMUM)
    figure = publish(
        estimate, reference, target=rule.target, operator=rule.operator, level=rule.level, minimum_n=MINIMUM
    )
    return replace(figure, target=None, verdict=None) if one.measure.kind == OPTION else figure


def make_row(
    one: Shown,
    domain: dict[str, str],
    domain_title: dict[str, str],
    figure: PublishedFigure,
    answers: Answers,
    *,
    withheld: bool,
) -> Row:
    """A figure as a row; of a withheld one not even the counts are told."""
    values = figure.as_json()
    if withheld or values["respondents"] == 0:
        hidden = dict.fromkeys(("estimate", "se", "df", "deff", "ci", "verdict", "verdict_in_list"))
        values |= hidden | {"respondents": 0, "n": 0, "n_psu": 0, "marks": []}
        values["withheld"] = PROTECTED if withheld else NOBODY
    measure, shown = one.measure, values["withheld"] is None
    return Row(
        of=measure.key,
        kind=measure.kind,
        title=measure.title,
        criterion=measure.criterion,
        domain=domain,
        domain_title=domain_title,
        base=answers.asked if shown else 0,
        missing=answers.asked - values["n"] if shown else 0,
        shares=answers.shares if shown else None,
        unit=measure.unit,
        **values,
    )


def split_by(
    coded: CodedResponses, measures: Sequence[Shown], facet: Facet, inside: NDArray[np.bool_] | None = None
) -> dict[str, list[Row]]:
    """Measures in each part of a facet that anybody is in, and last in all of them together, by the measure's key.

    A part that one measure has too few answers in is withheld for all, and with it another, so that no subtraction
    gives it away.
    """
    grids = estimate_grid(coded, measures, facet, inside=inside)
    withheld = np.any([choose_cells(grid)[:, 0] for grid in grids], axis=0)
    found = {}
    for one, grid in zip(measures, grids, strict=True):
        estimates = [line[0] for line in grid.estimates]
        figures = [publish_figure(coded.rule, one, estimate, estimates[-1]) for estimate in estimates]
        if one.measure.kind == "index" and one.measure.unit == "share":
            open_places = [place for place in range(len(figures) - 1) if not withheld[place]]
            judged = judge_list([figures[place] for place in open_places], level=coded.rule.level)
            for place, figure in zip(open_places, judged, strict=True):
                figures[place] = figure
        found[one.measure.key] = [
            make_row(
                one,
                {facet.by: value},
                dict(ALL) if value == TOTAL else dict(facet.levels[value]),
                figures[place],
                grid.answers[place][0],
                withheld=bool(withheld[place]),
            )
            for place, value in enumerate(grid.rows)
            if value == TOTAL or any(grid.answers[place][0].asked > 0 for grid in grids)
        ]
    return found
