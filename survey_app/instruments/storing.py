"""Storing a draft as a new version, with every check that the office needs."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.accounts.guards import acting
from survey_app.errors import Conflict
from survey_app.instruments.access import refuse_foreign_sector
from survey_app.instruments.drafts import comes_before, next_version
from survey_app.instruments.models import Questionnaire
from survey_app.instruments.schema import Instrument
from survey_app.instruments.service import store_questionnaire


def versions_of(session: Session, key: str) -> set[str]:
    """The version numbers that are taken."""
    return set(session.scalars(select(Questionnaire.version).where(Questionnaire.key == key)))


def newest_version(session: Session, key: str) -> Questionnaire | None:
    """The version of a questionnaire that was stored last."""
    query = select(Questionnaire).where(Questionnaire.key == key).order_by(Questionnaire.id.desc()).limit(1)
    return session.scalars(query).first()


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
    _refuse_lower_number(session, instrument)
    try:
        stored = store_questionnaire(session, instrument, actor=acting())
        session.commit()
    except IntegrityError:  # a moment ago, by somebody else or by the same button pressed twice
        session.rollback()
        stored = store_questionnaire(session, instrument, actor=acting())
        session.commit()
    return stored


def _refuse_lower_number(session: Session, instrument: Instrument) -> None:
    newest = newest_version(session, instrument.key)
    taken = versions_of(session, instrument.key)
    if newest is None or instrument.version in taken or not comes_before(instrument.version, newest.version):
        return
    raise Conflict(
        _(
            "Số phiên bản %(version)s nhỏ hơn %(newest)s đã lưu, nên sẽ bị hiểu là bản mới nhất. Xin đặt số lớn hơn, "
            "ví dụ %(proposed)s.",
            version=instrument.version,
            newest=newest.version,
            proposed=next_version(newest.version, taken),
        )
    )
