"""The verbs of personal links: what became of each batch, and revoking one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import and_, case, delete, func, select, update
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.collection.models import Draft, Invitation, InvitationBatch
from survey_app.database import by_number, now
from survey_app.errors import Conflict, NotFound
from survey_app.geography.models import Unit
from survey_app.sampling.work.area import Area, lies_within


@dataclass(frozen=True)
class BatchCounts:
    """A batch and what became of its links: each is open, used, revoked or too old."""

    batch: InvitationBatch
    made: int
    used: int
    revoked: int
    expired: int

    @property
    def open(self) -> int:
        """Links that still take an answer."""
        return self.made - self.used - self.revoked - self.expired


def all_batches(session: Session, area: Area) -> Sequence[BatchCounts]:
    """The batches with links of an area, the last first; only those links are counted."""
    gone = and_(~Invitation.used, ~Invitation.revoked, Invitation.expires_at < now())
    query = (
        select(
            InvitationBatch,
            func.count(Invitation.id),
            func.sum(case((Invitation.used, 1), else_=0)),
            func.sum(case((Invitation.revoked, 1), else_=0)),
            func.sum(case((gone, 1), else_=0)),
        )
        .join(Invitation, Invitation.batch_id == InvitationBatch.id)
        .join(Unit, Invitation.unit_id == Unit.id)
        .where(InvitationBatch.survey_id == area.survey.id, lies_within(area.places))
        .group_by(InvitationBatch.id)
        .order_by(InvitationBatch.id.desc())
    )
    return [BatchCounts(batch, made, used, revoked, old) for batch, made, used, revoked, old in session.execute(query)]


def revoke_batch(session: Session, area: Area, number: int, *, actor: Actor) -> int:
    """Let no unused link of a batch take an answer any more, and forget forms begun from them; how many links.

    Raises
    ------
    NotFound, Conflict
        No such batch in the area, or a part of it lies outside; nothing is left to revoke.
    """
    batch = by_number(session, InvitationBatch, number)
    found = next((one for one in all_batches(session, area) if batch is not None and one.batch.id == batch.id), None)
    if batch is None or found is None:
        raise NotFound(_("Đợt này không có đợt phát phiếu mời số %(number)s.", number=number))
    everything = session.scalar(select(func.count(Invitation.id)).where(Invitation.batch_id == batch.id))
    if everything != found.made:
        raise Conflict(_("Đợt phát này có phiếu mời ngoài địa bàn của Ông/Bà. Xin người phụ trách khảo sát thu hồi."))
    unused = (Invitation.batch_id == batch.id, ~Invitation.used, ~Invitation.revoked)
    changed = session.execute(
        update(Invitation).where(*unused).values(revoked=True).execution_options(synchronize_session=False)
    )
    count = int(changed.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a cursor's result
    if count == 0:
        raise Conflict(_("Đợt phát số %(number)s không còn phiếu mời nào để thu hồi.", number=number))
    batch.revoked_at, batch.revoked_by = now(), actor.label
    ours = select(Invitation.id).where(Invitation.batch_id == batch.id)
    session.execute(delete(Draft).where(Draft.invitation_id.in_(ours)).execution_options(synchronize_session=False))
    session.flush()
    record(session, actor, "invitation.revoke", f"survey:{area.survey.slug}", batch=batch.id, count=count)
    return count
