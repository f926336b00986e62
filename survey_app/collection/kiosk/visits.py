"""One visitor after the other on a tablet: a form begun, a form wiped, and nothing of it for the next."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from flask import session as visitor
from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey_app.collection.drafts import DEVICE_LIFETIME, begin_draft, submit_draft
from survey_app.collection.holding import LOOK
from survey_app.collection.kiosk.models import Device
from survey_app.collection.models import Draft
from survey_app.database import now
from survey_app.errors import Conflict, UserError
from survey_app.i18n import PROVINCE_TIME
from survey_app.jobs.service import hourly
from survey_app.sampling.models import FrameUnit

log = structlog.get_logger(__name__)
HOUR = timedelta(hours=1)
LOOKS = ("night", "large", "contrast")


def begin_visit(session: Session, device: Device, entry: FrameUnit, *, case_id: int | None = None) -> Draft:
    """Begin a form on a tablet; one that somebody left on it is wiped first.

    Raises
    ------
    Conflict, CaseNotOpen
        So many forms were begun on it within the hour that somebody must be playing; the case takes no answer.
    """
    count_try(session, device)
    for draft in _forms_on(session, device):
        end_visit(session, device, draft.id, keep=True, language=device.languages[0])
    device.moved = False
    return begin_draft(session, device.survey, entry, channel="kiosk", case_id=case_id, device_id=device.id)


def count_try(session: Session, device: Device) -> None:
    """Count a form begun, or a number tried, against the tablet's own limit.

    Raises
    ------
    Conflict
        The hour is full.
    """
    session.refresh(device, with_for_update={"of": Device})
    moment = now()
    if device.hour_started_at is None or device.hour_started_at <= moment - HOUR:
        device.hour_started_at, device.hour_count = moment, 0
    if device.hour_count >= device.hourly_limit:
        again = (device.hour_started_at + HOUR).astimezone(PROVINCE_TIME)
        raise Conflict(
            _(
                "Trong giờ này máy đã mở %(count)s phiếu, nên tạm nghỉ đến %(time)s. Xin báo cán bộ nếu cần sớm hơn.",
                count=device.hour_count,
                time=again.strftime("%H:%M"),
            )
        )
    device.hour_count += 1
    device.last_seen_at = moment
    session.flush()


def end_visit(session: Session, device: Device, draft_id: UUID, *, keep: bool, language: str) -> bool:
    """Wipe a form in progress; whether its answers were kept as a form that was broken off.

    They are kept where the tablet is set to do so, the respondent did not ask for the form to be deleted, and it
    answers no drawn case, which stays open for its answer.
    """
    draft = session.get(Draft, draft_id, with_for_update={"of": Draft}, populate_existing=True)
    if draft is None or draft.device_id != device.id:
        return False
    if keep and device.on_wipe == "partial" and draft.answers and draft.case_id is None:
        try:
            with session.begin_nested():
                submit_draft(session, draft, language=language, broken_off=True)
        except UserError as error:  # closed meanwhile, a quota full: nothing can be kept
            log.info("form left at the counter not kept", reason=type(error).__name__)
        else:
            return True
    session.execute(delete(Draft).where(Draft.id == draft_id))
    return False


@hourly
def wipe_left_forms(session: Session) -> int:
    """Wipe forms on tablets that were switched off in the middle of one."""
    left = session.execute(
        select(Draft.id, Draft.device_id).where(
            Draft.device_id.is_not(None), Draft.updated_at < now() - DEVICE_LIFETIME
        )
    ).all()
    for draft_id, device_id in left:
        device = session.get_one(Device, device_id)
        end_visit(session, device, draft_id, keep=True, language=device.languages[0])
        session.commit()
    return len(left)


def look_of_visit(device: Device) -> list[str]:
    """How the visitor wishes to see the form."""
    chosen = visitor.get(LOOK)
    return [name for name in LOOKS if name in (device.look if chosen is None else chosen)]


def _forms_on(session: Session, device: Device) -> list[Draft]:
    return list(session.scalars(select(Draft).where(Draft.device_id == device.id).with_for_update()))
