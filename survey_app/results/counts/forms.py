"""The form of a published table: the same keys and checks as the file; rows are typed or come from a CSV file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.accounts.roles import SECTORS
from survey_app.csv_reader import read_rows
from survey_app.errors import LinesRefused, UserError
from survey_app.results.counts.definition import MAXIMUM_ROWS
from survey_app.surveys.form_values import as_day, as_number, as_share, clean

SIDES = ("satisfied", "neutral", "dissatisfied")
CELLS = ("label", "n", *SIDES)
COLUMNS = ("label", "n", *SIDES, "label_en", "of", "by", "value")
FIRST_ROWS = 4
MOST_TYPED = 390
"""Rows of the page; with more of them a form would have more parts than the platform takes."""


class CountsForm(FlaskForm):
    """What a published table says of itself; the rows stand beside it."""

    title_vi = StringField(_l("Tên (tiếng Việt)"), render_kw={"required": True})
    title_en = StringField(_l("Tên (tiếng Anh)"), render_kw={"required": True})
    slug = StringField(_l("Tên ngắn"), description=_l("Chữ thường không dấu, ví dụ kien-giang-2019."))
    sector = SelectField(
        _l("Lĩnh vực"), choices=[SelectChoice(value=key, label=label) for key, label in SECTORS.items()]
    )
    territory = SelectField(_l("Địa bàn"), validate_choice=False)
    starts_on = StringField(_l("Từ ngày"), render_kw={"type": "date"})
    ends_on = StringField(_l("Đến ngày"), render_kw={"type": "date"})
    source = StringField(_l("Văn bản công bố"), description=_l("Số, ngày và nơi ban hành."))
    selection = RadioField(
        _l("Mẫu được chọn thế nào"),
        choices=[
            SelectChoice(value="drawn", label=_l("Bốc ngẫu nhiên, văn bản có nói")),
            SelectChoice(value="assumed", label=_l("Văn bản không nói; coi như bốc ngẫu nhiên")),
            SelectChoice(value="not_drawn", label=_l("Không bốc ngẫu nhiên: không tính khoảng tin cậy")),
        ],
        default="assumed",
    )
    level = SelectField(
        _l("Đơn vị được chọn"),
        choices=[
            SelectChoice(value="commune", label=_l("xã")),
            SelectChoice(value="district", label=_l("huyện")),
            SelectChoice(value="agency", label=_l("cơ quan")),
        ],
    )
    drawn = StringField(_l("Số đơn vị trong mẫu"), description=_l("Để trống nếu không biết."))
    all_units = StringField(_l("Trên tổng số đơn vị"))
    assumption = RadioField(
        _l("Người trả lời tập trung theo đơn vị"),
        choices=[
            SelectChoice(value="simple", label=_l("Không xét: coi như mẫu ngẫu nhiên đơn giản")),
            SelectChoice(value="design_effect", label=_l("Theo hệ số thiết kế")),
            SelectChoice(value="correlation", label=_l("Theo tương quan trong cụm")),
        ],
        default="design_effect",
    )
    assumed = StringField(
        _l("Giá trị giả định"), default="1,6", description=_l("Hệ số thiết kế, ví dụ 1,6; hoặc tương quan, ví dụ 0,03.")
    )
    assumed_source = StringField(
        _l("Giả định lấy từ đâu"), default=_l("Giả định, như khi tính cỡ mẫu; văn bản không cho biết")
    )
    target = StringField(_l("Mục tiêu hài lòng (%)"), default="80")
    operator = SelectField(
        _l("Đạt khi tỷ lệ"),
        choices=[
            SelectChoice(value="ge", label=_l("từ mục tiêu trở lên")),
            SelectChoice(value="gt", label=_l("cao hơn mục tiêu")),
        ],
    )
    basis = StringField(_l("Căn cứ của mục tiêu"))
    note = TextAreaField(_l("Ghi chú"))
    unit = RadioField(
        _l("Ba mức ghi bằng"),
        choices=[
            SelectChoice(value="percent", label=_l("phần trăm, như đã công bố")),
            SelectChoice(value="counts", label=_l("số phiếu")),
        ],
        default="percent",
    )
    file = FileField(
        _l("Hoặc tệp CSV của các dòng"),
        description=_l("Cột: label, n, satisfied, neutral, dissatisfied; có thể thêm label_en, of, by, value."),
    )

    def read(self, rows: list[dict[str, str]]) -> dict[str, Any]:
        """The definition as plain data, as the file has it."""
        code, _at, system = clean(self.territory.data).partition("@")
        assumed: dict[str, Any] = {}
        if self.assumption.data in ("design_effect", "correlation"):
            assumed = {self.assumption.data: as_number(self.assumed.data), "source": clean(self.assumed_source.data)}
        sample = {"selection": self.selection.data, "level": self.level.data, **assumed}
        if clean(self.drawn.data) or clean(self.all_units.data):
            sample |= {"drawn": clean(self.drawn.data), "of": clean(self.all_units.data)}
        note = clean(self.note.data)
        return {
            "slug": clean(self.slug.data),
            "title": {"vi": clean(self.title_vi.data), "en": clean(self.title_en.data)},
            "sector": self.sector.data,
            "territory": {"code": code, "code_system": system or None},
            "period": {"from": as_day(self.starts_on.data), "to": as_day(self.ends_on.data)},
            "source": clean(self.source.data),
            "sample": sample,
            "target": {
                "rate": as_share(self.target.data),
                "operator": self.operator.data,
                "basis": clean(self.basis.data),
            },
            **({"note": {"vi": note, "en": note}} if note else {}),
            "rows": [_row(row, percent=self.unit.data != "counts") for row in rows],
        }


def _row(row: Mapping[str, str], *, percent: bool) -> dict[str, Any]:
    label = row.get("label", "")
    sides = {side: row[side].replace(",", ".") if percent else _whole(row[side]) for side in SIDES if row.get(side)}
    return {
        "label": {"vi": label, "en": row.get("label_en") or label},
        **({"n": _whole(row["n"])} if row.get("n") else {}),
        "percent" if percent else "counts": sides,
        **{key: row[key] for key in ("of", "by", "value") if row.get(key)},
    }


def _whole(text: str) -> str:
    """A count as offices write it, 1.485 or 1 485; what is none stays for the check to name."""
    plain = text.replace(".", "").replace(" ", "").replace("\u00a0", "")
    return plain if plain.isdecimal() else text


def typed_rows(form: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of the page that hold anything, and as many empty ones as it showed."""
    rows: list[dict[str, str]] = []
    for number in range(MAXIMUM_ROWS):
        if f"label-{number}" not in form:
            break
        rows.append({cell: clean(form.get(f"{cell}-{number}")) for cell in CELLS})
    return rows


