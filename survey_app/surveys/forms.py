"""The forms of a new survey and of a draft: the same keys and the same checks as the YAML file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.errors import LinesRefused
from survey_app.surveys.definition import SurveyDefinition, read_definition
from survey_app.surveys.design import design_of
from survey_app.surveys.design_form import DesignForm
from survey_app.surveys.form_values import as_day, as_share, clean, show_percentage
from survey_app.surveys.models import Survey


class ActionForm(FlaskForm):
    """A button: nothing but the token that it comes from our page."""


class StateForm(FlaskForm):
    """A step of a survey, with the reason where one is needed."""

    state = StringField()
    reason = StringField(_l("Lý do"))


class SettingsForm(DesignForm):
    """What may still be changed in a draft."""

    title_vi = StringField(_l("Tên đợt khảo sát (tiếng Việt)"))
    title_en = StringField(_l("Tên đợt khảo sát (tiếng Anh)"))
    starts_on = StringField(_l("Bắt đầu ngày"), render_kw={"type": "date"})
    ends_on = StringField(_l("Kết thúc ngày"), render_kw={"type": "date"})
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
    PLACES = DesignForm.DESIGN_PLACES | {
        "title.vi": "title_vi",
        "titles.vi": "title_vi",
        "title.en": "title_en",
        "titles.en": "title_en",
        "period.from": "starts_on",
        "period.to": "ends_on",
        "period": "ends_on",
        "target.rate": "target",
        "target.operator": "operator",
        "target.basis": "basis",
        "confidence_level": "confidence",
    }

    ORDER = (
        "title_vi", "title_en", "slug", "questionnaire", "territory", "starts_on", "ends_on", "frame", "share", "rule",
        "stratify_by", "min_per_stratum", "cases_per_commune",
    )  # fmt: skip

    def read(self, fixed: Mapping[str, Any]) -> SurveyDefinition | None:
        """The definition, or None with each fault written at its field.

        Parameters
        ----------
        fixed : mapping
            Slug, questionnaire and territory.
        """
        left_over = self.left_over()
        for name, fault in left_over.items():
            self._tell(name, fault)
        try:
            definition = read_definition({**self._as_data(), **fixed})
        except LinesRefused as error:
            for _line, fault in error.lines:
                key, _colon, reason = fault.partition(": ")
                self.tell(key, reason)
            return None
        return None if left_over else definition

    def tell(self, key: str, reason: str) -> None:
        """Write a fault at the field that holds a key of the definition."""
        while key and key not in self.PLACES:
            key = key.rpartition(".")[0]
        name = self.PLACES.get(key, "title_vi")
        self._tell(name, _percentage_advice(name) or _number_advice(name, reason) or reason)

    def _tell(self, name: str, fault: str) -> None:
        fault = fault[:1].upper() + fault[1:]
        if fault not in self[name].errors:
            self[name].errors = [*self[name].errors, fault]

    def mistakes(self) -> list[tuple[str, str]]:
        """Every mistake with the id of its field, in the order of the page."""
        names = [name for name in self.ORDER if name in self] + [name for part in self.FOLDED.values() for name in part]
        names += [field.name for field in self if field.name not in names and field.name != "csrf_token"]
        fields = [self[name] for name in names]
        return [(field.id, f"{field.label.text}: {' '.join(field.errors)}") for field in fields if field.errors]

    def _as_data(self) -> dict[str, Any]:
        return {
            "title": {"vi": self.title_vi.data or "", "en": self.title_en.data or ""},
            "period": {"from": as_day(self.starts_on.data), "to": as_day(self.ends_on.data)},
            "sample": self.sample_data(),
            "work": self.work_data(),
            "target": {
                "rate": as_share(self.target.data),
                "operator": self.operator.data,
                "basis": self.basis.data or "",
            },
            "confidence_level": as_share(self.confidence.data),
            "simulated": bool(self.simulated.data),
        }

    def fill(self, survey: Survey) -> None:
        """Show a stored survey."""
        self.fill_design(design_of(survey))
        self.title_vi.data, self.title_en.data = survey.title_vi, survey.title_en
        self.starts_on.data, self.ends_on.data = survey.starts_on.isoformat(), survey.ends_on.isoformat()
        self.target.data, self.operator.data = show_percentage(survey.target_rate), survey.target_operator
        self.basis.data = survey.target_basis
        self.confidence.data = show_percentage(survey.confidence_level)
        self.simulated.data = survey.simulated


class SurveyForm(SettingsForm):
    """A new survey."""

    slug = StringField(
        _l("Tên ngắn trong đường dẫn"),
        description=_l("Chữ thường không dấu, chữ số, gạch nối; ví dụ kien-giang-2021."),
    )
    questionnaire = SelectField(_l("Bộ phiếu"), validate_choice=False)
    territory = SelectField(_l("Địa bàn"), validate_choice=False)

    PLACES = SettingsForm.PLACES | {"slug": "slug", "questionnaire": "questionnaire", "territory": "territory"}

    def identity(self) -> dict[str, Any]:
        """Slug, questionnaire and territory."""
        code, _at, system = (self.territory.data or "").partition("@")
        return {
            "slug": clean(self.slug.data),
            "questionnaire": self.questionnaire.data or "",
            "territory": {"code": code, "code_system": system or None},
        }


def _percentage_advice(name: str) -> str:
    if name == "margin":
        return _("Xin nhập sai số mong muốn lớn hơn 0 và nhỏ hơn 50 điểm, ví dụ 3.")
    if name in ("target", "expected_rate"):
        return _("Xin nhập một tỷ lệ phần trăm lớn hơn 0 và nhỏ hơn 100, ví dụ 80.")
    if name == "confidence":
        return _("Xin nhập độ tin cậy từ 50 đến dưới 100, ví dụ 95.")
    if name == "call_backs":
        return _("Xin nhập một tỷ lệ phần trăm từ 0 đến 100, ví dụ 5.")
    if name in ("share", "response_rate"):
        return _("Xin nhập một tỷ lệ phần trăm lớn hơn 0 và nhỏ hơn hoặc bằng 100, ví dụ 30.")
    return ""


def _number_advice(name: str, reason: str) -> str:
    if reason.rstrip(".") != _("giá trị không đúng kiểu"):
        return ""
    if name in ("shift", "deff", "reserve"):
        return _("Xin nhập một con số, ví dụ 1,6.")
    return _("Xin nhập một số nguyên, ví dụ 2.")
