"""The forms of fieldwork. Fields keep what was typed; the verbs say what is wrong with it."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID, uuid4

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.database import now
from survey_app.errors import UserError
from survey_app.i18n import PROVINCE_TIME
from survey_app.instruments.typed_values import TypedValueError, parse_date
from survey_app.sampling.work.attempting import FAILURES
from survey_app.sampling.work.holders import Holder
from survey_app.sampling.work.models import PostOffice
from survey_app.sampling.work.words import OUTCOME_WORDS

MOST_TICKED = 10_000


class GiveForm(FlaskForm):
    """To whom work goes, until when; the reason where work is taken back."""

    to = SelectField(_l("Giao cho"), validate_choice=False)
    due = StringField(
        _l("Hạn"), render_kw={"type": "date"}, description=_l("Để trống: theo số ngày làm việc đã định cho đợt.")
    )
    count = StringField(
        _l("Số hồ sơ"),
        render_kw={"inputmode": "numeric"},
        description=_l("Để trống: tất cả hồ sơ chưa xong. Hồ sơ chưa thử lần nào được chọn trước."),
    )
    reason = StringField(_l("Lý do rút"))

    def offer(self, offices: list[PostOffice], people: list[Holder]) -> GiveForm:
        """Put the offices and the people into the list to choose from."""
        shown = [SelectChoice(value="", label=_("— chọn —"))]
        shown += [
            SelectChoice(value=one.code, label=f"{one.name} ({one.code})", optgroup=_("Bưu điện")) for one in offices
        ]
        shown += [
            SelectChoice(
                value=one.key,
                label=one.name + (f" – {one.office.name}" if one.office else ""),
                optgroup=_("Điều tra viên"),
            )
            for one in people
        ]
        self.to.choices = shown
        return self


class AttemptForm(FlaskForm):
    """A try that brought no answer; its number is made with the page, so that a second click is no second try."""

    attempt = HiddenField()
    outcome = SelectField(_l("Kết quả"), validate_choice=False)
    day = StringField(_l("Ngày thử"), render_kw={"type": "date"}, description=_l("Để trống: hôm nay."))
    hour = StringField(_l("Giờ"), render_kw={"type": "time"})

    def fresh(self) -> AttemptForm:
        """Offer the outcomes, and a number for a try not yet on record."""
        self.outcome.choices = [SelectChoice(value="", label=_("— chọn —"))] + [
            SelectChoice(value=name, label=OUTCOME_WORDS[name]) for name in FAILURES
        ]
        if not self.attempt.data:
            self.attempt.data = str(uuid4())
        return self


class ReasonForm(FlaskForm):
    """A reason in words."""

    reason = TextAreaField(_l("Lý do"), render_kw={"rows": 2, "maxlength": 500})


class OfficeForm(FlaskForm):
    """A new post office."""

    code = StringField(_l("Mã bưu điện"), description=_l("Chữ không dấu và số, ví dụ BD-RG."))
    name = StringField(_l("Tên bưu điện"))
    unit = StringField(
        _l("Mã đơn vị hành chính"), description=_l("Tỉnh, huyện hoặc xã nơi bưu điện làm việc, ví dụ 899.")
    )


def check_token(form: FlaskForm) -> None:
    """Refuse what does not come from our own page of this session.

    Raises
    ------
    UserError
    """
    if not form.validate_on_submit():
        raise UserError(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."))


def ticked_numbers(name: str = "ho_so") -> list[int]:
    """The numbers of the cases ticked on the page.

    Raises
    ------
    UserError
        One is no number, or there are too many.
    """
    texts = request.form.getlist(name)
    if len(texts) > MOST_TICKED:
        raise UserError(_("Chọn quá nhiều hồ sơ một lần. Xin giao theo địa bàn."))
    if not all(read_number(text) for text in texts):
        raise UserError(_("Số hồ sơ không đúng. Xin tải lại trang rồi chọn lại."))
    return [int(text) for text in texts]


def read_number(text: str) -> int | None:
    """A number of a case or an account, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else None


def read_count(text: str | None) -> int | None:
    """How many; None where nothing was written.

    Raises
    ------
    UserError
    """
    plain = (text or "").strip()
    if not plain:
        return None
    found = read_number(plain.replace(".", ""))
    if found is None:
        raise UserError(_("Số hồ sơ phải là một số nguyên, ví dụ 20."))
    return found


def read_day(text: str | None) -> date | None:
    """A day as a browser or a person writes it; None where nothing was written.

    Raises
    ------
    UserError
    """
    plain = (text or "").strip()
    if not plain:
        return None
    try:
        return parse_date(plain)
    except TypedValueError as error:
        raise UserError(_("Ngày „%(day)s” không đọc được. Xin ghi như 20/11/2026.", day=plain[:20])) from error


def read_moment(day: str | None, hour: str | None) -> datetime | None:
    """When a try was, in the province's time; None where neither day nor hour was written.

    Raises
    ------
    UserError
    """
    clock = (hour or "").strip()
    on = read_day(day)
    if on is None and not clock:
        return None
    try:
        at = time.fromisoformat(clock) if clock else None
    except ValueError as error:
        raise UserError(_("Giờ „%(hour)s” không đọc được. Xin ghi như 14:30.", hour=clock[:10])) from error
    present = now().astimezone(PROVINCE_TIME)
    on = on or present.date()
    if at is None:
        at = time(12) if on != present.date() else present.time()
    return datetime.combine(on, at.replace(tzinfo=None), PROVINCE_TIME)


def read_attempt_id(text: str | None) -> UUID:
    """The number of a try.

    Raises
    ------
    UserError
    """
    try:
        return UUID((text or "").strip())
    except ValueError as error:
        raise UserError(_("Trang đã cũ. Xin tải lại trang rồi ghi lần thử lại.")) from error
