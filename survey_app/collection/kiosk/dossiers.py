"""The number on a respondent's receipt finds their drawn case; the number itself is stored nowhere."""

from __future__ import annotations

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.characters import is_clean
from survey_app.collection.case_intake import OPEN_STATES
from survey_app.errors import NotFound
from survey_app.personal_data import contact_key
from survey_app.sampling.listing.models import ListedCase
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.work.models import Case
from survey_app.sampling.work.queries import has_cases
from survey_app.surveys.models import Survey

LONGEST_NUMBER = 100


def asks_for_dossier(session: Session, survey: Survey) -> bool:
    """Whether a dossier number can lead to a drawn case of this survey."""
    return bool(current_app.config["CONTACT_KEY"]) and has_cases(session, survey.id)


def find_case(session: Session, survey: Survey, entry: FrameUnit, number: str) -> int:
    """The drawn case of this place that the number belongs to and that waits for its answer.

    Raises
    ------
    NotFound
        There is none; the respondent may go on without a number.
    """
    number = number.strip()
    unknown = NotFound(
        _(
            "Số hồ sơ này không có trong danh sách được chọn ở đây. Xin xem lại số trên giấy hẹn; "
            "nếu đúng rồi, Ông/Bà vẫn trả lời được mà không cần số."
        )
    )
    if not number or len(number) > LONGEST_NUMBER or not is_clean(number):
        raise unknown
    case = session.scalar(
        select(Case)
        .join(ListedCase, Case.listed_case_id == ListedCase.id)
        .where(
            Case.survey_id == survey.id,
            Case.frame_unit_id == entry.id,
            ListedCase.reference == contact_key().mark(survey.slug, number),
        )
    )
    if case is None or (case.role == "reserve" and case.replaces_id is None):
        raise unknown
    if case.state not in OPEN_STATES:
        raise NotFound(
            _("Hồ sơ này đã có phiếu trả lời hoặc không cần trả lời nữa. Ông/Bà vẫn gửi ý kiến được mà không cần số.")
        )
    return case.id
