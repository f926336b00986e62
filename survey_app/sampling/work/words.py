"""The words of fieldwork: states and outcomes as people read them, and reasons as people write them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

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
