"""The form of a new survey: the same keys and the same checks as the YAML file."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.errors import LinesRefused
from survey_app.instruments.typed_values import TypedValueError, parse_date
from survey_app.surveys.definition import SurveyDefinition, read_definition


class ActionForm(FlaskForm):
    """A button: nothing but the token that it comes from our page."""


class StateForm(FlaskForm):
    """A step of a survey, with the reason where one is needed."""

    state = StringField()
    reason = StringField(_l("Lý do"))


class SurveyForm(FlaskForm):
    """A new survey."""

    title_vi = StringField(_l("Tên đợt khảo sát (tiếng Việt)"))
    title_en = StringField(_l("Tên đợt khảo sát (tiếng Anh)"))
    slug = StringField(
        _l("Tên ngắn trong đường dẫn"),
        description=_l("Chữ thường không dấu, chữ số, gạch nối; ví dụ kien-giang-2021."),
    )
    questionnaire = SelectField(_l("Bộ phiếu"), validate_choice=False)
    territory = SelectField(_l("Địa bàn"), validate_choice=False)
    starts_on = StringField(_l("Bắt đầu ngày"), render_kw={"type": "date"})
    ends_on = StringField(_l("Kết thúc ngày"), render_kw={"type": "date"})
    share = StringField(_l("Tỷ lệ xã được bốc (%)"), default="30")
    rule = SelectField(
        _l("Tỷ lệ này tính"),
        validate_choice=False,
        choices=[
            SelectChoice(value="total", label=_l("trên tổng số xã")),
            SelectChoice(value="each_stratum", label=_l("trong từng tầng, ít nhất bằng tỷ lệ")),
        ],
    )
    stratify_by = SelectField(
        _l("Phân tầng theo"),
        validate_choice=False,
        choices=[
            SelectChoice(value="", label=_l("tự động: huyện, hoặc loại xã nếu không có huyện")),
            SelectChoice(value="district", label=_l("huyện")),
            SelectChoice(value="commune_type", label=_l("loại xã")),
            SelectChoice(value="none", label=_l("không phân tầng")),
        ],
    )
    min_per_stratum = StringField(_l("Ít nhất mỗi tầng (xã)"), default="2")
    cases_per_commune = StringField(_l("Số phiếu mỗi xã"), default="40")
    target = StringField(_l("Mục tiêu hài lòng (%)"), default="80")
    operator = SelectField(
        _l("Đạt khi tỷ lệ"),
        validate_choice=False,
        choices=[
            SelectChoice(value="ge", label=_l("từ mục tiêu trở lên")),
            SelectChoice(value="gt", label=_l("cao hơn mục tiêu")),
        ],
    )
    basis = TextAreaField(_l("Căn cứ của mục tiêu"))
    confidence = StringField(_l("Độ tin cậy (%)"), default="95")
    simulated = BooleanField(_l("Đây là đợt mô phỏng, không phải khảo sát thật"))

    #: Key of the definition → field that holds it.
    PLACES = {  # noqa: RUF012  a constant of the class
        "slug": "slug",
        "title.vi": "title_vi",
        "titles.vi": "title_vi",
        "title.en": "title_en",
        "questionnaire": "questionnaire",
        "territory": "territory",
        "period.from": "starts_on",
        "period.to": "ends_on",
        "period": "ends_on",
        "sample.share": "share",
        "sample.rule": "rule",
        "sample.stratify_by": "stratify_by",
        "sample.min_per_stratum": "min_per_stratum",
        "sample.cases_per_commune": "cases_per_commune",
        "target.rate": "target",
        "target.operator": "operator",
        "target.basis": "basis",
        "confidence_level": "confidence",
    }

    PERCENTAGES = ("share", "target", "confidence")

    def read(self) -> SurveyDefinition | None:
        """The definition, or None with each fault written at its field."""
        try:
            return read_definition(self._as_data())
        except LinesRefused as error:
            for _line, fault in error.lines:
                key, _colon, reason = fault.partition(": ")
                while key and key not in self.PLACES:
                    key = key.rpartition(".")[0]
                field = self[self.PLACES.get(key, "slug")]
                if field.name in self.PERCENTAGES:
                    reason = _("Xin nhập một tỷ lệ phần trăm lớn hơn 0 và nhỏ hơn hoặc bằng 100, ví dụ 30.")
                field.errors = [*field.errors, reason[:1].upper() + reason[1:]]
            return None

    def _as_data(self) -> dict[str, Any]:
        territory, _colon, system = (self.territory.data or "").partition("@")
        sample = {
            "share": _share(self.share.data),
            "rule": self.rule.data,
            "min_per_stratum": _clean(self.min_per_stratum.data),
            "cases_per_commune": _clean(self.cases_per_commune.data),
        }
        if self.stratify_by.data:
            sample["stratify_by"] = self.stratify_by.data
        return {
            "slug": _clean(self.slug.data),
            "title": {"vi": self.title_vi.data or "", "en": self.title_en.data or ""},
            "questionnaire": self.questionnaire.data or "",
            "territory": {"code": territory, "code_system": system or None},
            "period": {"from": _day(self.starts_on.data), "to": _day(self.ends_on.data)},
            "sample": sample,
            "target": {
                "rate": _share(self.target.data),
                "operator": self.operator.data,
                "basis": self.basis.data or "",
            },
            "confidence_level": _share(self.confidence.data),
            "simulated": bool(self.simulated.data),
        }


def _clean(text: str | None) -> str:
    return (text or "").strip()


def _share(text: str | None) -> float | str:
    """A percentage as people write it (30, 30,5, 30%) as a share; the text itself when it is none."""
    plain = _clean(text).rstrip("%").strip().replace(",", ".")
    try:
        return round(float(plain) / 100, 10)
    except ValueError:
        return plain


def _day(text: str | None) -> date | str:
    """A day as a browser (2026-11-20) or a person (20/11/2026) writes it; the text itself when it is none."""
    try:
        return parse_date(_clean(text))
    except TypedValueError:
        return _clean(text)
