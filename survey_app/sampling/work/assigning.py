"""Giving out cases: chosen ones, or all of a place that nobody has yet; all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.database import now
from survey_app.errors import Conflict, UserError
from survey_app.i18n import day as day_words
from survey_app.i18n import today
from survey_app.sampling.work.area import Area
from survey_app.sampling.work.deadlines import deadline
from survey_app.sampling.work.holders import Holder
from survey_app.sampling.work.models import Assignment, Case
from survey_app.sampling.work.queries import (
    CaseFilter,
    CaseLine,
    lines_of,
    list_cases,
    places_of,
    portions,
    shown_numbers,
)
from survey_app.surveys.models import Survey

WORKING_STATES = ("sampled", "collecting")
#: Work may go on after the last day of a survey, for as long as nobody closes it.
LATEST_AFTER_END = timedelta(days=365)


@dataclass(frozen=True)
class Given:
    """What was given to whom, until when."""

    holder: Holder
    count: int
    communes: int
    due_on: date | None


def assign_cases(
    session: Session, area: Area, case_ids: Sequence[int], holder: Holder, *, actor: Actor, due_on: date | None = None
) -> Given:
    """Give chosen cases to an office or a collector.

    Parameters
    ----------
    due_on : date, optional
        The last day; by the survey's rule where absent.

    Raises
    ------
    UserError, NotFound, Conflict
        A case is outside the drawn units or the area, done with, or in somebody's hands; nothing is given then.
    """
    hold_working(session, area.survey)
    return _give(session, area, lines_of(session, area, case_ids), [(holder, None)], actor, due_on)[0]


def assign_places(
    session: Session, area: Area, codes: Sequence[str], holder: Holder, *, actor: Actor, due_on: date | None = None
) -> Given:
    """Give every case that nobody has yet in communes or districts to an office or a collector.

    Raises
    ------
    UserError, NotFound, Conflict
        No place was chosen, one is outside the area, or nothing is left to give.
    """
    hold_working(session, area.survey)
    return _give(session, area, unassigned_in(session, area, codes), [(holder, None)], actor, due_on)[0]


def unassigned_in(session: Session, area: Area, codes: Sequence[str]) -> list[CaseLine]:
    """The open cases of places that nobody has; of the whole area where no place is named.

    Raises
    ------
    NotFound, Conflict
        A place is outside the area; nothing is left.
    """
    found: dict[int, CaseLine] = {}
    for unit in places_of(session, area, codes):
        for line in list_cases(session, area, CaseFilter(unit=unit, unassigned=True), limit=None):
            found[line.id] = line
    if not found:
        raise Conflict(
            _("Không còn hồ sơ nào chưa giao ở địa bàn đã chọn. Có thể người khác vừa giao; xin tải lại trang.")
        )
    return [found[number] for number in sorted(found)]


def share_out(
    session: Session,
    area: Area,
    lines: Sequence[CaseLine],
    shares: Sequence[tuple[Holder, Sequence[int]]],
    *,
    actor: Actor,
    due_on: date | None = None,
) -> list[Given]:
    """Give cases to several at once, each their share; all or none."""
    hold_working(session, area.survey)
    return _give(session, area, lines, shares, actor, due_on)


def hold_working(session: Session, survey: Survey) -> None:
    """Keep the survey from being drawn anew or closed until the transaction ends.

    Raises
    ------
    Conflict
        The survey has no sample yet or is closed.
    """
    state = session.scalar(select(Survey.state).where(Survey.id == survey.id).with_for_update(read=True))
    if state not in WORKING_STATES:
        raise Conflict(_("Chỉ phân công sau khi bốc mẫu và trước khi đóng đợt khảo sát."))


def hold_collecting(session: Session, survey: Survey) -> None:
    """Keep the survey from being closed until the transaction ends.

    Raises
    ------
    Conflict
        The survey takes no answers now.
    """
    state = session.scalar(select(Survey.state).where(Survey.id == survey.id).with_for_update(read=True))
    if state != "collecting":
        raise Conflict(_("Đợt khảo sát này không nhận phiếu lúc này nên hồ sơ không đổi được."))


def _give(
    session: Session,
    area: Area,
    lines: Sequence[CaseLine],
    shares: Sequence[tuple[Holder, Sequence[int] | None]],
    actor: Actor,
    due_on: date | None,
) -> list[Given]:
    check_open(lines)
    taken = [line.id for line in lines if line.assignment_id is not None]
    if taken and len(shares) == 1 and all(shares[0][0].has(line) for line in lines):
        raise Conflict(_("Các hồ sơ này đã ở chỗ %(name)s.", name=shares[0][0].name))
    if taken:
        raise Conflict(
            _(
                "Không giao gì cả: hồ sơ số %(numbers)s đã có người giữ. Xin chuyển hoặc rút trước rồi giao lại.",
                numbers=shown_numbers(taken),
            )
        )
    check_due(area.survey, due_on)
    due = due_on or deadline(area.survey)
    queue_for(session, lines)
    given: list[Given] = []
    by_id = {line.id: line for line in lines}
    for holder, ids in shares:
        part = list(lines) if ids is None else [by_id[number] for number in ids]
        holder.check_reach(area, part)
        store_assignments(session, part, holder, actor, {line.id: due for line in part})
        communes = len({line.frame_unit_id for line in part})
        record(
            session,
            actor,
            "work.assign",
            f"survey:{area.survey.slug}",
            to=holder.key,
            cases=len(part),
            communes=communes,
            due_on=due.isoformat() if due else None,
        )
        given.append(Given(holder, len(part), communes, due))
    return given


def queue_for(session: Session, lines: Sequence[CaseLine]) -> None:
    """Hold the rows of cases in the order of their numbers, so that of two at once one waits and none is stuck."""
    for portion in portions(sorted(line.id for line in lines)):
        session.execute(
            select(Case.id).where(Case.id.in_(portion)).order_by(Case.id).with_for_update(of=Case, key_share=True)
        )


def check_open(lines: Sequence[CaseLine]) -> None:
    """Refuse cases that are done with, and reserves that nobody called up.

    Raises
    ------
    Conflict
    """
    idle = [line.id for line in lines if not line.is_live]
    if idle:
        raise Conflict(
            _(
                "Không làm gì cả: hồ sơ số %(numbers)s là dự bị, chỉ dùng khi thay một hồ sơ khác.",
                numbers=shown_numbers(idle),
            )
        )
    done = [line.id for line in lines if not line.is_open]
    if done:
        raise Conflict(
            _(
                "Không làm gì cả: hồ sơ số %(numbers)s đã xong hoặc đã khép. Xin bỏ các hồ sơ ấy rồi bấm lại.",
                numbers=shown_numbers(done),
            )
        )


def check_due(survey: Survey, day: date | None) -> None:
    """Refuse a last day that has passed, comes before the survey begins or long after it ends.

    Raises
    ------
    UserError
    """
    if day is None:
        return
    if day < today():
        raise UserError(_("Hạn %(day)s đã qua. Xin chọn một ngày từ hôm nay trở đi.", day=day_words(day)))
    last = max(survey.ends_on, today()) + LATEST_AFTER_END
    if not survey.starts_on <= day <= last:
        raise UserError(
            _(
                "Hạn %(day)s nằm ngoài thời gian của đợt. Xin chọn một ngày từ %(first)s đến %(last)s.",
                day=day_words(day),
                first=day_words(max(survey.starts_on, today())),
                last=day_words(last),
            )
        )


def store_assignments(
    session: Session, lines: Sequence[CaseLine], holder: Holder, actor: Actor, due: dict[int, date | None]
) -> None:
    """Write assignments; where somebody else was quicker the index of those in force refuses, and nothing is written.

    Raises
    ------
    Conflict
    """
    moment = now()
    rows: list[dict[str, Any]] = [
        {
            "case_id": line.id,
            "office_id": holder.office_id,
            "collector_id": holder.collector_id,
            "assigned_by": actor.label,
            "assigned_at": moment,
            "due_on": due[line.id],
            "end_reason": "",
        }
        for line in lines
    ]
    try:
        session.execute(insert(Assignment), rows)
    except IntegrityError as error:
        session.rollback()
        raise Conflict(
            _("Không giao gì cả: người khác vừa giao một phần các hồ sơ này. Xin tải lại trang rồi chọn lại.")
        ) from error
