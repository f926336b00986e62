"""Forms of the tablet and of the office page about tablets."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.collection.kiosk.models import Device
from survey_app.collection.kiosk.service import DeviceSettings
from survey_app.errors import UserError
from survey_app.i18n import LANGUAGES

#: Choices of languages: the first is the one the tablet starts in.
LANGUAGE_SETS = {
    "vi en": _l("Tiếng Việt, có thể chuyển sang tiếng Anh"),
    "vi": _l("Chỉ tiếng Việt"),
    "en vi": _l("Tiếng Anh, có thể chuyển sang tiếng Việt"),
    "en": _l("Chỉ tiếng Anh"),
}
WIPE_WORDS = {
    "discard": _l("Xóa hết, không giữ gì"),
    "partial": _l("Gửi phần đã trả lời, có gắn cờ „bỏ dở”"),
}


class PairForm(FlaskForm):
    """The code that makes a browser the tablet of a counter."""

    code = StringField(_l("Mã ghép máy"))
    submit = SubmitField(_l("Ghép máy"))


class VisitForm(FlaskForm):
    """The start screen: the consent, and the number of the receipt for whoever has one."""

    dossier = StringField(_l("Số hồ sơ trên giấy hẹn"))
    consent = SubmitField(_l("Đồng ý và bắt đầu"))


class PinForm(FlaskForm):
    """The staff corner."""

    pin = StringField(_l("Mã PIN"))
    submit = SubmitField(_l("Mở góc cán bộ"))


class SettingsForm(FlaskForm):
    """How a tablet behaves."""

    name = StringField(_l("Tên máy"))
    languages = SelectField(
        _l("Ngôn ngữ"),
        validate_choice=False,
        choices=[SelectChoice(value=value, label=label) for value, label in LANGUAGE_SETS.items()],
    )
    idle_seconds = StringField(_l("Không ai chạm bao lâu thì nhắc (giây)"), default="60")
    countdown_seconds = StringField(_l("Trang cảm ơn hiện bao lâu (giây)"), default="10")
    on_wipe = SelectField(
        _l("Khi người trả lời bỏ đi giữa chừng"),
        validate_choice=False,
        choices=[SelectChoice(value=value, label=label) for value, label in WIPE_WORDS.items()],
    )
    hourly_limit = StringField(_l("Số phiếu tối đa mỗi giờ"), default="60")
    night = BooleanField(_l("Nền tối"))
    large_text = BooleanField(_l("Chữ lớn"))
    high_contrast = BooleanField(_l("Tương phản cao"))

    def read_settings(self) -> DeviceSettings:
        """What was typed.

        Raises
        ------
        UserError
            A number that is none.
        """
        return DeviceSettings(
            languages=tuple(part for part in (self.languages.data or "").split() if part in LANGUAGES),
            idle_seconds=_number(self.idle_seconds),
            countdown_seconds=_number(self.countdown_seconds),
            on_wipe=self.on_wipe.data or "",
            hourly_limit=_number(self.hourly_limit),
            night=bool(self.night.data),
            large_text=bool(self.large_text.data),
            high_contrast=bool(self.high_contrast.data),
        )

    def show(self, device: Device) -> SettingsForm:
        """Fill in how a tablet behaves now."""
        self.name.data = device.name
        self.languages.data = " ".join(device.languages)
        self.idle_seconds.data = str(device.idle_seconds)
        self.countdown_seconds.data = str(device.countdown_seconds)
        self.on_wipe.data = device.on_wipe
        self.hourly_limit.data = str(device.hourly_limit)
        self.night.data = device.night
        self.large_text.data = device.large_text
        self.high_contrast.data = device.high_contrast
        return self


class AddForm(SettingsForm):
    """A new tablet."""

    place = SelectField(_l("Đặt ở đâu"), validate_choice=False)


def _number(field: StringField) -> int:
    text = (field.data or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise UserError(_("„%(label)s” phải là một số nguyên.", label=field.label.text))
    return int(text)
