"""What a survey is before it is stored: read from a YAML file or a form, checked once for both."""

from __future__ import annotations

import re
from typing import Annotated, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import AliasChoices, BeforeValidator, Field, StringConstraints, ValidationError, model_validator

from survey_app.errors import LinesRefused
from survey_app.surveys.design import SampleSettings, WorkSettings
from survey_app.surveys.field_types import Code, Day, Part, Plain, Share, one_of, plain_text
from survey_app.surveys.models import OPERATORS

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")
NEW = "moi"  # /quan-ly/dot/moi is the page of a new survey


def _slug(value: str) -> str:
    if not SLUG.fullmatch(value):
        raise ValueError(_("chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối, ví dụ kien-giang-2020"))
    if value == NEW:
        raise ValueError(_("tên „%(name)s” dành cho trang tạo đợt mới; xin chọn tên khác", name=NEW))
    return value


def _title(value: Any) -> Any:
    if isinstance(value, str):
        raise ValueError(_("cần cả hai ngôn ngữ, ví dụ {vi: Khảo sát năm 2026, en: Survey 2026}"))
    return value


def _period(value: Any) -> Any:
    if isinstance(value, str):
        start, _slash, end = value.partition("/")
        return {"from": start.strip(), "to": end.strip()}
    return value


def _sample(value: Any) -> Any:
    return {"share": value} if isinstance(value, int | float | str) and not isinstance(value, bool) else value


class Titles(Part):
    """The title in both languages."""

    vi: Plain
    en: Plain


class Period(Part):
    """First and last day of fieldwork."""

    starts_on: Day = Field(validation_alias=AliasChoices("from", "start", "starts_on", "begin"))
    ends_on: Day = Field(validation_alias=AliasChoices("to", "end", "ends_on", "until"))

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.ends_on < self.starts_on:
            raise ValueError(_("ngày kết thúc phải sau ngày bắt đầu"))
        return self


class Target(Part):
    """The rate to reach and how: at least (ge) or more than (gt)."""

    rate: Annotated[float, Share, Field(gt=0, lt=1, allow_inf_nan=False)]
    operator: Annotated[str, one_of(OPERATORS)] = "ge"
    basis: Annotated[str, BeforeValidator(plain_text), StringConstraints(max_length=1000)] = ""


class Territory(Part):
    """A province or a district, by its code."""

    code: Code
    code_system: Plain | None = None


def _territory(value: Any) -> Any:
    return {"code": value} if isinstance(value, str | int) else value


def _target(value: Any) -> Any:
    return {"rate": value} if isinstance(value, int | float | str) and not isinstance(value, bool) else value


class SurveyDefinition(Part):
    """Everything that makes a survey."""

    slug: Annotated[str, BeforeValidator(_slug)]
    title: Annotated[Titles, BeforeValidator(_title)] = Field(validation_alias=AliasChoices("title", "titles"))
    questionnaire: Plain
    territory: Annotated[Territory, BeforeValidator(_territory)]
    period: Annotated[Period, BeforeValidator(_period)]
    sample: Annotated[SampleSettings, BeforeValidator(_sample)]
    work: WorkSettings = WorkSettings()
    target: Annotated[Target, BeforeValidator(_target)]
    confidence_level: Annotated[float, Share, Field(ge=0.5, lt=1, allow_inf_nan=False)] = Field(
        0.95, validation_alias=AliasChoices("confidence_level", "confidence")
    )
    simulated: bool = False


REASONS = {
    "missing": _l("thiếu khóa này"),
    "extra_forbidden": _l("khóa không dùng được; xin xóa hoặc sửa tên"),
    "greater_than": _l("phải lớn hơn %(gt)s"),
    "greater_than_equal": _l("phải từ %(ge)s trở lên"),
    "less_than": _l("phải nhỏ hơn %(lt)s"),
    "less_than_equal": _l("không quá %(le)s"),
    "too_short": _l("không được để trống"),
    "too_long": _l("dài quá %(max_length)s ký tự"),
}


def read_definition(data: Any, lines: dict[tuple[str | int, ...], int] | None = None) -> SurveyDefinition:
    """Check plain data (of a YAML file or a form).

    Parameters
    ----------
    lines : dict, optional
        The line of every key path, for files.

    Raises
    ------
    LinesRefused
        Every fault with its line (0 where there is none) and its key.
    """
    try:
        return SurveyDefinition.model_validate(data)
    except ValidationError as error:
        faults = []
        for fault in error.errors():
            path = tuple(fault["loc"])
            faults.append((_line_of(path, lines or {}), f"{'.'.join(map(str, path))}: {_reason(fault)}."))
        raise LinesRefused(_("Khai báo đợt khảo sát chưa đúng. Không lưu gì cả."), faults) from error


def _line_of(path: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int]) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 0)


def _reason(fault: Any) -> str:
    if fault.get("input") == "":
        return _("không được để trống")
    template = REASONS.get(fault["type"].removeprefix("string_"))
    if template is not None:
        return str(template) % fault.get("ctx", {})
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    return _("giá trị không đúng kiểu")
