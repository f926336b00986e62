"""The frame: the units of the territory or of the lists, each in its stratum, in an order that never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.sampling.frame import hash_frame
from survey_app.errors import UserError
from survey_app.geography.models import Unit
from survey_app.geography.queries import units_below
from survey_app.sampling.listing.models import ListedCase
from survey_app.sampling.listing.queries import count_cases, listed_units
from survey_app.sampling.stage_one import Entry, Rules
from survey_app.surveys.design import COLUMN, SampleSettings, design_of
from survey_app.surveys.models import Survey

AREAS = {"phường": "đô thị", "thị trấn": "đô thị", "xã": "nông thôn", "đặc khu": "hải đảo"}


@dataclass(frozen=True)
class CaseList:
    """The cases of a unit, in the order of the lists they came with."""

    ids: list[int]
    sha256: str


@dataclass(frozen=True)
class Frame:
    """The units that may be drawn.

    Attributes
    ----------
    entries : list of Entry
        By stratum code, then by unit code.
    units : dict of str to Unit
        The unit of each code.
    list_sizes : dict of str to int
        M, the cases listed for each unit; 0 where there are none.
    """

    entries: list[Entry]
    units: dict[str, Unit]
    list_sizes: dict[str, int]


def build_frame(session: Session, survey: Survey) -> Frame:
    """The frame as it stands now.

    Raises
    ------
    UserError
        A list was to bring the units and none did; a unit lacks the column of the strata.
    """
    settings = design_of(survey).sample
    districts = units_below(session, survey.territory, "district")  # held here, so that no unit asks for its own
    counts = count_cases(session, survey)
    entries: list[Entry] = []
    units: dict[str, Unit] = {}
    for unit, size, attributes in _members(session, survey, settings):
        if unit.code in units:
            raise UserError(_("Mã %(code)s vừa là xã vừa là cơ quan. Xin đổi mã của cơ quan.", code=unit.code))
        stratum, name = _stratum(unit, settings.stratify_by or "none", attributes)
        district = district_of(unit)
        if settings.first_stage == "district" and district is None:
            raise UserError(_("%(name)s không thuộc huyện nào nên không bốc theo huyện được.", name=unit.name))
        cluster = district.code if district is not None and settings.first_stage == "district" else unit.code
        units[unit.code] = unit
        entries.append(Entry(unit.code, unit.name, stratum, name, cluster, size or counts.get(unit.id)))
    del districts
    entries.sort(key=lambda entry: (entry.stratum, entry.code))
    return Frame(entries, units, {code: counts.get(unit.id, 0) for code, unit in units.items()})


def _members(
    session: Session, survey: Survey, settings: SampleSettings
) -> Iterable[tuple[Unit, float | None, dict[str, str]]]:
    if settings.frame != "list":
        return [(unit, None, {}) for unit in units_below(session, survey.territory, "commune")]
    listed = listed_units(session, survey)
    if not listed:
        raise UserError(_("Đợt này bốc từ danh sách, nhưng chưa có danh sách nào. Xin nhập ở trang Dàn mẫu."))
    return [(entry.unit, entry.size, entry.attributes) for entry in listed]


def _stratum(unit: Unit, stratify_by: str, attributes: dict[str, str]) -> tuple[str, str]:
    commune = unit.parent if unit.level == "agency" and unit.parent is not None else unit
    district = district_of(unit)
    if stratify_by == "district" and district is not None:
        return district.code, district.name
    if stratify_by == "commune_type":
        return commune.kind, commune.kind
    if stratify_by == "area":
        area = AREAS[commune.kind]
        return area, area
    if stratify_by.startswith(COLUMN):
        column = stratify_by.removeprefix(COLUMN)
        value = str(attributes.get(column) or "").replace("|", "/")[:40]
        if not value:
            raise UserError(
                _("%(name)s chưa có cột „%(column)s” để phân tầng. Xin sửa danh sách.", name=unit.name, column=column)
            )
        return value, value
    return "all", ""


def district_of(unit: Unit) -> Unit | None:
    """The district of a commune or an agency, None in provinces without."""
    above = unit.parent
    while above is not None and above.level != "district":
        above = above.parent
    return above


def read_case_lists(session: Session, survey: Survey) -> dict[int, CaseList]:
    """The cases of every unit with a fingerprint, by unit id; the order is that of the lists."""
    query = (
        select(ListedCase.unit_id, ListedCase.id, ListedCase.reference)
        .where(ListedCase.survey_id == survey.id)
        .order_by(ListedCase.unit_id, ListedCase.id)
    )
    found: dict[int, tuple[list[int], list[bytes]]] = {}
    for unit_id, case_id, reference in session.execute(query):
        ids, marks = found.setdefault(unit_id, ([], []))
        ids.append(case_id)
        marks.append(reference)
    return {unit: CaseList(ids, hashlib.sha256(b"".join(marks)).hexdigest()) for unit, (ids, marks) in found.items()}


def frame_hash(entries: Iterable[Entry], rules: Rules, lists: dict[str, tuple[int, str]]) -> str:
    """SHA-256 of the frame, one line a unit: ``stratum|code``, and after it what else the draw depends on.

    Parameters
    ----------
    lists : dict of str to (int, str)
        For draws of cases: M and the fingerprint of the list of each unit.
    """
    return hash_frame(_fields(entry, rules, lists) for entry in entries)


def _fields(entry: Entry, rules: Rules, lists: dict[str, tuple[int, str]]) -> list[str]:
    fields = [entry.stratum, entry.code]
    if rules.method != "srswor":
        fields.append(repr(float(entry.size or 0)))
    if entry.cluster != entry.code:
        fields.append(entry.cluster)
    if lists:
        fields += [str(part) for part in lists.get(entry.code, (0, ""))]
    return fields
