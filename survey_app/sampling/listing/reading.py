"""Rows of an office's list become checked cases, or a complaint for every row that does not fit.

No complaint repeats what may be a person's: a column chosen by mistake must not spread names.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from flask_babel import gettext as _

from survey_app.characters import is_clean
from survey_app.personal_data import ContactKey, compact_json
from survey_app.sampling.listing.columns import CASE_FIELDS, Columns
from survey_app.sampling.listing.table_file import Row

MAXIMUM_CELL = 300
MAXIMUM_SIZE = 1_000_000_000
_MOST_REMEMBERED = 10_000
CONTACT_FIELDS = ("name", "phone", "address")
_CALCULATION_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")
_GROUPED = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII)
_NUMBER = re.compile(r"-?\d+([.,]\d+)?", re.ASCII)
_AMBIGUOUS = re.compile(r"\d{1,3}(,\d{3})+", re.ASCII)
_PERSONAL = re.compile(r"0\d{9}|0\d{11}|\+84\d{9}|[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}", re.ASCII)
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ .-]+(?=\d)")
_LOST_ZERO = re.compile(r"[35789]\d{8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case ready to be stored; ``attributes`` is JSON, ``contact`` is what will be sealed."""

    line: int
    unit_id: int
    reference: bytes
    person: bytes | None
    attributes: str
    contact: dict[str, str]


class Cells:
    """The cells of the chosen columns of a row, tidied, or what nobody can have meant in them."""

    def __init__(self, headings: Sequence[str], columns: Columns) -> None:
        self._names = [*columns.fields.values(), *columns.attributes.values()]
        self._width = len(headings)
        places = [headings.index(name) for name in self._names]
        self._pick = itemgetter(*places, places[0])  # one more, so that it is always a tuple

    def read(self, cells: list[str]) -> list[str] | str:
        """The cells in the order of the columns, fields first; or a complaint."""
        if len(cells) > self._width and any(map(str.strip, cells[self._width :])):
            return _("Dòng có %(found)s ô, dòng đầu có %(expected)s cột.", found=len(cells), expected=self._width)
        picked = [" ".join(cell.split()) for cell in self._pick(cells)[:-1]]
        together = "\n".join(picked)
        if not unicodedata.is_normalized("NFC", together):
            picked = [unicodedata.normalize("NFC", cell) for cell in picked]
        if len(together) > MAXIMUM_CELL or "=" in together or "#" in together or not is_clean(together):
            return self._complaint(picked) or picked
        return picked

    def _complaint(self, picked: list[str]) -> str | None:
        for name, cell in zip(self._names, picked, strict=True):
            if len(cell) > MAXIMUM_CELL:
                return _("Ô %(column)s dài quá %(limit)s ký tự.", column=name, limit=MAXIMUM_CELL)
            if not is_clean(cell):
                return _("Ô %(column)s có ký tự ẩn. Xin gõ lại ô này.", column=name)
            if cell.startswith("="):
                return _("Ô %(column)s là công thức, không phải giá trị. Xin chép lại dưới dạng giá trị.", column=name)
            if cell in _CALCULATION_ERRORS:
                return _("Ô %(column)s là lỗi của bảng tính (%(error)s).", column=name, error=cell)
        return None


