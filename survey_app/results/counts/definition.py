"""What a published table says and what is assumed of it: read from a YAML file or a form, checked once for both."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from flask_babel import gettext as _
from pydantic import BeforeValidator, Field, StringConstraints, ValidationError, model_validator

from survey_app.accounts.roles import SECTORS
from survey_app.errors import LinesRefused, UserError
from survey_app.instruments.problems import make_problem
from survey_app.instruments.yaml_tree import read_tree
from survey_app.results.counts.models import SELECTIONS, UNIT_LEVELS
from survey_app.surveys.definition import REASONS, Period, Target, Territory, Titles
from survey_app.surveys.field_types import Number, Part, Plain, one_of, plain_text

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")
NEW = "nhap"  # /quan-ly/bang-so/nhap is the page of a new one
MAXIMUM_BYTES = 200_000
MAXIMUM_ROWS = 400
DECIMALS = 6
Count = Annotated[int, Number, Field(ge=0, le=100_000_000)]


def _slug(value: Any) -> Any:
    if isinstance(value, str) and (not SLUG.fullmatch(value) or value == NEW):
        raise ValueError(_("chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối, ví dụ kien-giang-2019"))
    return value


def _percentage(value: Any) -> Any:
    """A percentage as a report writes it: 83,13 or 83.13, with or without the sign."""
    if isinstance(value, bool):
        raise ValueError(_("cần một con số, không phải true hoặc false"))
    try:
        number = Decimal(str(value).strip().removesuffix("%").strip().replace(",", "."))
    except InvalidOperation:
        raise ValueError(_("xin ghi số phần trăm như trong báo cáo, ví dụ 83,13")) from None
    if not number.is_finite() or not 0 <= number <= 100:
        raise ValueError(_("tỷ lệ phải từ 0 đến 100"))
    if _places(number) > DECIMALS:
        raise ValueError(_("nhiều nhất %(limit)s chữ số sau dấu phẩy", limit=DECIMALS))
    return number


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


Percentage = Annotated[Decimal, BeforeValidator(_percentage)]
Words = Annotated[str, BeforeValidator(plain_text), StringConstraints(max_length=2000)]
Key = Annotated[str, BeforeValidator(plain_text), StringConstraints(max_length=80)]


def _label(value: Any) -> Any:
    return {"vi": value, "en": value} if isinstance(value, str) else value


class Counts(Part):
    """Forms on each side."""

    satisfied: Count
    neutral: Count
    dissatisfied: Count


class Percentages(Part):
    """Percentages on each side, as published; the last two where the source gives them."""

    satisfied: Percentage
    neutral: Percentage | None = None
    dissatisfied: Percentage | None = None

    @model_validator(mode="after")
    def _make_a_hundred(self) -> Percentages:
        if (self.neutral is None) != (self.dissatisfied is None):
            raise ValueError(_("xin ghi cả „bình thường” và „không hài lòng”, hoặc bỏ cả hai"))
        if self.neutral is not None and self.dissatisfied is not None:
            sides: tuple[Decimal, ...] = (self.satisfied, self.neutral, self.dissatisfied)
            slack = Decimal("1.5") * Decimal(10) ** -max(_places(side) for side in sides)
            if abs(sum(sides, Decimal(-100))) > slack:
                raise ValueError(
                    _("ba tỷ lệ cộng lại được %(sum)s%%, không phải 100%%", sum=f"{sum(sides):f}".replace(".", ","))
                )
        return self


class Row(Part):
    """A line of the table: counts, or forms and percentages; and which figure of a questionnaire it tells of."""

    label: Annotated[Titles, BeforeValidator(_label)]
    n: Annotated[int, Number, Field(ge=1, le=100_000_000)] | None = None
    counts: Counts | None = None
    percent: Percentages | None = None
    of: Key = ""
    by: Key = ""
    value: Key = ""

    @model_validator(mode="after")
    def _one_kind(self) -> Row:
        if (self.counts is None) == (self.percent is None):
            raise ValueError(_("xin ghi số phiếu từng mức hoặc tỷ lệ từng mức, một trong hai"))
        if self.counts is not None:
            total = self.counts.satisfied + self.counts.neutral + self.counts.dissatisfied
            if total < 1 or self.n not in (None, total):
                raise ValueError(_("ba mức cộng lại được %(sum)s phiếu, khác với số phiếu của dòng", sum=total))
        elif self.n is None:
            raise ValueError(_("thiếu số phiếu của dòng (n)"))
        if bool(self.by) != bool(self.value):
            raise ValueError(_("by và value đi cùng nhau: câu hỏi và mã của phần được hỏi"))
        return self

    @property
    def forms(self) -> int:
        """n, or the sum of the counts."""
        counts = self.counts
        return self.n or (counts.satisfied + counts.neutral + counts.dissatisfied if counts else 0)


class Sample(Part):
    """What is known of the sample, and what is assumed."""

    selection: Annotated[str, one_of(SELECTIONS)]
    level: Annotated[str, one_of(UNIT_LEVELS)] = "commune"
    drawn: Annotated[int, Number, Field(ge=1)] | None = None
    of: Annotated[int, Number, Field(ge=1)] | None = None
    design_effect: Annotated[float, Number, Field(ge=1, le=1000, allow_inf_nan=False)] | None = None
    correlation: Annotated[float, Number, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    source: Words = ""

    @model_validator(mode="after")
    def _whole(self) -> Sample:
        if (self.drawn is None) != (self.of is None) or (self.drawn or 0) > (self.of or 0):
            raise ValueError(_("xin ghi cả số đơn vị được chọn và tổng số đơn vị; số được chọn không quá tổng số"))
        if self.design_effect is not None and self.correlation is not None:
            raise ValueError(_("chỉ ghi một trong hai: hệ số thiết kế hoặc tương quan trong cụm"))
        if self.correlation is not None and self.drawn is None:
            raise ValueError(_("tương quan trong cụm cần biết số đơn vị được chọn"))
        if (self.design_effect is not None or self.correlation is not None) and not self.source:
            raise ValueError(_("xin ghi giả định về hệ số thiết kế lấy từ đâu (source)"))
        return self


class CountsDefinition(Part):
    """A published table with its source."""

    slug: Annotated[Plain, BeforeValidator(_slug)]
    title: Titles
    sector: Annotated[str, one_of(tuple(SECTORS))] = "administrative"
    territory: Territory
    period: Period
    source: Annotated[str, BeforeValidator(plain_text), StringConstraints(min_length=1, max_length=1000)]
    sample: Sample
    target: Target
    confidence_level: Annotated[float, Number, Field(ge=0.5, lt=1, allow_inf_nan=False)] = 0.95
    total: Annotated[int, Number, Field(ge=1)] | None = None
    note: Titles | None = None
    rows: Annotated[list[Row], Field(min_length=1, max_length=MAXIMUM_ROWS)]

    @model_validator(mode="after")
    def _adds_up(self) -> CountsDefinition:
        forms = sum(row.forms for row in self.rows)
        if self.total not in (None, forms):
            raise ValueError(
                _("các dòng cộng lại được %(sum)s phiếu, khác với tổng %(total)s", sum=forms, total=self.total)
            )
        places = [(row.of, row.by, row.value) for row in self.rows if row.of]
        if len(places) != len(set(places)):
            raise ValueError(_("hai dòng nói về cùng một chỉ số và cùng một phần"))
        return self

    @property
    def decimals(self) -> int:
        """To how many decimals the source gives percentages; 1 where it gives counts."""
        sides = [
            side for row in self.rows if (one := row.percent) for side in (one.satisfied, one.neutral, one.dissatisfied)
        ]
        return max([_places(side) for side in sides if side is not None], default=1)


def read_counts(data: Any, lines: dict[tuple[str | int, ...], int] | None = None) -> CountsDefinition:
    """Check plain data of a file or a form.

    Raises
    ------
    LinesRefused
        Every fault with its line (0 where there is none) and its key.
    """
    try:
        return CountsDefinition.model_validate(data)
    except ValidationError as error:
        known, faults = lines or {}, []
        for fault in error.errors():
            path = tuple(fault["loc"])
            place = path
            while place and place not in known:
                place = place[:-1]
            faults.append((known.get(place, 0), f"{'.'.join(map(str, path)) or 'rows'}: {_reason(fault)}."))
        raise LinesRefused(_("Bảng số chưa đúng. Không lưu gì cả."), faults) from error


def _reason(fault: Any) -> str:
    if fault.get("input") == "":
        return _("không được để trống")
    template = REASONS.get(fault["type"].removeprefix("string_"))
    if template is not None:
        return str(template) % fault.get("ctx", {})
    return str(fault["ctx"]["error"]) if fault["type"] == "value_error" else _("giá trị không đúng kiểu")


def read_counts_file(data: bytes, *, name: str) -> CountsDefinition:
    """The table in a YAML file.

    Raises
    ------
    LinesRefused
        Broken or hostile YAML, unknown or missing keys, wrong values: each with its line.
    """
    if len(data) > MAXIMUM_BYTES:
        raise UserError(_("Tệp bảng số quá lớn. Một tệp đúng chỉ dài vài chục dòng."))
    try:
        tree = read_tree(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UserError(_("Tệp không phải mã UTF-8. Xin lưu lại tệp ở dạng UTF-8.")) from error
    if tree.findings or not isinstance(tree.value, dict):
        problems = [make_problem(found, file=name, line=tree.line_of(found.path)) for found in tree.findings]
        raise LinesRefused(
            _("Tệp %(name)s không đọc được. Không lưu gì cả.", name=name),
            [(problem.line or 0, f"{problem.message} {problem.advice}") for problem in problems],
        )
    return read_counts(tree.value, tree.lines)
