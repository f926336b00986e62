"""Reading a list of units: rows become a checked tree, or a complaint for every line that does not fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from flask_babel import gettext as _

from survey_app.characters import is_clean
from survey_app.geography.models import KINDS
from survey_app.plain_text import looks_like_formula

PROVINCE_COLUMNS = ("province_code", "province_name")
DISTRICT_COLUMNS = ("district_code", "district_name", "district_type")
COMMUNE_COLUMNS = ("commune_code", "commune_name", "commune_type")
#: Columns that a file may have, both or neither: where the commune lies, in degrees.
POSITION_COLUMNS = ("latitude", "longitude")
POSITION_LIMITS = (90.0, 180.0)
MAXIMUM_CODE = 20
MAXIMUM_NAME = 200


@dataclass(frozen=True)
class ListedUnit:
    """A unit as a file lists it; ``position``: latitude and longitude in degrees."""

    level: str
    code: str
    name: str
    kind: str
    parent: tuple[str, str] | None
    position: tuple[float, float] | None = None


@dataclass
class UnitList:
    """The units of a file in the order parents first, and what is wrong with it."""

    units: dict[tuple[str, str], ListedUnit] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)


def read_units(rows: Iterable[tuple[int, dict[str, str]]], *, with_districts: bool) -> UnitList:
    """Check every row and build the tree; nothing is guessed, every fault is told with its line."""
    result = UnitList()
    first_line: dict[tuple[str, str], int] = {}
    for line, row in rows:
        complaint = _complaint_about_cells(row, with_districts)
        if complaint:
            result.problems.append((line, complaint))
            continue
        for unit in _units_of(row, with_districts):
            complaint = _complaint_about_unit(unit, result.units, first_line)
            if complaint:
                result.problems.append((line, complaint))
                break
            result.units.setdefault((unit.level, unit.code), unit)
            first_line.setdefault((unit.level, unit.code), line)
    result.units = dict(
        sorted(result.units.items(), key=lambda entry: ("province", "district", "commune").index(entry[0][0]))
    )
    return result


def _complaint_about_cells(row: dict[str, str], with_districts: bool) -> str | None:
    if row.get(""):
        return row[""]
    columns = PROVINCE_COLUMNS + (DISTRICT_COLUMNS if with_districts else ()) + COMMUNE_COLUMNS
    empty = [name for name in columns if not row[name]]
    if set(empty) & {"province_code", "district_code"}:
        return _(
            "Xã %(code)s không có đơn vị cấp trên: ô %(column)s trống.",
            code=row["commune_code"],
            column=empty[0],
        )
    if empty:
        return _("Ô %(column)s trống.", column=empty[0])
    for name in columns:
        limit = MAXIMUM_CODE if name.endswith("_code") else MAXIMUM_NAME
        if len(row[name]) > limit:
            return _("Ô %(column)s dài quá %(limit)s ký tự.", column=name, limit=limit)
        if not is_clean(row[name]):
            return _("Ô %(column)s có ký tự ẩn. Xin gõ lại ô này.", column=name)
        if looks_like_formula(row[name]):
            return _("Ô %(column)s bắt đầu như một công thức. Xin gõ lại ô này.", column=name)
        if name.endswith("_code") and not (row[name].isascii() and row[name].isalnum()):
            return _("Mã ở ô %(column)s chỉ gồm chữ số và chữ cái không dấu.", column=name)
    return _complaint_about_position(row)


def _complaint_about_position(row: dict[str, str]) -> str | None:
    cells = [row.get(name, "") for name in POSITION_COLUMNS]
    if not any(cells):
        return None
    if not all(cells):
        return _("Vị trí của xã cần cả latitude và longitude; xin điền cả hai ô hoặc để trống cả hai.")
    for name, cell, limit in zip(POSITION_COLUMNS, cells, POSITION_LIMITS, strict=True):
        degrees = _degrees(cell)
        if degrees is None or abs(degrees) > limit:
            return _(
                "Ô %(column)s phải là số độ từ %(low)s đến %(high)s, ví dụ 10,0125.",
                column=name,
                low=f"-{limit:.0f}",
                high=f"{limit:.0f}",
            )
    return None


def _degrees(cell: str) -> float | None:
    """A number of degrees with a point or a comma; the spreadsheets of offices write commas."""
    text = cell.replace(",", ".")
    return float(text) if re.fullmatch(r"[+-]?\d{1,3}(\.\d{1,15})?", text, re.ASCII) else None


def _position(row: dict[str, str]) -> tuple[float, float] | None:
    latitude, longitude = (_degrees(row.get(name, "")) for name in POSITION_COLUMNS)
    return None if latitude is None or longitude is None else (latitude, longitude)


def _units_of(row: dict[str, str], with_districts: bool) -> list[ListedUnit]:
    name = _normal(row["province_name"])
    kind = "thành phố" if name.casefold().startswith("thành phố") else "tỉnh"
    units = [ListedUnit("province", row["province_code"], name, kind, None)]
    if with_districts:
        units.append(_listed("district", row, units[-1]))
    units.append(_listed("commune", row, units[-1]))
    return units


def _listed(level: str, row: dict[str, str], parent: ListedUnit) -> ListedUnit:
    return ListedUnit(
        level,
        row[f"{level}_code"],
        _normal(row[f"{level}_name"]),
        _normal(row[f"{level}_type"]).casefold(),
        (parent.level, parent.code),
        _position(row) if level == "commune" else None,
    )


def _complaint_about_unit(
    unit: ListedUnit, known: dict[tuple[str, str], ListedUnit], first_line: dict[tuple[str, str], int]
) -> str | None:
    if unit.kind not in KINDS[unit.level]:
        return _(
            "Loại đơn vị „%(kind)s” không có trong danh mục. Xin dùng một trong: %(kinds)s.",
            kind=unit.kind,
            kinds=", ".join(KINDS[unit.level]),
        )
    before = known.get((unit.level, unit.code))
    if before is None:
        if unit.level == "province" and any(level == "province" for level, _code in known):
            return _("Tệp có hơn một tỉnh. Xin nhập mỗi tỉnh một tệp.")
        return None
    line = first_line[(unit.level, unit.code)]
    if unit.level == "commune":
        return _("Mã xã %(code)s bị lặp, đã có ở dòng %(line)s.", code=unit.code, line=line)
    if before != unit:
        return _("Đơn vị %(code)s được ghi khác với dòng %(line)s.", code=unit.code, line=line)
    return None


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))
