"""How the work of an area stands: counted by place and by who has it, in two grouped queries however many cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import case as when
from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from survey_app.geography.models import Unit
from survey_app.i18n import today
from survey_app.sampling.models import Draw, FrameUnit
from survey_app.sampling.work.area import Area, lies_within
from survey_app.sampling.work.models import Assignment, Case
from survey_app.sampling.work.queries import HELD, OPEN


@dataclass
class Tally:
    """Cases counted: of the sample now, and what became of them.

    Attributes
    ----------
    held, overdue : int
        Of those not done: in somebody's hands; past their day.
    reserves : int
        Not yet called up.
    """

    todo: int = 0
    tried: int = 0
    answered: int = 0
    closed: int = 0
    replaced: int = 0
    reserves: int = 0
    held: int = 0
    overdue: int = 0

    @property
    def open(self) -> int:
        """Those that still wait for an answer."""
        return self.todo + self.tried

    @property
    def live(self) -> int:
        """Those that belong to the sample now."""
        return self.open + self.answered + self.closed

    @property
    def unassigned(self) -> int:
        """Those not done that nobody has."""
        return self.open - self.held

    @property
    def share(self) -> float:
        """How much of it is answered."""
        return self.answered / self.live if self.live else 0.0

    def add(self, other: Tally) -> None:
        """Count another's cases as well."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


class HolderKey(NamedTuple):
    """An office and one of its collectors; either may be missing."""

    office_id: int | None
    collector_id: int | None


@dataclass
class Place:
    """A district, a commune or an agency with what is to do there."""

    unit: Unit
    tally: Tally = field(default_factory=Tally)
    communes: int = 0


@dataclass
class Board:
    """How an area stands."""

    places: list[Place]
    holders: dict[HolderKey, Tally]
    total: Tally


def read_board(session: Session, area: Area, within: Unit | None = None) -> Board:
    """Count an area by the districts of its territory, or by the communes of one district.

    Parameters
    ----------
    within : Unit, optional
        A part of the territory; its own parts are counted then.
    """
    top = within or area.survey.territory
    rows = _drawn_places(session, area, top)
    tallies = {number: Tally() for number, _path in rows}
    _count_cases(session, area, tallies)
    holders = _count_held(session, area, tallies)
    depth = top.path.count("/") + 1
    heads: dict[str, list[int]] = {}
    for number, path in rows:
        heads.setdefault("/".join(path.split("/")[: depth + 1]), []).append(number)
    units = {unit.path: unit for unit in session.scalars(select(Unit).where(Unit.path.in_(heads)))} if heads else {}
    places = []
    for path, numbers in heads.items():
        place = Place(units[path], communes=len(numbers))
        for number in numbers:
            place.tally.add(tallies[number])
        places.append(place)
    total = Tally()
    for place in places:
        total.add(place.tally)
    return Board(places, holders, total)


def _drawn_places(session: Session, area: Area, top: Unit) -> list[tuple[int, str]]:
    query = (
        select(FrameUnit.id, Unit.path)
        .join(Draw, FrameUnit.draw_id == Draw.id)
        .join(Unit, FrameUnit.unit_id == Unit.id)
        .where(Draw.survey_id == area.survey.id, Draw.in_force, FrameUnit.drawn, lies_within([top]))
        .where(true() if area.holds(area.survey.territory) else lies_within(area.places))
        .order_by(FrameUnit.position)
    )
    return [(number, path) for number, path in session.execute(query)]


def _count_cases(session: Session, area: Area, tallies: dict[int, Tally]) -> None:
    # The order of the index, so that counting needs no table of its own.
    query = select(Case.frame_unit_id, Case.state, Case.role, func.count(), func.count(Case.replaces_id))
    query = query.where(Case.survey_id == area.survey.id).group_by(Case.frame_unit_id, Case.state, Case.role)
    for number, state, role, count, called_up in session.execute(query):
        tally = tallies.get(number)
        if tally is not None:
            live = count if role == "main" else called_up
            setattr(tally, state, getattr(tally, state) + live)
            tally.reserves += (count - live) * (state == "todo")


def _count_held(session: Session, area: Area, tallies: dict[int, Tally]) -> dict[HolderKey, Tally]:
    late = when((Assignment.due_on < today(), 1), else_=0)
    query = (
        select(
            Assignment.office_id, Assignment.collector_id, Case.frame_unit_id, Case.state, func.sum(late), func.count()
        )
        .select_from(Case)
        .join(Assignment, HELD)
        .where(Case.survey_id == area.survey.id)
        .group_by(Assignment.office_id, Assignment.collector_id, Case.frame_unit_id, Case.state)
    )
    holders: dict[HolderKey, Tally] = {}
    for office_id, collector_id, number, state, overdue, count in session.execute(query):
        place = tallies.get(number)
        if place is None:
            continue
        mine = holders.setdefault(HolderKey(office_id, collector_id), Tally())
        setattr(mine, state, getattr(mine, state) + count)
        if state in OPEN:
            for tally in (place, mine):
                tally.held += count
                tally.overdue += int(overdue)
    return holders
