"""A filled-in XForm becomes what the door takes; nothing in it is trusted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from flask_babel import gettext as _

from survey_app.api.openrosa.form import OdkNames
from survey_app.collection.file_import import LONGEST_MINUTES
from survey_app.errors import UserError
from survey_app.instruments.items import Item, MultipleItem, NumberItem, OtherText, RankingItem, ScaleItem, SingleItem
from survey_app.instruments.schema import Instrument
from survey_app.instruments.xlsform.layout import CONSENT_YES

MOST_FIELDS = 5_000
_INTEGER = re.compile(r"-?[0-9]{1,9}")
#: As phones write decimals: 2.5, and from ten million on 1.0E7.
_DECIMAL = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]{1,17})?(E[-+]?[0-9]{1,2})?")


@dataclass(frozen=True)
class FilledForm:
    """What Collect sent: the survey, the id, and the text of every field by its name."""

    form_id: str
    response_id: UUID
    fields: Mapping[str, str]


def read_form(content: bytes) -> FilledForm:
    """Read a submission.

    Raises
    ------
    UserError
        No XML, XML with a document type or entities, encrypted, without an id, or far too long.
    """
    try:
        root = ElementTree.fromstring(content, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise UserError(_("Tệp gửi lên không phải phiếu ODK đọc được. Xin gửi lại từ ODK Collect.")) from error
    form_id = root.get("id", "")
    if root.get("encrypted") is not None:
        raise UserError(_("Phiếu được mã hóa bằng khóa riêng của ODK nên không đọc được. Xin tải lại phiếu trống."))
    fields: dict[str, str] = {}
    for place, element in enumerate(root.iter()):
        if place > MOST_FIELDS:
            raise UserError(_("Phiếu có quá nhiều trường. Xin tải lại phiếu trống từ máy chủ."))
        text = (element.text or "").strip()
        if len(element) == 0 and text:
            fields[_local(element.tag)] = text
    return FilledForm(form_id, _read_id(fields.pop("instanceID", "")), fields)


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _read_id(text: str) -> UUID:
    try:
        return UUID(text.removeprefix("uuid:"))
    except ValueError as error:
        raise UserError(_("Phiếu không có mã instanceID dạng uuid. Xin tải lại phiếu trống từ máy chủ.")) from error


def declines(form: FilledForm, instrument: Instrument, names: OdkNames) -> bool:
    """Whether the respondent did not agree to answer."""
    return bool(instrument.consent) and form.fields.get(names.rows.consent) != CONSENT_YES


def read_answers(form: FilledForm, instrument: Instrument, names: OdkNames) -> dict[str, Any]:
    """The answers by item.

    Raises
    ------
    UserError
        The form has fields that this questionnaire has not: it is of another version.
    """
    rest = dict(form.fields)
    own = names.rows
    for name in (names.start, names.end, names.today, names.where, own.intro, own.consent, "instanceName"):
        rest.pop(name, None)
    for name in (*own.introductions.values(), *own.piped.values()):
        rest.pop(name, None)
    answers: dict[str, Any] = {}
    for item in instrument.questions():
        name = own.other[item.parent] if isinstance(item, OtherText) else item.key
        text = rest.pop(name, "")
        missing = rest.pop(own.missing[item.key], "") if item.key in own.missing else ""
        if text or missing:
            answers[item.key] = _answer(item, text) if text else missing
    if rest:
        raise UserError(
            _("Phiếu này theo bộ phiếu khác với bộ phiếu của đợt. Xin tải lại phiếu trống; phiếu cũ xin báo điều phối.")
        )
    return answers


def _answer(item: Item, text: str) -> object:
    """The value that the door checks; what does not fit stays text, and the door says why."""
    if isinstance(item, ScaleItem):
        return int(text) if _INTEGER.fullmatch(text) else text
    if isinstance(item, SingleItem):
        return _option(item, text)
    if isinstance(item, MultipleItem):
        return [_option(item, part) for part in text.split()]
    if isinstance(item, RankingItem):
        return [_option(item, part) for part in text.split()][: item.places]
    if isinstance(item, NumberItem) and _DECIMAL.fullmatch(text):
        number = float(text)
        return int(number) if number.is_integer() else number
    return text


def _option(item: SingleItem | MultipleItem | RankingItem, text: str) -> object:
    return next((option.value for option in item.options if str(option.value) == text), text)


def read_day(form: FilledForm, names: OdkNames) -> date | None:
    """The day by the phone's calendar."""
    try:
        return date.fromisoformat(form.fields.get(names.today, ""))
    except ValueError:
        return None


def read_moments(form: FilledForm, names: OdkNames) -> tuple[float | None, datetime | None]:
    """Minutes between opening and finishing the form, and when it was finished; None where the phone tells nonsense."""
    end = _moment(form.fields.get(names.end, ""))
    start = _moment(form.fields.get(names.start, ""))
    if start is None or end is None:
        return None, end
    minutes = round((end - start).total_seconds() / 60, 1)
    return (minutes if 0 <= minutes <= LONGEST_MINUTES else None), end


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
