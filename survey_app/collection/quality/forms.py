"""The forms of the quality page."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField


class SetAsideForm(FlaskForm):
    """Whose work, and why."""

    collector = SelectField(_l("Điều tra viên"), validate_choice=False)
    reason = TextAreaField(_l("Lý do để riêng"))


class EndForm(FlaskForm):
    """Approving, withdrawing or lifting: the button says which; a reason where one is needed."""

    change = StringField()
    reason = StringField(_l("Lý do"))
