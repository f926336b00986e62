"""The verbs of sampling: draw once; ask for another draw, which a second person grants or refuses."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.audit.models import SYSTEM, Actor
from survey_app.audit.service import record
from survey_app.characters import is_clean
from survey_app.database import now
from survey_app.errors import Conflict, Forbidden, UserError
from survey_app.reasons import read_reason
from survey_app.sampling.drawing import store_draw
from survey_app.sampling.models import Draw, RedrawRequest
from survey_app.sampling.plan import plan_draw
from survey_app.sampling.queries import open_redraw_request
from survey_app.sampling.work.models import Assignment, Case
from survey_app.surveys.models import Survey
from survey_app.surveys.service import on_state

MAXIMUM_SEED = 100
MAXIMUM_REASON = 1000


def draw_sample(session: Session, survey: Survey, *, seed: str, actor: Actor) -> Draw:
    """Draw a survey's sample by permanent random numbers and freeze the frame it was drawn from.

    Parameters
    ----------
    seed : str
        Published beforehand; the same seed and frame give the same units and cases anywhere.

    Raises
    ------
    UserError
        A seed that cannot be read aloud, an empty frame, a design that the frame cannot meet.
    Conflict
        The survey is drawn already, open or closed.
    """
    seed = read_seed(seed)
    session.refresh(survey, with_for_update={"of": Survey})
    if survey.state == "sampled":
        raise Conflict(_("Đợt này đã bốc mẫu. Muốn bốc lại, xin đề nghị kèm lý do để người thứ hai duyệt."))
    _refuse_open(survey)
    return _draw(session, survey, seed=seed, actor=actor)


def ask_redraw(session: Session, survey: Survey, *, seed: str, reason: str, actor: Actor) -> RedrawRequest:
    """Ask for another draw; nothing changes until a second person grants it.

    Raises
    ------
    UserError
        No seed or no reason.
    Conflict
        Nothing is drawn yet, the survey is open, or another request waits.
    """
    seed, reason = read_seed(seed), read_reason(reason, longest=MAXIMUM_REASON)
    session.refresh(survey, with_for_update={"of": Survey})
    if survey.state == "draft":
        raise Conflict(_("Đợt này chưa bốc mẫu lần nào nên chưa cần đề nghị bốc lại."))
    _refuse_open(survey)
    request = RedrawRequest(survey_id=survey.id, seed=seed, reason=reason, asked_by=actor.label)
    session.add(request)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Conflict(_("Đã có một đề nghị bốc lại đang chờ duyệt. Xin chờ hoặc rút đề nghị ấy.")) from error
    record(session, actor, "sample.ask_redraw", f"survey:{survey.slug}", seed=seed, reason=reason)
    return request


def decide_redraw(session: Session, survey: Survey, *, granted: bool, actor: Actor) -> Draw | None:
    """Grant the open request, which draws anew, or refuse it; who asked may only refuse it, that is withdraw it.

    Raises
    ------
    Forbidden
        The person who asked may not grant.
    Conflict
        No request waits, the survey was opened meanwhile, or cases of the present draw are in somebody's hands.
    """
    session.refresh(survey, with_for_update={"of": Survey})
    request = open_redraw_request(session, survey)
    if request is None:
        raise Conflict(_("Không có đề nghị bốc lại nào đang chờ."))
    if granted and request.asked_by == actor.label:
        raise Forbidden(_("Người đề nghị không tự duyệt được. Xin nhờ người khác có quyền duyệt."))
    if granted:
        _refuse_open(survey)
        _refuse_given_work(session, survey)
    request.decided_by, request.decided_at, request.granted = actor.label, now(), granted
    session.flush()
    record(session, actor, "sample.decide_redraw", f"survey:{survey.slug}", granted=granted, asked_by=request.asked_by)
    return _draw(session, survey, seed=request.seed, actor=actor, request=request) if granted else None


@on_state("collecting")
def close_redraw_request(session: Session, survey: Survey) -> None:
    """Close a request that still waits when the survey opens: from now on nothing can be drawn anew."""
    request = open_redraw_request(session, survey)
    if request is None:
        return
    request.decided_by, request.decided_at, request.granted = SYSTEM.label, now(), False
    session.flush()
    record(
        session,
        SYSTEM,
        "sample.decide_redraw",
        f"survey:{survey.slug}",
        granted=False,
        asked_by=request.asked_by,
        state="collecting",
    )


def read_seed(seed: str) -> str:
    """A seed without the spaces around it.

    Raises
    ------
    UserError
        It is empty, too long, or holds a character that cannot be read aloud.
    """
    seed = seed.strip()
    if not seed or len(seed) > MAXIMUM_SEED or not is_clean(seed) or "|" in seed:
        raise UserError(_("Mầm ngẫu nhiên phải là một dãy chữ số hoặc chữ, không quá 100 ký tự, không có dấu |."))
    return seed


def _refuse_open(survey: Survey) -> None:
    if survey.state not in ("draft", "sampled"):
        raise Conflict(_("Đợt khảo sát đã mở, không bốc mẫu lại được nữa."))


def _refuse_given_work(session: Session, survey: Survey) -> None:
    """A new draw takes the cases of the last away; nobody may be left with a list of them."""
    given = session.scalar(
        select(func.count())
        .select_from(Assignment)
        .join(Case, Assignment.case_id == Case.id)
        .where(Case.survey_id == survey.id, Assignment.ended_at.is_(None))
    )
    if given:
        raise Conflict(
            _("Đang có %(count)s hồ sơ đã giao. Xin rút hết về, thu lại danh sách đã in, rồi mới bốc lại.", count=given)
        )


def _draw(session: Session, survey: Survey, *, seed: str, actor: Actor, request: RedrawRequest | None = None) -> Draw:
    plan = plan_draw(session, survey)
    if not plan.strata:
        raise UserError(
            _(
                "%(name)s chưa có xã nào trong danh mục. Xin nhập danh mục đơn vị hành chính trước.",
                name=survey.territory.name,
            )
        )
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
        reason=request.reason if request else "",
        drawn_by=request.asked_by if request else actor.label,
        approved_by=actor.label if request else None,
    )
    store_draw(session, survey, draw, plan)
    survey.state = "sampled"
    session.flush()
    record(
        session,
        actor,
        "sample.draw",
        f"survey:{survey.slug}",
        number=draw.number,
        seed=seed,
        reason=draw.reason,
        frame_sha256=draw.frame_sha256,
        drawn=plan.drawn,
        frame=plan.size,
    )
    return draw
