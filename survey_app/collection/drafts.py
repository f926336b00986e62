"""Forms in progress: begun with the first page, kept section by section, sent once through the door."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext as _
from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.characters import is_clean
from survey_app.collection.case_intake import check_takes_answer, hold_case
from survey_app.collection.models import Draft, Invitation, InvitationBatch, Response
from survey_app.collection.service import Receipt, Submission, accept_response, receipt_code
from survey_app.database import now
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.jobs.service import hourly
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.work.queries import holder_of
from survey_app.surveys.models import Survey

DRAFT_LIFETIME = timedelta(hours=24)
#: Of a form begun from a personal link, on the phone it was begun on.
INVITATION_DRAFT_LIFETIME = timedelta(days=7)
#: Of a form on a tablet at a counter, which wipes itself long before; this is for one that was switched off.
DEVICE_LIFETIME = timedelta(hours=1)
MAXIMUM_INVITATIONS = 5_000
MAXIMUM_DAYS = 90
LONGEST_NOTE = 200


def begin_draft(
    session: Session,
    survey: Survey,
    frame_unit: FrameUnit,
    *,
    channel: str,
    collector_id: int | None = None,
    invitation: Invitation | None = None,
    case_id: int | None = None,
    device_id: int | None = None,
    holder_sha256: str | None = None,
) -> Draft:
    """Begin a form for a commune, or for one of its cases; its id is issued here and carried by every page.

    Parameters
    ----------
    device_id, holder_sha256
        The tablet, or the phone, that alone opens it again.

    Raises
    ------
    NotFound, UserError, CaseNotOpen
        The case is not of this unit, or takes no answer.
    """
    if case_id is not None:
        check_takes_answer(hold_case(session, survey, frame_unit, case_id))
    draft = Draft(
        id=uuid4(),
        survey_id=survey.id,
        unit_id=frame_unit.unit_id,
        channel=channel,
        collector_id=collector_id,
        invitation_id=invitation.id if invitation else None,
        case_id=case_id,
        device_id=device_id,
        holder_sha256=holder_sha256,
        answers={},
    )
    session.add(draft)
    session.flush()
    return draft


def find_draft(session: Session, survey: Survey, draft_id: UUID, *, to_change: bool = False) -> Draft | None:
    """The form in progress of this id, if it is of this survey and still young enough.

    Whoever is about to change it holds its row, so that of two clicks the second finds what the first left.
    """
    draft = session.get(Draft, draft_id, with_for_update=to_change)
    if draft is None or draft.survey_id != survey.id or draft.updated_at < now() - _lifetime(draft):
        return None
    return draft


def _lifetime(draft: Draft) -> timedelta:
    if draft.device_id is not None:
        return DEVICE_LIFETIME
    return DRAFT_LIFETIME if draft.invitation_id is None else INVITATION_DRAFT_LIFETIME


def draft_of_invitation(session: Session, invitation: Invitation, holder_sha256: str | None) -> Draft | None:
    """The form that this phone began from a personal link and may go on with, the last one touched."""
    if holder_sha256 is None:
        return None
    return session.scalar(
        select(Draft)
        .where(
            Draft.invitation_id == invitation.id,
            Draft.holder_sha256 == holder_sha256,
            Draft.updated_at >= now() - INVITATION_DRAFT_LIFETIME,
        )
        .order_by(Draft.updated_at.desc())
        .limit(1)
    )


def keep_answers(session: Session, draft: Draft, answers: dict[str, Any]) -> None:
    """Keep what was answered so far; ``answers`` is the whole checked response."""
    draft.answers = answers
    draft.updated_at = now()
    session.flush()


def submit_draft(session: Session, draft: Draft, *, language: str, broken_off: bool = False) -> Receipt:
    """Send a form in progress through the door and forget the draft, in one transaction."""
    _check_still_given(session, draft)
    minutes = round((now() - draft.started_at).total_seconds() / 60, 1)
    receipt = accept_response(
        session,
        draft.survey,
        Submission(
            response_id=draft.id,
            unit_code=draft.unit.code,
            channel=draft.channel,
            language=language,
            answers=draft.answers,
            minutes=minutes,
            collector_id=draft.collector_id,
            invitation_id=draft.invitation_id,
            case_id=draft.case_id,
            device_id=draft.device_id,
            broken_off=broken_off,
            filled_at=now(),
        ),
    )
    session.execute(delete(Draft).where(Draft.id == draft.id))
    session.expunge(draft)
    return receipt


def _check_still_given(session: Session, draft: Draft) -> None:
    """A form begun from a case enters while that collector still has it; else the coordinator decides.

    Raises
    ------
    Conflict
        The case was taken back or moved, or the account is shut. The answers stay for a day.
    """
    if draft.case_id is None or draft.collector_id is None:
        return
    collector = session.get(User, draft.collector_id)
    if holder_of(session, draft.case_id) != draft.collector_id or collector is None or not collector.active:
        raise Conflict(
            _(
                "Hồ sơ này không còn giao cho điều tra viên đã mở phiếu. "
                "Câu trả lời được giữ một ngày; xin báo điều phối."
            )
        )


def find_receipt(session: Session, survey: Survey, response_id: UUID) -> Receipt | None:
    """The receipt of a form that was sent already, for a second click or a page asked for again."""
    known = session.scalar(select(Response.id).where(Response.id == response_id, Response.survey_id == survey.id))
    return Receipt(known, receipt_code(known), repeated=True) if known else None


@hourly
def discard_stale_drafts(session: Session) -> int:
    """Delete forms nobody came back to within a day; begun from a personal link, within a week."""
    moment = now()
    personal = Draft.invitation_id.is_not(None)
    result = session.execute(
        delete(Draft).where(
            Draft.device_id.is_(None),
            or_(
                and_(personal, Draft.updated_at < moment - INVITATION_DRAFT_LIFETIME),
                and_(~personal, Draft.updated_at < moment - DRAFT_LIFETIME),
            ),
        )
    )
    session.commit()
    return int(result.rowcount)  # type: ignore[attr-defined]  # a DELETE gives a cursor's result


def issue_invitations(
    session: Session,
    survey: Survey,
    units: list[FrameUnit],
    count: int,
    *,
    actor: Actor,
    days: int = MAXIMUM_DAYS,
    note: str = "",
) -> list[tuple[FrameUnit, str]]:
    """Make a batch of single-use tokens, ``count`` for each commune; they are shown now and never again.

    Parameters
    ----------
    days : int
        How long they are good for, at most 90.
    note : str
        What the office calls the batch.
    """
    if not 1 <= count * len(units) <= MAXIMUM_INVITATIONS:
        raise UserError(_("Mỗi lần làm được từ 1 đến %(limit)s phiếu mời.", limit=MAXIMUM_INVITATIONS))
    if survey.state not in ("sampled", "collecting"):
        raise Conflict(_("Chỉ làm phiếu mời sau khi bốc mẫu và trước khi đóng đợt."))
    if not 1 <= days <= MAXIMUM_DAYS:
        raise UserError(_("Hạn của phiếu mời phải từ 1 đến %(limit)s ngày.", limit=MAXIMUM_DAYS))
    note = " ".join(note.split())
    if len(note) > LONGEST_NOTE or not is_clean(note):
        raise UserError(_("Ghi chú của đợt phát dài quá %(limit)s ký tự. Xin viết ngắn hơn.", limit=LONGEST_NOTE))
    expires_at = now() + timedelta(days=days)
    batch = InvitationBatch(survey_id=survey.id, note=note, expires_at=expires_at, made_by=actor.label)
    session.add(batch)
    session.flush()
    made = [(unit, secrets.token_urlsafe(16)) for unit in units for _number in range(count)]
    session.add_all(
        Invitation(
            survey_id=survey.id,
            batch_id=batch.id,
            unit_id=unit.unit_id,
            token_sha256=token_hash(token),
            expires_at=expires_at,
        )
        for unit, token in made
    )
    session.flush()
    record(session, actor, "invitation.issue", f"survey:{survey.slug}", count=len(made), batch=batch.id, days=days)
    return made


def token_hash(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_invitation(session: Session, survey: Survey, token: str) -> Invitation:
    """The unused, unexpired invitation of a token.

    Raises
    ------
    NotFound, Conflict
        Unknown or expired; used or revoked.
    """
    invitation = session.scalar(
        select(Invitation).where(Invitation.token_sha256 == token_hash(token), Invitation.survey_id == survey.id)
    )
    if invitation is None or invitation.expires_at < now():
        raise NotFound(_("Phiếu mời này không đúng hoặc đã hết hạn. Xin hỏi cán bộ Bộ phận Một cửa."))
    if invitation.revoked:
        raise Conflict(_("Phiếu mời này đã bị thu hồi. Xin hỏi cán bộ Bộ phận Một cửa để nhận phiếu khác."))
    if invitation.used:
        raise Conflict(_("Phiếu mời này đã được dùng. Mỗi phiếu mời chỉ trả lời được một lần."))
    return invitation
