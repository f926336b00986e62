"""Which column of an office's table is what: guessed from its heading, chosen by a person, remembered for next time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from survey_app.errors import UserError

MAXIMUM_ATTRIBUTES = 12


@dataclass(frozen=True)
class Field:
    """Something a list can tell of a unit or of a case; ``contact`` fields are sealed."""

    key: str
    label: Any
    explanation: Any
    headings: tuple[str, ...]
    required: bool = False
    contact: bool = False


_COMMUNE = ("ma xa", "ma don vi hanh chinh", "ma dvhc", "ma phuong xa", "ma xa phuong", "commune_code", "commune code")
_AGENCY = (
    "ma co quan", "ma don vi", "ma truong", "ma benh vien", "ma co so", "ma quay", "unit_code", "unit code",
    "agency_code", "agency code",
)  # fmt: skip
_SIZE = (
    "quy mo", "so ho so", "so luong ho so", "so hoc sinh", "so luot", "so luot kham", "so doanh nghiep", "size",
    "dossiers", "count",
)  # fmt: skip
_REFERENCE = (
    "so ho so", "ma ho so", "ma so ho so", "so benh an", "ma hoc sinh", "ma so thue", "ma so doanh nghiep",
    "so bien nhan", "reference", "dossier", "dossier_number", "dossier number", "case_id",
)  # fmt: skip
#: Words by which a heading names something personal, wherever they stand in it.
_PRIVATE_WORDS = (
    "ho ten", "ho va ten", "ten nguoi", "dien thoai", "di dong", "sdt", "cccd", "cmnd", "can cuoc", "chung minh",
    "ngay sinh", "dia chi", "email", "e mail", "thu dien tu", "phone", "address", "birth",
)  # fmt: skip
_PERSON = (
    "ho ten", "ho va ten", "ten nguoi nop", "nguoi nop", "nguoi nop ho so", "chu ho so", "ten doanh nghiep",
    "name", "full_name",
)  # fmt: skip
_PHONE = ("dien thoai", "so dien thoai", "sdt", "so dt", "dt", "di dong", "phone", "telephone")
_ADDRESS = ("dia chi", "dia chi lien he", "noi o", "cho o", "address")
#: Headings of what describes nobody without naming them; kept neither as attributes nor anywhere else.
_PRIVATE = (
    "cccd", "so cccd", "cmnd", "so cmnd", "cmnd cccd", "so dinh danh", "so dinh danh ca nhan", "can cuoc",
    "can cuoc cong dan", "ngay sinh", "ngay thang nam sinh", "email", "thu dien tu", "so tai khoan", "so bhyt",
    "date_of_birth", "date of birth",
)  # fmt: skip
UNIT_FIELDS = (
    Field(
        "unit",
        _l("Mã xã hoặc mã cơ quan"),
        _l("Mã của từng đơn vị trong dàn mẫu. Xã: mã trong danh mục đơn vị hành chính; cơ quan: mã riêng tự đặt."),
        (*_AGENCY, *_COMMUNE, "code"),
        required=True,
    ),
    Field(
        "name",
        _l("Tên"),
        _l("Tên bệnh viện, trường, quầy, doanh nghiệp. Với xã thì không cần: tên lấy từ danh mục."),
        ("ten", "ten xa", "ten co quan", "ten don vi", "ten truong", "ten benh vien", "ten doanh nghiep", "name"),
    ),
    Field(
        "commune",
        _l("Mã xã nơi đặt cơ quan"),
        _l("Chỉ chọn khi danh sách là cơ quan: mã xã nơi cơ quan đóng."),
        ("thuoc xa", "ma xa noi dat", "located_in", "located in", *_COMMUNE, "commune"),
    ),
    Field(
        "kind",
        _l("Loại cơ quan"),
        _l("Bệnh viện, trạm y tế, trường học, trung tâm, bộ phận một cửa, doanh nghiệp, hoặc cơ quan."),
        ("loai", "loai hinh", "loai co quan", "kind", "type"),
    ),
    Field(
        "size",
        _l("Quy mô (số hồ sơ, lượt khám, học sinh)"),
        _l("Số lớn hơn 0. Cần khi bốc theo quy mô: đơn vị lớn có nhiều khả năng được bốc hơn."),
        _SIZE,
    ),
)
CASE_FIELDS = (
    Field(
        "unit",
        _l("Mã xã hoặc mã cơ quan"),
        _l("Nơi giải quyết hồ sơ; phải là một đơn vị của dàn mẫu."),
        (*_AGENCY, *_COMMUNE, "code"),
        required=True,
    ),
    Field(
        "reference",
        _l("Số hồ sơ (mã riêng)"),
        _l("Số hồ sơ, số bệnh án, mã học sinh, mã số thuế. Không hai dòng nào được giống nhau. Được mã hóa."),
        _REFERENCE,
        required=True,
        contact=True,
    ),
    Field("name", _l("Họ và tên"), _l("Người được mời trả lời. Được mã hóa."), _PERSON, contact=True),
    Field("phone", _l("Điện thoại"), _l("Để hẹn trước khi đến. Được mã hóa."), _PHONE, contact=True),
    Field("address", _l("Địa chỉ"), _l("Để điều tra viên tìm đến. Được mã hóa."), _ADDRESS, contact=True),
)
FIELDS = {"units": UNIT_FIELDS, "cases": CASE_FIELDS}


@dataclass(frozen=True)
class Columns:
    """Headings by field, and the headings kept as attributes; what is not named is not read.

    Attributes
    ----------
    fields : mapping of str to str
        Field key → heading.
    attributes : mapping of str to str
        Attribute name (plain word) → heading; for strata, quotas and breakdowns. Never contact data.
    """

    fields: Mapping[str, str]
    attributes: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Plain values, as stored with the file."""
        return {"fields": dict(self.fields), "attributes": dict(self.attributes)}


