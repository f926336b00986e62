"""Reading snapshots."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import NotFound
from survey_app.publication.models import Publication, PublishedFile
from survey_app.surveys.models import Survey


def approved_publications(session: Session) -> Sequence[Publication]:
    """What the public may read, newest first."""
    return session.scalars(
        select(Publication).where(Publication.state == "approved").order_by(Publication.approved_at.desc())
    ).all()


def find_approved(session: Session, slug: str) -> Publication:
    """The approved snapshot of a survey.

    Raises
    ------
    NotFound
        Nothing of this name is public; a survey that is not published is not told apart from one that is not there.
    """
    found = session.scalar(select(Publication).join(Survey).where(Survey.slug == slug, Publication.state == "approved"))
    if found is None:
        raise NotFound(_("Chưa có kết quả nào được công bố ở địa chỉ này."))
    return found


def publications_of(session: Session, survey: Survey) -> Sequence[Publication]:
    """Every snapshot of a survey, newest first."""
    return session.scalars(
        select(Publication).where(Publication.survey_id == survey.id).order_by(Publication.number.desc())
    ).all()


def find_file(session: Session, publication: Publication, name: str) -> PublishedFile:
    """A file of a snapshot.

    Raises
    ------
    NotFound
        There is none of this name.
    """
    found = session.scalar(
        select(PublishedFile).where(PublishedFile.publication_id == publication.id, PublishedFile.name == name)
    )
    if found is None:
        raise NotFound(_("Không có tệp này trong bản công bố."))
    return found
