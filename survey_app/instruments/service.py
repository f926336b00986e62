"""The verb of instruments: store a version of a questionnaire."""

from __future__ import annotations

import json

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.errors import Conflict
from survey_app.instruments.models import Questionnaire
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
        Another content already bears this version.
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
