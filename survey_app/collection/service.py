"""The one door: every response, whatever its channel, enters through `accept_response`."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app.characters import is_clean
from survey_app.collection.case_intake import check_takes_answer, hold_case, mark_answered
from survey_app.collection.checked_form import check_ahead, check_with
from survey_app.collection.completeness import completeness_of
from survey_app.collection.models import Invitation, Quota, Response
from survey_app.collection.quality.distance import distance_from
from survey_app.collection.quality.flags import BROKEN_OFF, OPEN_LINK, OVER_QUOTA
from survey_app.collection.quality.intake import flags_of_form, look_at_collector
from survey_app.collection.quotas.counting import QuotaFull, count_in, hold_quotas, is_beyond, is_full
from survey_app.collection.repeated import answer_again, answer_case_again, answer_of_case
from survey_app.collection.standing import HasSlug, Standing, insert_response, read_standing
from survey_app.collection.submission import (
    AnswersRefused,
    DisputedResponse,
    NotCollecting,
    OutsideSample,
    Receipt,
    Submission,
    check_language,
    read_day,
    read_id,
    receipt_code,
)
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.geography.models import Unit
from survey_app.instruments.answers import CheckedAnswers
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.work.models import Case

__all__ = [
    "AnswersRefused",
    "DisputedResponse",
    "NotCollecting",
    "OutsideSample",
    "QuotaFull",
    "Receipt",
    "Submission",
    "accept_response",
    "receipt_code",
]


def accept_response(session: Session, survey: HasSlug, submission: Submission) -> Receipt:
    """Take one response in, or say why not. The caller commits; only then is it acknowledged.

    The same id with the same content gives the same receipt again, even after closing. The same id with other
    content, or another form of an answered case, is refused and kept for review.

    Raises
    ------
    NotCollecting, OutsideSample, AnswersRefused, DisputedResponse, CaseNotOpen, QuotaFull, UserError
        With a sentence for the person who sent it. After DisputedResponse the caller commits as well.
    """
    response_id = read_id(submission.response_id)
    _check_words(submission)
    ahead = check_ahead(survey.slug, submission)
    standing = read_standing(session, survey.slug, submission.unit_code, response_id)
    if standing is None:
        raise NotFound(_("Máy chủ này không có đợt khảo sát „%(slug)s”. Xin báo điều phối.", slug=survey.slug[:80]))
    form = check_with(session, standing, submission, ahead)
    channel, answers, digest = form.channel, form.answers, form.sha256
    if standing.known is not None:
        return answer_again(session, response_id, digest, submission, answers)
    _check_open(standing)
    unit_id, unit_path = _drawn_unit(standing, submission.unit_code)
    day = read_day(submission.day)
    _check_content(form.checked)
    is_set_aside, flags = look_at_collector(
        session, standing, submission.collector_id, day=day, digest=form.answers_digest, answered=len(answers)
    )
    # In this order, quotas before the case, everybody takes the locks; so nobody waits for one who waits for them.
    quotas: Sequence[Quota] = ()
    if standing.has_quotas and not is_set_aside:
        quotas = hold_quotas(session, standing, path=unit_path, channel=channel, answers=answers)
    if is_full(quotas):
        if session.get(Response, response_id) is not None:  # its twin may have taken the last place
            return answer_again(session, response_id, digest, submission, answers)
        raise QuotaFull()
    case = _hold_case(session, standing, submission.case_id)
    if case is not None:
        known = answer_of_case(session, case)
        if known is not None:
            return answer_case_again(session, known, digest, submission, answers)
        check_takes_answer(case)
    distance_km = None
    if submission.position is not None:
        distance_km = distance_from(session.get_one(Unit, unit_id), submission.position)
    flags += flags_of_form(
        session,
        standing,
        form.instrument,
        channel=channel,
        is_straight_line=form.is_straight_line,
        day=day,
        minutes=submission.minutes,
        filled_at=submission.filled_at,
        distance_km=distance_km,
    )
    flags += _told_by_channel(submission, channel)
    is_new = insert_response(
        session,
        id=response_id,
        survey_id=standing.id,
        questionnaire_id=standing.questionnaire_id,
        unit_id=unit_id,
        channel=channel,
        language=submission.language,
        collector_id=submission.collector_id,
        device_id=submission.device_id,
        case_id=submission.case_id,
        completeness=None if case is None else completeness_of(form.instrument, answers),
        minutes=submission.minutes,
        day=day,
        answers=answers,
        status="set_aside" if is_set_aside else "accepted",
        quality_flags=[*flags, OVER_QUOTA] if is_beyond(quotas) else flags,
        distance_km=distance_km,
        answers_digest=form.answers_digest,
        sha256=digest,
    )
    if not is_new:  # before the token, so that a second click meets its own form and not a used token
        return answer_again(session, response_id, digest, submission, answers)
    if submission.invitation_id is not None:
        _use_invitation(session, submission.invitation_id)
    count_in(quotas)
    if case is not None and not is_set_aside:
        mark_answered(session, case, collector_id=submission.collector_id, day=day)
    session.flush()
    return Receipt(response_id, receipt_code(response_id), digest, dropped=form.checked.dropped)


def _check_words(submission: Submission) -> None:
    check_language(submission.language)
    if not is_clean(submission.unit_code):  # PostgreSQL cannot even look for a zero byte
        raise _outside_sample(submission.unit_code)


def _check_open(standing: Standing) -> None:
    if standing.state in ("draft", "sampled"):
        raise NotCollecting(_("Đợt khảo sát này chưa mở nhận phiếu."))
    if standing.state != "collecting":
        raise NotCollecting(_("Đợt khảo sát này đã đóng, không nhận thêm phiếu. Xin cảm ơn Ông/Bà."))


def _drawn_unit(standing: Standing, code: str) -> tuple[int, str]:
    if standing.unit_id is None or standing.unit_path is None:
        raise _outside_sample(code)
    return standing.unit_id, standing.unit_path


def _told_by_channel(submission: Submission, channel: str) -> list[str]:
    """The flags that follow from how the form came, whatever it says."""
    came_alone = channel == "link" and submission.invitation_id is None
    return [BROKEN_OFF] * submission.broken_off + [OPEN_LINK] * came_alone


def _outside_sample(code: str) -> OutsideSample:
    return OutsideSample(_("Xã mang mã „%(code)s” không có trong mẫu của đợt này.", code=code[:30]))


def _hold_case(session: Session, standing: Standing, number: int | None) -> Case | None:
    if number is None:
        return None
    return hold_case(session, standing, session.get_one(FrameUnit, standing.frame_unit_id), number)


def _check_content(checked: CheckedAnswers) -> None:
    if checked.problems:
        raise AnswersRefused(checked.problems)
    if not checked.answers:
        raise UserError(_("Phiếu chưa có câu trả lời nào. Xin trả lời ít nhất một câu."))


def _use_invitation(session: Session, invitation_id: int) -> None:
    """Consume the token in the transaction of the answer: of many at once exactly one wins."""
    free = (Invitation.id == invitation_id, ~Invitation.used, ~Invitation.revoked)
    used = session.execute(update(Invitation).where(*free).values(used=True))
    if used.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor's result
        if session.scalar(select(Invitation.revoked).where(Invitation.id == invitation_id)):
            raise Conflict(
                _("Phiếu mời này đã bị thu hồi nên không gửi được. Xin hỏi cán bộ Bộ phận Một cửa để nhận phiếu khác.")
            )
        raise Conflict(_("Phiếu mời này đã được dùng. Mỗi phiếu mời chỉ trả lời được một lần."))
