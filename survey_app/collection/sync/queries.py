"""Reading the conflict list: forms held, and forms that came a second time with other content. Never their answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.collection.models import Dispute, Response
from survey_app.collection.sync.models import HeldForm
from survey_app.geography.models import Unit
from survey_app.sampling.work.area import Area, lies_within


@dataclass(frozen=True)
class HeldLine:
    """A form that waits for a decision."""

    number: int
    unit_name: str
    case_number: int | None
    collector: str
    channel: str
    reason: str
    held_at: datetime


@dataclass(frozen=True)
class DisputeLine:
    """A form that came after another for the same case or under the same number.

    Attributes
    ----------
    differing : int
        Questions answered otherwise than in the form that stands.
    """

    number: int
    unit_name: str
    collector: str
    channel: str
    day: date
    first_day: date
    differing: int


def list_held(session: Session, area: Area) -> list[HeldLine]:
    """The held forms of an area that nobody has settled, oldest first."""
    rows = session.execute(
        select(
            HeldForm.id,
            func.coalesce(Unit.name, ""),
            HeldForm.case_number,
            func.coalesce(func.nullif(User.name, ""), User.email, ""),
            HeldForm.channel,
            HeldForm.reason,
            HeldForm.held_at,
        )
        .join(Unit, HeldForm.unit_id == Unit.id, isouter=True)
        .join(User, HeldForm.collector_id == User.id, isouter=True)
        .where(HeldForm.survey_id == area.survey.id, HeldForm.settled_at.is_(None), *_within(area))
        .order_by(HeldForm.id)
    )
    return [HeldLine(*row) for row in rows]


def list_disputes(session: Session, area: Area) -> list[DisputeLine]:
    """The disputed forms of an area that nobody has looked at, oldest first."""
    rows = session.execute(
        select(
            Dispute.id,
            Unit.name,
            func.coalesce(func.nullif(User.name, ""), User.email, ""),
            Dispute.channel,
            Dispute.day,
            Response.day,
            Dispute.answers,
            Response.answers,
        )
        .join(Response, Dispute.response_id == Response.id)
        .join(Unit, Dispute.unit_id == Unit.id)
        .join(User, Response.collector_id == User.id, isouter=True)
        .where(Response.survey_id == area.survey.id, Dispute.settled_at.is_(None), *_within(area))
        .order_by(Dispute.id)
    )
    return [
        DisputeLine(number, place, who, channel, day, first, _differing(second, standing))
        for number, place, who, channel, day, first, second, standing in rows
    ]


def count_held(session: Session, area: Area) -> int:
    """How many held forms of an area wait."""
    query = select(func.count()).select_from(HeldForm).join(Unit, HeldForm.unit_id == Unit.id, isouter=True)
    held = and_(HeldForm.survey_id == area.survey.id, HeldForm.settled_at.is_(None))
    return session.scalar(query.where(held, *_within(area))) or 0


def _differing(one: dict[str, Any], other: dict[str, Any]) -> int:
    return sum(one.get(key) != other.get(key) for key in one.keys() | other.keys())


def _within(area: Area) -> Sequence[ColumnElement[bool]]:
    if any(area.survey.territory.lies_in(place) for place in area.places):
        return ()
    return (lies_within(area.places),)
