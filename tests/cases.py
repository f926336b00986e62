"""Drawn cases for tests of the field: made through the models, as a draw would leave them."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.accounts.service import add_user
from survey_app.audit.models import SYSTEM
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.models import Case
from survey_app.surveys.models import Survey


def make_cases(session: Session, survey: Survey, *, each: int = 5, reserves: int = 0, listed: int = 50) -> list[Case]:
    """So many cases, and reserves, in every drawn unit; in the order of the units."""
    made = [
        Case(
            survey_id=survey.id,
            frame_unit_id=entry.id,
            role=role,
            rank=rank,
            probability=each / listed,
        )
        for entry in drawn_units(session, survey)
        for role, count in (("main", each), ("reserve", reserves))
        for rank in range(1, count + 1)
    ]
    session.add_all(made)
    session.commit()
    return made


def make_person(session: Session, role: str = "collector", *scopes: str) -> User:
    """An account with a role."""
    number = session.scalar(select(func.count()).select_from(User)) or 0
    email = f"{role}-{number}@hailong.example"
    add_user(session, email, role=role, scopes=list(scopes), actor=SYSTEM, password="mật khẩu thử nghiệm")
    session.commit()
    return session.scalars(select(User).where(User.email == email)).one()