def guess_columns(kind: str, headings: Sequence[str], remembered: Sequence[Mapping[str, Any]] = ()) -> Columns:
    """The columns as the last file with the same headings had them, or as the headings suggest.

    Parameters
    ----------
    remembered : sequence of mapping
        `Columns.as_json` of earlier files, the newest first.
    """
    for earlier in remembered:
        used = [*earlier["fields"].values(), *earlier["attributes"].values()]
        if used and set(used) <= set(headings):
            return Columns(earlier["fields"], earlier["attributes"])
    plain = {_plain(heading): heading for heading in reversed(headings) if heading}
    found: dict[str, str] = {}
    for field in FIELDS[kind]:
        names = (plain[name] for name in field.headings if name in plain)
        heading = next((each for each in names if each not in found.values()), None)
        if heading is not None:
            found[field.key] = heading
    return Columns(found, {})


def read_columns(kind: str, headings: Sequence[str], fields: Mapping[str, str], attributes: Sequence[str]) -> Columns:
    """The columns a person chose.

    Raises
    ------
    UserError
        A required field has no column, a column does not exist or serves twice, too many attributes or personal ones.
    """
    chosen = {key: heading for key, heading in fields.items() if heading}
    known = {field.key: field for field in FIELDS[kind]}
    missing = [str(field.label) for field in known.values() if field.required and field.key not in chosen]
    if missing:
        raise UserError(_("Xin chọn cột cho: %(names)s.", names="; ".join(missing)))
    used = [*chosen.values(), *attributes]
    strange = [name for name in used if name not in headings] + [key for key in chosen if key not in known]
    if strange:
        raise UserError(_("Tệp không có cột: %(names)s. Xin chọn lại cột.", names=", ".join(strange[:10])))
    doubled = sorted({name for name in used if used.count(name) > 1})
    if doubled:
        raise UserError(_("Cột %(names)s được chọn hai lần. Xin chọn mỗi cột cho một việc.", names=", ".join(doubled)))
    private = [name for name in attributes if _is_private(name)]
    if private:
        raise UserError(
            _(
                "Cột %(names)s chứa thông tin cá nhân nên không được giữ làm cột mô tả. Xin bỏ cột đó, "
                "hoặc chọn là họ tên, điện thoại hay địa chỉ để được mã hóa.",
                names=", ".join(private),
            )
        )
    if len(attributes) > MAXIMUM_ATTRIBUTES:
        raise UserError(_("Chỉ giữ được %(limit)s cột mô tả. Xin bỏ bớt.", limit=MAXIMUM_ATTRIBUTES))
    names: dict[str, str] = {}
    for heading in attributes:
        name = attribute_name(heading)
        while name in names:
            name += "_"
        names[name] = heading
    return Columns(chosen, names)


def _is_private(heading: str) -> bool:
    plain = _plain(heading)
    exact = {*_PERSON, *_PHONE, *_ADDRESS, *_PRIVATE} - {"name"}
    return plain in exact or any(f" {words} " in f" {plain} " for words in _PRIVATE_WORDS)


def attribute_name(heading: str) -> str:
    """A plain word for a heading: „Lĩnh vực” → ``linh_vuc``."""
    return re.sub(r"[^a-z0-9]+", "_", _plain(heading)).strip("_")[:40] or "cot"


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^a-z0-9_]+", " ", text).split())
