"""Reading call-backs: what is to be checked, and what the checks say of each collector. Never contact data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from analysis.planning.simple_intervals import binomial_interval
from survey_app.accounts.models import User
from survey_app.collection.models import CallBack
from survey_app.geography.models import Unit
from survey_app.sampling.work.area import Area
from survey_app.sampling.work.models import Case
from survey_app.sampling.work.queries import select_cases

PAGE = 50
#: Results that say something; whoever was not reached says nothing.
TOLD = ("confirmed", "differs", "did_not_happen")


@dataclass(frozen=True)
class CallBackLine:
    """A case to be checked, or checked."""

    case_id: int
    unit_name: str
    unit_code: str
    collector_id: int | None
    collector: str | None
    result: str | None
    checked_by: str | None
    checked_at: datetime | None
    stands: bool


@dataclass(frozen=True)
class CollectorChecks:
    """What the checks of a collector's cases say.

    Attributes
    ----------
    low, high : float or None
        Exact 95% interval (Clopper and Pearson 1934) of the share of cases that differ or did not happen.
    """

    name: str | None
    chosen: int
    confirmed: int
    differs: int
    did_not_happen: int
    not_reached: int
    low: float | None = None
    high: float | None = None

    @property
    def told(self) -> int:
        """Checks that say something."""
        return self.confirmed + self.differs + self.did_not_happen

    @property
    def failed(self) -> int:
        """Cases that differ or did not happen."""
        return self.differs + self.did_not_happen


def list_call_backs(
    session: Session, area: Area, *, open_only: bool, after: int = 0, limit: int | None = PAGE
) -> list[CallBackLine]:
    """The call-backs of an area by the number of the case: those still to be done, or all."""
    query = _select(
        area,
        Case.id,
        Unit.name,
        Unit.code,
        CallBack.collector_id,
        func.coalesce(func.nullif(User.name, ""), User.email),
        CallBack.result,
        CallBack.checked_by,
        CallBack.checked_at,
        CallBack.ended_at.is_(None) & (Case.state == "answered"),
    )
    query = query.outerjoin(User, CallBack.collector_id == User.id).where(Case.id > after).order_by(Case.id)
    if open_only:
        query = query.where(*_open())
    return [CallBackLine(*row) for row in session.execute(query.limit(limit))]


def count_call_backs(session: Session, area: Area) -> tuple[int, int]:
    """How many were chosen, and how many are still to be done."""
    chosen = session.scalar(_select(area, func.count())) or 0
    return chosen, session.scalar(_select(area, func.count()).where(*_open())) or 0


def checks_by_collector(session: Session, area: Area) -> list[CollectorChecks]:
    """The results of each collector, most failures first."""
    rows = session.execute(
        _select(area, CallBack.collector_id, CallBack.result, func.count()).group_by(
            CallBack.collector_id, CallBack.result
        )
    ).all()
    people = select(User.id, func.coalesce(func.nullif(User.name, ""), User.email)).where(
        User.id.in_({number for number, _result, _count in rows if number is not None})
    )
    names: dict[int | None, str] = {number: name for number, name in session.execute(people)}  # noqa: C416  a Row is no plain pair
    counts: dict[int | None, dict[str | None, int]] = {}
    for number, result, count in rows:
        counts.setdefault(number, {})[result] = count
    found = [_checks(names.get(number), some) for number, some in counts.items()]
    return sorted(found, key=lambda one: (-one.failed, -one.chosen, one.name or ""))


def _checks(name: str | None, counts: dict[str | None, int]) -> CollectorChecks:
    told = sum(counts.get(result, 0) for result in TOLD)
    failed = told - counts.get("confirmed", 0)
    low, high = binomial_interval(failed, told, method="clopper_pearson") if told else (None, None)
    return CollectorChecks(
        name=name,
        chosen=sum(counts.values()),
        confirmed=counts.get("confirmed", 0),
        differs=counts.get("differs", 0),
        did_not_happen=counts.get("did_not_happen", 0),
        not_reached=counts.get("not_reached", 0),
        low=low,
        high=high,
    )


def _select(area: Area, *columns: Any) -> Any:
    """Checks that stand, and those that told something before the form they were about was set aside."""
    told = CallBack.ended_at.is_(None) | CallBack.result.in_(TOLD)
    return select_cases(area, *columns).join(CallBack, CallBack.case_id == Case.id).where(told)


def _open() -> Sequence[ColumnElement[bool]]:
    return (
        Case.state == "answered",
        CallBack.ended_at.is_(None),
        CallBack.result.is_(None) | (CallBack.result == "not_reached"),
    )
