"""What a collector may ask now: own open cases, or the drawn places of an area; the list their phone gets.

Names, telephones and addresses do not go to ODK: the list has the case's number and the place (decision 0032).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.guards import may
from survey_app.accounts.models import User
from survey_app.accounts.roles import COLLECT
from survey_app.collection.models import Response
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.geography.models import Unit
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import area_of
from survey_app.sampling.work.models import Assignment, Case
from survey_app.sampling.work.queries import OPEN, has_cases, holder_of
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import all_surveys


@dataclass(frozen=True)
class Place:
    """A choice of the first question: what is sent, what is shown."""

    name: str
    label: str


@dataclass(frozen=True)
class Asked:
    """Where a form was filled in: the drawn unit, and the case if people were drawn."""

    unit_code: str
    case_id: int | None


def surveys_for(session: Session, user: User) -> list[tuple[Survey, list[Place]]]:
    """The surveys that take answers now and in which this collector has something to ask."""
    found = []
    for survey in all_surveys(session, "collecting"):
        if may(user, COLLECT, sector=survey.questionnaire.sector, territory=survey.territory):
            places = places_for(session, user, survey)
            if places:
                found.append((survey, places))
    return found


def places_for(session: Session, user: User, survey: Survey) -> list[Place]:
    """The choices of the first question, in the order of the frame.

    Raises
    ------
    NotFound
        This person does not collect in the survey.
    """
    area = area_of(user, survey, COLLECT)
    if not has_cases(session, survey.id):
        units = [entry.unit for entry in drawn_units(session, survey) if area.holds(entry.unit)]
        return [Place(unit.code, unit.name) for unit in units]
    query = (
        select(Case.id, Unit.name)
        .join(Assignment, Assignment.case_id == Case.id)
        .join(FrameUnit, Case.frame_unit_id == FrameUnit.id)
        .join(Unit, FrameUnit.unit_id == Unit.id)
        .where(
            Case.survey_id == survey.id,
            Case.state.in_(OPEN),
            Assignment.collector_id == user.id,
            Assignment.ended_at.is_(None),
        )
        .order_by(FrameUnit.position, Case.rank, Case.id)
    )
    words = _("Hồ sơ %(number)s – %(place)s")
    return [Place(str(number), words % {"number": number, "place": place}) for number, place in session.execute(query)]


def as_csv(places: Sequence[Place]) -> bytes:
    """The list as Collect reads it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["name", "label"])
    writer.writerows((place.name, place.label) for place in places)
    return out.getvalue().encode()


def place_of(session: Session, user: User, survey: Survey, chosen: str, *, known: Response | None) -> Asked:
    """Where a form that came was filled in.

    Parameters
    ----------
    known : Response, optional
        The response that has this form's id already: what came again is told by it, whoever has the case now.

    Raises
    ------
    NotFound, UserError, Conflict
        No such case, none was chosen, or the case is not this collector's.
    """
    area = area_of(user, survey, COLLECT)
    if not chosen:
        raise UserError(_("Phiếu chưa chọn hồ sơ hay đơn vị ở câu đầu. Xin mở lại phiếu và chọn."))
    if not has_cases(session, survey.id):
        held = {entry.unit.code for entry in drawn_units(session, survey) if area.holds(entry.unit)}
        if chosen not in held:
            raise NotFound(_("Xã mang mã „%(code)s” không thuộc phần việc của Ông/Bà trong đợt này.", code=chosen[:30]))
        return Asked(chosen, None)
    number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0
    case = session.get(Case, number)
    if case is None or case.survey_id != survey.id:
        raise NotFound(_("Đợt này không có hồ sơ số %(number)s trong mẫu. Xin kiểm tra lại số hồ sơ.", number=number))
    if known is None and case.state in OPEN and holder_of(session, case.id) != user.id:
        raise Conflict(
            _("Hồ sơ số %(number)s không giao cho Ông/Bà. Phiếu vẫn còn trên máy; xin báo điều phối.", number=number)
        )
    return Asked(case.frame_unit.unit.code, case.id)
