"""From how many minutes on a form is not too fast: by what the questionnaire plans, and by what others took."""

from __future__ import annotations

import time
from weakref import WeakKeyDictionary

from sqlalchemy import func, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from survey_app.collection.models import Response
from survey_app.collection.queries import COUNTED
from survey_app.collection.standing import OfSurvey
from survey_app.instruments.schema import Instrument

#: Below this part of the planned minutes nobody has read the questions, whatever others do.
PLANNED_SHARE = 0.25
#: Below half of the median time (Greszki, Meyer and Schoen 2015), once the channel has so many timed forms.
MEDIAN_SHARE, MINIMUM_TIMED = 0.5, 30
#: A median changes little while hundreds come in; each process looks at it so often.
KEPT_SECONDS = 600.0

_Kept = dict[tuple[int, str], tuple[float | None, float]]
_kept: WeakKeyDictionary[Engine | Connection, _Kept] = WeakKeyDictionary()


def is_too_fast(
    session: Session, survey: OfSurvey, instrument: Instrument, channel: str, minutes: float | None
) -> bool:
    """Whether a form took less time than reading takes, or much less than the others of its channel took."""
    if minutes is None:
        return False
    planned = PLANNED_SHARE * instrument.minutes if instrument.minutes else 0.0
    if minutes < planned:
        return True
    median = _kept_median(session, survey, channel)
    return median is not None and minutes < MEDIAN_SHARE * median


def forget_medians() -> None:
    """Look at every median anew."""
    _kept.clear()


def _kept_median(session: Session, survey: OfSurvey, channel: str) -> float | None:
    kept = _kept.setdefault(session.get_bind(), {})
    median, until = kept.get((survey.id, channel), (None, 0.0))
    if time.monotonic() >= until:
        median = median_minutes(session, survey, channel)
        kept[survey.id, channel] = (median, time.monotonic() + KEPT_SECONDS)
    return median


def median_minutes(session: Session, survey: OfSurvey, channel: str) -> float | None:
    """The median minutes of a channel's counted forms; None while fewer than thirty are timed."""
    timed = (
        Response.survey_id == survey.id,
        Response.channel == channel,
        Response.status.in_(COUNTED),
        Response.minutes.is_not(None),
    )
    count = session.scalar(select(func.count()).select_from(Response).where(*timed)) or 0
    if count < MINIMUM_TIMED:
        return None
    middle = session.scalars(
        select(Response.minutes).where(*timed).order_by(Response.minutes).offset((count - 1) // 2).limit(2 - count % 2)
    ).all()
    return sum(minutes for minutes in middle if minutes is not None) / len(middle)
