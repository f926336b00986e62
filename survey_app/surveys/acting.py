"""In whose name a command acts on a survey."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey_app.accounts.acting import acting_as
from survey_app.audit.models import Actor
from survey_app.command_line import operator
from survey_app.surveys.models import Survey


def actor_on(session: Session, survey: Survey, email: str | None, permission: str) -> Actor:
    """The person of an address, who holds a permission for a survey; the operator where no address is given.

    Raises
    ------
    NotFound, Forbidden
        No such account, or it does not hold the permission.
    """
    if email is None:
        return operator()
    return acting_as(session, email, permission, sector=survey.questionnaire.sector, territory=survey.territory)
