"""The results of a call-back in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

RESULT_WORDS = {
    "confirmed": _l("đúng như phiếu"),
    "differs": _l("có diễn ra, có chỗ khác"),
    "did_not_happen": _l("không hề diễn ra"),
    "not_reached": _l("không gặp được"),
}