class CaseReader:
    """Reads the rows of one list of cases.

    Parameters
    ----------
    units : mapping of str to int
        The ids of the frame's units by code.
    key : ContactKey
        Makes the marks.

    Attributes
    ----------
    restored_phones : int
        Telephone numbers that had lost their zero to a spreadsheet and were given it back.
    """

    def __init__(
        self, headings: Sequence[str], columns: Columns, units: Mapping[str, int], key: ContactKey, slug: str
    ) -> None:
        self._cells = Cells(headings, columns)
        self._units, self._key, self._slug = units, key, slug
        order = {name: place for place, name in enumerate(columns.fields)}
        self._unit, self._reference = order["unit"], order["reference"]
        self._contact = [(field.key, order[field.key]) for field in CASE_FIELDS[2:] if field.key in order]
        self._attributes = list(columns.attributes.items())
        self._first = len(order)
        self._lines: dict[bytes, int] = {}
        self._described: dict[tuple[str, ...], str] = {}
        self.restored_phones = 0

    def read(self, rows: Iterable[Row]) -> tuple[list[CaseRow], list[tuple[int, str]]]:
        """The good rows among these, and the complaints about the others."""
        good, bad = [], []
        for line, cells in rows:
            case = self._case(line, cells)
            if isinstance(case, str):
                bad.append((line, case))
            else:
                good.append(case)
        return good, bad

    def _case(self, line: int, row: list[str]) -> CaseRow | str:
        cells = self._cells.read(row)
        if isinstance(cells, str):
            return cells
        code, number = cells[self._unit], cells[self._reference]
        if not code or not number:
            return _("Thiếu mã xã (cơ quan) hoặc số hồ sơ.")
        unit_id = self._units.get(code)
        if unit_id is None:
            return unknown_code(code, self._units)
        described = tuple(cells[self._first :])
        attributes = self._described.get(described)
        if attributes is None:
            complaint = self._complaint_about(described)
            if complaint:
                return complaint
            names = zip(self._attributes, described, strict=True)
            attributes = compact_json({name: cell for (name, _heading), cell in names if cell})
            if len(self._described) < _MOST_REMEMBERED:
                self._described[described] = attributes
        reference = self._key.mark(self._slug, number)
        before = self._lines.setdefault(reference, line)
        if before != line:
            return _("Số hồ sơ trùng với dòng %(line)s của tệp này.", line=before)
        contact = {key: cells[place] for key, place in self._contact if cells[place]}
        person = self._person(contact)
        return CaseRow(line, unit_id, reference, person, attributes, {"number": number} | contact)

    def _complaint_about(self, described: tuple[str, ...]) -> str | None:
        for (_name, heading), cell in zip(self._attributes, described, strict=True):
            if _PERSONAL.fullmatch(_BETWEEN_DIGITS.sub("", cell)):
                return _(
                    "Cột mô tả %(column)s có số điện thoại hoặc số định danh. Xin không giữ cột này.", column=heading
                )
        return None

    def _person(self, contact: dict[str, str]) -> bytes | None:
        phone = contact.get("phone")
        if phone is None:
            return None
        if _LOST_ZERO.fullmatch(phone):
            phone = contact["phone"] = "0" + phone
            self.restored_phones += 1
        if "name" not in contact:
            return None
        digits = "".join(filter(str.isdigit, phone))
        if phone.startswith("+84") or (digits.startswith("84") and len(digits) == 11):
            digits = "0" + digits[2:]
        return self._key.mark(self._slug, contact["name"], digits)


def shown_code(code: str) -> str:
    """A code as a complaint may show it; … for what may be a name, a telephone or an identity number."""
    return code if len(code) <= 8 and code.isascii() and code.isalnum() and not code.isalpha() else "…"


def unknown_code(code: str, known: Mapping[str, object]) -> str:
    """The complaint about a code that no unit of the frame has."""
    if code.isdecimal() and len(code) < 5:
        whole = code.zfill(5)
        if whole in known:
            return _(
                "Mã %(code)s có lẽ là %(whole)s mà bảng tính đã bỏ số 0 đứng đầu. Xin định dạng cột mã là chữ (Text).",
                code=code,
                whole=whole,
            )
    return _("Mã %(code)s không có trong dàn mẫu của đợt này.", code=shown_code(code))


def read_size(cell: str) -> float:
    """A measure of size: above 0, written 1234, 1.234 or 1.234,5.

    Raises
    ------
    ValueError
        In words for the person who sent the list.
    """
    text = cell.replace(" ", "")
    if _AMBIGUOUS.fullmatch(text):
        raise ValueError(_("Quy mô viết 1,234 có thể hiểu hai cách. Xin viết 1234 hoặc 1.234; phần lẻ viết 1234,5."))
    if _GROUPED.fullmatch(text):
        text = text.replace(".", "")
    elif not _NUMBER.fullmatch(text):
        raise ValueError(_("Quy mô không phải con số. Xin viết 1234, 1.234 hoặc 1234,5."))
    size = float(text.replace(",", "."))
    if not math.isfinite(size) or size <= 0:
        raise ValueError(_("Quy mô phải lớn hơn 0."))
    if size > MAXIMUM_SIZE:
        raise ValueError(_("Quy mô quá lớn. Xin xem lại cột đã chọn làm quy mô."))
    return size
