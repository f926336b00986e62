"""Storing a draft as a new version, with every check that the office needs."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.accounts.guards import acting
from survey_app.errors import Conflict
from survey_app.instruments.access import refuse_foreign_sector
from survey_app.instruments.models import Questionnaire
from survey_app.instruments.schema import Instrument
from survey_app.instruments.service import store_questionnaire


def versions_of(session: Session, key: str) -> set[str]:
    """The version numbers that are taken."""
    return set(session.scalars(select(Questionnaire.version).where(Questionnaire.key == key)))


def store_new_version(session: Session, instrument: Instrument) -> tuple[Questionnaire, bool]:
    """Store the instrument for the signed-in person and commit; also whether it is new.

    Raises
    ------
    Forbidden
        The person may not store questionnaires of this sector.
    Conflict
        Another content already bears this version, perhaps since a moment ago.
    """
    refuse_foreign_sector(instrument.key, instrument.sector)
    try:
        stored = store_questionnaire(session, instrument, actor=acting())
        session.commit()
    except IntegrityError as error:
        session.rollback()
        raise Conflict(_("Vừa có người lưu phiên bản này. Xin đặt số phiên bản mới.")) from error
    return stored
