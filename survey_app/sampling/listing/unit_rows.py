"""Rows of a list of units: communes that are known, or agencies that become known with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.geography.importing import MAXIMUM_CODE, MAXIMUM_NAME
from survey_app.geography.models import KINDS, Unit
from survey_app.geography.queries import units_below
from survey_app.plain_text import looks_like_formula
from survey_app.sampling.listing.columns import Columns
from survey_app.sampling.listing.reading import Cells, read_size, shown_code, unknown_code
from survey_app.sampling.listing.table_file import Row
from survey_app.surveys.models import Survey

MAXIMUM_UNITS = 50_000


@dataclass(frozen=True)
class NewAgency:
    """An agency that no earlier list named."""

    commune_id: int
    kind: str
    name: str


@dataclass(frozen=True)
class UnitRow:
    """A unit of the frame as its list tells of it: known by its id, or new."""

    line: int
    code: str
    unit_id: int | None
    new: NewAgency | None
    size: float | None
    attributes: dict[str, str]


class UnitReader:
    """Reads the rows of one list of units; a list is of communes or of agencies, and an agency names its commune."""

    def __init__(self, session: Session, survey: Survey, headings: Sequence[str], columns: Columns) -> None:
        self._cells = Cells(headings, columns)
        self._order = {name: place for place, name in enumerate(columns.fields)}
        self._attributes = list(columns.attributes)
        self._territory = survey.territory.name
        self._communes = {unit.code: unit.id for unit in units_below(session, survey.territory, "commune")}
        system, top = survey.territory.code_system, survey.territory.path + "/"
        agencies = session.execute(
            select(Unit.code, Unit.id, Unit.parent_id, Unit.path).where(
                Unit.code_system == system, Unit.level == "agency"
            )
        )
        self._agencies = {code: (id_, parent, path.startswith(top)) for code, id_, parent, path in agencies}
        self._lines: dict[str, int] = {}

    def read(self, rows: Iterable[Row]) -> tuple[list[UnitRow], list[tuple[int, str]]]:
        """The good rows, and the complaints about the others."""
        good, bad = [], []
        for line, cells in rows:
            unit = self._unit(line, cells)
            if isinstance(unit, str):
                bad.append((line, unit))
            else:
                good.append(unit)
        return good, bad

    def _unit(self, line: int, row: list[str]) -> UnitRow | str:
        cells = self._cells.read(row)
        if isinstance(cells, str):
            return cells
        code = cells[self._order["unit"]]
        if not code:
            return _("Thiếu mã xã hoặc mã cơ quan.")
        before = self._lines.setdefault(code, line)
        if before != line:
            return _("Mã %(code)s bị lặp, đã có ở dòng %(line)s.", code=shown_code(code), line=before)
        size = None
        if "size" in self._order:
            try:
                size = read_size(cells[self._order["size"]])
            except ValueError as error:
                return str(error)
        attributes = {
            name: cell for name, cell in zip(self._attributes, cells[len(self._order) :], strict=True) if cell
        }
        found = self._place(code, cells)
        if isinstance(found, str):
            return found
        if isinstance(found, NewAgency):
            return UnitRow(line, code, None, found, size, attributes)
        return UnitRow(line, code, found, None, size, attributes)

    def _place(self, code: str, cells: list[str]) -> int | NewAgency | str:
        agency = self._agencies.get(code)
        if "commune" not in self._order:
            if code in self._communes:
                return self._communes[code]
            if agency is not None and agency[2]:
                return agency[0]
            hint = unknown_code(code, self._communes)
            return hint if code.zfill(5) in self._communes else self._no_commune(code)
        commune = cells[self._order["commune"]]
        commune_id = self._communes.get(commune)
        if commune_id is None:
            hint = unknown_code(commune, self._communes)
            return hint if commune and commune.zfill(5) in self._communes else self._no_commune(commune)
        if agency is None:
            return self._new_agency(code, commune_id, cells)
        if agency[1] != commune_id:
            return _(
                "Cơ quan mang mã %(code)s đã có trong danh mục nhưng ở xã khác. Xin xem lại mã.", code=shown_code(code)
            )
        return agency[0]

    def _no_commune(self, code: str) -> str:
        return _("%(name)s không có xã mang mã %(code)s.", name=self._territory, code=shown_code(code))

    def _new_agency(self, code: str, commune_id: int, cells: list[str]) -> NewAgency | str:
        name = cells[self._order["name"]] if "name" in self._order else ""
        kind = (cells[self._order["kind"]].casefold() if "kind" in self._order else "") or "cơ quan"
        if not name or looks_like_formula(name) or len(name) > MAXIMUM_NAME:
            return _("Cơ quan ở dòng này chưa có tên, hoặc tên không dùng được.")
        if not (code.isascii() and code.isalnum() and len(code) <= MAXIMUM_CODE):
            return _("Mã cơ quan chỉ gồm chữ số và chữ cái không dấu, nhiều nhất %(limit)s ký tự.", limit=MAXIMUM_CODE)
        if code in self._communes:
            return _("Mã %(code)s là mã của một xã. Xin đặt mã khác cho cơ quan.", code=shown_code(code))
        if kind not in KINDS["agency"]:
            return _(
                "Loại cơ quan không có trong danh mục. Xin dùng một trong: %(kinds)s.",
                kinds=", ".join(KINDS["agency"]),
            )
        return NewAgency(commune_id, kind, name)
