"""The forms of the office pages. Fields keep what was typed; the verbs say what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.errors import UserError
from survey_app.geography.models import Unit
from survey_app.i18n import LANGUAGES


class IssueForm(FlaskForm):
    """A new batch."""

    unit = SelectField(_l("Nơi"), validate_choice=False)
    count = StringField(_l("Cần in bao nhiêu phiếu"), render_kw={"inputmode": "numeric"})
    language = SelectField(_l("Ngôn ngữ của phiếu"), validate_choice=False, default="vi")
    large = BooleanField(_l("In chữ to, cho người mắt kém"))

    def offer(self, units: Sequence[Unit]) -> IssueForm:
        """Put the drawn places into the list to choose from."""
        self.language.choices = [SelectChoice(value=code, label=name) for code, name in LANGUAGES.items()]
        self.unit.choices = [SelectChoice(value="", label=_("— chọn —"))] + [
            SelectChoice(value=unit.code, label=unit.name, optgroup=unit.parent.name if unit.parent else "")
            for unit in units
        ]
        return self

    def read_count(self) -> int:
        """How many forms.

        Raises
        ------
        UserError
            It is no number.
        """
        text = (self.count.data or "").strip()
        if not (text.isascii() and text.isdigit() and len(text) < 6):
            raise UserError(_("Số phiếu phải là một số nguyên, ví dụ 50."))
        return int(text)


class ScanForm(FlaskForm):
    """The files of a scanner."""

    files = MultipleFileField(
        _l("Tệp ảnh, TIFF hoặc PDF của phiếu đã quét"),
        description=_l("Mỗi ảnh, mỗi trang TIFF hoặc PDF là một mặt giấy, thứ tự nào cũng được. Tối đa 64 MB một lần."),
        render_kw={"accept": ".pdf,.png,.jpg,.jpeg,.tif,.tiff"},
    )


class MoveForm(FlaskForm):
    """What became of forms."""

    serials = TextAreaField(
        _l("Số phiếu"),
        description=_l(
            "Quét mã trên từng phiếu, hoặc gõ mỗi dòng một số. "
            "Cả dãy thì ghi số đầu, hai dấu chấm, số cuối: HL-KG20-000120-9..HL-KG20-000139-3."
        ),
        render_kw={"rows": 6, "spellcheck": "false", "autocomplete": "off"},
    )
    reason = StringField(_l("Lý do (khi mất hoặc bỏ)"))


class SerialForm(FlaskForm):
    """The serial of the form to key next."""

    serial = StringField(
        _l("Số phiếu"),
        description=_l("Quét mã vuông trên phiếu, hoặc gõ số rồi bấm Enter."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"},
    )


class TieForm(FlaskForm):
    """A form and the case it is for."""

    serial = StringField(_l("Số phiếu"), render_kw={"autocomplete": "off", "spellcheck": "false"})
    case = StringField(_l("Số hồ sơ"), render_kw={"inputmode": "numeric", "autocomplete": "off"})
