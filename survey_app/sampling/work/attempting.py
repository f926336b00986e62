"""What became of a case: a try that failed, giving it up, taking it up again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.database import now
from survey_app.errors import Conflict, UserError
from survey_app.i18n import PROVINCE_TIME
from survey_app.i18n import day as day_words
from survey_app.reasons import read_reason
from survey_app.sampling.work.area import Area
from survey_app.sampling.work.assigning import hold_collecting
from survey_app.sampling.work.models import Attempt, Case
from survey_app.sampling.work.queries import OPEN, CaseLine, find_line, people_of
from survey_app.sampling.work.words import FINAL, OUTCOME_WORDS
from survey_app.surveys.design import design_of
from survey_app.surveys.models import Survey

#: How far the clock of a device may be ahead of ours.
CLOCK_TOLERANCE = timedelta(minutes=10)
NOBODY_MET = ("not_home", "unreachable", "later")
#: Nobody tries more often; a script that goes wrong does.
MOST_TRIES = 50
FAILURES = tuple(outcome for outcome in OUTCOME_WORDS if outcome != "answered")
FAILED = Attempt.outcome != "answered"


@dataclass(frozen=True)
class Tried:
    """A try on record, and what follows from it.

    Attributes
    ----------
    counted : int
        Tries that count by the survey's rule, this one included.
    may_replace : bool
        Whether the case may now give way to a reserve.
    repeated : bool
        Whether this very try was on record before.
    """

    case_id: int
    counted: int
    may_replace: bool
    repeated: bool = False


def record_attempt(
    session: Session,
    area: Area,
    case_id: int,
    *,
    attempt_id: UUID,
    outcome: str,
    collector: User,
    actor: Actor,
    tried_at: datetime | None = None,
) -> Tried:
    """Write down a try that brought no answer. The same id again changes nothing.

    Parameters
    ----------
    attempt_id : UUID
        Made by the page or the device before it sends, so that a second click is no second try.
    tried_at : datetime, optional
        When it was; now where absent.

    Raises
    ------
    UserError, NotFound, Conflict
        No such outcome, a time that has not come, a case that is another's, done with or tried too often, an id that
        was used for something else.
    """
    if outcome not in FAILURES:
        raise UserError(_("Xin chọn một kết quả của lần thử, ví dụ „vắng nhà, không gặp”."))
    moment = tried_at or now()
    if moment.date() < area.survey.starts_on:
        raise UserError(
            _(
                "Lần thử ghi vào ngày trước khi đợt bắt đầu (%(day)s). Xin sửa ngày.",
                day=day_words(area.survey.starts_on),
            )
        )
    if moment > now() + CLOCK_TOLERANCE:
        raise UserError(_("Lần thử này ghi vào lúc chưa đến. Xin kiểm tra lại ngày giờ."))
    known = session.get(Attempt, attempt_id)
    if known is not None:
        return _known_attempt(session, area, known, case_id, outcome, collector)
    hold_collecting(session, area.survey)
    case = hold_case(session, area, case_id)
    if case.state not in OPEN:
        raise Conflict(_("Hồ sơ số %(number)s đã xong nên không ghi thêm lần thử được.", number=case_id))
    _refuse_one_more(session, case_id)
    day = moment.astimezone(PROVINCE_TIME).date()
    try:
        with session.begin_nested():
            session.add(
                Attempt(
                    id=attempt_id,
                    case_id=case.id,
                    collector_id=collector.id,
                    outcome=outcome,
                    tried_at=moment,
                    day=day,
                )
            )
            session.flush()
    except IntegrityError:
        known = session.get(Attempt, attempt_id, populate_existing=True)
        if known is None:
            raise
        return _known_attempt(session, area, known, case_id, outcome, collector)
    case.state, case.outcome, case.changed_at = "tried", _standing_outcome(session, case.id), now()
    case.attempts = count_tries(session, area.survey, case.id)
    session.flush()
    record(
        session,
        actor,
        "case.attempt",
        f"case:{case.id}",
        survey=area.survey.slug,
        outcome=outcome,
        collector=collector.id,
        tried_at=moment.isoformat(timespec="minutes"),
        counted=case.attempts,
    )
    return Tried(case.id, case.attempts, may_replace(area.survey, case))


def _refuse_one_more(session: Session, case_id: int) -> None:
    tries = session.scalar(select(func.count()).select_from(Attempt).where(Attempt.case_id == case_id)) or 0
    if tries >= MOST_TRIES:
        raise Conflict(
            _(
                "Hồ sơ số %(number)s đã có %(count)s lần thử nên không ghi thêm được. Xin thay hoặc khép hồ sơ này.",
                number=case_id,
                count=tries,
            )
        )


def who_tried(session: Session, line: CaseLine, writer_id: int) -> User:
    """Whoever has the case, else the one who writes the try down."""
    return people_of(session, {line.collector_id}).get(line.collector_id) or session.get_one(User, writer_id)


def _standing_outcome(session: Session, case_id: int) -> str | None:
    """The outcome of the last try that reached somebody or settled something; else of the last.

    A refusal is not undone by finding nobody at home later (AAPOR 2023, on final disposition codes). That a case
    which is open again was once answered says nothing: the form was set aside.
    """
    return session.scalar(
        select(Attempt.outcome)
        .where(Attempt.case_id == case_id, FAILED)
        .order_by(Attempt.outcome.in_(NOBODY_MET), Attempt.tried_at.desc(), Attempt.id.desc())
        .limit(1)
    )


def _known_attempt(session: Session, area: Area, known: Attempt, case_id: int, outcome: str, collector: User) -> Tried:
    if (known.case_id, known.outcome, known.collector_id) != (case_id, outcome, collector.id):
        raise Conflict(_("Lần thử này đã được ghi với nội dung khác. Xin tải lại trang rồi ghi lại."))
    case = session.get_one(Case, case_id)
    return Tried(case.id, case.attempts, may_replace(area.survey, case), repeated=True)


def count_tries(session: Session, survey: Survey, case_id: int) -> int:
    """How many tries that brought no answer count by the survey's rule: all, or one a day."""
    days = design_of(survey).work.on_different_days
    counted = func.count(Attempt.day.distinct()) if days else func.count()
    return session.scalar(select(counted).select_from(Attempt).where(Attempt.case_id == case_id, FAILED)) or 0


