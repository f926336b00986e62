"""What the states of paper forms are called on screen."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

STATE_WORDS = {
    "issued": _l("Chưa thu về"),
    "received": _l("Chờ nhập"),
    "keyed": _l("Chờ quyết định"),
    "accepted": _l("Đã vào hệ thống"),
    "disputed": _l("Trùng phiếu khác"),
    "returned": _l("Trả lại, chưa dùng"),
    "lost": _l("Đã mất"),
    "void": _l("Bỏ"),
}
