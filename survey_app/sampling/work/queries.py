"""Reading cases: always within an area, never with contact data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.characters import is_clean
from survey_app.errors import NotFound, UserError
from survey_app.geography.models import Unit
from survey_app.i18n import today
from survey_app.sampling.models import Draw, FrameUnit
from survey_app.sampling.work.area import Area, lies_within
from survey_app.sampling.work.models import Assignment, Attempt, Case, PostOffice

OPEN = ("todo", "tried")
#: A case that belongs to the sample now: drawn in the first place, or a reserve that took another's place.
LIVE = or_(Case.role == "main", Case.replaces_id.is_not(None))
HELD = and_(Assignment.case_id == Case.id, Assignment.ended_at.is_(None))
PAGE = 50
LARGEST_ID = 2**31 - 1
PORTION = 5_000

_COLUMNS = (
    Case.id,
    Case.state,
    Case.outcome,
    Case.attempts,
    Case.role,
    Case.rank,
    Case.reason,
    Case.replaces_id,
    Case.listed_case_id,
    Case.frame_unit_id,
    Case.changed_at,
    Unit.code.label("unit_code"),
    Unit.name.label("unit_name"),
    Unit.path.label("unit_path"),
    FrameUnit.stratum_name,
    Assignment.id.label("assignment_id"),
    Assignment.office_id,
    Assignment.collector_id,
    Assignment.assigned_at,
    Assignment.due_on,
)


@dataclass(frozen=True)
class CaseLine:
    """A case, where it is and who has it."""

    id: int
    state: str
    outcome: str | None
    attempts: int
    role: str
    rank: int
    reason: str
    replaces_id: int | None
    listed_case_id: int | None
    frame_unit_id: int
    changed_at: datetime
    unit_code: str
    unit_name: str
    unit_path: str
    stratum_name: str
    assignment_id: int | None
    office_id: int | None
    collector_id: int | None
    assigned_at: datetime | None
    due_on: date | None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.state in OPEN

    @property
    def is_live(self) -> bool:
        """Whether it belongs to the sample now; a reserve that nobody called up does not."""
        return self.role == "main" or self.replaces_id is not None

    @property
    def is_overdue(self) -> bool:
        """Whether its day has passed without an answer."""
        return self.is_open and self.due_on is not None and self.due_on < today()


def select_cases(area: Area, *columns: Any) -> Select[Any]:
    """A query over the cases of an area in the draw in force, each with the assignment in force if there is one."""
    return (
        select(*columns)
        .select_from(Case)
        .join(FrameUnit, Case.frame_unit_id == FrameUnit.id)
        .join(Draw, FrameUnit.draw_id == Draw.id)
        .join(Unit, FrameUnit.unit_id == Unit.id)
        .outerjoin(Assignment, HELD)
        .where(Case.survey_id == area.survey.id, Draw.in_force, FrameUnit.drawn, *area.conditions())
    )


@dataclass(frozen=True)
class CaseFilter:
    """Which cases of an area a list shows.

    Attributes
    ----------
    reserves : bool
        Reserves that nobody called up as well.
    unused : bool
        These alone.
    """

    unit: Unit | None = None
    state: str = ""
    holder: PostOffice | User | None = None
    unassigned: bool = False
    overdue: bool = False
    reserves: bool = False
    unused: bool = False

    def conditions(self) -> list[Any]:
        """The same as conditions on a query of `select_cases`."""
        found: list[Any] = [] if self.reserves or self.unused else [LIVE]
        if self.unused:
            found += [Case.role == "reserve", Case.replaces_id.is_(None)]
        if self.unit is not None:
            found.append(lies_within([self.unit]))
        if self.state == "open":
            found.append(Case.state.in_(OPEN))
        elif self.state:
            found.append(Case.state == self.state)
        if isinstance(self.holder, User):
            found.append(Assignment.collector_id == self.holder.id)
        elif self.holder is not None:
            found.append(Assignment.office_id == self.holder.id)
        if self.unassigned:
            found += [Assignment.id.is_(None), Case.state.in_(OPEN)]
        if self.overdue:
            found += [Assignment.due_on < today(), Case.state.in_(OPEN)]
        return found


def list_cases(
    session: Session, area: Area, chosen: CaseFilter, *, after: int = 0, limit: int | None = PAGE
) -> list[CaseLine]:
    """The cases in the order of the draw, those after a number."""
    query = select_cases(area, *_COLUMNS).where(Case.id > after, *chosen.conditions()).order_by(Case.id)
    if limit is not None:
        query = query.limit(limit)
    return [CaseLine(*row) for row in session.execute(query)]


def list_by_road(
    session: Session, area: Area, chosen: CaseFilter, *, skip: int = 0, limit: int | None = PAGE
) -> list[CaseLine]:
    """The cases commune by commune, in the order in which a person would go."""
    query = select_cases(area, *_COLUMNS).where(*chosen.conditions())
    query = query.order_by(FrameUnit.position, Case.role, Case.rank, Case.id).offset(skip).limit(limit)
    return [CaseLine(*row) for row in session.execute(query)]


def count_listed(session: Session, area: Area, chosen: CaseFilter) -> int:
    """How many cases a list has."""
    return session.scalar(select_cases(area, func.count()).where(*chosen.conditions())) or 0


def find_line(session: Session, area: Area, case_id: int) -> CaseLine:
    """One case of an area.

    Raises
    ------
    NotFound
        There is none of this number in it.
    """
    row = (
        session.execute(select_cases(area, *_COLUMNS).where(Case.id == case_id)).first()
        if 0 < case_id <= LARGEST_ID
        else None
    )
    if row is None:
        raise no_such_case(case_id)
    return CaseLine(*row)


def no_such_case(case_id: int) -> NotFound:
    """The same words whether a case is another's, outside the drawn units, or never was."""
    return NotFound(
        _("Không có hồ sơ số %(number)s trong phần việc của Ông/Bà. Xin tải lại trang.", number=str(case_id)[:12])
    )


