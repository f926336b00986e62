"""The verbs of work set aside: ask, approve by a second person, lift. Each holds the survey while it changes things."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.collection.case_intake import OPEN_STATES
from survey_app.collection.models import CallBack, Response, SetAside
from survey_app.collection.queries import COUNTED
from survey_app.collection.quotas.service import recount_quotas
from survey_app.database import by_number, now
from survey_app.errors import Conflict, Forbidden, NotFound
from survey_app.reasons import read_reason
from survey_app.sampling.work.models import Attempt, Case
from survey_app.sampling.work.queries import portions
from survey_app.surveys.models import Survey

MAXIMUM_REASON = 1000


def ask_set_aside(session: Session, survey: Survey, collector_id: int, *, reason: str, actor: Actor) -> SetAside:
    """Ask that all forms of a collector be left out; nothing changes until a second person agrees.

    Raises
    ------
    UserError, NotFound, Conflict
        No reason; nobody of this number has brought in a form; asked already, or not the time for it.
    """
    reason = read_reason(reason, longest=MAXIMUM_REASON)
    _hold(session, survey)
    if not _count(session, survey, Response.collector_id == collector_id):
        raise NotFound(_("Điều tra viên này chưa có phiếu nào trong đợt. Xin chọn người trong bảng."))
    aside = SetAside(survey_id=survey.id, collector_id=collector_id, reason=reason, asked_by=actor.label, flagged=[])
    try:
        with session.begin_nested():
            session.add(aside)
    except IntegrityError as error:
        raise Conflict(_("Phiếu của điều tra viên này đã để riêng, hoặc đã có đề nghị đang chờ duyệt.")) from error
    record(
        session, actor, "set_aside.ask", f"survey:{survey.slug}", number=aside.id, collector=collector_id, reason=reason
    )
    return aside


def approve_set_aside(session: Session, survey: Survey, number: int, *, actor: Actor) -> int:
    """Leave the forms out; their cases are open again, their places in quotas are given back.

    Returns
    -------
    int
        How many forms were set aside.

    Raises
    ------
    NotFound, Forbidden, Conflict
        No such request; the person who asked; approved or withdrawn already, or not the time for it.
    """
    _hold(session, survey)
    aside = _find(session, survey, number)
    if aside.approved_at is not None:
        raise Conflict(_("Đề nghị này đã được duyệt."))
    if aside.asked_by == actor.label:
        raise Forbidden(_("Người đề nghị không tự duyệt được. Xin nhờ người khác có quyền duyệt."))
    if aside.collector_id == actor.user_id:
        raise Forbidden(_("Không ai tự duyệt việc về phiếu của chính mình. Xin nhờ người khác."))
    theirs = (Response.survey_id == survey.id, Response.collector_id == aside.collector_id)
    aside.flagged = [
        str(key) for key in session.scalars(select(Response.id).where(*theirs, Response.status == "flagged"))
    ]
    earlier = select(SetAside).where(SetAside.survey_id == survey.id, SetAside.collector_id == aside.collector_id)
    known = {case for one in session.scalars(earlier) for case in one.cases}
    cases = session.scalars(_answered_cases(survey, aside, known, *theirs, Response.status.in_(COUNTED))).all()
    aside.cases = [] if survey.state == "collecting" else sorted(cases)
    before = (
        select(Attempt.outcome)
        .where(Attempt.case_id == Case.id, Attempt.outcome != "answered")
        .order_by(Attempt.tried_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    # where nothing came before, the outcome stays "answered": somebody was reached, though the form does not count
    for portion in portions(cases):
        _change(
            session,
            Case,
            Case.id.in_(portion),
            state="tried",
            outcome=func.coalesce(before, "answered"),
            changed_at=now(),
        )
        _change(session, CallBack, CallBack.case_id.in_(portion), CallBack.ended_at.is_(None), ended_at=now())
    count = _change(session, Response, *theirs, Response.status.in_(COUNTED), status="set_aside")
    aside.approved_by, aside.approved_at = actor.label, now()
    recount_quotas(session, survey)
    record(
        session,
        actor,
        "set_aside.approve",
        f"survey:{survey.slug}",
        number=number,
        collector=aside.collector_id,
        asked_by=aside.asked_by,
        forms=count,
    )
    return count


def lift_set_aside(session: Session, survey: Survey, number: int, *, reason: str, actor: Actor) -> tuple[int, int]:
    """Withdraw a request, or take the forms back in with the status they had; their cases are answered again.

    A form whose case was meanwhile answered anew, replaced or closed does not come back: a case counts once.

    Returns
    -------
    (int, int)
        How many forms came back, and how many could not.

    Raises
    ------
    UserError, NotFound, Conflict
        No reason; no such request; ended already; a quota that refuses would be passed.
    """
    reason = read_reason(reason, longest=MAXIMUM_REASON)
    _hold(session, survey)
    aside = _find(session, survey, number)
    back, late = 0, 0
    if aside.approved_at is not None:
        theirs = (
            Response.survey_id == survey.id,
            Response.collector_id == aside.collector_id,
            Response.status == "set_aside",
        )
        late = _supersede_late(session, *theirs)
        for portion in portions(_open_cases(session, aside, *theirs)):
            _change(session, Case, Case.id.in_(portion), state="answered", outcome="answered", changed_at=now())
            latest = select(func.max(CallBack.id)).where(CallBack.case_id.in_(portion)).group_by(CallBack.case_id)
            _change(session, CallBack, CallBack.id.in_(latest), ended_at=None)
        flagged = set(aside.flagged)
        ids = [key for key in session.scalars(select(Response.id).where(*theirs)) if str(key) in flagged]
        back = _change(session, Response, *theirs, Response.id.in_(ids), status="flagged") if ids else 0
        back += _change(session, Response, *theirs, status="accepted")
    aside.ended_by, aside.ended_at, aside.end_reason = actor.label, now(), reason
    recount_quotas(session, survey)
    record(
        session,
        actor,
        "set_aside.lift",
        f"survey:{survey.slug}",
        number=number,
        collector=aside.collector_id,
        reason=reason,
        forms=back,
        superseded=late,
    )
    return back, late


def _answered_cases(
    survey: Survey, aside: SetAside, known: Collection[int], *forms: ColumnElement[bool]
) -> Select[int]:
    """The cases that forms of a collector answered; where ties were cut, those they answered last or `known` before."""
    last = (
        select(Attempt.collector_id)
        .where(Attempt.case_id == Case.id, Attempt.outcome == "answered")
        .order_by(Attempt.tried_at.desc(), Attempt.id)
        .limit(1)
        .scalar_subquery()
    )
    tied = select(Response.case_id).where(*forms, Response.case_id.is_not(None))
    cut = ~select(Response.id).where(Response.case_id == Case.id).exists()
    return select(Case.id).where(
        Case.survey_id == survey.id,
        Case.state == "answered",
        Case.id.in_(tied) | (cut & ((last == aside.collector_id) | (last.is_(None) & Case.id.in_(known)))),
    )


def _open_cases(session: Session, aside: SetAside, *forms: ColumnElement[bool]) -> list[int]:
    """The cases of forms set aside that still wait for an answer, those remembered when ties were cut among them."""
    tied = session.scalars(select(Case.id).join(Response, Response.case_id == Case.id).where(*forms)).all()
    found: set[int] = set()
    for portion in portions(sorted({*tied, *aside.cases})):
        found |= set(session.scalars(select(Case.id).where(Case.id.in_(portion), Case.state.in_(OPEN_STATES))))
    return sorted(found)


def _supersede_late(session: Session, *theirs: ColumnElement[bool]) -> int:
    """Forms whose case is no longer open, or that came twice for a case, are superseded: a case counts once."""
    gone = select(Case.id).where(Case.state.not_in(OPEN_STATES))
    late = _change(session, Response, *theirs, Response.case_id.in_(gone), status="superseded")
    first: set[int | None] = set()
    again = []
    for key, case_id in session.execute(
        select(Response.id, Response.case_id).where(*theirs, Response.case_id.is_not(None)).order_by(Response.id)
    ):
        if case_id in first:
            again.append(key)
        first.add(case_id)
    return late + (_change(session, Response, Response.id.in_(again), status="superseded") if again else 0)


def _hold(session: Session, survey: Survey) -> None:
    """Hold the survey: no response comes in until this is done."""
    session.refresh(survey, with_for_update={"of": Survey})
    if survey.state not in ("collecting", "closed"):
        raise Conflict(_("Chỉ để riêng phiếu khi đợt đang nhận phiếu hoặc đã đóng, trước khi công bố."))


def _find(session: Session, survey: Survey, number: int) -> SetAside:
    aside = by_number(session, SetAside, number)
    if aside is None or aside.survey_id != survey.id:
        raise NotFound(_("Đợt này không có đề nghị để riêng số %(number)s.", number=number))
    if aside.ended_at is not None:
        raise Conflict(_("Đề nghị này đã kết thúc."))
    return aside


def _count(session: Session, survey: Survey, condition: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(Response).join(User, Response.collector_id == User.id)
    return session.scalar(query.where(Response.survey_id == survey.id, condition)) or 0


def _change(
    session: Session, table: type[Case | Response | CallBack], *where: ColumnElement[bool], **values: object
) -> int:
    done = session.execute(update(table).where(*where).values(**values).execution_options(synchronize_session=False))
    session.expire_all()
    return int(done.rowcount)  # type: ignore[attr-defined]  # a delete or an update has it
