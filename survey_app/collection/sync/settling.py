"""Settling a form that came second: the first stands."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.collection.models import Dispute, Response
from survey_app.database import by_number, now
from survey_app.errors import Conflict, NotFound
from survey_app.geography.models import Unit
from survey_app.sampling.work.area import Area


def settle_dispute(session: Session, area: Area, number: int, *, actor: Actor) -> Dispute:
    """Keep the first form; the answers of the second go.

    Raises
    ------
    NotFound, Conflict
        No such form in the area; settled already.
    """
    dispute = by_number(session, Dispute, number)
    first = session.get(Response, dispute.response_id) if dispute is not None else None
    if dispute is None or first is None or first.survey_id != area.survey.id:
        raise _none_such(number)
    if not area.holds(session.get_one(Unit, dispute.unit_id)):
        raise _none_such(number)
    session.refresh(dispute, with_for_update={"of": Dispute})
    if dispute.settled_at is not None:
        raise Conflict(_("Phiếu trùng số %(number)s đã được xem rồi.", number=number))
    dispute.settled_at, dispute.settled_by, dispute.answers = now(), actor.label, {}
    session.flush()
    record(session, actor, "dispute.settle", f"survey:{area.survey.slug}", number=number)
    return dispute


def _none_such(number: int) -> NotFound:
    return NotFound(_("Đợt này không có phiếu trùng số %(number)s.", number=number))
