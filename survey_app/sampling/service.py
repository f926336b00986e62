"""The verb of sampling: draw the communes of a survey, once, or again with a reason."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from analysis.sampling import draw_smallest, permanent_random_number
from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.characters import is_clean
from survey_app.errors import Conflict, UserError
from survey_app.sampling.frame import frame_hash
from survey_app.sampling.models import Draw, FrameUnit
from survey_app.sampling.plan import DrawPlan, plan_draw
from survey_app.surveys.models import Survey

MAXIMUM_SEED = 100


def draw_sample(session: Session, survey: Survey, *, seed: str, actor: Actor, reason: str = "") -> Draw:
    """Draw the communes of a survey by permanent random numbers and freeze the frame they were drawn from.

    Parameters
    ----------
    seed : str
        Published beforehand; the same seed and frame give the same communes anywhere.
    reason : str
        Needed for a redraw, which is allowed until the survey opens and stays in the record.

    Raises
    ------
    UserError
        A seed that cannot be read aloud, an empty frame, or a redraw without its reason.
    Conflict
        The survey is open or closed already.
    """
    seed, reason = seed.strip(), reason.strip()
    if not seed or len(seed) > MAXIMUM_SEED or not is_clean(seed) or "|" in seed:
        raise UserError(_("Mầm ngẫu nhiên phải là một dãy chữ số hoặc chữ, không quá 100 ký tự, không có dấu |."))
    if not is_clean(reason):
        raise UserError(_("Lý do có ký tự ẩn. Xin gõ lại."))
    session.refresh(survey, with_for_update={"of": Survey})
    if survey.state not in ("draft", "sampled"):
        raise Conflict(_("Đợt khảo sát đã mở, không bốc mẫu lại được nữa."))
    if survey.state == "sampled" and not reason:
        raise UserError(_("Đợt này đã bốc mẫu. Muốn bốc lại, xin ghi lý do; lần bốc trước vẫn được lưu."))
    plan = plan_draw(session, survey)
    if not plan.strata:
        raise UserError(
            _(
                "%(name)s chưa có xã nào trong danh mục. Xin nhập danh mục đơn vị hành chính trước.",
                name=survey.territory.name,
            )
        )
    draw = _store_draw(session, survey, plan, seed=seed, actor=actor, reason=reason)
    survey.state = "sampled"
    session.flush()
    record(
        session,
        actor,
        "sample.draw",
        f"survey:{survey.slug}",
        number=draw.number,
        seed=seed,
        reason=reason,
        frame_sha256=draw.frame_sha256,
        drawn=plan.drawn,
        frame=plan.size,
    )
    return draw


def _store_draw(session: Session, survey: Survey, plan: DrawPlan, *, seed: str, actor: Actor, reason: str) -> Draw:
    last = session.scalar(select(func.max(Draw.number)).where(Draw.survey_id == survey.id)) or 0
    session.execute(update(Draw).where(Draw.survey_id == survey.id).values(in_force=False))
    draw = Draw(
        survey_id=survey.id,
        number=last + 1,
        in_force=True,
        seed=seed,
        method=survey.sample_method,
        share=survey.sample_share,
        rule=survey.sample_rule,
        stratify_by=survey.stratify_by,
        min_per_stratum=survey.min_per_stratum,
        design=survey.design,
        reason=reason,
        drawn_by=actor.label,
        frame_sha256=frame_hash(
            [(stratum.stratum, entry.unit.code) for stratum in plan.strata for entry in stratum.entries]
        ),
    )
    draw.units = _draw_units(plan, seed)
    session.add(draw)
    session.flush()
    return draw


def _draw_units(plan: DrawPlan, seed: str) -> list[FrameUnit]:
    units: list[FrameUnit] = []
    for stratum in plan.strata:
        if stratum.drawn == 0:
            raise UserError(
                _(
                    "Tầng „%(name)s” không được bốc xã nào nên không đại diện được. Xin đặt ít nhất 1 xã mỗi tầng.",
                    name=stratum.name,
                )
            )
        drawn = set(draw_smallest([entry.unit.code for entry in stratum.entries], seed, stratum.drawn))
        for entry in stratum.entries:
            taken = entry.unit.code in drawn
            units.append(
                FrameUnit(
                    unit=entry.unit,
                    unit_id=entry.unit.id,
                    position=len(units),
                    stratum=stratum.stratum,
                    stratum_name=entry.stratum_name,
                    stratum_size=stratum.size,
                    stratum_drawn=stratum.drawn,
                    cluster=entry.unit.code,
                    random_number=permanent_random_number(seed, entry.unit.code),
                    drawn=taken,
                    inclusion_probability=stratum.drawn / stratum.size,
                    base_weight=stratum.size / stratum.drawn if taken else None,
                )
            )
    return units
