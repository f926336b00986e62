"""The door's part about quality: the flags of a response, and whether its collector's work is set aside."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from survey_app.collection.models import Response, SetAside
from survey_app.collection.quality.distance import FAR_KM
from survey_app.collection.quality.flags import FAR_AWAY, NIGHT, OUTSIDE_PERIOD, SAME_ANSWERS, STRAIGHT_LINE, TOO_FAST
from survey_app.collection.quality.speed import is_too_fast
from survey_app.collection.standing import OfSurvey
from survey_app.i18n import PROVINCE_TIME
from survey_app.instruments.schema import Instrument
from survey_app.instruments.straight_lines import LONG, straight_lines

#: Forms with fewer answers are equal by honest chance too often.
MINIMUM_SAME = 8
DIGEST_BYTES = 8
NIGHT_FROM, NIGHT_UNTIL = 21, 6


def digest_of(answers: str) -> bytes:
    """First bytes of a digest of the answers alone (`canonical_text`), whoever gave them and wherever."""
    return hashlib.sha256(answers.encode()).digest()[:DIGEST_BYTES]


def has_straight_line(instrument: Instrument, answers: Mapping[str, Any]) -> bool:
    """Whether the whole form, or a section long enough to be a list by itself, has one answer all the way down."""
    return any(straight_lines(instrument, part, answers) for part in _parts(instrument))


def flags_of_form(
    session: Session,
    survey: OfSurvey,
    instrument: Instrument,
    *,
    channel: str,
    is_straight_line: bool,
    day: date,
    minutes: float | None,
    filled_at: datetime | None,
    distance_km: float | None,
) -> list[str]:
    """The flags that a form carries by itself; no query but for the median time, which is kept."""
    found = {
        TOO_FAST: is_too_fast(session, survey, instrument, channel, minutes),
        STRAIGHT_LINE: is_straight_line,
        NIGHT: channel == "field" and filled_at is not None and _is_night(filled_at),
        FAR_AWAY: distance_km is not None and distance_km > FAR_KM,
        OUTSIDE_PERIOD: not survey.starts_on <= day <= survey.ends_on,
    }
    return [flag for flag, is_so in found.items() if is_so]


def look_at_collector(
    session: Session, survey: OfSurvey, collector_id: int | None, *, day: date, digest: bytes, answered: int
) -> tuple[bool, list[str]]:
    """Whether the collector's work is set aside in this survey, and the flags that their other forms bring."""
    if collector_id is None:
        return False, []
    standing = exists().where(
        SetAside.survey_id == survey.id,
        SetAside.collector_id == collector_id,
        SetAside.approved_at.is_not(None),
        SetAside.ended_at.is_(None),
    )
    same = exists().where(
        Response.survey_id == survey.id,
        Response.collector_id == collector_id,
        Response.day == day,
        Response.answers_digest == digest,
        Response.status.not_in(("rejected", "superseded")),
    )
    is_set_aside, has_same = session.execute(select(standing, same)).one()
    return bool(is_set_aside), [SAME_ANSWERS] if has_same and answered >= MINIMUM_SAME else []


def _parts(instrument: Instrument) -> list[str | None]:
    """The whole form, and the sections that are long enough to be a list by themselves."""
    long = [section.key for section in instrument.sections if len(section.items) >= LONG]
    return [None, *long]


def _is_night(moment: datetime) -> bool:
    """Whether it was night in the province; at the ends of the calendar, where only a broken clock stands, no."""
    try:
        hour = moment.astimezone(PROVINCE_TIME).hour
    except OverflowError:
        return False
    return hour >= NIGHT_FROM or hour < NIGHT_UNTIL
