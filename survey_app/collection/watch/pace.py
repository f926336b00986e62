"""How fast the forms come, when the last will be there at this pace, and on which days nobody worked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta

from survey_app.sampling.work.deadlines import is_working_day

#: The pace is that of the last two weeks, so that the weekends in it weigh as they should.
WINDOW_DAYS = 14
FARTHEST_DAYS = 3650


@dataclass(frozen=True)
class Pace:
    """The pace of the last two weeks, or since the first form where that is less.

    Attributes
    ----------
    per_day : float
        Forms a calendar day.
    days : int
        Calendar days it was measured over.
    done_on : date or None
        The day on which, at this pace, nothing is left; None where it would never be, or is.
    """

    per_day: float
    days: int
    done_on: date | None


def measure_pace(daily: Mapping[date, int], left: int, on: date) -> Pace | None:
    """Measure the pace; None before the first form."""
    came = [day for day, count in daily.items() if count and day <= on]
    if not came:
        return None
    start = max(min(came), on - timedelta(days=WINDOW_DAYS - 1))
    days = (on - start).days + 1
    per_day = sum(count for day, count in daily.items() if start <= day <= on) / days
    ahead = math.ceil(left / per_day) if per_day and left > 0 else 0
    return Pace(per_day, days, on + timedelta(days=ahead) if 0 < ahead <= FARTHEST_DAYS else None)


def working_days(start: date, end: date) -> list[date]:
    """The working days from ``start`` up to and without ``end``."""
    days = (start + timedelta(days=number) for number in range((end - start).days))
    return [day for day in days if is_working_day(day)]


@dataclass(frozen=True)
class Presence:
    """A collector's working days in a survey.

    Attributes
    ----------
    idle : int
        Working days since the work was given on which nothing was tried and nothing came in.
    idle_since : int
        Those of them since the last day of work.
    last : date or None
        The last day of work.
    """

    idle: int
    idle_since: int
    last: date | None


def presence(worked: Set[date], calendar: list[date], start: date | None) -> Presence:
    """Set the days somebody worked against the working days since they were given work.

    Parameters
    ----------
    calendar : list of date
        The working days of the survey that are over.
    start : date or None
        The day the work was given; None: the first day of work.
    """
    first = min([day for day in (start, min(worked, default=None)) if day is not None], default=None)
    last = max(worked, default=None)
    if first is None:
        return Presence(0, 0, None)
    idle = [day for day in calendar if day >= first and day not in worked]
    return Presence(len(idle), sum(last is None or day > last for day in idle), last)
