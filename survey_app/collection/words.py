"""The channels in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

CHANNEL_WORDS = {
    "kiosk": _l("Tại quầy"),
    "link": _l("Đường dẫn, mã QR"),
    "field": _l("Bưu điện đến nhà"),
    "paper": _l("Phiếu giấy"),
    "file": _l("Nhập từ tệp"),
}
