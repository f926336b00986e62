"""Reading surveys."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.errors import NotFound
from survey_app.instruments.usage import counts_usage
from survey_app.surveys.models import Survey


def find_survey(session: Session, slug: str) -> Survey:
    """The survey of this slug.

    Raises
    ------
    NotFound
        There is none.
    """
    survey = session.scalar(select(Survey).where(Survey.slug == slug))
    if survey is None:
        raise NotFound(_("Không có đợt khảo sát „%(slug)s”. Xin kiểm tra lại đường dẫn.", slug=slug[:80]))
    return survey


def all_surveys(session: Session, *states: str) -> Sequence[Survey]:
    """Every survey, newest first; only those in the given states when some are given."""
    query = select(Survey).order_by(Survey.starts_on.desc(), Survey.id.desc())
    if states:
        query = query.where(Survey.state.in_(states))
    return session.scalars(query).all()


@counts_usage("surveys")
def count_by_questionnaire(session: Session) -> dict[int, int]:
    """How many surveys ask with each stored version, by its id."""
    query = select(Survey.questionnaire_id, func.count()).group_by(Survey.questionnaire_id)
    return dict(session.execute(query).tuples().all())
