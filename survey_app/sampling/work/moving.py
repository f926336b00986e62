"""Work changes hands: moved as a whole or in part, or taken back with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.database import now
from survey_app.errors import Conflict, UserError
from survey_app.reasons import read_reason
from survey_app.sampling.work.area import Area
from survey_app.sampling.work.assigning import Given, check_due, check_open, hold_working, queue_for, store_assignments
from survey_app.sampling.work.holders import Holder
from survey_app.sampling.work.models import Assignment
from survey_app.sampling.work.queries import CaseFilter, CaseLine, lines_of, list_cases, places_of, portions

MOVED = "moved"


def move_cases(
    session: Session, area: Area, case_ids: Sequence[int], holder: Holder, *, actor: Actor, due_on: date | None = None
) -> Given:
    """Give cases that somebody has to somebody else; each keeps its last day unless a new one is given.

    Raises
    ------
    UserError, NotFound, Conflict
        A case is not in the area, done with, in nobody's hands, there already, or was just moved by somebody else.
    """
    hold_working(session, area.survey)
    lines = lines_of(session, area, case_ids)
    check_open(lines)
    _check_held(lines)
    if all(holder.has(line) for line in lines):
        raise Conflict(_("Các hồ sơ này đã ở chỗ %(name)s.", name=holder.name))
    check_due(area.survey, due_on)
    lines = [line for line in lines if not holder.has(line)]
    holder.check_reach(area, lines)
    queue_for(session, lines)
    _end(session, lines, MOVED)
    store_assignments(session, lines, holder, actor, {line.id: due_on or line.due_on for line in lines})
    communes = len({line.frame_unit_id for line in lines})
    record(
        session,
        actor,
        "work.move",
        f"survey:{area.survey.slug}",
        to=holder.key,
        cases=len(lines),
        communes=communes,
        numbers=[line.id for line in lines[:50]],
    )
    return Given(holder, len(lines), communes, due_on)


def withdraw_cases(session: Session, area: Area, case_ids: Sequence[int], *, actor: Actor, reason: str) -> int:
    """Take cases back, so that nobody has them; how many.

    Raises
    ------
    UserError, NotFound, Conflict
        No reason, or as `move_cases`.
    """
    reason = read_reason(reason)
    hold_working(session, area.survey)
    lines = lines_of(session, area, case_ids)
    check_open(lines)
    _check_held(lines)
    queue_for(session, lines)
    _end(session, lines, reason)
    record(
        session,
        actor,
        "work.withdraw",
        f"survey:{area.survey.slug}",
        cases=len(lines),
        reason=reason,
        numbers=[line.id for line in lines[:50]],
    )
    return len(lines)


def choose_part(
    session: Session, area: Area, holder: Holder, *, count: int | None = None, codes: Sequence[str] = ()
) -> list[int]:
    """Open cases of somebody, to be moved or taken back: of places, and of these so many.

    Of a count the cases nobody has tried go first, commune by commune, whole communes where they fit.

    Raises
    ------
    UserError, NotFound
        There are not so many; a place is outside the area.
    """
    who = holder.collector or holder.office
    lines = [
        line
        for unit in places_of(session, area, codes)
        for line in list_cases(session, area, CaseFilter(unit=unit, state="open", holder=who), limit=None)
        if holder.collector is not None or line.collector_id is None
    ]
    if count is None:
        if not lines:
            raise Conflict(_("%(name)s không có hồ sơ nào đang làm ở địa bàn đã chọn.", name=holder.name))
        return sorted({line.id for line in lines})
    if not 1 <= count <= len(lines):
        raise UserError(
            _(
                "%(name)s đang có %(have)s hồ sơ chưa xong; xin ghi một số từ 1 đến %(have)s.",
                name=holder.name,
                have=len(lines),
            )
        )
    return _take(lines, count)


def _take(lines: Sequence[CaseLine], count: int) -> list[int]:
    communes: dict[int, list[CaseLine]] = {}
    for line in lines:
        communes.setdefault(line.frame_unit_id, []).append(line)
    untouched = [part for part in communes.values() if all(line.state == "todo" for line in part)]
    taken: list[int] = []
    for part in sorted(untouched, key=lambda part: (-len(part), part[0].frame_unit_id)):
        if len(part) <= count - len(taken):
            taken += [line.id for line in part]
    rest = [line for line in lines if line.id not in set(taken)]
    rest.sort(key=lambda line: (line.state != "todo", len(communes[line.frame_unit_id]), line.frame_unit_id, line.id))
    return sorted(taken + [line.id for line in rest[: count - len(taken)]])


def _check_held(lines: Sequence[CaseLine]) -> None:
    free = [line.id for line in lines if line.assignment_id is None]
    if free:
        raise Conflict(
            _(
                "Không làm gì cả: %(count)s hồ sơ đã chọn không ở chỗ ai. "
                "Có thể người khác vừa rút; xin tải lại trang.",
                count=len(free),
            )
        )


def _end(session: Session, lines: Sequence[CaseLine], reason: str) -> None:
    ended = 0
    for portion in portions([line.assignment_id or 0 for line in lines]):
        done = session.execute(
            update(Assignment)
            .where(Assignment.id.in_(portion), Assignment.ended_at.is_(None))
            .values(ended_at=now(), end_reason=reason)
            .execution_options(synchronize_session=False)
        )
        ended += done.rowcount  # type: ignore[attr-defined]  # a delete or an update has it
    if ended != len(lines):
        session.rollback()
        raise Conflict(
            _("Không làm gì cả: người khác vừa chuyển hoặc rút một phần các hồ sơ này. Xin tải lại trang rồi chọn lại.")
        )
