"""Reading which work is set aside, or asked to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.collection.models import Response, SetAside
from survey_app.surveys.models import Survey


@dataclass(frozen=True)
class StandingRequest:
    """A request with the collector's name and the forms it is about."""

    aside: SetAside
    name: str
    email: str
    forms: int


def all_set_asides(session: Session, survey: Survey) -> Sequence[StandingRequest]:
    """Every request of a survey, those that stand first, then the newest."""
    forms = (
        select(func.count())
        .select_from(Response)
        .where(
            Response.survey_id == survey.id,
            Response.collector_id == SetAside.collector_id,
            Response.status == "set_aside",
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(SetAside, User.name, User.email, forms)
        .join(User, SetAside.collector_id == User.id)
        .where(SetAside.survey_id == survey.id)
        .order_by(SetAside.ended_at.is_not(None), SetAside.id.desc())
    )
    return [StandingRequest(aside, name or email, email, count) for aside, name, email, count in rows]
