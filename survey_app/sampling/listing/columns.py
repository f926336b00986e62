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
    headings: tuple[str, ...]
    required: bool = False
    contact: bool = False


_PLACE = (
    "ma xa", "ma don vi hanh chinh", "ma dvhc", "ma phuong xa", "ma xa phuong", "ma co quan", "ma don vi", "ma truong",
    "ma benh vien", "ma co so", "commune_code", "commune code", "unit_code", "unit code", "agency_code", "code",
)  # fmt: skip
_SIZE = (
    "quy mo", "so ho so", "so luong ho so", "so hoc sinh", "so luot", "so doanh nghiep", "size", "dossiers", "count",
)  # fmt: skip
_REFERENCE = (
    "so ho so", "ma ho so", "ma so ho so", "so benh an", "ma hoc sinh", "ma so thue", "ma so doanh nghiep",
    "reference", "dossier", "dossier_number", "case_id", "id",
)  # fmt: skip
_PERSON = ("ho ten", "ho va ten", "ten nguoi nop", "nguoi nop", "chu ho so", "ten doanh nghiep", "name", "full_name")
UNIT_FIELDS = (
    Field("unit", _l("Mã xã hoặc mã cơ quan"), _PLACE, required=True),
    Field("name", _l("Tên"), ("ten", "ten xa", "ten co quan", "ten don vi", "ten truong", "ten benh vien", "name")),
    Field("commune", _l("Mã xã nơi đặt cơ quan"), ("thuoc xa", "ma xa noi dat", "commune", "located_in")),
    Field("kind", _l("Loại cơ quan"), ("loai", "loai hinh", "loai co quan", "kind", "type")),
    Field("size", _l("Quy mô (số hồ sơ, lượt khám, học sinh)"), _SIZE),
)
CASE_FIELDS = (
    Field("unit", _l("Mã xã hoặc mã cơ quan"), _PLACE, required=True),
    Field("reference", _l("Số hồ sơ (mã riêng của từng dòng)"), _REFERENCE, required=True),
    Field("name", _l("Họ và tên"), _PERSON, contact=True),
    Field("phone", _l("Điện thoại"), ("dien thoai", "so dien thoai", "sdt", "dt", "phone", "telephone"), contact=True),
    Field("address", _l("Địa chỉ"), ("dia chi", "noi o", "cho o", "address"), contact=True),
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
        if set(used) <= set(headings):
            return Columns(earlier["fields"], earlier["attributes"])
    plain = {_plain(heading): heading for heading in reversed(headings)}
    found: dict[str, str] = {}
    for field in FIELDS[kind]:
        heading = next((plain[name] for name in field.headings if name in plain), None)
        if heading is not None and heading not in found.values():
            found[field.key] = heading
    return Columns(found, {})


def read_columns(kind: str, headings: Sequence[str], fields: Mapping[str, str], attributes: Sequence[str]) -> Columns:
    """The columns a person chose.

    Raises
    ------
    UserError
        A required field has no column, a column does not exist or serves twice, too many attributes.
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
    if len(attributes) > MAXIMUM_ATTRIBUTES:
        raise UserError(_("Chỉ giữ được %(limit)s cột mô tả. Xin bỏ bớt.", limit=MAXIMUM_ATTRIBUTES))
    names: dict[str, str] = {}
    for heading in attributes:
        name = attribute_name(heading)
        while name in names:
            name += "_"
        names[name] = heading
    return Columns(chosen, names)


def attribute_name(heading: str) -> str:
    """A plain word for a heading: „Lĩnh vực” → ``linh_vuc``."""
    return re.sub(r"[^a-z0-9]+", "_", _plain(heading)).strip("_")[:40] or "cot"


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^a-z0-9_]+", " ", text).split())
