"""The forms of publication."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField

from survey_app.errors import UserError
from survey_app.i18n import PROVINCE_TIME
from survey_app.publication.attachments import ATTACHMENTS
from survey_app.publication.public_choice import SECTIONS, PublicChoice
from survey_app.publication.review import LINES, Answer


class FreezeForm(FlaskForm):
    """Why there is another version; what becomes public stands in checkboxes of the same names as `PublicChoice`."""

    reason = StringField(_l("Lý do đính chính"))


class SeenForm(FlaskForm):
    """Which version was seen."""

    sha256 = HiddenField(_l("Mã bản chốt"))


class ReviewForm(SeenForm):
    """Which version was seen, and with which answers."""

    answers = HiddenField(_l("Bảng rà soát đã xem"))


class ApprovalForm(SeenForm):
    """The approval, with the end of an embargo."""

    day = StringField(_l("Ngày công bố"), render_kw={"type": "date"})
    hour = StringField(_l("Giờ công bố"), render_kw={"type": "time"})


class WithdrawalForm(SeenForm):
    """Why a published version is taken back."""

    withdrawal = StringField(_l("Lý do rút"))


def read_choice(values: Mapping[str, Any]) -> PublicChoice:
    """What the checkboxes say; ``chosen`` tells that they were on the page, so that none ticked means none."""
    if "chosen" not in values:
        return PublicChoice()
    ticked = values.getlist  # type: ignore[attr-defined]  # of a MultiDict
    return PublicChoice(
        tuple(name for name in SECTIONS if name in ticked("sections")),
        tuple(ticked("breakdowns")),
        tuple(one.name for one in ATTACHMENTS if one.name in ticked("files")),
    )


def read_moment(day: str, hour: str) -> datetime | None:
    """The end of an embargo, in the province's time; None where nothing was written.

    Raises
    ------
    UserError
        The day or the hour cannot be read, or there is an hour without a day.
    """
    if not day.strip() and not hour.strip():
        return None
    try:
        moment = datetime.fromisoformat(f"{day.strip()}T{hour.strip() or '00:00'}")
    except ValueError as error:
        raise UserError(
            _("Không đọc được ngày giờ công bố. Xin ghi ngày như 2026-12-01 và giờ như 08:00, hoặc để trống cả hai.")
        ) from error
    return moment.replace(tzinfo=PROVINCE_TIME) if moment.tzinfo is None else moment


def read_answers(values: Mapping[str, Any]) -> dict[str, Answer]:
    """The checklist as it was sent: a tick and a comment for each line."""
    return {line: Answer(f"{line}-ok" in values, str(values.get(f"{line}-comment", ""))) for line in LINES}
