"""Units on their way into the database: those that are known by their id, agencies that are new with their commune."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.geography.models import Unit
from survey_app.plain_text import sort_key
from survey_app.sampling.listing.models import FrameFile, ListedUnit
from survey_app.sampling.listing.unit_rows import UnitRow
from survey_app.surveys.models import Survey


def store_units(session: Session, survey: Survey, file: FrameFile, rows: Sequence[UnitRow]) -> None:
    """Add the units of a list, and what agencies it makes known, to the session."""
    wanted = {row.new.commune_id for row in rows if row.new is not None}
    wanted |= {row.unit_id for row in rows if row.unit_id is not None}
    units = _units(session, sorted(wanted))
    for row in rows:
        unit = units[row.unit_id] if row.unit_id is not None else None
        if unit is None and row.new is not None:
            unit = _agency(row.code, row.new.kind, row.new.name, units[row.new.commune_id])
        session.add(
            ListedUnit(survey_id=survey.id, file_id=file.id, unit=unit, size=row.size, attributes=row.attributes)
        )


def _units(session: Session, ids: Sequence[int]) -> dict[int, Unit]:
    found: dict[int, Unit] = {}
    for start in range(0, len(ids), 5_000):
        some = ids[start : start + 5_000]
        found |= {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(some)))}
    return found


def _agency(code: str, kind: str, name: str, commune: Unit) -> Unit:
    return Unit(
        code_system=commune.code_system,
        level="agency",
        code=code,
        kind=kind,
        name=name,
        sort_key=sort_key(name),
        path=f"{commune.path}/{code}",
        parent=commune,
        valid_from=commune.valid_from,
        valid_to=commune.valid_to,
    )
