"""How a survey is sampled and worked: read from a YAML file or a form, stored with the survey."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from flask_babel import gettext as _
from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from survey_app.surveys.field_types import Number, Part, Share, StratumCode, one_of
from survey_app.surveys.models import RULES, STRATIFIERS

if TYPE_CHECKING:
    from survey_app.surveys.models import Survey

METHODS = {
    "srswor": "srswor",
    "srs": "srswor",
    "equal": "srswor",
    "equal_probability": "srswor",
    "permanent_random_numbers": "srswor",
    "prn": "srswor",
    "pareto": "pareto",
    "pps": "pareto",
    "systematic": "systematic",
    "systematic_pps": "systematic",
}
FRAMES = ("communes", "list", "none")
FIRST_STAGES = ("commune", "district")
CASE_METHODS = ("systematic", "simple")
ALLOCATIONS = ("fixed", "proportional", "optimal")
COLUMN = "column:"


def _method(value: Any) -> Any:
    name = str(value).strip().lower().replace("-", "_")
    if name.startswith(("equal_probability", "equal probability")):
        name = "srswor"
    if name not in METHODS:
        raise ValueError(
            _(
                "cách bốc dùng được: srswor (xác suất đều), pareto hoặc systematic (xác suất theo quy mô); "
                "cả ba đều không hoàn lại"
            )
        )
    return METHODS[name]


def _stratifier(value: Any) -> Any:
    if isinstance(value, str) and value.strip().startswith(COLUMN):
        name = value.strip().removeprefix(COLUMN).strip()
        if not re.fullmatch(r"[a-z0-9_]{1,40}", name):
            raise ValueError(_("sau column: là tên cột của danh sách, chữ thường không dấu, ví dụ column:vung"))
        return COLUMN + name
    return _plain_stratifier(value)


def _plain_stratifier(value: Any) -> Any:
    name = str(value).strip().lower().replace("-", "_")
    if name not in STRATIFIERS:
        raise ValueError(
            _("xin dùng một trong: %(choices)s, hoặc column:tên_cột của danh sách", choices=", ".join(STRATIFIERS))
        )
    return name


class CaseSettings(Part):
    """How cases are drawn from the list of each drawn unit.

    Attributes
    ----------
    allocation : {"fixed", "proportional", "optimal"}
        ``fixed``: ``number`` from each unit; ``proportional``: ``number`` in all, in proportion to the lists;
        ``optimal``: as many as ``margin`` needs, shared out so that all weigh the same.
    margin, expected_rate, deff, response_rate : float
        For ``optimal``: half-width of the interval of the whole survey, and what is expected.
    reserve : float
        Reserves for each case.
    """

    method: Annotated[str, one_of(CASE_METHODS)] = "systematic"
    allocation: Annotated[str, one_of(ALLOCATIONS)] = "fixed"
    number: Annotated[int, Number, Field(ge=1, le=1_000_000)] | None = Field(default=None, validate_default=True)
    margin: Annotated[float, Share, Field(gt=0, lt=0.5, allow_inf_nan=False)] | None = Field(
        default=None, validate_default=True
    )
    expected_rate: Annotated[float, Share, Field(gt=0, lt=1, allow_inf_nan=False)] = 0.8
    deff: Annotated[float, Number, Field(ge=1, le=50, allow_inf_nan=False)] = 1.6
    response_rate: Annotated[float, Share, Field(gt=0, le=1, allow_inf_nan=False)] = 0.8
    reserve: Annotated[float, Number, Field(ge=0, le=5, allow_inf_nan=False)] = 0.2

    @field_validator("number", "margin")
    @classmethod
    def _enough(cls, value: Any, info: ValidationInfo) -> Any:
        needed = {"number": "proportional", "margin": "optimal"}[str(info.field_name)]
        if value is None and info.data.get("allocation") == needed:
            if needed == "optimal":
                raise ValueError(_("chia theo sai số (optimal) cần sai số mong muốn (margin), ví dụ 3%%"))
            raise ValueError(_("chia theo tỷ lệ (proportional) cần tổng số hồ sơ sẽ bốc (number)"))
        return value


class SampleSettings(Part):
    """How communes or agencies are drawn; `total` and `each_stratum` are the two readings of "30% of the communes".

    Attributes
    ----------
    frame : {"communes", "list", "none"}
        Every commune of the territory; the units that a list brings in; or no frame: open counters, no probabilities.
    number : int or None
        Instead of the share: how many units are drawn in all.
    stratify_by : str or None
        Absent: district, or commune type where there are no districts.
    first_stage : {"commune", "district"}
        ``district``: districts are drawn and all their communes taken.
    take_all : tuple of str
        Codes of strata that are taken whole.
    shift : float
        Added to every random number: 0 keeps the units of an earlier wave with the same seed, 0.5 turns them over.
    cases : CaseSettings or None
        None: no lists; everybody who comes may answer, ``cases_per_commune`` are planned.
    """

    frame: Annotated[str, one_of(FRAMES)] = "communes"
    share: Annotated[float, Share, Field(gt=0, le=1, allow_inf_nan=False)] = 0.3
    number: Annotated[int, Number, Field(ge=1, le=100_000)] | None = None
    rule: Annotated[str, one_of(RULES)] = "total"
    stratify_by: Annotated[str, BeforeValidator(_stratifier)] | None = None
    min_per_stratum: Annotated[int, Number, Field(ge=0, le=1000)] = 2
    method: Annotated[str, BeforeValidator(_method)] = "srswor"
    first_stage: Annotated[str, one_of(FIRST_STAGES)] = "commune"
    take_all: tuple[StratumCode, ...] = ()
    shift: Annotated[float, Number, Field(ge=0, lt=1, allow_inf_nan=False)] = 0.0
    cases_per_commune: Annotated[int, Number, Field(ge=1, le=100_000)] = 40
    cases: CaseSettings | None = None

    @field_validator("stratify_by")
    @classmethod
    def _strata(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value in (None, "none"):
            return value
        if info.data.get("frame") == "none":
            raise ValueError(_("không có dàn mẫu (frame: none) thì không phân tầng"))
        if str(value).startswith(COLUMN) and info.data.get("frame") == "communes":
            raise ValueError(
                _("phân tầng theo một cột cần danh sách có cột ấy; xin chọn dàn mẫu là danh sách (frame: list)")
            )
        return value

    @field_validator("method")
    @classmethod
    def _sizes(cls, value: str, info: ValidationInfo) -> str:
        if value != "srswor" and info.data.get("frame") == "none":
            raise ValueError(_("không có dàn mẫu (frame: none) thì không bốc theo quy mô"))
        if value != "srswor" and info.data.get("frame") == "communes":
            raise ValueError(
                _("bốc theo quy mô cần danh sách có cột quy mô; xin chọn dàn mẫu là danh sách (frame: list)")
            )
        return value

    @field_validator("first_stage")
    @classmethod
    def _clusters(cls, value: str, info: ValidationInfo) -> str:
        if value == "district" and info.data.get("frame") == "none":
            raise ValueError(_("không có dàn mẫu (frame: none) thì không bốc cả huyện"))
        if value == "district" and info.data.get("stratify_by") in ("district", "commune_type", "area"):
            raise ValueError(_("bốc cả huyện thì chỉ phân tầng theo một cột của danh sách, hoặc không (none)"))
        return value

    @field_validator("take_all")
    @classmethod
    def _whole_strata(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if value and info.data.get("frame") == "none":
            raise ValueError(_("không có dàn mẫu (frame: none) thì không có tầng nào để lấy hết"))
        return tuple(dict.fromkeys(value))

    @field_validator("cases")
    @classmethod
    def _lists(cls, value: CaseSettings | None, info: ValidationInfo) -> CaseSettings | None:
        if value is not None and info.data.get("frame") == "none":
            raise ValueError(_("không có dàn mẫu (frame: none) thì không có danh sách hồ sơ để bốc (cases)"))
        return value


class WorkSettings(Part):
    """Rules of fieldwork.

    Attributes
    ----------
    attempts : int
        Tries before a case may be given up.
    on_different_days : bool
        Whether two tries of one day count as one.
    due_in : int or None
        Working days from assignment to deadline.
    call_backs : float
        Share of answered cases to be checked again.
    """

    attempts: Annotated[int, Number, Field(ge=1, le=20)] = 3
    on_different_days: bool = True
    due_in: Annotated[int, Number, Field(ge=1, le=250)] | None = 15
    call_backs: Annotated[float, Share, Field(ge=0, le=1, allow_inf_nan=False)] = 0.05


class SurveyDesign(Part):
    """The two together, as stored with a survey."""

    sample: SampleSettings = SampleSettings()
    work: WorkSettings = WorkSettings()


def design_of(survey: Survey) -> SurveyDesign:
    """How a survey is sampled and worked; surveys stored before there were designs have the plain one."""
    if survey.design:
        return SurveyDesign.model_validate(survey.design)
    return SurveyDesign(
        sample=SampleSettings(
            share=survey.sample_share,
            rule=survey.sample_rule,
            stratify_by=survey.stratify_by,
            min_per_stratum=survey.min_per_stratum,
            method=survey.sample_method,
            cases_per_commune=survey.cases_per_commune,
        )
    )


def is_probability_sample(survey: Survey) -> bool:
    """Whether every unit had a known chance; without, no figure claims more than those who answered."""
    return design_of(survey).sample.frame != "none"
