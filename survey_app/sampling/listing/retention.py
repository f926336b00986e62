"""How long contact data is kept: undrawn cases' until the survey opens, all others' for 90 days after it closes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from flask_babel import gettext as _
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from survey_app.audit.models import SYSTEM, Actor, AuditEntry
from survey_app.audit.service import record
from survey_app.database import now
from survey_app.errors import Conflict
from survey_app.jobs.service import hourly
from survey_app.sampling.listing.models import CaseContact, FrameFile, ListedCase
from survey_app.sampling.models import Draw, FrameUnit
from survey_app.sampling.work.models import Case
from survey_app.surveys.models import Survey

#: Time to answer questions about the fieldwork; then nobody needs to reach anybody.
KEPT_AFTER_CLOSING = timedelta(days=90)
#: A survey this long past its last day was forgotten open, and its contacts with it.
FORGOTTEN_OPEN = timedelta(days=180)


def forget_contacts(session: Session, survey: Survey, *, actor: Actor) -> int:
    """Delete what may not be kept: of an open survey the undrawn cases' contact data, of a closed one all of it.

    Returns
    -------
    int
        How many cases' contact data went.

    Raises
    ------
    Conflict
        The survey has not opened yet; its lists can be taken back instead.
    """
    _refuse_unopened(survey)
    return _forget(session, survey, actor, undrawn_only=survey.state == "collecting")


def count_forgettable(session: Session, survey: Survey) -> int:
    """Of how many cases `forget_contacts` would delete contact data now.

    Raises
    ------
    Conflict
        The survey has not opened yet.
    """
    _refuse_unopened(survey)
    cases = _cases_of(survey, undrawn_only=survey.state == "collecting")
    query = select(func.count()).select_from(CaseContact).where(CaseContact.listed_case_id.in_(cases))
    return session.scalar(query) or 0


def _refuse_unopened(survey: Survey) -> None:
    if survey.state in ("draft", "sampled"):
        raise Conflict(
            _(
                "Đợt này chưa mở nên thông tin liên hệ còn cần. Muốn xóa cả danh sách, xin bỏ danh sách ở trang "
                "Dàn mẫu hoặc bằng lệnh frame remove."
            )
        )


def _cases_of(survey: Survey, *, undrawn_only: bool) -> Select[int]:
    cases = select(ListedCase.id).where(ListedCase.survey_id == survey.id)
    if undrawn_only:
        drawn = (
            select(Case.listed_case_id)
            .join(FrameUnit, Case.frame_unit_id == FrameUnit.id)
            .join(Draw, FrameUnit.draw_id == Draw.id)
            .where(Draw.survey_id == survey.id, Draw.in_force, Case.listed_case_id.is_not(None))
        )
        cases = cases.where(ListedCase.id.not_in(drawn))
    return cases


def _forget(session: Session, survey: Survey, actor: Actor, *, undrawn_only: bool) -> int:
    cases = _cases_of(survey, undrawn_only=undrawn_only)
    gone = session.execute(delete(CaseContact).where(CaseContact.listed_case_id.in_(cases)))
    count = int(gone.rowcount)  # type: ignore[attr-defined]  # a delete has it
    session.execute(
        update(ListedCase)
        .where(ListedCase.id.in_(cases), ListedCase.person.is_not(None))
        .values(person=None)
        .execution_options(synchronize_session=False)
    )
    if count:
        record(session, actor, "contact.forget", f"survey:{survey.slug}", count=count, undrawn_only=undrawn_only)
    return count


@hourly
def forget_due_contacts(session: Session) -> None:
    """Do for every survey what its time has come for."""
    with_contacts = (
        select(ListedCase.survey_id).join(CaseContact, CaseContact.listed_case_id == ListedCase.id).distinct()
    )
    for survey in session.scalars(select(Survey).where(Survey.id.in_(with_contacts))).all():
        if _is_over(session, survey):
            _forget(session, survey, SYSTEM, undrawn_only=False)
        elif survey.state not in ("draft", "sampled"):
            _forget(session, survey, SYSTEM, undrawn_only=True)
        session.commit()


def _is_over(session: Session, survey: Survey) -> bool:
    """Whether a survey closed long enough ago, or was left open for long after its last day or its last opening.

    One that never opened counts from its last day or its last list.
    """
    listed = session.scalar(select(func.max(FrameFile.imported_at)).where(FrameFile.survey_id == survey.id))
    ended = max(datetime.combine(survey.ends_on, time(), UTC), listed or survey.created_at)
    if survey.state in ("collecting", "closed", "published"):
        entries = session.execute(
            select(AuditEntry.at, AuditEntry.detail)
            .where(AuditEntry.subject == f"survey:{survey.slug}", AuditEntry.verb == "survey.state")
            .order_by(AuditEntry.id.desc())
        )
        state = "collecting" if survey.state == "collecting" else "closed"
        changed = next((at for at, detail in entries if detail.get("after") == state), ended)
        if state == "collecting":
            return now() - max(ended, changed) > FORGOTTEN_OPEN
        ended = changed
    return now() - ended > KEPT_AFTER_CLOSING
