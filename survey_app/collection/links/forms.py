"""Forms of the page about links."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.errors import UserError
from survey_app.i18n import LANGUAGES


class PosterForm(FlaskForm):
    """Which posters to print; sent by GET, so it needs no token."""

    class Meta:
        """No token."""

        csrf = False

    noi = SelectField(_l("Nơi"), validate_choice=False)
    tieng = SelectField(
        _l("Tiếng"),
        validate_choice=False,
        choices=[SelectChoice(value=value, label=label) for value, label in LANGUAGES.items()],
    )


class InvitationForm(FlaskForm):
    """A batch of single-use links."""

    per_commune = StringField(_l("Số phiếu mời mỗi nơi"), default="10")
    place = SelectField(_l("Nơi"), validate_choice=False, default="")
    days = StringField(_l("Dùng được trong (ngày)"), default="90")
    note = StringField(_l("Ghi chú của đợt phát"))
    form = SelectField(
        _l("Nhận dưới dạng"),
        validate_choice=False,
        default="csv",
        choices=[
            SelectChoice(value="pdf", label=_l("Tờ in PDF, 8 phiếu mỗi trang, kẹp vào giấy hẹn")),
            SelectChoice(value="csv", label=_l("Tệp CSV để gửi qua tin nhắn hay thư")),
        ],
    )

    def read_count(self) -> int:
        """How many for each place.

        Raises
        ------
        UserError
            It is no number.
        """
        text = (self.per_commune.data or "").strip()
        if not (text.isascii() and text.isdigit() and len(text) < 5):
            raise UserError(_("Số phiếu mời mỗi nơi phải là một số nguyên, ví dụ 10."))
        return int(text)

    def read_days(self) -> int:
        """How long they are good for.

        Raises
        ------
        UserError
            It is no number.
        """
        text = (self.days.data or "90").strip()
        if not (text.isascii() and text.isdigit() and len(text) < 4):
            raise UserError(_("Hạn dùng phải là một số ngày từ 1 đến 90."))
        return int(text)


class BatchForm(FlaskForm):
    """The button that revokes a batch."""
