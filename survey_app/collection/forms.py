"""Forms of collection: the first page of a questionnaire, a file to bring in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import SelectField, SubmitField


class StartForm(FlaskForm):
    """The commune and the consent."""

    commune = SelectField(_l("Ông/Bà trả lời về xã, phường nào?"), validate_choice=False)
    consent = SubmitField(_l("Đồng ý và bắt đầu"))


class ImportForm(FlaskForm):
    """A CSV file of responses."""

    file = FileField(_l("Tệp CSV"))
    rehearse = SubmitField(_l("Kiểm tra trước"))
    keep = SubmitField(_l("Nhập phiếu"))
