"""The door's part about quotas: which of them a response falls under, counted under one lock a survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy import String, bindparam, cast, func, select
from sqlalchemy.orm import Session

from survey_app.collection.models import Quota, Response
from survey_app.collection.queries import COUNTED
from survey_app.collection.standing import OfSurvey
from survey_app.errors import Conflict
from survey_app.geography.models import Unit

_QUOTA, _UNIT = Quota.__table__, Unit.__table__
#: Made once: every response asks it.
_PARTS = (
    select(_QUOTA.c.id, _QUOTA.c.channel, _QUOTA.c.item, _QUOTA.c.value, _UNIT.c.path)
    .select_from(_QUOTA.outerjoin(_UNIT, _QUOTA.c.unit_id == _UNIT.c.id))
    .where(_QUOTA.c.survey_id == bindparam("survey"))
    .order_by(_QUOTA.c.id)
)


class QuotaFull(Conflict):
    """Enough responses of this part have come; this one is not taken in."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Xin cảm ơn Ông/Bà. Đợt khảo sát đã nhận đủ số phiếu cần cho nhóm này nên không nhận thêm phiếu này. "
                "Những gì Ông/Bà đã chọn không mất; nếu cần, xin hỏi cán bộ phụ trách."
            )
        )


def hold_quotas(
    session: Session, survey: OfSurvey, *, path: str, channel: str, answers: Mapping[str, object]
) -> Sequence[Quota]:
    """The quotas that a response falls under, locked until the transaction ends; one query where there are none.

    One row stands for the lock of all quotas of a survey, so that two transactions with many responses each never
    wait for one another. Which quotas there are cannot change meanwhile: that takes the survey's own lock.
    """
    found = session.execute(_PARTS, {"survey": survey.id}).all()
    mine = [
        number
        for number, only_channel, item, value, within in found
        if only_channel in (None, channel)
        and (within is None or path == within or path.startswith(within + "/"))
        and (item is None or (item in answers and str(answers[item]) == value))
    ]
    if not mine:
        return []
    session.execute(select(Quota.id).where(Quota.id == found[0].id).with_for_update())
    return session.scalars(
        select(Quota).where(Quota.id.in_(mine)).order_by(Quota.id).execution_options(populate_existing=True)
    ).all()


def is_full(quotas: Sequence[Quota]) -> bool:
    """Whether one of them takes no more."""
    return any(quota.rule == "refuse" and quota.received >= quota.goal for quota in quotas)


def is_beyond(quotas: Sequence[Quota]) -> bool:
    """Whether the next response passes the goal of one that lets it in with a flag."""
    return any(quota.rule == "flag" and quota.received >= quota.goal for quota in quotas)


def count_in(quotas: Sequence[Quota]) -> None:
    """Count one more response in each."""
    for quota in quotas:
        quota.received += 1


def count_received(session: Session, quota: Quota) -> int:
    """How many counted responses a quota has, from the responses themselves."""
    query = (
        select(func.count())
        .select_from(Response)
        .where(Response.survey_id == quota.survey_id, Response.status.in_(COUNTED))
    )
    if quota.channel is not None:
        query = query.where(Response.channel == quota.channel)
    if quota.item is not None:
        query = query.where(cast(Response.answers[quota.item].as_string(), String) == quota.value)
    if quota.unit_id is not None:
        place = session.get_one(Unit, quota.unit_id)
        within = select(Unit.id).where(
            (Unit.path == place.path) | Unit.path.startswith(place.path + "/", autoescape=True)
        )
        query = query.where(Response.unit_id.in_(within))
    return session.scalar(query) or 0
