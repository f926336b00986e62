"""Lists for tests: units with sizes and cases with made-up people, stored as the import stores them."""

from __future__ import annotations

import hashlib

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from survey_app.geography.models import Unit
from survey_app.sampling.listing.models import FrameFile, ListedCase, ListedUnit
from survey_app.surveys.models import Survey


def list_units(session: Session, survey: Survey, rows: dict[str, tuple[float | None, dict[str, str]]]) -> None:
    """Units by their code, each with its size and its attributes."""
    file = _file(session, survey, "units", len(rows))
    for code, (size, attributes) in rows.items():
        unit = session.scalars(select(Unit).where(Unit.code == code)).one()
        session.add(ListedUnit(survey_id=survey.id, file_id=file.id, unit_id=unit.id, size=size, attributes=attributes))
    session.flush()


def list_cases(session: Session, survey: Survey, sizes: dict[str, int]) -> None:
    """So many cases for each unit, by its code."""
    file = _file(session, survey, "cases", sum(sizes.values()))
    first = (session.scalar(select(func.max(ListedCase.id))) or 0) + 1
    ids = dict(session.execute(select(Unit.code, Unit.id).where(Unit.code.in_(sizes))).all())
    rows = [
        {
            "survey_id": survey.id,
            "file_id": file.id,
            "unit_id": ids[code],
            "line": number + 2,
            "reference": hashlib.sha256(f"{survey.slug}|{code}|{number}".encode()).digest()[:16],
            "person": None,
            "attributes": {"thang": str(1 + number % 12)},
        }
        for code, size in sizes.items()
        for number in range(size)
    ]
    for number, row in enumerate(rows):
        row["id"] = first + number
    for start in range(0, len(rows), 50_000):
        session.execute(insert(ListedCase), rows[start : start + 50_000])
    session.flush()


def _file(session: Session, survey: Survey, kind: str, rows: int) -> FrameFile:
    count = session.scalar(select(func.count()).select_from(FrameFile)) or 0
    file = FrameFile(
        survey_id=survey.id,
        kind=kind,
        name=f"{kind}.csv",
        sha256=hashlib.sha256(f"{survey.slug}|{kind}|{count}".encode()).hexdigest(),
        columns={"fields": {}, "attributes": {}},
        row_count=rows,
        imported_by="tester",
    )
    session.add(file)
    session.flush()
    return file
