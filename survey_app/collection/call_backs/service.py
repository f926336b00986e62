"""The verbs of call-backs: choose a random share of the answered cases, write down what came of each."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from analysis.sampling import permanent_random_number
from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.collection.models import CALL_BACK_RESULTS, CallBack
from survey_app.database import now
from survey_app.errors import Conflict, Forbidden, NotFound, UserError
from survey_app.geography.models import Unit
from survey_app.sampling.models import Draw
from survey_app.sampling.work.area import Area
from survey_app.sampling.work.models import Attempt, Case
from survey_app.sampling.work.queries import LARGEST_ID, no_such_case, portions, select_cases
from survey_app.surveys.design import design_of
from survey_app.surveys.models import Survey


@dataclass(frozen=True)
class Chosen:
    """How many answered cases there are, and how many are checked: chosen now, and before."""

    answered: int
    new: int
    before: int


def draw_call_backs(session: Session, area: Area, *, share: float | None = None, actor: Actor) -> Chosen:
    """Choose each answered case of an area with the same chance; asked again, only what came since can be added.

    A case is chosen when its permanent random number, u = SHA-256 of ``seed|call-back|commune|role|rank`` with the
    seed of the draw, is below the share. So anyone can repeat it, whenever it is done and in however many steps.

    Parameters
    ----------
    share : float, optional
        The survey's own where absent.

    Raises
    ------
    UserError, Conflict
        A share outside (0, 1]; a survey that is not open or closed.
    """
    survey = area.survey
    share = design_of(survey).work.call_backs if share is None else share
    if not 0 < share <= 1:
        raise UserError(_("Tỷ lệ phúc tra phải lớn hơn 0 và không quá 100%, ví dụ 5%."))
    _hold(session, survey)
    seed = session.scalars(select(Draw.seed).where(Draw.survey_id == survey.id, Draw.in_force)).one()
    cases = session.execute(
        select_cases(area, Case.id, Unit.code, Case.role, Case.rank, CallBack.id)
        .outerjoin(CallBack, and_(CallBack.case_id == Case.id, CallBack.ended_at.is_(None)))
        .where(Case.state == "answered")
        .order_by(Case.id)
    ).all()
    chosen = [
        number
        for number, code, role, rank, known in cases
        if known is None and permanent_random_number(seed, f"call-back|{code}|{role}|{rank}") < share
    ]
    collectors = _who_answered(session, chosen)
    session.add_all(
        CallBack(survey_id=survey.id, case_id=number, collector_id=collectors.get(number), chosen_by=actor.label)
        for number in chosen
    )
    session.flush()
    record(session, actor, "call_back.draw", f"survey:{survey.slug}", share=share, new=len(chosen), answered=len(cases))
    return Chosen(len(cases), len(chosen), sum(known is not None for *_case, known in cases))


def record_call_back(session: Session, area: Area, case_id: int, *, result: str, actor: Actor) -> CallBack:
    """Write down what came of a check. Somebody who was not reached can be tried again; whoever wrote may correct.

    Raises
    ------
    NotFound, UserError, Forbidden, Conflict
        The case is not to be checked, or outside the area; no such result; the checker's own work; another's result,
        or the case's answer does not stand any more.
    """
    if result not in CALL_BACK_RESULTS:
        raise UserError(_("Xin chọn một kết quả: đúng, có chỗ khác, không hề diễn ra, hoặc không gặp được."))
    _hold(session, area.survey)
    reached = 0 < case_id <= LARGEST_ID and session.scalar(select_cases(area, Case.id).where(Case.id == case_id))
    found = session.scalar(_standing(case_id)) if reached else None
    if not reached:
        raise no_such_case(case_id)
    if found is None:
        raise NotFound(_("Hồ sơ số %(number)s không nằm trong số được chọn để phúc tra.", number=case_id))
    if found.collector_id is not None and found.collector_id == actor.user_id:
        raise Forbidden(_("Không ai phúc tra phiếu của chính mình. Xin nhờ người khác."))
    session.refresh(found)
    if found.result not in (None, "not_reached") and found.checked_by != actor.label:
        raise Conflict(
            _(
                "Hồ sơ số %(number)s đã có kết quả phúc tra của %(who)s. Nếu sai, xin nhờ người ấy sửa.",
                number=case_id,
                who=found.checked_by,
            )
        )
    if session.get_one(Case, case_id, populate_existing=True).state != "answered":
        raise Conflict(_("Phiếu của hồ sơ số %(number)s không còn hiệu lực nên không cần phúc tra.", number=case_id))
    before = found.result
    found.result, found.checked_by, found.checked_at = result, actor.label, now()
    session.flush()
    record(
        session,
        actor,
        "call_back.record",
        f"survey:{area.survey.slug}",
        case=case_id,
        collector=found.collector_id,
        result=result,
        before=before,
    )
    return found


def _standing(case_id: int) -> Select[CallBack]:
    return select(CallBack).where(CallBack.case_id == case_id, CallBack.ended_at.is_(None)).with_for_update()


def _hold(session: Session, survey: Survey) -> None:
    session.refresh(survey, with_for_update={"of": Survey})
    if survey.state not in ("collecting", "closed"):
        raise Conflict(_("Chỉ phúc tra khi đợt đang nhận phiếu hoặc đã đóng, trước khi công bố."))


def _who_answered(session: Session, cases: list[int]) -> dict[int, int]:
    """The collector of the last answer of each case, where a collector brought it."""
    found: dict[int, int] = {}
    for portion in portions(cases):
        rows = session.execute(
            select(Attempt.case_id, Attempt.collector_id)
            .where(Attempt.case_id.in_(portion), Attempt.outcome == "answered")
            .order_by(Attempt.tried_at)
        )
        found |= {case_id: collector_id for case_id, collector_id in rows}  # noqa: C416  a Row is no plain pair
    return found
