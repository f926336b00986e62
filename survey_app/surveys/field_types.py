"""The kinds of values that definitions are made of, each with what to say when one is wrong."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from flask_babel import gettext as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from survey_app.characters import is_clean

SIGNS = {">=": "ge", "≥": "ge", ">": "gt"}


def plain_text(value: Any) -> Any:
    """Text with single spaces and no hidden characters."""
    if isinstance(value, str):
        if not is_clean(value):
            raise ValueError(_("có ký tự ẩn; xin gõ lại"))
        return " ".join(value.split())
    return value


def code_text(value: Any) -> Any:
    """A code that a YAML file may have given as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else plain_text(value)


def no_truth(value: Any) -> Any:
    """A number, never true or false."""
    if isinstance(value, bool):  # which Python would count as 1: all communes, one case
        raise ValueError(_("cần một con số, không phải true hoặc false"))
    return value


def day(value: Any) -> Any:
    """A number is no day, though pydantic would read it as seconds since 1970."""
    if not isinstance(value, str | date):
        raise ValueError(_("xin ghi ngày dạng 2020-11-20"))
    return value


def share(value: Any) -> Any:
    """A share as 0.3 or as 30%; a bare 30 might be either and is asked about."""
    value = no_truth(value)
    if isinstance(value, str) and value.strip().endswith("%"):
        value = value.strip().removesuffix("%").strip().replace(",", ".")
        try:
            return round(float(value) / 100, 10)
        except ValueError:
            return value
    if isinstance(value, int | float) and 1 < value <= 100:
        raise ValueError(_("xin ghi %(share)s hoặc %(percent)s%%", share=f"{value / 100:g}", percent=f"{value:g}"))
    return value


def one_of(choices: tuple[str, ...]) -> BeforeValidator:
    """One of a few words, however it is spelled."""

    def check(value: Any) -> Any:
        name = str(value).strip().lower().replace("-", "_")
        name = SIGNS.get(name, name)
        if name not in choices:
            raise ValueError(_("xin dùng một trong: %(choices)s", choices=", ".join(choices)))
        return name

    return BeforeValidator(check)


Plain = Annotated[str, BeforeValidator(plain_text), StringConstraints(min_length=1, max_length=300)]
Number = BeforeValidator(no_truth)
Share = BeforeValidator(share)
Code = Annotated[str, BeforeValidator(code_text), StringConstraints(min_length=1, max_length=20, strip_whitespace=True)]
StratumCode = Annotated[
    str, BeforeValidator(code_text), StringConstraints(min_length=1, max_length=40, strip_whitespace=True)
]
Day = Annotated[date, BeforeValidator(day)]


class Part(BaseModel):
    """A part of a definition: it knows all its keys and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, regex_engine="python-re")
