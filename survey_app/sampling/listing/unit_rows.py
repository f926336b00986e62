"""Rows of a list of units: communes that are known, or agencies that become known with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.geography.importing import MAXIMUM_CODE
from survey_app.geography.models import KINDS, Unit
from survey_app.geography.queries import units_below
from survey_app.plain_text import looks_like_formula, sort_key
from survey_app.sampling.listing.columns import Columns
from survey_app.sampling.listing.reading import Complaints, attributes_of, bad_cell, read_size
from survey_app.surveys.models import Survey


@dataclass(frozen=True)
class UnitRow:
    """A unit of the frame as its list tells of it."""

    unit: Unit
    size: float | None
    attributes: dict[str, Any]


def read_unit_rows(
    session: Session, survey: Survey, rows: Iterator[tuple[int, dict[str, str]]], columns: Columns
) -> tuple[list[UnitRow], Complaints]:
    """Check every row; a list is of communes or of agencies, and an agency names its commune."""
    reader = _UnitReader(session, survey, columns)
    complaints = Complaints()
    found: list[UnitRow] = []
    for line, row in rows:
        unit = row.get("") or bad_cell(row, columns) or reader.read(line, row)
        if isinstance(unit, str):
            complaints.add(line, unit)
        else:
            found.append(unit)
    return found, complaints


class _UnitReader:
    def __init__(self, session: Session, survey: Survey, columns: Columns) -> None:
        self._fields, self._columns, self._survey = columns.fields, columns, survey
        self._communes = {unit.code: unit for unit in units_below(session, survey.territory, "commune")}
        system = survey.territory.code_system
        agencies = session.scalars(select(Unit).where(Unit.code_system == system, Unit.level == "agency"))
        self._agencies = {unit.code: unit for unit in agencies}
        self._lines: dict[str, int] = {}

    def read(self, line: int, row: dict[str, str]) -> UnitRow | str:
        code = row[self._fields["unit"]]
        if not code:
            return _("Thiếu mã xã hoặc mã cơ quan.")
        before = self._lines.setdefault(code, line)
        if before != line:
            return _("Mã %(code)s bị lặp, đã có ở dòng %(line)s.", code=code[:40], line=before)
        unit = self._agency(code, row) if "commune" in self._fields else self._communes.get(code)
        if unit is None:
            return _("%(name)s không có xã mang mã %(code)s.", name=self._survey.territory.name, code=code[:40])
        if isinstance(unit, str):
            return unit
        try:
            size = read_size(row[self._fields["size"]]) if "size" in self._fields else None
        except ValueError as error:
            return str(error)
        return UnitRow(unit, size, attributes_of(row, self._columns))

    def _agency(self, code: str, row: dict[str, str]) -> Unit | str:
        known = self._agencies.get(code)
        if known is not None:
            return known
        name = " ".join(row.get(self._fields.get("name", ""), "").split())
        commune = self._communes.get(row[self._fields["commune"]])
        kind = row.get(self._fields.get("kind", ""), "").casefold() or "cơ quan"
        if not name or looks_like_formula(name):
            return _("Cơ quan %(code)s chưa có tên.", code=code[:40])
        if not (code.isascii() and code.isalnum() and len(code) <= MAXIMUM_CODE):
            return _("Mã cơ quan chỉ gồm chữ số và chữ cái không dấu, nhiều nhất %(limit)s ký tự.", limit=MAXIMUM_CODE)
        if commune is None:
            return _(
                "Cơ quan %(name)s: xã %(code)s không có trong danh mục.",
                name=name[:80],
                code=row[self._fields["commune"]][:40],
            )
        if kind not in KINDS["agency"]:
            kinds = ", ".join(KINDS["agency"])
            return _(
                "Loại đơn vị „%(kind)s” không có trong danh mục. Xin dùng một trong: %(kinds)s.",
                kind=kind[:40],
                kinds=kinds,
            )
        unit = Unit(
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
        self._agencies[code] = unit
        return unit
