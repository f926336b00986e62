"""A reserve takes the place of a case that cannot be had: the next one of its commune, in the order of the draw."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.database import now
from survey_app.errors import Conflict
from survey_app.reasons import read_reason
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.work.area import Area
from survey_app.sampling.work.assigning import hold_collecting
from survey_app.sampling.work.attempting import hold_case, may_replace
from survey_app.sampling.work.deadlines import deadline
from survey_app.sampling.work.models import Assignment, Case
from survey_app.sampling.work.queries import LARGEST_ID, find_line, no_such_case, select_cases
from survey_app.surveys.design import design_of

REPLACED = "replaced"


@dataclass(frozen=True)
class Replaced:
    """Which reserve took whose place."""

    case_id: int
    reserve_id: int
    rank: int
    repeated: bool = False


def replace_case(session: Session, area: Area, case_id: int, *, actor: Actor, reason: str) -> Replaced:
    """Put the next reserve of the commune in the place of a case; whoever had the case has the reserve.

    A second click finds the reserve that the first one took.

    Raises
    ------
    UserError, NotFound, Conflict
        No reason; no such case; it may still be tried, or no reserve is left.
    """
    reason = read_reason(reason)
    hold_collecting(session, area.survey)
    if not 0 < case_id <= LARGEST_ID:
        raise no_such_case(case_id)
    # The commune's row is the queue for its reserves: of two at once the second sees what the first took. Before
    # anything else is read, for a case that was replaced is no longer with whoever had it.
    session.execute(
        select(FrameUnit.id)
        .join(Case, Case.frame_unit_id == FrameUnit.id)
        .where(Case.id == case_id, Case.survey_id == area.survey.id)
        .with_for_update(of=FrameUnit, key_share=True)
    )
    known = _known_replacement(session, area, case_id)
    if known is not None:
        return known
    line = find_line(session, area, case_id)
    case = hold_case(session, area, case_id)
    _check_replaceable(area, case)
    reserve = session.scalar(
        select(Case)
        .where(
            Case.frame_unit_id == case.frame_unit_id,
            Case.role == "reserve",
            Case.state == "todo",
            Case.replaces_id.is_(None),
        )
        .order_by(Case.rank)
        .limit(1)
        .with_for_update(of=Case, key_share=True)
        .execution_options(populate_existing=True)
    )
    if reserve is None:
        raise Conflict(
            _(
                "%(place)s không còn hồ sơ dự bị nào. Hồ sơ số %(number)s vẫn để nguyên; "
                "xin thử thêm, hoặc báo điều phối khép hồ sơ này.",
                place=line.unit_name,
                number=case_id,
            )
        )
    case.state, case.reason, case.changed_at = REPLACED, reason, now()
    reserve.replaces_id, reserve.changed_at = case.id, now()
    session.flush()
    _hand_over(session, area, case, reserve, actor)
    record(
        session,
        actor,
        "case.replace",
        f"case:{case.id}",
        survey=area.survey.slug,
        outcome=case.outcome,
        reserve=reserve.id,
        rank=reserve.rank,
        reason=reason,
    )
    return Replaced(case.id, reserve.id, reserve.rank)


def _known_replacement(session: Session, area: Area, case_id: int) -> Replaced | None:
    reserve = session.scalar(select_cases(area, Case).where(Case.replaces_id == case_id))
    return Replaced(case_id, reserve.id, reserve.rank, repeated=True) if reserve else None


def _check_replaceable(area: Area, case: Case) -> None:
    if may_replace(area.survey, case):
        return
    if case.state not in ("todo", "tried"):
        raise Conflict(_("Hồ sơ số %(number)s đã xong hoặc đã khép nên không thay được.", number=case.id))
    rule = design_of(area.survey).work
    words = (
        _(
            "Hồ sơ số %(number)s mới thử %(have)s ngày; cần thử đủ %(need)s lần vào các ngày khác nhau, "
            "hoặc có kết quả chắc chắn (từ chối, chuyển đi, đã mất…), rồi mới được thay.",
            number=case.id,
            have=case.attempts,
            need=rule.attempts,
        )
        if rule.on_different_days
        else _(
            "Hồ sơ số %(number)s mới thử %(have)s lần; cần thử đủ %(need)s lần, "
            "hoặc có kết quả chắc chắn (từ chối, chuyển đi, đã mất…), rồi mới được thay.",
            number=case.id,
            have=case.attempts,
            need=rule.attempts,
        )
    )
    raise Conflict(words)


def _hand_over(session: Session, area: Area, case: Case, reserve: Case, actor: Actor) -> None:
    held = session.scalar(
        select(Assignment).where(Assignment.case_id == case.id, Assignment.ended_at.is_(None)).with_for_update()
    )
    if held is None:
        return
    session.execute(update(Assignment).where(Assignment.id == held.id).values(ended_at=now(), end_reason=REPLACED))
    session.add(
        Assignment(
            case_id=reserve.id,
            office_id=held.office_id,
            collector_id=held.collector_id,
            assigned_by=actor.label,
            due_on=deadline(area.survey),
        )
    )
    session.flush()
