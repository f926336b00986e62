"""What a channel hands to the door, what it gets back, and how the door says no."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from survey_app.collection.models import CHANNELS, LANGUAGES
from survey_app.errors import Conflict, UserError
from survey_app.i18n import today
from survey_app.instruments.answers import AnswerProblem

CHANNEL_ALIASES = {
    "counter": "kiosk",
    "phone": "link",
    "web": "link",
    "online": "link",
    "qr": "link",
    "post": "field",
}
#: Base 32 without letters that are mistaken for others (Crockford's alphabet): no I, L, O, U.
CLEAR_LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@dataclass(frozen=True)
class Submission:
    """What a channel hands to the door; nothing in it is trusted.

    Attributes
    ----------
    case_id : int or None
        The drawn case that answered; it becomes answered with the response.
    filled_at : datetime or None
        When it was filled in, where that is known; only whether it was at night is kept.
    position : (float, float) or None
        Latitude and longitude where it was filled in; only the distance to the commune is kept.
    device_id : int or None
        The tablet at a counter it was filled in on.
    broken_off : bool
        The respondent left before sending; what was answered is kept, with a flag that says so.
    """

    response_id: str | UUID
    unit_code: str
    channel: str
    language: str
    answers: Mapping[str, object]
    day: date | None = None
    minutes: float | None = None
    collector_id: int | None = None
    invitation_id: int | None = None
    case_id: int | None = None
    filled_at: datetime | None = None
    position: tuple[float, float] | None = None
    device_id: int | None = None
    broken_off: bool = False


@dataclass(frozen=True)
class Receipt:
    """What the respondent keeps: a code, and whether the same form had come before."""

    response_id: UUID
    code: str
    sha256: str = ""
    repeated: bool = False
    dropped: list[str] = field(default_factory=list)


class AnswersRefused(UserError):
    """Some answers do not fit the questionnaire; each says why."""

    def __init__(self, problems: list[AnswerProblem]) -> None:
        super().__init__(_("Phiếu chưa nhận được: có câu trả lời chưa đúng. Xin sửa rồi gửi lại."))
        self.problems = problems


class NotCollecting(Conflict):
    """The survey takes no answers now."""


class OutsideSample(UserError):
    """The commune is not in the sample."""


class DisputedResponse(Conflict):
    """The id, or the case, has an answer already; what came is kept for review, so the caller commits."""


def receipt_code(response_id: UUID) -> str:
    """The code on the receipt; made from the id alone, it opens nothing."""
    text = base64.b32encode(hashlib.sha256(response_id.bytes).digest()).decode().translate(CLEAR_LETTERS)
    return f"{text[:4]}-{text[4:8]}"


def canonical_text(answers: Mapping[str, Any]) -> str:
    """The one way of writing answers that is hashed: JSON with sorted keys and no spaces."""
    return json.dumps(dict(answers), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def content_hash(circumstances: Sequence[str], answers: str) -> str:
    """SHA-256 of what a response says, as a JSON list: where and how, and last its answers; not when.

    Parameters
    ----------
    circumstances : sequence of str
        Survey, hash of the questionnaire, code of the place, channel, language.
    answers : str
        Their `canonical_text`.
    """
    where = json.dumps(list(circumstances), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{where[:-1]},{answers}]".encode()).hexdigest()


def read_id(value: str | UUID) -> UUID:
    """The id of the form, made where it was filled in."""
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value.strip())
    except ValueError as error:
        raise UserError(_("Mã phiếu không phải dạng UUID: „%(value)s”.", value=value[:60])) from error


def read_channel(name: str) -> str:
    """The channel, by its name or another word for it."""
    channel = name.strip().lower()
    channel = CHANNEL_ALIASES.get(channel, channel)
    if channel not in CHANNELS:
        raise UserError(
            _(
                "Kênh „%(channel)s” không dùng được. Xin dùng một trong: %(channels)s.",
                channel=name[:30],
                channels=", ".join(CHANNELS),
            )
        )
    return channel


def check_language(language: str) -> None:
    """Refuse a language that no form is in."""
    if language not in LANGUAGES:
        raise UserError(
            _("Ngôn ngữ „%(language)s” không dùng được. Xin dùng vi hoặc en.", language=language[:30]),
        )


def read_day(day: date | None) -> date:
    """The day of the form, today when it says none; not one to come."""
    if day is not None and day > today():
        raise UserError(_("Ngày %(day)s chưa đến. Xin kiểm tra lại ngày nhận phiếu.", day=day.isoformat()))
    return day or today()
