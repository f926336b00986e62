"""The verbs of forms that devices bring: take them in one by one, hold what cannot enter, settle what was held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.collection.sealing import open_sealed
from survey_app.collection.service import accept_response
from survey_app.collection.submission import DisputedResponse, Receipt, Submission
from survey_app.collection.sync.models import HeldForm
from survey_app.collection.sync.record import Envelope, FormRecord, Opened, open_envelope, read_record
from survey_app.database import by_number, now
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.geography.models import Unit
from survey_app.i18n import today
from survey_app.reasons import read_reason
from survey_app.sampling.work.area import Area
from survey_app.surveys.models import Survey

MOST_AT_ONCE = 50
NOT_YET = ("draft", "sampled")


@dataclass(frozen=True)
class Sender:
    """Who brings forms, and what they may bring.

    Attributes
    ----------
    check : callable
        Raises UserError where this form is not theirs to bring.
    """

    channel: str
    collector_id: int | None
    check: Callable[[FormRecord], None]
    device_id: int | None = None


class Named(NamedTuple):
    """A survey of which only the name is known; the door reads the rest."""

    slug: str


class Outcome(NamedTuple):
    """What became of a form.

    Attributes
    ----------
    state : {"accepted", "repeated", "disputed", "held", "refused", "later"}
        After the first four the device may forget it; ``refused`` and ``later`` leave nothing on the server.
    """

    id: str
    sha256: str
    state: str
    code: str | None = None
    reason: str | None = None


def receive_forms(session: Session, envelopes: Sequence[Envelope], sender: Sender) -> list[Outcome]:
    """Take forms in, each committed before the next; one that cannot enter stops no other.

    Raises
    ------
    UserError
        More than `MOST_AT_ONCE` at once.
    """
    if len(envelopes) > MOST_AT_ONCE:
        raise UserError(_("Mỗi lần gửi được nhiều nhất %(count)s phiếu.", count=MOST_AT_ONCE))
    return [_receive(session, envelope, sender) for envelope in envelopes]


def _receive(session: Session, envelope: Envelope, sender: Sender) -> Outcome:
    def told(state: str, code: str | None = None, reason: str | None = None) -> Outcome:
        return Outcome(envelope.id, envelope.sha256, state, code, reason)

    try:
        opened = open_envelope(envelope)
    except UserError as error:
        return told("refused", reason=error.message)
    try:
        try:
            sender.check(opened.record)
            receipt = _enter(session, Named(opened.record.survey), opened.form_id, opened.record, sender)
        except DisputedResponse as error:
            session.commit()
            return told("disputed", reason=error.message)
        except UserError as error:
            session.rollback()
            return told(_keep(session, opened, sender, error.message), reason=error.message)
        session.commit()
    except OperationalError:
        session.rollback()
        return told("later", reason=_("Máy chủ đang bận. Ứng dụng sẽ tự gửi lại."))
    return told("repeated" if receipt.repeated else "accepted", code=receipt.code)


def _enter(
    session: Session, survey: Survey | Named, form_id: UUID, form: FormRecord, sender: Sender | HeldForm
) -> Receipt:
    """Through the door; a clock that runs ahead makes no day to come."""
    return accept_response(
        session,
        survey,
        Submission(
            response_id=form_id,
            unit_code=form.unit,
            channel=sender.channel,
            language=form.language,
            answers=form.answers,
            day=min(form.day, today()) if form.day else None,
            minutes=form.minutes,
            collector_id=sender.collector_id,
            device_id=sender.device_id,
            case_id=form.case,
            filled_at=form.filled_at if form.filled_at and form.filled_at.tzinfo else None,
            position=form.position,
        ),
    )


def _keep(session: Session, opened: Opened, sender: Sender, reason: str) -> str:
    """Hold a form that could not enter; what becomes of it: it is held, or may come again once the survey is open."""
    survey = session.scalar(select(Survey).where(Survey.slug == opened.record.survey))
    if survey is None:
        return "refused"
    if survey.state in NOT_YET:
        return "later"
    code, system = opened.record.unit, survey.territory.code_system
    unit_id = session.scalar(select(Unit.id).where(Unit.code_system == system, Unit.code == code).limit(1))
    try:
        session.add(
            HeldForm(
                form_id=opened.form_id,
                survey_id=survey.id,
                unit_id=unit_id,
                case_number=opened.record.case,
                channel=sender.channel,
                collector_id=sender.collector_id,
                device_id=sender.device_id,
                sealed=opened.sealed,
                sha256=opened.sha256,
                reason=reason,
            )
        )
        session.commit()
    except IntegrityError:  # held before; it comes again because the answer was lost on the way
        session.rollback()
    return "held"


def enter_held(session: Session, area: Area, number: int, *, actor: Actor) -> Receipt:
    """Let a held form in after all, though its sender could not bring it; the door's other checks stand.

    Raises
    ------
    NotFound, Conflict, UserError
        No such form, settled already, or the door still says no.
    """
    held = find_held(session, area, number)
    form = read_record(open_sealed(held.sealed or b"", str(held.form_id)))
    receipt = _enter(session, area.survey, held.form_id, form, held)
    _settle(session, area.survey, held, "entered", actor, "")
    return receipt


def discard_held(session: Session, area: Area, number: int, *, reason: str, actor: Actor) -> HeldForm:
    """Put a held form away for good; its bytes go, that it was there stays.

    Raises
    ------
    NotFound, Conflict, UserError
        No such form, settled already, or no reason.
    """
    reason = read_reason(reason)
    held = find_held(session, area, number)
    _settle(session, area.survey, held, "discarded", actor, reason)
    return held


def find_held(session: Session, area: Area, number: int) -> HeldForm:
    """A held form of an area, locked until the transaction ends.

    Raises
    ------
    NotFound, Conflict
    """
    held = by_number(session, HeldForm, number)
    whole = any(area.survey.territory.lies_in(place) for place in area.places)
    if held is None or held.survey_id != area.survey.id or not (whole or (held.unit and area.holds(held.unit))):
        raise NotFound(_("Đợt này không có phiếu giữ lại số %(number)s.", number=number))
    session.refresh(held, with_for_update={"of": HeldForm})
    if held.settlement is not None:
        raise Conflict(_("Phiếu giữ lại số %(number)s đã được xử lý rồi.", number=number))
    return held


def _settle(session: Session, survey: Survey, held: HeldForm, settlement: str, actor: Actor, reason: str) -> None:
    held.settlement, held.settled_by, held.settled_at = settlement, actor.label, now()
    held.settle_reason, held.sealed = reason, None
    session.flush()
    record(
        session, actor, f"held_form.{settlement}", f"survey:{survey.slug}", number=held.id, case=held.case_number,
        reason=reason,
    )  # fmt: skip
