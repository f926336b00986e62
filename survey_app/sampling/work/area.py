"""How far somebody's work reaches: the cases of a survey in certain places, or those in one collector's hands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, or_

from survey_app.accounts.guards import places
from survey_app.accounts.models import User
from survey_app.errors import NotFound
from survey_app.geography.models import Unit
from survey_app.sampling.work.models import Assignment
from survey_app.surveys.models import Survey


@dataclass(frozen=True)
class Area:
    """What is outside of it does not exist for whoever works with it.

    Attributes
    ----------
    places : tuple of Unit
        Everything lies in one of them.
    collector_id : int or None
        Where given: only the cases this person holds now.
    """

    survey: Survey
    places: tuple[Unit, ...]
    collector_id: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole survey."""
        return self.collector_id is None and any(self.survey.territory.lies_in(place) for place in self.places)

    def holds(self, unit: Unit) -> bool:
        """Whether a unit lies in it."""
        return any(unit.lies_in(place) for place in self.places)

    def touches(self, unit: Unit) -> bool:
        """Whether a unit lies in it or the other way round."""
        return any(unit.lies_in(place) or place.lies_in(unit) for place in self.places)

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same as conditions on `Unit` and `Assignment` of a query."""
        found = [Assignment.collector_id == self.collector_id] if self.collector_id is not None else []
        if not any(self.survey.territory.lies_in(place) for place in self.places):
            found.append(lies_within(self.places))
        return found


def lies_within(units: Sequence[Unit]) -> ColumnElement[bool]:
    """The condition that a unit of a query is one of these or a part of one."""
    return or_(
        false(),
        *(Unit.path == unit.path for unit in units),
        *(Unit.path.startswith(unit.path + "/", autoescape=True) for unit in units),
    )


def whole_area(survey: Survey) -> Area:
    """All of a survey: the operator's at the command line."""
    return Area(survey, (survey.territory,))


def area_of(user: User, survey: Survey, permission: str) -> Area:
    """Where in a survey a person holds a permission.

    Raises
    ------
    NotFound
        Nowhere; they may not know of the survey.
    """
    found = places(user, permission, sector=survey.questionnaire.sector, territory=survey.territory)
    if not found:
        raise NotFound(_("Không có đợt khảo sát „%(slug)s”. Xin kiểm tra lại đường dẫn.", slug=survey.slug))
    return Area(survey, tuple(found))


def own_work(user: User, survey: Survey, permission: str) -> Area:
    """The cases in a person's own hands, where they still hold the permission.

    Raises
    ------
    NotFound
        They hold it nowhere in this survey.
    """
    return replace(area_of(user, survey, permission), collector_id=user.id)