def may_replace(survey: Survey, case: Case | CaseLine) -> bool:
    """Whether a case may give way to a reserve: tried often enough, or with an outcome that ends it."""
    if case.state != "tried":
        return False
    return case.outcome in FINAL or case.attempts >= design_of(survey).work.attempts


def hold_case(session: Session, area: Area, case_id: int) -> Case:
    """A case of an area, locked until the transaction ends.

    Raises
    ------
    NotFound
        There is none of this number in it.
    """
    find_line(session, area, case_id)
    return session.get_one(Case, case_id, with_for_update={"of": Case, "key_share": True}, populate_existing=True)


def close_case(session: Session, area: Area, case_id: int, *, actor: Actor, reason: str) -> Case:
    """Give a case up: it stays in the sample without an answer.

    Raises
    ------
    UserError, NotFound, Conflict
        No reason; no such case; it is done with already.
    """
    reason = read_reason(reason)
    hold_collecting(session, area.survey)
    case = hold_case(session, area, case_id)
    if case.state not in OPEN:
        raise Conflict(_("Hồ sơ số %(number)s đã xong hoặc đã khép rồi.", number=case_id))
    case.state, case.reason, case.changed_at = "closed", reason, now()
    session.flush()
    record(session, actor, "case.close", f"case:{case.id}", survey=area.survey.slug, reason=reason)
    return case


def reopen_case(session: Session, area: Area, case_id: int, *, actor: Actor, reason: str) -> Case:
    """Take up a case that was given up, while the survey collects.

    Raises
    ------
    UserError, NotFound, Conflict
        No reason; no such case; it is not closed, or the survey is.
    """
    reason = read_reason(reason)
    hold_collecting(session, area.survey)
    case = hold_case(session, area, case_id)
    if case.state != "closed":
        raise Conflict(_("Hồ sơ số %(number)s không ở trạng thái đã khép nên không mở lại được.", number=case_id))
    case.state, case.reason, case.changed_at = "tried" if case.outcome else "todo", reason, now()
    session.flush()
    record(session, actor, "case.reopen", f"case:{case.id}", survey=area.survey.slug, reason=reason)
    return case
