"""Working days: weekends and the public holidays of Việt Nam are none, nor the days off given for them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from survey_app.i18n import today
from survey_app.surveys.design import design_of
from survey_app.surveys.models import Survey


@lru_cache(maxsize=32)
def holidays_of(year: int) -> dict[date, str]:
    """The public holidays of a year with their Vietnamese names, days off in lieu among them."""
    import holidays

    return dict(holidays.country_holidays("VN", years=year, language="vi"))


def is_working_day(day: date) -> bool:
    """Whether offices work on this day."""
    return day.weekday() < 5 and day not in holidays_of(day.year)


def add_working_days(start: date, count: int) -> date:
    """The day by which ``count`` whole working days have passed since ``start``, which itself is not counted."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def days_off_between(start: date, end: date) -> list[tuple[date, str]]:
    """The holidays after ``start`` and up to ``end`` that fall on a weekday, with their names."""
    days = (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
    return [(day, holidays_of(day.year)[day]) for day in days if day.weekday() < 5 and not is_working_day(day)]


def deadline(survey: Survey, start: date | None = None) -> date | None:
    """When work handed out on a day (today) is due by the survey's rule; None where there is no rule."""
    allowed = design_of(survey).work.due_in
    return None if allowed is None else add_working_days(start or today(), allowed)
