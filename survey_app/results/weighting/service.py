"""The verbs of weighting: one step more, looked at before it counts, and a step undone."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.audit.models import SYSTEM, Actor
from survey_app.audit.service import record
from survey_app.database import now, read_only
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.results.design import read_design
from survey_app.results.extract import read_extract
from survey_app.results.weighting.frame_table import FrameTable
from survey_app.results.weighting.groups import ITEM, valid_levels
from survey_app.results.weighting.models import WeightStep
from survey_app.results.weighting.plans import Margin, StepPlan
from survey_app.results.weighting.queries import all_steps
from survey_app.results.weighting.run import default_steps, gather_sample, run_steps, steps_in_force
from survey_app.results.weighting.steps import Sample, StepDone
from survey_app.surveys.models import Survey


@dataclass(frozen=True, eq=False)
class Preview:
    """What a step would do, the last of ``steps``."""

    steps: list[StepDone]
    sample: Sample


def preview_step(session: Session, survey: Survey, plan: StepPlan) -> Preview:
    """What one step more would do; nothing is stored.

    Raises
    ------
    UserError
        The step cannot be done, and why.
    Conflict
        There are no responses yet, or the survey is published.
    """
    _refuse_published(survey)
    design = read_design(session, survey)
    instrument = instrument_of(session, survey.questionnaire_id)
    table = read_extract(session, survey).table
    if not len(table):
        raise Conflict(_("Chưa có phiếu nào nên chưa có gì để cân. Xin chờ có phiếu."))
    before = steps_in_force(session, survey, design)
    _check_order(plan, before)
    _check_items(instrument, plan)
    sample = gather_sample(session, survey, design, instrument, table, [*before, plan], whole_frame=True)
    for name in plan.variables:
        if not name.startswith(ITEM):
            sample.frame.labels(name)
    for margin in plan.margins:
        _check_levels(instrument, sample.frame, margin)
    steps, problem = run_steps(sample, [*before, plan])
    if problem is not None:
        raise problem
    return Preview(steps, sample)


def add_step(session: Session, survey: Survey, plan: StepPlan, *, actor: Actor) -> WeightStep:
    """Put one step more into force. The caller commits.

    Raises
    ------
    UserError, Conflict
        As `preview_step`; nothing is stored.
    """
    with read_only(session):
        preview_step(session, survey, plan)
    session.refresh(survey, with_for_update={"of": Survey})
    _refuse_published(survey)
    steps = _settle_default(session, survey)
    step = WeightStep(
        survey_id=survey.id,
        position=1 + max((one.position for one in steps if one.undone_at is None), default=0),
        kind=plan.kind,
        settings=plan.as_settings(),
        made_by=actor.label,
    )
    session.add(step)
    session.flush()
    record(session, actor, "weight.add", f"survey:{survey.slug}", kind=step.kind, position=step.position)
    return step


def undo_step(session: Session, survey: Survey, position: int | None = None, *, actor: Actor) -> WeightStep:
    """Take a step out of force, the last unless told; it stays in the record. The caller commits.

    Raises
    ------
    NotFound
        There is no such step in force.
    Conflict
        The survey is published.
    """
    session.refresh(survey, with_for_update={"of": Survey})
    _refuse_published(survey)
    in_force = [step for step in _settle_default(session, survey) if step.undone_at is None]
    wanted = max((step.position for step in in_force), default=0) if position is None else position
    step = next((one for one in in_force if one.position == wanted), None)
    if step is None:
        raise NotFound(_("Không có bước trọng số nào như vậy đang dùng."))
    step.undone_by, step.undone_at = actor.label, now()
    session.flush()
    record(session, actor, "weight.undo", f"survey:{survey.slug}", kind=step.kind, position=step.position)
    return step


def _settle_default(session: Session, survey: Survey) -> list[WeightStep]:
    """All steps; what went without a decision is written down before the first decision changes it."""
    steps = list(all_steps(session, survey))
    if not steps:
        design = read_design(session, survey)
        steps = [
            WeightStep(
                survey_id=survey.id,
                position=position,
                kind=plan.kind,
                settings=plan.as_settings(),
                made_by=SYSTEM.label,
            )
            for position, plan in enumerate(default_steps(session, survey, design), start=1)
        ]
        session.add_all(steps)
        session.flush()
    return steps


def _refuse_published(survey: Survey) -> None:
    if survey.state == "published":
        raise Conflict(_("Đợt khảo sát đã công bố, trọng số không đổi được nữa."))


def _check_order(plan: StepPlan, before: list[StepPlan]) -> None:
    if plan.kind != "nonresponse" or not before:
        return
    if any(one.kind == "nonresponse" for one in before):
        raise UserError(_("Đã có bước chỉnh không trả lời. Muốn đổi lớp, xin hoàn tác bước ấy trước."))
    raise UserError(_("Chỉnh không trả lời phải đứng trước các bước khác. Xin hoàn tác các bước khác trước."))


def _check_items(instrument: Instrument, plan: StepPlan) -> None:
    choices = {ITEM + item.key for item in instrument.items() if item.type == "single"}
    for name in plan.variables:
        if name.startswith(ITEM) and name not in choices:
            raise UserError(
                _(
                    "Bộ phiếu không có câu chọn một phương án nào mang mã „%(key)s”.",
                    key=name.removeprefix(ITEM)[:60],
                )
            )


def _check_levels(instrument: Instrument, frame: FrameTable, margin: Margin) -> None:
    if margin.totals is None:
        if any(name.startswith(ITEM) for name in margin.variables):
            raise UserError(_("Dàn mẫu không biết người dân trả lời thế nào. Xin nhập tổng của từng mức."))
        return
    for place, name in enumerate(margin.variables):
        if name.startswith(ITEM):
            item = instrument.item(name.removeprefix(ITEM))
            known = valid_levels(item)  # type: ignore[arg-type]  # `_check_items` lets only single choices pass
        else:
            known = list(dict.fromkeys(frame.labels(name).values()))
        strange = sorted({cell[place] for cell in margin.totals} - set(known))
        if strange:
            raise UserError(
                _(
                    "„%(name)s” không có mức %(levels)s. Các mức: %(known)s.",
                    name=name,
                    levels=", ".join(strange[:10]),
                    known=", ".join(known[:30]),
                )
            )
