"""The forms of a draw."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField


class DrawForm(FlaskForm):
    """The seed."""

    seed = StringField(
        _l("Mầm ngẫu nhiên"),
        description=_l(
            "Nên công khai trước khi bốc, ví dụ kết quả xổ số của một ngày đã hẹn. Cùng mầm, ai cũng bốc ra các xã ấy."
        ),
    )


class RedrawForm(DrawForm):
    """The seed of another draw, and why."""

    reason = TextAreaField(_l("Lý do bốc lại"))


class DecisionForm(FlaskForm):
    """Granting or refusing a request: the button says which."""

    decision = StringField()
