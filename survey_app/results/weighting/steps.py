"""What each weighting step does to the weights of groups, through `analysis.weighting`, and what it tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from flask_babel import gettext as _

from analysis.errors import DesignError
from analysis.weighting import (
    WeightSummary,
    adjust_for_nonresponse,
    poststratify_weights,
    rake_weights,
    summarize_weights,
    trim_weights,
)
from survey_app.errors import UserError
from survey_app.results.weighting.base import BaseWeights, Floats
from survey_app.results.weighting.frame_table import SIZE_CLASSES, FrameTable
from survey_app.results.weighting.groups import NO_ANSWER, Groups
from survey_app.results.weighting.plans import Cell, Margin, StepPlan


@dataclass(frozen=True)
class Line:
    """One class or total of a step.

    Attributes
    ----------
    variables : tuple of str
    cells : tuple of Cell
        The cell; several where they were put together.
    responses, before, after : float
        Responses, and the sum of their weights before the step and after it.
    invited : float or None
        People asked.
    total : float or None
        What was to be met.
    within_limits : bool
        False for a class that stays too small or too far from the others, there being none to join.
    """

    variables: tuple[str, ...]
    cells: tuple[Cell, ...]
    responses: float
    before: float
    after: float
    invited: float | None = None
    total: float | None = None
    within_limits: bool = True

    @property
    def factor(self) -> float:
        """What the weights were multiplied by."""
        return self.after / self.before


@dataclass(frozen=True, eq=False)
class StepDone:
    """A step with its outcome.

    Attributes
    ----------
    plan : StepPlan or None
        None: the base weights.
    weights : ndarray, shape (g,)
        Of a response of each group.
    limit, cut, above : float or int or None
        Of trimming: the limit, responses cut to it, and responses that the last calibration lifted above it again.
    left_out : tuple of (tuple of str, Cell)
        Variables and cells of the frame without a response, which no weight can stand for.
    unanswered : dict of str to int
        Responses without an answer to a question of the step; they keep their share of the weights.
    """

    plan: StepPlan | None
    weights: Floats
    summary: WeightSummary
    lines: tuple[Line, ...] = ()
    limit: float | None = None
    cut: int | None = None
    above: int | None = None
    left_out: tuple[tuple[tuple[str, ...], Cell], ...] = ()
    unanswered: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Sample:
    """The responses to be weighted, the people asked, and the frame they stand for."""

    groups: Groups
    base: BaseWeights
    frame: FrameTable

    def cells(self, variables: tuple[str, ...]) -> list[Cell]:
        """The cell of each group; of one with an answer missing, only the empty label."""
        columns = []
        for name in variables:
            if name in self.groups.labels:
                columns.append(self.groups.labels[name])
                continue
            labels = self.frame.labels(name)
            columns.append([labels[self.groups.codes[place]] for place in self.groups.place.tolist()])
        found: list[Cell] = list(zip(*columns, strict=True))
        return [(NO_ANSWER,) * len(variables) if NO_ANSWER in cell else cell for cell in found]


def begin(sample: Sample) -> StepDone:
    """The base weights, by stratum of the frame."""
    groups = sample.groups
    weights = sample.base.weight[groups.place]
    return StepDone(None, weights, _summarize(groups, weights), tuple(_by_stratum(sample, weights)))


def _by_stratum(sample: Sample, weights: Floats) -> list[Line]:
    cells, groups = sample.cells(("stratum",)), sample.groups
    labels = sample.frame.labels("stratum")
    of_place: list[Cell] = [(labels[code],) for code in groups.codes]
    sums = _sum_cells(cells, weights * groups.count)
    responses = _sum_cells(cells, groups.count.astype(np.float64))
    asked = None if sample.base.invited is None else _sum_cells(of_place, sample.base.invited)
    return [
        Line(
            ("stratum",),
            (cell,),
            responses.get(cell, 0.0),
            sums.get(cell, 0.0),
            sums.get(cell, 0.0),
            None if asked is None else asked[cell],
        )
        for cell in dict.fromkeys(of_place)
    ]


def take_step(sample: Sample, plan: StepPlan, done: list[StepDone]) -> StepDone:
    """One step more.

    Parameters
    ----------
    done : list of StepDone
        What went before, the base weights first.

    Raises
    ------
    UserError
        The step cannot be done: nobody answered in a cell, a total is missing or unknown, totals disagree.
    """
    before = done[-1].weights
    try:
        if plan.kind == "nonresponse":
            return _adjust(sample, plan, before)
        if plan.kind == "trim":
            return _trim(sample, plan, before, [step.plan for step in done if step.plan is not None])
        return _calibrate(sample, plan, before)
    except DesignError as error:
        raise UserError(_words(error)) from error


def _adjust(sample: Sample, plan: StepPlan, before: Floats) -> StepDone:
    groups, asked = sample.groups, sample.base.invited
    if asked is None:
        raise UserError(
            _("Đợt này không bốc từ danh sách hồ sơ nên không biết đã mời bao nhiêu người. Xin dùng bước khác.")
        )
    if any(name in groups.labels for name in plan.by):
        raise UserError(
            _("Lớp trả lời chỉ lập theo đặc điểm của nơi được bốc (tầng, loại, quy mô), không theo câu trả lời.")
        )
    labels = [sample.frame.labels(name) for name in plan.by]
    cells = [tuple(one[code] for one in labels) for code in groups.codes]
    weight = sample.base.weight.copy()
    weight[groups.place] = before
    answered = groups.answered
    adjustment = adjust_for_nonresponse(cells, asked, answered, base=weight, order=_neighbours(cells))
    after = before * adjustment.factor[groups.place]
    lines = tuple(
        Line(
            plan.by,
            tuple(one.cells),  # type: ignore[arg-type]  # cells are the tuples given
            one.responded,
            one.responded_weight,
            one.invited_weight,
            one.invited,
            within_limits=one.within_limits,
        )
        for one in adjustment.classes
    )
    return StepDone(plan, after, _summarize(groups, after), lines)


def _neighbours(cells: Sequence[Cell]) -> list[Cell]:
    """The cells in the order in which small ones may be merged: as in the frame, sizes from small to large."""
    place = {cell: number for number, cell in enumerate(dict.fromkeys(cells))}
    rank = {name: number for number, name in enumerate(SIZE_CLASSES)}
    return sorted(place, key=lambda cell: (tuple(str(rank.get(str(part), "")) for part in cell), place[cell]))


def _calibrate(sample: Sample, plan: StepPlan, before: Floats) -> StepDone:
    groups = sample.groups
    carried = before * groups.count
    columns: dict[str, list[Cell]] = {}
    totals: dict[str, dict[Cell, float]] = {}
    variables: dict[str, tuple[str, ...]] = {}
    left_out: list[tuple[tuple[str, ...], Cell]] = []
    unanswered: dict[str, int] = {}
    kept: set[tuple[str, Cell]] = set()
    for margin in plan.margins:
        name = " × ".join(margin.variables)
        cells = sample.cells(margin.variables)
        wanted, empty, unknown = _wanted(sample, margin, cells, carried)
        if unknown and (plan.kind != "poststratify" or len(unknown) == len(wanted)):
            raise UserError(
                _(
                    "Dàn mẫu không biết tổng của: %(cells)s (có nơi chưa có danh sách). Xin nhập tổng.",
                    cells=", ".join(" × ".join(cell) for cell in unknown[:10]),
                )
            )
        kept |= {(name, cell) for cell in unknown}
        silent = sum(count for cell, count in zip(cells, groups.count.tolist(), strict=True) if NO_ANSWER in cell)
        if silent:
            unanswered[name] = silent
        columns[name], totals[name], variables[name] = cells, wanted, margin.variables
        left_out += [(margin.variables, cell) for cell in empty]
    if plan.kind == "poststratify":
        ((name, cells),) = columns.items()
        found = poststratify_weights(carried, cells, totals[name], variable=name)
    else:
        found = rake_weights(carried, columns, totals)
    after = before * found.g
    lines = [
        Line(
            variables[name],
            (cell,),
            _sum_cells(cells, groups.count.astype(np.float64))[cell],
            _sum_cells(cells, carried)[cell],
            _sum_cells(cells, after * groups.count)[cell],
            total=None if (name, cell) in kept else total,
        )
        for name, cells in columns.items()
        for cell, total in totals[name].items()
    ]
    return StepDone(
        plan, after, _summarize(groups, after), tuple(lines), left_out=tuple(left_out), unanswered=unanswered
    )


def _wanted(
    sample: Sample, margin: Margin, cells: list[Cell], carried: Floats
) -> tuple[dict[Cell, float], list[Cell], list[Cell]]:
    """The total of every cell with responses, the cells of the frame without any, those with no known total.

    A cell with no known total keeps the sum it has, where that is a number of people and not a share. People without an
    answer keep their share of the weights; the totals are those of the others.
    """
    sums = _sum_cells(cells, carried)
    silent = (NO_ANSWER,) * len(margin.variables)
    if margin.totals is None:
        known = sample.frame.totals(margin.variables)
        unknown = [cell for cell, total in known.items() if total is None and cell in sums]
        totals = {cell: total for cell, total in known.items() if total is not None and total > 0}
        empty = [cell for cell in totals if cell not in sums]
        totals |= {cell: sums[cell] for cell in unknown}
    else:
        totals, empty, unknown = dict(margin.totals), [], []
        strangers = [cell for cell in sums if cell not in totals and cell != silent]
        if strangers:
            raise UserError(
                _(
                    "Thiếu tổng của: %(cells)s. Xin nhập tổng cho mọi mức có người trả lời.",
                    cells=", ".join(" × ".join(cell) for cell in strangers[:10]),
                )
            )
        if nobody := [cell for cell in totals if cell not in sums]:
            raise UserError(
                _(
                    "Chưa phiếu nào có: %(cells)s. Xin gộp mức ấy, cùng tổng của nó, vào mức khác.",
                    cells=", ".join(" × ".join(cell) for cell in nobody[:10]),
                )
            )
    wanted = {cell: total for cell, total in totals.items() if cell not in empty}
    if margin.shares:
        scale = sum(sums.values()) / sum(wanted.values())
        wanted = {cell: total * scale for cell, total in wanted.items()}
    if silent in sums:
        share, whole = sums[silent] / sum(sums.values()), sum(wanted.values())
        wanted = {cell: total * (1 - share) for cell, total in wanted.items()} | {silent: whole * share}
    return wanted, empty, unknown


def _trim(sample: Sample, plan: StepPlan, before: Floats, earlier: list[StepPlan]) -> StepDone:
    groups = sample.groups
    rows = groups.spread(before)
    limit = plan.times_mean * float(rows.mean())
    trimmed = trim_weights(rows, upper=limit)
    after = groups.gather(trimmed.weights)
    again = next((one for one in reversed(earlier) if one.margins), None)
    lines: tuple[Line, ...] = ()
    if again is not None and trimmed.rounds:
        calibrated = _calibrate(sample, again, after)
        after, lines = calibrated.weights, calibrated.lines
    above = int(groups.count[after > limit * (1 + 1e-9)].sum())
    return StepDone(
        plan, after, _summarize(groups, after), lines, limit=limit, cut=int(trimmed.trimmed.sum()), above=above
    )


def _sum_cells(cells: list[Cell], values: Floats) -> dict[Cell, float]:
    found: dict[Cell, float] = {}
    for cell, value in zip(cells, values.tolist(), strict=True):
        found[cell] = found.get(cell, 0.0) + value
    return found


def _summarize(groups: Groups, weights: Floats) -> WeightSummary:
    return summarize_weights(groups.spread(weights))


def _words(error: DesignError) -> str:
    said = {
        "nobody_responded": _("Chưa ai trả lời trong một lớp. Xin gộp lớp, hoặc chờ có phiếu."),
        "margins_disagree": _(
            "Các biến có tổng khác nhau. Xin nhập các tổng của cùng một số người, hoặc chỉ dùng tỷ trọng."
        ),
        "calibration_failed": _(
            "Không có trọng số nào khớp được mọi tổng cùng lúc. Xin gộp nhóm nhỏ, hoặc bỏ bớt biến."
        ),
        "trimming_impossible": _("Cắt như vậy thì không còn phiếu nào nhận phần cắt ra. Xin đặt mức cắt cao hơn."),
        "bad_total": _("Mọi tổng phải là số lớn hơn 0."),
    }
    return said.get(error.code, _("Bước này không làm được: %(reason)s.", reason=str(error)))
