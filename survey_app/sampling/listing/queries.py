"""Reading lists."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.geography.models import Unit
from survey_app.geography.queries import units_below
from survey_app.jobs.models import Job
from survey_app.sampling.listing.models import CaseContact, FrameFile, ListedCase, ListedUnit
from survey_app.surveys.design import design_of
from survey_app.surveys.models import Survey

IMPORT_KIND = "frame-import"
_REMEMBERED = 20
_AT_ONCE = 5_000


def frame_files(session: Session, survey: Survey) -> Sequence[FrameFile]:
    """The lists of a survey, in the order they came."""
    return session.scalars(select(FrameFile).where(FrameFile.survey_id == survey.id).order_by(FrameFile.id)).all()


def listed_units(session: Session, survey: Survey) -> Sequence[ListedUnit]:
    """The units that a list brought in; empty where the frame is every commune of the territory."""
    return session.scalars(
        select(ListedUnit).join(Unit).where(ListedUnit.survey_id == survey.id).order_by(Unit.code)
    ).all()


def frame_units(session: Session, survey: Survey) -> Sequence[Unit]:
    """The units of the frame: those listed, or every commune where the design says so or nothing is listed yet."""
    listed = listed_units(session, survey) if design_of(survey).sample.frame == "list" else ()
    return [entry.unit for entry in listed] or units_below(session, survey.territory, "commune")


def places_of_references(session: Session, survey_id: int, references: Sequence[bytes]) -> dict[bytes, tuple[str, int]]:
    """Where earlier lists of a survey hold these cases: name of the list and line, by mark."""
    found: dict[bytes, tuple[str, int]] = {}
    rest = iter(references)
    while some := list(islice(rest, _AT_ONCE)):
        query = (
            select(ListedCase.reference, FrameFile.name, ListedCase.line)
            .join(FrameFile, ListedCase.file_id == FrameFile.id)
            .where(ListedCase.survey_id == survey_id, ListedCase.reference.in_(some))
        )
        found |= {reference: (name, line) for reference, name, line in session.execute(query)}
    return found


def count_cases(session: Session, survey: Survey) -> dict[int, int]:
    """How many cases each unit has on its lists, by unit id."""
    query = select(ListedCase.unit_id, func.count()).where(ListedCase.survey_id == survey.id)
    return dict(session.execute(query.group_by(ListedCase.unit_id)).all())


def count_repeated_persons(session: Session, survey_id: int, file_id: int) -> int:
    """How many people of a list stand more than once in the lists of the survey up to this one."""
    people = (
        select(ListedCase.person)
        .where(ListedCase.survey_id == survey_id, ListedCase.person.is_not(None), ListedCase.file_id <= file_id)
        .group_by(ListedCase.person)
        .having(func.count() > 1, func.max(ListedCase.file_id) == file_id)
    )
    return session.scalar(select(func.count()).select_from(people.subquery())) or 0


def count_contacts(session: Session, survey: Survey) -> int:
    """How many cases of a survey still have their contact data."""
    query = select(func.count()).select_from(CaseContact).join(ListedCase).where(ListedCase.survey_id == survey.id)
    return session.scalar(query) or 0


def count_cases_outside(session: Session, survey: Survey) -> int:
    """Listed cases whose unit no list of units brought in."""
    listed = select(ListedUnit.unit_id).where(ListedUnit.survey_id == survey.id)
    query = select(func.count()).where(ListedCase.survey_id == survey.id, ListedCase.unit_id.not_in(listed))
    return session.scalar(query) or 0


def remembered_columns(session: Session, kind: str) -> list[dict[str, Any]]:
    """The columns of the last lists of a kind, the newest first, those that were refused among them."""
    asked = session.scalars(
        select(Job).where(Job.kind == IMPORT_KIND).order_by(Job.created_at.desc()).limit(_REMEMBERED)
    )
    stored = select(FrameFile.columns).where(FrameFile.kind == kind).order_by(FrameFile.id.desc()).limit(_REMEMBERED)
    return [job.arguments["columns"] for job in asked if job.arguments["list_kind"] == kind] + list(
        session.scalars(stored)
    )
