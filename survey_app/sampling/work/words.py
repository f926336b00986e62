"""The words of fieldwork: states and outcomes as people read them, and reasons as people write them."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from survey_app.characters import is_clean
from survey_app.errors import UserError

STATE_WORDS = {
    "todo": _l("chưa làm"),
    "tried": _l("đã thử, chưa xong"),
    "answered": _l("đã trả lời"),
    "replaced": _l("đã thay"),
    "closed": _l("đã khép"),
}
OUTCOME_WORDS = {
    "not_home": _l("vắng nhà, không gặp"),
    "later": _l("hẹn lúc khác"),
    "unreachable": _l("không liên lạc được"),
    "refused": _l("từ chối trả lời"),
    "moved": _l("đã chuyển đi"),
    "unable": _l("không thể trả lời (ốm nặng, không giao tiếp được)"),
    "died": _l("đã mất"),
    "wrong_data": _l("hồ sơ sai người hoặc sai địa chỉ"),
    "answered": _l("đã trả lời"),
}
#: Outcomes after which no further try makes sense.
FINAL = ("refused", "moved", "unable", "died", "wrong_data")
LONGEST_REASON = 500


def read_reason(text: str) -> str:
    """The reason as it is kept.

    Raises
    ------
    UserError
        None was written, it is too long, or it holds characters that nobody sees.
    """
    reason = text.strip()
    if not any(letter.isalnum() for letter in reason):
        raise UserError(_("Việc này cần ghi lý do bằng chữ. Xin ghi rồi bấm lại."))
    if len(reason) > LONGEST_REASON:
        raise UserError(_("Lý do dài quá %(limit)s ký tự. Xin viết ngắn hơn.", limit=LONGEST_REASON))
    if not is_clean(reason):
        raise UserError(_("Lý do có ký tự ẩn. Xin gõ lại."))
    return reason
