"""What the states of paper forms are called on screen."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

STATE_WORDS = {
    "issued": _l("Đã in, đang ở ngoài"),
    "received": _l("Đã thu về"),
    "keyed": _l("Đã nhập đủ hai lần"),
    "accepted": _l("Đã vào hệ thống"),
    "disputed": _l("Trùng với phiếu khác"),
    "returned": _l("Trả lại, chưa dùng"),
    "lost": _l("Đã mất"),
    "void": _l("Bỏ, không dùng"),
}
