"""The form that makes a key."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.widgets import CheckboxInput, ListWidget

from survey_app.accounts.roles import SECTORS
from survey_app.api.keys import Reach
from survey_app.api.scopes import SCOPES
from survey_app.errors import UserError


def _choices(titles: dict[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value=value, label=title) for value, title in titles.items()]


class KeyForm(FlaskForm):
    """A name, what the key may do, where it ends, and until when."""

    name = StringField(_l("Tên khóa"), description=_l("Ví dụ: Một cửa điện tử tỉnh."))
    scopes = SelectMultipleField(
        _l("Được làm gì"),
        choices=_choices(SCOPES),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    collector = StringField(
        _l("Thư điện tử của điều tra viên"), description=_l("Chỉ cho mật khẩu ODK Collect; các khóa khác để trống.")
    )
    surveys = StringField(
        _l("Chỉ các đợt"), description=_l("Mã đợt, cách nhau bằng dấu cách. Để trống: mọi đợt trong phạm vi.")
    )
    sector = SelectField(_l("Lĩnh vực"), validate_choice=False, choices=_choices({"": _l("mọi lĩnh vực")} | SECTORS))
    unit = StringField(_l("Mã đơn vị hành chính"), description=_l("Để trống: mọi nơi. Ví dụ 899 là Rạch Giá."))
    expires_on = DateField(_l("Dùng đến hết ngày"), description=_l("Để trống: đến khi thu hồi."))
    per_minute = IntegerField(_l("Số yêu cầu mỗi phút"), description=_l("Để trống: 120; mật khẩu ODK Collect: 600."))

    def reach(self) -> Reach:
        """Where the key ends."""
        return Reach(
            self.sector.data or None, (self.unit.data or "").strip() or None, (self.surveys.data or "").split()
        )

    def check_typed(self) -> None:
        """Refuse a day or a number that cannot be read.

        Raises
        ------
        UserError
        """
        if self.expires_on.raw_data and any(self.expires_on.raw_data) and self.expires_on.data is None:
            raise UserError(_("Không đọc được ngày hết hạn. Xin ghi dạng 2026-12-31."))
        if self.per_minute.raw_data and any(self.per_minute.raw_data) and self.per_minute.data is None:
            raise UserError(_("Không đọc được số yêu cầu mỗi phút. Xin ghi một số, ví dụ 120."))
