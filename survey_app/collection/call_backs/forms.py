"""The forms of call-backs."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField

from survey_app.errors import UserError
from survey_app.surveys.form_values import as_share


class DrawForm(FlaskForm):
    """The share of answered cases to check."""

    share = StringField(_l("Tỷ lệ phúc tra (%)"))

    def read_share(self) -> float:
        """The share as a number between 0 and 1.

        Raises
        ------
        UserError
            It is none.
        """
        value = as_share(self.share.data or "")
        if not isinstance(value, float):
            raise UserError(_("Tỷ lệ phúc tra phải lớn hơn 0 và không quá 100%, ví dụ 5%."))
        return value


class ResultForm(FlaskForm):
    """What came of a check; the buttons carry it."""

    result = StringField()