def lines_of(session: Session, area: Area, case_ids: Sequence[int]) -> list[CaseLine]:
    """The chosen cases in the order of the draw.

    Raises
    ------
    UserError
        None was chosen, or one is not in the area: outside the drawn units, another's, or gone with an earlier draw.
    """
    wanted = sorted(set(case_ids))
    if not wanted:
        raise UserError(_("Chưa chọn hồ sơ nào. Xin đánh dấu ít nhất một hồ sơ rồi bấm lại."))
    known = [number for number in wanted if 0 < number <= LARGEST_ID]
    query = select_cases(area, *_COLUMNS)
    lines = [
        CaseLine(*row)
        for portion in portions(known)
        for row in session.execute(query.where(Case.id.in_(portion)).order_by(Case.id))
    ]
    missing = sorted(set(wanted) - {line.id for line in lines})
    if missing:
        raise NotFound(
            _(
                "Không làm gì cả: hồ sơ số %(numbers)s không có trong mẫu đang dùng hoặc không thuộc phần việc của "
                "Ông/Bà. Xin tải lại trang rồi chọn lại.",
                numbers=shown_numbers(missing),
            )
        )
    return lines


def shown_numbers(numbers: Sequence[int]) -> str:
    """A few numbers, and that there are more."""
    words = ", ".join(str(number)[:12] for number in numbers[:8])
    return words + ("…" if len(numbers) > 8 else "")


def portions(values: Sequence[int]) -> Iterator[Sequence[int]]:
    """The values in parts that fit into one statement."""
    for start in range(0, len(values), PORTION):
        yield values[start : start + PORTION]


def find_place(session: Session, area: Area, code: str) -> Unit:
    """The commune, agency or district of this code in the survey's territory.

    Raises
    ------
    NotFound
        There is none, or it lies outside the area.
    """
    territory = area.survey.territory
    query = select(Unit).where(Unit.code == code, Unit.code_system == territory.code_system, lies_within([territory]))
    unit = session.scalar(query.order_by(func.length(Unit.path)).limit(1)) if is_clean(code) else None
    if unit is None or not area.touches(unit):
        raise NotFound(_("Địa bàn mang mã „%(code)s” không thuộc phần việc của Ông/Bà.", code=code[:30]))
    return unit


def places_of(session: Session, area: Area, codes: Sequence[str]) -> list[Unit | None]:
    """The places of these codes; None, for everywhere, where no code is given.

    Raises
    ------
    NotFound
        As `find_place`.
    """
    return [find_place(session, area, code) for code in dict.fromkeys(codes)] or [None]


def attempts_of(session: Session, case_ids: Sequence[int]) -> dict[int, list[Attempt]]:
    """The attempts of cases, the earliest first."""
    found: dict[int, list[Attempt]] = {}
    for attempt in session.scalars(select(Attempt).where(Attempt.case_id.in_(case_ids)).order_by(Attempt.tried_at)):
        found.setdefault(attempt.case_id, []).append(attempt)
    return found


def assignments_of(session: Session, case_id: int) -> Sequence[Assignment]:
    """Every assignment a case has had, the earliest first."""
    return session.scalars(select(Assignment).where(Assignment.case_id == case_id).order_by(Assignment.id)).all()


def replacement_of(session: Session, case_id: int) -> int | None:
    """The reserve that took a case's place."""
    return session.scalar(select(Case.id).where(Case.replaces_id == case_id))


def has_cases(session: Session, survey_id: int) -> bool:
    """Whether a survey's answers are to come from drawn cases."""
    return session.scalar(select(Case.id).where(Case.survey_id == survey_id).limit(1)) is not None


def people_of(session: Session, ids: set[int | None]) -> dict[int | None, User]:
    """The accounts of these numbers."""
    known = [number for number in ids if number is not None]
    return {user.id: user for user in session.scalars(select(User).where(User.id.in_(known)))} if known else {}


def offices_of(session: Session, ids: set[int | None]) -> dict[int | None, PostOffice]:
    """The offices of these numbers."""
    known = [number for number in ids if number is not None]
    return {one.id: one for one in session.scalars(select(PostOffice).where(PostOffice.id.in_(known)))} if known else {}


def holders_of_cases(session: Session, survey_id: int) -> dict[int, int]:
    """The collector who has each open case now, by the case's number."""
    query = (
        select(Assignment.case_id, Assignment.collector_id)
        .join(Case, Assignment.case_id == Case.id)
        .where(
            Case.survey_id == survey_id,
            Case.state.in_(OPEN),
            Assignment.ended_at.is_(None),
        )
    )
    return {case_id: collector for case_id, collector in session.execute(query) if collector is not None}


def holder_of(session: Session, case_id: int) -> int | None:
    """The collector who has a case now."""
    query = select(Assignment.collector_id).where(Assignment.case_id == case_id, Assignment.ended_at.is_(None))
    return session.scalar(query)
