"""The weights of a survey's responses: base weights, then the steps in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.errors import Conflict, UserError
from survey_app.instruments.schema import Instrument
from survey_app.results.design import SampleDesign
from survey_app.results.weighting.base import Floats, base_weights
from survey_app.results.weighting.frame_table import FrameTable, read_frame
from survey_app.results.weighting.groups import ITEM, group_responses
from survey_app.results.weighting.models import WeightStep
from survey_app.results.weighting.plans import Margin, StepPlan
from survey_app.results.weighting.queries import all_steps
from survey_app.results.weighting.steps import Sample, StepDone, begin, take_step
from survey_app.surveys.models import Survey

STRATUM = "stratum"


@dataclass(frozen=True, eq=False)
class Weighting:
    """The weights of an extract's responses.

    Attributes
    ----------
    of_place : ndarray, shape (p,), or None
        A response's weight by place, where all of a place weigh the same.
    of_row : ndarray, shape (n,)
        In the order of the extract.
    sample : Sample
    """

    of_place: Floats | None
    of_row: Floats
    sample: Sample


def steps_in_force(session: Session, survey: Survey, design: SampleDesign) -> list[StepPlan]:
    """What somebody decided, else what goes without a decision."""
    steps = all_steps(session, survey)
    if steps:
        return [StepPlan.read(step.kind, step.settings) for step in _in_force(steps)]
    return default_steps(session, survey, design)


def _in_force(steps: Sequence[WeightStep]) -> list[WeightStep]:
    return sorted((step for step in steps if step.undone_at is None), key=lambda step: step.position)


def default_steps(session: Session, survey: Survey, design: SampleDesign) -> list[StepPlan]:
    """For a sample drawn from lists: non-response by stratum, and then the totals of the frame's lists by stratum.

    A stratum where a place has no list has no known total and keeps its weights. Without lists there are no steps.
    """
    if not design.listed or not design.probability:
        return []
    frame = read_frame(session, survey, listed=True)
    plans = [StepPlan.nonresponse([STRATUM])]
    if any(total is not None for total in frame.totals([STRATUM]).values()):
        plans.append(StepPlan.poststratify(Margin((STRATUM,))))
    return plans


def weigh_responses(
    session: Session, survey: Survey, design: SampleDesign, instrument: Instrument, table: pa.Table
) -> Weighting:
    """The weights of the responses of an extract, by the steps in force.

    Raises
    ------
    Conflict
        A step that somebody decided on no longer fits the responses; it has to be undone.
    """
    plans = steps_in_force(session, survey, design)
    sample = gather_sample(session, survey, design, instrument, table, plans)
    groups = sample.groups
    if not len(table) or not plans:
        return Weighting(sample.base.weight, sample.base.weight[groups.place][groups.of_row], sample)
    steps, problem = run_steps(sample, plans)
    if problem is not None:
        raise Conflict(
            _(
                "Bước trọng số %(number)s không còn làm được với các phiếu hiện có. %(reason)s Hoặc hoàn tác bước ấy "
                "ở trang Trọng số.",
                number=len(steps),
                reason=problem.message,
            )
        )
    weights = steps[-1].weights
    of_place = sample.base.weight.copy()
    of_place[groups.place] = weights
    alike = bool((of_place[groups.place] == weights).all())
    return Weighting(of_place if alike else None, weights[groups.of_row], sample)


def gather_sample(
    session: Session,
    survey: Survey,
    design: SampleDesign,
    instrument: Instrument,
    table: pa.Table,
    plans: Sequence[StepPlan],
    *,
    whole_frame: bool = False,
) -> Sample:
    """The responses grouped as the steps need them, their base weights, and the frame where a step asks for it.

    Parameters
    ----------
    whole_frame : bool
        Read the frame in any case.
    """
    items = [name.removeprefix(ITEM) for plan in plans for name in plan.variables if name.startswith(ITEM)]
    groups = group_responses(design, instrument, table, list(dict.fromkeys(items)))
    read = plans or whole_frame
    frame = read_frame(session, survey, listed=design.listed) if read else FrameTable([], design.listed, {})
    return Sample(groups, base_weights(design, groups.answered), frame)


def run_steps(sample: Sample, plans: Sequence[StepPlan]) -> tuple[list[StepDone], UserError | None]:
    """The base weights and the steps one after another, up to the first that cannot be done, and why it cannot."""
    steps = [begin(sample)]
    for plan in plans:
        try:
            steps.append(take_step(sample, plan, steps))
        except UserError as error:
            return steps, error
    return steps, None


def by_unit(design: SampleDesign, of_place: Floats | None, answered: Floats) -> list[float] | None:
    """The weight of a response of each primary unit; None where responses of one weigh differently."""
    if of_place is None:
        return None
    weights = dict(zip(design.places, of_place.tolist(), strict=True))
    present = {code for code, count in zip(design.places, answered.tolist(), strict=True) if count}
    found = []
    for codes in design.members.values():
        several = {weights[code] for code in codes if code in present} or {weights[codes[0]]}
        if len(several) > 1:
            return None
        found.append(several.pop())
    return found
