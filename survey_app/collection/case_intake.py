"""The door's part about drawn cases: which case an answer may be tied to, and what becomes of it."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app.collection.models import Response, SetAside
from survey_app.collection.standing import OfSurvey
from survey_app.database import now
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.work.models import Attempt, Case
from survey_app.surveys.models import Survey
from survey_app.surveys.service import on_state

#: States in which a case waits for an answer.
OPEN_STATES = ("todo", "tried")


class CaseNotOpen(Conflict):
    """The case takes no answer: it has one, was replaced, was closed, or is a reserve that nobody called up."""


def hold_case(session: Session, survey: OfSurvey, entry: FrameUnit, case_id: int) -> Case:
    """The case of this number in the drawn unit of the form, locked until the transaction ends.

    Raises
    ------
    NotFound
        The survey's draw in force has no such case.
    UserError
        The case is of another unit than the form.
    """
    case = session.get(Case, case_id, with_for_update={"of": Case}, populate_existing=True)
    if case is None or case.survey_id != survey.id or case.frame_unit.draw_id != entry.draw_id:
        raise NotFound(_("Đợt này không có hồ sơ số %(number)s trong mẫu. Xin kiểm tra lại số hồ sơ.", number=case_id))
    if case.frame_unit_id != entry.id:
        raise UserError(
            _(
                "Hồ sơ số %(number)s thuộc %(place)s, không thuộc %(here)s. Xin mở phiếu từ đúng hồ sơ.",
                number=case_id,
                place=case.frame_unit.unit.name,
                here=entry.unit.name,
            )
        )
    return case


def check_takes_answer(case: Case) -> None:
    """Refuse a case that takes no answer now.

    Raises
    ------
    CaseNotOpen
    """
    if case.state in OPEN_STATES and (case.role == "main" or case.replaces_id is not None):
        return
    words = {
        "answered": _("Hồ sơ số %(number)s đã có phiếu trả lời.", number=case.id),
        "replaced": _(
            "Hồ sơ số %(number)s đã được thay bằng hồ sơ dự bị. Xin làm hồ sơ dự bị, hoặc báo điều phối.",
            number=case.id,
        ),
        "closed": _("Hồ sơ số %(number)s đã khép lại. Nếu vẫn cần nhận phiếu, xin báo điều phối.", number=case.id),
    }
    reserve = _("Hồ sơ số %(number)s là dự bị và chưa được gọi. Xin báo điều phối.", number=case.id)
    raise CaseNotOpen(words.get(case.state, reserve))


def mark_answered(session: Session, case: Case, *, collector_id: int | None, day: date) -> None:
    """The case has its answer; who brought it has made an attempt."""
    case.state, case.outcome, case.changed_at = "answered", "answered", now()
    if collector_id is not None:
        # An id of its own: the attempt stays after closing, when nothing may lead from the case to its answer.
        session.add(Attempt(case_id=case.id, collector_id=collector_id, outcome="answered", tried_at=now(), day=day))
        session.flush()


@on_state("closed")
def cut_ties(session: Session, survey: Survey) -> None:
    """Forget which case each answer came from; opening the survey again does not bring it back.

    A form set aside whose case was meanwhile answered anew, replaced or closed is settled before: later nobody could
    tell that it must not come back.
    """
    gone = select(Case.id).where(Case.survey_id == survey.id, Case.state.not_in(OPEN_STATES))
    session.execute(
        update(Response)
        .where(Response.survey_id == survey.id, Response.status == "set_aside", Response.case_id.in_(gone))
        .values(status="superseded")
        .execution_options(synchronize_session=False)
    )
    _remember_cases(session, survey)
    session.execute(
        update(Response)
        .where(Response.survey_id == survey.id, Response.case_id.is_not(None))
        .values(case_id=None)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()


def _remember_cases(session: Session, survey: Survey) -> None:
    """Keep which cases the forms set aside are about, not which form: ties are cut, and a request may yet be lifted."""
    for aside in session.scalars(
        select(SetAside).where(
            SetAside.survey_id == survey.id, SetAside.approved_at.is_not(None), SetAside.ended_at.is_(None)
        )
    ):
        cases = select(Response.case_id).where(
            Response.survey_id == survey.id,
            Response.collector_id == aside.collector_id,
            Response.status == "set_aside",
            Response.case_id.is_not(None),
        )
        aside.cases = sorted({*aside.cases, *session.scalars(cases)})
