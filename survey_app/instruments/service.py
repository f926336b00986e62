"""The verb of instruments: store a version of a questionnaire."""

from __future__ import annotations

import json

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.errors import Conflict
from survey_app.instruments.drafts import comes_before, next_version
from survey_app.instruments.models import Questionnaire
from survey_app.instruments.queries import newest_version, versions_of
from survey_app.instruments.schema import Instrument


def store_questionnaire(session: Session, instrument: Instrument, *, actor: Actor) -> tuple[Questionnaire, bool]:
    """Store a checked instrument as a version; storing the same content again changes nothing.

    Returns
    -------
    (Questionnaire, bool)
        The stored version and whether it is new.

    Raises
    ------
    Conflict
        Another content already bears this version, or its number is lower than the newest.
    """
    stored = session.scalar(
        select(Questionnaire).where(Questionnaire.key == instrument.key, Questionnaire.version == instrument.version)
    )
    if stored is not None:
        if stored.content_hash != instrument.content_hash:
            raise Conflict(
                _(
                    "Bộ phiếu %(key)s phiên bản %(version)s đã có với nội dung khác. Xin đặt số phiên bản mới.",
                    key=instrument.key,
                    version=instrument.version,
                )
            )
        return stored, False
    _refuse_lower_number(session, instrument)
    stored = Questionnaire(
        key=instrument.key,
        version=instrument.version,
        sector=instrument.sector,
        content_hash=instrument.content_hash,
        content=json.loads(instrument.canonical_json()),
    )
    session.add(stored)
    session.flush()
    record(
        session,
        actor,
        "questionnaire.store",
        f"questionnaire:{stored.key}",
        version=stored.version,
        content_hash=stored.content_hash,
    )
    return stored, True


def _refuse_lower_number(session: Session, instrument: Instrument) -> None:
    """The version stored last is the newest, so a lower number would be taken for it."""
    newest = newest_version(session, instrument.key)
    if newest is None or not comes_before(instrument.version, newest.version):
        return
    raise Conflict(
        _(
            "Số phiên bản %(version)s nhỏ hơn %(newest)s đã lưu, nên sẽ bị hiểu là bản mới nhất. Xin đặt số lớn hơn, "
            "ví dụ %(proposed)s.",
            version=instrument.version,
            newest=newest.version,
            proposed=next_version(newest.version, versions_of(session, instrument.key)),
        )
    )
