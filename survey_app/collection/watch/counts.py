"""Counting for the fieldwork page: each question to the database is one, however many communes there are.

Counts come from indexes alone (``ix_survey_case_place``, ``ix_response_place``, ``ix_response_work``,
``ix_attempt_day``); no answer is read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, select, tuple_
from sqlalchemy.orm import Session

from survey_app.collection.models import Response
from survey_app.collection.queries import COUNTED
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.work.models import Assignment, Attempt, Case

OPEN = ("todo", "tried")
#: Pairs that fit into one statement on every database.
LARGEST_IN = 5_000


@dataclass(frozen=True)
class Reach:
    """The drawn units that are counted; ``whole`` where these are all of the survey, so that none need be named."""

    survey_id: int
    entries: Sequence[FrameUnit]
    whole: bool

    @property
    def units(self) -> list[int]:
        """Ids of the units."""
        return [entry.unit_id for entry in self.entries]


@dataclass(frozen=True)
class CaseCount:
    """So many cases of a unit in one condition; ``standing``: drawn in the first place or called up."""

    frame_unit_id: int
    state: str
    role: str
    outcome: str | None
    standing: bool
    count: int


@dataclass(frozen=True)
class HeldCount:
    """So many open cases of a unit in somebody's hands, so many of them after their day."""

    frame_unit_id: int
    collector_id: int | None
    count: int
    late: int
    since: datetime


@dataclass(frozen=True)
class ReceivedCount:
    """So many responses of a unit with one status."""

    unit_id: int
    status: str
    completeness: str | None
    count: int


@dataclass
class Work:
    """Counted responses of a collector or by a channel.

    Attributes
    ----------
    received : int
    tenths : Counter
        How many took so many tenths of a minute; those of which it is not known are left out.
    """

    received: int = 0
    tenths: Counter[int] = field(default_factory=Counter)

    def add(self, tenths: int | None, count: int) -> None:
        """Count responses in."""
        self.received += count
        if tenths is not None:
            self.tenths[tenths] += count

    @property
    def minutes(self) -> float | None:
        """The median time of a form."""
        total = sum(self.tenths.values())
        if not total:
            return None
        middle, passed = 0, 0
        for value in sorted(self.tenths):
            before, passed = passed, passed + self.tenths[value]
            middle += value * sum(before <= place < passed for place in ((total - 1) // 2, total // 2))
        return middle / 20


@dataclass(frozen=True)
class WorkCounts:
    """The counted responses by collector, by channel and altogether."""

    by_collector: dict[int, Work]
    by_channel: dict[str, Work]
    total: Work


def count_cases(session: Session, reach: Reach) -> list[CaseCount]:
    """The cases of the drawn units by state, role and last outcome."""
    rows = session.execute(
        select(Case.frame_unit_id, Case.state, Case.role, Case.outcome, func.count(), func.count(Case.replaces_id))
        .where(Case.survey_id == reach.survey_id)
        .group_by(Case.frame_unit_id, Case.state, Case.role, Case.outcome)
    )
    known = {entry.id for entry in reach.entries}
    found = []
    for place, state, role, outcome, count, called_up in rows:
        if place not in known:
            continue
        standing = count if role == "main" else called_up
        found += [
            CaseCount(place, state, role, outcome, stands, part)
            for stands, part in ((True, standing), (False, count - standing))
            if part
        ]
    return found


def count_held(session: Session, reach: Reach, on: date) -> list[HeldCount]:
    """The open cases that a collector holds, by unit and collector."""
    late = func.sum(case((Assignment.due_on < on, 1), else_=0))
    rows = session.execute(
        select(Case.frame_unit_id, Assignment.collector_id, func.count(), late, func.min(Assignment.assigned_at))
        .select_from(Case)
        .join(Assignment, and_(Assignment.case_id == Case.id, Assignment.ended_at.is_(None)))
        .where(Case.survey_id == reach.survey_id, Case.state.in_(OPEN))
        .group_by(Case.frame_unit_id, Assignment.collector_id)
    )
    known = {entry.id for entry in reach.entries}
    return [HeldCount(*row) for row in rows if row[0] in known]


def count_received(session: Session, reach: Reach) -> list[ReceivedCount]:
    """The responses by unit and status."""
    rows = session.execute(
        select(Response.unit_id, Response.status, Response.completeness, func.count())
        .where(Response.survey_id == reach.survey_id)
        .group_by(Response.unit_id, Response.status, Response.completeness)
    )
    known = set(reach.units)
    return [ReceivedCount(*row) for row in rows if row[0] in known]


def count_work(session: Session, reach: Reach) -> WorkCounts:
    """The counted responses by collector and by channel, with the time they took."""
    tenths = cast(func.round(Response.minutes * 10), Integer)
    rows = session.execute(
        select(Response.collector_id, Response.channel, tenths, func.count())
        .where(*_counted(reach))
        .group_by(Response.collector_id, Response.channel, tenths)
    )
    found = WorkCounts(defaultdict(Work), defaultdict(Work), Work())
    for collector, channel, took, count in rows.all():
        found.by_channel[channel].add(took, count)
        found.total.add(took, count)
        if collector is not None:
            found.by_collector[collector].add(took, count)
    return found


def count_days(session: Session, reach: Reach) -> dict[tuple[int | None, date], int]:
    """The counted responses by collector and day."""
    rows = session.execute(
        select(Response.collector_id, Response.day, func.count())
        .where(*_counted(reach))
        .group_by(Response.collector_id, Response.day)
    )
    return {(collector, day): count for collector, day, count in rows}


def days_tried(session: Session, reach: Reach, known: Set[tuple[int | None, date]]) -> set[tuple[int, date]]:
    """The days, other than the ``known`` ones, on which collectors tried a case of the survey, whatever came of it.

    The attempts do not name their survey. Which days there are costs one walk through an index; only the few on which
    no form came are looked at closely.
    """
    pairs = {
        (collector, day) for collector, day in session.execute(select(Attempt.collector_id, Attempt.day).distinct())
    }
    doubtful = sorted(pairs - known)
    if not doubtful:
        return set()
    query = (
        select(Attempt.collector_id, Attempt.day)
        .join(Case, Attempt.case_id == Case.id)
        .where(Case.survey_id == reach.survey_id)
        .distinct()
    )
    if len(doubtful) <= LARGEST_IN:
        query = query.where(tuple_(Attempt.collector_id, Attempt.day).in_(doubtful))
    if not reach.whole:
        query = query.where(Case.frame_unit_id.in_([entry.id for entry in reach.entries]))
    return {(collector, day) for collector, day in session.execute(query)}


def _counted(reach: Reach) -> list[ColumnElement[bool]]:
    conditions: list[Any] = [Response.survey_id == reach.survey_id, Response.status.in_(COUNTED)]
    if not reach.whole:
        conditions.append(Response.unit_id.in_(reach.units))
    return conditions
