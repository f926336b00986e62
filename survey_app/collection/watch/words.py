"""The words of the fieldwork page."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from survey_app.collection.watch.pace import Pace
from survey_app.collection.watch.progress import Progress
from survey_app.i18n import day, decimal, number, percent

#: Field of `analysis.response_rates.Dispositions`: its code in the standard, and what it is here.
DISPOSITION_WORDS = {
    "complete": ("I", _l("trả lời đủ (ít nhất 4/5 số câu đánh giá)")),
    "partial": ("P", _l("trả lời một phần (từ một nửa đến dưới 4/5)")),
    "refusal": ("R", _l("từ chối, hoặc bỏ dở (dưới một nửa)")),
    "non_contact": ("NC", _l("không gặp, hẹn lúc khác, không liên lạc được")),
    "other": ("O", _l("không thể trả lời, đã mất, hoặc phiếu không được tính")),
    "unknown_untried": ("UH", _l("chưa đến lần nào")),
    "unknown_other": ("UO", _l("đã chuyển đi, hoặc hồ sơ sai")),
}
#: Field of `analysis.response_rates.OutcomeRates`: its code, its name, its formula.
RATE_WORDS = {
    "rr1": ("RR1", _l("Tỷ lệ trả lời đủ"), "I / (I + P + R + NC + O + UH + UO)"),
    "rr2": ("RR2", _l("Tỷ lệ trả lời, kể cả một phần"), "(I + P) / (I + P + R + NC + O + UH + UO)"),
    "ref1": ("REF1", _l("Tỷ lệ từ chối"), "R / (I + P + R + NC + O + UH + UO)"),
    "con1": ("CON1", _l("Tỷ lệ gặp được"), "(I + P + R + O) / (I + P + R + NC + O + UH + UO)"),
    "coop1": ("COOP1", _l("Trả lời đủ trong số đã gặp"), "I / (I + P + R + O)"),
    "coop2": ("COOP2", _l("Trả lời, kể cả một phần, trong số đã gặp"), "(I + P) / (I + P + R + O)"),
}


def answer_sentence(progress: Progress) -> str:
    """How much of the plan is done, and when at this pace the rest will be, against the last day."""
    total = progress.total
    if not total.planned:
        return _("Chưa bốc mẫu nên chưa có việc thực địa.")
    words = _(
        "Đã nhận %(received)s trên %(planned)s phiếu dự kiến (%(share)s).",
        received=number(total.received),
        planned=number(total.planned),
        share=percent(total.received / total.planned),
    )
    return f"{words} {_outlook(progress)}".strip()


def _outlook(progress: Progress) -> str:
    left, end = progress.total.left, day(progress.ends_on)
    if not progress.is_open or left == 0:
        return "" if left else _("Đã đủ số phiếu dự kiến.")
    if progress.on > progress.ends_on:
        return _("Hạn %(end)s đã qua, còn thiếu %(left)s phiếu.", end=end, left=number(left))
    if progress.pace is None:
        return _("Hạn là ngày %(end)s.", end=end)
    if progress.pace.done_on is None:
        return _("Hai tuần qua không có phiếu nào; hạn là ngày %(end)s.", end=end)
    done, late = day(progress.pace.done_on), (progress.pace.done_on - progress.ends_on).days
    if late <= 0:
        return _("Với nhịp hiện nay sẽ đủ vào khoảng %(done)s, trước hạn %(end)s.", done=done, end=end)
    return ngettext(
        "Với nhịp hiện nay đến khoảng %(done)s mới đủ, trễ %(num)s ngày so với hạn %(end)s.",
        "Với nhịp hiện nay đến khoảng %(done)s mới đủ, trễ %(num)s ngày so với hạn %(end)s.",
        late,
        done=done,
        end=end,
    )


def pace_words(pace: Pace) -> str:
    """The pace, and over how many days it was measured."""
    per_day = decimal(pace.per_day, 1 if pace.per_day < 100 else 0)
    return ngettext(
        "%(per_day)s phiếu mỗi ngày, tính trên %(num)s ngày gần đây",
        "%(per_day)s phiếu mỗi ngày, tính trên %(num)s ngày gần đây",
        pace.days,
        per_day=per_day,
    )
