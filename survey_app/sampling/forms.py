"""The form of a draw."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField


class DrawForm(FlaskForm):
    """Seed, and the reason of a redraw."""

    seed = StringField(
        _l("Mầm ngẫu nhiên"),
        description=_l(
            "Nên công khai trước khi bốc, ví dụ kết quả xổ số của một ngày đã hẹn. Cùng mầm, ai cũng bốc ra các xã ấy."
        ),
    )
    reason = StringField(_l("Lý do bốc lại"))
