"""Reading stored questionnaires."""

from __future__ import annotations

import json
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from survey_app.errors import NotFound
from survey_app.instruments.models import Questionnaire
from survey_app.instruments.schema import Instrument


def all_questionnaires(session: Session) -> Sequence[Questionnaire]:
    """Every stored version, newest first within a key."""
    return session.scalars(select(Questionnaire).order_by(Questionnaire.key, Questionnaire.id.desc())).all()


def find_questionnaire(session: Session, name: str) -> Questionnaire:
    """The version named ``key@version``, or the newest version of ``key``.

    Raises
    ------
    NotFound
        No such questionnaire or version.
    """
    key, _at, version = name.partition("@")
    query = select(Questionnaire).where(Questionnaire.key == key).order_by(Questionnaire.id.desc())
    if version:
        query = query.where(Questionnaire.version == version)
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(_("Không có bộ phiếu „%(name)s”. Xin xem danh sách bộ phiếu.", name=name[:80]))
    return found


def versions_of(session: Session, key: str) -> set[str]:
    """The version numbers that are taken."""
    return set(session.scalars(select(Questionnaire.version).where(Questionnaire.key == key)))


def newest_version(session: Session, key: str) -> Questionnaire | None:
    """The version of a questionnaire that was stored last."""
    query = select(Questionnaire).where(Questionnaire.key == key).order_by(Questionnaire.id.desc()).limit(1)
    return session.scalars(query).first()


_by_hash: dict[str, Instrument] = {}


def parsed_instrument(content_hash: str) -> Instrument | None:
    """The instrument of this content, if this process has parsed it already."""
    return _by_hash.get(content_hash)


def instrument_of(session: Session, questionnaire_id: int) -> Instrument:
    """The instrument of a stored version; each content is parsed once in a process."""
    stored = session.get(Questionnaire, questionnaire_id, options=[defer(Questionnaire.content)])
    if stored is None:
        raise LookupError(f"no questionnaire {questionnaire_id}")
    if stored.content_hash not in _by_hash:
        _by_hash[stored.content_hash] = Instrument.model_validate_json(json.dumps(stored.content))
    return _by_hash[stored.content_hash]


def forget_parsed() -> None:
    """Forget every parsed instrument, so that each is read from the store anew."""
    _by_hash.clear()
