"""Rows of an office's list become checked units and cases, or a complaint for every row that does not fit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from survey_app.characters import is_clean
from survey_app.geography.models import Unit
from survey_app.personal_data import ContactKey
from survey_app.sampling.listing.columns import Columns
from survey_app.sampling.listing.table_file import MAXIMUM_ROWS

MAXIMUM_CELL = 300
MAXIMUM_COMPLAINTS = 10_000


@dataclass
class Complaints:
    """Refused rows with their reasons, up to a bound, and how many there were."""

    rows: list[tuple[int, str]] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, reason: str) -> None:
        """Refuse a row."""
        self.count += 1
        if len(self.rows) < MAXIMUM_COMPLAINTS:
            self.rows.append((line, reason))


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case ready to be stored; ``contact`` is what will be sealed."""

    line: int
    unit_id: int
    reference: bytes
    person: bytes | None
    attributes: dict[str, str]
    contact: dict[str, str]


class CaseReader:
    """Reads the rows of one list of cases.

    Parameters
    ----------
    units : mapping of str to Unit
        The units of the frame by code.
    key : ContactKey
        Makes the marks.
    known : mapping of bytes to str
        References that other files of the survey hold, with the name of the file.

    Attributes
    ----------
    persons : dict of bytes to int
        How many rows each marked person has in this file.
    """

    def __init__(
        self, columns: Columns, units: Mapping[str, Unit], key: ContactKey, known: Mapping[bytes, str], slug: str
    ) -> None:
        self._columns, self._units, self._key, self._known, self._slug = columns, units, key, known, slug
        self._lines: dict[bytes, int] = {}
        self.persons: dict[bytes, int] = {}
        self.complaints = Complaints()
        self.count = 0

    def read(self, rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[CaseRow]:
        """The good rows; after the last, ``complaints`` holds the others."""
        for line, row in rows:
            self.count += 1
            if self.count > MAXIMUM_ROWS:
                self.complaints.add(
                    line, _("Danh sách dài quá %(limit)s dòng. Xin chia thành nhiều tệp.", limit=MAXIMUM_ROWS)
                )
                return
            case = self._case(line, row)
            if isinstance(case, str):
                self.complaints.add(line, case)
            else:
                yield case

    def _case(self, line: int, row: dict[str, str]) -> CaseRow | str:
        complaint = row.get("") or bad_cell(row, self._columns)
        if complaint:
            return complaint
        fields = self._columns.fields
        code, number = row[fields["unit"]], row[fields["reference"]]
        unit = self._units.get(code)
        if not code or not number:
            return _("Thiếu mã xã (cơ quan) hoặc số hồ sơ.")
        if unit is None:
            return _("Mã %(code)s không có trong dàn mẫu của đợt này.", code=code[:40])
        reference = self._key.mark(self._slug, number)
        before = self._lines.get(reference)
        if before is not None:
            return _("Số hồ sơ trùng với dòng %(line)s.", line=before)
        if reference in self._known:
            return _("Số hồ sơ đã có trong tệp „%(file)s”.", file=self._known[reference])
        self._lines[reference] = line
        contact = {key: row[fields[key]] for key in ("name", "phone", "address") if row.get(fields.get(key, ""))}
        person = None
        if "name" in contact and "phone" in contact:
            person = self._key.mark(self._slug, contact["name"], "".join(filter(str.isdigit, contact["phone"])))
            self.persons[person] = self.persons.get(person, 0) + 1
        attributes = {name: row[heading] for name, heading in self._columns.attributes.items() if row.get(heading)}
        return CaseRow(line, unit.id, reference, person, attributes, {"number": number} | contact)


def bad_cell(row: Mapping[str, str], columns: Columns) -> str | None:
    """What is wrong with a cell that nobody can have meant, None if nothing is."""
    for heading in (*columns.fields.values(), *columns.attributes.values()):
        cell = row.get(heading, "")
        if len(cell) > MAXIMUM_CELL:
            return _("Ô %(column)s dài quá %(limit)s ký tự.", column=heading, limit=MAXIMUM_CELL)
        if not is_clean(cell):
            return _("Ô %(column)s có ký tự ẩn. Xin gõ lại ô này.", column=heading)
    return None


def read_size(cell: str) -> float:
    """A measure of size: above 0, written 1234, 1.234 or 1.234,5.

    Raises
    ------
    ValueError
        In words for the person who sent the list.
    """
    text = cell.replace(" ", "")
    if "," in text or text.count(".") > 1 or (text.count(".") == 1 and len(text.rpartition(".")[2]) == 3):
        text = text.replace(".", "").replace(",", ".")
    try:
        size = float(text)
    except ValueError:
        raise ValueError(_("Quy mô „%(cell)s” không phải con số.", cell=cell[:30])) from None
    if not math.isfinite(size) or size <= 0:
        raise ValueError(_("Quy mô phải lớn hơn 0, ở đây là „%(cell)s”.", cell=cell[:30]))
    return size


def attributes_of(row: Mapping[str, str], columns: Columns) -> dict[str, Any]:
    """The cells kept as attributes, without blanks."""
    return {name: row[heading] for name, heading in columns.attributes.items() if row.get(heading)}
