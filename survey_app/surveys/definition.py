"""What a survey is before it is stored: read from a YAML file or a form, checked once for both."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from survey_app.characters import is_clean
from survey_app.errors import LinesRefused
from survey_app.surveys.models import OPERATORS, RULES, STRATIFIERS

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")
NEW = "moi"  # /quan-ly/dot/moi is the page of a new survey
METHODS = {
    "srswor": "srswor",
    "srs": "srswor",
    "equal": "srswor",
    "equal_probability": "srswor",
    "permanent_random_numbers": "srswor",
    "prn": "srswor",
}


SIGNS = {">=": "ge", "≥": "ge", ">": "gt"}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        if not is_clean(value):
            raise ValueError(_("có ký tự ẩn; xin gõ lại"))
        return " ".join(value.split())
    return value


def _code(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _plain(value)


def _no_truth(value: Any) -> Any:
    if isinstance(value, bool):  # which Python would count as 1: all communes, one case
        raise ValueError(_("cần một con số, không phải true hoặc false"))
    return value


def _day(value: Any) -> Any:
    """A number is no day, though pydantic would read it as seconds since 1970."""
    if not isinstance(value, str | date):
        raise ValueError(_("xin ghi ngày dạng 2020-11-20"))
    return value


def _slug(value: str) -> str:
    if not SLUG.fullmatch(value):
        raise ValueError(_("chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối, ví dụ kien-giang-2020"))
    if value == NEW:
        raise ValueError(_("tên „%(name)s” dành cho trang tạo đợt mới; xin chọn tên khác", name=NEW))
    return value


def _method(value: Any) -> Any:
    name = str(value).strip().lower().replace("-", "_")
    if name.startswith("equal_probability") or name.startswith("equal probability"):
        name = "srswor"
    if name not in METHODS:
        raise ValueError(_("phương pháp bốc mẫu dùng được: srswor (xác suất đều, không hoàn lại)"))
    return METHODS[name]


def _share(value: Any) -> Any:
    """A share as 0.3 or as 30%; a bare 30 might be either and is asked about."""
    value = _no_truth(value)
    if isinstance(value, str) and value.strip().endswith("%"):
        value = value.strip().removesuffix("%").strip().replace(",", ".")
        try:
            return round(float(value) / 100, 10)
        except ValueError:
            return value
    if isinstance(value, int | float) and 1 < value <= 100:
        raise ValueError(_("xin ghi %(share)s hoặc %(percent)s%%", share=f"{value / 100:g}", percent=f"{value:g}"))
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


def _one_of(choices: tuple[str, ...]) -> BeforeValidator:
    def check(value: Any) -> Any:
        name = str(value).strip().lower().replace("-", "_")
        name = SIGNS.get(name, name)
        if name not in choices:
            raise ValueError(_("xin dùng một trong: %(choices)s", choices=", ".join(choices)))
        return name

    return BeforeValidator(check)


Plain = Annotated[str, BeforeValidator(_plain), StringConstraints(min_length=1, max_length=300)]
Number = BeforeValidator(_no_truth)
Share = BeforeValidator(_share)
Code = Annotated[str, BeforeValidator(_code), StringConstraints(min_length=1, max_length=20, strip_whitespace=True)]


Day = Annotated[date, BeforeValidator(_day)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, regex_engine="python-re")


class Titles(_Part):
    """The title in both languages."""

    vi: Plain
    en: Plain


class Period(_Part):
    """First and last day of fieldwork."""

    starts_on: Day = Field(validation_alias=AliasChoices("from", "start", "starts_on", "begin"))
    ends_on: Day = Field(validation_alias=AliasChoices("to", "end", "ends_on", "until"))

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.ends_on < self.starts_on:
            raise ValueError(_("ngày kết thúc phải sau ngày bắt đầu"))
        return self


class SampleSettings(_Part):
    """How communes are drawn; `total` and `each_stratum` are the two readings of "30% of the communes"."""

    share: Annotated[float, Share, Field(gt=0, le=1, allow_inf_nan=False)]
    rule: Annotated[str, _one_of(RULES)] = "total"
    stratify_by: Annotated[str, _one_of(STRATIFIERS)] | None = (
        None  #: absent: district, or commune type without districts
    )
    min_per_stratum: Annotated[int, Number, Field(ge=0, le=1000)] = 2
    method: Annotated[str, BeforeValidator(_method)] = "srswor"
    cases_per_commune: Annotated[int, Number, Field(ge=1, le=100_000)] = 40


class Target(_Part):
    """The rate to reach and how: at least (ge) or more than (gt)."""

    rate: Annotated[float, Share, Field(gt=0, lt=1, allow_inf_nan=False)]
    operator: Annotated[str, _one_of(OPERATORS)] = "ge"
    basis: Annotated[str, BeforeValidator(_plain), StringConstraints(max_length=1000)] = ""


class Territory(_Part):
    """A province or a district, by its code."""

    code: Code
    code_system: Plain | None = None


def _territory(value: Any) -> Any:
    return {"code": value} if isinstance(value, str | int) else value


def _target(value: Any) -> Any:
    return {"rate": value} if isinstance(value, int | float | str) and not isinstance(value, bool) else value


class SurveyDefinition(_Part):
    """Everything that makes a survey."""

    slug: Annotated[str, BeforeValidator(_slug)]
    title: Annotated[Titles, BeforeValidator(_title)] = Field(validation_alias=AliasChoices("title", "titles"))
    questionnaire: Plain
    territory: Annotated[Territory, BeforeValidator(_territory)]
    period: Annotated[Period, BeforeValidator(_period)]
    sample: Annotated[SampleSettings, BeforeValidator(_sample)]
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
