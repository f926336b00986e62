"""Reading published tables."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import NotFound
from survey_app.results.counts.models import CountedSurvey


def counted_of(session: Session, slug: str) -> CountedSurvey | None:
    """The table of this short name, or None."""
    return session.scalar(select(CountedSurvey).where(CountedSurvey.slug == slug))


def find_counted(session: Session, slug: str) -> CountedSurvey:
    """The table of this short name.

    Raises
    ------
    NotFound
        There is none.
    """
    found = counted_of(session, slug)
    if found is None:
        raise NotFound(_("Không có bảng số „%(slug)s”. Xin kiểm tra lại đường dẫn.", slug=slug[:80]))
    return found


def all_counted(session: Session) -> Sequence[CountedSurvey]:
    """Every table, newest first."""
    return session.scalars(select(CountedSurvey).order_by(CountedSurvey.starts_on.desc(), CountedSurvey.slug)).all()