def filled(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Only those in which something is written."""
    return [row for row in rows if any(row.values())]


def with_empty_rows(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """A few more rows to type into.

    Raises
    ------
    UserError
        The page holds as many as it can.
    """
    if len(rows) >= MOST_TYPED:
        raise UserError(
            _("Trang này có nhiều nhất %(limit)s dòng. Bảng dài hơn xin nhập bằng tệp CSV.", limit=MOST_TYPED)
        )
    return [*rows, *[{} for _new in range(min(FIRST_ROWS, MOST_TYPED - len(rows)))]]


def given_rows(form: CountsForm, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows of the file, or those typed.

    Raises
    ------
    UserError
        Both, or a file that cannot be read.
    """
    typed = filled(rows)
    if not form.file.data:
        return typed
    if typed:
        raise UserError(
            _(
                "Vừa có tệp CSV vừa có dòng đã gõ nên không biết lấy bên nào. Không lưu gì cả: "
                "xin chọn lại tệp và xóa các dòng đã gõ, hoặc chỉ gửi các dòng đã gõ."
            )
        )
    return rows_of_file(form.file.data.stream)


def rows_of_file(file: IO[bytes]) -> list[dict[str, str]]:
    """The rows of a CSV file.

    Raises
    ------
    LinesRefused, UserError
        Lines with too many or too few cells; no rows; not CSV.
    """
    rows: list[dict[str, str]] = []
    faults: list[tuple[int, str]] = []
    for line, row in read_rows(file, required=CELLS[:3], known=COLUMNS):
        if row.get(""):
            faults.append((line, row[""]))
        rows.append({name: row.get(name, "") for name in COLUMNS})
        if len(rows) > MAXIMUM_ROWS:
            raise UserError(_("Tệp có quá %(limit)s dòng. Xin kiểm tra lại tệp.", limit=MAXIMUM_ROWS))
    if faults:
        raise LinesRefused(_("Tệp có dòng không đúng. Không lưu gì cả."), faults)
    if not rows:
        raise UserError(_("Tệp không có dòng nào sau dòng tên cột."))
    return rows
