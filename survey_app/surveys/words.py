"""The design of a survey in plain words, for its page and the command line."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.i18n import number
from survey_app.surveys.design import COLUMN, CaseSettings, SampleSettings, WorkSettings, design_of
from survey_app.surveys.form_values import show_number, show_percentage
from survey_app.surveys.models import Survey


@dataclass(frozen=True)
class DesignPart:
    """A part of the design: its title, and lines of (name, words)."""

    title: str
    lines: list[tuple[str, str]]


def describe_design(survey: Survey) -> list[DesignPart]:
    """What a survey draws, from which list, and how its fieldwork goes; only what differs from silence."""
    design = design_of(survey)
    parts = [DesignPart(_("Mẫu"), _sample_lines(design.sample))]
    if design.sample.cases is not None:
        parts.append(DesignPart(_("Hồ sơ trong từng xã"), _case_lines(design.sample, design.sample.cases)))
    return [*parts, DesignPart(_("Thực địa"), _work_lines(design.work))]


def _sample_lines(sample: SampleSettings) -> list[tuple[str, str]]:
    planned = (_("Số phiếu mỗi xã"), number(sample.cases_per_commune))
    if sample.frame == "none":
        words = _("Không có: ai đến quầy thì hỏi người ấy. Kết quả chỉ nói về những người đã trả lời.")
        return [(_("Dàn mẫu"), words), planned]
    frames = {
        "communes": _("Mọi xã của địa bàn"),
        "list": _("Các xã, cơ quan trong danh sách nhập vào"),
    }
    lines = [
        (_("Dàn mẫu"), frames[sample.frame]),
        (_("Bốc"), _how_many(sample)),
        (_("Cách bốc xã"), _method(sample)),
        (_("Phân tầng"), _strata(sample)),
    ]
    if sample.take_all:
        lines.append((_("Tầng lấy hết"), ", ".join(sample.take_all)))
    if sample.shift:
        words = _(
            "Số ngẫu nhiên dịch đi %(shift)s: cùng mầm với đợt trước thì bốc sang các xã khác",
            shift=show_number(sample.shift),
        )
        lines.append((_("So với đợt trước"), words))
    return lines if sample.cases is not None else [*lines, planned]


def _how_many(sample: SampleSettings) -> str:
    districts = sample.first_stage == "district"
    least = ""
    if sample.min_per_stratum and sample.stratify_by != "none":
        least = (
            ngettext("ít nhất %(num)s huyện mỗi tầng", "ít nhất %(num)s huyện mỗi tầng", sample.min_per_stratum)
            if districts
            else ngettext("ít nhất %(num)s xã mỗi tầng", "ít nhất %(num)s xã mỗi tầng", sample.min_per_stratum)
        )
    if sample.number is not None:
        count = (
            ngettext("%(num)s huyện", "%(num)s huyện", sample.number)
            if districts
            else ngettext("%(num)s xã, cơ quan", "%(num)s xã, cơ quan", sample.number)
        )
        return ", ".join(filter(None, (count, least)))
    share = show_percentage(sample.share) + "%"
    if sample.rule == "each_stratum" and sample.stratify_by != "none":
        share = (
            _("%(share)s số huyện trong từng tầng", share=share)
            if districts
            else _("%(share)s số xã trong từng tầng", share=share)
        )
    else:
        share = _("%(share)s tổng số huyện", share=share) if districts else _("%(share)s tổng số xã", share=share)
    return ", ".join(filter(None, (share, least)))


def _method(sample: SampleSettings) -> str:
    words = {
        "srswor": _("Xác suất đều, không hoàn lại"),
        "pareto": _("Theo quy mô (Pareto): xã nhiều hồ sơ dễ được bốc hơn"),
        "systematic": _("Theo quy mô (hệ thống): xã nhiều hồ sơ dễ được bốc hơn"),
    }[sample.method]
    return words if sample.first_stage == "commune" else _("Bốc cả huyện, lấy mọi xã của huyện. %(how)s", how=words)


def _strata(sample: SampleSettings) -> str:
    by = sample.stratify_by or ""
    if by.startswith(COLUMN):
        return _("theo cột „%(column)s” của danh sách", column=by.removeprefix(COLUMN))
    return {
        "district": _("theo huyện"),
        "commune_type": _("theo loại xã"),
        "area": _("theo khu vực: thành thị, nông thôn, hải đảo"),
        "none": _("không phân tầng"),
    }.get(by, by)


def _case_lines(sample: SampleSettings, cases: CaseSettings) -> list[tuple[str, str]]:
    if cases.allocation == "fixed":
        each = cases.number or sample.cases_per_commune
        words = ngettext("%(num)s hồ sơ mỗi xã", "%(num)s hồ sơ mỗi xã", each)
    elif cases.allocation == "proportional":
        words = _("%(count)s hồ sơ, xã nhiều hồ sơ bốc nhiều hơn", count=number(cases.number))
    else:
        words = _(
            "Vừa đủ để sai số là ±%(margin)s điểm khi tỷ lệ hài lòng khoảng %(rate)s%%, hệ số thiết kế %(deff)s và "
            "%(response)s%% số người được mời trả lời; xã nhiều hồ sơ bốc nhiều hơn",
            margin=show_percentage(cases.margin),
            rate=show_percentage(cases.expected_rate),
            deff=show_number(cases.deff),
            response=show_percentage(cases.response_rate),
        )
    methods = {
        "systematic": _("Hệ thống: đi theo bước đều trên danh sách"),
        "simple": _("Ngẫu nhiên đơn giản"),
    }
    reserve = _("%(count)s cho mỗi 100 hồ sơ, dùng lần lượt", count=show_percentage(cases.reserve))
    return [
        (_("Số hồ sơ"), words),
        (_("Cách bốc hồ sơ"), methods[cases.method]),
        (_("Dự bị"), reserve if cases.reserve else _("không có")),
    ]


def _work_lines(work: WorkSettings) -> list[tuple[str, str]]:
    tries = (
        ngettext(
            "Bỏ một hồ sơ sau ít nhất %(num)s lần thử, vào những ngày khác nhau",
            "Bỏ một hồ sơ sau ít nhất %(num)s lần thử, vào những ngày khác nhau",
            work.attempts,
        )
        if work.on_different_days and work.attempts > 1
        else ngettext(
            "Bỏ một hồ sơ sau ít nhất %(num)s lần thử", "Bỏ một hồ sơ sau ít nhất %(num)s lần thử", work.attempts
        )
    )
    due = (
        ngettext("%(num)s ngày làm việc từ khi giao", "%(num)s ngày làm việc từ khi giao", work.due_in)
        if work.due_in
        else _("không có hạn")
    )
    checked = _("%(share)s%% số đã trả lời, bốc ngẫu nhiên", share=show_percentage(work.call_backs))
    return [
        (_("Lần thử"), tries),
        (_("Hạn"), due),
        (_("Phúc tra"), checked if work.call_backs else _("không có")),
    ]
