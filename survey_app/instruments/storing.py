"""Storing a draft as a new version, with every check that the office needs."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.accounts.guards import acting
from survey_app.instruments.access import refuse_foreign_sector
from survey_app.instruments.models import Questionnaire
from survey_app.instruments.schema import Instrument
from survey_app.instruments.service import store_questionnaire


def store_new_version(session: Session, instrument: Instrument) -> tuple[Questionnaire, bool]:
    """Store the instrument for the signed-in person and commit; also whether it is new.

    Raises
    ------
    Forbidden
        The person may not store questionnaires of this sector.
    Conflict
        Another content already bears this version, perhaps since a moment ago, or the number is lower than the newest.
    """
    refuse_foreign_sector(instrument.key, instrument.sector)
    try:
        stored = store_questionnaire(session, instrument, actor=acting())
        session.commit()
    except IntegrityError:  # a moment ago, by somebody else or by the same button pressed twice
        session.rollback()
        stored = store_questionnaire(session, instrument, actor=acting())
        session.commit()
    return stored
