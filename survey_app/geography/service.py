"""The verb of geography: bring in a list of units, all of it or nothing."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from typing import IO

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.csv_reader import read_rows
from survey_app.errors import Conflict, LinesRefused, UserError
from survey_app.geography.importing import (
    COMMUNE_COLUMNS,
    DISTRICT_COLUMNS,
    POSITION_COLUMNS,
    PROVINCE_COLUMNS,
    ListedUnit,
    read_units,
)
from survey_app.geography.models import Unit
from survey_app.plain_text import sort_key

#: Since this day provinces have no districts (Luật Tổ chức chính quyền địa phương 72/2025/QH15).
TWO_LEVELS_SINCE = date(2025, 7, 1)
CODE_SYSTEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True)
class ImportedUnits:
    """How many units of each level came in, and under which code system."""

    code_system: str
    province: str
    districts: int
    communes: int


def import_units(
    session: Session,
    file: IO[bytes],
    *,
    actor: Actor,
    code_system: str | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> ImportedUnits:
    """Bring in the units of a CSV file, of three levels or, without the district columns, of two.

    Two columns more, latitude and longitude in degrees, say where each commune lies; maps are drawn by them.

    Parameters
    ----------
    code_system : str, optional
        Default ``tctk-2020`` for three levels and ``tctk-2025`` for two.
    valid_from, valid_to : date, optional
        Defaults follow the reform: three levels end on 30 June 2025, two begin on 1 July 2025.

    Raises
    ------
    LinesRefused
        Duplicates, orphans, unknown types, contradictions: every line with its reason; nothing is stored.
    Conflict
        A unit is already there under this code system.
    """
    data = file.read()
    header = _header(data)
    with_districts = any(name in DISTRICT_COLUMNS for name in header)
    columns = PROVINCE_COLUMNS + (DISTRICT_COLUMNS if with_districts else ()) + COMMUNE_COLUMNS
    if any(name in header for name in POSITION_COLUMNS):
        columns += POSITION_COLUMNS
    listed = read_units(read_rows(io.BytesIO(data), required=columns), with_districts=with_districts)
    if listed.problems:
        count = len(listed.problems)
        raise LinesRefused(
            ngettext(
                "Không nhập gì cả: có %(num)s dòng sai. Xin sửa rồi nhập lại cả tệp.",
                "Không nhập gì cả: có %(num)s dòng sai. Xin sửa rồi nhập lại cả tệp.",
                count,
            ),
            listed.problems,
        )
    if not listed.units:
        raise UserError(_("Tệp không có dòng nào sau dòng tên cột."))
    system = code_system or ("tctk-2020" if with_districts else "tctk-2025")
    start = valid_from or (date(2020, 1, 1) if with_districts else TWO_LEVELS_SINCE)
    if not CODE_SYSTEM.fullmatch(system):
        raise UserError(_("Tên bộ mã chỉ gồm chữ không dấu, chữ số, gạch nối, nhiều nhất 40 ký tự, ví dụ tctk-2020."))
    end = valid_to or (date(2025, 6, 30) if with_districts and start < TWO_LEVELS_SINCE else None)
    if end is not None and end < start:
        raise UserError(_("Ngày hết hiệu lực phải sau ngày bắt đầu hiệu lực."))
    units = _store(session, list(listed.units.values()), system, start, end)
    result = ImportedUnits(
        code_system=system,
        province=units[0].name,
        districts=sum(unit.level == "district" for unit in units),
        communes=sum(unit.level == "commune" for unit in units),
    )
    record(
        session,
        actor,
        "geography.import",
        f"code_system:{system}",
        province=units[0].code,
        districts=result.districts,
        communes=result.communes,
    )
    return result


def _header(data: bytes) -> list[str]:
    text = data[:4096].decode("utf-8-sig", errors="replace").replace(";", ",")
    return [name.strip() for name in next(csv.reader(io.StringIO(text)), [])]


def _store(session: Session, listed: list[ListedUnit], system: str, start: date, end: date | None) -> list[Unit]:
    taken = session.execute(
        select(Unit.level, Unit.code).where(Unit.code_system == system, Unit.code.in_([unit.code for unit in listed]))
    ).all()
    if taken:
        raise Conflict(
            _(
                "Đơn vị %(code)s đã có trong bộ mã %(system)s. Không nhập gì cả.",
                code=taken[0].code,
                system=system,
            )
        )
    stored: dict[tuple[str, str], Unit] = {}
    try:
        for unit in listed:
            parent = stored[unit.parent] if unit.parent else None
            row = Unit(
                code_system=system,
                level=unit.level,
                code=unit.code,
                kind=unit.kind,
                name=unit.name,
                sort_key=sort_key(unit.name),
                latitude=unit.position[0] if unit.position else None,
                longitude=unit.position[1] if unit.position else None,
                parent=parent,
                valid_from=start,
                valid_to=end,
                path=f"{parent.path}/{unit.code}" if parent else f"{system}/{unit.code}",
            )
            session.add(row)
            stored[(unit.level, unit.code)] = row
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Conflict(_("Danh mục vừa được người khác nhập. Xin tải lại trang để xem.")) from error
    return list(stored.values())
