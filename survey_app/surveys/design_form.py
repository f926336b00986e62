"""The part of the forms of surveys that says how a survey is sampled and worked."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.surveys.design import COLUMN, CaseSettings, SurveyDesign
from survey_app.surveys.form_values import as_number, as_share, clean, show_number, show_percentage

LIST_COLUMN = "column"
_CASES = CaseSettings()


def _choose(label: Any, *choices: tuple[str, Any], default: str | None = None, description: Any = "") -> SelectField:
    return SelectField(
        label,
        validate_choice=False,
        default=default if default is not None else choices[0][0],
        description=description,
        choices=[SelectChoice(value=value, label=words) for value, words in choices],
    )


class DesignForm(FlaskForm):
    """Sample and fieldwork, in the words of an office; the keys and checks are those of the YAML file."""

    frame = _choose(
        _l("Bốc từ đâu (dàn mẫu)"),
        ("communes", _l("mọi xã của địa bàn")),
        ("list", _l("các xã, cơ quan trong danh sách sẽ nhập")),
        ("none", _l("không có dàn mẫu: ai đến quầy thì hỏi người ấy")),
        description=_l("Không có dàn mẫu thì kết quả chỉ nói về những người đã trả lời, không có khoảng tin cậy."),
    )
    share = StringField(_l("Tỷ lệ xã được bốc (%)"), default="30")
    rule = _choose(
        _l("Tỷ lệ này tính"),
        ("total", _l("trên tổng số xã")),
        ("each_stratum", _l("trong từng tầng, ít nhất bằng tỷ lệ")),
    )
    stratify_by = _choose(
        _l("Phân tầng theo"),
        ("", _l("tự động: huyện, hoặc loại xã nếu không có huyện")),
        ("district", _l("huyện")),
        ("commune_type", _l("loại xã (xã, phường, thị trấn, đặc khu)")),
        ("area", _l("khu vực: thành thị, nông thôn, hải đảo")),
        (LIST_COLUMN, _l("một cột của danh sách")),
        ("none", _l("không phân tầng")),
    )
    min_per_stratum = StringField(_l("Ít nhất mỗi tầng (xã)"), default="2")
    cases_per_commune = StringField(_l("Số phiếu mỗi xã"), default="40")

    number = StringField(
        _l("Số xã được bốc, thay cho tỷ lệ"), description=_l("Ví dụ 47. Để trống thì tính theo tỷ lệ ở trên.")
    )
    method = _choose(
        _l("Cách bốc xã"),
        ("srswor", _l("xác suất đều: xã nào cũng có cơ hội như nhau")),
        ("pareto", _l("theo quy mô, Pareto: xã nhiều hồ sơ dễ được bốc hơn")),
        ("systematic", _l("theo quy mô, hệ thống: đi theo bước đều trên danh sách")),
        description=_l("Theo quy mô thì danh sách phải có cột quy mô, như số hồ sơ đã giải quyết."),
    )
    first_stage = _choose(
        _l("Bước đầu bốc"), ("commune", _l("từng xã")), ("district", _l("cả huyện, rồi lấy mọi xã của huyện ấy"))
    )
    stratify_column = StringField(
        _l("Tên cột để phân tầng"),
        description=_l("Chỉ cần khi phân tầng theo một cột của danh sách. Chữ thường không dấu, ví dụ vung."),
    )
    take_all = StringField(
        _l("Tầng lấy hết"),
        description=_l("Mã các tầng mà mọi xã đều được khảo sát, cách nhau bằng dấu phẩy; ví dụ 911, 912."),
    )
    shift = StringField(
        _l("Giữ hay đổi xã so với đợt trước"),
        default="0",
        description=_l(
            "Khi dùng lại mầm của đợt trước: 0 thì giữ các xã cũ để so sánh, 0,5 thì đổi sang các xã khác. "
            "Đợt đầu tiên để 0."
        ),
    )

    cases = _choose(
        _l("Số hồ sơ mỗi xã"),
        ("", _l("không có danh sách hồ sơ: hỏi người đến giao dịch")),
        ("fixed", _l("bằng nhau ở mọi xã")),
        ("proportional", _l("theo tỷ lệ: xã nhiều hồ sơ bốc nhiều hơn")),
        ("optimal", _l("vừa đủ cho sai số mong muốn, chia theo tỷ lệ")),
    )
    case_number = StringField(
        _l("Số hồ sơ"),
        description=_l("Bằng nhau: số ở mỗi xã, để trống thì bằng số phiếu mỗi xã. Theo tỷ lệ: tổng số của cả đợt."),
    )
    case_method = _choose(
        _l("Cách bốc hồ sơ"),
        ("systematic", _l("hệ thống: đi theo bước đều trên danh sách")),
        ("simple", _l("ngẫu nhiên đơn giản")),
    )
    reserve = StringField(
        _l("Dự bị cho mỗi hồ sơ"),
        default=lambda: show_number(_CASES.reserve),
        description=_l("0,2 là cứ năm hồ sơ thêm một hồ sơ dự bị, dùng lần lượt khi không gặp được người."),
    )
    margin = StringField(
        _l("Sai số mong muốn (± điểm phần trăm)"), description=_l("Ví dụ 3: kết quả chính xác đến ±3.")
    )
    expected_rate = StringField(_l("Tỷ lệ hài lòng dự kiến (%)"), default="80")
    deff = StringField(
        _l("Hệ số thiết kế"),
        default=lambda: show_number(_CASES.deff),
        description=_l("Bốc theo xã kém chính xác hơn bốc từng người bấy nhiêu lần; thường từ 1,2 đến 3."),
    )
    response_rate = StringField(_l("Tỷ lệ trả lời dự kiến (%)"), default="80")

    attempts = StringField(_l("Số lần thử trước khi bỏ một hồ sơ"), default="3")
    on_different_days = _choose(
        _l("Các lần thử"), ("1", _l("phải vào những ngày khác nhau")), ("", _l("có thể trong cùng một ngày"))
    )
    due_in = StringField(
        _l("Hạn làm xong (ngày làm việc)"),
        default="15",
        description=_l("Tính từ ngày giao việc, trừ ngày nghỉ. Để trống thì không có hạn."),
    )
    call_backs = StringField(
        _l("Phần được phúc tra (%)"), default="5", description=_l("Trong số đã trả lời, bốc ngẫu nhiên để hỏi lại.")
    )

    #: Key of the definition → field that holds it.
    DESIGN_PLACES = {  # noqa: RUF012  a constant of the class
        **{
            f"sample.{key}": key
            for key in (
                "frame", "share", "number", "rule", "stratify_by", "min_per_stratum", "method", "first_stage",
                "take_all", "shift", "cases_per_commune", "cases",
            )
        },
        "sample.cases.allocation": "cases",
        "sample.cases.number": "case_number",
        "sample.cases.method": "case_method",
        **{f"sample.cases.{key}": key for key in ("margin", "expected_rate", "deff", "response_rate", "reserve")},
        **{f"work.{key}": key for key in ("attempts", "on_different_days", "due_in", "call_backs")},
    }  # fmt: skip
    #: The parts that stay shut in the ordinary case.
    FOLDED = {  # noqa: RUF012  a constant of the class
        "units": ("number", "method", "first_stage", "stratify_column", "take_all", "shift"),
        "cases": (
            "cases", "case_number", "case_method", "reserve", "margin", "expected_rate", "deff", "response_rate",
        ),
        "work": ("attempts", "on_different_days", "due_in", "call_backs"),
    }  # fmt: skip

    def is_open(self, part: str) -> bool:
        """Whether a folded part must be seen: it holds a mistake or something out of the ordinary."""
        fields = [self[name] for name in self.FOLDED[part]]
        return any(field.errors or (field.data or "") != _default(field) for field in fields)

    def sample_data(self) -> dict[str, Any]:
        """The sample as the definition knows it; what was left empty is left out."""
        sample: dict[str, Any] = {
            "frame": self.frame.data,
            "share": as_share(self.share.data),
            "number": clean(self.number.data),
            "rule": self.rule.data,
            "stratify_by": self.stratify_by.data,
            "min_per_stratum": clean(self.min_per_stratum.data),
            "method": self.method.data,
            "first_stage": self.first_stage.data,
            "take_all": [code for code in map(clean, (self.take_all.data or "").split(",")) if code],
            "shift": as_number(self.shift.data),
            "cases_per_commune": clean(self.cases_per_commune.data),
        }
        if self.stratify_by.data == LIST_COLUMN:
            sample["stratify_by"] = COLUMN + clean(self.stratify_column.data)
        for key in ("number", "stratify_by"):
            if not sample[key]:
                del sample[key]
        if self.cases.data:
            sample["cases"] = self._case_data()
        return sample

    def _case_data(self) -> dict[str, Any]:
        cases: dict[str, Any] = {
            "allocation": self.cases.data,
            "method": self.case_method.data,
            "number": clean(self.case_number.data),
            "margin": as_share(self.margin.data),
            "expected_rate": as_share(self.expected_rate.data),
            "deff": as_number(self.deff.data),
            "response_rate": as_share(self.response_rate.data),
            "reserve": as_number(self.reserve.data),
        }
        for key in ("number", "margin"):
            if cases[key] == "":
                del cases[key]
        return cases

    def work_data(self) -> dict[str, Any]:
        """The rules of fieldwork as the definition knows them."""
        return {
            "attempts": clean(self.attempts.data),
            "on_different_days": bool(self.on_different_days.data),
            "due_in": clean(self.due_in.data) or None,
            "call_backs": as_share(self.call_backs.data),
        }

    def left_over(self) -> dict[str, str]:
        """What was typed where another answer makes it idle, by field: it is asked about, never dropped."""
        faults = {}
        if clean(self.stratify_column.data) and self.stratify_by.data != LIST_COLUMN:
            faults["stratify_column"] = _(
                "Đã ghi tên cột nhưng chưa chọn phân tầng theo một cột của danh sách. Xin chọn, hoặc xóa tên cột."
            )
        if not self.cases.data and (clean(self.case_number.data) or clean(self.margin.data)):
            faults["cases"] = _(
                "Đã ghi số hồ sơ hoặc sai số nhưng chưa chọn cách chia. Xin chọn cách chia, hoặc xóa số đã ghi."
            )
        return faults

    def fill_design(self, design: SurveyDesign) -> None:
        """Show a stored design."""
        sample, work = design.sample, design.work
        for key in ("frame", "rule", "method", "first_stage"):
            self[key].data = getattr(sample, key)
        by = sample.stratify_by or ""
        self.stratify_by.data = LIST_COLUMN if by.startswith(COLUMN) else by
        self.stratify_column.data = by.removeprefix(COLUMN) if by.startswith(COLUMN) else ""
        for key in ("number", "min_per_stratum", "cases_per_commune", "shift"):
            self[key].data = show_number(getattr(sample, key))
        self.share.data = show_percentage(sample.share)
        self.take_all.data = ", ".join(sample.take_all)
        if sample.cases is not None:
            self._fill_cases(sample.cases)
        self.attempts.data = show_number(work.attempts)
        self.on_different_days.data = "1" if work.on_different_days else ""
        self.due_in.data = show_number(work.due_in)
        self.call_backs.data = show_percentage(work.call_backs)

    def _fill_cases(self, cases: CaseSettings) -> None:
        self.cases.data = cases.allocation
        self.case_method.data = cases.method
        self.case_number.data = show_number(cases.number)
        for key in ("margin", "expected_rate", "response_rate"):
            self[key].data = show_percentage(getattr(cases, key))
        for key in ("deff", "reserve"):
            self[key].data = show_number(getattr(cases, key))


def _default(field: Any) -> str:
    value = field.default() if callable(field.default) else field.default
    return str(value or "")
