"""The fields of the calculator, the same for the page and the command line; it changes nothing and needs no token."""

from __future__ import annotations

import math
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.sampling.calculator.size import GOALS, Question
from survey_app.surveys.form_values import as_number, as_share, clean, show_number, show_percentage

WHOLE, STRATA = "whole", "strata"


class SizeForm(Form):
    """A question about a sample size, typed as people write numbers."""

    goal = SelectField(
        _l("Kết quả phải làm được gì"),
        validate_choice=False,
        default="margin",
        choices=[
            SelectChoice(value="margin", label=_l("biết tỷ lệ với một sai số cho trước")),
            SelectChoice(value="prove", label=_l("chứng minh đã đạt mục tiêu")),
            SelectChoice(value="change", label=_l("thấy được thay đổi so với đợt trước")),
        ],
    )
    domains = SelectField(
        _l("Phải làm được ở"),
        validate_choice=False,
        default=WHOLE,
        choices=[
            SelectChoice(value=WHOLE, label=_l("cả địa bàn")),
            SelectChoice(value=STRATA, label=_l("từng huyện, từng tầng của đợt này")),
        ],
    )
    margin = StringField(_l("Sai số mong muốn (± điểm)"), default="3")
    rate = StringField(_l("Tỷ lệ hài lòng dự kiến (%)"), default="80", description=_l("Không biết thì ghi 50."))
    target = StringField(_l("Mục tiêu (%)"), default="80")
    true_rate = StringField(_l("Nếu tỷ lệ thật là (%)"), default="84")
    earlier_rate = StringField(_l("Tỷ lệ của đợt trước (%)"), default="76")
    correlation = StringField(
        _l("Tương quan giữa hai đợt"),
        default="0",
        description=_l("Từ 0 đến dưới 1: 0 khi bốc xã khác, chừng 0,3 khi giữ các xã cũ."),
    )
    power = StringField(_l("Khả năng thành công (%)"), default="80")
    confidence = StringField(_l("Độ tin cậy (%)"), default="95")
    deff = StringField(
        _l("Hệ số thiết kế"),
        default=lambda: show_number(1.6),
        description=_l("Thường từ 1,2 đến 3."),
    )
    response = StringField(_l("Tỷ lệ trả lời (%)"), default="80")
    population = StringField(_l("Tổng số người, hồ sơ"), description=_l("Rất đông thì để trống."))

    #: The goals that ask for a field, where not all do; the others leave it as it was typed.
    ASKED_BY = {  # noqa: RUF012  a constant of the class
        "margin": ("margin",),
        "population": ("margin",),
        "target": ("prove",),
        "true_rate": ("prove",),
        "earlier_rate": ("change",),
        "correlation": ("change",),
        "rate": ("margin", "change"),
        "power": ("prove", "change"),
    }

    def read(self) -> Question | None:
        """The question, or None with each mistake at its field."""
        goal = self.goal.data if self.goal.data in GOALS else None
        if goal is None:
            self._tell("goal", _("Xin chọn một trong các việc của danh sách."))
        if "domains" in self and self.domains.data not in (WHOLE, STRATA):
            self._tell("domains", _("Xin chọn một nơi trong danh sách."))
        values = {
            "margin": self._share("margin", 0.001, 0.499, _("Xin nhập sai số từ 0,1 đến 49,9 điểm, ví dụ 3.")),
            "confidence": self._share("confidence", 0.5, 0.9999, _("Xin nhập độ tin cậy từ 50 đến 99,99, ví dụ 95.")),
            "power": self._share("power", 0.5, 0.9999, _("Xin nhập khả năng từ 50 đến 99,99, ví dụ 80.")),
            "response": self._share("response", 0.001, 1, _("Xin nhập tỷ lệ trả lời từ 0,1 đến 100, ví dụ 80.")),
            **{
                name: self._share(name, 0.001, 0.999, _("Xin nhập một tỷ lệ phần trăm từ 0,1 đến 99,9, ví dụ 80."))
                for name in ("rate", "target", "true_rate", "earlier_rate")
            },
            "deff": self._number("deff", 1, 50, _("Xin nhập hệ số thiết kế từ 1 đến 50, ví dụ 1,6.")),
            "correlation": self._number("correlation", 0, 0.99, _("Xin nhập một số từ 0 đến 0,99, ví dụ 0,3.")),
            "population": self._count(),
        }
        if goal is None or self.mistakes():
            return None
        if goal == "prove":
            values["rate"] = values["true_rate"]
        if goal == "prove" and values["true_rate"] == values["target"]:
            self._tell("true_rate", _("Tỷ lệ thật bằng đúng mục tiêu thì cỡ mẫu nào cũng không chứng minh được."))
        if goal == "change" and values["earlier_rate"] == values["rate"]:
            self._tell("earlier_rate", _("Hai tỷ lệ bằng nhau thì không có thay đổi nào để thấy."))
        if self.mistakes():
            return None
        by_stratum = "domains" in self and self.domains.data == STRATA
        return Question(goal=goal, by_stratum=by_stratum, **values)  # type: ignore[arg-type]  # numbers by name, as the fields are

    def mistakes(self) -> list[tuple[str, str]]:
        """Every mistake with the id of its field, in the order of the page."""
        return [(field.id, f"{field.label.text}: {' '.join(field.errors)}") for field in self if field.errors]

    def _share(self, name: str, low: float, high: float, advice: str) -> float | None:
        return self._within(name, as_share(self[name].data), low, high, advice)

    def _number(self, name: str, low: float, high: float, advice: str) -> float | None:
        return self._within(name, as_number(self[name].data), low, high, advice)

    def _within(self, name: str, typed: float | str, low: float, high: float, advice: str) -> float | None:
        try:
            value = float(typed)
        except ValueError:
            value = math.nan
        if low <= value <= high:
            return value
        if self._asked(name):
            self._tell(name, advice)
            return None
        return low  # of no use to this goal, and left as it was typed

    def _count(self) -> int | None:
        typed = clean(self.population.data)
        if not typed or not self._asked("population"):
            return None
        digits = "".join(typed.replace(".", " ").replace(",", " ").split())
        if digits.isascii() and digits.isdigit() and int(digits[:12]) >= 1 and len(digits) <= 10:
            return int(digits)
        self._tell("population", _("Xin nhập một số nguyên từ 1 trở lên, ví dụ 76000, hoặc để trống."))
        return None

    def _asked(self, name: str) -> bool:
        return self.goal.data in self.ASKED_BY.get(name, GOALS)

    def _tell(self, name: str, fault: str) -> None:
        self[name].errors = [*self[name].errors, fault]


def starting_values(*, target: float, rate: float, confidence: float, deff: float, response: float) -> dict[str, Any]:
    """What the fields hold before anything is typed, for a survey at hand."""
    return {
        "rate": show_percentage(rate),
        "target": show_percentage(target),
        "true_rate": show_percentage(min(target + 0.04, (1 + target) / 2)),
        "earlier_rate": show_percentage(max(rate - 0.04, rate / 2)),
        "confidence": show_percentage(confidence),
        "deff": show_number(deff),
        "response": show_percentage(response),
    }
