"""The form of a step: which totals it asks for, what was typed, and the plan that comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import IO

from flask_babel import gettext as _

from survey_app.errors import UserError
from survey_app.instruments.schema import Instrument
from survey_app.instruments.typed_values import TypedValueError, parse_number
from survey_app.results.weighting.ask import make_plan
from survey_app.results.weighting.frame_table import FrameTable
from survey_app.results.weighting.groups import ITEM, valid_levels
from survey_app.results.weighting.plans import TIMES_MEAN, Cell, StepPlan
from survey_app.results.weighting.totals import Totals, pick_totals, read_totals, read_typed

MAXIMUM_FIELDS = 300


@dataclass
class TotalField:
    """One total to be typed; what the frame knows of it stands beside."""

    name: str
    cell: Cell
    frame: float | None
    typed: str = ""


@dataclass
class Block:
    """The totals of one variable, or of several that are crossed.

    Attributes
    ----------
    from_frame : bool
        Whether the frame knows them all, so that nothing has to be typed.
    """

    variables: tuple[str, ...]
    fields: list[TotalField]
    from_frame: bool


@dataclass
class StepForm:
    """A step as somebody fills it in."""

    kind: str
    variables: tuple[str, ...]
    blocks: list[Block] = field(default_factory=list)
    shares: bool = False
    times_mean: str = f"{TIMES_MEAN:g}"

    @classmethod
    def of(cls, instrument: Instrument, frame: FrameTable, kind: str, variables: Sequence[str]) -> StepForm:
        """An empty form.

        Raises
        ------
        UserError
            A variable that is not there, or too many cells to type.
        """
        form = cls(kind, tuple(variables))
        if kind in ("poststratify", "rake"):
            crossed = [tuple(variables)] if kind == "poststratify" and variables else [(name,) for name in variables]
            form.blocks = [_block(instrument, frame, number, names) for number, names in enumerate(crossed)]
        if sum(len(block.fields) for block in form.blocks) > MAXIMUM_FIELDS:
            raise UserError(_("Có quá nhiều ô để nhập. Xin bớt biến, hoặc cân theo tổng của từng biến."))
        return form

    def fill(self, typed: Mapping[str, str], file: IO[bytes] | None) -> None:
        """Take what was typed; totals of a file take the place of typed ones.

        Raises
        ------
        UserError
            The file is not one of totals, or of other variables.
        """
        self.shares = bool(typed.get("shares"))
        self.times_mean = typed.get("times_mean", self.times_mean)
        for block in self.blocks:
            for one in block.fields:
                one.typed = typed.get(one.name, "").strip()
        if file is None:
            return
        totals = read_totals(file)
        for names in totals:
            if not any(sorted(names) == sorted(block.variables) for block in self.blocks):
                raise UserError(
                    _("Tệp có tổng của „%(names)s” nhưng bước này không dùng biến ấy.", names=" × ".join(names))
                )
        for block in self.blocks:
            cells = pick_totals(totals, block.variables) or {}
            if strange := set(cells) - {one.cell for one in block.fields}:
                raise UserError(_("Tệp có mức không có trong biến: %(cells)s.", cells=" × ".join(sorted(strange)[0])))
            for one in block.fields:
                one.typed = f"{cells[one.cell]:.15g}" if one.cell in cells else one.typed

    def plan(self) -> StepPlan:
        """What was asked for.

        Raises
        ------
        UserError
            Something is missing or no number.
        """
        totals: Totals = {
            block.variables: read_typed({one.cell: one.typed for one in block.fields})
            for block in self.blocks
            if not block.from_frame or any(one.typed for one in block.fields)
        }
        return make_plan(self.kind, self.variables, totals, shares=self.shares, times_mean=self._read_times_mean())

    def _read_times_mean(self) -> float:
        if self.kind != "trim":
            return TIMES_MEAN
        try:
            return float(parse_number(self.times_mean))
        except TypedValueError as error:
            raise UserError(_("Mức cắt chưa đúng. %(reason)s", reason=str(error))) from error


def _block(instrument: Instrument, frame: FrameTable, number: int, variables: tuple[str, ...]) -> Block:
    levels = [list_levels(instrument, frame, name) for name in variables]
    if any(name.startswith(ITEM) for name in variables):
        known: dict[Cell, float | None] = {}
        cells: list[Cell] = list(product(*levels))
    else:
        known = frame.totals(variables)
        cells = list(known)
    fields = [TotalField(f"t-{number}-{place}", cell, known.get(cell)) for place, cell in enumerate(cells)]
    return Block(variables, fields, bool(known) and all(total is not None for total in known.values()))


def list_levels(instrument: Instrument, frame: FrameTable, name: str) -> list[str]:
    """The levels of a variable.

    Raises
    ------
    UserError
        There is no such variable.
    """
    if not name.startswith(ITEM):
        return list(dict.fromkeys(frame.labels(name).values()))
    item = next((one for one in instrument.items() if ITEM + one.key == name and one.type == "single"), None)
    if item is None:
        raise UserError(_("Bộ phiếu không có câu chọn một phương án nào mang mã „%(key)s”.", key=name[:60]))
    return valid_levels(item)
