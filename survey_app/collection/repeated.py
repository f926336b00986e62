"""A form whose id, or whose case, is known already: the same receipt, or kept beside the first for a person to see."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.collection.models import Dispute, Response
from survey_app.collection.queries import COUNTED
from survey_app.collection.submission import DisputedResponse, Receipt, Submission, read_id, receipt_code
from survey_app.i18n import today
from survey_app.sampling.work.models import Case


def answer_again(
    session: Session, response_id: UUID, digest: str, submission: Submission, answers: dict[str, Any]
) -> Receipt:
    """The same receipt for the same content.

    Raises
    ------
    DisputedResponse
        The content is another one.
    """
    known = session.get_one(Response, response_id, populate_existing=True)
    if known.sha256 == digest:
        return Receipt(known.id, receipt_code(known.id), digest, repeated=True)
    _keep_for_review(session, known, digest, submission, answers)
    raise DisputedResponse(
        _("Mã phiếu này đã được nhận với nội dung khác. Phiếu trước giữ nguyên; phiếu này được lưu để xem lại.")
    )


def answer_of_case(session: Session, case: Case) -> Response | None:
    """The counted response of a case that is answered, as long as their tie is kept."""
    if case.state != "answered":
        return None
    return session.scalar(select(Response).where(Response.case_id == case.id, Response.status.in_(COUNTED)))


def answer_case_again(
    session: Session, known: Response, digest: str, submission: Submission, answers: dict[str, Any]
) -> Receipt:
    """Of two devices with the same case the first wins; the form of the second is kept beside it.

    Raises
    ------
    DisputedResponse
        Unless it is the very form that the case was answered with.
    """
    if known.id == read_id(submission.response_id):
        return answer_again(session, known.id, digest, submission, answers)
    _keep_for_review(session, known, digest, submission, answers)
    raise DisputedResponse(
        _(
            "Hồ sơ số %(number)s đã có phiếu gửi từ nơi khác. Phiếu trước giữ nguyên; phiếu này được lưu để xem lại.",
            number=submission.case_id,
        )
    )


def _keep_for_review(
    session: Session, known: Response, digest: str, submission: Submission, answers: dict[str, Any]
) -> None:
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
