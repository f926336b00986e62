"""What is said beside the figures."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.collection.models import Response
from survey_app.surveys.models import Survey


def count_set_aside(session: Session, survey: Survey) -> int:
    """How many forms are left out because their collector's work was set aside."""
    query = select(func.count()).select_from(Response)
    return session.scalar(query.where(Response.survey_id == survey.id, Response.status == "set_aside")) or 0
