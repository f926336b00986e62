"""The one door: every response, whatever its channel, enters through `accept_response`."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.collection.models import CHANNELS, LANGUAGES, Dispute, Invitation, Response
from survey_app.errors import Conflict, UserError
from survey_app.i18n import today
from survey_app.instruments.answers import AnswerProblem, check_answers
from survey_app.instruments.queries import instrument_of
from survey_app.sampling.models import Draw, FrameUnit
from survey_app.surveys.models import Survey

#: Quality flag of a response received before or after the planned period; it counts, and can be looked at.
OUTSIDE_PERIOD = "outside_period"
CHANNEL_ALIASES = {
    "counter": "kiosk",
    "phone": "link",
    "web": "link",
    "online": "link",
    "qr": "link",
    "post": "field",
}


@dataclass(frozen=True)
class Submission:
    """What a channel hands to the door; nothing in it is trusted."""

    response_id: str | UUID
    unit_code: str
    channel: str
    language: str
    answers: Mapping[str, object]
    day: date | None = None
    minutes: float | None = None
    collector_id: int | None = None
    invitation_id: int | None = None


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
    """The id is known with other content; what came is kept for review, so the caller commits."""


def accept_response(session: Session, survey: Survey, submission: Submission) -> Receipt:
    """Take one response in, or say why not. The caller commits; only then is it acknowledged.

    The same id with the same content gives the same receipt again, even after closing. The same id with other
    content is refused and kept for review.

    Raises
    ------
    NotCollecting, OutsideSample, AnswersRefused, DisputedResponse, UserError
        With a sentence for the person who sent it. After DisputedResponse the caller commits as well.
    """
    response_id = _read_id(submission.response_id)
    channel = submission.channel.strip().lower()
    channel = CHANNEL_ALIASES.get(channel, channel)
    if channel not in CHANNELS:
        raise UserError(
            _(
                "Kênh „%(channel)s” không dùng được. Xin dùng một trong: %(channels)s.",
                channel=submission.channel[:30],
                channels=", ".join(CHANNELS),
            )
        )
    if submission.language not in LANGUAGES:
        raise UserError(
            _(
                "Ngôn ngữ „%(language)s” không dùng được. Xin dùng vi hoặc en.",
                language=submission.language[:30],
            )
        )
    known = session.get(Response, response_id)
    checked = check_answers(instrument_of(session, survey.questionnaire_id), submission.answers)
    digest = content_hash(survey, submission.unit_code, channel, submission.language, checked.answers)
    if known is not None:
        return _answer_again(session, known, digest, submission, checked.answers)
    _check_open(session, survey)
    unit = _find_drawn_unit(session, survey, submission.unit_code)
    day = submission.day or today()
    if day > today():
        raise UserError(_("Ngày %(day)s chưa đến. Xin kiểm tra lại ngày nhận phiếu.", day=day.isoformat()))
    if checked.problems:
        raise AnswersRefused(checked.problems)
    if not checked.answers:
        raise UserError(_("Phiếu chưa có câu trả lời nào. Xin trả lời ít nhất một câu."))
    response = Response(
        id=response_id,
        survey_id=survey.id,
        questionnaire_id=survey.questionnaire_id,
        unit_id=unit.unit_id,
        channel=channel,
        language=submission.language,
        collector_id=submission.collector_id,
        minutes=submission.minutes,
        day=day,
        answers=checked.answers,
        quality_flags=[] if survey.starts_on <= day <= survey.ends_on else [OUTSIDE_PERIOD],
        sha256=digest,
    )
    try:
        with session.begin_nested():
            session.add(response)
            session.flush()  # before the token, so that a second click meets its own form and not a used token
            if submission.invitation_id is not None:
                _use_invitation(session, submission.invitation_id)
    except IntegrityError:
        known = session.get(Response, response_id, populate_existing=True)
        if known is None:
            raise
        return _answer_again(session, known, digest, submission, checked.answers)
    return Receipt(response_id, receipt_code(response_id), digest, dropped=checked.dropped)


#: Base 32 without letters that are mistaken for others (Crockford's alphabet): no I, L, O, U.
CLEAR_LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def receipt_code(response_id: UUID) -> str:
    """The code on the receipt; made from the id alone, it opens nothing."""
    text = base64.b32encode(hashlib.sha256(response_id.bytes).digest()).decode().translate(CLEAR_LETTERS)
    return f"{text[:4]}-{text[4:8]}"


def content_hash(survey: Survey, unit_code: str, channel: str, language: str, answers: Mapping[str, Any]) -> str:
    """SHA-256 of what a response says: where, how and which answers; not when."""
    content = [survey.slug, survey.questionnaire.content_hash, unit_code, channel, language, dict(answers)]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _read_id(value: str | UUID) -> UUID:
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value.strip())
    except ValueError as error:
        raise UserError(_("Mã phiếu không phải dạng UUID: „%(value)s”.", value=value[:60])) from error


def _check_open(session: Session, survey: Survey) -> None:
    """Read the state under a shared lock, so that closing waits for the answers on their way in."""
    state = session.scalar(select(Survey.state).where(Survey.id == survey.id).with_for_update(read=True))
    if state in ("draft", "sampled"):
        raise NotCollecting(_("Đợt khảo sát này chưa mở nhận phiếu."))
    if state != "collecting":
        raise NotCollecting(_("Đợt khảo sát này đã đóng, không nhận thêm phiếu. Xin cảm ơn Ông/Bà."))


def _find_drawn_unit(session: Session, survey: Survey, code: str) -> FrameUnit:
    found = session.scalar(
        select(FrameUnit)
        .join(Draw)
        .where(Draw.survey_id == survey.id, Draw.in_force, FrameUnit.drawn, FrameUnit.unit.has(code=code))
    )
    if found is None:
        raise OutsideSample(_("Xã mang mã „%(code)s” không có trong mẫu của đợt này.", code=code[:30]))
    return found


def _use_invitation(session: Session, invitation_id: int) -> None:
    """Consume the token in the transaction of the answer: of many at once exactly one wins."""
    used = session.execute(update(Invitation).where(Invitation.id == invitation_id, ~Invitation.used).values(used=True))
    if used.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor's result
        raise Conflict(_("Phiếu mời này đã được dùng. Mỗi phiếu mời chỉ trả lời được một lần."))


def _answer_again(
    session: Session, known: Response, digest: str, submission: Submission, answers: dict[str, Any]
) -> Receipt:
    if known.sha256 == digest:
        return Receipt(known.id, receipt_code(known.id), digest, repeated=True)
    dispute = Dispute(
        response_id=known.id,
        unit_id=known.unit_id,
        channel=known.channel,
        day=submission.day or today(),
        answers=answers,
        sha256=digest,
    )
    with suppress(IntegrityError), session.begin_nested():  # the same content is kept once, however often it comes
        session.add(dispute)
    raise DisputedResponse(
        _("Mã phiếu này đã được nhận với nội dung khác. Phiếu trước giữ nguyên; phiếu này được lưu để xem lại.")
    )
