"""The weights of a survey's responses: base weights, then the steps in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
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
    steps : list of StepDone
        The base weights and every step; empty while there are no responses.
    sample : Sample
    """

    of_place: Floats | None
    of_row: Floats
    steps: list[StepDone]
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

    The totals are left out where a place of the frame has no list. Without lists there are no steps.
    """
    if not design.listed or not design.probability:
        return []
    frame = read_frame(session, survey, listed=True)
    plans = [StepPlan.nonresponse([STRATUM])]
    if None not in frame.totals([STRATUM]).values():
        plans.append(StepPlan.poststratify(Margin((STRATUM,))))
    return plans


def weigh_responses(
    session: Session,
    survey: Survey,
    design: SampleDesign,
    instrument: Instrument,
    table: pa.Table,
    plans: Sequence[StepPlan] | None = None,
) -> Weighting:
    """The weights of the responses of an extract.

    Parameters
    ----------
    plans : sequence of StepPlan, optional
        Instead of the steps in force.

    Raises
    ------
    Conflict
        A step that somebody decided on no longer fits the responses; it has to be undone.
    UserError
        One of ``plans`` cannot be done.
    """
    chosen = steps_in_force(session, survey, design) if plans is None else list(plans)
    items = [name.removeprefix(ITEM) for plan in chosen for name in plan.variables if name.startswith(ITEM)]
    groups = group_responses(design, instrument, table, list(dict.fromkeys(items)))
    base = base_weights(design, groups.answered)
    frame = read_frame(session, survey, listed=design.listed) if chosen else FrameTable([], design.listed, {})
    sample = Sample(groups, base, frame)
    if not len(table) or not chosen:
        return Weighting(base.weight, base.weight[groups.place][groups.of_row], [], sample)
    steps = [begin(sample)]
    for number, plan in enumerate(chosen, start=1):
        try:
            steps.append(take_step(sample, plan, steps))
        except UserError as error:
            if plans is not None:
                raise
            raise Conflict(
                _(
                    "Bước trọng số %(number)s không còn làm được với các phiếu hiện có. %(reason)s Hoặc hoàn tác bước "
                    "ấy ở trang Trọng số.",
                    number=number,
                    reason=error.message,
                )
            ) from error
    weights = steps[-1].weights
    of_place = base.weight.copy()
    of_place[groups.place] = weights
    alike = bool((of_place[groups.place] == weights).all())
    return Weighting(of_place if alike else None, weights[groups.of_row], steps, sample)


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


def total_by_stratum(design: SampleDesign, weighting: Weighting) -> dict[str, float]:
    """The sum of the weights in each stratum of the frame."""
    strata = [place.entry.stratum for place in design.places.values()]
    groups = weighting.sample.groups
    weights = np.zeros(len(groups.place))
    np.add.at(weights, groups.of_row, weighting.of_row)
    found = dict.fromkeys(strata, 0.0)
    for place, weight in zip(groups.place.tolist(), weights.tolist(), strict=True):
        found[strata[place]] += weight
    return found
