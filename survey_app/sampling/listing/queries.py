"""Reading lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.geography.models import Unit
from survey_app.geography.queries import units_below
from survey_app.sampling.listing.models import FrameFile, ListedCase, ListedUnit
from survey_app.surveys.models import Survey


def frame_files(session: Session, survey: Survey) -> Sequence[FrameFile]:
    """The lists of a survey, in the order they came."""
    return session.scalars(select(FrameFile).where(FrameFile.survey_id == survey.id).order_by(FrameFile.id)).all()


def listed_units(session: Session, survey: Survey) -> Sequence[ListedUnit]:
    """The units that a list brought in; empty where the frame is every commune of the territory."""
    return session.scalars(
        select(ListedUnit).join(Unit).where(ListedUnit.survey_id == survey.id).order_by(Unit.code)
    ).all()


def frame_units(session: Session, survey: Survey) -> Sequence[Unit]:
    """The units of the frame: those listed, or every commune of the territory."""
    return [entry.unit for entry in listed_units(session, survey)] or units_below(session, survey.territory, "commune")


def known_references(session: Session, survey: Survey) -> dict[bytes, str]:
    """The marks of the cases already listed, with the name of their list."""
    query = (
        select(ListedCase.reference, FrameFile.name)
        .join(FrameFile, ListedCase.file_id == FrameFile.id)
        .where(ListedCase.survey_id == survey.id)
    )
    return dict(session.execute(query).all())


def count_cases(session: Session, survey: Survey) -> dict[int, int]:
    """How many cases each unit has on its lists, by unit id."""
    query = select(ListedCase.unit_id, func.count()).where(ListedCase.survey_id == survey.id)
    return dict(session.execute(query.group_by(ListedCase.unit_id)).all())


def remembered_columns(session: Session, kind: str) -> list[dict[str, Any]]:
    """The columns of the last twenty lists of a kind, the newest first."""
    query = select(FrameFile.columns).where(FrameFile.kind == kind).order_by(FrameFile.id.desc()).limit(20)
    return list(session.scalars(query))
